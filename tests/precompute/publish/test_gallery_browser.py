"""The gallery in a real browser, opened as a file; skipped where there is none."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from precompute.publish.folder import OutputFolder
from precompute.publish.gallery import Look, build
from tests.precompute.publish.units import small_source

pytestmark = pytest.mark.slow
BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
# Presses keys one after the other, looks at the page after each, and leaves what it saw in the title.
DRIVER = """
addEventListener("load", async () => {
  const told = [];
  const settle = () => new Promise((done) => setTimeout(done, 150));
  await settle();
  for (const key of KEYS) {
    (document.activeElement || document.body).dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
    await settle();
    told.push({
      key, hash: location.hash, heading: (document.querySelector("h1, main p") || {}).textContent,
      focus: document.activeElement.getAttribute("href"), theme: document.documentElement.dataset.theme || "",
      kind: (document.querySelector("[aria-pressed=true]") || {}).textContent,
      dialog: (document.querySelector("dialog[open]") || {}).id,
    });
  }
  document.title = JSON.stringify(told);
});
"""


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("gallery")
    with OutputFolder(path, "gallery") as folder:
        build(small_source(), folder, Look(), lambda unit: False)
        folder.finish()
    return path


def dom(gallery: Path, place: str, profile: Path) -> str:
    """The page's markup after its scripts have run."""
    if BROWSER is None:
        pytest.skip("no chromium here (Debian: apt-get install chromium)")
    words = [
        BROWSER, "--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}",
        "--virtual-time-budget=8000", "--dump-dom", f"{(gallery / 'index.html').as_uri()}{place}",
    ]  # fmt: skip
    return subprocess.run(words, capture_output=True, text=True, timeout=100, check=True).stdout


def pressed(gallery: Path, place: str, keys: list[str], tmp_path: Path) -> list[dict[str, Any]]:
    """What was to be seen after each key."""
    driven = tmp_path / "driven"
    shutil.copytree(gallery, driven)
    (driven / "driver.js").write_text(f"const KEYS = {json.dumps(keys)};\n{DRIVER}", encoding="utf-8")
    page = driven / "index.html"
    text = page.read_text(encoding="utf-8")
    page.write_text(text.replace("</head>", '<script src="driver.js"></script></head>'), encoding="utf-8")
    title = re.search(r"<title>(.*?)</title>", dom(driven, place, tmp_path / "profile"), re.DOTALL)
    assert title
    told: list[dict[str, Any]] = json.loads(html.unescape(title[1]))
    return told


def test_the_first_page_lists_the_layers(gallery: Path, tmp_path: Path) -> None:
    page = dom(gallery, "", tmp_path)
    assert "2 layers, 4 units" in page
    assert 'href="#features.0"' in page
    assert 'href="#fc"' in page


def test_a_link_to_a_unit_shows_its_pictures_facts_and_histogram(gallery: Path, tmp_path: Path) -> None:
    page = dom(gallery, "#features.0/0", tmp_path)
    assert "conv1 unit 0</h1>" in page
    assert page.count("<canvas") == 5
    assert 'width="192"' in page  # a picture has been drawn
    assert "is missing" not in page
    assert page.count('class="bar"') == 48
    assert "nowhere above zero" in page


def test_a_class_name_with_markup_in_it_stays_text(gallery: Path, tmp_path: Path) -> None:
    assert "fc unit 0: a &lt;b&gt;&amp;</h1>" in dom(gallery, "#fc/0", tmp_path)


def test_a_unit_without_pictures_says_why(gallery: Path, tmp_path: Path) -> None:
    assert "zero gradient from every start" in dom(gallery, "#features.0/2", tmp_path)


@pytest.mark.parametrize("place", ["#nowhere", "#fc/99", "#%E0%A4%A", "#features.0/<b>x</b>"])
def test_a_link_to_nothing_says_so(gallery: Path, tmp_path: Path, place: str) -> None:
    page = dom(gallery, place, tmp_path)
    assert "There is no" in page
    assert "<b>x</b>" not in page


def test_an_alias_works_as_a_link_too(gallery: Path, tmp_path: Path) -> None:
    assert "conv1 unit 0</h1>" in dom(gallery, "#conv1/0", tmp_path)


def test_keys_lead_from_layer_to_tile_to_unit_and_back(gallery: Path, tmp_path: Path) -> None:
    keys = ["ArrowRight", "ArrowRight", "s", "o", "ArrowRight"]
    first, second, kind, other, tile = pressed(gallery, "#features.0", keys, tmp_path)
    assert (first["focus"], second["focus"]) == ("#features.0/0", "#features.0/2")
    assert kind["kind"] == "real pictures"
    assert (other["hash"], other["heading"]) == ("#fc", "fc")
    assert tile["focus"] == "#fc/0"


def test_keys_turn_units_change_layers_and_go_up(gallery: Path, tmp_path: Path) -> None:
    keys = ["ArrowRight", "ArrowLeft", "o", "t", "h"]
    right, left, over, theme, shown = pressed(gallery, "#features.0/0", keys, tmp_path)
    assert [right["hash"], left["hash"], over["hash"]] == ["#features.0/2", "#features.0/0", "#fc/0"]
    assert theme["theme"] == "dark"
    assert shown["dialog"] == "help"
    up, start = pressed(gallery, "#fc/1", ["Escape", "Escape"], tmp_path / "again")
    assert (up["hash"], up["focus"]) == ("#fc", "#fc/1")  # back to the tile that one came from
    assert start["hash"] == ""
