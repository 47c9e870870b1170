"""Which device a network runs on."""

from __future__ import annotations

import torch

from deepvis_app.models.loaded import ModelError


def pick_device(wanted: str) -> torch.device:
    """`auto` takes cuda, then mps, then cpu; a device that does not work is a ModelError."""
    if wanted == "auto":
        return torch.device(available_devices()[0])
    try:
        device = torch.device(wanted)
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError, NotImplementedError, ImportError) as error:
        usable = ", ".join(available_devices())
        raise ModelError(
            f"The device {wanted} cannot be used on this machine; choose one of {usable}."
        ) from error
    if device.type == "meta":
        raise ModelError("The device meta computes nothing; choose cpu.")
    return device


def available_devices() -> list[str]:
    """Devices that can be chosen here, the best one first."""
    devices = []
    if torch.cuda.is_available():
        devices += ["cuda", *(f"cuda:{i}" for i in range(1, torch.cuda.device_count()))]
    if torch.backends.mps.is_available():
        devices.append("mps")
    return [*devices, "cpu"]
