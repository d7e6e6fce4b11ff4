# SPDX-License-Identifier: Apache-2.0
"""Which part of the tree a run looks at: all of it, some members, or what a change affects."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from noxkit.errors import ErrorRecord, NoxkitError, did_you_mean
from noxkit.workspace import git as git_module

if TYPE_CHECKING:
    from collections.abc import Sequence

    from noxkit.engine._context import Context
    from noxkit.workspace.model import Package

__all__ = ["Scope", "affected_by", "scope_of"]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """`packages` are the members that the run is about; None for all of the tree.

    `fact` says why it is only these (`"affected since 3f2a1c"`); `trouble` and `hint` say that the
    base of `--since` does not resolve, and then every task is inconclusive.
    """

    packages: tuple[Package, ...] | None = None
    fact: str | None = None
    base: str | None = None
    trouble: str | None = None
    hint: str | None = None

    @property
    def nothing(self) -> bool:
        """Whether a resolved base leaves nothing to look at."""
        return self.packages == ()

    def paths(self) -> tuple[str, ...]:
        """The folders of the members, or the whole root."""
        if self.packages is None:
            return (".",)
        return tuple(package.folder for package in self.packages)


def scope_of(context: Context) -> Scope:
    """The scope that `--package` and `--since` ask for. Raises NoxkitError for a package that does not exist."""
    names, since = context.config.run.package, context.config.run.since
    named = tuple(_package(context, name) for name in names)
    scope = _since(context, since) if since else Scope()
    if not named or scope.trouble or scope.nothing:
        return scope
    flag = f"--package {', '.join(names)}"
    if scope.packages is None:
        return dataclasses.replace(scope, packages=named, fact=f"{flag}, {scope.fact}" if scope.fact else flag)
    both = tuple(package for package in scope.packages if package in named)
    fact = f"{flag}, {scope.fact}" if both else f"nothing of {flag} {scope.fact}"
    return dataclasses.replace(scope, packages=both, fact=fact)


def _package(context: Context, name: str) -> Package:
    packages = context.repository.workspace.packages
    for package in packages:
        if canonicalize_name(name) == package.name or name == package.folder:
            return package
    known = [package.name for package in packages]
    hint = did_you_mean(name, known, kind="packages")
    raise NoxkitError(
        ErrorRecord(
            code="NK-ARGUMENT-VALUE", message=f"`--package {name}`: this repository has no such package", hint=hint
        )
    )


def _since(context: Context, since: str) -> Scope:
    git = context.repository.git
    if git is None or context.repository.git_root is None:
        return _unresolved(
            since, "the root is in no git work tree", "run without `--since`, or in a clone with its history"
        )
    base = git_module.merge_base(git, since)
    if isinstance(base, git_module.Unresolved):
        return _unresolved(since, base.reason, base.hint)
    changed = git_module.changed_files(git, base)
    if changed is None:
        return Scope(
            base=since,
            trouble=f"git cannot compare with `{since}`",
            hint="run `git diff` against it by hand and mend what it reports",
        )
    shown = f"{since} ({base.commit[:9]})"
    if not changed:
        return Scope(packages=(), fact=f"nothing affected since {shown}", base=since)
    affected = affected_by(context, changed, fact=f"affected since {shown}")
    return dataclasses.replace(affected, base=since)


def _unresolved(since: str, reason: str, hint: str) -> Scope:
    return Scope(base=since, trouble=f"the base `{since}` does not resolve: {reason}", hint=hint)


def affected_by(context: Context, changed: Sequence[str], *, fact: str) -> Scope:
    """The members that changes to these files may affect, for which `fact` is the reason; else all of the tree."""
    workspace = context.repository.workspace
    owners = {workspace.package_of(path) for path in changed}
    if any(package is None or package.folder == "." for package in owners):
        # A change to the root's own files, its manifest or its lock, may change the answer anywhere.
        return Scope(fact=fact)
    names = workspace.closure_of_dependents(package.name for package in owners if package is not None)
    return Scope(packages=tuple(package for package in workspace.packages if package.name in names), fact=fact)
