# SPDX-License-Identifier: Apache-2.0
"""Code in documents: whether a block parses, where pseudo-code with `...` and prompts are no faults."""

from __future__ import annotations

import ast
import dataclasses
import json
import re
import sys
import textwrap
import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = ["Fault", "json_fault", "parse_python", "toml_fault"]

_PLACEHOLDER = re.compile(r"\.\.\.|\u2026|<[A-Za-z][\w .:/-]*>")
_PROMPT = re.compile(r"\s*(?:>>>|\.\.\.)(?: |$)")
# what a site's generator replaces, and what only IPython reads
_FOREIGN = re.compile(r"^\s*(?:;?-+8<-+|\{[!*%]|[%!]{1,2}\w|In \[\d*\]:)|\{\{|\{%", re.MULTILINE)
_TOML_PLACE = re.compile(r"\(at line (\d+), column \d+\)$")
_TRIES = 20
_HEADER_LINE = re.compile(r"expected an indented block after .* on line (\d+)")
_PYTHON_FILLERS = ("", "_", "*_", "**_", "_: _", "_=_", "pass")
_TOML_FILLERS = ("", "0", '"_"', "_ = 0")
_JSON_FILLERS = ("", "null", '"_": null', '"_"')


@dataclasses.dataclass(frozen=True, slots=True)
class Fault:
    """Why a block does not parse, and the 1-based line inside of it."""

    message: str
    line: int


def parse_python(content: str) -> list[ast.Module] | Fault:
    """The statements of a block, prompt by prompt where it has prompts; empty where it is not plain Python."""
    if _FOREIGN.search(content):
        return []
    text = textwrap.dedent(content)
    if re.search(r"^\s*>>>(?: |$)", text, re.MULTILINE):
        return _prompts(text.split("\n"))
    parsed: list[ast.Module] = []
    for _ in range(_TRIES):
        fault = _tolerant(text, lambda code: _python_fault(code, parsed), _PYTHON_FILLERS)
        completed = _with_body(text, fault) if fault is not None else None
        if completed is None:
            return fault or parsed
        text = completed
    return []


def _with_body(text: str, fault: Fault) -> str | None:
    """The text with a body where there is none but a comment, or where a signature alone is shown; else None."""
    lines = text.split("\n")
    header = _HEADER_LINE.search(fault.message)
    if header is not None:
        start = int(header[1])
        end = next((at for at in range(start, len(lines)) if not _is_empty(lines[at])), len(lines))
        while end < len(lines) and end < fault.line - 1:  # a header of several lines
            end = next((at for at in range(end + 1, len(lines)) if not _is_empty(lines[at])), len(lines))
        above = lines[start - 1]
        at_end = end == len(lines) and re.match(r"\s*(?:async\s+def|def|class)\b", above) is not None
        if not at_end and not any(line.strip().startswith("#") for line in lines[start:end]):
            return None
        indent = above[: len(above) - len(above.lstrip())]
        return "\n".join([*lines[:end], f"{indent}    pass", *lines[end:]])
    if fault.message == "expected ':'" and all(_is_empty(line) for line in lines[fault.line :]):
        whole = "\n".join(lines[: fault.line]).rstrip()
        return f"{whole}: pass" if re.match(r"\s*(?:async\s+def|def|class)\b", whole) else None
    return None


def _is_empty(line: str) -> bool:
    return not line.strip() or line.strip().startswith("#")


def _python_fault(code: str, parsed: list[ast.Module]) -> Fault | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            parsed.append(ast.parse(code))
    except SyntaxError as error:
        return Fault(error.msg or "invalid syntax", error.lineno or 1)
    except (ValueError, RecursionError, MemoryError) as error:
        return Fault(str(error) or "nested too deeply", 1)
    return None


def _prompts(lines: Sequence[str]) -> list[ast.Module] | Fault:
    """Each example by itself; what stands between is output. One that shows a SyntaxError may have one."""
    parsed: list[ast.Module] = []
    number = 0
    while number < len(lines):
        if not re.match(r"\s*>>>(?: |$)", lines[number]):
            number += 1
            continue
        start = number
        number += 1
        # an indented line behind a prompt belongs to the block above it
        while number < len(lines) and re.match(r"\s*(?:\.\.\.(?: |$)|>>>\s{2,}\S)", lines[number]):
            number += 1
        code = "\n".join(_PROMPT.sub("", line, count=1) for line in lines[start:number])
        shown = "\n".join(lines[number : number + 40]).split(">>>", 1)[0]
        fault = _tolerant(code, lambda text: _python_fault(text, parsed), _PYTHON_FILLERS)
        if fault is not None and not re.search(r"\b(?:Syntax|Indentation|Tab)Error\b", shown):
            return Fault(fault.message, start + fault.line)
    return parsed


def toml_fault(content: str) -> Fault | None:
    """Why a block is not TOML."""
    if _FOREIGN.search(content):
        return None
    return _tolerant(textwrap.dedent(content), _plain_toml_fault, _TOML_FILLERS)


def _plain_toml_fault(text: str) -> Fault | None:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = _TOML_PLACE.search(str(error))
        line = int(place[1]) if place else text.rstrip().count("\n") + 1
        return Fault(str(error).partition(" (at ")[0], line)
    except RecursionError:
        return Fault("nested too deeply", 1)
    return None


def json_fault(content: str) -> Fault | None:
    """Why a block is neither JSON, nor several documents of it, nor the inside of an object."""
    if not content.strip() or _FOREIGN.search(content):
        return None
    fault = _tolerant(content, _documents_fault, _JSON_FILLERS)
    if fault is not None and content.lstrip().startswith('"'):
        inside = f"{{{content.rstrip().rstrip(',')}}}"
        return fault if _tolerant(inside, _documents_fault, _JSON_FILLERS) else None
    return fault


def _documents_fault(text: str) -> Fault | None:
    decoder, place = json.JSONDecoder(), 0
    try:
        while text[place:].strip():
            place += len(text[place:]) - len(text[place:].lstrip())
            place = decoder.raw_decode(text, place)[1]
            place += len(text[place:]) - len(text[place:].lstrip().removeprefix(","))
    except json.JSONDecodeError as error:
        return Fault(error.msg, error.lineno)
    except RecursionError:
        return Fault("nested too deeply", 1)
    return None


def _tolerant(text: str, fault_of: Callable[[str], Fault | None], fillers: Sequence[str]) -> Fault | None:
    """The fault of a text, after what stands for something else has been filled in at each place that is at fault.

    Pseudo-code whose placeholder no filler fits is left alone: what is meant there cannot be known.
    """
    lines = text.split("\n")
    for _ in range(_TRIES):
        fault = fault_of("\n".join(lines))
        if fault is None:
            return None
        place = _placeholder_line(lines, fault.line)
        if place is None:
            return fault
        tried = [[*lines[:place], filled, *lines[place + 1 :]] for filled in _filled(lines[place], fillers)]
        better = next((each for each in tried if _is_better(fault_of("\n".join(each)), fault)), None)
        if better is None:
            return None
        lines = better
    return None


def _placeholder_line(lines: Sequence[str], line: int) -> int | None:
    """The index of the line with a placeholder that a fault on `line` comes from: that one, or the one before."""
    near = [number for number in (line - 1, line - 2) if 0 <= number < len(lines)]
    return next((number for number in near if _PLACEHOLDER.search(lines[number])), None)


def _filled(line: str, fillers: Sequence[str]) -> list[str]:
    bare = _PLACEHOLDER.sub("", line).strip(" \t,#")
    whole = [line[: len(line) - len(line.lstrip())] + filler for filler in fillers if not bare]
    return ["", *whole] if not bare else [_PLACEHOLDER.sub(filler, line) for filler in fillers]


def _is_better(fault: Fault | None, before: Fault) -> bool:
    return fault is None or fault.line > before.line
