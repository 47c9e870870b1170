"""How good a generator is, on pictures that it has never seen."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch.nn import functional as F

from precompute.generators.encoder import Encoder
from precompute.generators.losses import normalised_error
from precompute.generators.mesh import Mesh
from precompute.generators.topology import Generator

BATCH = 100


@dataclass(frozen=True)
class Quality:
    """Means over the held-out pictures, measured on reconstructions clipped to 0..1 and rounded to 8 bits."""

    pictures: int
    image_error: float  # root mean squared error of pictures in 0..1
    feature_error: dict[str, float]  # layer -> normalised squared error
    code_error: float  # normalised squared error
    cosine: float  # between a picture's code and its reconstruction's
    agreement: float | None  # share whose reconstruction has the picture's top-1 class; None without classes
    mesh: float  # how strong a repeated pattern is in the reconstructions: see Mesh
    mesh_of_real: float  # the same of the pictures themselves

    def in_words(self) -> str:
        features = ", ".join(f"{name} {error:.3f}" for name, error in self.feature_error.items())
        features = f"feature error {features}, " if features else ""  # no map before the code is smaller
        agreement = "" if self.agreement is None else f", top-1 agreement {self.agreement:.1%}"
        return (
            f"held-out code cosine {self.cosine:.4f}{agreement}, code error {self.code_error:.3f}, "
            f"{features}image error {self.image_error:.4f}, mesh {self.mesh:.1f} "
            f"(photographs {self.mesh_of_real:.1f}; {self.pictures} pictures)"
        )


@torch.no_grad()
def measure(generator: Generator, encoder: Encoder, pictures: torch.Tensor) -> Quality:
    """Reconstruct `pictures` (N, 3, S, S) uint8 from their codes, in float32, and compare."""
    sums: dict[str, float] = {}
    mesh, mesh_of_real = Mesh(), Mesh()
    has_classes = True
    for part in pictures.split(BATCH):
        wanted = part.to(encoder.device).float() / 255
        real, real_class = encoder.classified(wanted)
        painted = (generator(real.code).clamp(0, 1) * 255).round() / 255
        seen, seen_class = encoder.classified(painted)
        mesh.add(painted)
        mesh_of_real.add(wanted)
        has_classes = has_classes and bool((real_class >= 0).all())
        found = {
            "image": F.mse_loss(painted, wanted).item(),
            "code": normalised_error(seen.code, real.code).item(),
            "cosine": F.cosine_similarity(seen.code.flatten(1), real.code.flatten(1)).mean().item(),
            "agreement": (seen_class == real_class).float().mean().item(),
            **{
                f"map {i}": normalised_error(a, b).item()
                for i, (a, b) in enumerate(zip(seen.maps, real.maps, strict=True))
            },
        }
        for name, value in found.items():
            sums[name] = sums.get(name, 0.0) + value * len(part) / len(pictures)
    return Quality(
        pictures=len(pictures),
        image_error=sums["image"] ** 0.5,
        feature_error={name: sums[f"map {i}"] for i, name in enumerate(encoder.compared)},
        code_error=sums["code"],
        cosine=sums["cosine"],
        agreement=sums["agreement"] if has_classes else None,
        mesh=mesh.strength(),
        mesh_of_real=mesh_of_real.strength(),
    )


@torch.no_grad()
def code_statistics(encoder: Encoder, pictures: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean and standard deviation (over the population) of every element of the code, float32, on the CPU."""
    total = torch.zeros(encoder.code_shape, dtype=torch.float64)
    squares = torch.zeros_like(total)
    for part in pictures.split(BATCH):
        codes = encoder(part.to(encoder.device).float() / 255).code.double().cpu()
        total += codes.sum(0)
        squares += codes.square().sum(0)
    mean = total / len(pictures)
    deviation = (squares / len(pictures) - mean.square()).clamp_min(0).sqrt()
    return mean.float(), deviation.float()
