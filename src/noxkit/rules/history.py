# SPDX-License-Identifier: Apache-2.0
"""Rules on history: messages of commits, and the description of what is to be merged."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from noxkit.config._types import Table
from noxkit.rules._base import Found, Place, Scope, found, rule
from noxkit.rules._conventional import Fault, Message, faults_of
from noxkit.rules._markdown import Markdown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from noxkit.workspace.lock_changes import Change

__all__ = ["Commit", "Description", "Options", "commit_format", "pull_request"]

_TYPES = ("build", "chore", "ci", "docs", "feat", "fix", "perf", "refactor", "revert", "style", "test")
_NAMED = 5  # packages that a message names


class Options(Table, frozen=True, kw_only=True):
    """Options of `[tool.noxkit.rules.history]`."""

    types: Annotated[
        tuple[str, ...],
        Meta(description="The types that a commit may have.", examples=[["feat", "fix", "docs"]], min_length=1),
    ] = _TYPES
    scopes: Annotated[
        tuple[str, ...],
        Meta(description="The scopes that a commit may have; any where none is given.", examples=[["core", "cli"]]),
    ] = ()
    require_scope: Annotated[bool, Meta(description="Whether each commit must have a scope.")] = False
    accept: Annotated[
        tuple[
            Annotated[
                str,
                Meta(pattern="^[0-9a-f]{7,64}$", extra={"expected": "the id of a commit, of at least seven digits"}),
            ],
            ...,
        ],
        Meta(description="Commits that are taken as they are, by their ids.", examples=[["3f2a1c9"]]),
    ] = ()
    sections: Annotated[
        tuple[str, ...],
        Meta(
            description="The headings that the description of a pull request must have, none of them empty.",
            examples=[["Summary", "How it was tested"]],
        ),
    ] = ()
    lock_table: Annotated[
        bool,
        Meta(description="Whether a description must hold the table of `noxkit lock-diff` where uv.lock changes."),
    ] = False


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """A commit of a range by its id, or a message to be committed by the path of its file."""

    text: str
    options: Options
    commit: str | None = None
    path: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What somebody says of a change, and what it does to uv.lock."""

    text: str
    options: Options
    path: str | None = None
    changes: Sequence[Change] = ()


@rule(code="NK-COMMIT-FORMAT", scope=Scope.HISTORY, since="1.0")
def commit_format(commit: Commit) -> Iterator[Found]:
    """A commit's message does not follow Conventional Commits 1.0.0 with the repository's types and scopes.

    # Why
    The next version and the changelog follow from the messages. A type that is misspelt, or a
    breaking change that no program reads as one, is left out of both. The whole message is read:
    subject, body and footers. Merges are passed over, but what they bring is read.

    # Fails
    ```text COMMIT_EDITMSG
    Fixed the parser
    ```
    Or a breaking change in small letters, which is plain text:
    ```text COMMIT_EDITMSG
    feat(parser): read names in any case

    breaking change: names are compared in lower case
    ```

    # Passes
    ```text COMMIT_EDITMSG
    feat(parser)!: read names in any case

    Both spellings are in use.

    BREAKING CHANGE: names are compared in lower case,
    and two that differ by case alone are one
    Refs: #12
    ```
    Or a revert, as git writes it:
    ```text COMMIT_EDITMSG
    Revert "feat: read names in any case"

    This reverts commit 3f2a1c9d0e8b7a6f5e4d3c2b1a09f8e7d6c5b4a3.
    ```

    # Fix
    `git commit --amend`, or `git rebase -i` with `reword` for an older one; `--autosquash` for `fixup!`. History
    is nothing that noxkit rewrites, so there is no automatic fix.

    # Options
    `types`, `scopes`, `require-scope` and `accept` in `[tool.noxkit.rules.history]`.

    # When to ignore
    For a commit that is published already: name it in `accept`.
    """
    options = commit.options
    if commit.commit is not None and commit.commit.startswith(options.accept or ("\0",)):
        return
    named = f"commit {commit.commit[:9]}: " if commit.commit else ""
    subject = commit.text.strip().split("\n", 1)[0]
    for fault in faults_of(
        Message(commit.text), types=options.types, scopes=options.scopes, require_scope=options.require_scope
    ):
        place = Place(commit.path, fault.line) if commit.path else Place()
        yield found(f"{named}{fault.message}{_quoted(fault, subject, named)}", hint=_hint(commit, fault), at=place)


def _quoted(fault: Fault, subject: str, named: str) -> str:
    return f" (`{subject[:72]}`)" if named and subject and subject[:72] not in fault.message else ""


def _hint(commit: Commit, fault: Fault) -> str:
    if commit.commit is None:
        return fault.hint
    accepted = f'`accept = ["{commit.commit[:9]}"]` in [tool.noxkit.rules.history] takes it as it is'
    return f"{fault.hint}; change it with `git rebase -i`; where it is published already, {accepted}"


@rule(code="NK-PULL-REQUEST", scope=Scope.HISTORY, since="1.0")
def pull_request(description: Description) -> Iterator[Found]:
    """The description of a pull request lacks a section, or the table of the versions that it changes.

    # Why
    Reviewers look for the same things in each change. What a new uv.lock brings cannot be seen in its
    diff, which is thousands of hashes; a table of versions can be read.

    # Fails
    ```toml pyproject.toml
    [tool.noxkit.rules.history]
    sections = ["Summary", "How it was tested"]
    ```
    ```markdown description.md
    ## Summary

    Names are read in any case.
    ```

    # Passes
    ```toml pyproject.toml
    [tool.noxkit.rules.history]
    sections = ["Summary", "How it was tested"]
    ```
    ```markdown description.md
    ## Summary

    Names are read in any case.

    ## How it was tested

    With the names of all users.
    ```

    # Fix
    Write the section. `noxkit lock-diff BASE HEAD` prints the table. There is no automatic fix.

    # Options
    `sections` and `lock-table` in `[tool.noxkit.rules.history]`. The description is that of the event in GitHub's
    and GitLab's CI, or the file of `--description-file`.

    # When to ignore
    Where the forge's own template is enough.
    """
    document = Markdown(description.path or "", description.text.replace("\r\n", "\n"))
    for name in description.options.sections:
        message = _section_fault(document, name)
        if message is not None:
            hint = f"write what belongs under `## {name}`"
            yield found(message, hint=hint, at=Place(description.path) if description.path else None)
    missing = [change for change in description.changes if not _is_in_table(document, change)]
    if description.options.lock_table and missing:
        named = ", ".join(f"`{change.name}`" for change in missing[:_NAMED])
        more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
        yield found(
            f"uv.lock changes, and the description has no table with the versions of {named}{more}",
            hint="paste what `noxkit lock-diff BASE HEAD` prints",
            at=Place(description.path) if description.path else None,
        )


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", " ", text.lower()).strip()


def _section_fault(document: Markdown, name: str) -> str | None:
    headings = document.headings
    number = next((at for at, heading in enumerate(headings) if _plain(heading.text) == _plain(name)), None)
    if number is None:
        return f"the description has no section `{name}`"
    heading = headings[number]
    end = next((each.line for each in headings[number + 1 :] if each.level <= heading.level), len(document.lines) + 1)
    if any(heading.line < line < end for line in document.blocks):
        return None
    return f"the section `{name}` of the description is empty"


def _is_in_table(document: Markdown, change: Change) -> bool:
    """Whether a row names the distribution and both of its versions."""
    wanted = {change.name, *change.old_versions, *change.new_versions}
    return any(wanted <= set(re.split(r"[\s,`*\[\]()|]+", " ".join(row).replace("\\", ""))) for row in document.rows)
