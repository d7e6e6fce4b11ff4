# SPDX-License-Identifier: Apache-2.0
"""What differs between two locks, and the table of it."""

from __future__ import annotations

import pytest
from markdown_it import MarkdownIt

from noxkit.errors import NoxkitError
from noxkit.workspace.lock_changes import Change, changes_between, markdown_table, parse_lock


def package(
    name: str, version: str | None, source: str = '{ registry = "https://pypi.org/simple" }', more: str = ""
) -> str:
    stated = f'version = "{version}"\n' if version else ""
    return f'[[package]]\nname = "{name}"\n{stated}source = {source}\n{more}\n'


def member(*requires: str, group: str = "") -> str:
    listed = ", ".join(f'{{ name = "{name}" }}' for name in requires)
    dev = f'[package.dev-dependencies]\ndev = [{{ name = "{group}" }}]\n' if group else ""
    return package("demo", "1", '{ editable = "." }', f"dependencies = [{listed}]\n{dev}")


def changes(old: str, new: str) -> list[tuple[str, str, tuple[str, ...], tuple[str, ...]]]:
    found = changes_between(parse_lock(old.encode(), path="old"), parse_lock(new.encode(), path="new"))
    return [(each.name, each.kind, each.old_versions, each.new_versions) for each in found]


CHANGES = [
    pytest.param("", "", [], id="two empty ones"),
    pytest.param(package("a", "1"), package("a", "1"), [], id="the same"),
    pytest.param(package("A_b", "1"), package("a-b", "1"), [], id="another spelling"),
    pytest.param("", package("a", "1"), [("a", "added", (), ("1",))], id="added"),
    pytest.param(package("a", "1"), "", [("a", "removed", ("1",), ())], id="removed"),
    pytest.param(package("a", "1.9"), package("a", "1.10"), [("a", "upgraded", ("1.9",), ("1.10",))], id="by PEP 440"),
    pytest.param(package("a", "1"), package("a", "1rc1"), [("a", "downgraded", ("1",), ("1rc1",))], id="downgraded"),
    pytest.param(
        package("a", "1") + package("a", "2"),
        package("a", "2"),
        [("a", "changed", ("1", "2"), ("2",))],
        id="a fork that is gone",
    ),
    pytest.param(
        package("a", "1"), package("a", "1", '{ git = "https://x#1" }'), [("a", "source", ("1",), ("1",))], id="moved"
    ),
    pytest.param(
        package("a", "1", '{ registry = "https://u:p@x/" }'), package("a", "1", '{ registry = "https://x/" }'), [],
        id="another password is no change",
    ),
    pytest.param(
        package("a", None, '{ git = "https://x" }'), package("a", "1", '{ git = "https://x" }'),
        [("a", "changed", ("unknown",), ("1",))], id="no version",
    ),
    pytest.param(member(), member("a"), [], id="members are no dependencies"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "expected"), CHANGES)
def test_two_locks_differ_by(old: str, new: str, expected: list[object]) -> None:
    assert changes(old, new) == expected


def test_what_members_require_themselves_comes_first() -> None:
    old = member("z", group="y") + package("a", "1") + package("y", "1") + package("z", "1")
    new = member("z", group="y") + package("a", "2") + package("y", "2") + package("z", "2")
    assert [name for name, *_ in changes(old, new)] == ["y", "z", "a"]
    assert [name for name, *_ in changes(old, member() + package("a", "2"))] == ["y", "z", "a"]


def test_a_lock_that_is_no_toml_is_an_error() -> None:
    with pytest.raises(NoxkitError, match="not valid TOML"):
        parse_lock(b"<<<<<<< HEAD\n", path="uv.lock")


def test_the_table_names_each_change() -> None:
    changed = (
        Change(name="a", old_versions=("1",), new_versions=("2",), direct=True),
        Change(name="b", new_versions=("1", "2")),
        Change(name="c", old_versions=("1",), new_versions=("2",), old_source="registry x", new_source="git y"),
    )
    assert markdown_table(changed) == (
        "| package | change | from | to |\n| --- | --- | --- | --- |\n"
        "| **a** | upgraded, major | 1 | 2 |\n| b | added |  | 1, 2 |\n"
        "| c | upgraded, major, source | 1 (registry x) | 2 (git y) |\n"
    )
    assert markdown_table(()) == "No locked version changes.\n"


def test_hostile_names_stay_in_their_cell() -> None:
    change = Change(name="a|b\n<script>`*[x](y)", old_versions=("1|2",), new_versions=("\x1b[31m",))
    html = MarkdownIt("commonmark").enable("table").render(markdown_table((change,)))
    assert (html.count("<td>"), "<script>" in html, "<a " in html, "<code>" in html) == (4, False, False, False)


@pytest.mark.parametrize(
    ("old", "new", "major"),
    [
        ("1.9", "2.0", True),
        ("1.9", "1.10", False),
        ("0.9", "1.0", True),
        ("0.1", "0.2", False),
        ("2024.1", "1!1.0", True),
        ("2.0", "1.9", False),
        ("1", "odd", False),
    ],
)
def test_an_upgrade_to_another_first_number_is_major(old: str, new: str, *, major: bool) -> None:
    assert Change(name="a", old_versions=(old,), new_versions=(new,)).is_major is major
