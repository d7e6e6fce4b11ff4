# SPDX-License-Identifier: Apache-2.0
"""The benchmark's tree is the same every time, as large as planned, and Python; its table says what is over."""

from __future__ import annotations

import ast
import hashlib
import sys
from typing import TYPE_CHECKING

import pytest

from sessions._bench_page import Row, page, table
from sessions._bench_tree import FULL, QUICK, write_tree

if TYPE_CHECKING:
    from pathlib import Path

    from sessions._bench_tree import Plan


def _digest(folder: Path) -> str:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    parts = [f"{path.relative_to(folder)}\0{path.read_text(encoding='utf-8')}" for path in files]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def test_the_same_plan_gives_the_same_tree(tmp_path: Path) -> None:
    for name in ("one", "other"):
        write_tree(tmp_path / name, QUICK)
    assert _digest(tmp_path / "one") == _digest(tmp_path / "other")


def test_a_second_call_replaces_the_first(tmp_path: Path) -> None:
    write_tree(tmp_path / "one", QUICK)
    write_tree(tmp_path / "other", QUICK)
    stray = tmp_path / "one" / "packages" / "stray" / "stray.py"
    stray.parent.mkdir()
    stray.write_text("", encoding="utf-8")
    write_tree(tmp_path / "one", QUICK)
    assert _digest(tmp_path / "one") == _digest(tmp_path / "other")


@pytest.mark.parametrize("plan", [FULL, QUICK], ids=["full", "quick"])
def test_the_tree_is_as_large_as_planned(plan: Plan, tmp_path: Path) -> None:
    counts = write_tree(tmp_path, plan)
    files = list(tmp_path.rglob("*.py"))
    assert (counts.packages, counts.files, len(files)) == (plan.packages, plan.files, plan.files)
    assert counts.lines == pytest.approx(plan.lines, rel=0.02)
    assert counts.lines == sum(file.read_text(encoding="utf-8").count("\n") for file in files)


def test_every_module_is_python_and_imports_only_the_tree_and_the_standard_library(tmp_path: Path) -> None:
    write_tree(tmp_path, QUICK)
    own = {"acme"} | {path.name for path in tmp_path.glob("packages/*/src/*")}
    nodes = [node for file in tmp_path.rglob("*.py") for node in ast.walk(ast.parse(file.read_bytes()))]
    modules = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    modules |= {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    assert {name.partition(".")[0] for name in modules} <= own | sys.stdlib_module_names


def test_no_namespace_folder_has_an_init_file(tmp_path: Path) -> None:
    write_tree(tmp_path, QUICK)
    assert not list(tmp_path.glob("packages/*/src/acme/__init__.py"))
    assert not list(tmp_path.glob("packages/*/src/acme/plugins/__init__.py"))


@pytest.mark.parametrize(
    ("measured", "other", "allowed", "over"),
    [
        (1.0, 1.0, (0.0, 1.1), False),
        (1.2, 1.0, (0.0, 1.1), True),
        (0.5, 1.0, (0.7, 1.3), True),
        (None, 1.0, (0.0, 1.1), True),
        (9.0, 1.0, None, False),
    ],
    ids=["kept", "above", "below", "not-measured", "no-budget"],
)
def test_a_row_is_over_where_its_budget_is_not_shown_to_be_kept(
    measured: float | None, other: float, allowed: tuple[float, float] | None, over: bool
) -> None:
    row = Row(name="row", measured=measured, other=other, against="", allowed=allowed)
    assert row.over is over
    assert ("over" in table([row])) is over


def test_the_page_escapes_what_would_end_a_cell() -> None:
    text = page([Row(name="a|b", measured=1.0, other=2.0, against="c\nd")], {"machine": "x|y"})
    assert "a\\|b" in text
    assert "c d" in text
    assert "x\\|y" in text
