# SPDX-License-Identifier: Apache-2.0
"""`noxkit completion SHELL`: what makes a shell complete nox, noxkit, and what stands behind a session's `--`."""

from __future__ import annotations

import argparse
import contextlib
from types import MappingProxyType
from typing import TYPE_CHECKING

from argcomplete.shell_integration import shellcode

from noxkit.config.load import load
from noxkit.engine._completion import candidates
from noxkit.engine._context import open_context
from noxkit.errors import NoxkitError
from noxkit.tasks.environ import current

if TYPE_CHECKING:
    from collections.abc import Mapping

    from noxkit.engine.console import Console

__all__ = ["HELP", "configure", "run"]

HELP = "print a script that makes a shell complete nox, noxkit and the arguments of sessions"

# Behind `--` nox completes nothing, and nobody has a say in it: there these ask noxkit, and before it nox's completion.
_BEHIND_DASHES: Mapping[str, str] = MappingProxyType(
    {
        "bash": """
_noxkit_nox() {
    local place IFS=$'\\n'
    for ((place = 1; place < COMP_CWORD; place++)); do
        if [[ ${COMP_WORDS[place]} == -- ]]; then
            COMPREPLY=($(noxkit completion bash --after "${COMP_WORDS[@]:place+1:COMP_CWORD-place}" 2>/dev/null))
            [[ ${COMPREPLY-} == *= ]] && compopt -o nospace
            return
        fi
    done
    _python_argcomplete "$@"
}
complete -o default -o bashdefault -F _noxkit_nox nox
""",
        "zsh": """
_noxkit_nox() {
    local place=${words[(i)--]}
    if (( place < CURRENT )); then
        local -a found=(${(f)"$(noxkit completion zsh --after "${(@)words[place+1,CURRENT]}" 2>/dev/null)"})
        (( $#found )) && compadd -- $found || _files
    else
        _python_argcomplete nox
    fi
}
compdef _noxkit_nox nox
""",
        "fish": """
function __noxkit_is_behind
    contains -- -- (commandline -opc)
end
function __noxkit_behind
    set -l words (commandline -opc)
    set -l place (contains -i -- -- $words)
    noxkit completion fish --after $words[(math $place + 1)..] (commandline -ct) 2>/dev/null
end
complete --command nox -n __noxkit_is_behind -a '(__noxkit_behind)'
""",
    }
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the shell, and the words behind a session's `--` for which the script asks."""
    parser.add_argument("shell", choices=sorted(_BEHIND_DASHES), help="the shell")
    parser.add_argument("--after", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)


def run(parsed: argparse.Namespace, console: Console) -> int:
    """Print the script, or a line a word that can stand next; none where the repository cannot be read."""
    if parsed.after is None:
        console.line(shellcode(["noxkit", "nox"], shell=parsed.shell) + _BEHIND_DASHES[parsed.shell])
        return 0
    root, environ = parsed.root.resolve(), current()
    with contextlib.suppress(NoxkitError):  # a shell that completes is no place for an error
        context = open_context("completion", root, config=load(root, environ=environ), environ=environ)
        console.write("".join(f"{word}\n" for word in candidates(context, parsed.after)))
    return 0
