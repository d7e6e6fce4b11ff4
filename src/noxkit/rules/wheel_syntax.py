# SPDX-License-Identifier: Apache-2.0
"""Modules of a wheel that Python refuses: in every version, or in some of those that it says it works with."""

from __future__ import annotations

import ast
import re
import sys
import warnings
from collections import defaultdict
from typing import TYPE_CHECKING

from noxkit.diagnostics.decoding import decode_python
from noxkit.rules._artifacts import SyntaxFault
from noxkit.rules._base import Found, Scope, also, found, rule
from noxkit.rules._import_graph import import_graph
from noxkit.rules._installed import admitted, installed, is_importable
from noxkit.rules._module_facts import is_aside
from noxkit.workspace.pythons import admits

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from noxkit.artifacts.model import Member
    from noxkit.rules._artifacts import WheelFacts

__all__ = ["module_encoding_error", "module_syntax_error", "requires_python_syntax"]


def _judged(facts: WheelFacts) -> Iterator[tuple[str, Member]]:
    """The modules that somebody can import: none that are data, tests, templates or taken over."""
    tree = installed(facts)
    for path, member in tree.files.items():
        is_module = path.endswith(".py") and member.data is not None and is_importable(path)
        if is_module and not is_aside(path) and tree.inits_above(path):
            yield path, member


def _encoding_fault(data: bytes) -> str | None:
    try:
        text = decode_python(data).text
    except UnicodeDecodeError as error:
        return f"byte 0x{data[error.start]:02x} at {error.start} is not {error.encoding}"
    except (SyntaxError, LookupError) as error:
        return str(error)
    return "it holds a zero byte" if "\0" in text else None


@also(code="NK-MODULE-ENCODING-ERROR", scope=Scope.WHEEL)
def module_encoding_error(facts: WheelFacts) -> Iterator[Found]:
    """A module of a wheel is not in the encoding that it declares.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [bytes]
    "demo/latin.py" = "TkFNRSA9ICLpIgo="
    ```
    Or in none that Python knows:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/unknown.py" = "# coding: no-such-encoding\\n"
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [bytes]
    "demo/declared.py" = "IyBjb2Rpbmc6IGxhdGluLTEKTkFNRSA9ICLpIgo="
    "demo/tests/data/latin.py" = "TkFNRSA9ICLpIgo="
    "demo/data.bin" = "6Q=="
    ```
    """
    for path, member in _judged(facts):
        fault = _encoding_fault(member.data or b"")
        if fault is not None:
            yield found(
                f"`{path}` cannot be decoded: {fault}",
                hint="save it as UTF-8, or correct its `coding:` line",
                at=facts.at(member.name),
            )


@also(code="NK-MODULE-SYNTAX-ERROR", scope=Scope.WHEEL)
def module_syntax_error(facts: WheelFacts) -> Iterator[Found]:
    """A module of a wheel is refused by every Python that the wheel is for.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/broken.py" = "def answer(:\\n    return 42\\n"
    ```
    Or what is still in the language of Python 2:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/old.py" = "print 'hello'\\n"
    ```

    # Passes
    Templates, and inputs of tests:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/templates/app.py" = "import {{ name }}\\n"
    "demo/{{cookiecutter.slug}}/app.py" = "import {{ cookiecutter.slug }}\\n"
    "demo/tests/data/py2_grammar.py" = "print 'hello'\\n"
    "demo/data/no-module.py" = "this is none\\n"
    ```
    """
    for path, faults in _refused(facts).items():
        if len(faults) == len(_asked(facts)):
            first = faults[-1]
            yield found(
                f"`{path}` is refused by {_versions(faults)}: {first.message}{_how(facts)}",
                hint="mend the syntax, or leave the file out",
                at=facts.at(first.member, first.line),
            )


@rule(code="NK-REQUIRES-PYTHON-SYNTAX", scope=Scope.WHEEL, since="1.0", standard=True)
def requires_python_syntax(facts: WheelFacts) -> Iterator[Found]:
    """A module of a wheel uses syntax that some Python does not know which Requires-Python admits.

    # Why
    The installer takes the wheel on that Python, and importing the module is a syntax error there.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Requires-Python = ">=3.10"
    [files]
    "demo/star.py" = "try:\\n    pass\\nexcept* ValueError:\\n    pass\\n"
    ```

    # Passes
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Requires-Python = ">=3.11"
    [files]
    "demo/star.py" = "try:\\n    pass\\nexcept* ValueError:\\n    pass\\n"
    ```
    Or a module that names the version it is for, and one that is imported under a condition:
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Requires-Python = ">=3.10"
    [files]
    "demo/_compat_py312.py" = "type X = int\\n"
    "demo/__init__.py" = "import sys\\nif sys.version_info >= (3, 12):\\n    from demo.newer import X\\n"
    "demo/newer.py" = "try:\\n    X = 1\\nexcept* ValueError:\\n    pass\\n"
    ```

    # Fix
    Raise `requires-python` in [project], or write it as the oldest Python knows it.

    # Options
    None.

    # When to ignore
    For a module that is only imported where the Python is new enough.
    """
    for path, faults in _refused(facts).items():
        is_newer = len(faults) < len(_asked(facts)) and _FOR_VERSION.search(path) is None
        if is_newer and path not in import_graph(facts).conditional:
            first, said = faults[-1], f"`{path}` is refused by {_versions(faults)}, which Requires-Python admits"
            yield found(
                f"{said}: {first.message}{_how(facts)}",
                hint=f"raise `requires-python` above {first.python}, or write it as that Python knows it",
                at=facts.at(first.member, first.line),
            )


_FOR_VERSION = re.compile(r"(?i)(?:^|[/_.])py(?:thon)?_?[23](?:_?\d{1,2})?(?:plus)?(?:[/_.]|$)")


def _versions(faults: Sequence[SyntaxFault]) -> str:
    return "Python " + ", ".join(dict.fromkeys(fault.python for fault in faults))


def _heard(facts: WheelFacts) -> tuple[str, ...]:
    """The interpreters at hand that Requires-Python admits: all of them are asked about what one refuses."""
    metadata = facts.wheel.metadata
    specifier = metadata.value("Requires-Python") if metadata is not None else None
    return tuple(python for python in facts.interpreters if admits(specifier or "", python))


def _asked(facts: WheelFacts) -> tuple[str, ...]:
    """The minors whose word counts: those that were asked, else those that the parser at hand stands for."""
    return _heard(facts) or _stand_ins(facts)


def _how(facts: WheelFacts) -> str:
    if _heard(facts):
        return ""
    return f" (no such Python is installed: by the parser of {sys.version_info.major}.{sys.version_info.minor})"


def _stand_ins(facts: WheelFacts) -> tuple[str, ...]:
    """The lowest minor that is admitted, and the one that runs: what `feature_version` can tell apart."""
    minors, here = [python for python in admitted(facts) if _minor(python) <= sys.version_info.minor], sys.version_info
    return tuple(dict.fromkeys((minors[0], f"{here.major}.{here.minor}"))) if minors else ()


def _minor(python: str) -> int:
    return int(python.partition(".")[2])


def _refused(facts: WheelFacts) -> Mapping[str, list[SyntaxFault]]:
    """What was said of each module that can be imported and decoded, by its path in site-packages."""
    by_member: dict[str, list[SyntaxFault]] = defaultdict(list)
    for fault in facts.syntax:
        by_member[fault.member].append(fault)
    found: dict[str, list[SyntaxFault]] = {}
    for path, member in _judged(facts):
        faults = by_member.get(member.name, []) if _heard(facts) else _parsed_as(facts, member)
        if faults and _encoding_fault(member.data or b"") is None:
            found[path] = faults
    return found


def _parsed_as(facts: WheelFacts, member: Member) -> list[SyntaxFault]:
    """The faults that the parser at hand finds in a module, as the grammar of each minor has it."""
    said = ((python, _fault(member.data or b"", python)) for python in _stand_ins(facts))
    return [SyntaxFault(python, member.name, *fault) for python, fault in said if fault is not None]


def _fault(data: bytes, python: str) -> tuple[str, int | None] | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(data, feature_version=(3, _minor(python)))
    except SyntaxError as error:
        return error.msg, error.lineno
    except (ValueError, RecursionError, MemoryError) as error:
        return str(error) or type(error).__name__, None
    return None
