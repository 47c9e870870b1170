"""What of a prototxt is run: the layers of the test phase in order, without data and losses, and the input's shape."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from deepvis_app.models.caffe.errors import CaffeError, LayerError
from deepvis_app.models.caffe.prototxt import Message

Shape = tuple[int, ...]

_MOST_LAYERS = 10_000
_INPUT = "Input"
# They bring pictures and labels: their places are taken by the input.
_DATA = ("Data", "ImageData", "HDF5Data", "MemoryData", "WindowData", "DummyData", "AnnotatedData")
# They measure or write what the network gives; nothing that can be looked at comes after them.
_ENDS = ("Accuracy", "ArgMax", "Silence", "HDF5Output")
_V1_NAMES = """
    AbsVal Accuracy ArgMax BNLL Concat ContrastiveLoss Convolution Data Deconvolution Dropout DummyData EuclideanLoss
    Eltwise Exp Flatten HDF5Data HDF5Output HingeLoss Im2col ImageData InfogainLoss InnerProduct LRN MemoryData
    MultinomialLogisticLoss MVN Pooling Power ReLU Sigmoid SigmoidCrossEntropyLoss Silence Softmax Split Slice TanH
    WindowData Threshold
"""
# CONVOLUTION and INNER_PRODUCT of the old format -> Convolution and InnerProduct.
_OLD_TYPES = {name.upper(): name for name in _V1_NAMES.split()} | {"SOFTMAX_LOSS": "SoftmaxWithLoss"}


@dataclass(frozen=True)
class Layer:
    """One layer as it is described; `more` has its own settings (convolution_param and the like)."""

    name: str
    type: str
    bottoms: tuple[str, ...]
    tops: tuple[str, ...]
    more: Message


@dataclass(frozen=True)
class Graph:
    """The layers that are run, in order. `input` is the blob that the picture (or code) is given as.

    `shape` is the input's with its batch; a size is 0 where only the weights can tell (the channels of a data layer).
    `data` is the data layer that the input replaces, if one does.
    """

    title: str
    layers: tuple[Layer, ...]
    input: str
    shape: Shape
    data: Layer | None = None


def graph_of(net: Message, name: str) -> Graph:
    """Of the description in the file `name`. Raises CaffeError."""
    try:
        return _graph(net, name)
    except LayerError as error:
        raise CaffeError(f"{name} cannot be used: {error}.") from error


def type_of(text: str) -> str:
    """A layer type under today's name."""
    return _OLD_TYPES.get(text) or _OLD_TYPES.get(text.replace("_", ""), text) if text.isupper() else text


def _graph(net: Message, name: str) -> Graph:
    described = net.messages("layer") or net.messages("layers")
    if not described:
        raise CaffeError(f"{name} describes no layers; is it a solver's file? The network's own is needed.")
    if len(described) > _MOST_LAYERS:
        raise CaffeError(f"{name} describes {len(described)} layers; more than {_MOST_LAYERS} are not read.")
    if any(message.has("layer") for message in described):
        raise CaffeError(f"{name} is in Caffe's oldest format; run Caffe's upgrade_net_proto_text on it.")
    layers = [_layer(message) for message in described if _in_test(message)]
    inputs = _inputs(net) | {top: shape for layer in layers for top, shape in _given(layer).items()}
    data = {top: layer for layer in layers if layer.type in _DATA for top in layer.tops}
    run = [layer for layer in layers if layer.type != _INPUT and not _left_out(layer)]
    read = _read_first(run)
    wanted = [blob for blob in (*inputs, *data) if blob in read]
    if len(wanted) != 1:
        found = ", ".join(wanted) or "none"
        raise CaffeError(f"{name} must have one input that its layers read; it has {found}.")
    blob = wanted[0]
    if blob in inputs:
        return Graph(net.text("name"), tuple(run), blob, inputs[blob])
    return Graph(net.text("name"), tuple(run), blob, _data_shape(data[blob], name), data[blob])


def _layer(message: Message) -> Layer:
    bottoms, tops = message.texts("bottom"), message.texts("top")
    name = message.text("name")
    return Layer(name, type_of(message.text("type")), tuple(bottoms), tuple(tops), message)


def _in_test(message: Message) -> bool:
    """Whether a layer belongs to the test phase (NetStateRule: level 0, no stages)."""
    include, exclude = message.messages("include"), message.messages("exclude")
    if include:
        return any(_met(rule) for rule in include)
    return not any(_met(rule) for rule in exclude)


def _met(rule: Message) -> bool:
    levels = rule.integer("min_level", 0) <= 0 <= rule.integer("max_level", 0)
    return levels and rule.text("phase", "TEST") in ("TEST", "1") and not rule.texts("stage")


def _left_out(layer: Layer) -> bool:
    return layer.type in _DATA or layer.type in _ENDS or layer.type.endswith("Loss")


def _inputs(net: Message) -> dict[str, Shape]:
    """What the `input:` fields at the top say, with input_shape or four input_dim each."""
    names = net.texts("input")
    shapes = [tuple(shape.integers("dim")) for shape in net.messages("input_shape")]
    if not shapes:
        sizes = net.integers("input_dim")
        shapes = [tuple(sizes[at : at + 4]) for at in range(0, len(sizes), 4)]
    if len(names) != len(shapes):
        raise LayerError(f"it names {len(names)} inputs and {len(shapes)} shapes for them")
    return dict(zip(names, shapes, strict=True))


def _given(layer: Layer) -> dict[str, Shape]:
    """The tops of an Input layer: one shape for all, or one for each."""
    if layer.type != _INPUT:
        return {}
    shapes = [tuple(shape.integers("dim")) for shape in layer.more.message("input_param").messages("shape")]
    if not shapes:
        raise CaffeError(
            f"Layer {layer.name} (Input) says no shape; add input_param {{ shape {{ dim: ... }} }}."
        )
    return {top: shapes[min(at, len(shapes) - 1)] for at, top in enumerate(layer.tops)}


def _read_first(layers: Iterable[Layer]) -> set[str]:
    """The blobs that are read before a layer makes them."""
    made: set[str] = set()
    read: set[str] = set()
    for layer in layers:
        read |= set(layer.bottoms) - made
        made |= set(layer.tops)
    return read


def _data_shape(layer: Layer, name: str) -> Shape:
    """Of pictures as a data layer cuts them; their channels are left open."""
    settings = [layer.more.message(key) for key in ("transform_param", "data_param", "image_data_param")]
    side = max(message.integer("crop_size", 0) for message in settings)
    if side < 1:
        raise CaffeError(
            f"{name} does not say how large its input is; use the deploy prototxt, "
            "or add input: and input_shape at its top."
        )
    return 1, 0, side, side
