# SPDX-License-Identifier: Apache-2.0
"""What can be imported from a folder on `sys.path`, by the files alone."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["flat_names", "is_package", "leaves", "scan", "source_files"]

_DEPTH = 5  # of namespace folders; a loop of links ends here
_STUBS = "-stubs"
_NO_MODULES = frozenset({"__init__", "conftest", "dodo", "fabfile", "noxfile", "pavement", "setup", "tasks", "toxfile"})
# The folders that setuptools' discovery of flat layouts leaves out, and what else lies beside packages.
_NO_PACKAGES = frozenset(
    """
    bench benchmark benchmarks bin build changelog ci debian dist doc docs documentation env example examples
    exercise exercises fuzz fuzzing htmlcov integration manpages news newsfragments node_modules notebooks
    packages python requirements samples scripts sessions site_scons stubs test testing tests tools typings
    unit_test unit_tests util utils venv
    """.split()  # noqa: SIM905 -- a column of forty strings hides what they are
)


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError:  # not a folder, or one that may not be read: nothing is imported from it
        return []


def _importable_folders(folder: Path) -> list[str]:
    return [entry.name for entry in _entries(folder) if _importable(entry.name) and _leads_to_a_folder(entry)]


def _leads_to_a_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads back to itself
        return False


def _leads_to_a_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:
        return False


def _importable(name: str) -> bool:
    return name.removesuffix(_STUBS).isidentifier() and name != "__pycache__"


def is_package(folder: Path) -> bool:
    """Whether `folder` holds an `__init__.py` or its stub."""
    return (folder / "__init__.py").is_file() or (folder / "__init__.pyi").is_file()


def source_files(folder: Path) -> tuple[str, ...]:
    """The names of the modules that lie directly in `folder`."""
    stems = (entry.name.rpartition(".") for entry in _entries(folder) if _leads_to_a_file(entry))
    return tuple(dict.fromkeys(stem for stem, _, suffix in stems if suffix in {"py", "pyi"} and stem.isidentifier()))


def leaves(folder: Path, name: str, *, depth: int = _DEPTH) -> list[str]:
    """The import names of `folder`, which is imported as `name`.

    A regular package, or a folder with modules of its own, is one name; a PEP 420 namespace folder
    without any is as many as there are packages below it.
    """
    if is_package(folder) or source_files(folder):
        return [name]
    if depth == 0:
        return []
    below = _importable_folders(folder)
    return [leaf for part in below for leaf in leaves(folder / part, f"{name}.{part}", depth=depth - 1)]


def scan(folder: Path) -> list[str]:
    """The import names below a folder that holds nothing but import packages, such as `src`."""
    packages = _importable_folders(folder)
    found = [leaf for name in packages for leaf in leaves(folder / name, name.removesuffix(_STUBS))]
    return list(dict.fromkeys([*found, *(stem for stem in source_files(folder) if stem not in _NO_MODULES)]))


def flat_names(folder: Path, name: str) -> list[str]:
    """The import names of a folder that holds packages beside other things.

    The one that is named like the project wins, as a package, a namespace (`acme-web` in
    `acme/web`) or a module; else every regular package and module that is not known to be
    something else.
    """
    folders = {part.casefold(): part for part in _importable_folders(folder)}
    modules = {stem.casefold(): stem for stem in source_files(folder)}
    wanted = name.replace("-", "_")
    if wanted in folders and (found := leaves(folder / folders[wanted], folders[wanted])):
        return found
    nested = folder.joinpath(*name.split("-"))
    if "-" in name and not is_package(nested.parent) and (is_package(nested) or source_files(nested)):
        return [name.replace("-", ".")]
    if wanted in modules:
        return [modules[wanted]]
    known = [part for key, part in folders.items() if key not in _NO_PACKAGES]
    packages = [part for part in known if is_package(folder / part)]
    return packages or [stem for key, stem in modules.items() if key not in _NO_MODULES]
