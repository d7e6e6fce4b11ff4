# SPDX-License-Identifier: Apache-2.0
"""The project's own environment: one per Python for all sessions of a tree, made by uv, from the lock if any."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, cast

from packaging.utils import canonicalize_name

from noxkit.diagnostics.events import Progress
from noxkit.diagnostics.files import write_atomic
from noxkit.environments.foreign import foreign_constraints
from noxkit.environments.requirements import REQUIREMENT_FILES, requirement_files
from noxkit.environments.uv import InstallFailedError, Uv, discard_half_made, disk_failures, explain_failure
from noxkit.tasks.locks import file_lock
from noxkit.workspace._tables import requirement_name, table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from noxkit.diagnostics.events import Observer
    from noxkit.workspace.model import Package, Repository

__all__ = ["STAND_IN", "ProjectEnvironment", "ProjectEnvironments"]

STAND_IN = "-on-"
"""Between the Python that an environment is resolved for and the one that it is made with."""

_STAMP = "noxkit-stamp.json"
_TEST_TOOLS = ("pytest", "coverage[toml]")
_INPUTS = ("pyproject.toml", "setup.py", "setup.cfg", "requirements.txt")
_ROOT_INPUTS = ("uv.lock", "uv.toml", "poetry.lock", "pdm.lock", "pylock.toml", ".python-version")
_TOOL_LOCKS = Path(__file__).parent.parent / "tools" / "locks"
_DIST_INFO = re.compile(r"^(?P<name>.+?)-(?P<version>[^-]+)\.dist-info$")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ProjectEnvironment:
    """An environment with the project and what it needs.

    `python` is the minor asked for and `version` the interpreter's full version; `installed` maps
    normalised distribution names to versions; `missing` names what could not be installed, each
    with uv's reason; `how` says from what it was made; `made` is False where it was there already.
    """

    python: str
    version: str
    interpreter: Path
    installed: Mapping[str, str]
    missing: tuple[str, ...]
    how: str
    made: bool

    @property
    def failed(self) -> tuple[str, ...]:
        """What is missing though it should be there: not what is declared as a conflict."""
        return tuple(name for name in self.missing if "declared as a conflict" not in name)


@dataclasses.dataclass(slots=True)
class _Result:
    how: str = ""
    missing: list[str] = dataclasses.field(default_factory=list[str])


class ProjectEnvironments:
    """Makes the environments of one tree below `folder`, and makes them again only when their inputs changed."""

    def __init__(
        self,
        folder: Path,
        *,
        repository: Repository,
        uv: Uv,
        observer: Observer,
        project_environ: Mapping[str, str | None],
    ) -> None:
        self._folder = folder
        self._repository = repository
        self._uv = uv
        self._observer = observer
        self._environ = dict(project_environ)

    def ensure(self, python: str, *, task: str) -> ProjectEnvironment:
        """The environment for `python` (`"3.12"`) with the members that admit it, and with pytest and coverage.

        `"3.10-on-3.12"` is one for type checkers alone: what Python 3.10 would get, where only 3.12 is there.

        These two are added on top where the project has not got them itself, whatever the session
        needs: it is one environment for all of them. Raises InstallFailedError where nothing can be
        installed at all.
        """
        folder = self._folder / python
        digest = self._digest(python)
        lock = self._folder / f"{python}.lock"
        waits = functools.partial(self._say, task)
        with disk_failures(self._folder), file_lock(lock, on_wait=waits, cancel=self._uv.runner.cancel):
            stamp = _read_stamp(folder)
            made = stamp is None or stamp.get("digest") != digest or not _interpreter(folder).exists()
            if made:
                self._say(task, f"making the project's environment for Python {python}")
                discard_half_made(folder)
                (folder / _STAMP).unlink(missing_ok=True)
                result = self._make(folder, python, task)
                self._add_test_tools(folder, task)
                stamp = {"digest": digest, "how": result.how, "missing": result.missing}
                write_atomic(folder / _STAMP, json.dumps(stamp))
        return _finished(folder, python, stamp or {}, made=made)

    def _digest(self, python: str) -> str:
        """Of everything that decides what is installed: manifests, locks and uv."""
        digest = hashlib.sha256(f"{python}\0{self._uv.version}".encode())
        names = [
            name
            for package in self._repository.workspace.packages
            for name in (f"{package.folder}/{file}" for file in _INPUTS)
        ]
        for name in sorted({*names, *_ROOT_INPUTS, *REQUIREMENT_FILES, "pyproject.toml"}):
            file = self._repository.root / name
            digest.update(f"{name}\0".encode())
            digest.update(file.read_bytes() if file.is_file() else b"-")
        return digest.hexdigest()

    def _make(self, folder: Path, name: str, task: str) -> _Result:
        python, _, stand_in = name.partition(STAND_IN)
        packages = [package for package in self._repository.workspace.packages if package.admits(python)]
        everyone = len(packages) == len(self._repository.workspace.packages)
        if self._repository.has_file("uv.lock") and everyone and not stand_in:
            return self._sync(folder, python, task)
        return self._install(folder, stand_in or python, packages, task=task)

    def _sync(self, folder: Path, python: str, task: str) -> _Result:
        arguments = ["sync", "--frozen", "--all-packages", "--all-extras", "--all-groups", "--python", python]
        arguments += [word for kind, name in self._conflicting for word in (f"--no-{kind}", name)]
        completed = self._uv.run(
            arguments, task=task, environment={**self._environ, "UV_PROJECT_ENVIRONMENT": str(folder)}
        )
        if completed.returncode == 0:
            return _Result(how="uv.lock", missing=self._left_out)
        failure = explain_failure(completed)
        if completed.cancelled or "No interpreter found" in failure.reason:
            raise failure
        # One group that cannot be built must not take the others with it: install part by part.
        packages = [package for package in self._repository.workspace.packages if package.admits(python)]
        parts = self._install(folder, python, packages, task=task)
        return dataclasses.replace(parts, how=f"{parts.how}, since `uv sync` failed: {failure.reason[:200]}")

    @functools.cached_property
    def _conflicting(self) -> list[tuple[str, str]]:
        """The extras and groups that are left out, all but the first of each set in `[tool.uv] conflicts`."""
        sets = _list(table(self._repository.pyproject, "tool", "uv").get("conflicts"))
        items = [
            cast("dict[str, object]", item)
            for conflict in sets
            for item in _list(conflict)[1:]
            if isinstance(item, dict)
        ]
        return [(key, str(item[key])) for item in items for key in ("extra", "group") if key in item]

    @property
    def _left_out(self) -> list[str]:
        return [f"{kind} `{name}` (declared as a conflict)" for kind, name in self._conflicting]

    def _install(self, folder: Path, python: str, packages: Sequence[Package], *, task: str) -> _Result:
        """Editable, with all extras and groups, under the versions of whatever lock can be read."""
        self._run(["venv", "--quiet", "--clear", "--no-project", "--python", python, str(folder)], task)
        constraints = foreign_constraints(self._repository)
        result = _Result(how=constraints.source if constraints else "no lock", missing=self._left_out)
        base = [word for package in packages for word in self._itself(package)]
        left_out = tuple(f"{kind} `{name}` of " for kind, name in self._conflicting)
        declared = _parts(packages, self._repository)
        parts = [*(part for part in declared if not part[0].startswith(left_out)), *self._file_parts()]
        pinned: list[str] = []
        if constraints:
            file = folder / "noxkit-constraints.txt"
            write_atomic(file, "".join(f"{line}\n" for line in constraints.lines))
            pinned = ["-c", str(file)]
        everything = [word for _, words in parts for word in words]
        if not base and not everything:
            return result
        for bound in [pinned, []] if pinned else [[]]:
            if self._try([*base, *self._with_extras(packages, parts), *bound], folder, task) is None:
                if pinned and not bound:
                    result.how += " (set aside: it does not resolve here)"
                return result
        result.missing += self._install_members(packages, folder, task)
        result.missing += self._install_parts(parts, folder, task)
        return result

    def _file_parts(self) -> list[tuple[str, list[str]]]:
        """The requirement files that stand for the groups that this repository has not got."""
        root = self._repository.root
        return [(f"`{name}`", ["-r", str(root / name)]) for name in requirement_files(self._repository)]

    def _with_extras(self, packages: Sequence[Package], parts: Sequence[tuple[str, list[str]]]) -> list[str]:
        """All groups' requirements, and each package once more with all of its extras."""
        extras = [
            word
            for package in packages
            if self._buildable(package)
            and (names := [name for name in package.extras if ("extra", name) not in self._conflicting])
            for word in ("-e", f"{self._repository.root / package.folder}[{','.join(names)}]")
        ]
        return [*extras, *(word for name, words in parts if not name.startswith("extra") for word in words)]

    def _install_members(self, packages: Sequence[Package], folder: Path, task: str) -> list[str]:
        """All members at once; else one by one, so that one that does not build takes no other with it.

        Returns those that fail, each with its reason; what they require is installed all the same.
        Raises InstallFailedError where none can be installed.
        """
        base = [word for package in packages for word in self._itself(package)]
        failure = self._try(base, folder, task) if base else None
        if failure is None:
            return []
        missing: list[str] = []
        for package in packages if len(packages) > 1 else ():
            alone = self._try(self._itself(package), folder, task) if self._itself(package) else None
            if alone is not None:
                missing.append(f"`{package.name}`: {alone.reason[:300]}")
                outside = self._without_members(package.dependencies)
                if outside:
                    self._try(outside, folder, task)
        if len(missing) == len(packages) or not missing:
            raise failure
        return missing

    def _without_members(self, requirements: Sequence[str]) -> list[str]:
        members = {package.name for package in self._repository.workspace.packages}
        return [line for line in requirements if requirement_name(line) not in members]

    def _install_parts(self, parts: Sequence[tuple[str, list[str]]], folder: Path, task: str) -> list[str]:
        """Each extra and group by itself; those that fail, each with its reason."""
        failures = ((name, self._try(words, folder, task)) for name, words in parts)
        return [f"{name}: {failure.reason[:200]}" for name, failure in failures if failure is not None]

    def _buildable(self, package: Package) -> bool:
        """Whether pip can install it: a build system, or the setuptools of old."""
        folder = self._repository.root / package.folder
        return package.build_backend is not None or (folder / "setup.py").is_file() or (folder / "setup.cfg").is_file()

    def _itself(self, package: Package) -> list[str]:
        """The package as an editable, or just what it depends on where it cannot be built."""
        if self._buildable(package):
            return ["-e", str(self._repository.root / package.folder)]
        return list(package.dependencies)

    def _try(self, words: Sequence[str], folder: Path, task: str) -> InstallFailedError | None:
        python, _, stand_in = folder.name.partition(STAND_IN)
        target = ["--python", str(_interpreter(folder)), *(["--python-version", python] if stand_in else [])]
        completed = self._uv.run(["pip", "install", *target, *words], task=task, environment=self._environ)
        return None if completed.returncode == 0 else explain_failure(completed)

    def _run(self, arguments: list[str], task: str) -> None:
        completed = self._uv.run(arguments, task=task, environment=self._environ)
        if completed.returncode != 0:
            raise explain_failure(completed)

    def _add_test_tools(self, folder: Path, task: str) -> None:
        present = _installed(folder)
        wanted = [name for name in _TEST_TOOLS if canonicalize_name(name.partition("[")[0]) not in present]
        if not wanted:
            return
        pins = [
            word
            for file in (_TOOL_LOCKS / "pytest.txt", _TOOL_LOCKS / "coverage.txt")
            if file.is_file()
            for word in ("-c", str(file))
        ]
        failure = self._try([*wanted, *pins], folder, task)
        if failure is not None:
            failure = self._try(wanted, folder, task)
        if failure is not None:
            raise failure

    def _say(self, task: str, message: str) -> None:
        self._observer(Progress(task=task, message=message))


def _parts(packages: Sequence[Package], repository: Repository) -> list[tuple[str, list[str]]]:
    """Each extra and each dependency group as a part that can be installed, or fail, by itself."""
    root = repository.root
    parts = [
        (f"group `{group}` of the root", _group_words(root, repository.pyproject, group, requirements))
        for group, requirements in repository.root_groups.items()
    ]
    for package in packages:
        for extra, requirements in package.extras.items():
            parts.append((f"extra `{extra}` of {package.name}", list(requirements)))
        for group, requirements in package.groups.items():
            words = _group_words(root / package.folder, package.pyproject, group, requirements)
            parts.append((f"group `{group}` of {package.name}", words))
    return [(name, words) for name, words in parts if words]


def _group_words(folder: Path, pyproject: Mapping[str, object], group: str, requirements: Sequence[str]) -> list[str]:
    """A standard group (PEP 735) by its name, so that uv heeds `[tool.uv.sources]`; any other by what it requires."""
    standard = group in table(pyproject, "dependency-groups")
    return ["--group", f"{folder / 'pyproject.toml'}:{group}"] if standard and requirements else list(requirements)


def _list(value: object) -> list[object]:
    return cast("list[object]", value) if isinstance(value, list) else []


def _interpreter(folder: Path) -> Path:
    return folder / "bin" / "python"


def _read_stamp(folder: Path) -> dict[str, object] | None:
    try:
        value = json.loads((folder / _STAMP).read_text())
    except (OSError, ValueError):
        return None
    return cast("dict[str, object]", value) if isinstance(value, dict) else None


def _installed(folder: Path) -> dict[str, str]:
    """Normalised names and versions of what is installed, from the names of the dist-info folders."""
    found = (
        match for path in folder.glob("lib/python*/site-packages/*.dist-info") if (match := _DIST_INFO.match(path.name))
    )
    return {canonicalize_name(match["name"]): match["version"] for match in found}


def _finished(folder: Path, python: str, stamp: Mapping[str, object], *, made: bool) -> ProjectEnvironment:
    config = folder / "pyvenv.cfg"
    lines = (
        dict(line.split(" = ", 1) for line in config.read_text().splitlines() if " = " in line)
        if config.is_file()
        else {}
    )
    return ProjectEnvironment(
        python=python,
        version=lines.get("version_info") or lines.get("version") or python,
        interpreter=_interpreter(folder),
        installed=_installed(folder),
        missing=tuple(str(name) for name in _list(stamp.get("missing"))),
        how=str(stamp.get("how", "")),
        made=made,
    )
