# SPDX-License-Identifier: Apache-2.0
"""The versions that uv.lock holds, without parsing what else it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noxkit.errors import ErrorRecord, NoxkitError
from noxkit.workspace._tables import normalize

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import tree_sitter

__all__ = ["lines_of_lock", "read_lock"]


def read_lock(file: Path, *, path: str = "uv.lock") -> dict[str, tuple[str, ...]]:
    """Each locked distribution's normalised name with its versions; several where the lock forks.

    A lock of four hundred distributions takes tomllib a third of a second, most of it for hashes;
    the syntax tree alone takes a tenth of that. Raises NoxkitError where the lock is unreadable or not TOML.
    """
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise NoxkitError(_unreadable(path, error)) from error
    root = _parse(content)
    if root.has_error:
        raise NoxkitError(_invalid(root, path))
    found: dict[str, dict[str, None]] = {}
    for name, version in _packages(root):
        found.setdefault(normalize(name), {})[version] = None
    return {name: tuple(versions) for name, versions in found.items()}


def lines_of_lock(file: Path) -> dict[str, int]:
    """The 1-based line at which uv.lock begins to speak of each distribution; empty where it cannot be read."""
    try:
        root = _parse(file.read_bytes())
    except OSError:
        return {}
    found: dict[str, int] = {}
    for stated, line in _tables(root):
        if "name" in stated:
            found.setdefault(normalize(stated["name"]), line)
    return found


def _unreadable(path: str, error: OSError) -> ErrorRecord:
    return ErrorRecord(
        code="NK-FILE-UNREADABLE",
        message=f"{path} cannot be read: {error.strerror or error}",
        hint="make it a regular file that this user may read",
        path=path,
    )


def _parse(content: bytes) -> tree_sitter.Node:
    import tree_sitter  # noqa: PLC0415 -- heavy, and only a repository with a lock needs it
    import tree_sitter_toml  # noqa: PLC0415 -- the same

    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_toml.language())).parse(content).root_node


def _invalid(root: tree_sitter.Node, path: str) -> ErrorRecord:
    line = _error_line(root)
    return ErrorRecord(
        code="NK-CONFIG-INVALID",
        message=f"{path} is not valid TOML",
        hint="write it anew with `uv lock`; left-over conflict markers are the usual cause",
        path=path,
        line=line,
        column=1,
    )


def _error_line(node: tree_sitter.Node) -> int:
    """The line of the first fault, by going down where the tree has one."""
    while True:
        below = next((child for child in node.children if child.has_error or child.is_missing), None)
        if node.is_error or below is None:
            return node.start_point[0] + 1
        node = below


def _packages(root: tree_sitter.Node) -> Iterator[tuple[str, str]]:
    for stated, _ in _tables(root):
        if "name" in stated and "version" in stated:
            yield stated["name"], stated["version"]


def _tables(root: tree_sitter.Node) -> Iterator[tuple[dict[str, str], int]]:
    """The texts of each `[[package]]`, and its 1-based line."""
    for node in root.named_children:
        if node.type == "table_array_element":
            header, *pairs = node.named_children
            if header.text == b"package":
                yield dict(_strings(pairs)), node.start_point[0] + 1


def _strings(pairs: list[tree_sitter.Node]) -> Iterator[tuple[str, str]]:
    for pair in pairs:
        if pair.type == "pair" and len(pair.named_children) > 1:
            key, value = pair.named_children[:2]
            if value.type == "string":
                # Names and versions hold no character that TOML escapes.
                yield (key.text or b"").decode(), (value.text or b"").decode().strip("\"'")
