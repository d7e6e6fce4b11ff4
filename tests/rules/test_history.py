# SPDX-License-Identifier: Apache-2.0
"""Rules on history: messages of commits and descriptions, in every spelling."""

from __future__ import annotations

import msgspec
import pytest

from noxkit.rules._conventional import Message
from noxkit.rules.history import Commit, Description, Options, commit_format, pull_request
from noxkit.workspace.lock_changes import Change, markdown_table
from tests.rules._trees import examples

WRONG = [
    pytest.param("", "the message is empty", 1, id="nothing"),
    pytest.param("\n\n", "the message is empty", 1, id="empty lines"),
    pytest.param("Fixed it", "`Fixed it` has no type", 1, id="a sentence"),
    pytest.param("feature: x", "`feature` is not a type", 1, id="another type"),
    pytest.param("feat x: y", "`feat x: y` has no type", 1, id="two words before the colon"),
    pytest.param("feat:x", "not one space", 1, id="no space"),
    pytest.param("feat:  x", "not one space", 1, id="two spaces"),
    pytest.param("feat: ", "no description", 1, id="no description"),
    pytest.param("feat(): x", "the scope is empty", 1, id="an empty scope"),
    pytest.param("feat( ): x", "the scope is empty", 1, id="a blank scope"),
    pytest.param("feat!(a): x", "has no type", 1, id="the mark before the scope"),
    pytest.param("feat(a: x", "has no type", 1, id="an open bracket"),
    pytest.param(": x", "has no type", 1, id="no type"),
    pytest.param("feat \u2013 x", "has no type", 1, id="a dash"),
    pytest.param("[feat] x", "has no type", 1, id="square brackets"),
    pytest.param("feat: x\nbody", "no empty line parts", 2, id="no empty line"),
    pytest.param("fixup! feat: x", "a `fixup!` commit is left", 1, id="fixup"),
    pytest.param("squash! feat: x\n\nmore", "a `squash!` commit is left", 1, id="squash"),
    pytest.param("amend! feat: x", "a `amend!` commit is left", 1, id="amend"),
    pytest.param("feat: x\n\nbreaking change: y", "`breaking change` is no footer", 3, id="small letters"),
    pytest.param("feat: x\n\nBreaking Change: y", "`Breaking Change` is no footer", 3, id="capitals"),
    pytest.param("feat: x\n\nBREAKING CHANGES: y", "is no footer", 3, id="the plural"),
    pytest.param("feat: x\n\nBREAKING CHANGE:y", "is no footer", 3, id="no space behind the colon"),
    pytest.param("feat: x\n\nbody\nBREAKING CHANGE: y", "is no footer", 4, id="inside of a paragraph"),
    pytest.param("feat: x\n\nBREAKING CHANGE: \n\nRefs: #1", "says nothing", 3, id="no text behind it"),
    pytest.param("Revert the last one", "has no type", 1, id="a revert by hand"),
    pytest.param("Merged everything", "has no type", 1, id="no merge"),
]


@pytest.mark.parametrize(("text", "message", "line"), WRONG)
def test_a_message_that_is_no_conventional_commit(text: str, message: str, line: int) -> None:
    found = commit_format(Commit(text=text, options=Options(), path="M"))
    assert [(finding.path, finding.line) for finding in found] == [("M", line)], found
    assert message in found[0].message
    assert found[0].hint


RIGHT = [
    pytest.param("feat: x", id="the least"),
    pytest.param("Fix(core)!: x", id="any case, a scope and the mark"),
    pytest.param("fix(a/b, c): x (#12)", id="several scopes, and a number"),
    pytest.param("docs: \u00fcber: alles", id="another colon"),
    pytest.param("feat: x\n\nA body: with a colon\nover lines.\n", id="a body"),
    pytest.param("feat: x\n\nBody.\n\nBREAKING CHANGE: y\nmore of it\nRefs: #1\nReviewed-by: Z\n", id="footers"),
    pytest.param("feat: x\n\nBREAKING-CHANGE: y", id="with a hyphen"),
    pytest.param("feat: x\n\nThis is a breaking change: no footer.", id="a sentence about it"),
    pytest.param("feat: x\n\nbreaking changes are listed below", id="a sentence that begins so"),
    pytest.param("feat: x\n\nCloses #12\n", id="a number as a footer"),
    pytest.param("feat: x\n\n- a\n- b\n\n```\nx: y\n```\n", id="lists and code"),
    pytest.param('Revert "feat: x"\n\nThis reverts commit 3f2a1c9.\n', id="git's revert"),
    pytest.param('Reapply "feat: x"\n\nThis reverts commit 3f2a1c9.\n', id="git's second revert"),
    pytest.param("revert: feat x\n\nRefs: 676104e", id="a revert of the convention"),
    pytest.param("Merge branch 'main' into x\n", id="a merge"),
    pytest.param("Merge pull request #1 from a/b\n\nWhatever", id="a forge's merge"),
    pytest.param("feat: x\r\n\r\nbody\r\n", id="CRLF"),
]


@pytest.mark.parametrize("text", RIGHT)
def test_a_message_that_is_one(text: str) -> None:
    assert [found.message for found in commit_format(Commit(text=text, options=Options()))] == []


OPTIONS = [
    pytest.param({"types": ("feat", "deps")}, "fix: x", "the types are: deps, feat", id="types"),
    pytest.param({"types": ("deps",)}, "deps: x", None, id="a type of its own"),
    pytest.param({"scopes": ("core", "cli")}, "fix(coer): x", "did you mean `core`?", id="scopes"),
    pytest.param({"scopes": ("core", "cli")}, "fix(core,cli): x", None, id="several scopes"),
    pytest.param({"scopes": ("core",)}, "fix: x", None, id="no scope where none is asked for"),
    pytest.param({"require_scope": True}, "fix: x", "write `fix(scope)", id="a scope that is asked for"),
    pytest.param({"accept": ("3f2a1c9",)}, "Fixed", None, id="an accepted commit"),
    pytest.param({"accept": ("0000000",)}, "Fixed", "write `type(scope)", id="another one"),
]


@pytest.mark.parametrize(("options", "text", "hint"), OPTIONS)
def test_types_and_scopes_are_options(options: dict[str, object], text: str, hint: str | None) -> None:
    commit = Commit(text=text, options=msgspec.structs.replace(Options(), **options), commit="3f2a1c9d" * 5)
    found = commit_format(commit)
    assert len(found) == (hint is not None)
    assert hint is None or hint in found[0].hint


def test_a_commit_is_named_by_its_id_and_its_subject() -> None:
    found = commit_format(Commit(text="feature: x", options=Options(), commit="3f2a1c9d" * 5))
    assert found[0].message == "commit 3f2a1c9d3: `feature` is not a type of this repository (`feature: x`)"
    assert found[0].hint == (
        "did you mean `feat`?; change it with `git rebase -i`; where it is published already, "
        '`accept = ["3f2a1c9d3"]` in [tool.noxkit.rules.history] takes it as it is'
    )


def test_a_message_is_taken_apart_as_a_whole() -> None:
    message = Message(
        "feat(a)!: b\n\nBody one.\n\nBody two.\n\nBREAKING CHANGE: c\n  d\n\ne\nFixes #3\nSigned-off-by: F\n"
    )
    assert message.body == "Body one.\n\nBody two."
    assert [(footer.token, footer.value) for footer in message.footers] == [
        ("BREAKING CHANGE", "c\n  d\n\ne"),
        ("Fixes", "#3"),
        ("Signed-off-by", "F"),
    ]
    assert message.breaking


def test_the_examples_of_a_commit_do_what_they_say() -> None:
    for section, fires in (("Fails", True), ("Passes", False)):
        for files in examples(commit_format.info.page, section):
            found = commit_format(Commit(text=files["COMMIT_EDITMSG"], options=Options()))
            assert bool(found) == fires, files


SECTIONS = Options(sections=("Summary", "How it was tested"))
GOOD = "## Summary\n\nx\n\n### How it was tested?\n\n- [x] y\n"

DESCRIPTIONS = [
    pytest.param(GOOD, [], id="both"),
    pytest.param(GOOD.lower().replace("\n", "\r\n"), [], id="small letters and CRLF"),
    pytest.param("Summary\n---\nx\n\n# **How it was tested**\ny", [], id="other headings"),
    pytest.param("", ["no section `Summary`", "no section `How it was tested`"], id="nothing"),
    pytest.param("Summary: x\n\nHow it was tested: y", ["no section", "no section"], id="no headings"),
    pytest.param("## Summary\nx\n```\n## How it was tested\n```", ["no section `How"], id="a heading in code"),
    pytest.param(
        "## Summary\n<!-- say it -->\n## How it was tested\ny",
        ["`Summary` of the description is empty"],
        id="a comment",
    ),
    pytest.param("## Summary\n### How it was tested\ny", [], id="one in the other"),
    pytest.param("## Summary\nx\n## How it was tested\n\n", ["is empty"], id="nothing in the last"),
    pytest.param("## Summaries\nx\n## How it was tested\ny", ["no section `Summary`"], id="another word"),
]


@pytest.mark.parametrize(("text", "messages"), DESCRIPTIONS)
def test_the_sections_of_a_description(text: str, messages: list[str]) -> None:
    found = [finding.message for finding in pull_request(Description(text=text, options=SECTIONS))]
    assert len(found) == len(messages)
    assert all(expected in message for expected, message in zip(messages, found, strict=True))


CHANGES = (
    Change(name="rich", old_versions=("13.0",), new_versions=("14.0",), direct=True),
    Change(name="six", old_versions=("1.16",)),
    Change(name="type_x", old_versions=("1",), new_versions=("1",), old_source="registry a", new_source="git b"),
)

TABLES = [
    pytest.param(markdown_table(CHANGES), 0, id="the table that noxkit prints"),
    pytest.param(f"## Lock\n\ntext\n\n{markdown_table(CHANGES)}\nmore", 0, id="in a longer text"),
    pytest.param("rich 13.0 -> 14.0, six 1.16, type_x 1", 1, id="no table"),
    pytest.param(f"```\n{markdown_table(CHANGES)}```", 1, id="a table in code"),
    pytest.param(markdown_table(CHANGES[:1]), 1, id="a table of an earlier lock"),
    pytest.param(markdown_table(CHANGES).replace("14.0", "14.1"), 1, id="another version"),
    pytest.param("", 1, id="nothing"),
]


@pytest.mark.parametrize(("text", "count"), TABLES)
def test_a_change_of_the_lock_needs_its_table(text: str, count: int) -> None:
    options = Options(lock_table=True)
    assert len(pull_request(Description(text=text, options=options, changes=CHANGES))) == count


def test_without_a_change_of_the_lock_no_table_is_needed() -> None:
    assert pull_request(Description(text="", options=Options(lock_table=True))) == []
    assert pull_request(Description(text="", options=Options(), changes=CHANGES)) == []


def test_the_examples_of_a_description_do_what_they_say() -> None:
    for section, fires in (("Fails", True), ("Passes", False)):
        for files in examples(pull_request.info.page, section):
            found = pull_request(Description(text=files["description.md"], options=SECTIONS))
            assert bool(found) == fires, files
