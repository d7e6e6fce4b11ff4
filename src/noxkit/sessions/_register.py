# SPDX-License-Identifier: Apache-2.0
"""Registering sessions with nox: plain closures, and an environment that nox does not have to make."""

from __future__ import annotations

import gc
import importlib
import inspect
import sys
from typing import TYPE_CHECKING, NoReturn, TypeAlias

import nox
import nox.registry
import nox.virtualenv

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import CodeType, ModuleType

    from noxkit.engine._run import Planner

__all__ = ["Chooser", "register"]

Chooser: TypeAlias = "Callable[[ModuleType, nox.Session], Planner]"
"""Picks the planner of a session from `noxkit.engine._plans`, which is imported when the session runs."""

_BACKEND = "noxkit"


class _NoxkitEnvironment(nox.virtualenv.PassthroughEnv):
    """noxkit makes the environments itself, shared by all sessions of a tree, so nox makes none.

    nox's own backend `none` does the same, but folds `python=[…]` into one session.
    """

    @property
    def venv_backend(self) -> str:
        """The name under which nox knows it."""
        return _BACKEND


def _environment(*_arguments: object, **_options: object) -> nox.virtualenv.ProcessEnv:
    return _NoxkitEnvironment()


def register(  # noqa: PLR0913 -- the facts of one session, each a literal at the only call of a factory
    name: str,
    choose: Chooser,
    *,
    description: str,
    python: Sequence[str] | None = None,
    default: bool = False,
    tags: Sequence[str] = (),
    bridge: str = "noxkit.sessions._run",
) -> None:
    """Register the session `name`, with `description` as what `nox -l` shows; `bridge` is the module that runs it.

    Ends the process with exit code 2 and an error that names the place where the name is already
    taken, since a second registration would silently replace the first.
    """
    taken = nox.registry.get().get(name)
    if taken is not None:
        _refuse(name, getattr(inspect.unwrap(taken.func), "__code__", None))
    nox.virtualenv.ALL_VENVS.setdefault(_BACKEND, _environment)

    def run(session: nox.Session) -> None:
        plans, runner = _imported("noxkit.engine._plans", bridge)
        runner.run_session(session, session.name, choose(plans, session))

    run.__doc__ = description
    nox.session(
        name=name,
        python=list(python) if python else False,
        venv_backend=_BACKEND if python else "none",
        default=default,
        tags=list(tags),
        allow_parallel=True,
    )(run)


def _imported(*names: str) -> list[ModuleType]:
    """Modules, whose objects all stay: the collector that looked for garbage among them would find none."""
    gc.disable()
    try:
        return [importlib.import_module(name) for name in names]
    finally:
        gc.freeze()
        gc.enable()


def _refuse(name: str, taken: CodeType | None) -> NoReturn:
    from pathlib import Path  # noqa: PLC0415 -- only an error needs it

    from noxkit.engine._output import Asked, record_error  # noqa: PLC0415 -- the same
    from noxkit.engine.console import Console  # noqa: PLC0415 -- the same
    from noxkit.errors import ErrorRecord, NoxkitError  # noqa: PLC0415 -- the same
    from noxkit.tasks.environ import current  # noqa: PLC0415 -- the same
    from noxkit.tasks.identity import call_identity  # noqa: PLC0415 -- the same

    root = Path.cwd()
    message = f"a session named `{name}` is already registered"
    if taken is None or taken.co_filename == __file__:
        hint = f"call `{name}()` once, and not beside `pipeline()`"
        error = NoxkitError(ErrorRecord(code="NK-SESSION-TAKEN", message=f"{message} by noxkit", hint=hint))
    else:
        place = Path(taken.co_filename)
        path = place.relative_to(root).as_posix() if place.is_relative_to(root) else str(place)
        hint = f"rename that session, or call the factories that you want one by one and leave out `{name}()`"
        error = NoxkitError(
            ErrorRecord(
                code="NK-SESSION-TAKEN", message=message, path=path, line=taken.co_firstlineno, column=1, hint=hint
            )
        )
    environ = current()
    Console(environ).error(error, root)
    # nox has not told anybody yet what stands behind `--`, and its options are private
    arguments = sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else []
    asked = Asked(session=name, arguments=arguments, environ=environ, call=call_identity(parent=False))
    record_error(error, root, asked=asked)
    sys.exit(error.exit_code)
