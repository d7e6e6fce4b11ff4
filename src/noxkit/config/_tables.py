# SPDX-License-Identifier: Apache-2.0
"""The tables that options have lists of: accepted findings, kinds, commands, generators and coverage groups."""

# no `annotations` from `__future__`: msgspec would compile each of them from its text, 4 ms in every start

import datetime as dt
from typing import Annotated, Literal

from msgspec import Meta

from noxkit.config._types import Code, Glob, Name, Percent, ProjectField, Table, TagTemplate, Task

__all__ = ["Command", "CoverageGroup", "Generated", "Ignore", "Kind"]


class Ignore(Table, frozen=True, kw_only=True):
    """Findings that are accepted, and why."""

    code: Annotated[Code, Meta(description="The code whose findings are accepted.")]
    path: Annotated[Glob | None, Meta(description="Only findings in these paths.", examples=["legacy/**"])] = None
    source: Annotated[
        Literal["tree", "wheel", "sdist"] | None,
        Meta(description="Only findings of this source: the tree, a wheel or an sdist.", examples=["wheel"]),
    ] = None
    reason: Annotated[
        Annotated[
            str, Meta(pattern=r"^(?!\s*REASON\s*$)[\s\S]*\S", extra={"expected": "a text that gives the reason"})
        ],
        Meta(description="Why they are accepted.", examples=["kept as upstream has it"]),
    ]
    until: Annotated[
        dt.date | None,
        Meta(
            description="The last day on which this holds; from then on it is itself a finding.",
            examples=["2027-01-01"],
        ),
    ] = None


class Kind(Table, frozen=True, kw_only=True):
    """A kind of package: what its packages must have. The first kind whose paths match a package holds."""

    name: Annotated[Name, Meta(description="The kind's name.", examples=["plugin"])]
    paths: Annotated[
        tuple[Glob, ...],
        Meta(description="The folders of its packages.", examples=[["plugins/*"]], min_length=1),
    ]
    package_name: Annotated[
        Annotated[
            str,
            Meta(
                pattern=r"^([A-Za-z0-9._-]|\{dir\})+$",
                extra={"expected": "a package name, in which `{dir}` stands for the folder's name"},
            ),
        ]
        | None,
        Meta(
            description="What its packages are called; `{dir}` is the folder's name.",
            examples=["acme-plugin-{dir}"],
        ),
    ] = None
    publish: Annotated[
        bool | None,
        Meta(description="Published or not; by default with a [build-system] and no private classifier."),
    ] = None
    typed: Annotated[bool | None, Meta(description="Whether they are typed and need `py.typed`.")] = None
    version_group: Annotated[
        Name | None,
        Meta(description="Packages of one version group have the same version.", examples=["acme"]),
    ] = None
    tag: Annotated[
        TagTemplate | None,
        Meta(description="The git tags of their releases, instead of `release.tag`.", examples=["cli=={version}"]),
    ] = None
    required_files: Annotated[
        tuple[Glob, ...],
        Meta(description="Files that each package must have, non-empty.", examples=[["README.md", "LICENSE"]]),
    ] = ()
    required_fields: Annotated[
        tuple[ProjectField, ...],
        Meta(
            description="Keys that its [project] table must have, or declare dynamic.",
            examples=[["name", "description"]],
        ),
    ] = ()
    required_classifiers: Annotated[
        tuple[str, ...],
        Meta(description="Classifiers that each package must have.", examples=[["Typing :: Typed"]]),
    ] = ()
    select: Annotated[
        tuple[Code, ...],
        Meta(
            description="Rules on packages to run for these ones, on top of the profile.", examples=[["NK-ALL-MISSING"]]
        ),
    ] = ()
    ignore: Annotated[
        tuple[Code, ...],
        Meta(
            description="Rules on packages that these ones are not asked for.", examples=[["NK-METADATA-RECOMMENDED"]]
        ),
    ] = ()
    namespace: Annotated[
        tuple[
            Annotated[str, Meta(pattern=r"^[^\W\d]\w*(\.[^\W\d]\w*)*$", extra={"expected": "an importable name"})],
            ...,
        ],
        Meta(
            description="Its namespace packages, which have no `__init__.py`.",
            examples=[["acme", "acme.plugins"]],
        ),
    ] = ()


class Command(Table, frozen=True, kw_only=True):
    """A program of the user's own, with the same outcomes, report and cache as a tool."""

    name: Annotated[Name, Meta(description="The task's name.", examples=["sqlfluff"])]
    run: Annotated[
        tuple[str, ...],
        Meta(
            description="The program and its arguments; no shell is involved.",
            examples=[["sqlfluff", "lint", "--format", "github-annotation"]],
            min_length=1,
        ),
    ]
    requirement: Annotated[
        Annotated[str, Meta(extra={"check": "requirement"})] | None,
        Meta(
            description="The package that brings the program; without it the program is looked up on PATH.",
            examples=["sqlfluff==4.*"],
        ),
    ] = None
    reads: Annotated[
        tuple[Glob, ...],
        Meta(
            description="The files that it reads; where none exists the task is not due.",
            examples=[["**/*.sql"]],
            min_length=1,
        ),
    ] = ("**",)
    cache: Annotated[
        bool,
        Meta(
            description="Its result depends on nothing but `reads`, its version and its command: "
            "it is not run again where these are the same."
        ),
    ] = False
    output: Annotated[
        Literal["github", "sarif", "regex", "exit-code"],
        Meta(description="Its output: GitHub annotations, SARIF, lines for `pattern`, or only an exit code."),
    ] = "exit-code"
    pattern: Annotated[
        Annotated[str, Meta(extra={"check": "finding-pattern"})] | None,
        Meta(
            description='For `output = "regex"`: a regular expression for one line, with the group `message` '
            "and, where there are any, `path`, `line`, `column`, `code` and `severity`.",
            examples=[r"(?P<path>[^:]+):(?P<line>\d+): (?P<message>.+)"],
        ),
    ] = None
    sessions: Annotated[
        tuple[Task, ...], Meta(description="The sessions that run it.", examples=[["lint"]], min_length=1)
    ] = ("lint",)


class Generated(Table, frozen=True, kw_only=True):
    """A program that writes files of the tree, which must be as it would write them now."""

    name: Annotated[Name, Meta(description="The generator's name.", examples=["protobuf"])]
    run: Annotated[
        tuple[str, ...],
        Meta(
            description="The program and its arguments, run in a copy of the tree; `python` is that of `requirement`, "
            "of `environment`, else the one that runs nox.",
            examples=[["python", "tools/generate.py"]],
            min_length=1,
        ),
    ]
    writes: Annotated[
        tuple[Glob, ...],
        Meta(description="The files that it writes.", examples=[["src/acme/_pb2/**"]], min_length=1),
    ]
    requirement: Annotated[
        Annotated[str, Meta(extra={"check": "requirement"})] | None,
        Meta(
            description="The package that brings the program, in an environment of its own.",
            examples=["grpcio-tools==1.*"],
        ),
    ] = None
    environment: Annotated[
        Literal["nox", "project"],
        Meta(
            description="Whose Python `python` is: the one that runs nox, or the project's environment on the default "
            "Python, with its programs first on PATH.",
            examples=["project"],
        ),
    ] = "nox"


class CoverageGroup(Table, frozen=True, kw_only=True):
    """Paths with a coverage floor of their own."""

    name: Annotated[Name, Meta(description="The group's name.", examples=["core"])]
    paths: Annotated[
        tuple[Glob, ...],
        Meta(description="The files that belong to it.", examples=[["packages/**"]], min_length=1),
    ]
    fail_under: Annotated[
        Percent | None, Meta(description="The least coverage in percent; none by default.", examples=[80])
    ] = None
