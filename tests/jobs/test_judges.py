"""Which networks the window offers as judges."""

from __future__ import annotations

import json
from pathlib import Path

from deepvis_app.files import data_folder
from deepvis_app.jobs.judges import known_judges


def test_installed_and_bundled_networks_are_judges_but_generators_and_the_network_itself_are_not() -> None:
    store, trained = data_folder() / "models", data_folder() / "generators"
    for folder in (store, trained):
        folder.mkdir(parents=True)
    for name in ("squeezenet1_0", "alexnet", "deepsim-fc6"):
        (store / f"{name}.json").write_text(json.dumps({"name": name}))
    (trained / "mine.json").write_text(json.dumps({"kind": "generator"}))
    assert known_judges("caffenet64") == ("alexnet", "squeezenet1_0")
    assert known_judges("alexnet") == ("caffenet64", "squeezenet1_0")


def test_without_any_there_is_none(home: Path) -> None:
    assert known_judges("caffenet64") == ()
