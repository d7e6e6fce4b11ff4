# SPDX-License-Identifier: Apache-2.0
"""The documentation as a site: the same Markdown that a forge shows, with navigation, search and checked links."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path, PurePosixPath

__all__ = ["command", "prepare"]

_SECTIONS = (
    ("How to", "how-to"),
    ("Reference", "reference"),
    ("Rules", "reference/rules"),
    ("Design", "design"),
)
_FIRST = ("tutorial",)
_CONFIGURATION = """\
project = "noxkit"
author = "The noxkit authors"
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
html_theme = "furo"
html_title = "noxkit"
html_show_sphinx = False
html_copy_source = False
myst_heading_anchors = 4
suppress_warnings = ["misc.highlighting_failure", "myst.header"]
nitpicky = True
"""
_DOCS = re.compile(r"(\]\()docs/")  # of the README, which then lies in that folder
_CODE = re.compile(r"\[([^\]]+)\]\((?:\.\./)+(?:src|sessions|tests)/[^)]*\)")


def prepare(root: Path, source: Path) -> list[str]:
    """Write what Sphinx reads to the empty folder `source`: the pages of `root`, and the navigation over all of them.

    Returns the pages' names in the order of the navigation; the first page, which holds it, is not among them.
    """
    shutil.copytree(root / "docs", source, dirs_exist_ok=True)
    for name in ("CHANGELOG.md", "LICENSE"):
        shutil.copy(root / name, source / name)
    pages = list(_pages(source))
    readme = _DOCS.sub(r"\1", (root / "README.md").read_text(encoding="utf-8"))
    navigation = "".join(_toctree(caption, names) for caption, names in _captions(pages))
    (source / "index.md").write_text(f"{readme}\n{navigation}", encoding="utf-8")
    for page in source.rglob("*.md"):
        page.write_text(_inside(page.read_text(encoding="utf-8"), page.relative_to(source)), encoding="utf-8")
    (source / "conf.py").write_text(_CONFIGURATION, encoding="utf-8")
    return pages


def _inside(text: str, page: PurePosixPath | Path) -> str:
    """The text of a page whose links to files beside `docs` lead to their copies; those to code are no links."""
    up = "../" * (len(page.parts) - 1)
    for name, copy in (("README.md", "index.md"), ("CHANGELOG.md", "CHANGELOG.md"), ("LICENSE", "LICENSE")):
        text = text.replace(f"]({up}../{name}", f"]({up}{copy}")
    return _CODE.sub(r"\1", text)


def command(python: str, source: Path, target: Path) -> list[str]:
    """The strict build: every warning, such as a link that leads nowhere, is an error, and all of them are shown."""
    return [python, "-m", "sphinx", "--fail-on-warning", "--quiet", "-b", "html", str(source), str(target)]


def _pages(source: Path) -> Iterator[str]:
    """The names of all pages, the tutorial first, then folder by folder; a folder's README before its other pages."""
    yield from _FIRST
    for _, folder in _SECTIONS:
        names = sorted(file.stem for file in (source / folder).glob("*.md"))
        yield from (f"{folder}/{name}" for name in sorted(names, key=lambda name: name != "README"))
    yield from sorted(file.stem for file in source.glob("*.md") if file.stem not in _FIRST)


def _captions(pages: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    yield "Start", [page for page in pages if page in _FIRST]
    for caption, folder in _SECTIONS:
        yield caption, [page for page in pages if page.rpartition("/")[0] == folder]
    yield "About", [page for page in pages if "/" not in page and page not in _FIRST]


def _toctree(caption: str, names: Sequence[str]) -> str:
    lines = "".join(f"{name}\n" for name in names)
    return f"\n```{{toctree}}\n:hidden:\n:caption: {caption}\n:maxdepth: 1\n\n{lines}```\n"
