# SPDX-License-Identifier: Apache-2.0
"""mypy: a type checker."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import msgspec

from noxkit.diagnostics.model import Finding, Severity
from noxkit.tools._base import IMPORTED_CODE, Chooser, Reading, Tool, UnparseableError
from noxkit.tools._groups import group_of
from noxkit.tools._output import clean, decode_lines, failure, lines_of, text_of
from noxkit.tools._places import Columns, relative
from noxkit.tools._settings import Settings, ini_settings, settings_of
from noxkit.tools._target import wrong_target

if TYPE_CHECKING:
    from noxkit.tasks.process import Completed
    from noxkit.tools._base import Job
    from noxkit.workspace.model import Repository

__all__ = ["Mypy"]

_LOG = r"LOG: "
_SOURCE = re.compile(r"^LOG:  Found source: ", re.MULTILINE)
_PLAIN = re.compile(r"^(?P<path>[^:{][^:]*): error: (?P<message>(?:Cannot|Can't) .+)$")
_NOTHING = re.compile(r"^There are no \.py\[i\] files in |^Nothing to do\?!")
_WORDS = re.compile(
    rf"{_PLAIN.pattern}|{_NOTHING.pattern}|^Found \d+ errors? in \d+ files? \(|^Success: no issues found"
)
_CONFIG = re.compile(r"^(?P<path>[^\s:]+\.(?:ini|toml|cfg)): (?:note: )?(?P<said>.+)$")
_SECTION = re.compile(r"^\[|^unused section")
_OTHER_PYTHON = re.compile(r"^\[mypy\]: python_version: Python \d+\.\d+ is not supported")
_SEVERITIES = {"error": Severity.ERROR, "warning": Severity.WARNING, "note": Severity.INFO}
_ADVICE = {
    "syntax": "mend the syntax, or raise `requires-python` where this Python cannot know it",
    "unreadable": "make it a readable file in UTF-8, or leave it out with `exclude` in mypy's configuration",
    "duplicate-module": "leave one of them out with `exclude`, add `__init__.py`, or set `explicit_package_bases`",
    "import-not-found": "correct the name, or add what provides it to the dependencies",
    "plugin": "add mypy to the project's own dependency group: noxkit then starts it where its plugins are",
    "revealed-type": "remove the call of `reveal_type`",
    "unused-ignore": "remove the comment: there is nothing left to ignore",
}
_PAGE = "https://mypy.readthedocs.io/en/stable/_refs.html#code-"


class _Item(msgspec.Struct, frozen=True):
    """One line of `-O json`.

    `column` is 0-based and the end exclusive; of a file that does not parse it is 1-based. -1 is none.
    """

    file: str
    line: int
    column: int
    message: str
    severity: str
    hint: str | None = None
    code: str | None = None
    end_line: int | None = None
    end_column: int | None = None


_DECODER = msgspec.json.Decoder(_Item)


class Mypy(Tool):
    """`mypy -O json`."""

    name = "mypy"
    summary = "checks types with mypy"
    distribution = "mypy"
    executable = "mypy"
    url = "https://mypy.readthedocs.io/"
    code_url = "https://mypy.readthedocs.io/en/stable/_refs.html#code-{code}"
    sessions = frozenset({"lint", "typecheck"})
    for_noxkit = (("-O", "json"), ("-v",), ("--cache-dir", "*"))
    chooser = Chooser(
        tables=("mypy",),
        files=("mypy.ini", ".mypy.ini"),
        sections=("mypy",),
        distributions=("mypy",),
        hooks=("mypy", "mirrors-mypy"),
    )
    cost = 12.0
    reads_only = IMPORTED_CODE
    needs_interpreter = True
    per_python = True
    type_checker = True
    codes_findings = frozenset({1, 2})  # 2 where a file does not parse, or it stopped before the end

    def command(self, job: Job) -> list[str]:
        """`mypy` on what its configuration names, else on the packages.

        Where its plugins live in the project environment it is started from there, if it is there.
        """
        settings = _settings(job.repository)
        cache = str(job.root / ".nox" / "noxkit" / "cache" / "mypy")
        command = [_program(job, settings), "-O", "json", "-v", "--no-install-types", "--cache-dir", cache]
        if job.python:
            command += ["--python-version", job.python]
        if job.interpreter:
            command += ["--python-executable", str(job.interpreter)]
        for folder in job.excluded:
            command += ["--exclude", f"^{re.escape(folder)}/"]
        if _bases(job, settings):
            command += ["--namespace-packages", "--explicit-package-bases"]
        if job.paths != (".",):
            return [*command, "--", *job.paths]
        named = any(settings.get(key) for key in ("files", "packages", "modules"))
        return command if named else [*command, "--", *_targets(job)]

    def environment_for(self, job: Job) -> dict[str, str | None]:
        """Where modules begin, where folders without `__init__.py` hide it."""
        bases = _bases(job, _settings(job.repository))
        return {**self.environment, **({"MYPYPATH": os.pathsep.join(bases)} if bases else {})}

    def parse(self, job: Job, completed: Completed) -> Reading:
        """JSON lines on either output, and the few things that it says in words only."""
        log = text_of(completed.stderr)
        lines = lines_of(completed.stdout) + [line for line in lines_of(completed.stderr) if _reports(line)]
        items = decode_lines((line.encode() for line in lines if line.startswith("{")), _DECODER, tool="mypy")
        words = [line for line in lines if not line.startswith("{")]
        if not all(_WORDS.match(line) or _CONFIG.match(line) for line in words):
            raise UnparseableError("mypy printed lines that are neither JSON nor known")
        nothing = next((clean(line) for line in lines_of(completed.stderr) + words if _NOTHING.match(line)), None)
        clean_run = completed.returncode == 0 and _SOURCE.search(log)
        if not lines and nothing is None and not clean_run:
            raise UnparseableError(failure(completed, without=_LOG))
        # Of sections that match no file it speaks on its standard output.
        broken, notes = _configuration(job, lines_of(completed.stderr) + words)
        blocked = "errors kept mypy from reading the rest" if completed.returncode == 2 else None
        return Reading(
            findings=(*_findings(job, items, blocked=blocked is not None), *_unreadable(job, words), *notes),
            files=0 if nothing else len(_SOURCE.findall(log)) or None,
            trouble=wrong_target(job) or nothing or broken or blocked,
            trouble_hint="mend mypy's configuration: it has looked at the code without it" if broken else None,
        )


def _reports(line: str) -> bool:
    """Whether a line beside mypy's log is about a file that it was to read."""
    return line.startswith("{") or _PLAIN.match(line) is not None


def _settings(repository: Repository) -> Settings:
    """mypy's own configuration, from the first file in which mypy finds one."""
    for name in ("mypy.ini", ".mypy.ini"):
        found = ini_settings(repository, name, "mypy")
        if found is not None:
            return found
    return settings_of(repository, "mypy", files=()) or ini_settings(repository, "setup.cfg", "mypy") or {}


def _program(job: Job, settings: Settings) -> str:
    """The project environment's own mypy where plugins are configured: only there can they be imported."""
    if settings.get("plugins") and job.interpreter is not None and "mypy" in job.installed:
        return str(job.interpreter.with_name("mypy"))
    return str(job.executable)


def _bases(job: Job, settings: Settings) -> tuple[str, ...]:
    """The import roots of a repository with namespace packages; none where its configuration speaks of them.

    mypy takes the first folder without `__init__.py` for the root of a module: `acme.plugins.csv` would
    be `csv`, found twice, and nothing would be checked.
    """
    if any(settings.get(key) is not None for key in ("explicit_package_bases", "namespace_packages", "mypy_path")):
        return ()
    packages = [package for package in job.repository.workspace.packages if package.folder not in job.excluded]
    roots = dict.fromkeys(root for package in packages for root in package.import_roots)
    spaces = [
        root
        for package in packages
        for root in package.import_roots
        for name in package.import_names
        if "." in name and (job.root / root / name.replace(".", "/")).is_dir()
    ]
    return tuple(roots) if spaces else ()


def _targets(job: Job) -> list[str]:
    """The import packages and modules of all packages, or the root where there are none.

    Not everything: test folders of two members with a file of one name stop mypy.
    """
    found: dict[str, None] = {}
    for package in job.repository.workspace.packages:
        if package.folder in job.excluded:
            continue
        for root in package.import_roots:
            flat = root in {".", package.folder}
            found |= dict.fromkeys(_modules(job, root, package.import_names) if flat else [root])
    return list(found) or ["."]


def _modules(job: Job, root: str, names: tuple[str, ...]) -> list[str]:
    """The top folders and modules of import names that lie in `root`."""
    base = "" if root == "." else f"{root}/"
    tops = dict.fromkeys(name.partition(".")[0] for name in names)
    paths = [f"{base}{top}{suffix}" for top in tops for suffix in ("", ".py")]
    return [path for path in paths if (job.root / path).exists()]


def _findings(job: Job, items: list[_Item], *, blocked: bool) -> list[Finding]:
    columns = Columns(job.root)
    return [_finding(job, item, columns, blocked=blocked) for item in items]


def _finding(job: Job, item: _Item, columns: Columns, *, blocked: bool) -> Finding:
    code = item.code or ("duplicate-module" if item.message.startswith("Duplicate module") else "error")
    path = relative(job.root, item.file)
    base = 1 if blocked and code == "syntax" else 0
    line = item.line if item.line > 0 else None
    end_line = item.end_line if line and item.end_line is not None and item.end_line >= item.line else None
    # On a line with characters beyond ASCII mypy converts its columns twice; only those before them are right.
    column = columns.ascii_only(path, item.line, item.column - base) if line and item.column >= base else None
    end = item.end_column - base if item.end_column is not None else -1
    end_column = columns.ascii_only(path, end_line, end) if end_line and column is not None and end >= 0 else None
    advice = "correct the types here"
    return Finding(
        code=f"mypy:{code}",
        task=Mypy.name,
        severity=_SEVERITIES.get(item.severity, Severity.ERROR),
        message=clean(item.message),
        hint=_ADVICE.get(_topic(item, code)) or clean(item.hint or "") or advice,
        path=path,
        line=line,
        column=column,
        end_line=end_line if end_column is not None else None,
        end_column=end_column,
        group=group_of(Mypy.name, code),
        url=f"{_PAGE}{item.code}" if item.code else None,
    )


def _topic(item: _Item, code: str) -> str:
    """What an item is about, where its code, `misc`, does not say it."""
    if item.message.startswith("Revealed type is"):
        return "revealed-type"
    return "plugin" if item.message.startswith("Error importing plugin") else code


def _unreadable(job: Job, words: list[str]) -> list[Finding]:
    """Lines such as `a.py: error: Cannot decode file: …`, which have no JSON form."""
    return [
        Finding(
            code="mypy:unreadable",
            task=Mypy.name,
            severity=Severity.ERROR,
            message=clean(match["message"]),
            hint=_ADVICE["unreadable"],
            path=relative(job.root, match["path"]),
            group=group_of(Mypy.name, "unreadable"),
        )
        for line in words
        if (match := _PLAIN.match(line))
    ]


def _configuration(job: Job, said: list[str]) -> tuple[str | None, list[Finding]]:
    """What mypy says of its configuration: why all of it was not read, or what of it means nothing.

    It ends with exit code 0 in both cases.
    """
    broken: str | None = None
    notes: list[Finding] = []
    for match in (match for line in said if (match := _CONFIG.match(line))):
        if job.python and _OTHER_PYTHON.match(match["said"]):
            continue  # one that this mypy no longer knows, and noxkit names the version itself
        if not _SECTION.match(match["said"]):
            broken = clean(f"{match['path']}: {match['said']}")
            continue
        notes.append(
            Finding(
                code="mypy:config",
                task=Mypy.name,
                severity=Severity.WARNING,
                message=clean(match["said"]),
                hint="correct or remove it: mypy ignores it",
                path=relative(job.root, match["path"]),
                url="https://mypy.readthedocs.io/en/stable/config_file.html",
            )
        )
    return broken, notes
