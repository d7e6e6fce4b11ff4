# SPDX-License-Identifier: Apache-2.0
"""The program of a worker that verifies built files: each is read once, and nothing of it is run.

What it is told stands in a JSON file, and so does its answer. The files of one project go to one worker, since
rules compare them with each other.
"""

from __future__ import annotations

import dataclasses
import gc
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from noxkit.artifacts.read import read_archive
from noxkit.artifacts.sdist import Sdist
from noxkit.artifacts.wheel import Wheel
from noxkit.diagnostics.model import Finding  # noqa: TC001 -- msgspec reads the fields' types
from noxkit.engine._calling import called
from noxkit.engine._syntax import compiled
from noxkit.rules import load_families
from noxkit.rules._artifacts import (
    ATTESTATION_SUFFIXES,
    MOST_ATTESTED,
    Attestation,
    FileFacts,
    Policy,
    ReleaseFacts,
    SdistFacts,
    WheelFacts,
)
from noxkit.rules._base import Scope
from noxkit.rules._facts import PackageFacts, Settings, WorkspaceFacts
from noxkit.tasks.process import Runner

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from noxkit.artifacts.model import Archive

__all__ = ["Answer", "FileAnswer", "Given", "Order", "main"]


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """One file: where it lies, how it is shown, the project that it claims to be of, and the package of the tree."""

    file: str
    shown: str
    project: str
    package: str | None = None


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker is to do. `root` is that of the tree, where `packages` of it are compared with their files.

    `policies` are by package, and that of the key "" for the others; `interpreters` are paths by minor.
    """

    files: tuple[Given, ...] = ()
    codes: tuple[str, ...] = ()
    settings: dict[str, dict[str, object]] = {}
    policies: dict[str, Policy] = {}
    interpreters: dict[str, str] = {}
    root: str | None = None


class FileAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What was found in one file.

    `native` counts the native files in it; `unkept` the bytes that no rule has seen; `pythons` are the minors that
    have compiled its modules.
    """

    shown: str
    sha256: str = ""
    size: int = 0
    members: int = 0
    native: int = 0
    seconds: float = 0.0
    unkept: int = 0
    pythons: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    unread: str | None = None
    crash: str | None = None


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """All that a worker has to say."""

    files: tuple[FileAnswer, ...] = ()
    findings: tuple[Finding, ...] = ()
    crash: str | None = None


_LOWEST = "NK-REQUIRES-PYTHON-SYNTAX"


class _Worker:
    def __init__(self, order: Order) -> None:
        self._order = order
        self._settings = Settings(order.settings)
        wanted = frozenset(order.codes)
        rules = [rule for family in load_families().values() for rule in family.values() if rule.info.code in wanted]
        self._rules = {scope: [rule for rule in rules if rule.scope is scope] for scope in Scope}
        self._packages = _packages(order, self._settings)

    def answer(self) -> Answer:
        groups: dict[str, list[Given]] = {}
        for given in self._order.files:
            groups.setdefault(given.project, []).append(given)
        files: list[FileAnswer] = []
        findings: list[Finding] = []
        crashes: list[str] = []
        for project, group in groups.items():
            gc.collect()
            gc.freeze()  # what is kept from here on is not gone through again
            read = [self._file(given) for given in group]
            files += [answer for answer, _ in read]
            whole, crash = self._release(project, group, [file for _, file in read if file is not None])
            findings += whole
            crashes += [crash] if crash else []
        return Answer(files=tuple(files), findings=tuple(findings), crash="\n".join(crashes) or None)

    def _file(self, given: Given) -> tuple[FileAnswer, Wheel | Sdist | None]:
        started = time.perf_counter()
        try:
            archive = read_archive(Path(given.file), shown=given.shown)
        except OSError as error:
            return FileAnswer(shown=given.shown, unread=f"cannot be read: {error.strerror or error}"), None
        facts = self._facts(archive, given)
        scopes = (Scope.ARCHIVE, *_scopes(facts))
        rules = [rule for scope in scopes for rule in self._rules[scope]]
        findings, crash = called([(rule, facts, given.package) for rule in rules])
        answer = FileAnswer(
            shown=given.shown,
            sha256=archive.sha256,
            size=archive.size,
            members=len(archive.members),
            native=sum(member.native is not None for member in archive.members),
            seconds=time.perf_counter() - started,
            unkept=archive.unkept,
            pythons=facts.interpreters if isinstance(facts, WheelFacts) else (),
            findings=findings,
            crash=crash,
        )
        return answer, _slim(facts)

    def _facts(self, archive: Archive, given: Given) -> WheelFacts | SdistFacts:
        policy = self._policy(given.package)
        package = self._packages.get(given.package or "")
        if not archive.file_name.endswith(".whl"):
            return SdistFacts(sdist=Sdist(archive=archive), policy=policy, settings=self._settings, package=package)
        wheel = Wheel(archive=archive)
        interpreters = {minor: Path(path) for minor, path in self._order.interpreters.items()}
        runner = Runner(root=Path.cwd())
        asked = interpreters if self._asked else {}
        said = compiled(runner, asked, wheel, only_highest=_LOWEST not in self._asked)
        return WheelFacts(
            wheel=wheel,
            policy=policy,
            settings=self._settings,
            package=package,
            syntax=said.faults,
            sketches=said.sketches,
            interpreters=said.pythons,
        )

    @property
    def _asked(self) -> frozenset[str]:
        """The rules that ask interpreters; one of them the lowest as well."""
        return frozenset(self._order.codes) & {"NK-MODULE-SYNTAX-ERROR", _LOWEST}

    def _policy(self, package: str | None) -> Policy:
        policies = self._order.policies
        return policies.get(package or "") or policies.get("") or Policy()

    def _release(
        self, project: str, group: Sequence[Given], files: Sequence[Wheel | Sdist]
    ) -> tuple[tuple[Finding, ...], str | None]:
        package = group[0].package
        facts = ReleaseFacts(
            name=project,
            wheels=tuple(file for file in files if isinstance(file, Wheel)),
            sdists=tuple(file for file in files if isinstance(file, Sdist)),
            policy=self._policy(package),
            package=self._packages.get(package or ""),
            attestations=tuple(_attestations(group)),
            tags=_tags(self._packages.get(package or "")),
        )
        return called([(rule, facts, package) for rule in self._rules[Scope.RELEASE]])


def _attestations(group: Sequence[Given]) -> Iterator[Attestation]:
    """The files of attestations beside the files of a project."""
    for given in group:
        for suffix in ATTESTATION_SUFFIXES:
            path = Path(f"{given.file}{suffix}")
            if path.is_file():
                yield Attestation(path=f"{given.shown}{suffix}", about=given.shown, data=_attested(path))


def _attested(path: Path) -> bytes | None:
    try:
        with path.open("rb") as stream:
            data = stream.read(MOST_ATTESTED + 1)
    except OSError:
        return None
    return data if len(data) <= MOST_ATTESTED else None


def _tags(package: PackageFacts | None) -> tuple[str, ...]:
    """The tags of the commit that the tree stands on, where a group of packages shares its version."""
    git = package.whole.repository.git if package is not None else None
    if git is None or package is None or package.kind is None or not package.kind.version_group:
        return ()
    return tuple((git(["tag", "--points-at", "HEAD"]) or b"").decode("utf-8", "replace").split())


def _scopes(facts: WheelFacts | SdistFacts) -> tuple[Scope, ...]:
    """What else than an archive the file is: a wheel that is no zip has no contents to speak of."""
    if isinstance(facts, SdistFacts):
        return (Scope.SDIST,)
    return (Scope.WHEEL,) if facts.archive.format == "zip" else ()


def _packages(order: Order, settings: Settings) -> Mapping[str, PackageFacts]:
    """The packages of the tree by name; none where no file is compared with it."""
    if order.root is None or not any(given.package for given in order.files):
        return {}
    from noxkit.config.load import load  # noqa: PLC0415 -- files alone need no tree
    from noxkit.engine._context import git_runner  # noqa: PLC0415 -- the same
    from noxkit.workspace.discovery import discover  # noqa: PLC0415 -- the same

    root = Path(order.root)
    options = load(root, environ={}, arguments=()).options
    repository = discover(root, kinds=options.kinds, git=git_runner(Runner(root=root), root))
    pythons = tuple(options.python or repository.pythons)
    whole = WorkspaceFacts(repository=repository, options=options, settings=settings, pythons=pythons)
    return {facts.package.name: facts for facts in whole.packages}


def _slim(facts: FileFacts) -> Wheel | Sdist:
    """The file without its content but for the metadata: a release may have a hundred of them."""
    archive = facts.archive
    kept = tuple(
        member if member.data is None or _is_metadata(member.name) else dataclasses.replace(member, data=None)
        for member in archive.members
    )
    slim = dataclasses.replace(archive, members=kept)
    return Wheel(archive=slim) if isinstance(facts, WheelFacts) else Sdist(archive=slim)


def _is_metadata(name: str) -> bool:
    parts = name.split("/")
    return parts[0].endswith(".dist-info") or (len(parts) == 2 and parts[1] in {"PKG-INFO", "pyproject.toml"})


def main(order_file: str, answer_file: str) -> int:
    """Read the order, do it, write the answer; 0 where there is one."""
    gc.disable()  # syntax trees hold no cycles, and to look for some takes as long as to make them
    order = msgspec.json.decode(Path(order_file).read_bytes(), type=Order)
    Path(answer_file).write_bytes(msgspec.json.encode(_Worker(order).answer()))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
