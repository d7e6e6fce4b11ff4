# SPDX-License-Identifier: Apache-2.0
"""The documentation as a site: built strictly, complete, and without anything from elsewhere."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from noxkit.tasks.process import Completed, Runner
from sessions._site import command, prepare

ROOT = Path(__file__).parent.parent.parent
LOADED = re.compile(r"""<(?:script|img|iframe|source)\b[^>]*\bsrc="([^"]*)"|<link\b[^>]*\bhref="([^"]*)\"""")
FILES = {
    "README.md": "# A\n\n[tutorial](docs/tutorial.md), [a part](docs/how-to/one.md#a-part), [licence](LICENSE)\n",
    "CHANGELOG.md": "# Changelog\n",
    "LICENSE": "Free.\n",
    "docs/tutorial.md": "# Tutorial\n\n[back](../README.md#a), [code](../src/a.py)\n",
    "docs/how-to/one.md": "# One\n\n## A part\n\n[changes](../../CHANGELOG.md), [two](two.md)\n",
    "docs/how-to/two.md": "# Two\n",
    "docs/reference/rules/x.md": "# X\n",
    "docs/design/README.md": "# Design\n",
}
BROKEN = {
    "a page": "[gone](nowhere.md)\n",
    "a heading": "[gone](two.md#nowhere)\n",
    "a heading of its own": "[gone](#nowhere)\n",
}


def built(root: Path, folder: Path) -> tuple[Path, Completed, list[str]]:
    source, target = folder / "source", folder / "target"
    source.mkdir()
    pages = prepare(root, source)
    return target, Runner(root=folder).run(command(sys.executable, source, target), task="site"), pages


def tree(folder: Path, **changed: str) -> Path:
    for name, text in {**FILES, **changed}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This repository's own site."""
    target, done, pages = built(ROOT, tmp_path_factory.mktemp("site"))
    assert done.returncode == 0, done.stderr.decode()
    assert len(pages) > 100
    return target


def test_every_page_is_in_the_navigation_and_has_been_built(site: Path) -> None:
    listed = (site / "index.html").read_text()
    for page in (ROOT / "docs").rglob("*.md"):
        name = page.relative_to(ROOT / "docs").with_suffix(".html").as_posix()
        assert (site / name).is_file()
        assert f'href="{name}"' in listed, name


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    for page in site.rglob("*.html"):
        loaded = ["".join(found) for found in LOADED.findall(page.read_text())]
        assert [address for address in loaded if re.match(r"(https?:)?//", address)] == [], page
    styles = "".join(file.read_text() for file in site.rglob("*.css"))
    assert re.findall(r"url\(\s*[\"']?https?:", styles) + re.findall(r"@import", styles) == []


def test_a_healthy_tree_is_built_and_links_lead_to_what_is_there(tmp_path: Path) -> None:
    target, done, pages = built(tree(tmp_path / "tree"), tmp_path)
    assert done.returncode == 0, done.stderr.decode()
    assert pages == ["tutorial", "how-to/one", "how-to/two", "reference/rules/x", "design/README", "CHANGELOG"]
    assert 'href="how-to/one.html#a-part"' in (target / "index.html").read_text()
    assert 'href="../CHANGELOG.html"' in (target / "how-to" / "one.html").read_text()


@pytest.mark.parametrize("link", BROKEN.values(), ids=BROKEN.keys())
def test_a_link_that_leads_nowhere_fails(tmp_path: Path, link: str) -> None:
    _, done, _ = built(tree(tmp_path / "tree", **{"docs/how-to/one.md": f"# One\n\n## A part\n\n{link}"}), tmp_path)
    assert (done.returncode != 0, b"one.md" in done.stderr) == (True, True), done.stderr.decode()
