"""The network for planted classes: it learns them, and its files are a network to every command."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from deepvis_app.messages import ModelChoice
from deepvis_app.models import load_model
from precompute.rendered.fitting import as_inputs
from precompute.rendered.net import CODE, Recipe, ShapesNet, accuracy, read_net, save_net, trained
from precompute.rendered.planted import CLASSES, pictures

NAMES = [planted.name for planted in CLASSES]


def test_files_are_loaded_as_any_network_with_names_and_the_same_numbers(tmp_path: Path) -> None:
    torch.manual_seed(0)
    net = ShapesNet((4, 6, 8), 10, len(NAMES)).eval()
    save_net(net, tmp_path / "shapes.py", NAMES)
    model = load_model(ModelChoice(f"file:{tmp_path / 'shapes.py'}", "default", "cpu"))
    assert list(model.info.labels) == NAMES
    assert model.info.input_size == (64, 64)
    assert CODE in [layer.alias for layer in model.info.layers]
    these = pictures(1)
    with torch.no_grad():
        expected = net(as_inputs(these.rgb))
        planes = torch.from_numpy(these.rgb).permute(0, 3, 1, 2).float()
        torch.testing.assert_close(
            model.net(model.preprocess.normalise(planes)), expected, atol=1e-4, rtol=1e-4
        )
        torch.testing.assert_close(read_net(tmp_path / "shapes.safetensors")(as_inputs(these.rgb)), expected)


def test_training_is_the_seeds_own_tells_its_steps_and_can_be_broken_off() -> None:
    these, recipe, told = pictures(2), Recipe((4, 4, 4), 8, epochs=2, batch=12), []
    one = trained(these, recipe, lambda done, total: told.append((done, total)))
    other = trained(these, recipe, lambda done, total: None)
    assert told == [(done, 6) for done in range(1, 7)]
    assert all(
        torch.equal(a, b) for a, b in zip(one.state_dict().values(), other.state_dict().values(), strict=True)
    )
    assert 0 <= accuracy(one, these) <= 1

    def stop(done: int, total: int) -> None:
        raise InterruptedError(f"{done} of {total}")

    with pytest.raises(InterruptedError, match="1 of 6"):
        trained(these, recipe, stop)
