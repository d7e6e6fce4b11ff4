# SPDX-License-Identifier: Apache-2.0
"""Rules on documents: planted defects in many spellings, and look-alikes that stay silent."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from noxkit.rules._markdown import read_markdown

if TYPE_CHECKING:
    from tests.rules._trees import RuleTree

HEAD = '[project]\nname = "acme"\nversion = "1.0"\nrequires-python = ">=3.10"\n'
WORDS = (
    HEAD + '[tool.noxkit.rules.documents]\nwords = { whitelist = "allow list", "acme suite" = "Acme", simply = "" }\n'
)

WORD = [
    pytest.param("The whitelist.\n", 1, 5, id="in a sentence"),
    pytest.param("# Whitelist\n", 1, 3, id="in a heading, in capitals"),
    pytest.param("a\n\n- one\n- WHITELIST-based\n", 4, 3, id="in a list, before a hyphen"),
    pytest.param("|a|\n|-|\n|the whitelist|\n", 3, 6, id="in a table"),
    pytest.param("> the whitelist\n", 1, 7, id="in a quotation"),
    pytest.param("[the whitelist](x.md)\n", 1, 6, id="in the text of a link"),
    pytest.param("![whitelist](x.png)\n", 1, 3, id="in the text of an image"),
    pytest.param("one\ntwo *whitelist*\n", 2, 6, id="emphasised, on the second line"),
    pytest.param("The Acme\nSuite is here.\n", 1, None, id="two words on two lines"),
    pytest.param("---\ntitle: x\n---\n\nwhitelist\n", 5, 1, id="below front matter"),
    pytest.param("`whitelist` and whitelist\n", 1, None, id="beside code"),
]


@pytest.mark.parametrize(("text", "line", "column"), WORD)
def test_a_word_that_is_not_wanted(rules: RuleTree, text: str, line: int, column: int | None) -> None:
    found = rules.find("NK-DOC-WORD", {"pyproject.toml": WORDS, "README.md": text})
    assert [(finding.path, finding.line) for finding in found] == [("README.md", line)]
    assert column is None or found[0].column == column


NO_WORD = [
    pytest.param("The `whitelist` option.\n", id="in code"),
    pytest.param("```\nwhitelist\n```\n", id="in a block"),
    pytest.param("    whitelist\n", id="in an indented block"),
    pytest.param("<!-- whitelist -->\n", id="in a comment"),
    pytest.param("[the list](docs/whitelist.md)\n", id="in an address"),
    pytest.param("whitelisted hosts, rewhitelist\n", id="inside of other words"),
    pytest.param("white list\n", id="two words"),
    pytest.param("acme suites\n", id="a longer second word"),
    pytest.param("---\ntitle: whitelist\n---\n", id="in front matter"),
    pytest.param("a [label][whitelist]\n\n[whitelist]: https://x.io\n", id="the label of a link"),
    pytest.param("The allow list.\n", id="the other word"),
]


@pytest.mark.parametrize("text", NO_WORD)
def test_what_is_no_such_word(rules: RuleTree, text: str) -> None:
    assert rules.find("NK-DOC-WORD", {"pyproject.toml": WORDS, "README.md": text}) == []


def test_a_word_without_another_is_only_refused(rules: RuleTree) -> None:
    found = rules.find("NK-DOC-WORD", {"pyproject.toml": WORDS, "README.md": "Simply run it.\n"})
    assert [finding.hint for finding in found] == ["say it without that word"]


def test_documents_can_be_excluded(rules: RuleTree) -> None:
    files = {"pyproject.toml": f'{WORDS}exclude = ["old/**"]\n', "old/a.md": "whitelist\n", "tests/b.md": "whitelist\n"}
    assert rules.find("NK-DOC-WORD", files) == []


WORKSPACE = """\
[project]
name = "acme"
version = "1.0"

[tool.uv.workspace]
members = ["plugins/*"]

[[tool.noxkit.kinds]]
name = "plugin"
paths = ["plugins/*"]
package-name = "acme-plugin-{dir}"

[[tool.noxkit.kinds]]
name = "rest"
paths = ["."]
"""
TREE = {
    "pyproject.toml": WORKSPACE,
    "plugins/csv/pyproject.toml": '[project]\nname = "acme-plugin-csv"\nversion = "1"\n'
    'dependencies = ["acme-plugin-api"]\n',
    "plugins/csv/src/acme_csv/__init__.py": "",
    "src/acme/__init__.py": "",
    "src/acme/core.py": "",
    "docs/guide.md": "# Guide\n",
    "docs/img/logo.png": "x",
    "tools/build.py": "",
    "LICENSE": "x",
}

REFERENCE = [
    pytest.param("README.md", "[a](docs/gide.md)\n", "docs/gide.md", id="a link"),
    pytest.param("README.md", "x\n\n[a](./docs/none.md#there)\n", "./docs/none.md", id="with an anchor"),
    pytest.param("README.md", "![a](docs/img/none.png)\n", "docs/img/none.png", id="an image"),
    pytest.param("README.md", "[a][b]\n\n[b]: docs/none.md\n", "docs/none.md", id="by a definition"),
    pytest.param("docs/more.md", "[a](../LICENCE.md)\n", "../LICENCE.md", id="upwards"),
    pytest.param("README.md", "[a](LICENCE)\n", "LICENCE", id="without a suffix"),
    pytest.param("docs/more.md", "[a](docs/guide.md)\n", "docs/guide.md", id="from the root instead of the folder"),
    pytest.param("README.md", "[a](docs/my%20page.md)\n", "docs/my page.md", id="quoted"),
    pytest.param("README.md", "The file `src/acme/cores.py`.\n", "src/acme/cores.py", id="a path of the package"),
    pytest.param("README.md", "`acme/none/x.py`\n", "acme/none/x.py", id="by its import name"),
    pytest.param("README.md", "`plugins/csv/README.md`\n", "plugins/csv/README.md", id="in a member"),
    pytest.param("README.md", "`tools/bild.py`\n", "tools/bild.py", id="in a folder of the repository"),
    pytest.param("README.md", "`acme-plugin-xml`\n", "acme-plugin-xml", id="a package by its kind's template"),
    pytest.param("README.md", "`plugins/xml/`\n", "plugins/xml", id="a folder of members"),
    pytest.param("README.md", "```sh\nuv run --package acme-csv pytest\n```\n", "acme-csv", id="behind --package"),
    pytest.param("README.md", "```console\n$ uv build --package=acme-xml\n```\n", "acme-xml", id="the same with ="),
    pytest.param("CHANGELOG.md", "[a](docs/none.md)\n", "docs/none.md", id="a link in a changelog"),
]


@pytest.mark.parametrize(("path", "text", "name"), REFERENCE)
def test_what_a_document_names_does_not_exist(rules: RuleTree, path: str, text: str, name: str) -> None:
    found = rules.find("NK-DOC-REFERENCE", {**TREE, path: text})
    assert len(found) == 1, [finding.message for finding in found]
    assert name in found[0].message
    assert (found[0].path, bool(found[0].line)) == (path, True)


NO_REFERENCE = [
    pytest.param("README.md", "[a](docs/guide.md), [b](docs/), [c](LICENSE), [d](#x)\n", id="what is there"),
    pytest.param("README.md", "[a](https://x.io/none.md), [b](mailto:a@b.c), [c](//x.io/y.md)\n", id="addresses"),
    pytest.param(
        "README.md", "[a](../../issues/new.md) [b](../../actions/workflows/x.yml/badge.svg)\n", id="the forge's"
    ),
    pytest.param("README.md", "[a]({{ base }}/x.md) [b](/docs/x.md) [c](<PATH>/x.md)\n", id="templates"),
    pytest.param("README.md", "```md\n[a](docs/none.md)\n```\n", id="a link in code"),
    pytest.param("README.md", "<!-- [a](docs/none.md) -->\n", id="a link in a comment"),
    pytest.param("README.md", "[a](docs/api.html)\n", id="what the site's generator writes"),
    pytest.param("README.md", "[guide](docs/guide)\n", id="a page without its suffix"),
    pytest.param("docs/more.md", "[a](../guide/) [b](guide.md)\n", id="a site's short addresses"),
    pytest.param(
        "README.md", "`src/acme/core.py`, `acme/core.py`, `core.py`, `src/acme/`\n", id="paths that are there"
    ),
    pytest.param("README.md", "`src/acme/*.py`, `src/acme/<name>.py`, `src/acme/...`\n", id="patterns"),
    pytest.param("README.md", "`path/to/file.py`, `~/.config/x.toml`, `/etc/x.conf`\n", id="somebody else's paths"),
    pytest.param(
        "README.md", "`docs/conf.py`, `tests/test_x.py`, `.github/workflows/ci.yml`\n", id="the reader's paths"
    ),
    pytest.param("README.md", "`acme-plugin-csv`, `acme-plugin-api`, `acme_plugin_csv`, `acme-other`\n", id="packages"),
    pytest.param("README.md", "`acme-plugin-{dir}`, `acme-plugin-*`, `acme-plugin-`\n", id="templates of names"),
    pytest.param("README.md", "```sh\nuv run --package NAME x\nuv run --package $P\n```\n", id="any package"),
    pytest.param("README.md", "```sh\npip install --package nope\n```\n", id="another program"),
    pytest.param("CHANGELOG.md", "`src/acme/gone.py` was removed.\n", id="what a changelog tells"),
    pytest.param("docs/changelog/12.md", "`src/acme/gone.py`\n", id="a fragment of one"),
    pytest.param("plugins/csv/README.md", "`src/acme_csv/__init__.py`\n", id="relative to the member"),
    pytest.param("tests/data/a.md", "[a](none.md)\n", id="test data"),
    pytest.param("README.md", "[x]() [y](?q=1) text `a/b`\n", id="empty, and a fraction"),
]


@pytest.mark.parametrize(("path", "text"), NO_REFERENCE)
def test_what_a_document_names_may_exist(rules: RuleTree, path: str, text: str) -> None:
    assert [finding.message for finding in rules.find("NK-DOC-REFERENCE", {**TREE, path: text})] == []


def test_a_reference_has_line_and_column(rules: RuleTree) -> None:
    found = rules.find("NK-DOC-REFERENCE", {**TREE, "README.md": "# A\n\nOne\n[a](docs/none.md) two\n"})
    assert [(each.line, each.column, each.end_column) for each in found] == [(4, 5, 17)]


def test_what_git_ignores_is_made_by_a_program(rules: RuleTree) -> None:
    files = {**TREE, ".gitignore": "# x\n/docs/made.md\ndocs/api/\n!x\n", "docs/.gitignore": "more/*.md\n"}
    text = "[a](docs/made.md) [b](docs/api/x.md) [c](docs/more/y.md)\n"
    assert [each.message for each in rules.find("NK-DOC-REFERENCE", {**files, "README.md": text})] == []
    assert len(rules.find("NK-DOC-REFERENCE", {**files, "README.md": "[a](docs/made2.md) [b](docs/x.md)\n"})) == 2


def test_a_hint_names_the_file_that_is_meant(rules: RuleTree) -> None:
    found = rules.find("NK-DOC-REFERENCE", {**TREE, "README.md": "[a](doc/guide.md)\n"})
    assert [finding.hint for finding in found] == ["correct the name: there is `docs/guide.md`"]


PACKAGE = {
    "pyproject.toml": HEAD,
    "src/acme/__init__.py": "from acme.core import run as start\n__all__ = ['start']\nfor INDEX in (): pass\n",
    "src/acme/core.py": "import os\n\ndef run(): pass\n\nclass Thing: pass\n\nif os.name:\n    NAME, OTHER = 1, 2\n",
    "src/acme/lazy.py": "def __getattr__(name): ...\n",
    "src/acme/star.py": "from acme.core import *\n",
    "src/acme/made.py": "globals()['x'] = 1\n",
    "src/acme/sub/__init__.py": "",
    "src/acme/sub/deep.pyi": "def f() -> None: ...\n",
    "src/acme/fast.pyx": "",
}


def fenced(language: str, text: str) -> str:
    return f"# A\n\n```{language}\n{text}\n```\n"


CODE = [
    pytest.param("python", "def f(:\n    pass", "not Python", 4, id="a parameter"),
    pytest.param("py", "x = 1\nprint 'x'", "not Python", 5, id="Python 2"),
    pytest.param("Python", "if x:\ny = 1", "not Python", 5, id="indentation"),
    pytest.param("python", "class A:\nx = 1", "not Python", 5, id="a class without a body"),
    pytest.param("python", "def f():\n    # no body\n    if x\n        pass", "not Python", 6, id="behind a comment"),
    pytest.param("{.python}", "x = = 1", "not Python", 4, id="pandoc's braces"),
    pytest.param('python title="a.py"', "x = (1", "not Python", 4, id="an open bracket"),
    pytest.param("python", "def f(...):\n    ...\n\ny = = 2", "not Python", 7, id="behind pseudo-code"),
    pytest.param("pycon", ">>> x = 1\n>>> x +\n1", "not Python", 5, id="at a prompt"),
    pytest.param("python", ">>> for x in y:\n... pass\n", "not Python", 5, id="at a second prompt"),
    pytest.param("toml", "[a]\nb = yes", "not TOML", 5, id="TOML's values"),
    pytest.param("toml", "[a]\nb = 1\nb = 2", "not TOML", 6, id="a key that is there twice"),
    pytest.param("toml", "[a\n", "not TOML", 4, id="a table that is not closed"),
    pytest.param("json", '{"a": 1,}', "not JSON", 4, id="a last comma"),
    pytest.param("json", '{\n  // x\n  "a": 1\n}', "not JSON", 5, id="a comment in JSON"),
    pytest.param("json", "{'a': 1}", "not JSON", 4, id="single quotes"),
    pytest.param("python", "import acme.cor", "`acme.cor`", 4, id="a module that is not there"),
    pytest.param("python", "x = 1\nfrom acme import strat", "`acme.strat`", 5, id="a name that is not there"),
    pytest.param(
        "python", "from acme.core import (\n    run,\n    Thing2,\n)", "`acme.core.Thing2`", 6, id="over lines"
    ),
    pytest.param("python", "import acme.core.run", "`acme.core.run`", 4, id="a function is no module"),
    pytest.param(
        "python", "def f():\n    from acme.star import gone", "`acme.star.gone`", 5, id="in a function, by a star"
    ),
    pytest.param("pycon", ">>> from acme.sub.deep import g", "`acme.sub.deep.g`", 4, id="at a prompt, from a stub"),
    pytest.param("python", "from acme.sub import depp", "`acme.sub.depp`", 4, id="a module of a package"),
]


@pytest.mark.parametrize(("language", "text", "message", "line"), CODE)
def test_a_block_that_cannot_work(rules: RuleTree, language: str, text: str, message: str, line: int) -> None:
    found = rules.find("NK-DOC-CODE", {**PACKAGE, "README.md": fenced(language, text)})
    assert [(finding.path, finding.line) for finding in found] == [("README.md", line)], [f.message for f in found]
    assert message in found[0].message


NO_CODE = [
    pytest.param("python", "from acme import start, core, sub, INDEX, __version__", id="names that are there"),
    pytest.param(
        "python", "from acme.core import run, Thing, NAME, OTHER, os\nimport acme.sub.deep", id="of all kinds"
    ),
    pytest.param("python", "from acme.lazy import anything\nfrom acme.made import x", id="names made when imported"),
    pytest.param("python", "from acme.star import run, Thing\nfrom acme.core import *", id="stars"),
    pytest.param("python", "from acme.fast import f\nimport acme._version", id="compiled, and written by the build"),
    pytest.param("python", "import other.thing\nfrom numpy import nope\nfrom . import x", id="somebody else's"),
    pytest.param("python", "try:\n    import acme.gone\nexcept ImportError:\n    pass", id="guarded"),
    pytest.param("python", "def f(...):\n    ...\n\nclass A(...): ...\nx = g(a=1, ...)", id="pseudo-code"),
    pytest.param("python", "x = {\n    'a': 1,\n    ...\n}\nfrom acme import ...", id="pseudo-code in a table"),
    pytest.param("python", "f(<name>, 1)\nx = \u2026", id="placeholders"),
    pytest.param("python", "@f\nasync def f(x: int) -> str:\n", id="a signature alone"),
    pytest.param("python", "async def f(\n    x: int,\n) -> str", id="a signature without a colon"),
    pytest.param("python", "class A:\n    # body\n\ndef f(\n    x,\n):\n    # more\n\nx = 1", id="comments for a body"),
    pytest.param("python", "match x:\n    case 1:\n        # one\n    case _:\n        # two", id="in a match"),
    pytest.param("python", "await f()\nreturn 1", id="the inside of a function"),
    pytest.param("python", "    def f(self):\n        return 1", id="indented as a whole"),
    pytest.param("python", ">>> def f():\n...     return 1\n...\n>>> f()\n1", id="prompts"),
    pytest.param("python", ">>> 1 +\nSyntaxError: invalid syntax", id="an error that is shown"),
    pytest.param("python", "%timeit f()\n!ls", id="IPython"),
    pytest.param("python", "%%writefile x\nnot python", id="a magic of a whole cell"),
    pytest.param("pycon", ">>> with f() as x:\n>>>     x.y()\n>>> 1\n1", id="a prompt before each line"),
    pytest.param("python", '--8<-- "x.py"', id="an include"),
    pytest.param("python", "{{ cookiecutter.x }} = 1", id="a template"),
    pytest.param("python no-check", "def f(:", id="meant to be wrong"),
    pytest.param("text", "def f(:", id="another language"),
    pytest.param("", "def f(:", id="no language"),
    pytest.param("toml", "[a]\n...\nb = ...\nc = [1, ...]\nd = '<x>'", id="TOML with dots"),
    pytest.param("json", '{"a": ..., "b": [1, ...]}', id="JSON with dots"),
    pytest.param("json", '{"a": 1}\n{"a": 2}', id="several documents"),
    pytest.param("json", '"a": {"b": 1},', id="the inside of an object"),
    pytest.param("jsonc", "{ // x\n}", id="JSON with comments"),
    pytest.param("json5", "{a: 1}", id="another JSON"),
    pytest.param("pycon", "$ python\n>>> x = 1\n", id="a shell before the prompt"),
]


@pytest.mark.parametrize(("language", "text"), NO_CODE)
def test_a_block_that_may_work(rules: RuleTree, language: str, text: str) -> None:
    found = rules.find("NK-DOC-CODE", {**PACKAGE, "README.md": fenced(language, text)})
    assert [finding.message for finding in found] == []


def test_imports_in_a_changelog_may_be_gone(rules: RuleTree) -> None:
    for path in ("CHANGELOG.md", "docs/migration.md", "docs/releases/1.0.md", "newsfragments/1.md"):
        assert rules.find("NK-DOC-CODE", {**PACKAGE, path: fenced("python", "import acme.gone")}) == []


def test_a_namespace_is_shared_with_other_distributions(rules: RuleTree) -> None:
    files = {"pyproject.toml": HEAD.replace('"acme"', '"acme-core"'), "src/acme/core/__init__.py": "def run(): ...\n"}
    text = fenced("python", "import acme.other\nfrom acme import core, more\nfrom acme.core import run")
    assert [found.message for found in rules.find("NK-DOC-CODE", {**files, "README.md": text})] == []
    broken = fenced("python", "from acme.core import rum")
    assert len(rules.find("NK-DOC-CODE", {**files, "README.md": broken})) == 1


def test_nothing_of_a_document_is_run(rules: RuleTree) -> None:
    text = fenced("python", "import pathlib\npathlib.Path('made').write_text('x')\nraise SystemExit(9)")
    assert rules.find("NK-DOC-CODE", {**PACKAGE, "README.md": text}) == []
    assert not (rules.root / "made").exists()


def test_the_parser_says_nothing_where_everything_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """nox shows DEBUG, and the parser would say each rule that it tries there."""
    with caplog.at_level(logging.DEBUG):
        document = read_markdown("README.md", b"# Acme\n\n- *one*\n\n```python\na = 1\n```\n\n[a]: b.md\n")
        assert [piece.text for piece in document.pieces] == ["Acme", "one"]
        logging.getLogger("markdown_it.rules_block.code").debug("of a parser that is not noxkit's")
    assert [record.message for record in caplog.records] == ["of a parser that is not noxkit's"]
