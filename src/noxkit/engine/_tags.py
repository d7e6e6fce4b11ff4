# SPDX-License-Identifier: Apache-2.0
"""Tags of releases: how a repository writes them, and which versions they name."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING

from packaging.version import InvalidVersion, Version

if TYPE_CHECKING:
    from collections.abc import Iterable

    from noxkit.engine._context import Context
    from noxkit.workspace.model import Package

__all__ = ["tag_template", "tagged_versions"]

_NUMBERED = re.compile(r"(?:\d+!)?\d+(?:\.|[a-z]|$)")  # and not a date, which is read as a post-release
# Ways in which repositories write their tags, the most usual first.
_OF_ONE = ("v{version}", "{version}", "release-{version}", "release/{version}", "V{version}", "version-{version}")
_OF_SEVERAL = (
    "{name}-v{version}",
    "{name}-{version}",
    "{name}@{version}",
    "{name}@v{version}",
    "{name}/v{version}",
    "{name}/{version}",
    "{name}=={version}",
    "{name}_v{version}",
)


def tag_template(context: Context, package: Package) -> str:
    """How its tags are written, with `{version}`: as its kind or `release.tag` says, else as most are.

    Without any, `v{version}` for one package and `name-v{version}` for several. Where a repository has several, its
    tags may have the name of a package or that of its folder.
    """
    options = context.config.options
    of_kind = next((kind.tag for kind in options.kinds if kind.name == package.kind), None)
    configured = of_kind or options.release.tag
    if configured:
        return _named(configured, package)
    published = [package for package in context.repository.workspace.packages if package.publish]
    together = len({package.version for package in published}) == 1 and published[0].version is not None
    by_folder = [template.replace("{name}", "{dir}") for template in _OF_SEVERAL] if package.folder != "." else []
    several = [*_OF_SEVERAL, *by_folder]
    shared = together or package.version is None  # what computes versions from tags does so from these
    known = [*_OF_ONE, *several] if len(published) == 1 else [*several, *(_OF_ONE if shared else ())]
    tags = context.repository.tags
    templates = [_named(template, package) for template in known]
    return max(templates, key=lambda template: len(tagged_versions(template, tags)))  # the first of equals


def _named(template: str, package: Package) -> str:
    folder = package.folder.rpartition("/")[2] if package.folder != "." else package.name
    return template.replace("{name}", package.name).replace("{dir}", folder)


def tagged_versions(template: str, tags: Iterable[str]) -> dict[str, Version]:
    """The versions that tags of this form name, by the tag."""
    before, _, after = template.partition("{version}")
    found: dict[str, Version] = {}
    for tag in tags:
        if not (tag.startswith(before) and tag.endswith(after)):
            continue
        text = tag[len(before) : len(tag) - len(after)]
        if _NUMBERED.match(text):
            with contextlib.suppress(InvalidVersion):
                found[tag] = Version(text)
    return found
