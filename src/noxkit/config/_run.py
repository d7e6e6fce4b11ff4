# SPDX-License-Identifier: Apache-2.0
"""What is asked of one run: the options that have a flag and a variable, and stand in no TOML."""

# no `annotations` from `__future__`: msgspec would compile each of them from its text, 4 ms in every start

from typing import Annotated, Literal

from msgspec import Meta

from noxkit.config._types import File, Name, Revision, Selector, Table, Task
from noxkit.diagnostics.model import Severity

__all__ = ["RunOptions"]


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
            description="Say what would run, and run nothing; of sessions that write or send, what they would write.",
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
    push: Annotated[bool, Meta(description="Let `tag` push its tags.", extra={"group": "Built files and releases"})] = (
        False
    )
    rollback: Annotated[
        bool,
        Meta(
            description="Let `release` take back the release that is under way, as far as nothing is published.",
            extra={"group": "Built files and releases"},
        ),
    ] = False
    checked: Annotated[
        File | None,
        Meta(
            description="The report of the `release_check` that `publish` and `tag` go by; by default the last one's "
            "here.",
            examples=["release.json"],
            extra={"group": "Built files and releases"},
        ),
    ] = None
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
    major: Annotated[
        bool,
        Meta(description="Make it a major release, whatever the commits say.", extra={"group": "The next version"}),
    ] = False
    minor: Annotated[
        bool,
        Meta(description="Make it a minor release, whatever the commits say.", extra={"group": "The next version"}),
    ] = False
    patch: Annotated[
        bool,
        Meta(description="Make it a patch release, whatever the commits say.", extra={"group": "The next version"}),
    ] = False
    pre: Annotated[
        Literal["a", "b", "rc"] | None,
        Meta(description="Make it an alpha, a beta or a release candidate.", extra={"group": "The next version"}),
    ] = None
    post: Annotated[bool, Meta(description="Make it a post-release.", extra={"group": "The next version"})] = False
    dev: Annotated[bool, Meta(description="Make it a development release.", extra={"group": "The next version"})] = (
        False
    )
    set_version: Annotated[
        tuple[
            Annotated[
                str,
                Meta(
                    pattern=r"^\S+$",
                    examples=["acme==2.0"],
                    extra={
                        "expected": "a version, with the name of a package and `==` before it",
                        "metavar": "[NAME==]VERSION",
                    },
                ),
            ],
            ...,
        ],
        Meta(description="The next version, of one package or of all.", extra={"group": "The next version"}),
    ] = ()
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
