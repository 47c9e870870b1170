"""The habits of the code base, checked: sizes, borders, and what an import may drag in."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

FILE_LIMIT, FUNCTION_LIMIT = 300, 50
PACKAGES = ("deepvis_app", "precompute", "benchmarks", "tests")
# Folders whose files are the entries of a table: they may share a base, never know each other.
ENTRIES = {
    "deepvis_app/attribution": (
        "deconv", "gradient", "guided", "grad_x_input", "lrp", "grad_cam", "occlusion",
    ),
    "deepvis_app/live/sources": ("camera", "files", "pattern", "samples", "stream", "video"),
    "deepvis_app/models": ("bundled", "torchvision_zoo", "user_file"),
    "precompute/studies": (
        "code_layers", "evolution", "known_truth", "memorisation", "modified_data", "quality", "start_from_image",
        "transfer", "two_units",
    ),
    "precompute/standins": ("activity", "captioner", "segmenter"),
    "precompute/synthesis/goals": (
        "caricature", "inversion", "mean", "norm", "segmentation", "sentence", "unit_map", "units", "video",
    ),
    "deepvis_app/ui/panels": (
        "back", "input", "layer_bar", "layer_grid", "scores", "status", "unit", "unit_pictures",
    ),
}  # fmt: skip


def sources() -> Iterator[Path]:
    yield ROOT / "setup_models.py"
    for package in PACKAGES:
        yield from sorted((ROOT / package).rglob("*.py"))


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", list(sources()), ids=lambda p: str(p.relative_to(ROOT)))
def test_files_and_functions_stay_small(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= FILE_LIMIT
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            assert node.end_lineno - node.lineno < FUNCTION_LIMIT, node.name


@pytest.mark.parametrize("folder", ENTRIES)
def test_entries_of_a_table_do_not_know_each_other(folder: str) -> None:
    names = ENTRIES[folder]
    for name in names:
        for node in ast.walk(tree(ROOT / folder / f"{name}.py")):
            if isinstance(node, ast.ImportFrom) and node.module:
                imported = node.module.rsplit(".", 1)[-1]
                assert imported == name or imported not in names, f"{folder}/{name}.py imports {imported}"


@pytest.mark.parametrize(
    ("imported", "absent"),
    [
        ("deepvis_app", "numpy"),
        ("deepvis_app.cli", "torch"),
        ("deepvis_app.session", "torch"),
        ("deepvis_app.session", "PyQt6"),
        ("deepvis_app.live.engine", "PyQt6"),
        ("deepvis_app.live.engine", "torchvision"),
        ("deepvis_app.live.capture", "cv2"),
        ("deepvis_app.models", "torchvision"),
        ("deepvis_app.ui.main_window", "torch"),
        ("deepvis_app.ui.main_window", "skimage"),
        ("precompute.training.classifier", "PyQt6"),
    ],
)
def test_an_import_does_not_drag_in_what_is_slow_or_forbidden(imported: str, absent: str) -> None:
    code = f"import sys, {imported}; sys.exit({absent!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_every_part_is_described_in_the_architecture_page() -> None:
    page = (ROOT / "docs/ARCHITECTURE.md").read_text(encoding="utf-8")
    package = ROOT / "deepvis_app"
    parts = [p.name for p in package.glob("*.py") if not p.name.startswith("__")]
    parts += [f"{p.name}/" for p in package.iterdir() if (p / "__init__.py").exists()]
    assert [part for part in parts if f"`{part}" not in page] == []


def test_no_file_of_the_shared_data_is_in_the_repository() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    forbidden = ("tiny-imagenet-200-webp", "imagenet-samples", ".caffemodel", "squeezenet1_0-imagenet")
    assert [line for line in listed.splitlines() if any(word in line for word in forbidden)] == []
