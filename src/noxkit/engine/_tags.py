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
    """How its tags are written: as `release.tag` says, else as most that name a version are.

    Without any, `v1.0` for one package and `name-v1.0` for several.
    """
    configured = context.config.options.release.tag
    if configured:
        return configured
    published = [package for package in context.repository.workspace.packages if package.publish]
    together = len({package.version for package in published}) == 1 and published[0].version is not None
    known = (*_OF_ONE, *_OF_SEVERAL) if len(published) == 1 else (*_OF_SEVERAL, *(_OF_ONE if together else ()))
    tags = context.repository.tags
    return max(known, key=lambda template: len(tagged_versions(template, package.name, tags)))  # the first of equals


def tagged_versions(template: str, name: str, tags: Iterable[str]) -> dict[str, Version]:
    """The versions that tags of this form name, by the tag."""
    before, _, after = template.replace("{name}", name).partition("{version}")
    found: dict[str, Version] = {}
    for tag in tags:
        text = tag.removeprefix(before).removesuffix(after)
        if tag == f"{before}{text}{after}" and _NUMBERED.match(text):
            with contextlib.suppress(InvalidVersion):
                found[tag] = Version(text)
    return found
