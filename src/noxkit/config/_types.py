# SPDX-License-Identifier: Apache-2.0
"""The kinds of values that options have, with what they accept and how messages name it."""

from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

__all__ = [
    "Code",
    "File",
    "Glob",
    "Name",
    "Percent",
    "ProjectField",
    "Python",
    "Revision",
    "Selector",
    "Table",
    "TagTemplate",
    "Task",
]

Glob: TypeAlias = Annotated[
    str,
    Meta(
        pattern=r"^(?!/)(?!(.*/)?\.\.(/|$))[^\\]+$",
        examples=["packages/**"],
        extra={"expected": "a path or glob below the root, with `/` and without `..`", "metavar": "GLOB"},
    ),
]
File: TypeAlias = Annotated[
    str,
    Meta(pattern=r"[^/]$", extra={"expected": "the path of a file", "metavar": "FILE"}),
]
Python: TypeAlias = Annotated[
    str,
    Meta(
        pattern=r"^3\.(0|[1-9][0-9]?)$",
        examples=["3.12"],
        extra={"expected": 'a minor version of Python, "3.N"', "metavar": "3.N"},
    ),
]
Code: TypeAlias = Annotated[
    str,
    Meta(
        pattern=r"^(NK-\S+|[a-z0-9][a-z0-9_.-]*:\S+)$",
        examples=["NK-LOCK-STALE", "ruff:F401"],
        extra={"expected": "a code of noxkit (`NK-…`) or of a tool (`ruff:F401`)", "metavar": "CODE"},
    ),
]
Selector: TypeAlias = Annotated[
    str,
    Meta(
        pattern=r"^(NK-\S+|[a-z0-9][a-z0-9_.-]*:\S+|[a-z][a-z_]*)$",
        examples=["NK-LOCK-STALE", "imports"],
        extra={"expected": "a code of noxkit (`NK-…`) or a family of its rules (`imports`)", "metavar": "CODE|FAMILY"},
    ),
]
Name: TypeAlias = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$",
        extra={"expected": "a name of letters, digits, `-`, `_` and `.`", "metavar": "NAME"},
    ),
]
Task: TypeAlias = Annotated[
    str,
    Meta(
        pattern=r"^[^\s-]\S*$",
        examples=["typos"],
        extra={"expected": "a name without spaces", "metavar": "NAME"},
    ),
]
TagTemplate: TypeAlias = Annotated[
    str,
    Meta(
        pattern=r"^[^\s{}]*(\{(name|dir)\}[^\s{}]*)?\{version\}[^\s{}]*$",
        extra={"expected": "a tag with `{version}`, and `{name}` or `{dir}` where there are several packages"},
    ),
]
Percent: TypeAlias = Annotated[float, Meta(ge=0, le=100, examples=[90], extra={"metavar": "PERCENT"})]
Revision: TypeAlias = Annotated[
    str,
    Meta(
        pattern=r"^[^\s-]\S*$",
        examples=["origin/main"],
        extra={"expected": "a git revision", "metavar": "REV"},
    ),
]
ProjectField: TypeAlias = Literal[
    "name",
    "version",
    "description",
    "readme",
    "requires-python",
    "license",
    "license-files",
    "authors",
    "maintainers",
    "keywords",
    "classifiers",
    "urls",
    "scripts",
    "gui-scripts",
    "entry-points",
    "dependencies",
    "optional-dependencies",
    "import-names",
    "import-namespaces",
]


class Table(msgspec.Struct, frozen=True, kw_only=True, rename="kebab", forbid_unknown_fields=True):
    """What all tables share: kebab-case names, and no key that is not declared."""
