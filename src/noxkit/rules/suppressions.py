# SPDX-License-Identifier: Apache-2.0
"""Comments and settings that have other tools keep quiet: each narrow, and each with its reason."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from noxkit.rules._base import Found, Place, Scope, found, rule
from noxkit.rules._directives import directives
from noxkit.rules._facts import Settings, TomlFile
from noxkit.rules._foreign import is_foreign
from noxkit.rules._source import UnreadableSourceError, read_source
from noxkit.workspace._tables import items, table

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from noxkit.rules._directives import Directive
    from noxkit.rules._facts import WorkspaceFacts
    from noxkit.rules._source import SourceFile

__all__ = ["suppression_broad", "suppression_file", "suppression_reason"]

_OF_FILE = re.compile(rb"#\s*(?:(?:ruff|flake8)\s*:\s*noqa|ruff\s*:\s*file-ignore)", re.IGNORECASE)
# By their codes, and by their names, which newer releases of ruff take as well.
_SECURITY = re.compile(
    r"""ALL | S[0-9]* | E722 | assert | bare-except | suspicious-[\w-]+ | hardcoded-(?!string-charset)[\w-]+
    | (?:subprocess-popen-with|subprocess-without|call-with)-shell-equals-true | start-process-with-[\w-]+
    | exec-builtin | bad-file-permissions | try-except-(?:pass|continue) | request-with[\w-]+ | flask-debug-true
    | tarfile-unsafe-members | hashlib-insecure-hash-function | ssl-(?:insecure|with)-[\w-]+ | weak-cryptographic-key
    | unsafe-(?:yaml-load|markup-use) | ssh-no-host-key-verification | snmp-[\w-]+ | paramiko-call
    | unix-command-wildcard-injection | django-(?:extra|raw-sql) | logging-config-insecure-listen
    | jinja2-autoescape-false | mako-templates""",
    re.VERBOSE,
)
_ASSERT = frozenset({"S101", "assert"})
_RUFF = frozenset({"ruff.toml", ".ruff.toml"})
_IGNORES = ("per-file-ignores", "extend-per-file-ignores")
_TESTS = re.compile(r"(?:^|/)(?:tests?|testing|testdata|fixtures)(?:/|$)|(?:^|/)test_|_tests?\.py$|conftest\.py$")


@rule(code="NK-SUPPRESSION-BROAD", scope=Scope.SOURCE, since="1.0", standard=True)
def suppression_broad(source: SourceFile) -> Iterator[Found]:
    """A comment accepts whatever a linter or a type checker finds, instead of naming what it accepts.

    # Why
    It was written about one finding. The next one on that line, or in that file, is hidden by it as well, and
    nobody ever sees it.

    # Fails
    ```python src/acme/a.py
    import os  # noqa

    count: int = os.environ["COUNT"]  # type: ignore
    ```

    Or for a whole file:

    ```python src/acme/b.py
    # flake8: noqa
    # mypy: ignore-errors
    count: int = "1"  # pyright: ignore
    ```

    # Passes
    ```python src/acme/a.py
    import os  # noqa: F401

    count: int = os.environ["COUNT"]  # type: ignore[assignment]
    text = "# noqa"
    ```

    # Fix
    Name the codes: `# type: ignore[assignment]`, `# noqa: F401`. Which ones are meant only the tools can tell:
    take the comment away and run them. There is no automatic fix.

    # Options
    None.

    # When to ignore
    For generated files, by `path` in `ignore`.
    """
    for each in directives(source):
        if not each.codes:
            yield found(
                f"`# {each.text}` accepts whatever is found {_where(each)}",
                hint=f"name what is meant, as in `# {_coded(each)}`; without the comment the tools say what that is",
                at=_place(source, each),
            )


@rule(code="NK-SUPPRESSION-REASON", scope=Scope.SOURCE, since="1.0")
def suppression_reason(source: SourceFile) -> Iterator[Found]:
    """A comment has a linter or a type checker keep quiet, and does not say why.

    # Why
    Whoever reads it later cannot tell whether it is still needed, or ever was right. A reason can be checked.

    # Fails
    ```python src/acme/a.py
    import os  # noqa: F401

    count: int = os.environ["COUNT"]  # type: ignore[assignment]
    ```

    # Passes
    ```python src/acme/a.py
    import os  # noqa: F401 -- other modules import it from here

    count: int = os.environ["COUNT"]  # type: ignore[assignment]  # converted by the caller
    ```

    # Fix
    Write the reason behind it: after `--` for `noqa`, as a comment of its own for type checkers, some of which
    read no further than their bracket. There is no automatic fix.

    # Options
    None.

    # When to ignore
    For code that is taken over from elsewhere, by `path` in `ignore`.
    """
    for each in directives(source):
        if not each.has_reason:
            example = f"# {each.text} -- why" if each.linter else f"# {each.text}  # why"
            yield found(
                f"`# {each.text}` without a reason",
                hint=f"say behind it why what is found {_where(each)} is right: `{example}`",
                at=_place(source, each),
            )


def _place(source: SourceFile, directive: Directive) -> Place:
    return Place(source.path, directive.line, directive.start + 1, directive.line, directive.end + 1)


def _where(directive: Directive) -> str:
    return "in this file" if directive.of_file else "on this line"


def _coded(directive: Directive) -> str:
    """How it would name a code."""
    text = directive.text.partition("[")[0].rstrip().removesuffix("-errors")
    if text.startswith("mypy"):
        return 'mypy: disable-error-code="CODE"'
    return f"{text.rstrip(':')}: CODE" if directive.linter else f"{text}[CODE]"


@rule(code="NK-SUPPRESSION-FILE", scope=Scope.WORKSPACE, since="1.0")
def suppression_file(facts: WorkspaceFacts) -> Iterator[Found]:
    """Security rules are off for whole files, instead of on the lines that are known to be safe.

    # Why
    What was safe when the file was left out says nothing of the lines that come later. On a line, a suppression
    holds for what somebody has looked at.

    # Fails
    ```toml pyproject.toml
    [project]
    name = "acme"
    version = "1.0"

    [tool.ruff.lint.per-file-ignores]
    "src/acme/shell.py" = ["E501", "S602"]
    ```

    Or in the file itself:

    ```python src/acme/shell.py
    # ruff: noqa: S602
    import subprocess

    subprocess.run("ls", shell=True)
    ```

    # Passes
    ```toml pyproject.toml
    [project]
    name = "acme"
    version = "1.0"

    [tool.ruff.lint.per-file-ignores]
    "src/acme/tables.py" = ["E501"]
    "tests/**" = ["S101"]
    ```

    ```python src/acme/shell.py
    import subprocess

    subprocess.run("ls", shell=True)  # noqa: S602 -- a constant
    ```

    # Fix
    Take the codes away and accept single lines with `# noqa: S602 -- reason`. `assert` in test files (S101) is no
    finding. There is no automatic fix.

    # Options
    None.

    # When to ignore
    For a folder of which every file does by design what the rule warns of, with that as the reason.
    """
    for file in _configurations(facts):
        yield from _in_configuration(file)
    for path in facts.repository.python_files():
        if not is_foreign(path):
            yield from _in_file(path, facts.read(path) or b"")


def _configurations(facts: WorkspaceFacts) -> Iterator[TomlFile]:
    """The root's and the members' pyproject.toml, and every ruff.toml that is not there for a test."""
    members = {"pyproject.toml", *(each.package.pyproject_path for each in facts.packages)}
    for path in sorted(facts.files):
        is_ruff = path.rpartition("/")[2] in _RUFF and not _TESTS.search(path) and not is_foreign(path)
        content = facts.read(path) if path in members or is_ruff else None
        if content and b"ignores" in content:
            try:
                yield TomlFile(path, tomllib.loads(content.decode()), content)
            except (UnicodeDecodeError, tomllib.TOMLDecodeError):
                continue  # NK-PYPROJECT-INVALID, and ruff itself, say so


def _in_configuration(file: TomlFile) -> Iterator[Found]:
    base = () if file.path.rpartition("/")[2] in _RUFF else ("tool", "ruff")
    for way in ((*base, *more, key) for more in ((), ("lint",)) for key in _IGNORES):
        for pattern, codes in table(file.data, *way).items():
            in_tests = _TESTS.search(pattern) is not None
            for index, code in enumerate(items(codes)):
                if isinstance(code, str) and _is_off((code,), in_tests=in_tests):
                    yield found(
                        f"`{code}`, of ruff's rules on security, is off for all of `{pattern}`",
                        hint=_hint(code),
                        at=file.value(*way, pattern, index),
                    )


def _in_file(path: str, content: bytes) -> Iterator[Found]:
    if not _OF_FILE.search(content):
        return
    try:
        source = read_source(path, content, settings=Settings())
    except UnreadableSourceError:
        return  # NK-MODULE-SYNTAX-ERROR says so
    for each in directives(source):
        if each.of_file and each.linter and _is_off(each.codes or ("ALL",), in_tests=source.in_tests):
            yield found(
                f"`# {each.text}` turns rules on security off for the whole file",
                hint=_hint(next((code for code in each.codes if _SECURITY.fullmatch(code)), "S")),
                at=_place(source, each),
            )


def _is_off(codes: Iterable[str], *, in_tests: bool) -> bool:
    """Whether one of these is a rule on security that is not as good as said to be no finding there."""
    return any(_SECURITY.fullmatch(code) and not (in_tests and code in _ASSERT) for code in codes)


def _hint(code: str) -> str:
    example = code if code[-1:].isdigit() and len(code) > 3 else "S602"
    return f"take it away, and accept the lines that are known to be safe with `# noqa: {example} -- reason`"
