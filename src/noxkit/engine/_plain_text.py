# SPDX-License-Identifier: Apache-2.0
"""The text of a plain noxfile."""

from __future__ import annotations

import json
import keyword
import re
import textwrap
from typing import TYPE_CHECKING

from noxkit.engine._plain import INTERPRETER, PYTHON, ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from noxkit.engine._plain import PlainSession
    from noxkit.tools._base import Plain

__all__ = ["plain_noxfile"]

_HEAD = '''\
# /// script
# dependencies = ["nox[uv]>=2025.2.9"]
# ///
"""The sessions of noxkit as plain nox: `nox -t lint`, `nox -t typecheck`, `nox -t fmt`, `nox -l`.

Not in here:

{left}
"""

from __future__ import annotations

{imports}import nox

nox.options.default_venv_backend = "uv"
'''
_LOCKED = '''
def install_project(session: nox.Session) -> None:
    """Everything that is locked, with all extras and groups, in the session's environment."""
    place = session.virtualenv.location
    command = ["uv", "sync", "--locked", "--all-packages", "--all-extras", "--all-groups", f"--python={place}"]
    session.run_install(*command, env={"UV_PROJECT_ENVIRONMENT": place})

'''
_UNLOCKED = '''
def install_project(session: nox.Session) -> None:
    """The project with all extras and groups, in the session's environment."""
    session.install({requirements})

'''
_WIDTH = 100


def plain_noxfile(
    sessions: Sequence[PlainSession], left: Sequence[str], *, locked: bool, requirements: Sequence[str]
) -> str:
    """A noxfile with `sessions`; `left` says what it lacks.

    `locked` says that there is a uv.lock; without it `requirements` are what installs the project.
    """
    told = "\n".join(
        textwrap.fill(
            line.replace("\\", "\\\\").replace('"""', "'''"), _WIDTH, initial_indent="- ", subsequent_indent="  "
        )
        for line in left
    )
    uses_path = any("dist/*" in each.words for session in sessions for each in session.commands)
    imports = "from pathlib import Path\n\n" if uses_path else ""
    parts = [_HEAD.format(left=told, imports=imports)]
    if any(session.project for session in sessions):
        asked = ", ".join(map(json.dumps, requirements))
        parts.append(_LOCKED if locked else _UNLOCKED.format(requirements=asked))
    parts += ["".join(f"{line}\n" for line in _session(session)) for session in sessions]
    parts.append('\nif __name__ == "__main__":\n    nox.main()\n')
    return "\n\n\n".join(part.strip("\n") for part in parts) + "\n"


def _session(session: PlainSession) -> Iterator[str]:
    function = re.sub(r"\W", "_", session.name)
    function = f"{function}_" if keyword.iskeyword(function) else function
    options = [
        *([f"name={json.dumps(session.name)}"] if function != session.name else []),
        *([f"python={json.dumps(list(session.pythons))}"] if session.pythons else []),
        *([f"tags={json.dumps(list(session.tags))}"] if session.tags else []),
    ]
    yield f"@nox.session({', '.join(options)})" if options else "@nox.session"
    yield f"def {function}(session: nox.Session) -> None:"
    yield f'    """{session.about}"""'
    if session.project:
        yield "    install_project(session)"
    if session.installs:
        yield f"    session.install({', '.join(map(json.dumps, session.installs))})"
    for command in session.commands:
        yield from _command(session, command)


def _command(session: PlainSession, command: Plain) -> Iterator[str]:
    indent = "    "
    if command.folder != ".":
        yield f"{indent}with session.chdir({json.dumps(command.folder)}):"
        indent += "    "
    words = [_word(session, word) for word in command.words]
    words += ["*session.posargs"] if session.takes_arguments else []
    if command.variables:
        pairs = ", ".join(f"{json.dumps(name)}: {_word(session, value)}" for name, value in command.variables)
        words.append(f"env={{{pairs}}}")
    if not session.installs and command.words[0] == "uv":
        words.append("external=True")
    line = f"{indent}session.run({', '.join(words)})"
    if len(line) <= _WIDTH:
        yield line
        return
    yield f"{indent}session.run("
    yield from (f"{indent}    {word}," for word in words)
    yield f"{indent})"


def _word(session: PlainSession, word: str) -> str:
    """The expression of a word: a literal, or one with the session's own Python in it."""
    if word == "dist/*":
        return '*map(str, Path("dist").iterdir())'
    expressions = {
        INTERPRETER: "{session.bin}/python",
        PYTHON: "{session.python}" if session.pythons else "{session.virtualenv.interpreter}",
        ROOT: "{session.invoked_from}",
    }
    if any(mark in word for mark in expressions):
        text = json.dumps(word.replace("{", "{{").replace("}", "}}"), ensure_ascii=False)
        for mark, expression in expressions.items():
            text = text.replace(mark, expression)
        return f"f{text}"
    return json.dumps(word, ensure_ascii=False)
