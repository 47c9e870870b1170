"""The one way from a picture to a network's input and back, used live, for top-9 patches and for synthesis."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
import torch
from torch.nn import functional as F

from deepvis_app.messages import U8, Box, CropPolicy

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)
_LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601


@dataclass(frozen=True)
class Preprocess:
    """Cut, resample, order and normalise: x = (value - mean) / std with values in 0..value_range.

    `mean` and `std` are in the units of `value_range` and in the order of the network's channels. Crop cuts
    the centre: with `resize` S the part that remains when the shorter side is scaled to S pixels and
    `input_size` is cut out; with `resize` 0 as much as fits. Squash takes the whole frame and changes its
    aspect; letterbox takes the whole frame and fills up with the mean colour. Resampling is bilinear with
    antialiasing (a triangle filter as wide as the reduction), on 8-bit values, as Pillow's.
    """

    input_size: tuple[int, int]
    crop: CropPolicy = "crop"
    resize: int = 0
    channels: int = 3
    mean: tuple[float, ...] = IMAGENET_MEAN
    std: tuple[float, ...] = IMAGENET_STD
    colour_order: Literal["rgb", "bgr"] = "rgb"
    value_range: float = 1.0

    def __post_init__(self) -> None:
        """Raises ValueError, in one sentence, for settings that fit no network."""
        if self.channels not in (1, 3):
            raise ValueError(f"a network with {self.channels} input channels cannot be shown: use 1 or 3")
        if len(self.mean) != self.channels or len(self.std) != self.channels:
            raise ValueError(f"mean and std need {self.channels} values each, one per input channel")
        if min(self.input_size) < 1:
            raise ValueError(f"the input size {self.input_size} must be at least one pixel each way")
        if min(self.std) <= 0 or self.value_range <= 0 or self.resize < 0:
            raise ValueError("std and value_range must be positive, and resize not negative")
        if self.crop not in ("crop", "squash", "letterbox") or self.colour_order not in ("rgb", "bgr"):
            raise ValueError("crop must be crop, squash or letterbox, and colour_order rgb or bgr")

    def __call__(self, rgb: U8, device: torch.device, crop: CropPolicy | None = None) -> torch.Tensor:
        """(H, W, 3) uint8 RGB of any size -> (1, C, *input_size) float32 on `device`.

        The picture is made small on the host, so only the network's own input size crosses to the device.
        """
        return self.tensor(self.pixels(rgb, crop), device)

    def tensor(self, pixels: U8, device: torch.device) -> torch.Tensor:
        """What `pixels` gave -> (1, C, *input_size) float32 on `device`."""
        planes = torch.from_numpy(pixels.transpose(2, 0, 1)[None])
        return self.normalise(planes.to(device).float())

    def shown(self, pixels: U8) -> U8:
        """What `pixels` gave, as the network sees it: grey for a network with one channel."""
        if self.channels == 3:
            return pixels
        grey = (pixels @ np.array(_LUMA)).round().clip(0, 255).astype(np.uint8)
        return np.repeat(grey[..., None], 3, axis=2)

    def normalise(self, pixels: torch.Tensor) -> torch.Tensor:
        """(N, 3, h, w) RGB in 0..255 -> (N, C, h, w) as the network takes it; differentiable."""
        if self.channels == 1:
            luma = torch.tensor(_LUMA, device=pixels.device).view(1, 3, 1, 1)
            pixels = (pixels * luma).sum(1, keepdim=True)
        elif self.colour_order == "bgr":
            pixels = pixels.flip(1)
        scale, shift = _affine(self.mean, self.std, self.value_range, pixels.device)
        return torch.addcmul(shift, pixels, scale)

    def pixels(self, rgb: U8, crop: CropPolicy | None = None) -> U8:
        """(H, W, 3) uint8 RGB -> (*input_size, 3) uint8 RGB: what the network sees, before normalisation."""
        height, width = rgb.shape[:2]
        box = self.frame_box((height, width), crop)
        top, left, bottom, right = box
        inside = (max(top, 0), max(left, 0), min(bottom, height), min(right, width))
        part = rgb[inside[0] : inside[2], inside[1] : inside[3]]
        if inside == box:
            return _resample(part, self.input_size)
        return self._letterboxed(part, box, inside)

    def picture(self, x: torch.Tensor) -> U8:
        """The inverse of the normalisation: (1, C, h, w) or (C, h, w) -> (h, w, 3) uint8 RGB, clipped."""
        x = x.detach().reshape(-1, *x.shape[-2:])
        scale, shift = _affine(self.mean, self.std, self.value_range, x.device)
        values = ((x.float() - shift[0]) / scale[0]).round().clamp(0, 255).to(torch.uint8)
        if self.channels == 1:
            values = values.expand(3, -1, -1)
        elif self.colour_order == "bgr":
            values = values.flip(0)
        return values.permute(1, 2, 0).contiguous().cpu().numpy()

    def frame_box(self, frame_size: tuple[int, int], crop: CropPolicy | None = None) -> Box:
        """The part of the frame that the network input shows, in frame pixels; letterbox reaches outside."""
        policy = crop or self.crop
        frame_h, frame_w = frame_size
        if policy == "squash":
            return 0, 0, frame_h, frame_w
        input_h, input_w = self.input_size
        per_pixel = (frame_h / input_h, frame_w / input_w)  # frame pixels for one input pixel
        if policy == "letterbox":
            step = max(per_pixel)
        else:
            step = min(per_pixel)
            if self.resize:
                step = min(step, min(frame_size) / self.resize)
        height, width = max(round(input_h * step), 1), max(round(input_w * step), 1)
        top, left = (frame_h - height) // 2, (frame_w - width) // 2
        return top, left, top + height, left + width

    def in_words(self) -> str:
        """One line for the window."""
        height, width = self.input_size
        cut = {
            "crop": f"shorter side to {self.resize}, centre cut" if self.resize else "largest centre cut",
            "squash": "squashed",
            "letterbox": "letterboxed",
        }[self.crop]
        colours = self.colour_order.upper() if self.channels == 3 else "grey"
        values = f"0..{self.value_range:g}"
        numbers = f"mean {_listed(self.mean)}, std {_listed(self.std)}"
        return f"{cut} to {height}x{width}, {colours} {values}, {numbers}, bilinear antialiased"

    def _letterboxed(self, part: U8, box: Box, inside: Box) -> U8:
        """The frame in the middle of a field of the mean colour."""
        input_h, input_w = self.input_size
        scale_y, scale_x = input_h / (box[2] - box[0]), input_w / (box[3] - box[1])
        top, left = round((inside[0] - box[0]) * scale_y), round((inside[1] - box[1]) * scale_x)
        height = min(max(round(part.shape[0] * scale_y), 1), input_h - top)
        width = min(max(round(part.shape[1] * scale_x), 1), input_w - left)
        mean = np.round(np.array(self.mean) * 255 / self.value_range).clip(0, 255)
        mean = np.broadcast_to(mean[::-1] if self.colour_order == "bgr" else mean, 3)
        field = np.empty((input_h, input_w, 3), np.uint8)
        field[:] = mean.astype(np.uint8)
        field[top : top + height, left : left + width] = _resample(part, (height, width))
        return field


def _resample(rgb: U8, size: tuple[int, int]) -> U8:
    """Bilinear with antialiasing on bytes; the copy makes a writable array, which torch wants."""
    if rgb.shape[:2] == size:
        return rgb.copy()
    pixels = torch.from_numpy(rgb.copy()).permute(2, 0, 1)[None]
    small = F.interpolate(pixels, size=size, mode="bilinear", antialias=True)
    return small[0].permute(1, 2, 0).contiguous().numpy()


@lru_cache(maxsize=32)
def _affine(
    mean: tuple[float, ...], std: tuple[float, ...], value_range: float, device: torch.device
) -> tuple[torch.Tensor, torch.Tensor]:
    """Of x = byte * scale + shift, both (1, C, 1, 1)."""
    with torch.inference_mode(False):  # they are kept, and must serve a backward pass as well
        means, stds = (torch.tensor(values, dtype=torch.float64).view(1, -1, 1, 1) for values in (mean, std))
        scale, shift = value_range / 255 / stds, -means / stds
        return scale.float().to(device), shift.float().to(device)


def _listed(values: tuple[float, ...]) -> str:
    return " ".join(f"{value:g}" for value in values)
