# SPDX-License-Identifier: Apache-2.0
"""The maintainers' session `trials`: verifies real wheels and sdists, and compares with what was judged by hand."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import nox

from sessions._bench_measure import base_environment
from sessions._real_files import KINDS, fetched

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Finding", "Judged", "compared", "trials"]

_JUDGED = Path(__file__).parent.parent / "tests" / "data" / "trials" / "defective.toml"
_MOMENTS = 50
_SEED = 6
_ENDED = frozenset({"passed", "failed", "skipped"})


class Finding(msgspec.Struct):
    """What the comparison reads of a finding in a report."""

    code: str
    severity: str
    path: str


class Judged(msgspec.Struct, forbid_unknown_fields=True):
    """What is wrong with a file: the codes of all its errors, and in words."""

    codes: frozenset[str]
    wrong: str


class _Named(msgspec.Struct):
    name: str


class _Task(_Named):
    status: str
    reason: str | None = None


class _Report(msgspec.Struct):
    findings: list[Finding]
    files: list[_Named]
    tasks: list[_Task]


def trials() -> None:
    """Register `trials`."""

    @nox.session(name="trials", python=False, default=False)
    def verify(session: nox.Session) -> None:
        """Verify pinned files of the index as they were judged, and kill releases; -- files, -- release [MOMENTS]."""
        words = list(session.posargs)
        moments = int(words.pop()) if words and words[-1].isdigit() else _MOMENTS
        if not set(words) <= {"files", "release"}:
            session.error("-- files, -- release [MOMENTS], or nothing for both")
        if "files" in words or not words:
            _try_files(session)
        if "release" in words or not words:
            _try_releases(session, moments)


def _try_files(session: nox.Session) -> None:
    """No error in the pinned files but those that were judged, and each of these."""
    judged = msgspec.toml.decode(_JUDGED.read_bytes(), type=dict[str, Judged])
    differences: list[str] = []
    for kind in KINDS:
        session.log(f"{kind}: fetching what is not there yet")
        files = fetched(kind, Path(".nox") / "trials" / kind)
        session.log(f"{kind}: verifying {len(files)} files")
        findings = _verified(files)
        severities = Counter(finding.severity for finding in findings)
        counts = ", ".join(f"{count} {severity}" for severity, count in sorted(severities.items()))
        named = sum(file.name in judged for file in files)
        session.log(
            f"{kind}: {len(files) - named} files without error, {named} with defects; findings: {counts or 'none'}"
        )
        differences += compared([file.name for file in files], findings, judged)
    if differences:
        session.error("\n".join(["not what was judged in tests/data/trials/defective.toml:", *differences]))


def _try_releases(session: nox.Session, moments: int) -> None:
    """Twelve members released again and again, killed each time."""
    from sessions._release_trials import killed_releases  # noqa: PLC0415 -- it needs the tests' dependencies

    trials = killed_releases(moments, seed=_SEED, say=session.log)
    bad = [trial for trial in trials if trial.wrong]
    session.log(f"killed {len(trials)} times, complete {len(trials) - len(bad)} times")
    if bad:
        session.error("; ".join(f"{trial.number}: {', '.join(trial.wrong)}" for trial in bad))


def compared(names: Sequence[str], findings: Sequence[Finding], judged: Mapping[str, Judged]) -> list[str]:
    """A line for each code of an error that was not judged so, and for each that was judged and is not found."""
    found: dict[str, set[str]] = {name: set() for name in names}
    for finding in findings:
        if finding.severity == "error":
            name = next((part for part in Path(finding.path).parts if part in found), finding.path)
            found.setdefault(name, set()).add(finding.code)
    lines: list[str] = []
    for name, codes in found.items():
        expected = judged[name].codes if name in judged else frozenset[str]()
        lines += [f"{name}: {code} is not judged" for code in sorted(codes - expected)]
        lines += [f"{name}: {code} is not found" for code in sorted(expected - codes)]
    return lines


def _verified(files: Sequence[Path]) -> list[Finding]:
    """All findings of `noxkit wheel` in the files. Raises RuntimeError where it did not come to its end."""
    with tempfile.TemporaryDirectory(prefix="noxkit-trials-") as folder:  # outside of any repository
        report = Path(folder) / "report.json"
        command = [sys.executable, "-m", "noxkit", "wheel", "--report", f"json={report}"]
        done = subprocess.run(
            [*command, *(str(file.resolve()) for file in files)],
            cwd=folder,
            env=base_environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode not in {0, 1} or not report.is_file():
            raise RuntimeError(f"noxkit ended with exit code {done.returncode}: {done.stderr.strip()[-1000:]}")
        said = msgspec.json.decode(report.read_bytes(), type=_Report)
    unread = {str(file.resolve()) for file in files} - {file.name for file in said.files}
    undone = [f"{task.name} {task.status}: {task.reason}" for task in said.tasks if task.status not in _ENDED]
    if unread or undone:
        raise RuntimeError("; ".join([*undone, *(f"{name} was not read" for name in sorted(unread))]))
    return said.findings
