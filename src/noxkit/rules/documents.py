# SPDX-License-Identifier: Apache-2.0
"""Rules on documents: words that are not wanted, names of what does not exist, and code that cannot work."""

from __future__ import annotations

import re
import weakref
from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta

from noxkit.config._types import Glob, Table
from noxkit.rules._base import Found, Scope, found, rule
from noxkit.rules._examples import Fault, json_fault, parse_python, toml_fault
from noxkit.rules._facts import (
    WorkspaceFacts,  # noqa: TC001 -- the table of what was read is made when this is imported
)
from noxkit.rules._markdown import Fence, Markdown, read_markdown
from noxkit.rules._modules import OwnModules
from noxkit.rules._references import References

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Options", "doc_code", "doc_reference", "doc_word"]

_SUFFIXES = (".md", ".markdown")
_NOT_OURS = frozenset(
    {"_vendor", "vendor", "vendored", "_vendored", "third_party", "node_modules", "site-packages"}
    | {"test", "tests", "testing", "testdata", "fixtures", "templates", "template", "snapshots", "__snapshots__"}
)
_PAST = re.compile(
    r"(?:changelog|changes|history|news|release[-_ ]?notes|releases|migrat\w*|upgrad\w*|whats[-_]?new|v?\d[\d.]*)"
    r"[\w.-]*",
    re.IGNORECASE,
)
_PAST_FOLDERS = frozenset({"changelog", "changelog.d", "changes", "news", "newsfragments", "releases", ".changeset"})
_LARGEST = 2 << 20  # bytes: what is larger was written by a program
_PYTHON = frozenset({"python", "py", "python3", "py3", "pycon", "doctest", "python-repl", "pyi"})
_PASSED_OVER = frozenset({"skip", "no-check", "nocheck", "no-test", "notest", "no_test", "ignore", "invalid", "pseudo"})


class Options(Table, frozen=True, kw_only=True):
    """Options of `[tool.noxkit.rules.documents]`."""

    exclude: Annotated[
        tuple[Glob, ...],
        Meta(description="Documents that are not looked at.", examples=[["docs/archive/**"]]),
    ] = ()
    words: Annotated[
        dict[str, str],
        Meta(
            description="Words that are not wanted, each with what to write instead; empty where there is nothing.",
            examples=[{"whitelist": "allow list", "simply": ""}],
        ),
    ] = msgspec.field(default_factory=dict[str, str])


_READ: weakref.WeakKeyDictionary[WorkspaceFacts, tuple[Markdown, ...]] = weakref.WeakKeyDictionary()


def _documents(facts: WorkspaceFacts) -> tuple[Markdown, ...]:
    """The Markdown documents that this repository writes for its readers, parsed once for all rules."""
    known = _READ.get(facts)
    if known is None:
        excluded = frozenset(facts.repository.files_matching(facts.settings.of(Options).exclude))
        paths = [path for path in facts.repository.files if path.lower().endswith(_SUFFIXES)]
        ours = [path for path in paths if path not in excluded and "{{" not in path and _is_ours(path)]
        contents = [(path, data) for path in ours if (data := facts.read(path)) is not None and len(data) <= _LARGEST]
        known = _READ[facts] = tuple(read_markdown(path, data) for path, data in contents)
    return known


def _is_ours(path: str) -> bool:
    return not _NOT_OURS & set(path.split("/")[:-1])


def _is_past(path: str) -> bool:
    """Whether a document tells of earlier versions, whose names may be gone."""
    *folders, name = path.lower().split("/")
    return bool(_PAST_FOLDERS & set(folders)) or _PAST.fullmatch(name) is not None


@rule(code="NK-DOC-WORD", scope=Scope.WORKSPACE, since="1.0")
def doc_word(facts: WorkspaceFacts) -> Iterator[Found]:
    """A document uses a word that the repository has forbidden.

    # Why
    A project agrees on its words once: the old name of a product, a term that offends, a filler that
    says nothing. Only prose is looked at: code, addresses and what is quoted as code keep theirs.

    # Fails
    ```toml pyproject.toml
    [project]
    name = "acme"
    version = "1.0"

    [tool.noxkit.rules.documents]
    words = { whitelist = "allow list", "acme suite" = "Acme" }
    ```
    ```markdown README.md
    # Acme

    Add the host to the Whitelist. The option `whitelist` is kept.
    ```

    # Passes
    ```toml pyproject.toml
    [project]
    name = "acme"
    version = "1.0"

    [tool.noxkit.rules.documents]
    words = { whitelist = "allow list", "acme suite" = "Acme" }
    ```
    ```markdown README.md
    # Acme

    Add the host to the allow list. The option `whitelist` is kept.
    ```

    # Fix
    Write what the hint says. A sentence may have to change around the word, so there is no automatic fix.

    # Options
    `words` in `[tool.noxkit.rules.documents]`: each word, or words, with what to write instead; upper
    and lower case are the same. `exclude`: documents that are not looked at.

    # When to ignore
    Where a document speaks of the word itself.
    """
    words = facts.settings.of(Options).words
    if not words:
        return
    parts = "|".join(r"\s+".join(map(re.escape, word.split())) for word in sorted(words, key=len, reverse=True))
    pattern = re.compile(rf"(?<!\w)(?:{parts})(?!\w)", re.IGNORECASE)
    instead = {" ".join(word.lower().split()): text for word, text in words.items()}
    for document in _documents(facts):
        if pattern.search(" ".join(document.lines)):
            yield from _words(document, pattern, instead)


def _words(document: Markdown, pattern: re.Pattern[str], instead: dict[str, str]) -> Iterator[Found]:
    """Prose is joined over its lines, so that words at a line's end meet the next ones."""
    pieces = [piece for piece in document.pieces if piece.kind in {"text", "label", "code"}]
    starts: list[tuple[int, int]] = []
    prose = ""
    for piece in pieces:
        joined = "\0" if piece.kind == "code" else piece.text
        prose += " " if starts and piece.line != starts[-1][1] else ""
        starts.append((len(prose), piece.line))
        prose += joined
    for match in pattern.finditer(prose):
        line = next(line for start, line in reversed(starts) if start <= match.start())
        word = " ".join(match[0].lower().split())
        hint = f"write `{instead[word]}`" if instead.get(word) else "say it without that word"
        yield found(
            f"`{match[0]}` is a word that this repository does not want", hint=hint, at=document.place(line, match[0])
        )


@rule(code="NK-DOC-REFERENCE", scope=Scope.WORKSPACE, since="1.0")
def doc_reference(facts: WorkspaceFacts) -> Iterator[Found]:
    """A document names a file or a package of this repository that does not exist.

    # Why
    A link into nothing is the first thing that a new reader meets after a rename. Looked at are
    relative links and images; paths in code spans that lead into a package or a folder of this
    repository; and names of packages: behind `--package` of uv, in the form that the kind's
    `package-name` gives, or as a folder of the workspace's members.

    # Fails
    ```markdown README.md
    See [the guide](docs/guide.md).
    ```
    Or a path of the repository's own package, in code:
    ```python src/acme/__init__.py
    NAME = "acme"
    ```
    ```markdown docs/layout.md
    The loader is `src/acme/loader.py`.
    ```

    # Passes
    ```markdown README.md
    See [the guide](docs/guide.md#start), [the site](https://acme.example/docs/x.md) and `path/to/your.py`.
    ```
    ```markdown docs/guide.md
    # Start
    ```

    # Fix
    Correct the name, or take the sentence out. What is meant is nothing that noxkit can know, so there is
    no automatic fix.

    # Options
    `exclude` in `[tool.noxkit.rules.documents]`: documents that are not looked at. Changelogs and notes on
    migration, which tell of what is gone, are not looked at but for their links.

    # When to ignore
    Where the file is written by the build of the documentation.
    """
    references = References(facts)
    for document in _documents(facts):
        for name, line in references.links(document):
            hint = references.hint(name)
            yield found(f"the link leads to `{name}`, which does not exist", hint=hint, at=document.place(line, name))
        if not _is_past(document.path):
            for message, name, line in references.names(document):
                yield found(message, hint=references.hint(name), at=document.place(line, name))


@rule(code="NK-DOC-CODE", scope=Scope.WORKSPACE, since="1.0")
def doc_code(facts: WorkspaceFacts) -> Iterator[Found]:
    """A block of code in a document does not parse, or imports what this repository's packages do not have.

    # Why
    Readers copy examples. One that cannot even be parsed, or that imports a name that has been renamed, costs
    each of them the same half hour. Blocks of Python, of Python with prompts, of TOML and of JSON are
    parsed; imports of the repository's own packages are looked up in their files. Nothing is run.

    # Fails
    ```python src/acme/__init__.py
    def greet(name: str) -> str:
        return f"hello {name}"
    ```
    ```markdown README.md
    ~~~python
    from acme import great
    ~~~
    ```
    Or a block that does not parse:
    ```markdown README.md
    ~~~toml
    [tool.acme]
    level = high
    ~~~
    ```

    # Passes
    ```python src/acme/__init__.py
    def greet(name: str) -> str:
        return f"hello {name}"
    ```
    ```markdown README.md
    ~~~python
    from acme import greet

    def configure(...):
        ...
    ~~~

    ~~~pycon
    >>> greet("you")
    'hello you'
    ~~~
    ```

    # Fix
    Correct the example. Where it is meant to be wrong, say so behind the fence: `python no-check`. Where JSON
    has comments, call it `jsonc`. There is no automatic fix.

    # Options
    `exclude` in `[tool.noxkit.rules.documents]`: documents that are not looked at. `...` and `<name>` stand for
    whatever the reader puts there.

    # When to ignore
    For documents about another version of the package.
    """
    own = OwnModules(facts.repository.workspace.packages, files=facts.files, read=facts.read)
    for document in _documents(facts):
        for fence in document.fences:
            if not _PASSED_OVER & set(re.split(r"[\s{},.]+", fence.info.lower())):
                yield from _block(document, fence, own)


def _block(document: Markdown, fence: Fence, own: OwnModules) -> Iterator[Found]:
    language = fence.language
    if language in _PYTHON:
        parsed = parse_python(fence.content)
        if isinstance(parsed, Fault):
            yield _fault(document, fence, "Python", parsed)
        elif not _is_past(document.path):
            for tree in parsed:
                for _node, name in own.missing(tree):
                    yield _missing(document, fence, name)
    elif language in {"toml", "json"}:
        fault = toml_fault(fence.content) if language == "toml" else json_fault(fence.content)
        if fault is not None:
            yield _fault(document, fence, language.upper(), fault)


def _fault(document: Markdown, fence: Fence, language: str, fault: Fault) -> Found:
    hint = "correct it; where it is meant to be so, write `no-check` behind the fence's language"
    if language == "JSON" and "//" in fence.content:
        hint = "JSON has no comments: call the block `jsonc`, or take them out"
    message = f"the block is not {language}: {fault.message[:1].lower()}{fault.message[1:]}"
    return found(message, hint=hint, at=document.place(fence.line + fault.line))


def _missing(document: Markdown, fence: Fence, name: str) -> Found:
    last = name.rpartition(".")[2]
    lines = fence.content.split("\n")
    pattern = re.compile(rf"\b{re.escape(last)}\b")
    number = next((at for at, line in enumerate(lines, 1) if "import" in line and pattern.search(line)), None)
    if number is None:
        number = next((at for at, line in enumerate(lines, 1) if pattern.search(line)), 1)
    message = f"the example imports `{name}`, which does not exist"
    hint = "correct the name; imports are looked up in the packages' own files"
    return found(message, hint=hint, at=document.place(fence.line + number, last))
