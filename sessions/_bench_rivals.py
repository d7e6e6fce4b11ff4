# SPDX-License-Identifier: Apache-2.0
"""What noxkit's lint is compared with: a shell script, a plain noxfile, exasol's toolbox, antsibull-nox."""

from __future__ import annotations

import re
import shlex
import shutil
import sys
from typing import TYPE_CHECKING

from sessions._bench_measure import Command, Usage, base_environment, timed, uv_program

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sessions._bench_run import Tree

__all__ = [
    "COLLECTION_REQUIREMENT",
    "TOOLBOX_REQUIREMENT",
    "Collection",
    "Toolbox",
    "empty_noxfile",
    "plain_noxfile",
    "shell_line",
    "shell_script",
]

TOOLBOX_REQUIREMENT = "exasol-toolbox==12.0.0"
COLLECTION_REQUIREMENT = "antsibull-nox==1.10.0"

_COLLECTION_FILES = {
    "noxfile.py": "import antsibull_nox\n\nantsibull_nox.load_antsibull_nox_toml()\n",
    "galaxy.yml": "namespace: acme\nname: {name}\nversion: 1.0.0\nreadme: README.md\nauthors: [acme]\n",
    "README.md": "# acme\n",
    "antsibull-nox.toml": """\
[sessions.lint]
run_ruff_check = true
run_ruff_format = true
run_mypy = true
run_isort = false
run_black = false
run_flake8 = false
run_pylint = false
run_yamllint = false
""",
}

_TOOLBOX_NOXFILE = """\
import nox
from exasol.toolbox.nox.tasks import *

nox.options.sessions = ["project:check"]
"""
_TOOLBOX_CONFIG = """\
from pathlib import Path

from exasol.toolbox.config import BaseConfig

PROJECT_CONFIG = BaseConfig(root_path=Path(__file__).parent, project_name="{name}")
"""
# The tree is written for lines of 120 characters, and generated code repeats itself: pylint's search
# for duplicates would cost it more here than on code that people wrote.
_TOOLBOX_SETTINGS = """
[tool.isort]
profile = "black"
line_length = 120
src_paths = ["src"]

[tool.black]
line-length = 120

[tool.pylint.format]
max-line-length = 120

[tool.pylint."messages control"]
disable = ["duplicate-code"]

[tool.mypy]
mypy_path = "src"
"""


def shell_script(tree: Tree, commands: Sequence[Command]) -> Command:
    """The same commands one after another, as a shell script that carries on after findings."""
    lines = ["#!/bin/sh"]
    lines += [shell_line(command) for command in commands]
    path = tree.scratch / "lint.sh"
    path.write_text("\n".join([*lines, "true", ""]), encoding="utf-8")
    return Command(name="shell", arguments=("sh", str(path)), folder=tree.folder, environment=base_environment())


def shell_line(command: Command) -> str:
    """The command as a line of a shell, in its folder and with its environment."""
    words = " ".join(["env", *_settings(command), shlex.join(command.arguments)])
    return f"cd {shlex.quote(str(command.folder))} && {words}"


def _settings(command: Command) -> list[str]:
    """What a command's environment adds to the bench's own, as arguments of `env`."""
    base = base_environment()
    removed = [f"-u {shlex.quote(name)}" for name in base if name not in command.environment]
    added = [shlex.quote(f"{name}={value}") for name, value in command.environment.items() if base.get(name) != value]
    return removed + added


def plain_noxfile(tree: Tree, commands: Sequence[Command]) -> Command:
    """A noxfile with a session for each command, as people write them; a tool with findings fails its session."""
    lines = ["import nox", ""]
    for index, command in enumerate(commands):
        base = base_environment()
        changed: dict[str, str | None] = {
            name: value for name, value in command.environment.items() if base.get(name) != value
        }
        changed |= {name: None for name in base if name not in command.environment}
        lines += [
            "",
            '@nox.session(venv_backend="none")',
            f"def tool_{index}(session):",
            f"    session.chdir({str(command.folder)!r})",
            f"    session.run(*{list(command.arguments)!r}, env={changed!r}, external=True)",
            "",
        ]
    return _noxfile(tree, "plain", "\n".join(lines))


def empty_noxfile(tree: Tree) -> Command:
    """A session that does nothing."""
    body = 'import nox\n\n\n@nox.session(venv_backend="none")\ndef empty(session):\n    pass\n'
    return _noxfile(tree, "empty", body)


def _noxfile(tree: Tree, name: str, text: str) -> Command:
    path = tree.scratch / name / "noxfile.py"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return Command(
        name=name,
        arguments=(sys.executable, "-m", "nox", "-f", str(path)),
        folder=tree.folder,
        environment=base_environment(),
    )


class Toolbox:
    """exasol's toolbox in an environment of its own, on a copy of one package of the tree.

    It looks after one package, whose noxfile, configuration and sources lie in one folder, so that a
    workspace is out of its reach: what is compared is the static half of `project:check` on one
    package. Its other half, the tests with coverage in `test/unit` and `test/integration`, is left out.
    """

    def __init__(self, tree: Tree, package: str) -> None:
        self.folder = tree.scratch / "toolbox" / package
        self._bin = tree.scratch / "toolbox-environment" / "bin"
        source = tree.folder / "packages" / package
        shutil.copytree(source, self.folder, dirs_exist_ok=True)
        pyproject = self.folder / "pyproject.toml"
        pyproject.write_text(pyproject.read_text(encoding="utf-8") + _TOOLBOX_SETTINGS, encoding="utf-8")
        (self.folder / "noxfile.py").write_text(_TOOLBOX_NOXFILE, encoding="utf-8")
        (self.folder / "noxconfig.py").write_text(_TOOLBOX_CONFIG.format(name=package), encoding="utf-8")

    def install(self, *, log: Path) -> bool:
        """Install it from the index; False where that does not work."""
        environment = self._bin.parent
        commands = (
            (uv_program(), "venv", "--quiet", "--python", sys.executable, str(environment)),
            (uv_program(), "pip", "install", "--quiet", "--python", str(self._bin / "python"), TOOLBOX_REQUIREMENT),
        )
        return all(timed(self._command(*each), log=log).returncode == 0 for each in commands)

    def check(self, *, log: Path) -> tuple[Usage, str]:
        """`nox -s project:check`, and the program with findings at which it ended (`pylint`), "" for none."""
        usage = timed(self._command(str(self._bin / "nox"), "-s", "project:check"), log=log)
        failed = re.search(r"^nox > Command (\S+) .*failed", log.read_text(encoding="utf-8"), re.MULTILINE)
        return usage, failed[1] if failed else ""

    def static_half(self, *, log: Path) -> Usage:
        """The four static commands of `project:check`, each to its end whatever the one before it found."""
        files = " ".join(shlex.quote(str(path)) for path in sorted(self.folder.glob("**/*.py")))
        script = "\n".join(
            f"{command} {files}"
            for command in (
                "isort --py 310 --check",
                "black --target-version py310 --check",
                "pylint --output-format colorized,json:.lint.json",
                (
                    "mypy --explicit-package-bases --namespace-packages --show-error-codes --pretty"
                    " --show-column-numbers --show-error-context --scripts-are-modules"
                ),
            )
        )
        return timed(self._command("sh", "-c", f"{script}\ntrue"), log=log)

    def _command(self, *arguments: str) -> Command:
        environment = base_environment()
        environment["PATH"] = f"{self._bin}:{environment.get('PATH', '')}"
        environment["PYTHONPATH"] = str(self.folder)  # where the toolbox looks for noxconfig.py
        environment["MYPY_CACHE_DIR"] = "/dev/null"
        return Command(name="project:check", arguments=arguments, folder=self.folder, environment=environment)


class Collection:
    """antsibull-nox in an environment of its own, on the modules of one package as a collection of Ansible.

    It looks after collections alone, so that this is as near as it comes: ruff, `ruff format` and mypy, in an
    environment each, which it keeps between its runs.
    """

    def __init__(self, tree: Tree, package: str) -> None:
        self.folder = tree.scratch / "collection" / package
        self._bin = tree.scratch / "collection-environment" / "bin"
        modules = next((tree.folder / "packages" / package / "src").iterdir())
        shutil.copytree(modules, self.folder / "plugins" / "module_utils")
        for name, text in _COLLECTION_FILES.items():
            (self.folder / name).write_text(text.format(name=package.replace("-", "_")), encoding="utf-8")

    def install(self, *, log: Path) -> bool:
        """Install it from the index, and its tools by a first run; False where that does not work."""
        environment = self._bin.parent
        commands = (
            (uv_program(), "venv", "--quiet", "--python", sys.executable, str(environment)),
            (uv_program(), "pip", "install", "--quiet", "--python", str(self._bin / "python"), COLLECTION_REQUIREMENT),
            ("git", "init", "--quiet"),
            ("git", "add", "--all"),
        )
        if any(timed(self._command(*each), log=log).returncode for each in commands):
            return False
        timed(self._command(str(self._bin / "nox"), "-s", "lint"), log=log)
        return "Session lint" in log.read_text(encoding="utf-8")

    def lint(self, *, log: Path) -> Usage:
        """`nox -R -s lint`: with its environments as they are."""
        return timed(self._command(str(self._bin / "nox"), "-R", "-s", "lint"), log=log)

    def _command(self, *arguments: str) -> Command:
        environment = base_environment()
        environment["MYPY_CACHE_DIR"] = "/dev/null"
        return Command(name="antsibull-nox", arguments=arguments, folder=self.folder, environment=environment)
