# SPDX-License-Identifier: Apache-2.0
"""The maintainers' session `picture`: the README's picture of a run, made from a real one."""

from __future__ import annotations

import io
import re
import sys
import tempfile
from pathlib import Path

import nox

from noxkit.commands.init import NOXFILE
from noxkit.diagnostics.files import write_atomic
from noxkit.tasks.process import Runner

__all__ = ["picture"]

_FILE = Path(__file__).parent.parent / "docs" / "images" / "lint.svg"
_COLUMNS = 110
_TREE = {
    "noxfile.py": NOXFILE,
    "README.md": "# Shop\n\nPrices of carts.\n",
    "pyproject.toml": """\
[project]
name = "shop"
version = "1.0"
requires-python = ">=3.12"

[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[tool.ruff]
line-length = 100

[tool.noxkit.typecheck]
checkers = ["ty", "pyrefly", "pyright"]
""",
    "src/shop/__init__.py": '"""A shop."""\n',
    "src/shop/cart.py": '''\
"""What is in a cart, and what it costs."""

import json


def total(prices: list[int], discount: int=0) -> int:
    """The sum of all prices in cents, less the discount."""
    return str(sum(prices) - discount)
''',
}


def picture() -> None:
    """Register `picture`."""

    @nox.session(name="picture", python=False, default=False)
    def draw(session: nox.Session) -> None:
        """Draw docs/images/lint.svg anew: `lint` on a small project with three faults."""
        _FILE.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(_FILE, _drawn(_run()))
        session.log(f"wrote {_FILE}")


def _run() -> str:
    """The output of `nox -s lint`, with its colours; the tools are warm, as they are on every run but the first."""
    with tempfile.TemporaryDirectory(prefix="noxkit-picture-") as folder:
        root = Path(folder, "shop")
        for path, text in _TREE.items():
            file = root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        (root / "noxfile.py").chmod(0o755)
        runner = Runner(root=root)
        runner.run(["git", "init", "--quiet"], task="picture", cwd=root)
        command = [sys.executable, "-m", "nox", "-s", "lint"]
        environment = {"FORCE_COLOR": "1", "COLUMNS": str(_COLUMNS), "NO_COLOR": None, "CI": None}
        runner.run(command, task="picture", cwd=root, environment=environment)
        return runner.run(command, task="picture", cwd=root, environment=environment).stdout.decode()


def _drawn(output: str) -> str:
    from rich.console import Console  # noqa: PLC0415 -- heavy, and every session of this repository loads this file
    from rich.terminal_theme import MONOKAI  # noqa: PLC0415 -- the same
    from rich.text import Text  # noqa: PLC0415 -- the same

    console = Console(record=True, width=_COLUMNS, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    console.print(Text("$ nox -s lint", style="bold"))
    console.print(Text.from_ansi(output.strip("\n")))
    svg = console.export_svg(title="noxkit", theme=MONOKAI)
    # No font from elsewhere: whoever looks at the picture fetches nothing.
    plain = re.sub(r"\s*@font-face \{.*?\}\n", "\n", svg, flags=re.DOTALL)
    return plain.replace("Fira Code", "ui-monospace, Menlo, Consolas")
