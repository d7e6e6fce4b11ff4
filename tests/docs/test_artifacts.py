# SPDX-License-Identifier: Apache-2.0
"""The page of codes about built files has them all, and shows nothing but examples that a test runs."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import msgspec
import pytest
from markdown_it import MarkdownIt
from packaging.version import Version

from noxkit.engine._contents import ARTIFACT_SCOPES
from noxkit.rules import load_families
from noxkit.rules._base import Place, Rule, Scope
from noxkit.rules._rehearsals import ImportFailure, RehearsalFacts, Unresolved
from noxkit.rules._release_difference import Contents, PreviousFacts, bump_between, compare
from noxkit.tools import load_tools
from noxkit.tools._codes import BUILT_EXAMPLES
from sessions._artifacts_page import artifact_rows, artifact_rules, shown_examples
from tests.docs.pages import ROOT
from tests.engine.test_build import RULES as BUILDS
from tests.rules._trees import examples
from tests.test_contract_rules import HERE

WHEEL = "dist/acme-1.0-py3-none-any.whl"
ROWS = {re.findall(r"`([A-Z0-9-]+)`", row[0])[0]: row for row in artifact_rows()}
SHOWN = artifact_rules()
RULES = [rule for family in load_families().values() for rule in family.values()]
IN_WORDS = {
    f"{rule.info.code}@{rule.scope.name.lower()}" if rule.secondary else rule.info.code: rule
    for rule in RULES
    if rule.scope is Scope.REHEARSAL
}


def rehearsed(*, wheel: str = WHEEL, together: bool = False, **extras: str | None) -> RehearsalFacts:
    """Requirements that cannot be resolved: the reason of each, by its extra, or `base`."""
    missing = tuple(Unresolved(reason=why or "", extra=None if key == "base" else key) for key, why in extras.items())
    return RehearsalFacts(wheel=wheel, python="3.10", unresolved=missing, together=together)


def imported(*failures: ImportFailure) -> RehearsalFacts:
    """Modules and entry points of a wheel `acme` that fail."""
    return RehearsalFacts(
        wheel=WHEEL, python="3.10", own=frozenset({"acme"}), roots=frozenset({"acme"}), failures=failures
    )


def missing(kind: Any, name: str, module: str, **more: Any) -> ImportFailure:
    """What imports a module that is not there."""
    error: dict[str, Any] = {"error": "ModuleNotFoundError", "message": f"No module named {module!r}"}
    return ImportFailure(kind=kind, name=name, way="raised", home="builtins", missing=module, **error, **more)


def contents(version: str, *files: str, requires: tuple[str, ...] = ()) -> Contents:
    """A release of these files."""
    none = frozenset[str]()
    return Contents(
        version=version,
        files=dict.fromkeys(files, 10),
        requires_python=">=3.10",
        requirements=requires,
        extras=none,
        entry_points=none,
    )


def released(old: Contents, new: Contents, *broken: str) -> PreviousFacts:
    """A release after another, with the public names that are gone."""
    return PreviousFacts(
        name="acme",
        old=old.version,
        new=new.version,
        bump=bump_between(Version(old.version), Version(new.version)),
        differences=tuple(compare(old, new, broken, len(broken))),
        place=Place(WHEEL),
    )


MAIN, IO, DATA = "acme/__init__.py", "acme/io.py", "acme/table.json"
SCRIPT, PLUGIN = "console_scripts", "acme.plugins"
# For each rule whose examples are in words: each example of its page that fails, and each that passes.
EXAMPLES: dict[str, tuple[list[Any], list[Any]]] = {
    "NK-DEPS-UNRESOLVABLE": (
        [rehearsed(base="idna>=99 is not there"), rehearsed(together=True, base="acme-core>=2 is not there")],
        [rehearsed(web="idna>=99 is not there")],
    ),
    "NK-EXTRAS-UNRESOLVABLE": ([rehearsed(web="idna>=99 is not there")], [rehearsed(base="idna>=99 is not there")]),
    "NK-IMPORT-SMOKE": (
        [
            imported(missing("module", "acme", "yaml")),
            imported(ImportFailure(kind="module", name="acme.io", way="hung", message="60 s")),
        ],
        [imported(missing("module", "acme.contrib.django", "django"))],
    ),
    "NK-ENTRYPOINT-UNRESOLVABLE@rehearsal": (
        [imported(missing("script", "acme", "acme.cli", group=SCRIPT, value="acme.cli:main"))],
        [
            imported(missing("entry point", "x", "other", group=PLUGIN, value="acme.plugin:Plugin")),
            imported(missing("script", "x", "other", group=SCRIPT, value="acme.cli:main", extras=("cli",))),
        ],
    ),
    "NK-RELEASE-DIFFERENCE": (
        [released(contents("1.2", MAIN, IO, DATA), contents("1.3", MAIN, requires=("idna>=3",)))],
        [released(contents("1.2", MAIN, IO), contents("1.2.1", MAIN, IO))],
    ),
    "NK-VERSION-BEHIND": (
        [PreviousFacts(name="acme", new="0.1.dev1", newest="1.2", place=Place(WHEEL))],
        [PreviousFacts(name="acme", new="1.3", place=Place(WHEEL)) for _ in range(2)],
    ),
    "NK-VERSION-BUMP-SMALL": (
        [released(contents("1.2", MAIN, IO), contents("1.2.1", MAIN, IO), "acme.io.read")],
        [released(contents("1.2", MAIN, IO), contents("2.0", MAIN, IO), "acme.io.read")],
    ),
}


def test_there_is_a_row_for_each_code_about_built_files() -> None:
    scopes = {*ARTIFACT_SCOPES, Scope.BUILD, Scope.REHEARSAL}
    rules = {
        rule.info.code for rule in RULES if rule.scope in scopes or rule.info.family in {"hatch", "project_schema"}
    }
    tools = {code for tool in load_tools().values() if tool.reads_built for code in tool.own_codes}
    assert set(ROWS) == rules | tools
    assert set(BUILT_EXAMPLES) == tools


@pytest.mark.parametrize("code", sorted(ROWS))
def test_a_row_has_no_empty_cell(code: str) -> None:
    assert len(ROWS[code]) == 3
    assert all(re.search(r"\w{2}", cell) for cell in ROWS[code])
    assert not any(re.search(r"[\n\r\0]", cell) for cell in ROWS[code])


def test_markdown_takes_the_page_for_one_table_of_as_many_rows() -> None:
    html = MarkdownIt("commonmark").enable("table").render((ROOT / "docs/reference/artifacts.md").read_text("utf-8"))
    assert html.count("<table>") == 1
    rows = re.findall(r"<tr>\n<td>(.*?)</td>\n<td>(.*?)</td>\n<td>(.*?)</td>\n</tr>", html)
    assert len(rows) == html.count("<tr>") - 1 == len(ROWS)
    assert all(cell and "`" not in re.sub("<code>.*?</code>", "", cell) for row in rows for cell in row)


@pytest.mark.parametrize("section", ["Fails", "Passes"])
@pytest.mark.parametrize("code", sorted(SHOWN))
def test_what_is_shown_are_the_examples_that_tests_run(code: str, section: str) -> None:
    rule = SHOWN[code]
    shown = shown_examples(rule.info.page, section)
    if rule in IN_WORDS.values():
        assert all(example.words and not example.files for example in shown)
    else:
        assert rule in HERE or rule in BUILDS
        assert [example.files for example in shown] == examples(rule.info.page, section)


def test_the_examples_in_words_are_those_of_the_rules_of_the_rehearsal() -> None:
    assert set(EXAMPLES) == set(IN_WORDS)
    for key, rule in IN_WORDS.items():
        shown = [len(shown_examples(rule.info.page, section)) for section in ("Fails", "Passes")]
        assert shown == [len(facts) for facts in EXAMPLES[key]], key


@pytest.mark.parametrize("key", sorted(EXAMPLES))
def test_examples_in_words_do_what_they_say(key: str) -> None:
    rule: Rule[Any] = IN_WORDS[key]
    fails, passes = EXAMPLES[key]
    for facts in fails:
        assert [finding.severity for finding in rule(facts)] == [rule.info.severity], facts
    for facts in passes:  # an optional module is information, and no error
        assert all(finding.severity.rank > rule.info.severity.rank for finding in rule(facts)), facts


@pytest.mark.parametrize("section", ["Fails", "Passes"])
def test_a_rule_without_an_example_gives_no_page(section: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (rule, *_) = SHOWN.values()
    page = re.sub(rf"^# {section}\n.*?(?=^# )", f"# {section}\n\n", rule.info.page, flags=re.MULTILINE | re.DOTALL)
    bare = dataclasses.replace(rule, info=msgspec.structs.replace(rule.info, page=page))
    monkeypatch.setattr("sessions._artifacts_page.artifact_rules", lambda: {bare.info.code: bare})
    with pytest.raises(ValueError, match="has no example"):
        artifact_rows()
