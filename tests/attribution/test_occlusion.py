"""Occlusion against one picture at a time."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from deepvis_app.attribution import METHODS, SupersededError, Target
from deepvis_app.attribution.occlusion import patches
from deepvis_app.messages import Seed
from tests.attribution.nets import Tiny, loaded, picture, silence


@pytest.mark.parametrize(
    ("layer", "seed"), [("fc", Seed("max")), ("conv2", Seed("map")), ("relu2", Seed("position", (1, 0)))]
)
def test_heat_is_the_drop_of_the_objective_one_patch_at_a_time(layer: str, seed: Seed) -> None:
    x = picture(1, 2, 10, 10)
    net = Tiny()
    model = loaded(net, x)

    def maps(x: torch.Tensor) -> torch.Tensor:
        out = net.conv2(net.pool1(net.conv1(x).relu()))[0]
        out = out if layer == "conv2" else out.relu()
        scores: torch.Tensor = net.fc(out.flatten())[:, None, None]
        return scores if layer == "fc" else out

    unit_map = maps(x)[3 if layer == "relu2" else 1]
    peak = divmod(int(unit_map.argmax()), unit_map.shape[1])

    def value(x: torch.Tensor) -> float:
        a = maps(x)[3 if layer == "relu2" else 1]
        if seed.kind == "map":
            return float((a * a).sum() / 2)
        return float(a[peak] if seed.kind == "max" else a[seed.position])

    drops = torch.zeros(10, 10, dtype=x.dtype)  # a 10x10 picture has a place a pixel
    for row in range(10):
        for column in range(10):
            hidden = x.clone()
            window = (
                slice(max(round(row - 0.5), 0), round(row + 1.5)),
                slice(max(round(column - 0.5), 0), round(column + 1.5)),
            )
            for channel in range(2):
                hidden[0, channel][window] = x[0, channel].mean()
            drops[row, column] = value(x) - value(hidden)
    target = Target(layer, 3 if layer == "relu2" else 1, seed)
    found = METHODS["occlusion"].run(model, x, target, ["conv1"])
    assert drops.any()
    torch.testing.assert_close(found.heat, drops[None].float())
    assert torch.equal(found.activations["conv1"], net.conv1(x))


@pytest.mark.parametrize("size", [(24, 24), (64, 64), (50, 31), (5, 3)])
def test_patches_cover_the_picture_and_are_centred_on_an_even_grid(size: tuple[int, int]) -> None:
    (rows, columns), boxes = patches(*size)
    assert (rows, columns) == (min(12, size[0]), min(12, size[1]))
    covered = torch.zeros(size)
    for top, left, bottom, right in boxes:
        assert 0 <= top < bottom <= size[0]
        assert 0 <= left < right <= size[1]
        covered[top:bottom, left:right] += 1
    assert covered.min() >= 1
    top, left, bottom, right = boxes[columns + 1] if min(rows, columns) > 2 else boxes[0]
    assert abs((top + bottom) / 2 - 1.5 * size[0] / rows) <= 0.5
    assert abs((left + right) / 2 - 1.5 * size[1] / columns) <= 0.5


def test_a_larger_picture_gets_a_smooth_heat_of_its_own_size() -> None:
    x = picture(1, 2, 40, 10)
    net = torch.nn.Sequential(torch.nn.Conv2d(2, 2, 3), torch.nn.ReLU())
    found = METHODS["occlusion"].run(loaded(net, x), x, Target("1", 0, Seed("map")), [])
    assert found.heat.shape == (1, 40, 10)
    small = F.interpolate(found.heat[None], (12, 10), mode="bilinear", align_corners=False)
    assert small.std() > 0


def test_an_objective_that_no_patch_changes_is_explained() -> None:
    x = picture(1, 2, 10, 10)
    net = Tiny()
    model = loaded(net, x)
    silence(net.conv2, 1)
    found = METHODS["occlusion"].run(model, x, Target("relu2", 1, Seed("map")), [])
    assert "relu2:1 is silent, and hiding parts of the picture does not wake it" in found.note


def test_a_network_for_one_picture_at_a_time_gives_the_same_heat() -> None:
    class OneAtATime(torch.nn.Module):
        def __init__(self, net: torch.nn.Module) -> None:
            super().__init__()
            self.net = net

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            y: torch.Tensor = self.net(x.view(1, 2, 10, 10))
            return y

    x = picture(1, 2, 10, 10)
    net = Tiny()
    expected = METHODS["occlusion"].run(loaded(net, x), x, Target("conv2", 1, Seed("map")), [])
    found = METHODS["occlusion"].run(loaded(OneAtATime(net), x), x, Target("net.conv2", 1, Seed("map")), [])
    torch.testing.assert_close(found.heat, expected.heat)


def test_work_that_nobody_waits_for_stops_after_the_chunk_in_hand() -> None:
    x = picture(1, 2, 10, 10)
    net = Tiny()
    calls: list[int] = []
    net.conv1.register_forward_hook(lambda *_: calls.append(1))
    model = loaded(net, x)
    before = len(calls)
    answers = iter([True, False])
    with pytest.raises(SupersededError):
        METHODS["occlusion"].run(model, x, Target("fc", 1, Seed("max"), lambda: next(answers)), [])
    assert len(calls) - before == 2  # the whole picture, and one chunk of hidden ones
