# SPDX-License-Identifier: Apache-2.0
"""The requirements that [project] publishes, parsed, and whether two markers can hold at once."""

from __future__ import annotations

import dataclasses
import functools
import itertools
import re
from typing import TYPE_CHECKING

from packaging.markers import UndefinedComparison, UndefinedEnvironmentName
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from noxkit.workspace._tables import items, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from packaging.markers import Marker

    from noxkit.rules._base import Place
    from noxkit.rules._facts import PackageFacts

__all__ = ["Dependency", "dependencies", "dependency_lists", "equivalent", "overlapping"]

# Platforms as they really occur: `sys_platform`, `platform_system` and `os_name` never vary alone.
_PLATFORMS = (
    ("linux", "Linux", "posix"),
    ("darwin", "Darwin", "posix"),
    ("win32", "Windows", "nt"),
    ("cygwin", "CYGWIN_NT-10.0", "posix"),
    ("freebsd14", "FreeBSD", "posix"),
    ("android", "Android", "posix"),
    ("ios", "iOS", "posix"),
    ("emscripten", "Emscripten", "posix"),
    ("wasi", "WASI", "posix"),
)
_IMPLEMENTATIONS = (("cpython", "CPython"), ("pypy", "PyPy"), ("graalpy", "GraalVM"))
_MACHINES = ("x86_64", "aarch64", "arm64", "AMD64", "i686", "riscv64")
_PYTHONS = ("2.7.18", *(f"3.{minor}.{patch}" for minor in range(25) for patch in (0, 99)))
_QUOTED = re.compile(r"""["']([^"']*)["']""")
_FULL_VERSION = re.compile(r"\d+\.\d+\.\d+")
_VARIABLE = re.compile(r"\b(?:extra|platform_release|platform_version)\b")


@dataclasses.dataclass(frozen=True, slots=True)
class Dependency:
    """One requirement of [project]: its text, and where it stands. `extra` is None for `dependencies`."""

    requirement: Requirement
    text: str
    extra: str | None
    place: Place

    @property
    def name(self) -> str:
        """The normalised name of what is required."""
        return canonicalize_name(self.requirement.name)


def dependencies(facts: PackageFacts) -> tuple[Dependency, ...]:
    """All requirements of `dependencies` and `optional-dependencies`; those that do not parse are left out."""
    return tuple(dependency for listed in dependency_lists(facts) for dependency in listed)


def dependency_lists(facts: PackageFacts) -> Iterator[Sequence[Dependency]]:
    """The requirements list by list: `dependencies`, then those of each extra."""
    yield tuple(_parsed(facts, ("dependencies",), facts.project.get("dependencies")))
    for extra, listed in table(facts.project, "optional-dependencies").items():
        yield tuple(_parsed(facts, ("optional-dependencies", extra), listed))


def _parsed(facts: PackageFacts, way: tuple[str, ...], listed: object) -> Iterator[Dependency]:
    for index, text in enumerate(items(listed)):
        if not isinstance(text, str):
            continue
        try:
            requirement = Requirement(text)
        except InvalidRequirement:  # a finding of NK-PYPROJECT-INVALID
            continue
        place = facts.manifest.value("project", *way, index)
        yield Dependency(requirement, text, way[1] if len(way) > 1 else None, place)


def overlapping(first: Marker | None, second: Marker | None) -> bool:
    """Whether there is an environment in which both markers hold; without a marker all do.

    Tried on every combination of the platforms, implementations, machines and Pythons that occur, and of
    the values that the markers themselves name.
    """
    if first is None or second is None or str(first) == str(second):
        return True
    return any(
        _holds(first, environment) and _holds(second, environment)
        for environment in _environments(f"{first} and {second}")
    )


def _holds(marker: Marker, environment: dict[str, str]) -> bool:
    try:
        return marker.evaluate(environment)
    except (UndefinedComparison, UndefinedEnvironmentName):  # installers refuse it
        return False


@functools.lru_cache(maxsize=64)
def _environments(markers: str) -> tuple[dict[str, str], ...]:
    quoted = list(dict.fromkeys(_QUOTED.findall(markers)))
    choices: list[list[dict[str, str]]] = [
        _platforms(quoted) if re.search(r"sys_platform|platform_system|os_name", markers) else [{}],
        _implementations(quoted) if "implementation" in markers else [{}],
        [{"platform_machine": name} for name in (*_MACHINES, *quoted)] if "platform_machine" in markers else [{}],
        [_python(version) for version in _pythons(quoted)] if "python" in markers else [{}],
        *([{name: value} for value in ("", *quoted)] for name in sorted(set(_VARIABLE.findall(markers)))),
    ]
    joined = (itertools.chain.from_iterable(part.items() for part in parts) for parts in itertools.product(*choices))
    return tuple(dict(pairs) for pairs in joined)


def _platforms(quoted: Iterable[str]) -> list[dict[str, str]]:
    known = {name for platform in _PLATFORMS for name in platform}
    others = [(name, name, "posix") for name in quoted if name not in known]
    names = ("sys_platform", "platform_system", "os_name")
    return [dict(zip(names, platform, strict=True)) for platform in (*_PLATFORMS, *others)]


def _implementations(quoted: Iterable[str]) -> list[dict[str, str]]:
    known = {name for pair in _IMPLEMENTATIONS for name in pair}
    others = [(name, name) for name in quoted if name not in known]
    return [
        {"implementation_name": name, "platform_python_implementation": said}
        for name, said in (*_IMPLEMENTATIONS, *others)
    ]


def _pythons(quoted: Iterable[str]) -> Iterator[str]:
    yield from _PYTHONS
    for version in quoted:
        if _FULL_VERSION.fullmatch(version):
            head, _, patch = version.rpartition(".")
            yield from (f"{head}.{number}" for number in (max(int(patch) - 1, 0), int(patch), int(patch) + 1))


def _python(version: str) -> dict[str, str]:
    return {
        "python_version": version.rpartition(".")[0],
        "python_full_version": version,
        "implementation_version": version,
    }


def equivalent(first: Marker | None, second: Marker | None) -> bool:
    """Whether two markers hold in the same environments; without a marker it is all of them."""
    if first is None or second is None:
        only = first or second
        return only is None or all(_holds(only, environment) for environment in _environments(str(only)))
    if str(first) == str(second):
        return True
    environments = _environments(f"{first} and {second}")
    return all(_holds(first, environment) == _holds(second, environment) for environment in environments)
