"""Presets: how pictures are made, as data with its source. Adding one is one entry."""

from __future__ import annotations

from precompute.synthesis.objectives import AUTO
from precompute.synthesis.policies import CodeStep, Constant, Normalised, Progress
from precompute.synthesis.preset import Preset, as_json
from precompute.synthesis.priors import (
    AlphaNorm,
    Blur,
    CentreBias,
    Decay,
    Jitter,
    Laplacian,
    Noise,
    Prior,
    Shift,
    SmallContribution,
    SmallNorm,
    SplitBregman,
    Variation,
)
from precompute.synthesis.schedule import Phase

__all__ = ["DEFAULT", "DGN", "DGN_START", "PRESETS", "TRANSFER_STEP", "Preset", "as_json", "presets_for"]

DEFAULT = "robust"
DGN, DGN_START = "dgn", "dgn-start"  # for codes: from noise, and from a real picture's code
TRANSFER_STEP = 0.5  # of "dgn" for another network than the generator's own: 2 to 8 in the released code


_MFV, _MFV_SIDE = "Nguyen et al. 2016 (MFV)", 227
_LUCID = 'Olah, Mordvintsev & Schubert 2017, "Feature visualization"'
_DREAM = 'Mordvintsev, Olah & Tyka 2015, "Inceptionism", released notebook'


def _smooth(weight: float, end: float) -> SplitBregman:
    """Total variation with weights of MFV, which are for values in 0..255 and inputs of 227 pixels."""
    first, last = (round(one * 255 * _MFV_SIDE / 224, 2) for one in (weight, end))
    return SplitBregman(first, last)


def _of_mfv(
    steps: int,
    step: tuple[float, float],
    weights: tuple[float, float],
    scale: float = 1.0,
    slack: float = 0.3,
    objective: str | None = None,
    middle: bool = False,
) -> Phase:
    """A phase of MFV in the numbers of its table: first and last `step` in 1/255, `weights` as for `_smooth`.

    Steps are a mean over what has a gradient, so those of a phase for the middle are larger by the ratio of the areas.
    """
    ratio = (_MFV_SIDE / 127) ** 2 if middle else 1.0
    policy = Normalised(*(round(size * ratio, 2) for size in step))
    moves: tuple[Prior, ...] = (Shift(slack=slack),) if scale > 1 else ()
    bias: tuple[Prior, ...] = (CentreBias(),) if middle else ()
    return Phase(steps, policy, (_smooth(*weights), *moves, *bias), objective, scale)


_TABLE_1 = "Yosinski et al. 2015, Table 1"
PRESETS: dict[str, Preset] = {
    "robust": Preset(
        "moved a little at each step, blurred less and less, in colours that go together",
        "jitter: Mordvintsev et al. 2015; decreasing blur: Nguyen et al. 2016 (MFV), 2.4; tuned here on caffenet64",
        256,
        Normalised(10.0),
        (Jitter(), Blur(1.7, 4, end_width=0.6, gentle=True)),
        noise=0.01,
        keep="last",
        natural=0.5,
    ),
    "A": Preset(
        "a sparse set of regions",
        f"{_TABLE_1}, row 1",
        500,
        Normalised(0.5),
        (Blur(0.5, 4), SmallNorm(50.0)),
        policy_2015=Progress(2.0, 100.0),
    ),
    "B": Preset(
        "high frequencies",
        f"{_TABLE_1}, row 2",
        750,
        Normalised(10.0, end=10.0),  # the strong decay leaves a third of it
        (Decay(0.3), SmallNorm(20.0)),
        policy_2015=Constant(100.0),
    ),
    "C": Preset(
        "smooth, low frequencies",
        f"{_TABLE_1}, row 3",
        1000,
        Normalised(0.5),
        (Decay(0.0001), Blur(1.0, 4)),
        policy_2015=Constant(100.0),
    ),
    "D": Preset(
        "sparse outlines",
        f"{_TABLE_1}, row 4",
        1000,
        Normalised(0.5),
        (Blur(0.5, 4), SmallContribution(90.0)),
        policy_2015=Progress(2.0, 1e8),
    ),
    "none": Preset(
        "no prior at all",
        "Erhan, Bengio, Courville & Vincent 2009; survey (Nguyen et al. 2019), Eq. 2",
        256,
        Normalised(1.0),
    ),
    "tv": Preset(
        "flat regions with sharp edges: total variation alone",
        f"{_MFV}, 2.4; strength and steps of its first phase (S2.4)",
        190,
        Normalised(4.0, end=1.0),
        (_smooth(0.1, 0.8),),
        noise=8 / 255,
        keep="last",
    ),
    "tv-jitter": Preset(
        "total variation, and the picture moved at each step",
        f"{_MFV}, 2.4, Figs. S2 and S3",
        190,
        Normalised(4.0, end=1.0),
        (_smooth(0.1, 0.8), Shift(8.0)),
        noise=8 / 255,
        keep="last",
    ),
    "blur-jitter": Preset(
        "blurred less and less, and moved at each step",
        f"{_MFV}, 2.4, after Mordvintsev et al. 2015 and Oygard 2015",
        256,
        Normalised(8.0, end=1.0),
        (Blur(2.5, 4, end_width=0.5), Shift(8.0)),
        noise=0.01,
        keep="last",
    ),
    "mfv-tv": Preset(
        "total variation from a mean image (begin with --start or a facet's own)",
        f"{_MFV}, 2.2 and 2.4; released code, opt_from_mean, first phase",
        190,
        Normalised(1.0, 1.0),
        (_smooth(0.398, 0.796),),
        noise=0.01,
        keep="last",
    ),
    "mean-image": Preset(
        "the four phases from a mean image (begin with --start or a facet's own)",
        f"{_MFV}, 2.2 and S2.3; released code, opt_from_mean",
        370,
        Normalised(1.0, 1.0),
        noise=0.01,
        keep="last",
        phases=(
            _of_mfv(190, (1.0, 1.0), (0.398, 0.796)),
            _of_mfv(150, (1.0, 1.0), (0.0099, 1.997), 1.2),
            _of_mfv(20, (2.0, 2.0), (0.095, 1.995), 1.2, 0.2, middle=True),
            _of_mfv(10, (2.0, 2.0), (0.36, 2.16), 1.2),
        ),
    ),
    "centre-biased": Preset(
        "one object in the middle, with more and more of its surroundings",
        f"{_MFV}, S2.3 (five phases); strengths of total variation as the released code has them",
        490,
        Normalised(1.0, 1.0),
        noise=8 / 255,
        keep="last",
        phases=(
            _of_mfv(150, (11.0, 11.0), (0.00099, 0.0507), objective=AUTO),
            _of_mfv(150, (6.0, 6.0), (0.0099, 0.0894), 1.2, objective=AUTO),
            _of_mfv(150, (1.0, 1.0), (0.0099, 1.997), 1.44),
            _of_mfv(30, (3.0, 3.0), (0.097, 2.03), 1.44, 0.1, middle=True),
            _of_mfv(10, (6.0, 3.0), (0.009, 1.81), 1.44),
        ),
    ),
    "fourier": Preset(
        "steps in spatial frequencies and in colours that go together, nothing else",
        f'{_LUCID}, section "Preconditioning and parameterization"',
        256,
        Normalised(0.4),
        noise=0.01,
        keep="last",
        natural=0.5,
        image="fourier",
    ),
    "lucid": Preset(
        "steps in spatial frequencies, and the picture moved, turned and scaled a little",
        f"{_LUCID}, with the transforms of its released library",
        512,
        Normalised(0.4),
        (Jitter(12 / 224, 5.0, 0.1),),
        noise=0.01,
        keep="last",
        natural=0.5,
        image="fourier",
    ),
    "maco": Preset(
        "the frequencies of photographs, of which only the phases are found",
        "Fel et al. 2023 (MACO), section 3.2; numbers of this program",
        256,
        Normalised(20.0),
        (Noise(0.05), Jitter(1 / 8, 0.0, 0.2)),
        keep="last",
        image="maco",
    ),
    "octaves": Preset(
        "first small and coarse, then twice larger",
        f"{_DREAM}: octaves and Laplacian pyramids",
        240,
        Normalised(3.0, end=0.5),
        (Shift(16.0), Laplacian()),
        noise=0.01,
        keep="last",
        natural=0.5,
        phases=tuple(Phase(80, scale=scale) for scale in (0.5, 0.71, 1.0)),
    ),
    "dream": Preset(
        "four octaves of a given picture, ten steps each",
        _DREAM,
        40,
        Normalised(1.5, 1.5),
        (Shift(32.0),),
        noise=0.0,
        keep="last",
        phases=tuple(Phase(10, scale=round(1.4**-octave, 3)) for octave in (3, 2, 1, 0)),
    ),
    "inversion": Preset(
        "plain pictures that a layer takes for a given one",
        "Mahendran & Vedaldi 2015, sections 3 and 4: alpha-norm and total variation; numbers of this program",
        300,
        Normalised(8.0),
        (Variation(0.3), AlphaNorm(0.1)),
        noise=0.01,
        natural=0.5,
    ),
    DGN: Preset(
        "natural pictures, painted by a generator",
        "Nguyen et al. 2016 (DGN-AM), section 2, and the released code",
        200,
        CodeStep(2.0),
        (Decay(0.01),),
        noise=1.0,
        keep="last",
        bound=3.0,
    ),
    DGN_START: Preset(
        "from a real picture, as little changed as will do",
        "Nguyen et al. 2016, released code (3_start_from_real_image)",
        30,
        CodeStep(0.27),
        (Decay(0.01),),
        noise=0.0,
        keep="last",
        bound=3.0,
    ),
}


def presets_for(*, codes: bool) -> tuple[str, ...]:
    """The names of those for codes of a generator, or of those for pixels."""
    return tuple(name for name, preset in PRESETS.items() if (preset.bound is not None) == codes)
