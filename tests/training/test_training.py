"""The classifier's training on a data set of a few hundred made-up pictures."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
import torch

from deepvis_app.models.nets.caffenet64 import CaffeNet64
from precompute.training.augment import crop_flip, jitter_colour
from precompute.training.classifier import (
    CheckpointError,
    Progress,
    Recipe,
    Trainer,
    decay,
    evaluate,
    learning_rate,
    normalise,
)
from precompute.training.data import DatasetError, TinyImageNet, load_tiny_imagenet
from precompute.training.fold import FoldingError, dead_units, fold
from tests.training.conftest import WNIDS


def tiny(epochs: int = 1) -> Recipe:
    return Recipe(epochs=epochs, batch=32, peak_rate=0.05)


def ignore(_: Progress) -> None:
    pass


def test_zip_and_unpacked_folder_give_the_same_pictures(
    archive: Path, data: TinyImageNet, tmp_path: Path
) -> None:
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(tmp_path / "unpacked")
    folder = load_tiny_imagenet(tmp_path / "unpacked", cache=tmp_path / "cache2")
    assert torch.equal(folder.train.pictures, data.train.pictures)
    assert torch.equal(folder.val.labels, torch.arange(6))
    assert folder.wnids == tuple(sorted(WNIDS))
    assert folder.names[0] == "class n01, other name"


def test_decoded_pictures_come_from_the_cache_the_second_time(
    archive: Path, data: TinyImageNet, tmp_path: Path
) -> None:
    again = load_tiny_imagenet(archive, cache=tmp_path / "cache")
    assert torch.equal(again.train.pictures, data.train.pictures)
    assert len(list((tmp_path / "cache").iterdir())) == 2


def test_something_else_than_tiny_imagenet_is_refused_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "text.zip").write_text("no zip")
    for name, sentence in (
        ("gone", "no such file"),
        ("empty", "no wnids.txt"),
        ("text.zip", "not a readable zip"),
    ):
        with pytest.raises(DatasetError, match=sentence):
            load_tiny_imagenet(tmp_path / name)


def test_crops_keep_their_size_and_range_and_differ_per_picture() -> None:
    one = torch.randint(0, 256, (1, 3, 64, 64), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    crops = crop_flip(one.repeat(8, 1, 1, 1), 0.4, torch.Generator().manual_seed(3))
    assert crops.shape == (8, 3, 64, 64)
    assert crops.min() >= 0
    assert crops.max() <= 1
    assert len({round(float(c.sum()), 3) for c in crops}) > 4


def test_crops_are_upright_windows_some_of_them_mirrored() -> None:
    ramp = torch.arange(0, 256, 4, dtype=torch.uint8)
    rows = ramp.view(1, 64, 1).expand(1, 64, 64)
    pictures = torch.cat([rows, rows.transpose(1, 2), rows]).repeat(16, 1, 1, 1)
    crops = crop_flip(pictures, 0.4, torch.Generator().manual_seed(12))
    down, across = crops[:, 0].diff(dim=1), crops[:, 1].diff(dim=2)
    assert (down >= -1e-6).all()
    assert crops[:, 0].diff(dim=2).abs().max() < 1e-5
    mirrored = (across <= 1e-6).all(2).all(1)
    upright = (across >= -1e-6).all(2).all(1)
    assert (mirrored ^ upright).all()
    assert 0 < int(mirrored.sum()) < 16


def test_colour_jitter_keeps_grey_pictures_grey() -> None:
    grey = torch.rand(4, 1, 8, 8).repeat(1, 3, 1, 1)
    jittered = jitter_colour(grey, torch.Generator().manual_seed(1))
    assert torch.allclose(jittered[:, 0], jittered[:, 2], atol=1e-6)
    assert not torch.allclose(jittered, grey)


def test_the_rate_rises_to_its_peak_and_ends_near_zero() -> None:
    recipe = Recipe()
    rates = [learning_rate(recipe, p / 100) for p in range(101)]
    assert max(rates) == pytest.approx(recipe.peak_rate)
    assert rates.index(max(rates)) == round(100 * recipe.warm_up)
    assert rates[100] == pytest.approx(0, abs=1e-9)


@pytest.mark.slow  # four epochs
def test_a_run_that_was_killed_after_an_epoch_ends_like_one_that_was_not(
    data: TinyImageNet, tmp_path: Path
) -> None:
    straight = Trainer(tiny(2), data.train, data.val, 6)
    straight.run(tmp_path / "straight.pt", ignore)
    first = Trainer(tiny(2), data.train, data.val, 6)

    class KilledError(Exception):
        pass

    def kill_in_second_epoch(progress: Progress) -> None:
        if progress.epoch == 1:
            raise KilledError

    with pytest.raises(KilledError):
        first.run(tmp_path / "killed.pt", kill_in_second_epoch)
    resumed = Trainer(tiny(2), data.train, data.val, 6)
    resumed.run(tmp_path / "killed.pt", ignore)
    for (name, a), b in zip(
        straight.net.state_dict().items(), resumed.net.state_dict().values(), strict=True
    ):
        assert torch.allclose(a, b, atol=1e-5), name


def test_a_checkpoint_of_other_settings_or_a_damaged_one_is_refused(
    data: TinyImageNet, tmp_path: Path
) -> None:
    path = tmp_path / "c.pt"
    Trainer(tiny(1), data.train, data.val, 6).run(path, ignore)
    with pytest.raises(CheckpointError, match="other settings"):
        Trainer(tiny(2), data.train, data.val, 6).run(path, ignore)
    for content in (b"", path.read_bytes()[:5000], b"no checkpoint at all"):
        path.write_bytes(content)
        with pytest.raises(CheckpointError, match="is damaged"):
            Trainer(tiny(1), data.train, data.val, 6).run(path, ignore)


def test_a_checkpoint_that_does_not_tell_its_recipe_is_gone_on_from(
    data: TinyImageNet, tmp_path: Path
) -> None:
    path = tmp_path / "c.pt"
    Trainer(tiny(1), data.train, data.val, 6).run(path, ignore)
    state = torch.load(path, weights_only=True)
    del state["recipe"]
    torch.save(state, path)
    resumed = Trainer(tiny(1), data.train, data.val, 6)
    resumed.run(path, ignore)
    assert resumed.epoch == 1


@pytest.mark.parametrize("changed", ["words.txt", "val/val_annotations.txt", "wnids.txt"])
def test_a_layout_with_a_list_that_does_not_fit_is_refused(
    changed: str, archive: Path, tmp_path: Path
) -> None:
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(tmp_path)
    (tmp_path / "tiny" / changed).write_text("n99\tsomething\n")
    with pytest.raises(DatasetError, match="not the layout of Tiny ImageNet"):
        load_tiny_imagenet(tmp_path / "tiny", cache=tmp_path / "cache")
    if changed != "wnids.txt":
        (tmp_path / "tiny" / changed).unlink()
        with pytest.raises(DatasetError, match="not the layout of Tiny ImageNet"):
            load_tiny_imagenet(tmp_path / "tiny", cache=tmp_path / "cache")


@pytest.mark.parametrize("content", [b"", b"no picture", b"\x89PNG\r\n\x1a\n" + 100 * b"x"])
def test_a_damaged_picture_is_named(content: bytes, archive: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(tmp_path)
    (tmp_path / "tiny/val/images/val_3.png").write_bytes(content)
    with pytest.raises(DatasetError, match=r"val_3.png: not a readable picture"):
        load_tiny_imagenet(tmp_path / "tiny", cache=tmp_path / "cache")


def test_folding_keeps_the_function_and_is_checked(data: TinyImageNet) -> None:
    net = Trainer(tiny(), data.train, data.val, 6).net
    for module in net.modules():
        if isinstance(module, torch.nn.BatchNorm1d | torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(module.weight, 0.5, 2)
            torch.nn.init.normal_(module.bias)
            assert module.running_mean is not None
            assert module.running_var is not None
            module.running_mean.normal_()
            module.running_var.uniform_(0.5, 3)
    x = normalise(data.val.pictures.float() / 255)
    plain = fold(net, x)
    assert torch.allclose(net(x).softmax(1), plain(x), atol=1e-4)
    assert [n for n, _ in plain.named_children() if n.startswith("bn")] == []
    with pytest.raises(FoldingError, match="differ by"):
        fold(net, x, tolerance=-1.0)


def test_dead_units_are_counted_against_a_loop_over_units() -> None:
    torch.manual_seed(0)
    net = CaffeNet64(6).eval()
    bias = net.get_submodule("conv2").get_parameter("bias")
    with torch.no_grad():
        bias.fill_(10)
        bias[:5] = -1e6
    batches = [torch.randn(3, 3, 64, 64), torch.randn(2, 3, 64, 64)]
    counted = dead_units(net, batches)
    assert counted["conv2"] == 5
    conv1 = torch.cat([net.get_submodule("conv1")(b) for b in batches])
    assert counted["conv1"] == sum(1 for u in range(64) if float(conv1[:, u].detach().max()) <= 0)


def test_accuracy_counts_hits_among_the_first_one_and_five(data: TinyImageNet) -> None:
    class Fixed(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.tensor([[6.0, 5, 4, 3, 2, 1]]).repeat(len(x), 1)

    accuracy = evaluate(Fixed(), data.val)
    assert accuracy.top1 == pytest.approx(1 / 6)
    assert accuracy.top5 == pytest.approx(5 / 6)


@pytest.mark.parametrize(("steps", "kept"), [(11700, 0.999), (1560, 1 - 1 / 156), (5, 0.0)])
def test_weights_are_averaged_over_a_tenth_of_a_short_run(steps: int, kept: float) -> None:
    assert decay(Recipe(), steps) == pytest.approx(kept)
