# SPDX-License-Identifier: Apache-2.0
"""From the outcomes of a release check to a verdict for each package: what blocks whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from noxkit.diagnostics.model import FileRecord, Finding, Outcome, Severity, Status
from noxkit.engine._readiness import readiness_of
from noxkit.engine._release import left_out
from noxkit.engine._scope import Scope, published
from tests.engine._releases import member, workspace

if TYPE_CHECKING:
    from noxkit.diagnostics.model import Readiness
    from tests._trees import Repo

CORE, IO = "acme-core", "acme-io"


def found(path: str | None = None, *, severity: Severity = Severity.ERROR, code: str = "NK-X", **rest: Any) -> Finding:
    return Finding(code=code, task="t", severity=severity, message="m", hint="h", path=path, **rest)


def ended(*findings: Finding, status: Status = Status.FAILED, name: str = "ruff", **rest: Any) -> Outcome:
    return Outcome(name=name, status=status, findings=findings, reason="r", hint="h", **rest)


def verdicts(repo: Repo, *outcomes: Outcome, words: tuple[str, ...] = ()) -> dict[str, Readiness]:
    """The verdicts of a workspace of two published members and one that is not."""
    inner = '[project]\nname = "inner"\nversion = "1"\n'
    repo.write(workspace(CORE, IO, "inner", inner=inner))
    context = repo.context(*words, session="release_check")
    packages = published(context, Scope())
    return {each.package: each for each in readiness_of(context, packages, outcomes, left_out=left_out(context))}


BLOCKS: dict[str, tuple[Outcome, dict[str, tuple[str, ...]]]] = {
    "nothing": (ended(status=Status.PASSED), {}),
    "skipped": (ended(status=Status.SKIPPED), {}),
    "in-the-folder-of-one": (ended(found("packages/acme-core/a.py")), {CORE: ("ruff: NK-X",)}),
    "named-by-the-finding": (ended(found(package="acme_io")), {IO: ("ruff: NK-X",)}),
    "named-by-the-task": (ended(found("pyproject.toml"), package=IO), {IO: ("ruff: NK-X",)}),
    "of-the-root": (ended(found("pyproject.toml")), {CORE: ("ruff: NK-X",), IO: ("ruff: NK-X",)}),
    "nowhere": (ended(found()), {CORE: ("ruff: NK-X",), IO: ("ruff: NK-X",)}),
    "of-one-that-is-not-published": (
        ended(found("packages/inner/a.py")), {CORE: ("ruff: NK-X",), IO: ("ruff: NK-X",)}),
    "in-a-wheel-of-one": (
        ended(found("dist/acme_core-1.0-py3-none-any.whl/a.py"), name="twine"), {CORE: ("twine: NK-X",)}),
    "an-sdist-of-one": (ended(found("dist/acme_io-1.0.tar.gz"), name="twine"), {IO: ("twine: NK-X",)}),
    "a-file-of-none": (
        ended(found("dist/other-1.0.tar.gz"), name="twine"), {CORE: ("twine: NK-X",), IO: ("twine: NK-X",)}),
    "both": (
        ended(found("packages/acme-core/a.py"), found("packages/acme-io/a.py", code="NK-Y")),
        {CORE: ("ruff: NK-X",), IO: ("ruff: NK-Y",)}),
    "several-codes": (
        ended(*(found("packages/acme-core/a.py", code=f"NK-{each}") for each in "ABACD")),
        {CORE: ("ruff: NK-A, NK-B and 2 more",)}),
    "warning": (
        ended(found("packages/acme-core/a.py", severity=Severity.WARNING), found("packages/acme-io/a.py")),
        {IO: ("ruff: NK-X",)}),
    "accepted": (
        ended(found("packages/acme-core/a.py", suppressed="reason"), found("packages/acme-io/a.py")),
        {IO: ("ruff: NK-X",)}),
    "failed-without-a-finding": (ended(), {CORE: ("ruff failed",), IO: ("ruff failed",)}),
    "inconclusive": (
        ended(status=Status.INCONCLUSIVE), {CORE: ("ruff inconclusive",), IO: ("ruff inconclusive",)}),
    "inconclusive-for-one": (
        ended(status=Status.INCONCLUSIVE, package=CORE, python="3.12", name="rehearsal"),
        {CORE: ("rehearsal[3.12] inconclusive",)}),
    "crashed": (ended(status=Status.CRASHED), {CORE: ("ruff crashed",), IO: ("ruff crashed",)}),
    "inconclusive-with-a-finding-of-one": (
        ended(found("packages/acme-io/a.py"), status=Status.INCONCLUSIVE),
        {CORE: ("ruff inconclusive",), IO: ("ruff inconclusive",)}),
}  # fmt: skip


@pytest.mark.parametrize(("outcome", "blocked"), BLOCKS.values(), ids=BLOCKS)
def test_what_blocks_whom(repo: Repo, outcome: Outcome, blocked: dict[str, tuple[str, ...]]) -> None:
    told = verdicts(repo, ended(status=Status.PASSED), outcome)
    assert list(told) == [CORE, IO]
    assert {name: each.blocking for name, each in told.items() if each.blocking} == blocked
    assert all(each.ready == (not each.blocking) for each in told.values())


def test_one_cause_is_named_once(repo: Repo) -> None:
    one = ended(found("packages/acme-core/a.py"))
    assert verdicts(repo, one, one)[CORE].blocking == ("ruff: NK-X",)


def test_a_warning_blocks_where_warnings_fail(repo: Repo) -> None:
    one = ended(found("packages/acme-core/a.py", severity=Severity.WARNING))
    assert verdicts(repo, one, words=("--fail-on", "warning"))[CORE].blocking == ("ruff: NK-X",)


@pytest.mark.parametrize(
    ("words", "noxkit", "told"),
    [
        pytest.param([], "", (), id="nothing"),
        pytest.param(["--skip-tests"], "", ("tests (`--skip-tests`)",), id="skip-tests"),
        pytest.param(["--skip", "typos,ruff"], "", ("typos (`--skip`)", "ruff (`--skip`)"), id="skip"),
        pytest.param(["--only", "build"], "", ("`--only build`: all else",), id="only"),
        pytest.param([], 'skip = ["typos"]\n', ("typos (`skip`)",), id="configured"),
        pytest.param(
            ["--skip", "ruff", "--skip-tests"],
            'skip = ["typos"]\n',
            ("ruff (`--skip`)", "typos (`skip`)", "tests (`--skip-tests`)"),
            id="all",
        ),
    ],
)
def test_a_verdict_says_what_somebody_has_left_out(
    repo: Repo, words: list[str], noxkit: str, told: tuple[str, ...]
) -> None:
    repo.write({"pyproject.toml": member("demo", noxkit=noxkit)})
    context = repo.context(*words, session="release_check")
    (only,) = readiness_of(context, published(context, Scope()), [], left_out=left_out(context))
    assert only.left_out == told


def test_the_version_is_that_of_the_manifest_or_of_what_was_built(repo: Repo) -> None:
    repo.write({"pyproject.toml": member("demo", None)})
    context = repo.context(session="release_check")
    files = [FileRecord(name=f"dist/{name}", sha256="0") for name in ("x.txt", "other-3.0.tar.gz", "demo-1.7.tar.gz")]
    built = Outcome(name="build", status=Status.PASSED, files=tuple(files))
    for outcomes, version in (([built], "1.7"), ([], None)):
        (only,) = readiness_of(context, published(context, Scope()), outcomes, left_out=())
        assert only.version == version
