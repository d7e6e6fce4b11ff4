# SPDX-License-Identifier: Apache-2.0
"""The sample reports that every renderer is pinned on, and the way to write the golden files anew.

`python -m tests.report.sample` with `src` on PYTHONPATH, in the root, writes them; read the difference.
"""

from __future__ import annotations

import dataclasses
import tempfile
from pathlib import Path
from typing import Any

import msgspec

from noxkit.diagnostics.model import FileRecord, Finding, FixSafety, Outcome, Readiness, Report, Severity, Status
from noxkit.diagnostics.sources import Sources
from noxkit.report import formats
from noxkit.report._style import Style

GOLDEN = Path(__file__).parent / "golden"
STYLES = {
    "": Style(width=80),
    "-color": Style(width=80, color=True),
    "-ascii": Style(width=80, unicode=False),
    "-verbose": Style(width=100, verbose=True),
}

FILES = {
    "src/acme/app.py": (
        "import os\nfrom acme_missing import thing\n\n\n"
        'def area(side: int) -> int:\n\treturn "größe 界界", side  # wide\n'
    ),
    "pyproject.toml": '[project]\nname = "acme"\n[tool.noxkit.typecheck]\nchecker = ["ty"]\n',
}


def write_files(root: Path) -> Sources:
    """The sample's source files below `root`."""
    for name, content in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return Sources(root)


_FINDING = Finding(
    code="ruff:F401",
    task="ruff",
    severity=Severity.ERROR,
    message="`os` imported but unused",
    hint="remove the import",
)
_OUTCOME = Outcome(name="", status=Status.PASSED, seconds=0.5)
_REPORT = Report(
    noxkit="1.0.0",
    session="lint",
    status=Status.PASSED,
    started="2026-11-22T14:00:00+00:00",
    seconds=12.345,
)


def finding(**changes: Any) -> Finding:
    """A finding with everything that a test does not care about filled in."""
    return msgspec.structs.replace(_FINDING, **changes)


def outcome(name: str, status: Status = Status.PASSED, **changes: Any) -> Outcome:
    """An outcome that took half a second."""
    return msgspec.structs.replace(_OUTCOME, name=name, status=status, **changes)


def report(**changes: Any) -> Report:
    """A report of `lint` that has passed, but for the changes."""
    return msgspec.structs.replace(_REPORT, **changes)


def _findings() -> tuple[Finding, ...]:
    app = "src/acme/app.py"
    missing = {"path": app, "line": 2, "end_line": 2, "column": 6, "group": "unresolved-import"}
    return (
        finding(
            code="ruff-format:unformatted",
            task="ruff_format",
            message="the file is not formatted",
            hint="run `nox -s fmt`",
            path=app,
            fix=FixSafety.SAFE,
        ),
        finding(
            path=app,
            line=1,
            column=8,
            end_line=1,
            end_column=10,
            url="https://docs.example/F401",
            package="acme",
        ),
        finding(
            **missing,
            code="pyright:reportMissingImports",
            task="pyright",
            end_column=18,
            message='Import "acme_missing" could not be resolved',
            hint="declare the distribution that provides it",
            pythons=("3.10", "3.14"),
        ),
        finding(
            **missing,
            code="ty:unresolved-import",
            task="ty",
            end_column=18,
            severity=Severity.WARNING,
            message="Cannot resolve imported module `acme_missing`",
            hint="declare the distribution that provides it",
            pythons=("3.10",),
        ),
        finding(
            code="pyright:reportReturnType",
            task="pyright",
            path=app,
            line=6,
            column=9,
            end_line=6,
            end_column=26,
            message=(
                'Type "tuple[str, int]" is not assignable to return type "int"\n'
                '  "tuple[str, int]" is not assignable to "int"'
            ),
            hint="return what the signature says, or change the signature",
            pythons=("3.14",),
        ),
        *(
            finding(
                code=f"typos:{word}",
                task="typos",
                severity=Severity.WARNING,
                message=f"`{word}` should be `{word[::-1]}`",
                hint="correct it, or add the word to `[tool.typos.default.extend-words]`",
                path=f"docs/{word}.md",
                line=3,
                column=1,
            )
            for word in ("eht", "fo", "ni", "nad", "saw")
        ),
        finding(code="ruff:S101", message="`assert` used", path="tests/test_app.py", line=1, suppressed="baseline"),
    )


def sample() -> Report:
    """A failed run: findings of every kind, a grid, tasks that were skipped, inconclusive and crashed."""
    return report(
        status=Status.FAILED,
        failing=True,
        exit_code=1,
        root="py",
        git_root="..",
        tree="4b825dc642cb6eb9a060e54bf8d69288fbee4904",
        files=(FileRecord(name="dist/acme-1.0-py3-none-any.whl", sha256="e3b0c442"),),
        findings=tuple(sorted(_findings(), key=lambda found: found.sort_key)),
        notes=('`profile = "strict"` in [tool.noxkit] turns on pyrefly and 40 more rules',),
        tasks=(
            outcome("ruff", Status.FAILED, evidence={"version": "0.17.6", "files": 871, "exit_code": 1}),
            outcome("ruff_format", Status.FAILED, evidence={"version": "0.17.6", "files": 871}),
            outcome("ty", seconds=2.8, python="3.10", evidence={"version": "0.0.105", "files": 871}),
            outcome("ty", seconds=2.9, python="3.14", cached=True, evidence={"version": "0.0.105", "files": 871}),
            outcome("pyright", Status.FAILED, seconds=41.0, python="3.10", evidence={"version": "1.1.414"}),
            outcome("pyright", Status.FAILED, seconds=125.2, python="3.14", evidence={"version": "1.1.414"}),
            outcome(
                "mypy",
                Status.INCONCLUSIVE,
                python="3.14",
                reason="no end after 1800 s",
                hint="raise `timeout` in [tool.noxkit], or give the tool less to read with `paths`",
            ),
            outcome(
                "zizmor",
                Status.CRASHED,
                reason="exit code 101, which means neither clean nor findings: panicked",
                hint="run `zizmor .` by hand; a fault of zizmor is reported to its project",
                evidence={
                    "exit_code": 101,
                    "output": ["thread 'main' panicked at src/main.rs:1:1:", "oh no"],
                },
            ),
            outcome("typos", advisory=True, evidence={"version": "1.52.0", "files": 912}),
            outcome("shellcheck", Status.SKIPPED, reason="0 *.sh of 412 tracked files"),
            outcome("uv_lock", Status.SKIPPED, reason="no uv.lock"),
            outcome("uv_pip_check", Status.SKIPPED, reason="no uv.lock"),
        ),
    )


def release() -> Report:
    """A release check of three packages, one of them blocked."""
    return report(
        session="release_check",
        status=Status.FAILED,
        failing=True,
        exit_code=1,
        files=(FileRecord(name="dist/acme_core-1.2-py3-none-any.whl", sha256="e3b0c442"),),
        tasks=(
            outcome("build", package="acme-core", seconds=2.1, evidence={"version": "0.13.9", "files": 2}),
            outcome("wheel_contents", Status.FAILED, evidence={"files": 6, "members": 80, "bytes": 51_234}),
            outcome("rehearsal", Status.INCONCLUSIVE, python="3.10", package="acme-io", reason="the index is away"),
            outcome("moment", Status.SKIPPED, package="acme-core", reason="nothing to release: 1.2 is tagged"),
        ),
        findings=(
            finding(
                code="NK-RECORD-HASH-MISMATCH",
                task="wheel_contents",
                path="dist/acme_io-2.0-py3-none-any.whl/acme/io.py",
                line=None,
                column=None,
                end_column=None,
                package="acme-io",
                message="RECORD says another sha256 than the file has",
                hint="build it again",
            ),
        ),
        releases=(
            Readiness(package="acme-core", version="1.2", ready=True, left_out=("tests (`--skip-tests`)",)),
            Readiness(
                package="acme-io",
                version="2.0",
                ready=False,
                blocking=("wheel_contents: NK-RECORD-HASH-MISMATCH", "rehearsal[3.10] inconclusive"),
            ),
            Readiness(package="acme-web", version=None, ready=True, left_out=("tests (`--skip-tests`)",)),
        ),
    )


HOSTILE = (
    "::error::owned\r\n::stop-commands::x\n##[error]old | `code` <script>alert(1)</script> @everyone"
    " %0A \x1b[31mred \u202eright\u202c [a](javascript:1) ![i](http://evil.example) \udcff\x00\x07\x9b31m "
)


def hostile() -> Report:
    """A report in which every text that comes from outside is hostile, and one message is 10 kB."""
    texts = {"code": f"x:{HOSTILE}", "message": HOSTILE, "hint": HOSTILE, "url": HOSTILE, "package": HOSTILE}
    troubles = [
        outcome(HOSTILE, status, reason=HOSTILE, hint=HOSTILE, python=HOSTILE, package=HOSTILE)
        for status in (Status.CRASHED, Status.INCONCLUSIVE, Status.SKIPPED, Status.PASSED)
    ]
    return report(
        session=HOSTILE,
        status=Status.FAILED,
        failing=True,
        root=".",
        notes=(HOSTILE,),
        tasks=(
            *troubles,
            outcome(
                "ruff",
                Status.CRASHED,
                python="3.10",
                evidence={HOSTILE: HOSTILE, "version": HOSTILE, "output": [HOSTILE]},
            ),
        ),
        findings=(
            finding(**texts, path=HOSTILE, line=1, column=1),
            finding(**texts, path="src/hostile.py", line=1, column=18, end_column=26),
            finding(message="A" * 10_000, path="src/hostile.py", line=2, column=9_000, end_column=9_003),
            finding(task=HOSTILE, message=HOSTILE * 60, pythons=(HOSTILE,)),
        ),
    )


def write_hostile_files(root: Path) -> Sources:
    """The files that the hostile report points at."""
    path = root / "src" / "hostile.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    # The escape, the override and the old command stand before the span; its text is 界 and 8 wide.
    path.write_text("::error::##[x]\x1b\u202e 界abcdef # end\n" + "B" * 20_000 + "\n", encoding="utf-8")
    return Sources(root)


def rendered() -> dict[str, str]:
    """Each golden file's name and what it should hold."""
    with tempfile.TemporaryDirectory() as folder:
        texts: dict[str, str] = {}
        for kind, built, write in (
            ("sample", sample(), write_files),
            ("release", release(), write_files),
            ("hostile", hostile(), write_hostile_files),
        ):
            root = Path(folder) / kind
            root.mkdir()
            sources = write(root)
            for name, render in formats().items():
                for suffix, style in STYLES.items() if name == "text" else [("", Style(width=80))]:
                    key = f"{kind}-{name}{suffix}.txt"
                    texts[key] = render(built, sources=sources, style=dataclasses.replace(style))
        return texts


if __name__ == "__main__":
    for file, text in rendered().items():
        (GOLDEN / file).write_bytes(text.encode())
