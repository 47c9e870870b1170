"""How networks and layers are named in the words of a child process."""

from __future__ import annotations

from pathlib import Path

from deepvis_app.messages import LayerInfo, ModelChoice, ModelInfo

Value = str | int | bool


def model_words(choice: ModelChoice) -> list[str]:
    """The options that name the network. Paths are made absolute, because the child runs in another folder."""
    there = choice.absolute()
    words = ["--model", there.name, *said("--weights", there.weights, "default")]
    return [*words, *said("--mean", there.mean, ""), *said("--labels", there.labels, "")]


def absolute(path: str) -> str:
    return str(Path(path.strip()).expanduser().absolute())


def said(option: str, value: Value, default: Value) -> list[str]:
    """An option with its value; nothing where it is as by default, and no value for a tick."""
    if value == default:
        return []
    return [option] if value is True else [option, str(value)]


def word_for(model: ModelInfo, layer: LayerInfo) -> str:
    """The layer's alias, where it cannot be taken for another layer."""
    called = sum(layer.alias in (other.alias, other.name) for other in model.layers)
    return layer.alias if called == 1 else layer.name
