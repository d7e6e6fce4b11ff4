# SPDX-License-Identifier: Apache-2.0
"""What pytest is told by a folder's configuration, as far as the rules on test files ask for it."""

from __future__ import annotations

import dataclasses
import fnmatch
import shlex
from typing import TYPE_CHECKING

from noxkit.workspace._globs import has_wildcard, matcher, normal_path
from noxkit.workspace._tables import Table, items, strings, table, text
from noxkit.workspace._toml import parse_toml
from noxkit.workspace.manifest import read_ini

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from noxkit.rules._facts import WorkspaceFacts

__all__ = ["PytestSettings", "collected", "environments", "read_pytest_settings"]

_PATTERNS = ("test_*.py", "*_test.py")
_PRUNED = ("*.egg", ".*", "_darcs", "build", "CVS", "dist", "node_modules", "venv", "{arch}")
_INI = (("pytest.ini", "pytest"), (".pytest.ini", "pytest"), ("tox.ini", "pytest"), ("setup.cfg", "tool:pytest"))


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PytestSettings:
    """What one run of pytest collects and how it imports it; `exists` says that the folder has configured it."""

    exists: bool = False
    importlib: bool = False
    patterns: tuple[str, ...] = _PATTERNS
    paths: tuple[str, ...] = ()
    pruned: tuple[str, ...] = _PRUNED


def read_pytest_settings(whole: WorkspaceFacts, folder: str) -> PytestSettings:
    """The settings in the configuration file that pytest reads in `folder`."""
    prefix = "" if folder == "." else f"{folder}/"
    stated = _stated(whole, prefix)
    settings = stated or {}
    words = (*_words(settings.get("addopts"), quoted=True), *whole.options.tests.arguments)
    own = (whole.options.tests.pattern,) if whole.options.tests.pattern else ()
    return PytestSettings(
        exists=stated is not None,
        importlib=text(settings.get("import_mode")) == "importlib" or _import_mode(words) == "importlib",
        patterns=own or _words(settings.get("python_files"), quoted=False) or _PATTERNS,
        paths=tuple(normal_path(f"{prefix}{path}") for path in _words(settings.get("testpaths"), quoted=True)),
        pruned=_words(settings.get("norecursedirs"), quoted=True) or _PRUNED,
    )


def _stated(whole: WorkspaceFacts, prefix: str) -> Table | None:
    for name in ("pytest.toml", ".pytest.toml"):
        if f"{prefix}{name}" in whole.files:
            return table(parse_toml(whole.read(f"{prefix}{name}") or b"", path=name), "pytest")
    for name, section in _INI[:2]:
        if f"{prefix}{name}" in whole.files:
            return (read_ini(whole.repository.root / prefix / name) or {}).get(section, {})
    data = _pyproject(whole, prefix)
    if "pytest" in table(data, "tool"):
        own = table(data, "tool", "pytest")
        return table(own, "ini_options") if "ini_options" in own else own
    for name, section in _INI[2:]:
        if f"{prefix}{name}" in whole.files:
            found = (read_ini(whole.repository.root / prefix / name) or {}).get(section)
            if found is not None:
                return found
    return None


def _pyproject(whole: WorkspaceFacts, prefix: str) -> Table:
    if not prefix:
        return whole.root.data
    folder = prefix.removesuffix("/")
    found = (facts.package.pyproject for facts in whole.packages if facts.package.folder == folder)
    return table(next(found, None))


def _words(value: object, *, quoted: bool) -> tuple[str, ...]:
    """An array's strings, or a text's words."""
    if not isinstance(value, str):
        return strings(items(value))
    try:
        return tuple(shlex.split(value)) if quoted else tuple(value.split())
    except ValueError:  # an open quote: pytest refuses it
        return ()


def _import_mode(words: Sequence[str]) -> str | None:
    mode: str | None = None
    for index, word in enumerate(words):
        if word.startswith("--import-mode="):
            mode = word.partition("=")[2]
        elif word == "--import-mode" and index + 1 < len(words):
            mode = words[index + 1]
    return mode


def environments(paths: Iterable[str]) -> tuple[str, ...]:
    """The folders of virtual environments among the files, as prefixes."""
    return tuple(path.removesuffix("pyvenv.cfg") for path in paths if path.endswith("/pyvenv.cfg"))


def collected(settings: PytestSettings, folder: str, paths: Iterable[str]) -> list[str]:
    """Those of `paths` that pytest looks into when it is started in `folder`: below testpaths, in no pruned folder."""
    known = tuple(paths)
    starts = tuple(_starts(settings.paths, known)) or (folder,)
    return [path for path in known if any(_is_reached(settings, start, path) for start in starts)]


def _starts(patterns: Iterable[str], paths: Sequence[str]) -> Iterator[str]:
    """The folders and files that `testpaths` names, by globs as well."""
    for pattern in patterns:
        if not has_wildcard(pattern):
            yield pattern
            continue
        whole = matcher((pattern,), below=False)
        places = {"/".join(parts[:depth]) for path in paths if (parts := path.split("/")) for depth in _depths(parts)}
        yield from sorted(place for place in places if whole.fullmatch(place))


def _depths(parts: Sequence[str]) -> range:
    return range(1, len(parts) + 1)


def _is_reached(settings: PytestSettings, start: str, path: str) -> bool:
    inside = path if start == "." else path.removeprefix(f"{start}/")
    if start != "." and inside == path:
        return path == start
    folders = inside.split("/")[:-1]
    above = path.split("/")[: -len(folders) - 1]
    for depth, name in enumerate(folders, 1):
        whole = "/".join(["", *above, *folders[:depth]])
        # with a slash in it a pattern is compared with the folder's whole path, as pytest does
        if any(fnmatch.fnmatchcase(whole, f"*/{each}") for each in settings.pruned if "/" in each):
            return False
        if any(fnmatch.fnmatchcase(name, each) for each in settings.pruned if "/" not in each):
            return False
    return True
