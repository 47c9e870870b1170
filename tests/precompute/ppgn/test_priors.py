"""Priors of a chain: the joint one, a learned one, none; and what does not fit."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from deepvis_app.models.probe import Probe
from precompute.generators.store import load_generator
from precompute.ppgn.denoiser import (
    LARGEST,
    Denoiser,
    DenoiserError,
    check_size,
    load_denoiser,
    save_denoiser,
    user_folder,
)
from precompute.ppgn.priors import PriorError, open_prior
from tests.precompute.jobs.generators import NAME, bundled, save

SHAPE = (1024,)
CARD = {"encoder": {"title": "caffenet64", "fingerprint": "1" * 64, "layer": "relu6"}}


def small(shape: tuple[int, ...] = (16,), seed: int = 0) -> Denoiser:
    torch.manual_seed(seed)
    made = Denoiser(shape)
    made.code_mean.copy_(torch.linspace(0, 1, made.code_mean.numel()))
    made.code_std.copy_(torch.linspace(0.5, 2, made.code_std.numel()))
    return made.eval()


def test_the_joint_prior_is_the_code_of_the_codes_picture() -> None:
    save()
    generator, card = load_generator(NAME)
    model = bundled()
    prior = open_prior("joint", generator, card, model)
    h = torch.rand(2, *SHAPE)
    pictures = generator(h).clamp(0, 1)
    with torch.no_grad(), Probe(model.net, ["relu6"]) as probe:
        expected = probe.run(model.preprocess.normalise(pictures * 255))["relu6"]
    assert torch.allclose(prior(h, pictures), expected, atol=1e-4)
    larger = torch.nn.functional.interpolate(pictures, (96, 96))
    assert torch.allclose(prior(h, larger), expected, atol=1e-4)  # of its own picture, not of a resized one
    assert prior.told() == {"name": "joint", "encoder": "caffenet64", "layer": "relu6"}


def test_without_a_prior_every_code_stays() -> None:
    save()
    generator, card = load_generator(NAME)
    prior = open_prior("none", generator, card, bundled())
    h = torch.rand(2, *SHAPE)
    assert torch.equal(prior(h, torch.empty(0)), h)


def test_a_learned_prior_is_found_by_name_and_by_file() -> None:
    save()
    generator, card = load_generator(NAME)
    model = bundled()
    of = {"encoder": {"title": "caffenet64", "fingerprint": model.info.fingerprint, "layer": "relu6"}}
    told = save_denoiser(small(SHAPE), of, user_folder(), "mine")
    h = torch.rand(2, *SHAPE)
    for text in ("mine", str(user_folder() / "mine.safetensors")):
        prior = open_prior(text, generator, card, model)
        assert torch.allclose(prior(h, torch.empty(0)), small(SHAPE)(h), atol=5e-3)
        assert prior.told() == {"name": "mine", "weights_sha256": told["weights_sha256"]}


def test_what_does_not_fit_is_one_sentence() -> None:
    save()
    generator, card = load_generator(NAME)
    model = bundled()
    with pytest.raises(DenoiserError, match="no prior 'nowhere'; known are joint, none"):
        open_prior("nowhere", generator, card, model)
    save_denoiser(small((16,)), CARD, user_folder(), "narrow")
    with pytest.raises(PriorError, match=r"codes of shape \(16,\), but the generator takes \(1024,\)"):
        open_prior("narrow", generator, card, model)
    save_denoiser(small(SHAPE), CARD, user_folder(), "other")
    with pytest.raises(PriorError, match="with other weights than the generator's own network"):
        open_prior("other", generator, card, model)
    encoder = {"title": "caffenet64", "fingerprint": model.info.fingerprint, "layer": "relu7"}
    save_denoiser(small(SHAPE), {"encoder": encoder}, user_folder(), "higher")
    with pytest.raises(PriorError, match="codes of relu7, but the generator takes those of relu6: train one"):
        open_prior("higher", generator, card, model)
    save("silent", title="", fingerprint="")
    generator, card = load_generator("silent")
    with pytest.raises(PriorError, match=r"joint needs the generator's own network.*--prior none"):
        open_prior("joint", generator, card, model)
    save("wide", code=(512,))
    generator, card = load_generator("wide")
    with pytest.raises(PriorError, match=r"takes codes of shape \(512,\), but relu6 of caffenet64 gives"):
        open_prior("joint", generator, card, model)


def test_a_denoiser_comes_back_from_its_files(tmp_path: Path) -> None:
    made = small((4, 3, 2))
    card = save_denoiser(made, {"title": "a"}, tmp_path, "d")
    found, told = load_denoiser(str(tmp_path / "d.safetensors"))
    codes = torch.randn(5, 4, 3, 2)
    assert found(codes).shape == codes.shape
    assert torch.allclose(found(codes), made(codes), atol=0.02)
    assert told == card
    assert card["kind"] == "denoiser"
    assert not any(one.requires_grad for one in found.parameters())


def test_a_denoiser_has_the_widths_of_the_paper() -> None:
    layers = [one for one in Denoiser((4096,)).body if isinstance(one, torch.nn.Linear)]
    assert [one.out_features for one in layers] == [2048, 1024, 512, 1024, 2048, 4096]
    tiny = [one.out_features for one in Denoiser((5,)).body if isinstance(one, torch.nn.Linear)]
    assert tiny == [2, 1, 1, 1, 2, 5]


@pytest.mark.parametrize(
    ("card", "sentence"),
    [
        ("", "missing or damaged"),
        ("[]", "missing or damaged"),
        ('{"kind": "generator"}', "not that of a denoising autoencoder"),
        ('{"kind": "denoiser", "code": [99999999, 99999]}', "missing or damaged"),
        ('{"kind": "denoiser", "code": [17]}', "do not fit"),
        ('{"kind": "denoiser", "code": "no"}', "missing or damaged"),
    ],
)
def test_a_damaged_denoiser_is_one_sentence(tmp_path: Path, card: str, sentence: str) -> None:
    save_denoiser(small(), {}, tmp_path, "d")
    (tmp_path / "d.json").write_text(card)
    with pytest.raises(DenoiserError, match=sentence):
        load_denoiser(str(tmp_path / "d.safetensors"))


def test_codes_that_are_too_large_are_refused() -> None:
    check_size((LARGEST,), "fc6")
    with pytest.raises(DenoiserError, match="The codes of conv1 have 36864 elements"):
        check_size((96, 32, 12), "conv1")
