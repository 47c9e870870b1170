"""Shift, centre bias and noise."""

from __future__ import annotations

import pytest
import torch

from precompute.synthesis.priors import CentreBias, Moment, Noise, PriorError, Shift
from tests.precompute.synthesis.priors.moments import moment, pictures


def fixed(*numbers: float, size: tuple[int, int] | None = None) -> Moment:
    """What is drawn is known, in 0..1."""
    drawn = torch.tensor([numbers] * 3)
    return Moment(0, 2, 1.0, lambda k: drawn[:, :k], size=size)


def test_a_shift_moves_by_whole_pixels_and_brings_back_what_leaves() -> None:
    x = pictures(8, 10)
    seen = Shift(pixels=2).transform(x, fixed(1.0, 0.25))  # two down, one to the left
    for y in range(8):
        for z in range(10):
            assert torch.equal(seen[:, :, (y + 2) % 8, (z - 1) % 10], x[:, :, y, z])


def test_each_picture_is_shifted_its_own_way_less_in_small_inputs_and_fields() -> None:
    x = pictures(1, 1).expand(3, 3, 64, 64).clone()
    x[..., 32, 32] += 9.0

    def ways(at: Moment) -> list[tuple[int, ...]]:
        found = Shift(pixels=10).transform(x, at)[:, 0].flatten(1).argmax(1)
        return [(int(place) // 64 - 32, int(place) % 64 - 32) for place in found]

    assert len(set(ways(moment()))) == 3
    assert max(abs(way) for both in ways(moment(scale=0.2)) for way in both) <= 2
    assert set(ways(moment(room=0.0))) == {(0, 0)}


@pytest.mark.parametrize(("drawn", "way"), [(0.5, 0), (0.8413447, 3), (0.9999, 5), (0.0, -5), (1.0, 5)])
def test_on_a_larger_canvas_the_shift_is_normal_and_ends_where_the_canvas_ends(
    drawn: float, way: int
) -> None:
    """The deviation is 0.3 of 10 pixels of room, of which half lie to each side."""
    x = pictures(20, 20)
    seen = Shift(slack=0.3).transform(x, fixed(drawn, 0.5, size=(10, 20)))
    assert torch.equal(seen, x.roll(way, 2))


def test_what_lies_outside_the_centre_gets_no_gradient_and_is_seen() -> None:
    x = pictures(20, 30).requires_grad_()
    seen = CentreBias(share=0.5).transform(x, moment())
    assert torch.equal(seen, x)
    (gradient,) = torch.autograd.grad(seen.sum(), x)
    expected = torch.zeros(20, 30)
    expected[5:15, 7:22] = 1
    assert torch.equal(gradient, expected.expand_as(x))


def test_the_centre_is_that_of_what_the_network_sees_wherever_the_canvas_was_moved() -> None:
    x = pictures(24, 24).requires_grad_()
    at = fixed(0.5, 1.0, size=(16, 16))
    seen = CentreBias(share=0.5).transform(Shift(slack=1.0).transform(x, at), at)
    (gradient,) = torch.autograd.grad(seen.sum(), x)
    expected = torch.zeros(24, 24)
    expected[8:16, 4:12] = 1  # eight of the sixteen that are seen, seen four pixels to the left
    assert torch.equal(gradient, expected.expand_as(x))


def test_noise_is_normal_of_the_given_size_and_fades_to_its_end() -> None:
    x = torch.zeros(3, 3, 60, 60)
    for index, size in ((0, 0.2), (5, 0.15), (10, 0.1)):
        found = Noise(0.2, end=0.1).project(x, moment(index)) / size
        assert float(found.std()) == pytest.approx(1, abs=0.03)
        assert float((found.abs() < 1).float().mean()) == pytest.approx(0.683, abs=0.02)
        assert float(found.mean()) == pytest.approx(0, abs=0.02)
    assert torch.equal(Noise(0.2).project(x, moment(10)), x)


def test_noise_is_either_seen_or_stays() -> None:
    x = pictures()
    seen, kept = Noise(0.2, seen=True), Noise(0.2)
    assert torch.equal(seen.project(x, moment()), x)
    assert torch.equal(kept.transform(x, moment()), x)
    assert torch.equal(seen.transform(x, moment()), kept.project(x, moment()))


def test_noise_is_drawn_for_codes_as_well() -> None:
    found = Noise(1.0).project(torch.zeros(3, 50), moment())
    assert found.shape == (3, 50)
    assert not torch.equal(found[0], found[1])


def test_moves_that_mean_nothing_are_refused() -> None:
    for wrong in (
        lambda: Shift(pixels=-1.0),
        lambda: CentreBias(0.0),
        lambda: CentreBias(1.1),
        lambda: Noise(-0.1),
    ):
        with pytest.raises(PriorError):
            wrong()
