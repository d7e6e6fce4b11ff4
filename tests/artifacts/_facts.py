# SPDX-License-Identifier: Apache-2.0
"""What rules find in files that recipes describe, lying together, beside a tree where there is one."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from packaging.utils import canonicalize_name

from noxkit.artifacts.read import read_archive
from noxkit.artifacts.sdist import Sdist
from noxkit.artifacts.wheel import Wheel
from noxkit.config.load import load
from noxkit.rules import load_families
from noxkit.rules._artifacts import (
    ATTESTATION_SUFFIXES,
    Attestation,
    Policy,
    ReleaseFacts,
    SdistFacts,
    SyntaxFault,
    WheelFacts,
)
from noxkit.rules._base import Rule, Scope
from noxkit.rules._facts import PackageFacts, Settings, WorkspaceFacts
from noxkit.workspace.discovery import discover
from tests.artifacts._recipes import build, is_built
from tests.rules._trees import RuleTree

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from noxkit.artifacts.model import Archive
    from noxkit.diagnostics.model import Finding

__all__ = ["SCOPES", "Artifacts"]

SCOPES = frozenset({Scope.ARCHIVE, Scope.WHEEL, Scope.SDIST, Scope.RELEASE})
"""What rules are asked about that read built files."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Given:
    """What is beside the files: the policy, the packages of the tree, the options of the rules' families."""

    policy: Policy
    packages: tuple[PackageFacts, ...] = ()
    settings: Settings = dataclasses.field(default_factory=Settings)
    syntax: tuple[SyntaxFault, ...] = ()
    interpreters: tuple[str, ...] = ()
    attestations: tuple[Attestation, ...] = ()
    tags: tuple[str, ...] = ()

    def package(self, project: str | None) -> PackageFacts | None:
        """The package of the tree that a project is: the one of that name, else the only one."""
        named = [facts for facts in self.packages if facts.package.name == project]
        return named[0] if named else self.packages[0] if len(self.packages) == 1 else None

    def policy_of(self, package: PackageFacts | None) -> Policy:
        """The policy, with what the package's kind asks for."""
        kind = package.kind if package is not None else None
        if kind is None:
            return self.policy
        return dataclasses.replace(
            self.policy,
            namespace=self.policy.namespace or kind.namespace,
            required_fields=self.policy.required_fields or kind.required_fields,
            required_classifiers=self.policy.required_classifiers or kind.required_classifiers,
            typed=kind.typed if self.policy.typed is None else self.policy.typed,
        )


class Artifacts:
    """Files in a folder; `find` builds them and returns what a rule finds in them, sorted."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def find(self, code: str, files: Mapping[str, str | bytes], **given: Any) -> list[Finding]:
        """The findings of `code` in these files: recipes by file name, or their bytes; other paths are the tree.

        `code` may name one source, as `NK-X@sdist`. `given` are fields of `Policy`, and `syntax` and `interpreters`
        of `WheelFacts`, `tags` of `ReleaseFacts`.
        """
        rules = [rule for family in load_families().values() for key, rule in family.items() if _names(code, key)]
        return self.find_by([rule for rule in rules if rule.scope in SCOPES], files, **given)

    def find_by(
        self,
        rules: Sequence[Rule[Any]],
        files: Mapping[str, str | bytes],
        **given: Any,
    ) -> list[Finding]:
        """The findings of these rules, as `find` has them."""
        assert rules, "no such rule"
        beside = {key: given.pop(key) for key in ("syntax", "interpreters", "tags") if key in given}
        attested = {path: content for path, content in files.items() if path.endswith(ATTESTATION_SUFFIXES)}
        tree = {path: content for path, content in files.items() if not is_built(path) and path not in attested}
        whole = self._tree(tree) if tree else _Given(policy=Policy())
        attestations = tuple(_attestation(path, content) for path, content in attested.items())
        whole = dataclasses.replace(whole, policy=Policy(**given), attestations=attestations, **beside)
        read = [self.read(path, content) for path, content in files.items() if is_built(path)]
        found = [finding for item in read for finding in _of_file(rules, item, whole)]
        found += _of_releases([rule for rule in rules if rule.scope is Scope.RELEASE], read, whole)
        return sorted(found, key=lambda finding: finding.sort_key)

    def read(self, path: str, content: str | bytes = "") -> Wheel | Sdist:
        """The file that a recipe describes, or of these bytes, read as noxkit reads it."""
        archive = self.archive(path, content)
        return Wheel(archive=archive) if path.endswith(".whl") else Sdist(archive=archive)

    def archive(self, path: str, content: str | bytes = "") -> Archive:
        """The entries of the same."""
        name = path.rpartition("/")[2]
        file = self.root / "dist" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else build(name, content))
        return read_archive(file, shown=f"dist/{name}")

    def _tree(self, files: Mapping[str, str | bytes]) -> _Given:
        root = self.root / "tree"
        RuleTree(root).write(files)
        options = load(root, environ={}, arguments=()).options
        repository = discover(root, kinds=options.kinds)
        settings = Settings(options.rules)
        pythons = tuple(options.python or repository.pythons)
        whole = WorkspaceFacts(repository=repository, options=options, settings=settings, pythons=pythons)
        return _Given(policy=Policy(), packages=whole.packages, settings=settings)


def _names(code: str, key: str) -> bool:
    return code == key or ("@" not in code and code == key.partition("@")[0])


def _attestation(path: str, content: str | bytes) -> Attestation:
    about = next(path.removesuffix(suffix) for suffix in ATTESTATION_SUFFIXES if path.endswith(suffix))
    data = content if isinstance(content, bytes) else content.encode()
    return Attestation(path=f"dist/{path}", about=f"dist/{about}", data=data)


def _project(item: Wheel | Sdist) -> str:
    if item.name is not None:
        return item.name.name
    return canonicalize_name(item.archive.file_name.partition("-")[0])


def _of_file(rules: Sequence[Rule[Any]], item: Wheel | Sdist, given: _Given) -> list[Finding]:
    package = given.package(_project(item))
    policy = given.policy_of(package)
    facts: WheelFacts | SdistFacts
    if isinstance(item, Wheel):
        facts = WheelFacts(
            wheel=item,
            policy=policy,
            settings=given.settings,
            package=package,
            syntax=given.syntax,
            interpreters=given.interpreters,
        )
    else:
        facts = SdistFacts(sdist=item, policy=policy, settings=given.settings, package=package)
    wanted = {Scope.ARCHIVE, Scope.WHEEL if isinstance(item, Wheel) else Scope.SDIST}
    return [finding for rule in rules if rule.scope in wanted for finding in rule(facts)]


def _of_releases(rules: Sequence[Rule[Any]], read: Iterable[Wheel | Sdist], given: _Given) -> list[Finding]:
    projects: dict[str, list[Wheel | Sdist]] = {}
    for item in read:
        projects.setdefault(_project(item), []).append(item)
    found: list[Finding] = []
    for name, items in projects.items():
        package = given.package(name)
        facts = ReleaseFacts(
            name=name,
            wheels=tuple(item for item in items if isinstance(item, Wheel)),
            sdists=tuple(item for item in items if isinstance(item, Sdist)),
            policy=given.policy_of(package),
            package=package,
            attestations=given.attestations,
            tags=given.tags,
        )
        found += [finding for rule in rules for finding in rule(facts)]
    return found
