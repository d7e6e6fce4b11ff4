# SPDX-License-Identifier: Apache-2.0
"""What the documentation shows works: configuration, noxfiles, commands, links and data."""

from __future__ import annotations

import ast
import json
import re
import sys
from typing import TYPE_CHECKING

import pytest
import yaml

from noxkit.commands import load_commands
from noxkit.config._fields import all_options
from noxkit.config.load import load
from noxkit.tasks.process import Runner
from noxkit.tools import load_tools
from sessions._reference import registered_sessions
from tests.docs.pages import BLOCKS, PAGES, ROOT, Block

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LINK = re.compile(r"!?\[[^\]]*\]\((?P<target>[^)\s]+)\)")
_CODE = re.compile(r"^```.*?^```$|(?<!`)(`+)(?!`)[^\n]+?(?<!`)\1(?!`)", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#+ (?P<text>.+)$", re.MULTILINE)
_INLINE = re.compile(r"`(?P<text>(?:uv run (?:--locked )?)?(?:nox|noxkit) [^`]*)`")


def _session_names() -> Iterator[str]:
    for session in registered_sessions():
        yield session.name
        yield from (f"{session.name}-{python}" for python in session.pythons)
    yield from (file.stem for file in (ROOT / "sessions").glob("[!_]*.py"))


SESSIONS = frozenset(_session_names())
FLAGS = {option.flag: option for option in all_options()} | {"--help": None}
TASKS = frozenset(
    {
        *(*load_tools(), "coverage", "environment", "consistency", "source"),
        *("build", "wheel_contents", "rehearsal", "previous", "moment", "licenses", "advisories"),
        *("leftovers", "deps_update", "generated", "bump", "changelog", "sbom", "publish", "tag", "verify"),
        *("plan", "commit", "release_check", "push", "forge_release", "rollback"),
    }
)


def blocks(*languages: str) -> list[Block]:
    return [block for block in BLOCKS if block.language in languages]


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_a_block_says_its_language(block: Block) -> None:
    assert block.language in {"json", "python", "sh", "text", "toml", "yaml"}


@pytest.mark.parametrize("block", blocks("toml"), ids=str)
def test_configuration_loads(block: Block, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(block.text, encoding="utf-8")
    load(tmp_path, environ={}, arguments=())


@pytest.mark.parametrize("block", blocks("python"), ids=str)
def test_python_compiles(block: Block) -> None:
    compile(block.text, str(block), "exec", dont_inherit=True)


@pytest.mark.parametrize(
    "block",
    [block for block in blocks("python") if "import noxkit" in block.text or "noxkit.sessions" in block.text],
    ids=str,
)
def test_a_noxfile_registers_sessions(block: Block, tmp_path: Path) -> None:
    (tmp_path / "noxfile.py").write_text(block.text, encoding="utf-8")
    done = Runner(root=tmp_path).run([sys.executable, "-m", "nox", "--list"], task="docs", cwd=tmp_path)
    assert done.returncode == 0, done.stderr.decode()
    assert b"lint -> " in done.stdout


@pytest.mark.parametrize("block", [block for block in blocks("python") if "class " in block.text], ids=str)
def test_the_example_of_a_tool_is_one_that_the_registry_takes(block: Block) -> None:
    from noxkit.tools._base import Tool  # noqa: PLC0415 -- only here

    names: dict[str, object] = {"__name__": "noxkit.tools.example"}
    exec(compile(block.text, str(block), "exec", dont_inherit=True), names)  # noqa: S102 -- a page of this repository
    kind = names["Example"]
    assert isinstance(kind, type)
    assert issubclass(kind, Tool)
    assert kind().name == "example"
    assert {"command", "parse"} <= kind.__dict__.keys()


@pytest.mark.parametrize("block", blocks("json"), ids=str)
def test_json_parses(block: Block) -> None:
    json.loads(block.text)


def _links() -> Iterator[tuple[str, str]]:
    for page in PAGES:
        for match in _LINK.finditer(_CODE.sub("", page.read_text(encoding="utf-8"))):
            yield page.relative_to(ROOT).as_posix(), match["target"]


def _anchors(page: Path) -> set[str]:
    headings = _HEADING.findall(page.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize(("page", "target"), sorted(set(_links())))
def test_a_link_leads_somewhere(page: str, target: str) -> None:
    if target.startswith(("https://", "http://")):
        return
    path, _, anchor = target.partition("#")
    file = (ROOT / page).parent / path if path else ROOT / page
    assert file.exists(), f"{page} links to {target}"
    assert not anchor or anchor in _anchors(file), f"{target} has no such heading"


@pytest.mark.parametrize(
    "page", [page for page in PAGES if page.parent != ROOT], ids=lambda page: page.relative_to(ROOT).as_posix()
)
def test_every_page_can_be_reached_from_the_readme(page: Path) -> None:
    reached: set[Path] = set()
    todo = [ROOT / "README.md"]
    links = list(_links())
    while todo:
        here = todo.pop()
        reached.add(here)
        name = here.relative_to(ROOT).as_posix()
        near = {(here.parent / target.partition("#")[0]).resolve() for source, target in links if source == name}
        todo += [file for file in near if file.suffix == ".md" and file.is_file() and file not in reached]
    assert page in reached


def _commands() -> Iterator[tuple[str, str]]:
    """Each call of nox or noxkit in a block, and in the text."""
    for block in blocks("sh"):
        for line in block.text.splitlines():
            for part in line.partition("  #")[0].split("&&"):
                yield str(block), part.strip()
    for page in PAGES:
        if page.name != "CHANGELOG.md":
            for found in _INLINE.finditer(page.read_text(encoding="utf-8")):
                yield page.relative_to(ROOT).as_posix(), found["text"]


def _words(command: str) -> list[str]:
    words = command.replace("uv run ", "").replace("--locked ", "").split()
    return words if words and words[0].rpartition("/")[2] in {"nox", "noxkit"} else []


CALLS = sorted({(place, command) for place, command in _commands() if _words(command)})


@pytest.mark.parametrize(("place", "command"), CALLS, ids=[f"{place}-{command}" for place, command in CALLS])
def test_a_call_names_only_what_exists(place: str, command: str) -> None:
    del place
    program, *words = _words(command)
    if any(re.fullmatch(r"[A-Z]+…?", word) for word in words):
        return  # a placeholder: its shape is shown, not a call
    if program == "noxkit":
        assert words[0] in load_commands()
        assert {word for word in words[1:] if word.startswith("tests") and not word.endswith(".json")} <= SESSIONS
        return
    own, _, rest = " ".join(words).partition(" -- ")
    named = own.partition("-s ")[2].split()
    assert {name for name in named if not name.startswith("-")} <= SESSIONS
    flags = rest.partition("-- ")[0].split() if not rest.startswith("-- ") else []
    for position, flag in enumerate(flags):
        if flag.startswith("-"):
            assert flag in FLAGS
            if flag in {"--only", "--why"} and not {"readmes", "yamllint"} & set(flags[position + 1].split(",")):
                assert set(flags[position + 1].split(",")) <= TASKS


def test_the_calls_are_found() -> None:
    assert len(CALLS) > 30


@pytest.mark.parametrize("name", ["lint", "tests"])
def test_the_readme_has_the_two_commands_where_ci_takes_them_from(name: str) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (command,) = re.findall(rf"^<!-- command: {name} -->\n```sh\n(.+)\n```$", readme, re.MULTILINE)
    assert command.startswith("python3 -m venv .uv-bootstrap && ")
    assert ".uv-bootstrap/" in (ROOT / ".gitignore").read_text().splitlines()


def test_no_page_says_that_noxkit_can_be_had_from_the_package_index() -> None:
    for block in blocks("sh"):
        assert not re.search(r"(pip install|uv add|uvx|--with)[^\n]* noxkit\b(?! @)", block.text), block


def test_the_pages_name_no_noxfile_that_is_not_the_one_of_init() -> None:
    from noxkit.commands.init import NOXFILE  # noqa: PLC0415 -- only here

    for block in blocks("python"):
        if "nox.main()" in block.text:
            assert block.text == NOXFILE, block


def test_every_python_block_with_factories_imports_public_names() -> None:
    for block in blocks("python"):
        for node in ast.walk(ast.parse(block.text)):
            if isinstance(node, ast.ImportFrom) and node.module == "noxkit.sessions":
                assert {alias.name for alias in node.names} <= SESSIONS | {"tests", "pipeline"}


def test_the_gitlab_job_takes_what_the_command_prints(tmp_path: Path) -> None:
    (text,) = [block.text for block in blocks("yaml") if "parallel:" in block.text]
    shown = yaml.safe_load(text)["tests"]["parallel"]["matrix"]
    (tmp_path / "noxfile.py").write_text("import noxkit\n\nnoxkit.pipeline()\n")
    command = [sys.executable, "-m", "noxkit", "matrix", "tests", "--format", "gitlab"]
    done = Runner(root=tmp_path).run(command, task="docs", cwd=tmp_path)
    assert json.loads(done.stdout) == shown
