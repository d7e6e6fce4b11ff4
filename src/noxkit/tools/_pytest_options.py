# SPDX-License-Identifier: Apache-2.0
"""The parts of pytest's command line that follow from what the repository has configured and installed."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

from noxkit.tools._pytest_config import configured_pattern, option_value, read_coverage_config

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from noxkit.tools._base import Job
    from noxkit.workspace.model import Package

__all__ = [
    "asks_for_workers",
    "loud_enough",
    "paths_of",
    "pattern_option",
    "pytest_cov_options",
    "source_option",
    "uses_pytest_cov",
    "without_junit",
]

_QUIET = re.compile(r"-q+|--quiet")
_LOUD = re.compile(r"-v+|--verbose")
_WORKERS = re.compile(r"-n(\d+|auto|logical)?|--numprocesses(=.*)?|--maxprocesses(=.*)?")


def asks_for_workers(words: Sequence[str]) -> bool:
    """Whether pytest-xdist is asked to run the tests in several processes."""
    return any(_WORKERS.fullmatch(word) for word in words)


def without_junit(words: Sequence[str]) -> tuple[list[str], str | None]:
    """The words without `--junitxml`, which noxkit needs for itself, and the file that it names."""
    names, rest, skip = ("--junitxml", "--junit-xml"), list[str](), False
    for word in words:
        if not skip and word.partition("=")[0] not in names:
            rest.append(word)
        skip = not skip and word in names
    return rest, option_value(words, *names)


def loud_enough(addopts: Sequence[str]) -> list[str]:
    """Take back `-q` of the configuration: only the header names the Python and pytest that really ran."""
    quiet = sum(word.count("q") if word.startswith("-q") else 1 for word in addopts if _QUIET.fullmatch(word))
    loud = sum(word.count("v") if word.startswith("-v") else 1 for word in addopts if _LOUD.fullmatch(word))
    return ["--verbosity=0"] if quiet > loud else []


def pattern_option(job: Job) -> list[str]:
    """How test files are named by `[tool.noxkit.tests] pattern`, for pytest."""
    pattern = configured_pattern(job.repository)
    return ["-o", f"python_files={pattern}"] if pattern else []


def uses_pytest_cov(job: Job, words: Sequence[str]) -> bool:
    """Whether the project has pytest-cov and lets it load: it measures the workers of pytest-xdist too."""
    plugins = {word.removeprefix("-p") for word in words if word.startswith("-pno:")}
    plugins |= {value for flag, value in itertools.pairwise(words) if flag == "-p"}
    blocked = bool(plugins & {"no:cov", "no:pytest_cov"}) or (
        "--disable-plugin-autoload" in words and "pytest_cov" not in plugins
    )
    return "pytest-cov" in job.installed and not blocked


def pytest_cov_options(job: Job, folder: Path, words: Sequence[str]) -> list[str]:
    """What the repository measures by itself, else its import packages; without a report and without a floor."""
    if any(re.fullmatch(r"--cov(=.*)?|--no-cov", word) for word in words):
        return []
    if read_coverage_config(folder, file=option_value(words, "--cov-config")).has_source:
        return ["--cov", "--cov-report=", "--cov-fail-under=0"]
    return [*(f"--cov={source}" for source in _sources(job, folder)), "--cov-report=", "--cov-fail-under=0"]


def source_option(job: Job, folder: Path) -> list[str]:
    """What `coverage run` measures, where the repository's configuration does not say."""
    return [] if read_coverage_config(folder).has_source else [f"--source={','.join(_sources(job, folder))}"]


def _sources(job: Job, folder: Path) -> list[str]:
    """The import packages as folders relative to where pytest starts, single modules by name; else `.`."""
    packages = [package for package in job.repository.workspace.packages if job.package in {None, package.name}]
    found = [
        source
        for package in packages
        for source in _sources_of(package, job.root, folder=folder)
        if package.folder not in job.excluded
    ]
    return list(dict.fromkeys(found)) or ["."]


def _sources_of(package: Package, root: Path, *, folder: Path) -> list[str]:
    found: list[str] = []
    for name in package.import_names:
        for import_root in package.import_roots:
            place = root / import_root / name.replace(".", "/")
            if place.is_dir():
                found.append(place.relative_to(folder).as_posix() if place.is_relative_to(folder) else str(place))
            elif place.with_name(f"{place.name}.py").is_file():
                found.append(name)
    return found


def paths_of(job: Job, folder: Path, arguments: Sequence[str]) -> list[str]:
    """The paths of the task, unless they are all of the folder or the user names some."""
    named = any(
        (folder / argument.partition("::")[0]).exists() for argument in arguments if not argument.startswith("-")
    )
    if named or folder != job.root or job.paths == (".",):
        return []
    return list(job.paths)
