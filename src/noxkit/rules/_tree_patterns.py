# SPDX-License-Identifier: Apache-2.0
"""What the configuration of a build backend leaves out of a wheel on purpose, as far as it stands there."""

from __future__ import annotations

import fnmatch
import re
from typing import TYPE_CHECKING

from noxkit.workspace._globs import matcher, normal_path
from noxkit.workspace._tables import items, strings, table, text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from noxkit.workspace._tables import Table
    from noxkit.workspace.manifest import Manifest

__all__ = ["exclusions", "matches_any"]


def matches_any(patterns: Iterable[str]) -> Callable[[str], bool]:
    """Whether a path, or a folder above it, matches one of some patterns; those that are not anchored match anywhere.

    How `!`, `/` and `**` are meant differs between backends: in doubt a path matches.
    """
    plain = [pattern.strip().strip("/") for pattern in patterns if not pattern.strip().startswith("!")]
    wanted = tuple(dict.fromkeys(each for one in plain if one for each in (one, f"**/{one}")))
    match = matcher(wanted).fullmatch
    return lambda path: match(path) is not None


def exclusions(manifest: Manifest, backend: str, *, manifest_in: str) -> Callable[[str], bool]:
    """Whether a path relative to the package's folder is left out, by the settings of the backend."""
    tool = table(manifest.pyproject, "tool")
    if backend == "setuptools":
        return _setuptools(manifest, manifest_in)
    readers: dict[str, Callable[[Table], tuple[list[str], list[str]]]] = {
        "hatchling": _hatch,
        "uv_build": _uv_build,
        "flit": _flit,
        "pdm": _pdm,
        "poetry": _poetry,
    }
    excluded, included = readers[backend](tool)
    is_out, is_in = matches_any(excluded), matches_any(included)
    return lambda path: is_out(path) or (bool(included) and not is_in(path))


def _hatch(tool: Table) -> tuple[list[str], list[str]]:
    build = table(tool, "hatch", "build")
    places = (build, table(build, "targets", "wheel"), table(build, "targets", "sdist"))
    excluded = [pattern for place in places for pattern in strings(place.get("exclude"))]
    wheel = places[1]
    included = [*strings(wheel.get("include")), *strings(wheel.get("artifacts"))] if wheel.get("include") else []
    only = strings(wheel.get("only-include"))
    return excluded, [*included, *only, *(strings(wheel.get("packages")) if included or only else ())]


def _uv_build(tool: Table) -> tuple[list[str], list[str]]:
    options = table(tool, "uv", "build-backend")
    return [*strings(options.get("wheel-exclude")), *strings(options.get("source-exclude"))], []


def _flit(tool: Table) -> tuple[list[str], list[str]]:
    return list(strings(table(tool, "flit", "sdist").get("exclude"))), []


def _pdm(tool: Table) -> tuple[list[str], list[str]]:
    build = table(tool, "pdm", "build")
    included = list(strings(build.get("includes")))
    return [*strings(build.get("excludes")), *strings(table(tool, "pdm").get("excludes"))], included


def _poetry(tool: Table) -> tuple[list[str], list[str]]:
    poetry = table(tool, "poetry")
    excluded = [
        path for entry in items(poetry.get("exclude")) if (path := text(entry) or text(table(entry).get("path")))
    ]
    packages = [table(entry) for entry in items(poetry.get("packages"))]
    included = [f"{text(entry.get('from')) or '.'}/{text(entry.get('include')) or ''}" for entry in packages]
    return excluded, [normal_path(path) for path in included]


def _setuptools(manifest: Manifest, manifest_in: str) -> Callable[[str], bool]:
    find = table(manifest.pyproject, "tool", "setuptools", "packages", "find")
    cfg = manifest.setup_cfg.get("options.packages.find", {})
    script = table(manifest.setup_py or {}, "packages")
    excluded = [*strings(find.get("exclude")), *cfg.get("exclude", "").split(), *strings(script.get("exclude"))]
    included = [*strings(find.get("include")), *cfg.get("include", "").split(), *strings(script.get("include"))]
    roots = [
        *strings(find.get("where")),
        *cfg.get("where", "").split(),
        *([text(script.get("where"))] if script else []),
    ]
    base = [normal_path(root) for root in (roots or ["."]) if root]
    is_pruned = matches_any(_pruned(manifest_in))
    data = matches_any(_package_data(manifest, "exclude-package-data", "options.exclude_package_data"))

    def is_out(path: str) -> bool:
        name = _package_name(path, base)
        dropped = any(fnmatch.fnmatchcase(name, pattern) for pattern in excluded)
        kept = not included or any(fnmatch.fnmatchcase(name, pattern) for pattern in included)
        return dropped or not kept or is_pruned(path) or (not path.endswith((".py", ".pyi")) and data(path))

    return is_out


def _package_name(path: str, roots: Iterable[str]) -> str:
    """The dotted name of the package that a module lies in."""
    folder = path.rpartition("/")[0]
    for root in roots:
        if root != "." and (folder == root or folder.startswith(f"{root}/")):
            return folder[len(root) :].strip("/").replace("/", ".")
    return folder.removeprefix("src/").replace("/", ".")


def _package_data(manifest: Manifest, key: str, section: str) -> Iterator[str]:
    for patterns in table(manifest.pyproject, "tool", "setuptools", key).values():
        yield from strings(patterns)
    for line in manifest.setup_cfg.get(section, {}).values():
        yield from line.replace(",", "\n").split()


_COMMAND = re.compile(r"(?m)^\s*(exclude|global-exclude|recursive-exclude|prune)[ \t]+(.+?)[ \t]*$")


def _pruned(manifest_in: str) -> Iterator[str]:
    """What MANIFEST.in takes out of the sdist, and so out of the wheel that is made from it."""
    for command, rest in _COMMAND.findall(manifest_in):
        words = rest.split()
        if command == "recursive-exclude":
            yield from (f"{words[0]}/**/{pattern}" for pattern in words[1:])
        else:
            yield from words
