"""caffe:DEPLOY.prototxt:WEIGHTS.caffemodel: a Caffe network that the user brings."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from deepvis_app.messages import ModelChoice
from deepvis_app.models.caffe.caffemodel import read_caffemodel
from deepvis_app.models.caffe.errors import CaffeError, LayerError
from deepvis_app.models.caffe.graph import Graph, graph_of
from deepvis_app.models.caffe.mean import USUAL, read_mean, without_scale
from deepvis_app.models.caffe.network import CaffeNet, build
from deepvis_app.models.caffe.prototxt import read_prototxt
from deepvis_app.models.loaded import Family, ModelError, NetSpec
from deepvis_app.models.preprocess import Preprocess
from deepvis_app.models.random_weights import randomise

PREFIX = "caffe:"
_WIDE = 256  # Caffe's ImageNet networks cut their input out of pictures of this size
_CUT = range(200, _WIDE)
_LONGEST_NAME = 100  # characters of a file's name that are shown


def _load(choice: ModelChoice) -> NetSpec:
    described, weights = (Path(file).expanduser() if file else None for file in choice.caffe_files)
    if choice.weights not in ("default", "random"):
        weights = Path(choice.weights).expanduser()
    if described is None or (weights is None and choice.weights != "random"):
        raise ModelError(
            f"{choice.name} is not of the form caffe:DEPLOY.prototxt:WEIGHTS.caffemodel; "
            "the weights may also be given on their own."
        )
    return load_caffe(described, None if choice.weights == "random" else weights, choice.mean)


def load_caffe(described: Path, weights: Path | None, mean: str = "") -> NetSpec:
    """The network of a prototxt with the weights of a caffemodel, or with random ones (None).

    `mean` is as `read_mean` takes it, "" for what the prototxt says or is usual. Raises ModelError.
    """
    try:
        net, graph = read_net(described, weights)
        preprocess, note = _preprocess(net, graph, mean)
    except LayerError as error:
        raise ModelError(f"{described.name} cannot be used: {error}.") from error
    except CaffeError as error:
        raise ModelError(str(error)) from error
    if weights is None:
        randomise(net, (preprocess.channels, *preprocess.input_size))
    title = weights.stem if weights else described.stem
    loaded = weights.name if weights else "random"
    return NetSpec(net, title, preprocess, (), loaded, note=note)


def read_net(described: Path, weights: Path | None) -> tuple[CaffeNet, Graph]:
    """The module and its description; `weights` None leaves them unset. Raises CaffeError."""
    graph = graph_of(read_prototxt(described), described.name)
    return build(graph, read_caffemodel(weights) if weights else None, described.name), graph


def _preprocess(net: CaffeNet, graph: Graph, mean: str) -> tuple[Preprocess, str]:
    """BGR in 0..255 minus the mean colour, as Caffe's networks have it; and where the mean is from, in words."""
    if len(net.input_shape) != 4:
        raise LayerError(f"its input of {len(net.input_shape)} dimensions is no picture")
    _, channels, height, width = net.input_shape
    if channels not in (1, 3):
        raise LayerError(f"its input has {channels} channels, and only colour (3) and grey (1) can be shown")
    told = graph.data.more.message("transform_param") if graph.data else None
    scale = told.number("scale", 1.0) if told else 1.0
    mean, asked = without_scale(mean)
    scale = scale if asked is None else asked
    given = mean or (",".join(map(str, told.numbers("mean_value"))) if told else "")
    values, note = (0.0,) * channels, ""
    if given:
        values = read_mean(given, channels, (height, width))
    elif channels == 3:
        values, note = USUAL, "; the mean is the usual one of Caffe's networks, because none was given"
    file = told.text("mean_file") if told else ""
    if file and not given:
        here = "the usual one of Caffe's networks" if channels == 3 else "none"
        note = f"; the mean is {here}: give {_shown(file)}, which the data layer names, with --mean"
    if scale <= 0:
        raise LayerError(f"its data layer has the scale {scale:g}")
    cut = height == width and height in _CUT and channels == 3
    made = Preprocess(
        (height, width),
        resize=_WIDE if cut else 0,
        channels=channels,
        mean=values,
        std=(1 / scale,) * channels,
        colour_order="bgr" if channels == 3 else "rgb",
        value_range=255.0,
    )
    return made, note


def _shown(file: str) -> str:
    """Its name without folders, which are of another machine, and in one line."""
    return repr(PurePosixPath(file).name[:_LONGEST_NAME])


FAMILY = Family(names=list, load=_load, prefix=PREFIX, takes_mean=True)
