from __future__ import annotations

import numpy as np
import pytest
import torch

from deepvis_app.messages import LayerInfo, ReceptiveField
from deepvis_app.models.layers import as_maps_batch
from deepvis_app.models.preprocess import Preprocess
from deepvis_app.models.probe import Probe
from precompute.top.patches import LONGEST, Sight, drawn_relevance, drawn_signal, shrunk, sight, true_patch
from tests.precompute.top.nets import noise, small_model


@pytest.mark.parametrize("place", [(0, 0), (2, 3), (4, 5), (0, 5)])
def test_the_box_holds_all_pixels_that_a_gradient_reaches(place: tuple[int, int]) -> None:
    model = small_model()
    layer = model.info.layer("0")
    reached = np.zeros((20, 24), bool)
    for seed in range(5):
        x = torch.randn(1, 3, 20, 24, generator=torch.Generator().manual_seed(seed)).requires_grad_()
        with torch.enable_grad(), Probe(model.net, [layer.name]) as probe:
            model.net(x)
            unit_map = as_maps_batch(layer, probe.outputs[layer.name])[0].sum(0)
        (found,) = torch.autograd.grad(unit_map[place], x)
        reached |= found[0].abs().sum(0).numpy() > 0
    seen = sight(layer, place, model.preprocess, (20, 24))
    top, left, bottom, right = seen.box
    rows, columns = np.nonzero(reached)
    assert (rows.min(), columns.min()) == (max(top, 0), max(left, 0))
    assert (rows.max() + 1, columns.max() + 1) == (min(bottom, 20), min(right, 24))
    assert seen.source == seen.box  # a picture of the input's own size


def toy(size: int, offset: int, stride: int = 1) -> LayerInfo:
    field = ReceptiveField((size, size), (stride, stride), (offset, offset))
    return LayerInfo("toy", "toy", "Conv2d", (1, 20, 24), 1, (20, 24), field)


def test_a_patch_has_the_pictures_own_pixels_and_grey_at_the_right_side() -> None:
    picture = noise(1, 40, 48)  # the input is 20x24: every input pixel is two by two of the picture
    preprocess = Preprocess((20, 24))
    inside = sight(toy(5, -2), (7, 8), preprocess, (40, 48))
    assert inside.source == (10, 12, 20, 22)
    assert (true_patch(picture, inside, preprocess) == picture[10:20, 12:22]).all()
    corner = true_patch(picture, sight(toy(5, -2), (0, 23), preprocess, (40, 48)), preprocess)
    assert corner.shape == (10, 10, 3)
    assert (corner[:4] == 128).all()
    assert (corner[:, 6:] == 128).all()
    assert (corner[4:, :6] == picture[:6, 42:48]).all()


def test_what_the_centre_cut_leaves_out_is_grey_because_no_unit_saw_it() -> None:
    picture = noise(2, 20, 100)
    preprocess = Preprocess((20, 20))
    edge = sight(toy(5, -2), (10, 0), preprocess, (20, 100))
    assert edge.source == (8, 38, 13, 43)
    patch = true_patch(picture, edge, preprocess)
    assert (patch[:, :2] == 128).all()
    assert (patch[:, 2:] == picture[8:13, 40:43]).all()


def test_letterbox_shows_the_bars_as_grey() -> None:
    picture = noise(3, 10, 40)
    preprocess = Preprocess((20, 20), crop="letterbox")
    whole = sight(LayerInfo("fc", "fc", "Linear", (5,), 5), (0, 0), preprocess, (10, 40))
    assert whole.source == (-15, 0, 25, 40)
    patch = true_patch(picture, whole, preprocess)
    assert (patch[15:25] == picture).all()
    assert (patch[:15] == 128).all()


@pytest.mark.parametrize("size", [24, 99])
def test_a_field_larger_than_the_input_shows_the_whole_input(size: int) -> None:
    seen = sight(toy(size, -size // 2), (3, 4), Preprocess((20, 24)), (40, 48))
    assert seen == Sight((0, 0, 20, 24), (0, 0, 40, 48))


def test_a_tiny_picture_still_gives_a_patch() -> None:
    preprocess = Preprocess((20, 24))
    seen = sight(toy(1, 0), (19, 23), preprocess, (1, 1))
    assert min(true_patch(noise(1)[:1, :1], seen, preprocess).shape) >= 1


def test_large_patches_are_made_smaller_and_small_ones_stay() -> None:
    assert shrunk(noise(1, 300, 600)).shape == (LONGEST // 2, LONGEST, 3)
    assert shrunk(noise(1, 300, 600), 64).shape == (32, 64, 3)
    assert (shrunk(noise(1, 50, 60)) == noise(1, 50, 60)).all()


@pytest.mark.parametrize("order", ["rgb", "bgr"])
def test_a_signal_is_drawn_about_mid_grey_in_its_colour(order: str) -> None:
    heat = np.zeros((3, 20, 24), np.float32)
    heat[0, 5, 6], heat[1, 6, 6] = 4, -2
    heat[2, 0, 0] = 100  # outside of the box: it must not set the scale
    preprocess = Preprocess((20, 24), colour_order=order)  # type: ignore[arg-type]
    drawn = drawn_signal(heat, Sight((3, 4, 8, 9), (0, 0, 1, 1)), preprocess)
    red = 0 if order == "rgb" else 2
    assert drawn.shape == (5, 5, 3)
    assert drawn[2, 2, red] == 255
    assert drawn[3, 2, 1] == 64
    assert (np.delete(drawn.reshape(-1), [(2 * 5 + 2) * 3 + red, (3 * 5 + 2) * 3 + 1]) == 128).all()


def test_single_strong_pixels_do_not_turn_all_others_grey() -> None:
    heat = np.full((3, 20, 24), 0.01, np.float32)
    heat[0, 3, 3] = 5
    drawn = drawn_signal(heat, Sight((0, 0, 20, 24), (0, 0, 1, 1)), Preprocess((20, 24)))
    assert drawn[10, 10, 0] == 255
    assert (drawn_signal(-heat, Sight((0, 0, 20, 24), (0, 0, 1, 1)), Preprocess((20, 24)))[10, 10] == 0).all()


def test_relevance_is_the_sum_over_the_colours_orange_for_and_blue_against() -> None:
    heat = np.zeros((3, 20, 24), np.float32)
    heat[:, 5, 6], heat[:, 6, 6] = (3, -1, 2), (0, -2, -2)
    heat[:, 7, 7] = (5, 0, -5)  # for and against: nothing is left
    heat[2, 0, 0] = 100  # outside of the box
    drawn = drawn_relevance(heat, Sight((3, 4, 8, 9), (0, 0, 1, 1)))
    assert drawn[2, 2].tolist() == [255, 225, 150]
    assert drawn[3, 2].tolist() == [150, 205, 255]
    others = np.delete(drawn.reshape(-1, 3), [2 * 5 + 2, 3 * 5 + 2], 0)
    assert (others == [16, 16, 20]).all()


def test_no_signal_and_padding_are_mid_grey() -> None:
    drawn = drawn_signal(
        np.zeros((3, 20, 24), np.float32), Sight((-3, -3, 2, 2), (0, 0, 1, 1)), Preprocess((20, 24))
    )
    assert (drawn == 128).all()
