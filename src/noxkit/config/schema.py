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
from noxkit.config._tables import Command, CoverageGroup, Generated, Ignore, Kind
from noxkit.config._types import File, Glob, Name, Percent, Python, Revision, Selector, Table, Task
from noxkit.diagnostics.credentials import CREDENTIAL_PATTERNS
from noxkit.diagnostics.model import Severity

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


class RunOptions(Table, frozen=True, kw_only=True):
    """What is asked of one run: flags behind `--` and variables, never TOML."""

    only: Annotated[
        tuple[Task, ...],
        Meta(description="Only these tasks.", examples=[["ruff", "ty"]], extra={"group": "What runs"}),
    ] = ()
    skip: Annotated[
        tuple[Task, ...],
        Meta(description="Without these tasks.", examples=[["typos"]], extra={"group": "What runs"}),
    ] = ()
    rule: Annotated[
        tuple[Selector, ...],
        Meta(description="Of noxkit's own rules only these, by code or family.", extra={"group": "What runs"}),
    ] = ()
    severity: Annotated[
        Severity | None,
        Meta(description="Only findings that are at least this severe.", extra={"group": "What runs"}),
    ] = None
    package: Annotated[
        tuple[Name, ...],
        Meta(description="Only these packages of the workspace.", extra={"group": "What runs"}),
    ] = ()
    since: Annotated[
        Revision | None,
        Meta(
            description="Only what is affected by the changes since this revision.",
            extra={"group": "What runs"},
        ),
    ] = None
    dry_run: Annotated[
        bool,
        Meta(
            description="Say what would run, and run nothing; of `deps_update` and `clean`, what they would write.",
            extra={"group": "What runs"},
        ),
    ] = False
    why: Annotated[
        Task | None,
        Meta(description="Say why this task runs or does not.", extra={"group": "What runs"}),
    ] = None
    range: Annotated[
        Revision | None,
        Meta(
            description="The commits that `commits` reads; by default those since the default branch was left.",
            examples=["origin/main..HEAD"],
            extra={"group": "History", "metavar": "A..B"},
        ),
    ] = None
    message_file: Annotated[
        File | None,
        Meta(
            description="Read this commit message instead, as git's hook `commit-msg` gives it.",
            examples=[".git/COMMIT_EDITMSG"],
            extra={"group": "History"},
        ),
    ] = None
    description_file: Annotated[
        File | None,
        Meta(
            description="The description of a pull request; by default that of the event of CI.",
            examples=["description.md"],
            extra={"group": "History"},
        ),
    ] = None
    files: Annotated[
        tuple[
            Annotated[str, Meta(pattern=r"\S", extra={"expected": "the path of a file or folder", "metavar": "PATH"})],
            ...,
        ],
        Meta(
            description="The built files that `wheel_contents` verifies, or folders of them; by default those of "
            "`dist/`. They may stand without the flag: `nox -s wheel_contents -- dist/*.whl`.",
            examples=[["dist/acme-1.0-py3-none-any.whl"]],
            extra={"group": "Built files and releases"},
        ),
    ] = ()
    release: Annotated[
        tuple[Name, ...],
        Meta(
            description="Ask what is asked at the moment of a release, of these packages: changelog, index, tag, tree.",
            extra={"group": "Built files and releases"},
        ),
    ] = ()
    skip_tests: Annotated[
        bool, Meta(description="`release_check` without the tests.", extra={"group": "Built files and releases"})
    ] = False
    rehearse: Annotated[
        Literal["ends", "all"] | None,
        Meta(
            description="Install and import wheels on the lowest and the highest Python, or on each.",
            extra={"group": "Built files and releases"},
        ),
    ] = None
    ci: Annotated[
        bool,
        Meta(
            description="Behave as where CI is set: nothing moves on the screen, and inconclusive fails.",
            extra={"group": "How it runs"},
        ),
    ] = False
    no_cache: Annotated[
        bool, Meta(description="Use nothing that is kept from earlier runs.", extra={"group": "How it runs"})
    ] = False
    jobs: Annotated[
        Annotated[int, Meta(ge=1, le=1024, examples=[4], extra={"metavar": "N"})] | None,
        Meta(description="How many tasks run at once; by default one a core.", extra={"group": "How it runs"}),
    ] = None
    fail_on: Annotated[
        Severity, Meta(description="The least severity that fails a run.", extra={"group": "How it runs"})
    ] = Severity.ERROR
    report: Annotated[
        tuple[
            Annotated[
                str,
                Meta(
                    pattern=r"^[a-z][a-z0-9-]*=(.*[^/])$",
                    examples=["json=report.json"],
                    extra={"expected": "FORMAT=FILE", "metavar": "FORMAT=FILE"},
                ),
            ],
            ...,
        ],
        Meta(
            description="Write a report; repeatable. `{session}` in FILE is the session's name.",
            extra={"group": "Reports"},
        ),
    ] = ()
    format: Annotated[
        Annotated[
            str,
            Meta(
                pattern=r"^[a-z][a-z0-9-]*$",
                examples=["json"],
                extra={"expected": "the name of a format", "metavar": "FORMAT"},
            ),
        ]
        | None,
        Meta(description="The format of `--output`.", extra={"group": "Reports"}),
    ] = None
    output: Annotated[
        File | None,
        Meta(description="Write one report of `--format` to this file.", extra={"group": "Reports"}),
    ] = None
    events: Annotated[
        File | None,
        Meta(description="Append what happens to this file, as JSON lines.", extra={"group": "Reports"}),
    ] = None
    verbose: Annotated[bool, Meta(description="Show every task's evidence.", extra={"group": "Reports"})] = False
    diff: Annotated[
        bool,
        Meta(
            description="Show what `fix` or `fmt` would write, and write nothing.", extra={"group": "What is written"}
        ),
    ] = False
    check: Annotated[
        bool,
        Meta(
            description="Fail where `fix` or `fmt` would write something, and write nothing.",
            extra={"group": "What is written"},
        ),
    ] = False
    unsafe: Annotated[
        bool,
        Meta(description="Let `fix` apply fixes that may change behaviour.", extra={"group": "What is written"}),
    ] = False
    upgrade_package: Annotated[
        tuple[Name, ...],
        Meta(
            description="Let `deps_update` upgrade only these distributions; by default all that uv.lock holds.",
            examples=[["httpx"]],
            extra={"group": "What is written"},
        ),
    ] = ()
    yes: Annotated[
        bool,
        Meta(
            description="Let `clean` remove what it lists; without it nothing is removed.",
            extra={"group": "What is written"},
        ),
    ] = False
    environments: Annotated[
        bool,
        Meta(
            description="Let `clean` take virtual environments too: `.venv`, `.tox`, those of nox and of noxkit.",
            extra={"group": "What is written"},
        ),
    ] = False
    write_baseline: Annotated[
        bool,
        Meta(description="Write the baseline from this run's findings.", extra={"group": "What is written"}),
    ] = False
    write_ratchet: Annotated[
        bool,
        Meta(description="Write this run's coverage to the ratchet.", extra={"group": "What is written"}),
    ] = False
