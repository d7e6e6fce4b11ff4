# SPDX-License-Identifier: Apache-2.0
"""Rules on the files of a package: what must be there, what can be run, and markers of import packages."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from noxkit.config._types import Glob, Table
from noxkit.diagnostics.fixes import CreateFile, MakeExecutable
from noxkit.diagnostics.model import FixSafety
from noxkit.rules._annotated import is_annotated
from noxkit.rules._base import Found, Place, Scope, found, rule
from noxkit.rules._foreign import is_foreign
from noxkit.rules._members import files_of, import_folders, shared_namespaces
from noxkit.workspace._globs import has_wildcard, matcher
from noxkit.workspace._tables import table, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from noxkit.rules._facts import PackageFacts, WorkspaceFacts

__all__ = ["Options", "file_missing", "file_not_executable", "py_typed_missing"]

_TEXTS = r"(\.(md|rst|txt|adoc|markdown))?"
# What a required file may be called as well, by the name in which it is asked for.
_SPELLINGS = (
    ("readme", re.compile(rf"readme{_TEXTS}")),
    ("license", re.compile(rf"((un)?licen[cs]e|copying)([-.][a-z0-9.-]+)?{_TEXTS}")),
    ("changelog", re.compile(rf"(changelog|changes|history|news|release[-_]?notes|releases){_TEXTS}")),
)
_SCRIPTS = frozenset({".sh", ".bash", ".zsh", ".ksh", ".fish", ".ps1", ".py", ".pl", ".rb"})
_RUN_BITS = 0o111


class Options(Table, frozen=True, kw_only=True):
    """The options of this family."""

    copied: Annotated[
        tuple[str, ...],
        Meta(
            description="Required files that `fix` copies from the root into a package.",
            examples=[["LICENSE", "NOTICE", "SECURITY.md"]],
        ),
    ] = ("LICENSE", "NOTICE")
    scripts: Annotated[
        tuple[Glob, ...],
        Meta(
            description="Files that must have a run bit and a shebang, besides those that have one of them.",
            examples=[["scripts/*.sh", ".ci/run"]],
        ),
    ] = ()


def _topic(name: str) -> str:
    """What a file is about, whatever its spelling: `LICENCE.txt` is `license`; other names stand for themselves."""
    lowered = name.lower()
    return next((topic for topic, spelling in _SPELLINGS if spelling.fullmatch(lowered)), name)


@rule(code="NK-FILE-MISSING", scope=Scope.PACKAGE, since="1.0", fix=FixSafety.SAFE)
def file_missing(facts: PackageFacts) -> Iterator[Found]:
    """A package lacks a file that its kind requires, or has only an empty one.

    # Why
    Each distribution stands alone on the index: without a LICENSE nobody may use it, without a README
    nobody knows what it is. Any usual spelling counts (`LICENCE.txt`, `README.rst`, `CHANGES.md`);
    white space is empty.

    # Fails
    ```toml pyproject.toml
    [tool.uv.workspace]
    members = ["packages/*"]

    [[tool.noxkit.kinds]]
    name = "library"
    paths = ["packages/*"]
    required-files = ["README.md", "LICENSE"]
    ```
    ```text LICENSE
    You may use it.
    ```
    ```toml packages/core/pyproject.toml
    [project]
    name = "acme-core"
    version = "1.0"
    ```
    ```markdown packages/core/README.md
    # acme-core
    ```

    # Passes
    ```toml pyproject.toml
    [tool.uv.workspace]
    members = ["packages/*"]

    [[tool.noxkit.kinds]]
    name = "library"
    paths = ["packages/*"]
    required-files = ["README.md", "LICENSE"]
    ```
    ```text LICENSE
    You may use it.
    ```
    ```toml packages/core/pyproject.toml
    [project]
    name = "acme-core"
    version = "1.0"
    ```
    ```markdown packages/core/README.md
    # acme-core
    ```
    ```text packages/core/LICENSE
    You may use it.
    ```

    # Fix
    A LICENSE is copied from the root, or from above it in the same git repository; not where the package
    states another licence than the root. What else is copied is an option; other files are for you to write.

    # Options
    `required-files` in `[[tool.noxkit.kinds]]`; `copied` in `[tool.noxkit.rules.layout]`.

    # When to ignore
    For a package that will never be published; better give it a kind of its own.
    """
    files = files_of(facts) if facts.kind and facts.kind.required_files else ()
    for wanted in facts.kind.required_files if facts.kind else ():
        there = [path for path in files if _is_wanted(facts, path, wanted)]
        if any((facts.whole.read(path) or b"").strip() for path in there):
            continue
        empty = min(there, default=None)
        source, why_not = _copied_from(facts, wanted)
        target = empty or facts.path(wanted if not has_wildcard(wanted) else (source or wanted).rpartition("/")[2])
        message = f"`{wanted}` is empty" if empty else f"`{facts.package.name}` has no `{wanted}`"
        hint = f"the kind `{facts.package.kind}` requires it: "
        hint += f"copy {source}" if source else f"write `{facts.path(wanted)}`{why_not}"
        actions = [CreateFile(path=target, copy_of=source)] if source else []
        yield found(message, hint=hint, at=empty or facts.manifest.key("project"), safe=actions)


def _is_wanted(facts: PackageFacts, path: str, wanted: str) -> bool:
    inside = path if facts.package.folder == "." else path.removeprefix(f"{facts.package.folder}/")
    topic = _topic(wanted)
    if topic != wanted or topic in {"license", "readme", "changelog"}:
        return "/" not in inside and _topic(inside) == topic
    return matcher((wanted,)).fullmatch(inside) is not None


def _copied_from(facts: PackageFacts, wanted: str) -> tuple[str | None, str]:
    """The file at the root, or above it, to copy for `wanted`; else nothing, and why."""
    copied = {_topic(name) for name in facts.whole.settings.of(Options).copied}
    if _topic(wanted) not in copied or (has_wildcard(wanted) and _topic(wanted) == wanted):
        return None, ""
    own, other = (text(each.get("license")) for each in (facts.project, table(facts.whole.root.data, "project")))
    if _topic(wanted) == "license" and own and other and own != other:
        return None, f"; not copied by `fix`, since the package is under {own} and the root under {other}"
    for folder in _upwards(facts.whole):
        for name in _names_in(facts.whole, folder):
            path = f"{folder}{name}"
            same = name == wanted or (_topic(name) == _topic(wanted) and _topic(name) != name)
            if same and path != facts.path(name) and (facts.whole.read(path) or b"").strip():
                return path, ""
    return None, ""


def _upwards(whole: WorkspaceFacts) -> Iterator[str]:
    """The root, and the folders above it up to the top of its git work tree, as prefixes of a path."""
    yield ""
    top, here, prefix = whole.repository.git_root, whole.repository.root, ""
    while top is not None and here not in {top, here.parent}:
        here, prefix = here.parent, f"{prefix}../"
        yield prefix


def _names_in(whole: WorkspaceFacts, folder: str) -> list[str]:
    if not folder:
        return sorted(path for path in whole.files if "/" not in path)
    try:
        with os.scandir(whole.repository.root / folder) as entries:
            return sorted(entry.name for entry in entries if entry.is_file())
    except OSError:  # a folder above the root that may not be read holds nothing to copy
        return []


@rule(code="NK-FILE-NOT-EXECUTABLE", scope=Scope.WORKSPACE, since="1.0", fix=FixSafety.SAFE)
def file_not_executable(whole: WorkspaceFacts) -> Iterator[Found]:
    """A script has a shebang and no run bit, or a run bit and no shebang.

    # Why
    One without the other cannot be run by its name, or is run by whatever shell calls it. A shell script with
    neither is a library that others source, unless it is a required file or named in `scripts`.

    # Fails
    ```bash release.sh
    #!/bin/sh
    echo released
    ```
    ```bash lib.sh
    say() { echo "$1"; }
    ```

    # Passes
    ```bash release.sh +x
    #!/bin/sh
    echo released
    ```
    ```bash lib.sh
    say() { echo "$1"; }
    ```

    # Fix
    The run bit is set. Not for a module of an import package, whose shebang is more likely left over;
    and no shebang is written, since only its author knows the interpreter.

    # Options
    `scripts` in `[tool.noxkit.rules.layout]`: files that must have both.

    # When to ignore
    For test data that is meant to be so.
    """
    required = _required_scripts(whole)
    modes_count = not _mode(whole, "pyproject.toml") & _RUN_BITS  # some file systems say that everything can be run
    modules = [f"{folder}/" for facts in whole.packages for _, folder in import_folders(facts)]
    for path in whole.repository.files:
        name = path.rpartition("/")[2]
        suffix = name[name.rfind(".") :] if "." in name[1:] else ""
        if (suffix and suffix not in _SCRIPTS and path not in required) or is_foreign(path) or _is_data(path):
            continue
        runs = bool(_mode(whole, path) & _RUN_BITS)
        if runs and not modes_count:
            return
        head = _head(whole, path)
        if head.startswith(b"#!") and not runs:
            inside = path.startswith(tuple(modules))
            hint = "remove its shebang, or make it executable" if inside else "make it executable: `chmod +x`"
            actions = [] if inside else [MakeExecutable(path=path)]
            yield found("it begins with a shebang and has no run bit", hint=hint, at=Place(path, 1), safe=actions)
        elif not head.startswith(b"#!") and head.strip() and ((runs and suffix) or path in required):
            said = "it can be run and has no shebang" if runs else "a script without run bit and shebang"
            hint = "begin it with the shebang of its interpreter, such as `#!/usr/bin/env bash`"
            hint += ", or take its run bit away" if runs else ", and make it executable"
            yield found(said, hint=hint, at=Place(path, 1))


def _is_data(path: str) -> bool:
    """Whether a file is an input of tests."""
    folders = path.split("/")[:-1]
    return not {"test", "tests"}.isdisjoint(folders) and not {"data", "fixtures", "testdata"}.isdisjoint(folders)


def _required_scripts(whole: WorkspaceFacts) -> frozenset[str]:
    """The files named in `scripts`, and those among the required ones of kinds that are scripts by their suffix."""
    named = set(whole.repository.files_matching(whole.settings.of(Options).scripts))
    for facts in whole.packages:
        for wanted in facts.kind.required_files if facts.kind else ():
            if wanted.endswith((".sh", ".bash", ".zsh")):
                named.add(facts.path(wanted))
    return frozenset(named & whole.files)


def _mode(whole: WorkspaceFacts, path: str) -> int:
    try:
        return os.stat(f"{whole.repository.root}/{path}").st_mode  # noqa: PTH116 -- there are thousands
    except OSError:
        return 0


def _head(whole: WorkspaceFacts, path: str) -> bytes:
    try:
        with open(f"{whole.repository.root}/{path}", "rb", buffering=0) as file:  # noqa: PTH123 -- the same
            head = file.read(64)
    except OSError:
        return b""
    return b"" if b"\0" in head else head.removeprefix(b"\xef\xbb\xbf")


@rule(code="NK-PY-TYPED-MISSING", scope=Scope.PACKAGE, since="1.0", standard=True, fix=FixSafety.SAFE)
def py_typed_missing(facts: PackageFacts) -> Iterator[Found]:
    """A typed import package that is published has no `py.typed`, so that type checkers pass over its annotations.

    # Why
    PEP 561: without the marker a checker treats what is installed as untyped. A package is typed where its kind
    says so, where its classifier `Typing :: Typed` does, or where every public function is annotated.
    The marker stands in the leaf, never in a namespace folder.

    # Fails
    ```toml pyproject.toml
    [build-system]
    requires = ["hatchling"]
    build-backend = "hatchling.build"

    [project]
    name = "acme"
    version = "1.0"

    [[tool.noxkit.kinds]]
    name = "library"
    paths = ["."]
    typed = true
    ```
    ```python src/acme/__init__.py
    NAME = "acme"
    ```
    Or one whose functions are annotated:
    ```toml pyproject.toml
    [build-system]
    requires = ["hatchling"]
    build-backend = "hatchling.build"

    [project]
    name = "acme"
    version = "1.0"
    ```
    ```python src/acme/__init__.py
    def double(number: int) -> int:
        return number * 2
    ```

    # Passes
    ```toml pyproject.toml
    [build-system]
    requires = ["hatchling"]
    build-backend = "hatchling.build"

    [project]
    name = "acme"
    version = "1.0"

    [[tool.noxkit.kinds]]
    name = "library"
    paths = ["."]
    typed = true
    ```
    ```python src/acme/__init__.py
    NAME = "acme"
    ```
    ```text src/acme/py.typed
    ```

    # Fix
    An empty `py.typed` is added where the kind says `typed`; elsewhere it is only shown, since the
    marker promises something to users.

    # Options
    `typed` in `[[tool.noxkit.kinds]]`; `typed = false` says that it is not.

    # When to ignore
    Better set `typed = false` for a kind.
    """
    stated = facts.kind.typed if facts.kind else None
    if not facts.package.publish or stated is False:
        return
    for name, folder in import_folders(facts):
        modules = [path for path in files_of(facts) if path.startswith(f"{folder}/") and path.endswith(".py")]
        marked = facts.whole.repository.has_file(f"{folder}/py.typed")
        if marked or not modules or name.split(".")[0] in {"test", "tests"} or _is_namespace(facts, name):
            continue
        why = _why_typed(facts, modules, stated=stated is True)
        if why is not None:
            path = f"{folder}/py.typed"
            init = f"{folder}/__init__.py"
            actions = [CreateFile(path=path)] if stated else []
            hint = f"add an empty `{path}`" + ("" if stated else ", or `typed = false` to its kind")
            message = f"`{name}` is typed ({why}), and has no `py.typed`"
            at = Place(init if init in modules else modules[0], 1)
            yield found(message, hint=hint, at=at, safe=actions, display=True)


def _why_typed(facts: PackageFacts, modules: Sequence[str], *, stated: bool) -> str | None:
    if stated:
        return f"the kind `{facts.package.kind}` says so"
    if "Typing :: Typed" in facts.package.classifiers:
        return "its classifier says so"
    public = [path for path in modules if _is_public(path.removeprefix(f"{facts.package.folder}/"))]
    return "every public function is annotated" if is_annotated(facts.whole, public) else None


def _is_public(path: str) -> bool:
    parts = path.removesuffix(".py").split("/")
    return not any(part in {"tests", "test"} or (part[:1] == "_" and part != "__init__") for part in parts)


def _is_namespace(facts: PackageFacts, name: str) -> bool:
    """Whether an import name is a namespace: configured, or one below which a member has its import package."""
    return (facts.kind is not None and name in facts.kind.namespace) or name in shared_namespaces(facts.whole.packages)
