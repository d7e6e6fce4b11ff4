# SPDX-License-Identifier: Apache-2.0
"""The tables about built files and releases."""

# no `annotations` from `__future__`: msgspec would compile each of them from its text, 4 ms in every start

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from noxkit.config._types import File, Table, TagTemplate

__all__ = ["Advisories", "Artifacts", "Build", "Licenses", "Release"]


class Build(Table, frozen=True, kw_only=True):
    """How packages are built."""

    builder: Annotated[
        Literal["uv", "build"],
        Meta(description="What calls the build backends: uv, or pypa/build.", examples=["build"]),
    ] = "uv"
    output: Annotated[
        Annotated[
            str,
            Meta(
                pattern=r"^(?!/)(?!(.*/)?\.\.?(/|$))[^\\]*[^/\\]$",
                extra={"expected": "the path of a folder below the root", "metavar": "FOLDER"},
            ),
        ],
        Meta(description="The folder that built files are put into.", examples=["out/dist"]),
    ] = "dist"
    reproducible: Annotated[
        bool,
        Meta(
            description="Whether all is built a second time, in another folder and with other times, and compared.",
            examples=[False],
        ),
    ] = True
    source_date_epoch: Annotated[
        Annotated[
            str,
            Meta(
                pattern=r"^(commit|[0-9]{1,11})$",
                extra={"expected": "`commit`, or seconds since 1970", "metavar": "commit|SECONDS"},
            ),
        ]
        | None,
        Meta(
            description="The SOURCE_DATE_EPOCH that backends get: the time of the last commit, or a number of seconds "
            "since 1970; by default the variable as it is.",
            examples=["commit"],
        ),
    ] = None


class Artifacts(Table, frozen=True, kw_only=True):
    """What is asked of wheels and source distributions."""

    size_limit: Annotated[
        Annotated[int, Meta(ge=1, le=1 << 40, examples=[60 << 20], extra={"metavar": "BYTES"})],
        Meta(description="The largest file that the index takes, in bytes; a warning comes at three quarters of it."),
    ] = 100 << 20


class Advisories(Table, frozen=True, kw_only=True):
    """Known vulnerabilities of locked dependencies."""

    url: Annotated[
        Annotated[
            str,
            Meta(pattern=r"^https?://[^\s]+$", extra={"expected": "an http or https address", "metavar": "URL"}),
        ],
        Meta(
            description="The service that is asked: one that speaks OSV's protocol, version 1.",
            examples=["https://osv.example.org/v1"],
        ),
    ] = "https://api.osv.dev/v1"
    severity: Annotated[
        Literal["low", "medium", "high", "critical"],
        Meta(
            description="The least severity that fails a run; those below it are information. One whose severity is "
            "not known fails it.",
            examples=["high"],
        ),
    ] = "low"
    max_age: Annotated[
        Annotated[float, Meta(ge=0, le=8760, examples=[4], extra={"metavar": "HOURS"})],
        Meta(description="How old an answer of the service may be to be used again, in hours."),
    ] = 12.0


class Licenses(Table, frozen=True, kw_only=True):
    """Which licences of dependencies are allowed; without any of these, `[tool.liccheck]` holds."""

    allow: Annotated[
        tuple[str, ...],
        Meta(
            description="Licences that are allowed: SPDX identifiers, or the names that a package states.",
            examples=[["MIT", "Apache-2.0", "BSD-3-Clause"]],
            extra={"metavar": "LICENSE"},
        ),
    ] = ()
    deny: Annotated[
        tuple[str, ...],
        Meta(
            description="Licences that are denied. Without `allow`, every other one is allowed.",
            examples=[["GPL-3.0-only"]],
            extra={"metavar": "LICENSE"},
        ),
    ] = ()
    packages: Annotated[
        dict[str, Annotated[str, Meta(extra={"check": "specifier"})]],
        Meta(
            description="Distributions that are allowed whatever they state, with the versions for which that holds.",
            examples=[{"docutils": ">=0.22"}],
            extra={"metavar": "NAME=VERSIONS"},
        ),
    ] = msgspec.field(default_factory=dict[str, str])
    level: Annotated[
        Literal["standard", "cautious", "paranoid"],
        Meta(
            description="How several licences are taken that one distribution states beside each other: one that is "
            "allowed is enough, one that is denied denies, or all have to be allowed.",
            examples=["paranoid"],
        ),
    ] = "standard"


class Release(Table, frozen=True, kw_only=True):
    """What a release is asked, and how it is made."""

    rehearse: Annotated[
        Literal["ends", "all"],
        Meta(
            description="The interpreters that wheels are installed and imported on: the lowest and the highest "
            "supported one, or each.",
            examples=["all"],
        ),
    ] = "ends"
    import_timeout: Annotated[
        Annotated[float, Meta(gt=0, le=86_400, examples=[120], extra={"metavar": "SECONDS"})],
        Meta(description="How long the import of one module may take in the rehearsal, in seconds."),
    ] = 60.0
    skip_imports: Annotated[
        tuple[
            Annotated[
                str,
                Meta(
                    pattern=r"^[\w.*?]+$",
                    extra={"expected": "the name of a module, in which `*` stands for anything", "metavar": "MODULE"},
                ),
            ],
            ...,
        ],
        Meta(
            description="Modules that the rehearsal does not import, with all below them.",
            examples=[["acme.contrib.*"]],
        ),
    ] = ()
    compare: Annotated[
        bool,
        Meta(description="Whether each wheel is compared with the newest release that the index has."),
    ] = True
    minor_types: Annotated[
        tuple[str, ...],
        Meta(description="The types of commits that make a minor release.", extra={"metavar": "TYPE"}),
    ] = ("feat",)
    patch_types: Annotated[
        tuple[str, ...],
        Meta(
            description="The types of commits that make a patch release; others make none, unless they break "
            "something.",
            extra={"metavar": "TYPE"},
        ),
    ] = ("fix", "perf", "revert")
    major_on_zero: Annotated[
        bool, Meta(description="Whether a breaking change leads from 0.x to 1.0; else it is a minor release.")
    ] = False
    dependents: Annotated[
        Literal["patch", "none"],
        Meta(description="Whether members that require a released one get a patch release as well.", examples=["none"]),
    ] = "patch"
    index_timeout: Annotated[
        Annotated[float, Meta(ge=0, le=86_400, examples=[600], extra={"metavar": "SECONDS"})],
        Meta(description="How long `publish` waits until the index lists what was sent, in seconds."),
    ] = 300.0
    sbom_output: Annotated[
        File,
        Meta(description="The folder into which `sbom` writes.", examples=["sbom"]),
    ] = ".nox/noxkit/sbom"
    contributors: Annotated[
        bool,
        Meta(description="Whether an entry of the changelog names who has written its commits.", examples=[True]),
    ] = False
    impact: Annotated[
        bool,
        Meta(description="Whether an entry begins with a table of how many changes there are of each kind."),
    ] = False
    uploader: Annotated[
        Literal["uv", "twine"],
        Meta(description="What `publish` sends files with.", examples=["twine"]),
    ] = "uv"
    attestations: Annotated[
        bool,
        Meta(
            description="Whether `publish` signs what it sends (PEP 740), where CI vouches for who it is.",
            examples=[True],
        ),
    ] = False
    mode: Annotated[
        Literal["direct", "pull-request"],
        Meta(
            description="Whether `release` commits onto the branch that is checked out, or proposes the commit first.",
            examples=["pull-request"],
        ),
    ] = "direct"
    forge: Annotated[
        Literal["auto", "github", "gitlab", "none"],
        Meta(
            description="The forge that gets releases and pull requests; by default as the remote's address says.",
            examples=["gitlab"],
        ),
    ] = "auto"
    forge_url: Annotated[
        Annotated[
            str,
            Meta(pattern=r"^https?://[^\s]+$", extra={"expected": "an http or https address", "metavar": "URL"}),
        ]
        | None,
        Meta(
            description="The address of the forge's interface; by default that of github.com, or of GitLab's host.",
            examples=["https://git.example.org/api/v4"],
        ),
    ] = None
    forge_project: Annotated[
        Annotated[
            str,
            Meta(
                pattern=r"^[^/\s]+(/[^/\s]+)+$",
                extra={"expected": "the project's path, OWNER/NAME", "metavar": "OWNER/NAME"},
            ),
        ]
        | None,
        Meta(description="The project on the forge; by default as the remote's address says.", examples=["acme/tool"]),
    ] = None
    tag: Annotated[
        TagTemplate | None,
        Meta(
            description="The git tag of a release; by default written as the earlier ones are, else `v{version}` for "
            "one package, `{name}-v{version}` for each of several. `{dir}` is the name of the package's folder.",
            examples=["{name}@{version}"],
        ),
    ] = None
