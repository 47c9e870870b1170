"""A file that is not there, or not what it is named for: exit status 2 and one sentence, of every command alike."""

from __future__ import annotations

from pathlib import Path

import pytest

from precompute.__main__ import COMMANDS, main

UNIT = ("--layers", "fc8", "--units", "0")
# What is named `bad.*` is a text file, `none*` is not there; what the sentence must name follows.
TABLE = (
    ("top --images bad.zip", "bad.zip"),
    ("top --images none", "none"),
    ("top --images unreadable --layers conv1", "cat.png"),
    ("am --weights bad.safetensors", "bad.safetensors"),
    ("am --weights none.safetensors", "none.safetensors"),
    ("am --preset bad.json", "bad.json"),
    ("am --layers conv1 --units 0 --steps 1 --atlas bad.atlas", "bad.atlas"),
    ("am --model file:none.py", "none.py"),
    ("am --labels none.txt", "none.txt"),
    ("dgn-am --layers fc8 --units 0 --generator bad.caffemodel", "bad.caffemodel"),
    ("dgn-am --layers fc8 --units 0 --generator none", "none"),
    ("ppgn --layers fc8 --units 0 --prior bad.safetensors", "bad"),
    ("ppgn --layers fc8 --units 0 --start bad.png", "bad.png"),
    ("sweep out --layers conv1 --units 0 --weights bad.safetensors", "bad.safetensors"),
    ("facets --images none.zip", "none.zip"),
    ("export out --atlas bad.atlas", "bad.atlas"),
    ("export bad.txt", "bad.txt"),
    ("gallery out --atlas bad.atlas", "bad.atlas"),
    ("montage out.png --layer conv1 --atlas none.atlas", "none.atlas"),
    ("import-2015 none", "none"),
    ("compare --unit fc8:0 --methods none --images bad.zip", "bad.zip"),
    ("dream out bad.png --layers conv1", "bad.png"),
    ("dream out none.png --layers conv1", "none.png"),
    ("presets bad.json", "bad.json"),
    ("status --atlas bad.atlas", "bad.atlas"),
    ("verify --atlas none.atlas", "none.atlas"),
    ("train-classifier bad.zip", "bad.zip"),
    ("train-generator --images bad.zip", "bad.zip"),
    ("train-prior --images bad.zip", "bad.zip"),
    ("train-prior --images unreadable --out bad.txt", "bad.txt"),
    ("train-stand-in segmenter bad.txt", "bad.txt"),
    ("paint --unit fc8:0 --from bad.png", "bad.png"),
    ("merge out.atlas bad.atlas", "bad.atlas"),
    ("compact none.atlas out.atlas", "none.atlas"),
    ("build-assets --dataset bad.zip --only top --assets out --work out", "bad.zip"),
    ("study two-units --out out --weights bad.safetensors", "bad.safetensors"),
)


def test_every_command_is_in_the_table() -> None:
    assert {words.split()[0] for words, _ in TABLE} == set(COMMANDS)


@pytest.mark.parametrize(("words", "named"), TABLE, ids=[words for words, _ in TABLE])
def test_a_wrong_file_is_status_2_and_a_sentence_that_names_it(
    words: str,
    named: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    for ending in ("zip", "safetensors", "json", "atlas", "caffemodel", "png", "txt"):
        Path(f"bad.{ending}").write_text("no such thing")
    Path("unreadable").mkdir()
    Path("unreadable/cat.png").write_text("no picture")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert main(words.split()) == 2
    last = capsys.readouterr().err.strip().splitlines()[-1]
    assert last.startswith(f"deepvis-precompute {words.split(maxsplit=1)[0]}")
    assert named in last
    assert {path: path.read_bytes() for path in before} == before
