# SPDX-License-Identifier: Apache-2.0
"""What ruff's security rules (S) miss of shells, loaders, `eval` and handlers: other names, `**`, computed values.

What ruff finds of a spelling is left to it, as measured with ruff 0.17: nothing is reported twice.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from noxkit.rules._base import Found, Scope, found, rule
from noxkit.rules._names import Names, has_any, names_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noxkit.rules._source import SourceFile

__all__ = ["eval_hidden", "except_everything", "shell_true", "unsafe_load"]

_RUNNERS = frozenset(f"subprocess.{name}" for name in ("run", "call", "check_call", "check_output", "Popen"))
_SHELLS = frozenset(
    {"os.system", "os.popen", "os.popen2", "os.popen3", "os.popen4", "subprocess.getoutput"}
    | {"subprocess.getstatusoutput", "commands.getoutput", "commands.getstatusoutput", "posix.system"}
)
_SHELL_POSITION = 8  # of `shell` among the parameters of Popen
_SH = re.compile(r"(?:^|/)(?:ba|da|z|k|)sh$")
_IN_SHELL = ("shell", "system", "popen", "getoutput", "getstatusoutput", '"-c"', "'-c'", '"-lc"', "'-lc'")
_STARTERS = (
    "subprocess",
    "asyncio",
    "import os",
    "from os",
    "__import__",
    "import_module",
    "import commands",
    "posix",
    "_shell",
)


@rule(code="NK-SHELL-TRUE", scope=Scope.SOURCE, since="1.0")
def shell_true(source: SourceFile) -> Iterator[Found]:
    """A command goes through a shell in a spelling that ruff's S602 to S605 do not see.

    # Why
    A shell reads spaces, quotes, `;` and `$()` in every value that goes into the command.

    # Fails
    ```python src/acme/run.py
    import subprocess

    OPTIONS = {"shell": True}


    def run(command):
        subprocess.run(command, **OPTIONS)
    ```

    # Passes
    ```python src/acme/run.py
    import subprocess


    def run(command: list[str]):
        subprocess.run(command, shell=False)
    ```

    # Fix
    Give the command as a list of arguments, without a shell. There is no automatic fix: where the text is to be
    split only its author knows.

    # Options
    None.

    # When to ignore
    Where the command is a constant, or what a user types to have it run in a shell.
    """
    if not has_any(source.text, _STARTERS) or not has_any(source.text, _IN_SHELL):
        return
    names = names_of(source)
    hint = "give a list of arguments and no shell; what only a shell can do, write in Python"
    for call in source.nodes(ast.Call):
        said = _shell(call, names)
        if said is not None:
            yield found(said, hint=hint, at=source.place(call))
    for argument in _passed_on(source):
        meaning = names.meaning(argument)
        if meaning is not None and meaning.name in _SHELLS:
            yield found(f"`{meaning.name}`, which starts a shell, is passed on", hint=hint, at=source.place(argument))


def _shell(call: ast.Call, names: Names) -> str | None:
    if isinstance(call.func, ast.Attribute) and call.func.attr == "subprocess_shell":
        return "`subprocess_shell` runs its text in a shell"
    meaning = names.meaning(call.func)
    if meaning is None:
        return None
    if meaning.name in _SHELLS and meaning.is_hidden:
        return f"`{meaning.name}`, under another name here, runs its text in a shell"
    if meaning.name in {"asyncio.create_subprocess_shell", "asyncio.subprocess.create_subprocess_shell"}:
        return "`asyncio.create_subprocess_shell` runs its text in a shell"
    if meaning.name in {"functools.partial"} and call.args:
        inner = names.meaning(call.args[0])
        return _through_argument(call, names, inner.name, None) if inner else None
    return _through_argument(call, names, meaning.name, _SHELL_POSITION)


def _through_argument(call: ast.Call, names: Names, name: str, position: int | None) -> str | None:
    if name not in _RUNNERS:
        return None
    value, is_plain = names.argument(call, "shell", position)
    if is_plain and isinstance(value, ast.Constant):
        return None  # S602 and S604 find it, whatever is called
    if value is not None and (names.truth(value) or _is_on_some_platform(value)):
        return f"`{name}` with a `shell` that is true here"
    if call.args and _is_shell_of_text(names.value(call.args[0])):
        return f"`{name}` starts a shell for a text that is put together"
    return None


def _is_on_some_platform(value: ast.expr) -> bool:
    text = ast.unparse(value)
    return isinstance(value, ast.Compare | ast.Call) and bool(
        re.match(r"\(?(?:os\.name|sys\.platform|platform\.system)\b", text)
    )


def _is_shell_of_text(command: ast.expr | None) -> bool:
    """Whether it is `["sh", "-c", text]` with a text that is not written here as a whole."""
    if not isinstance(command, ast.List | ast.Tuple) or len(command.elts) < 3:
        return False
    first, second, third = command.elts[:3]
    is_shell = isinstance(first, ast.Constant) and isinstance(first.value, str) and _SH.search(first.value)
    is_text = isinstance(second, ast.Constant) and second.value in {"-c", "-lc", "-ec"}
    return bool(is_shell) and is_text and isinstance(third, ast.JoinedStr | ast.BinOp | ast.Call)


def _passed_on(source: SourceFile) -> Iterator[ast.expr]:
    """The arguments of calls that are names, such as `os.system` in `map(os.system, commands)`."""
    for call in source.nodes(ast.Call):
        if call.args and not _is_partial(call):
            yield from (each for each in call.args if isinstance(each, ast.Name | ast.Attribute))
        yield from (each.value for each in call.keywords if isinstance(each.value, ast.Name | ast.Attribute))


def _is_partial(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Name | ast.Attribute) and ast.unparse(call.func).endswith("getattr")


_ALWAYS = frozenset(
    {"yaml.unsafe_load", "yaml.unsafe_load_all", "yaml.full_load", "yaml.full_load_all", "joblib.load"}
    | {"_pickle.load", "_pickle.loads", "_pickle.Unpickler", "cPickle.load", "cPickle.loads"}
    | {"cPickle.Unpickler", "cloudpickle.load", "cloudpickle.loads"}
)
_FOUND_BY_RUFF = frozenset(
    {"pickle.load", "pickle.loads", "pickle.Unpickler", "marshal.load", "marshal.loads", "shelve.open"}
    | {"dill.load", "dill.loads", "yaml.load", "dill.Unpickler", "jsonpickle.decode"}
    | {"pandas.read_pickle"}
)
_LOADERS = frozenset(f"yaml.{name}" for name in ("Loader", "CLoader", "UnsafeLoader", "CUnsafeLoader", "FullLoader"))
_IN_LOADS = ("yaml", "ickle", "marshal", "shelve", "dill", "joblib", "allow_pickle", "weights_only", "marsh")


@rule(code="NK-UNSAFE-LOAD", scope=Scope.SOURCE, since="1.0")
def unsafe_load(source: SourceFile) -> Iterator[Found]:
    """Data is loaded by what can run code from it, in a spelling that ruff's S301, S302 and S506 do not see.

    # Why
    Whoever can change the data decides what runs.

    # Fails
    ```python src/acme/read.py
    import yaml


    def read(text):
        return list(yaml.load_all(text, Loader=yaml.Loader))
    ```

    # Passes
    ```python src/acme/read.py
    import yaml


    def read(text):
        return list(yaml.load_all(text, Loader=yaml.SafeLoader))
    ```

    # Fix
    For YAML `safe_load`; otherwise JSON or another format without code. There is no automatic fix, since what has
    been stored so cannot be read otherwise.

    # Options
    None.

    # When to ignore
    Where only the program itself can write the data.
    """
    if not has_any(source.text, _IN_LOADS):
        return
    names = names_of(source)
    hint = "use `yaml.safe_load`, JSON, or a format that holds data alone; where only this program writes it, say so"
    for call in source.nodes(ast.Call):
        said = _loads(call, names)
        if said is not None:
            yield found(f"{said} can run code from what it reads", hint=hint, at=source.place(call))
    for argument in _passed_on(source):
        meaning = names.meaning(argument)
        if meaning is not None and meaning.name in _ALWAYS | _FOUND_BY_RUFF:
            said = f"`{meaning.name}`, passed on here, can run code from what it reads"
            yield found(said, hint=hint, at=source.place(argument))


def _loads(call: ast.Call, names: Names) -> str | None:
    meaning = names.meaning(call.func)
    if meaning is None:
        return None
    name = meaning.name
    if name in _ALWAYS or name in _LOADERS:
        return f"`{name}`"
    if name == "yaml.load_all" or (name == "yaml.load" and meaning.is_hidden):
        loader, _ = names.argument(call, "Loader", 1)
        known = names.meaning(loader) if loader is not None else None
        return (
            None if known and known.name.endswith(("SafeLoader", "BaseLoader")) else f"`{name}` without a safe loader"
        )
    if name in _FOUND_BY_RUFF and meaning.is_hidden:
        return f"`{name}`, under another name here,"
    if name == "numpy.load" and names.truth(names.argument(call, "allow_pickle", 2)[0]):
        return "`numpy.load` with `allow_pickle`"
    weights, _ = names.argument(call, "weights_only")
    if name == "torch.load" and weights is not None and names.truth(weights) is False:
        return "`torch.load` without `weights_only`"
    return None


_EVALUATORS = frozenset({"builtins.eval", "builtins.exec"})
_IN_EVALS = re.compile(r"\b(?:eval|exec)\b")


@rule(code="NK-EVAL-HIDDEN", scope=Scope.SOURCE, since="1.0")
def eval_hidden(source: SourceFile) -> Iterator[Found]:
    """Text is run as code by `eval` or `exec` in a spelling that ruff's S307 and S102 do not see.

    # Why
    It runs whatever the text says, and a name that stands for it hides that from readers and from tools.

    # Fails
    ```python src/acme/run.py
    def numbers(texts):
        return list(map(eval, texts))
    ```

    # Passes
    ```python src/acme/run.py
    import ast


    def numbers(texts):
        return list(map(ast.literal_eval, texts))
    ```

    # Fix
    `ast.literal_eval` for literals, a dictionary of functions for the rest. There is no automatic fix.

    # Options
    None.

    # When to ignore
    In a console or a template engine, whose purpose it is.
    """
    if not has_any(source.text, ("eval", "exec")) or not _IN_EVALS.search(source.text):
        return
    names = names_of(source)
    hint = "use `ast.literal_eval` for literals, or look functions up in a dictionary"
    for call in source.nodes(ast.Call):
        meaning = names.meaning(call.func)
        if meaning is not None and meaning.name in _EVALUATORS and meaning.is_hidden:
            said = f"`{meaning.name}`, under another name here, runs text as code"
            yield found(said, hint=hint, at=source.place(call))
    for argument in _passed_on(source):
        meaning = names.meaning(argument)
        if meaning is not None and meaning.name in _EVALUATORS:
            said = f"`{meaning.name}`, passed on here, runs text as code"
            yield found(said, hint=hint, at=source.place(argument))


@rule(code="NK-EXCEPT-EVERYTHING", scope=Scope.SOURCE, since="1.0")
def except_everything(source: SourceFile) -> Iterator[Found]:
    """Everything is caught, `KeyboardInterrupt` too, in a spelling that ruff's E722 and BLE001 do not see.

    # Why
    It hides every mistake, and the program can no longer be stopped there.

    # Fails
    ```python src/acme/run.py
    import contextlib


    def run(task):
        with contextlib.suppress(BaseException):
            task()
    ```

    # Passes
    ```python src/acme/run.py
    import contextlib


    def run(task):
        with contextlib.suppress(OSError):
            task()
    ```

    # Fix
    Name the errors that are expected. There is no automatic fix.

    # Options
    None.

    # When to ignore
    In the outermost loop of a program that reports what it has caught.
    """
    if "BaseException" not in source.text:
        return
    names = names_of(source)
    hint = "name the errors that are expected here"
    for call in source.nodes(ast.Call):
        function = names.meaning(call.func)
        is_suppress = function is not None and function.name == "contextlib.suppress"
        if is_suppress and any(_is_everything(each, names) for each in call.args):
            yield found("`suppress` swallows everything here", hint=hint, at=source.place(call))
    for handler in source.nodes(ast.ExceptHandler):
        known = names.value(handler.type)
        if known is not handler.type and known is not None and not _raises(handler):
            parts = known.elts if isinstance(known, ast.Tuple) else [known]
            if any(_is_everything(each, names) for each in parts):
                yield found("the handler catches everything under another name", hint=hint, at=source.place(handler))


def _is_everything(node: ast.expr, names: Names) -> bool:
    meaning = names.meaning(node)
    return meaning is not None and meaning.name == "builtins.BaseException"


def _raises(handler: ast.ExceptHandler) -> bool:
    return any(isinstance(each, ast.Raise) for statement in handler.body for each in ast.walk(statement))
