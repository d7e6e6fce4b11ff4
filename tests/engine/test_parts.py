# SPDX-License-Identifier: Apache-2.0
"""Which words of a file may name what it imports: too many do no harm, one too few would be a wrong hit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from noxkit.engine._parts import importable_names, imported_words

if TYPE_CHECKING:
    from tests._trees import Repo

SOURCES = {
    "import": "import shop.b\n",
    "several at once": "import os, shop.b as c\n",
    "from": "from shop import b\n",
    "relative": "from .. import b\n",
    "in parentheses": "from shop import (\n    a,\n    b,\n)\n",
    "behind a comment with a parenthesis": "from shop import (\n    a,  # the old one (gone)\n    b,\n)\n",
    "behind a comment at the opening one": "from shop import (  # (sorted)\n    b,\n)\n",
    "on a continued line": "from shop \\\n    import \\\n    b\n",
    "with Windows line ends": "from shop import \\\r\n    b\r\n",
    "behind a semicolon": "x = 1; import shop.b\n",
    "in one line with a condition": "if True: from shop import b\n",
    "in a function": "def f():\n    from shop import b\n",
    "behind a text with an open parenthesis": '"""Taken from (the table."""\nfrom shop import (a,  # )\n    b)\n',
    "behind an open parenthesis that nothing closes": '"""import ("""\nfrom shop import b\n',
}


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES.keys())
def test_the_name_of_an_import_is_among_the_words(source: str) -> None:
    assert b"b" in imported_words(source.encode())


@pytest.mark.parametrize("source", ["b = 1\n", "print(b)\n", "from shop import a\nb = a\n", "import a\n\n\nb()\n"])
def test_a_name_that_is_imported_nowhere_is_not(source: str) -> None:
    assert b"b" not in imported_words(source.encode())


PROJECT = '[project]\nname = "acme"\nversion = "1"\n'
PLACES = {
    "a package": ("src/shop/__init__.py", "shop"),
    "a module": ("src/shop.py", "shop"),
    "a part of a namespace": ("src/acme/shop/__init__.py", "shop"),
    "stubs of a package": ("src/shop-stubs/__init__.pyi", "shop"),
    "nothing of that name": ("src/store.py", None),
    "a compiled module": ("src/shop.cpython-312-x86_64-linux-gnu.so", "shop"),
}


@pytest.mark.parametrize("folder", ["", "packages/acme/"])
@pytest.mark.parametrize(("path", "name"), PLACES.values(), ids=PLACES.keys())
def test_a_member_is_reached_by_the_names_of_what_lies_in_its_import_roots(
    repo: Repo, path: str, name: str | None, folder: str
) -> None:
    root = {"pyproject.toml": '[tool.uv.workspace]\nmembers = ["packages/*"]\n'} if folder else {}
    repo.write({**root, f"{folder}pyproject.toml": PROJECT, f"{folder}{path}": "", f"{folder}src/other.py": ""})
    context = repo.context()
    (member,) = context.repository.workspace.packages
    assert ("shop" in importable_names(context, member)) is (name is not None)
