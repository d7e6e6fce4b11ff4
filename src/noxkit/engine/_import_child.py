# SPDX-License-Identifier: Apache-2.0
"""A program of the rehearsal: imports all that an installed distribution brings, and says how that went.

    python -I -B _import_child.py ORDER.json ANSWER.jsonl

It runs in an environment that has the distribution and not noxkit, on any supported Python, so it uses the standard
library alone. It tells before each import what it begins: whoever ends the interpreter, or never returns, is known.
"""

from __future__ import annotations

import faulthandler
import importlib
import importlib.machinery
import importlib.metadata
import json
import os
import re
import sys
from typing import Any

ENCODE = json.JSONEncoder().encode  # what an import replaces in the module is not used
SCRIPTS = ("console_scripts", "gui_scripts")
SUFFIXES = (".py", *importlib.machinery.EXTENSION_SUFFIXES)


def modules_of(distribution: importlib.metadata.Distribution) -> list[str]:
    """The public modules of a distribution: no part of the name begins with an underscore or is about tests."""
    found: dict[str, None] = {}
    for file in distribution.files or ():
        parts = list(file.parts)
        suffix = next((each for each in sorted(SUFFIXES, key=len, reverse=True) if parts[-1].endswith(each)), None)
        if suffix is None or parts[0].endswith((".dist-info", ".data")) or ".." in parts:
            continue
        parts[-1] = parts[-1][: -len(suffix)]
        if parts[-1] == "__init__":
            parts.pop()
        if parts and all(part.isidentifier() and is_public(part) for part in parts):
            found[".".join(parts)] = None
    return sorted(found, key=lambda name: (name.count("."), name))


def tops_of(distribution: importlib.metadata.Distribution) -> set[str]:
    """The top-level names that a distribution has installed."""
    names = {file.parts[0] for file in distribution.files or () if not file.parts[0].endswith((".dist-info", ".data"))}
    return {name.partition(".")[0] for name in names if name != ".."}


def required_by(distribution: importlib.metadata.Distribution) -> list[str]:
    """The top-level names of what a distribution requires without any extra, as far as it is installed."""
    found: set[str] = set()
    for line in distribution.requires or ():
        requirement, _, marker = line.partition(";")
        name = re.match(r"[A-Za-z0-9._-]+", requirement.strip())
        if name is None or re.search(r"\bextra\b", marker):
            continue
        try:
            found |= tops_of(importlib.metadata.distribution(name[0]))
        except importlib.metadata.PackageNotFoundError:
            continue
    return sorted(found)


def is_public(part: str) -> bool:
    """Whether a part of a module's name is for users."""
    return not part.startswith("_") and part not in {"tests", "test", "conftest"} and not part.startswith("test_")


def roots_of(names: list[str]) -> list[str]:
    """Those modules that lie in no other one: below the folders of a namespace, what stands for the distribution."""
    known = set(names)
    parts = ((name, name.split(".")) for name in names)
    return [name for name, way in parts if not any(".".join(way[:end]) in known for end in range(1, len(way)))]


def items_of(distribution: importlib.metadata.Distribution) -> list[dict[str, str]]:
    """What is to be tried: the modules, the parents of others first, then the entry points."""
    items = [{"kind": "module", "name": name} for name in modules_of(distribution)]
    for point in distribution.entry_points:
        kind = "script" if point.group in SCRIPTS else "entry point"
        items.append({"kind": kind, "name": point.name, "group": point.group, "value": point.value})
    return items


def is_below(item: dict[str, str], broken: list[str]) -> bool:
    """Whether trying the item would import a module first of which it is known that it does not let anything come."""
    name = item["name"] if item["kind"] == "module" else item["value"].partition(":")[0].strip()
    return any(name == each or name.startswith(each + ".") for each in broken)


def attempt(item: dict[str, str]) -> None:
    """Import a module, or load an entry point."""
    if item["kind"] == "module":
        importlib.import_module(item["name"])
    else:
        importlib.metadata.EntryPoint(item["name"], item["value"], item["group"]).load()


def text_of(value: object) -> str:
    """A text that can be told: not every exception has one."""
    try:
        return str(value)[:500].encode("utf-8", "replace").decode()
    except BaseException:  # noqa: BLE001 -- it is not ours
        return ""


def missing_behind(error: BaseException | None) -> str | None:
    """The module that an ImportError names, also one from which another error was made."""
    for _ in range(10):
        if error is None:
            return None
        if isinstance(error, ImportError) and error.name:
            return error.name
        error = error.__cause__ or error.__context__
    return None


def failure_of(error: BaseException) -> dict[str, Any]:
    """What went wrong: the exception, of whom its class is, and what was missing."""
    missing = missing_behind(error)
    return {
        "error": text_of(type(error).__name__),
        "home": text_of(type(error).__module__).partition(".")[0],
        "message": text_of(error),
        "missing": text_of(missing) if isinstance(missing, str) else None,
    }


def main(order_file: str, answer_file: str) -> int:
    """Try all from the item `start` on (or of these `only` some) but what is below `broken` modules.

    Each line of the answer is one event.
    """
    with open(order_file, encoding="utf-8") as file:  # noqa: PTH123 -- pathlib would be one more import to blame
        order = json.load(file)
    append, write, close = os.open, os.write, os.close
    stderr = os.dup(2)

    def say(**event: object) -> None:
        answer = append(answer_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)  # some imports close what is open
        write(answer, ENCODE(event).encode() + b"\n")
        close(answer)

    distribution = importlib.metadata.distribution(order["name"])
    items = items_of(distribution)
    python = ".".join(map(str, sys.version_info[:3]))
    roots = roots_of([item["name"] for item in items if item["kind"] == "module"])
    own, required, requires = sorted(tops_of(distribution)), required_by(distribution), distribution.requires or []
    say(python=python, items=len(items), own=own, required=required, requires=requires, roots=roots)
    for number, item in enumerate(items):
        if number < order["start"] or number not in (order["only"] or [number]) or is_below(item, order["broken"]):
            continue
        say(begin=number, item=item)
        faulthandler.dump_traceback_later(order["timeout"], exit=True, file=stderr)
        try:
            attempt(item)
        except BaseException as error:  # noqa: BLE001 -- whatever an import raises, SystemExit too, is what is asked for
            say(end=number, failure=failure_of(error))
        else:
            say(end=number)
        finally:
            faulthandler.cancel_dump_traceback_later()
    say(done=True)
    os._exit(0)  # threads that an import has started, and hooks for the exit, are not waited for


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
