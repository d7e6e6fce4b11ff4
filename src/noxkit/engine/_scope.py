# SPDX-License-Identifier: Apache-2.0
"""Which part of the tree a run looks at: all of it, some members, or what a change affects."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from noxkit.errors import ErrorRecord, NoxkitError, did_you_mean
from noxkit.workspace import git as git_module
from noxkit.workspace.lock_closures import changed_closures

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from noxkit.engine._context import Context
    from noxkit.workspace.model import Package, Workspace

__all__ = ["Scope", "affected_by", "published", "scope_of"]

_ALL = ""  # the name under which the reason stands for which everything is affected
_LOCK = "uv.lock"
_FEW = 3  # names that are shown of many


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """`packages` are the members that the run is about; None for all of the tree.

    `fact` says why it is only these (`"affected since 3f2a1c"`); `trouble` and `hint` say that the
    base of `--since` does not resolve, and then every task is inconclusive. `reasons` say of affected packages, by
    name, what of the change reaches them; of all of the tree under the empty name.
    """

    packages: tuple[Package, ...] | None = None
    fact: str | None = None
    base: str | None = None
    trouble: str | None = None
    hint: str | None = None
    reasons: Mapping[str, str] = dataclasses.field(default_factory=dict[str, str])

    @property
    def nothing(self) -> bool:
        """Whether a resolved base leaves nothing to look at."""
        return self.packages == ()

    def paths(self) -> tuple[str, ...]:
        """The folders of the members, or the whole root."""
        if self.packages is None:
            return (".",)
        return tuple(package.folder for package in self.packages)


def published(context: Context, scope: Scope) -> tuple[Package, ...]:
    """The packages that a release is about."""
    members = scope.packages if scope.packages is not None else context.repository.workspace.packages
    return tuple(package for package in members if package.publish)


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
    affected = affected_by(context, changed, fact=f"affected since {shown}", base=base)
    return dataclasses.replace(affected, base=since)


def _unresolved(since: str, reason: str, hint: str) -> Scope:
    return Scope(base=since, trouble=f"the base `{since}` does not resolve: {reason}", hint=hint)


def affected_by(context: Context, changed: Sequence[str], *, fact: str, base: git_module.Base | None = None) -> Scope:
    """The members that a change of the files `changed` since `base` can reach, for which `fact` is the reason.

    All of the tree where that is in doubt, as it is for a changed lock without a base to compare it with.
    """
    reasons = _reached_first(context, changed, base)
    if _ALL in reasons:
        return Scope(fact=fact, reasons=reasons)
    workspace = context.repository.workspace
    names = workspace.closure_of_dependents(reasons)
    packages = tuple(package for package in workspace.packages if package.name in names)
    return Scope(packages=packages, fact=fact, reasons=_through_others(workspace, reasons, names))


def _reached_first(context: Context, changed: Sequence[str], base: git_module.Base | None) -> dict[str, str]:
    """Why each package is reached by itself, without those that depend on it; `_ALL` where everything is."""
    workspace = context.repository.workspace
    reasons: dict[str, str] = {}
    for path in changed:
        owner = workspace.package_of(path)
        if path == _LOCK and base is not None and len(workspace.packages) > 1:
            closures = _lock_change(context, base)
            if closures is not None:
                for name, different in closures.items():
                    reasons.setdefault(name, f"of its dependencies {_few(different)} changed in {_LOCK}")
                continue
        if owner is None or owner.folder == ".":
            # A change to the root's own files, its manifest or its lock, may change the answer anywhere.
            return {_ALL: f"{path} changed, which no member has for itself"}
        reasons.setdefault(owner.name, f"{path} changed")
    return reasons


def _lock_change(context: Context, base: git_module.Base) -> dict[str, tuple[str, ...]] | None:
    """The members whose part of the lock changed, with what of it; None where that may be all of them."""
    repository = context.repository
    names = [package.name for package in repository.workspace.packages]
    old = repository.git(["show", f"{base.commit}:./{_LOCK}"]) if repository.git is not None else None
    try:
        new = (context.root / _LOCK).read_bytes()
    except OSError:
        return None
    closures = None if old is None else changed_closures(old, new, names)
    own = next((package.name for package in repository.workspace.packages if package.folder == "."), None)
    return None if closures is None or own in closures else closures


def _through_others(workspace: Workspace, first: Mapping[str, str], names: Sequence[str]) -> dict[str, str]:
    """`first`, and for the packages that depend on those which of them they need, with its own reason."""
    reasons = dict(first)
    waiting = list(first)
    for name in waiting:
        for dependent in workspace.dependents(name):
            if dependent in names and dependent not in reasons:
                reasons[dependent] = f"it requires {name}: {reasons[name]}"
                waiting.append(dependent)
    return reasons


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:_FEW]) + (f" and {len(names) - _FEW} more" if len(names) > _FEW else "")
