"""Attribution: where in this picture does a unit look? One file a method, one line here."""

from deepvis_app.attribution import deconv, grad_cam, grad_x_input, gradient, guided, lrp, occlusion
from deepvis_app.attribution.base import Attribution, Method, SupersededError, Target, always

METHODS: dict[str, Method] = {
    "gradient": gradient.METHOD,
    "deconv": deconv.METHOD,
    "guided": guided.METHOD,
    "grad_x_input": grad_x_input.METHOD,
    "lrp": lrp.METHOD,
    "grad_cam": grad_cam.METHOD,
    "occlusion": occlusion.METHOD,
}

__all__ = ["METHODS", "Attribution", "Method", "SupersededError", "Target", "always"]
