"""`build-assets` with stand-ins for the commands: what is there is skipped, what was broken off goes on."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import pytest

from deepvis_app.atlas import AtlasReader, AtlasWriter, integrity
from deepvis_app.files import ASSETS_VARIABLE, assets_folder
from precompute.assets import build, record, steps
from precompute.generators import PICTURES
from precompute.jobs import JOBS
from precompute.options import Parser, add_common
from precompute.stop import Stop
from precompute.training import EPOCHS
from tests.atlas.makers import NETWORK, RUN, TITLE
from tests.atlas.makers import record as unit

NAMES = [step.name for step in steps.STEPS]


class Commands:
    """Carries out the words as far as the assets are concerned; `codes` are exit statuses by the job's name."""

    def __init__(self, place: Path) -> None:
        self.said: list[list[str]] = []
        self.codes: dict[str, int] = {}
        self.assets, self.weights = place, b"weights"

    @property
    def jobs(self) -> list[str]:
        return [words[0] for words in self.said]

    def __call__(self, words: Sequence[str], stop: Stop) -> int:
        self.said.append(list(words))
        code = self.codes.get(words[0], 0)
        if code:
            return code
        if words[0] == "train-classifier":
            self.card("caffenet64", recipe={"epochs": EPOCHS, "seed": 0}, top1=0.5, top5=0.75)
        elif words[0] == "train-generator":
            told = {"cosine": 0.93219, "agreement": None}
            self.card("dgn64-fc6", recipe={"seed": 0}, pictures_seen=PICTURES, held_out=told)
        else:
            kinds = {"top": ("top", "deconv"), "am": ("am",), "dgn-am": ("dgn-am",)}[words[0]]
            atlas = Path(words[words.index("--atlas") + 1])
            with AtlasWriter(atlas, NETWORK, TITLE) as writer:
                stats = "--stats-only" in words
                made = unit(0, *(() if stats else kinds), stats=stats)
                writer.put(made, writer.begin(RUN))
        return 0

    def card(self, name: str, **facts: object) -> None:
        folder = self.assets / "models"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.safetensors").write_bytes(self.weights)
        data = {"sha256": sha256(b"folder").hexdigest()}
        card = {"weights_sha256": sha256(self.weights).hexdigest(), "data": data, **facts}
        (folder / f"{name}.json").write_text(json.dumps(card))


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    folder = tmp_path / "tiny" / "tiny-imagenet-200"
    (folder / "val" / "images").mkdir(parents=True)
    (folder / "wnids.txt").write_text("n1\n")
    (folder / "val" / "images" / "a.png").write_bytes(b"not looked at")
    return folder.parent


@pytest.fixture
def commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Commands:
    made = Commands(tmp_path / "assets")
    monkeypatch.setattr(build, "run_child", made)
    monkeypatch.setattr(steps, "_is_of_network", lambda card: True)
    return made


def built(dataset: Path, tmp_path: Path, *more: str) -> int:
    places = {"--dataset": dataset, "--assets": tmp_path / "assets", "--work": tmp_path / "work"}
    words = [str(word) for pair in places.items() for word in pair]
    return build.main([*words, *more])


def test_everything_is_made_in_order_and_told(
    dataset: Path, tmp_path: Path, commands: Commands, capsys: pytest.CaptureFixture[str]
) -> None:
    assert built(dataset, tmp_path) == 0
    expected = ["train-classifier", "train-generator", "top", "top", "am", "am", "dgn-am", "dgn-am"]
    assert commands.jobs == expected
    val = dataset.resolve() / "tiny-imagenet-200" / "val"
    assert commands.said[2][1:4] == ["--images", str(val), "--stats-only"]
    bundled = tmp_path / "assets" / "atlas" / "caffenet64.atlas"
    assert integrity(bundled) == []
    with AtlasReader(bundled, NETWORK) as reader:
        assert {kind for _, kind in reader.counts()} == {"stats", "top", "deconv", "am", "dgn-am"}
    report = json.loads((tmp_path / "assets" / "build.json").read_text())["steps"]
    assert list(report) == [*NAMES, "atlas"]
    assert report["generator"]["figures"] == {"cosine": 0.9322}
    assert report["am"]["figures"] == {"am units": 1}
    assert all(entry["finished"] for entry in report.values())
    told = capsys.readouterr().err
    assert "classifier" in told
    assert "cosine 0.9322" in told


def test_what_is_there_is_not_made_again(dataset: Path, tmp_path: Path, commands: Commands) -> None:
    built(dataset, tmp_path)
    commands.said.clear()
    before = (tmp_path / "assets" / "atlas" / "caffenet64.atlas").stat().st_mtime_ns
    assert built(dataset, tmp_path) == 0
    assert commands.said == []
    assert (tmp_path / "assets" / "atlas" / "caffenet64.atlas").stat().st_mtime_ns == before


def test_only_some_steps_and_force(dataset: Path, tmp_path: Path, commands: Commands) -> None:
    built(dataset, tmp_path)
    commands.said.clear()
    assert built(dataset, tmp_path, "--only", "am,classifier", "--force") == 0
    assert commands.jobs == ["train-classifier", "am", "am"]


@pytest.mark.parametrize(("job", "code"), [("am", 130), ("dgn-am", 1)])
def test_broken_off_it_goes_on_with_the_step_in_work(
    dataset: Path, tmp_path: Path, commands: Commands, job: str, code: int
) -> None:
    commands.codes[job] = code
    assert built(dataset, tmp_path) == code
    assert not (tmp_path / "assets" / "atlas" / "caffenet64.atlas").exists()
    entry = record.read(tmp_path / "assets")[job]
    assert not entry.finished
    commands.said.clear()
    commands.codes.clear()
    assert built(dataset, tmp_path) == 0
    assert commands.jobs == ["am", "am", "dgn-am", "dgn-am"][0 if job == "am" else 2 :]
    again = record.read(tmp_path / "assets")[job]
    assert again.finished
    assert again.key == entry.key


def test_another_network_makes_all_that_comes_from_it_anew(
    dataset: Path, tmp_path: Path, commands: Commands
) -> None:
    built(dataset, tmp_path)
    commands.said.clear()
    commands.weights = b"others"
    (tmp_path / "assets" / "models" / "caffenet64.safetensors").write_bytes(b"damaged")
    assert built(dataset, tmp_path) == 0
    assert commands.jobs == ["train-classifier", "top", "top", "am", "am", "dgn-am", "dgn-am"]
    assert len(list((tmp_path / "work").glob("*.atlas"))) == 2


def test_other_parameters_make_a_step_and_what_follows_anew(
    dataset: Path, tmp_path: Path, commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    built(dataset, tmp_path)
    commands.said.clear()
    (tmp_path / "tiny" / "tiny-imagenet-200" / "val" / "images" / "b.png").write_bytes(b"one more")
    assert built(dataset, tmp_path) == 0
    assert commands.jobs == ["top", "top", "am", "am", "dgn-am", "dgn-am"]


def test_a_lost_work_atlas_is_taken_up_from_the_assets(
    dataset: Path, tmp_path: Path, commands: Commands
) -> None:
    built(dataset, tmp_path, "--only", "classifier,generator,statistics,top,am")
    (grown,) = (tmp_path / "work").glob("*.atlas")
    grown.unlink()
    commands.said.clear()
    assert built(dataset, tmp_path) == 0
    assert commands.jobs == ["dgn-am", "dgn-am"]
    with AtlasReader(grown, NETWORK) as reader:
        assert ("conv1", "am") in reader.counts()


def test_a_part_made_in_a_fresh_checkout_takes_nothing_from_the_bundled_atlas(
    dataset: Path, tmp_path: Path, commands: Commands
) -> None:
    built(dataset, tmp_path)
    bundled = tmp_path / "assets" / "atlas" / "caffenet64.atlas"
    (tmp_path / "assets" / "build.json").unlink()
    shutil.rmtree(tmp_path / "work")
    assert built(dataset, tmp_path, "--only", "dgn-am") == 0
    with AtlasReader(bundled, NETWORK) as reader:
        assert {kind for _, kind in reader.counts()} == {"stats", "top", "deconv", "am", "dgn-am"}
        assert reader.unit(unit(0).ref).pictures["am"]


def test_what_no_step_makes_leaves_the_bundled_atlas_once_every_step_is_there(
    dataset: Path, tmp_path: Path, commands: Commands
) -> None:
    bundled = tmp_path / "assets" / "atlas" / "caffenet64.atlas"
    bundled.parent.mkdir(parents=True)
    with AtlasWriter(bundled, NETWORK, TITLE) as writer:
        writer.put(unit(7, "am", stats=False), writer.begin(RUN))
    built(dataset, tmp_path, "--only", "classifier,generator,statistics")
    with AtlasReader(bundled, NETWORK) as reader:
        assert reader.counts() == {("conv1", "am"): 1, ("conv1", "stats"): 1}
    built(dataset, tmp_path)
    with AtlasReader(bundled, NETWORK) as reader:
        assert set(reader.counts().values()) == {1}
        assert not reader.unit(unit(7).ref).pictures


def test_an_atlas_of_another_network_gives_way_and_an_unreadable_one_is_left_alone(
    dataset: Path, tmp_path: Path, commands: Commands, capsys: pytest.CaptureFixture[str]
) -> None:
    bundled = tmp_path / "assets" / "atlas" / "caffenet64.atlas"
    bundled.parent.mkdir(parents=True)
    bundled.write_bytes(b"not an atlas, whatever it is")
    assert built(dataset, tmp_path, "--only", "classifier,statistics") == 2
    assert "is not a unit atlas" in capsys.readouterr().err
    assert bundled.read_bytes() == b"not an atlas, whatever it is"
    bundled.unlink()
    with AtlasWriter(bundled, "f" * 64, "another") as writer:
        writer.put(unit(7, "am", stats=False), writer.begin(RUN))
    assert built(dataset, tmp_path, "--only", "classifier,statistics") == 0
    with AtlasReader(bundled, NETWORK) as reader:
        assert reader.counts() == {("conv1", "stats"): 1}


def test_networks_that_came_from_elsewhere_count_when_they_are_as_wanted(
    dataset: Path, tmp_path: Path, commands: Commands
) -> None:
    commands(["train-classifier"], Stop())
    commands(["train-generator"], Stop())
    commands.said.clear()
    assert built(dataset, tmp_path, "--only", "classifier,generator") == 0
    assert commands.said == []
    assert record.read(tmp_path / "assets")["classifier"].seconds is None


def test_the_words_are_ones_that_the_commands_take(dataset: Path, tmp_path: Path, commands: Commands) -> None:
    built(dataset, tmp_path, "--device", "cpu", "--seed", "3", "--progress", "jsonl")
    for name, *words in commands.said:
        if name in JOBS:
            parser = Parser()
            add_common(parser)
            JOBS[name].add_arguments(parser)
            understood = parser.parse_args(words)
            assert (understood.device, understood.seed, understood.progress) == ("cpu", 3, "jsonl")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--only", "amm"], "There is no step amm; the nearest are am, dgn-am"),
        (["--only", ""], "--only names no step"),
        (["--assets", __file__], "is a file, or lies below one: name a folder"),
        (["--work", f"{__file__}/deeper"], "is a file, or lies below one: name a folder"),
        (
            ["--rehearse", "--assets", str(assets_folder())],
            "name another folder than the program's with --assets",
        ),
        (["--dataset", "/nowhere"], "/nowhere does not exist"),
    ],
)
def test_wrong_words_are_one_sentence(
    dataset: Path,
    tmp_path: Path,
    commands: Commands,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    told: str,
) -> None:
    assert built(dataset, tmp_path, *words) in (1, 2)
    assert told in capsys.readouterr().err
    assert commands.said == []


def test_a_child_runs_with_the_assets_in_its_environment_and_tells_its_status(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert build.run_child(["no-such-command"], Stop()) == 2
    assert "there is no command 'no-such-command'" in capfd.readouterr().err


def test_a_stop_is_handed_on_to_the_child_once(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = (
        "import signal, sys, time; signal.signal(15, lambda *_: sys.exit(130)); print(1); time.sleep(60)"
    )
    monkeypatch.setattr(build, "COMMAND", [build.COMMAND[0], "-c", waiting])
    stop = Stop()
    stop.ask()
    assert build.run_child([], stop) == 130


def test_the_environment_is_as_before_afterwards(
    dataset: Path, tmp_path: Path, commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ASSETS_VARIABLE, "/before")
    built(dataset, tmp_path, "--only", "classifier")
    assert os.environ[ASSETS_VARIABLE] == "/before"
