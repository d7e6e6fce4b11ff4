# SPDX-License-Identifier: Apache-2.0
"""Every option of noxkit, declared once: flag, variable, TOML key, checks and reference derive from here.

A field's `Meta` holds its description and limits. `extra` holds what msgspec has no word for:
`expected` says what a pattern asks for; `check` names a function of `_checks`; `unique` asks for
items that differ (`True`, or the key that must differ); `merge="add"` joins all places instead of
taking the highest; `text=False` leaves out flag and variable; `metavar` stands in the help; `group` is the
help's heading of a run option.
"""

# no `annotations` from `__future__`: msgspec would compile each of them from its text, 4 ms in every start

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from noxkit.config._release import Advisories, Artifacts, Build, Licenses, Release
from noxkit.config._run import RunOptions
from noxkit.config._tables import Command, CoverageGroup, Generated, Ignore, Kind
from noxkit.config._types import File, Glob, Percent, Python, Revision, Selector, Table, Task
from noxkit.diagnostics.credentials import CREDENTIAL_PATTERNS

__all__ = [
    "Advisories",
    "Artifacts",
    "Build",
    "Command",
    "Coverage",
    "CoverageGroup",
    "Generated",
    "Ignore",
    "Kind",
    "LicenseHeader",
    "Licenses",
    "Options",
    "Release",
    "RunOptions",
    "Tests",
    "Typecheck",
]


class Typecheck(Table, frozen=True, kw_only=True):
    """The grid of type checkers and Pythons."""

    checkers: Annotated[
        tuple[Task, ...] | None,
        Meta(
            description="The type checkers; by default those chosen by the repository and the profile.",
            examples=[["ty", "pyrefly", "pyright"]],
            extra={"unique": True},
        ),
    ] = None
    environments: Annotated[
        Literal["shared", "each"],
        Meta(
            description="Whether all Pythons are looked at from one environment, or each from its own.",
            examples=["each"],
        ),
    ] = "shared"


class Coverage(Table, frozen=True, kw_only=True):
    """Coverage thresholds."""

    new_lines: Annotated[
        Percent | None,
        Meta(
            description="The least coverage in percent of the lines changed since the base; none by default.",
            examples=[90],
        ),
    ] = None
    groups: Annotated[
        tuple[CoverageGroup, ...],
        Meta(
            description="Groups of paths with a floor each; by default all files are one without a floor.",
            examples=[[{"name": "core", "paths": ["packages/**"], "fail-under": 80}]],
            extra={"unique": "name"},
        ),
    ] = ()
    ratchet: Annotated[
        File | None,
        Meta(
            description="A file with each group's coverage, below which it may not fall.",
            examples=["coverage-ratchet.json"],
        ),
    ] = None
    base: Annotated[
        Revision | None,
        Meta(
            description="What lines are new to: `--since`, else CI's merge base, else the default branch.",
            examples=["origin/main"],
        ),
    ] = None


class Tests(Table, frozen=True, kw_only=True):
    """How the tests are run."""

    pattern: Annotated[
        Glob | None,
        Meta(description="The file name of tests; by default pytest's own.", examples=["*_test.py"]),
    ] = None
    arguments: Annotated[
        tuple[str, ...],
        Meta(
            description="Further arguments for pytest in every run.",
            examples=[["--strict-markers"]],
            extra={"metavar": "ARGUMENT"},
        ),
    ] = ()


class LicenseHeader(Table, frozen=True, kw_only=True):
    """The licence header of source files."""

    text: Annotated[
        Annotated[str, Meta(pattern=r"\S", extra={"expected": "a text"})] | None,
        Meta(
            description="The header's text without comment signs; without it no header is asked for.",
            examples=["SPDX-License-Identifier: Apache-2.0"],
        ),
    ] = None
    paths: Annotated[
        tuple[Glob, ...], Meta(description="The files that need it.", examples=[["**/*.py"]], min_length=1)
    ] = ("**/*.py", "**/*.pyi", "**/*.sh")


class Options(Table, frozen=True, kw_only=True):
    """The options of `[tool.noxkit]`."""

    profile: Annotated[
        Literal["standard", "strict"],
        Meta(
            description="`standard` runs what the repository has chosen, `strict` every rule and more tools.",
            examples=["strict"],
        ),
    ] = "standard"
    python: Annotated[
        Annotated[tuple[Python, ...], Meta(min_length=1)] | None,
        Meta(
            description="The supported minor versions; by default from `requires-python` up to the newest.",
            examples=[["3.10", "3.11", "3.12", "3.13", "3.14"]],
            extra={"unique": True},
        ),
    ] = None
    default_python: Annotated[
        Python | None,
        Meta(description="The Python that `check` runs the tests on; by default one that this machine has."),
    ] = None
    select: Annotated[
        tuple[Selector, ...],
        Meta(
            description="Rules to run on top of the profile, by code or by family; their findings count.",
            examples=[["NK-PIN-FLOOR", "imports"]],
        ),
    ] = ()
    ignore: Annotated[
        tuple[Ignore, ...],
        Meta(
            description="Findings that are accepted, each with a reason.",
            examples=[[{"code": "ruff:F401", "path": "legacy/**", "reason": "kept as upstream has it"}]],
        ),
    ] = ()
    skip: Annotated[
        tuple[Task, ...],
        Meta(
            description="Tasks that are not wanted; `--skip` and its variable add to them for one run.",
            examples=[["typos"]],
            extra={"text": False},
        ),
    ] = ()
    paths: Annotated[
        dict[str, tuple[Glob, ...]],
        Meta(
            description="A tool on a part of the tree, by the tool's name.",
            examples=[{"pyright": ["packages/**"]}],
            extra={"metavar": "NAME=GLOB"},
        ),
    ] = msgspec.field(default_factory=dict[str, tuple[Glob, ...]])
    plugins: Annotated[
        tuple[
            Annotated[
                str,
                Meta(
                    pattern=r"^[^\W\d]\w*(\.\w+)*(:[^\W\d]\w*(\.\w+)*)?$",
                    extra={"expected": "an importable name, `module:attribute`", "metavar": "MODULE:NAME"},
                ),
            ],
            ...,
        ],
        Meta(description="Custom rules, by importable name.", examples=[["acme_rules:rules"]]),
    ] = ()
    pass_env: Annotated[
        tuple[
            Annotated[
                str,
                Meta(
                    pattern=r"^[A-Za-z_][A-Za-z0-9_]*$",
                    extra={"expected": "the name of a variable, without wildcards", "metavar": "VARIABLE"},
                ),
            ],
            ...,
        ],
        Meta(
            description="Variables that project code gets although they match `credentials`, by name.",
            examples=[["TEST_API_TOKEN"]],
        ),
    ] = ()
    credentials: Annotated[
        tuple[
            Annotated[
                str,
                Meta(
                    pattern=r"^[A-Za-z0-9_*?\[\]!-]+$",
                    extra={"expected": "a glob for names of variables", "metavar": "GLOB"},
                ),
            ],
            ...,
        ],
        Meta(
            description="Names of variables, as globs, that project code does not get and that are shown by "
            "name only. What is given here is added to the list that noxkit brings.",
            examples=[["ACME_*"]],
            extra={"merge": "add"},
        ),
    ] = CREDENTIAL_PATTERNS
    timeout: Annotated[
        Annotated[float, Meta(gt=0, le=604_800, examples=[600], extra={"metavar": "SECONDS"})],
        Meta(description="The time limit of one task, in seconds."),
    ] = 1800.0
    cache_size: Annotated[
        Annotated[int, Meta(ge=0, le=1 << 50, examples=[1 << 30], extra={"metavar": "BYTES"})],
        Meta(description="How much may be kept between runs, in bytes."),
    ] = 512 << 20
    shared_cache: Annotated[
        Annotated[str, Meta(pattern=r"^[a-z][a-z0-9+.-]*(::|://)", extra={"expected": "a URL", "metavar": "URL"})]
        | None,
        Meta(
            description="Where machines share results, for fsspec; it is written only with "
            "`NOXKIT_SHARED_CACHE_CREDENTIAL`, and no release reads it.",
            examples=["s3://acme-ci/noxkit"],
        ),
    ] = None
    cache_verify: Annotated[
        Annotated[float, Meta(ge=0, le=1, examples=[0.05], extra={"metavar": "SHARE"})],
        Meta(
            description="The share of kept results for which the tool is run all the same; "
            "where it then says something else, its task is `crashed`."
        ),
    ] = 0.0
    tool_folder: Annotated[
        Annotated[str, Meta(pattern=r"\S", extra={"expected": "the path of a folder", "metavar": "FOLDER"})] | None,
        Meta(
            description="Where the environments of tools are kept; by default in the user's cache folder.",
            examples=[".nox/tools"],
        ),
    ] = None
    baseline: Annotated[
        File,
        Meta(
            description="The file of findings that were there before noxkit was, which do not fail.",
            examples=["noxkit-baseline.json"],
        ),
    ] = "noxkit-baseline.json"
    kinds: Annotated[
        tuple[Kind, ...],
        Meta(
            description="Kinds of packages; the first match holds. By default one kind with the path `.`.",
            examples=[[{"name": "plugin", "paths": ["plugins/*"], "publish": True}]],
            extra={"unique": "name"},
        ),
    ] = ()
    commands: Annotated[
        tuple[Command, ...],
        Meta(
            description="Programs of the user's own.",
            examples=[[{"name": "sqlfluff", "run": ["sqlfluff", "lint"], "reads": ["**/*.sql"]}]],
            extra={"unique": "name"},
        ),
    ] = ()
    generated: Annotated[
        tuple[Generated, ...],
        Meta(
            description="Programs that write files of the tree, which must be as they would write them now.",
            examples=[[{"name": "tables", "run": ["python", "tools/tables.py"], "writes": ["src/acme/_tables.py"]}]],
            extra={"unique": "name"},
        ),
    ] = ()
    typecheck: Typecheck = msgspec.field(default_factory=Typecheck)
    coverage: Coverage = msgspec.field(default_factory=Coverage)
    tests: Tests = msgspec.field(default_factory=Tests)
    license_header: LicenseHeader = msgspec.field(default_factory=LicenseHeader)
    build: Build = msgspec.field(default_factory=Build)
    advisories: Advisories = msgspec.field(default_factory=Advisories)
    artifacts: Artifacts = msgspec.field(default_factory=Artifacts)
    licenses: Licenses = msgspec.field(default_factory=Licenses)
    release: Release = msgspec.field(default_factory=Release)
    rules: Annotated[
        dict[str, dict[str, Any]],
        Meta(
            description="Options of the families of rules, by family: see `noxkit rules --options`.",
            examples=[{"imports": {"allowed-paths": ["src/acme/cli/**"]}}],
            extra={"text": False},
        ),
    ] = msgspec.field(default_factory=dict[str, dict[str, Any]])
    tools: Annotated[
        dict[str, Annotated[str, Meta(examples=["==0.17.*"], extra={"check": "specifier"})]],
        Meta(
            description="Versions of tools by name; they win over the project's pins and noxkit's own.",
            examples=[{"ruff": "==0.17.*"}],
            extra={"metavar": "NAME==VERSION"},
        ),
    ] = msgspec.field(default_factory=dict[str, str])
