# SPDX-License-Identifier: Apache-2.0
"""The sessions of a noxfile, read without running it, and noxkit's lines in it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

from noxkit.adopt._noxfile import factories, with_noxkit
from noxkit.adopt.nox import read
from noxkit.errors import NoxkitError

if TYPE_CHECKING:
    from pathlib import Path

Found = dict[str, tuple[tuple[tuple[str, ...], ...], tuple[str, ...]]]

NOXFILES: dict[str, tuple[str, Found]] = {
    "a plain session": (
        "@nox.session\ndef tests(session):\n    session.run('pytest', '-x')\n",
        {"tests": ((("pytest", "-x"),), ())},
    ),
    "a name and Pythons": (
        "@nox.session(name='type-check', python=['3.10', '3.12', 'pypy3.10'])\ndef t(s):\n    s.run('mypy', 'src')\n",
        {"type-check": ((("mypy", "src"),), ("3.10", "3.12"))},
    ),
    "Pythons of a constant": (
        "P: list[str] = ['3.11']\nQ = ('3.12',)\n@session(python=P)\ndef a(s): ...\n@session(py=Q)\ndef b(s): ...\n",
        {"a": ((), ("3.11",)), "b": ((), ("3.12",))},
    ),
    "what only a run knows": (
        "A = ['-q']\n@nox.session\ndef t(s):\n    s.run('pytest', *A, *s.posargs, f'{x}', y, z())\n",
        {"t": ((("pytest", "-q", "…", "…", "…"),), ())},
    ),
    "what is installed is no command": (
        "@nox.session\ndef t(s):\n    s.install('.')\n    s.run_install('uv', 'sync')\n    s.run_always('make')\n",
        {"t": ((("make",),), ())},
    ),
    "a module that is not there": ("import nowhere\n@nox.session\ndef t(s): ...\n", {"t": ((), ())}),
    "other functions": (
        "@other\ndef a(): ...\n@nox.parametrize('x', [1])\n@nox.session()\ndef b(s): ...\n",
        {"b": ((), ())},
    ),
    "nothing": ("", {}),
}


@pytest.mark.parametrize(("text", "found"), NOXFILES.values(), ids=NOXFILES.keys())
def test_sessions_have_their_commands_and_pythons(tmp_path: Path, text: str, found: Found) -> None:
    (tmp_path / "noxfile.py").write_text(text)
    assert {step.name: (step.commands, step.pythons) for step in read(tmp_path)} == found


@pytest.mark.parametrize(
    ("content", "line"),
    [(b"import nox\ndef t(:\n", 2), (b"\0", 1), (b"\xff", 1), (b"(" * 5000, 1)],
    ids=["a typo", "a zero byte", "not UTF-8", "too deep"],
)
def test_what_is_not_python_is_an_error_with_its_place(tmp_path: Path, content: bytes, line: int) -> None:
    (tmp_path / "noxfile.py").write_bytes(content)
    with pytest.raises(NoxkitError, match="NK-INIT-NOXFILE") as caught:
        read(tmp_path)
    record = caught.value.records[0]
    assert (record.path, record.line, bool(record.hint)) == ("noxfile.py", line, True)


MAIN = '\n\nif __name__ == "__main__":\n    nox.main()\n'
CALL = "\n\nnoxkit.pipeline()\n"
SCRIPT = '# /// script\n# dependencies = ["nox>=2026.10", "N"]\n# ///\n'
ADDED: dict[str, tuple[str, str]] = {
    "at the end": ("import nox\nx = 1\n", f"{SCRIPT}import nox\nimport noxkit\nx = 1\n{CALL}"),
    "no newline at the end": ("import nox", f"{SCRIPT}import nox\nimport noxkit\n{CALL}"),
    "before the main block": (f"import nox\n{MAIN}", f"{SCRIPT}import nox\nimport noxkit\n{CALL}{MAIN}"),
    "a shebang": (
        "#!/usr/bin/env python\nimport nox\n",
        f"#!/usr/bin/env python\n{SCRIPT}import nox\nimport noxkit\n{CALL}",
    ),
    "from nox": ("from nox import session\n", f"{SCRIPT}import noxkit\nfrom nox import session\n{CALL}"),
    "a docstring alone": ('"""Mine."""\n', f'{SCRIPT}"""Mine."""\nimport noxkit\n{CALL}'),
    "another import": ("import yaml\nimport nox\n", f"import yaml\nimport nox\nimport noxkit\n{CALL}"),
    "a block on one line": (
        '# /// script\n# dependencies = ["nox"]\n# ///\nimport nox\n',
        f'# /// script\n# dependencies = ["N", "nox"]\n# ///\nimport nox\nimport noxkit\n{CALL}',
    ),
    "a block on several": (
        '# /// script\n# dependencies = [\n#   "nox",\n# ]\n# ///\nimport nox\n',
        f'# /// script\n# dependencies = [\n#   "N",\n#   "nox",\n# ]\n# ///\nimport nox\nimport noxkit\n{CALL}',
    ),
}


@pytest.mark.parametrize(("text", "expected"), ADDED.values(), ids=ADDED.keys())
def test_the_lines_are_added_and_nothing_else_changes(text: str, expected: str) -> None:
    assert with_noxkit(text, ast.parse(text), requirement="N", taken=[]) == expected


def test_where_a_name_is_taken_the_others_are_registered_one_by_one() -> None:
    text = "import nox\n"
    added = with_noxkit(text, ast.parse(text), requirement="N", taken=["lint", "tests", "mine"])
    called = [line for line in added.splitlines() if line.startswith("noxkit.sessions.")]
    assert called == [f"noxkit.sessions.{name}()" for name in factories() if name not in {"lint", "tests"}]
    assert "import noxkit.sessions\n" in added
