"""Video networks: they take clips, and give the logits of classes."""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from deepvis_app.messages import F32, U8, LayerInfo
from deepvis_app.models import LoadedModel, ModelError
from deepvis_app.models.preprocess import Preprocess
from precompute.conditions.opening import as_target, asked, open_file, with_gradients
from precompute.options import Target

PROTOCOL = "a video network, whose forward(clips (N, T, 3, H, W)) gives logits (N, classes)"
_AT_ONCE = 8  # clips
FRAMES = 12  # of a clip, where neither the file nor the user says


class Watcher:
    """A video network: `net` takes clips (N, `frames`, C, H, W) of normalised pictures, gives logits (N, classes)."""

    def __init__(self, net: nn.Module, frames: int) -> None:
        self._net, self.frames = net, frames

    def maps(self, pictures: Tensor) -> Tensor:
        """Logits (N * frames, classes, 1, 1) of pictures (N * frames, C, H, W), the frames of each clip in succession.

        Every frame has those of its clip.
        """
        with with_gradients(pictures):
            logits = self._net(pictures.unflatten(0, (-1, self.frames)))
        found: Tensor = logits.repeat_interleave(self.frames, 0)[:, :, None, None]
        return found

    @torch.no_grad()
    def probabilities(self, clips: U8, preprocess: Preprocess, device: torch.device) -> F32:
        """(N, classes) of clips (N, T, H, W, 3) of the network's own size."""
        rows = []
        for at in range(0, len(clips), _AT_ONCE):
            part = clips[at : at + _AT_ONCE]
            planes = torch.from_numpy(part.reshape(-1, *part.shape[2:]).transpose(0, 3, 1, 2).copy())
            inputs = preprocess.normalise(planes.to(device).float()).unflatten(0, part.shape[:2])
            rows.append(self._net(inputs).float().softmax(1).cpu().numpy())
        return np.concatenate(rows)


def shuffled(clips: U8, seed: int) -> U8:
    """Clips (N, T, ...) with the frames of each in another order, drawn by chance."""
    dice = np.random.default_rng(seed)
    frames = clips.shape[1]
    found = clips.copy()
    for row in range(len(clips)):
        order = dice.permutation(frames)
        while frames > 1 and (order == np.arange(frames)).all():
            order = dice.permutation(frames)
        found[row] = clips[row, order]
    return found


def frozen_last(clips: U8) -> U8:
    """Clips (N, T, ...) of which all frames are the last one."""
    return np.repeat(clips[:, -1:], clips.shape[1], 1)


def open_video(options: argparse.Namespace) -> Target:
    """The video network that --model names, with its classes as the one layer. Raises ModelError and OptionError."""
    model, module = open_file(options, "a video network", "activity")
    watcher = watcher_of(model, options.frames or getattr(module, "frames", FRAMES))
    with torch.no_grad():
        classes = watcher.maps(_blank(model, watcher.frames)).shape[1]
    layer = LayerInfo("classes", "classes", "Linear", (classes,), classes, is_class_layer=True)
    job = as_target(options, model, layer)
    options.frames = watcher.frames
    return job


def watcher_of(model: LoadedModel, frames: Any) -> Watcher:
    """Raises ModelError for what does not keep to PROTOCOL."""
    title = model.info.title
    if not isinstance(frames, int) or frames < 1:
        raise ModelError(f"frames in {title} must be a whole number above 0, the frames of a clip.")
    with asked(title, f"{PROTOCOL}, with {frames} frames"), torch.no_grad():
        logits = model.net(_blank(model, 2 * frames).unflatten(0, (2, frames)))
    if not isinstance(logits, Tensor) or logits.dim() != 2 or len(logits) != 2:
        given = tuple(logits.shape) if isinstance(logits, Tensor) else type(logits).__name__
        raise ModelError(f"{title} gives {given} for two clips, where {PROTOCOL}.")
    if model.info.labels and len(model.info.labels) != logits.shape[1]:
        raise ModelError(
            f"{title} has {len(model.info.labels)} labels, but {logits.shape[1]} classes: one label for each."
        )
    return Watcher(model.net, frames)


def _blank(model: LoadedModel, count: int) -> Tensor:
    return torch.zeros(count, model.preprocess.channels, *model.preprocess.input_size, device=model.device)
