# SPDX-License-Identifier: Apache-2.0
"""Files that must not be left, shared or half written: temporary ones, locks, and those that hold state."""

from __future__ import annotations

import ast
import dataclasses
import re
from typing import TYPE_CHECKING

from noxkit.rules._base import Found, Scope, found, rule
from noxkit.rules._names import Names, has_any, names_of, scope_of, words_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from noxkit.rules._source import SourceFile

__all__ = ["lock_not_exclusive", "state_not_atomic", "tempfile_leak"]

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_REMOVES = re.compile(r"(?i)unlink|remove|rmtree|delete|clean|rm_|discard|purge|close_and")
_REGISTERS = frozenset(
    {"callback", "register", "addCleanup", "addfinalizer", "finalize", "push", "addClassCleanup", "defer"}
)
_ENDS = re.compile(
    r"(?i)^(?:__a?exit__|__del__|a?close|clean\w*|tear_?down\w*|stop|shutdown|finish|delete|remove|unlink|dispose)$"
)
_BROAD = frozenset({"BaseException", "Exception"})


@rule(code="NK-TEMPFILE-LEAK", scope=Scope.SOURCE, since="1.0")
def tempfile_leak(source: SourceFile) -> Iterator[Found]:
    """A temporary file is made with `delete=False`, and no `finally` removes it.

    # Why
    Any exception leaves it behind, with what it holds, readable for longer than anybody thinks.

    # Fails
    ```python src/acme/edit.py
    import os
    import tempfile


    def edit(run, text):
        with tempfile.NamedTemporaryFile("w", delete=False) as file:
            file.write(text)
        run(file.name)
        os.unlink(file.name)
    ```

    # Passes
    ```python src/acme/edit.py
    import os
    import tempfile


    def edit(run, text):
        with tempfile.NamedTemporaryFile("w", delete=False) as file:
            file.write(text)
        try:
            run(file.name)
        finally:
            os.unlink(file.name)
    ```

    # Fix
    Remove it in a `finally`, or make it in a `tempfile.TemporaryDirectory`. There is no automatic fix: for how long
    it is needed only its author knows.

    # Options
    None. A handler that removes the file and raises again counts, as do `ExitStack.callback`, `atexit.register`,
    `addCleanup`, and a method such as `close` of the class that keeps the file.

    # When to ignore
    Where the file is handed to whoever asked for it, and the documentation says who removes it.
    """
    if "NamedTemporaryFile" not in source.text:
        return
    names = names_of(source)
    for call in source.nodes(ast.Call):
        meaning = names.meaning(call.func)
        if meaning is not None and meaning.name == "tempfile.NamedTemporaryFile":
            kept, _ = names.argument(call, "delete", 7)
            if kept is not None and names.truth(kept) is False and not _is_removed(call, source):
                hint = "remove it in a `finally`, or make it inside of a `tempfile.TemporaryDirectory()`"
                yield found("the temporary file stays where an exception comes", hint=hint, at=source.place(call))


def _is_removed(call: ast.Call, source: SourceFile) -> bool:
    scope = scope_of(source, call)
    known = _tracked(call, scope, source)
    if any(name.startswith("self.") for name in known) and _class_removes(call, known, source):
        return True
    for node in ast.walk(scope):
        if isinstance(node, ast.Try) and any(_removes(body, known) for body in _last_resorts(node)):
            return True
        if isinstance(node, ast.Call) and _name(node.func) in _REGISTERS and _mentions(node, known):
            return True
    return _is_fixture(scope) and _removes([scope], known)


def _tracked(call: ast.Call, scope: ast.AST, source: SourceFile) -> set[str]:
    """The names of the file, of its path, and of what is made of them."""
    above = source.parent(call)
    known: set[str] = set()
    if isinstance(above, ast.withitem) and above.optional_vars is not None:
        known = {ast.unparse(above.optional_vars)}
    elif isinstance(above, ast.Assign):
        known = {ast.unparse(target) for target in above.targets}
    elif isinstance(above, ast.Attribute | ast.Call):
        holder = next((each for each in source.ancestors(call) if isinstance(each, ast.Assign)), None)
        known = {ast.unparse(target) for target in holder.targets} if holder is not None else set()
    for _ in range(2):
        for node in ast.walk(scope):
            if isinstance(node, ast.Assign) and _mentions(node.value, known):
                known |= {ast.unparse(target) for target in node.targets}
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "append":
                known |= {ast.unparse(node.func.value)} if any(_mentions(each, known) for each in node.args) else set()
            elif isinstance(node, ast.For | ast.comprehension) and _mentions(node.iter, known):
                known.add(ast.unparse(node.target))
    return known


def _mentions(node: ast.AST, known: Iterable[str]) -> bool:
    wanted = set(known)
    return any(isinstance(each, ast.Name | ast.Attribute) and ast.unparse(each) in wanted for each in ast.walk(node))


def _last_resorts(node: ast.Try) -> Iterator[list[ast.stmt]]:
    """What runs whatever happens: `finally`, and a broad handler that raises again."""
    yield node.finalbody
    for handler in node.handlers:
        kinds = {"BaseException"} if handler.type is None else {_name(each) for each in ast.walk(handler.type)}
        if kinds & _BROAD and any(isinstance(each, ast.Raise) for part in handler.body for each in ast.walk(part)):
            yield handler.body


def _removes(body: Iterable[ast.AST], known: set[str]) -> bool:
    return any(
        isinstance(each, ast.Call)
        and _REMOVES.search(_name(each.func))
        and (_mentions(each, known) or (isinstance(each.func, ast.Name) and not each.args and not each.keywords))
        for part in body
        for each in ast.walk(part)
    )


def _class_removes(call: ast.Call, known: set[str], source: SourceFile) -> bool:
    """Whether a method that ends an object of the class removes the file that it keeps."""
    mine = {name for name in known if name.startswith("self.")}
    owner = next((each for each in source.ancestors(call) if isinstance(each, ast.ClassDef)), None)
    methods = [each for each in owner.body if isinstance(each, _FUNCTIONS)] if owner is not None else []
    return any(_ENDS.search(each.name) and _removes(each.body, mine) for each in methods)


def _is_fixture(scope: ast.AST) -> bool:
    """Whether pytest runs what stands behind its `yield` in any case."""
    decorators = scope.decorator_list if isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef) else []
    return any("fixture" in ast.unparse(each) for each in decorators)


def _name(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


_WRITERS = frozenset({"open", "fdopen", "write_text", "write_bytes", "touch"})
_WRITE_WORDS = ("open(", ".write_text(", ".write_bytes(", ".touch(")


@dataclasses.dataclass(frozen=True, slots=True)
class _Write:
    """A call that makes or overwrites the file at `path`; `content` is what it writes, as far as it says."""

    call: ast.Call
    path: ast.expr
    how: str
    content: tuple[ast.expr, ...] = ()


def _writes(source: SourceFile, names: Names) -> Iterator[_Write]:
    """Every call that writes a whole file."""
    for call in source.nodes(ast.Call):
        if _name(call.func) in _WRITERS or _name(call.func) in names.imports:
            write = _write_of(call, source, names)
            if write is not None:
                yield write


def _write_of(call: ast.Call, source: SourceFile, names: Names) -> _Write | None:
    meaning = names.meaning(call.func)
    name = meaning.name if meaning is not None else ""
    if name in {"builtins.open", "io.open", "codecs.open", "os.fdopen"} and call.args:
        return _opened(call, call.args[0], _mode(call, names, 1), source)
    if name == "os.open" and len(call.args) > 1:
        return _Write(call, call.args[0], f"os:{ast.unparse(names.value(call.args[1]) or call.args[1])}")
    if name or not isinstance(call.func, ast.Attribute):
        return None
    path, method = call.func.value, call.func.attr
    if method in {"write_text", "write_bytes"}:
        return _Write(call, path, "w", tuple(call.args))
    if method == "open":
        return _opened(call, path, _mode(call, names, 0), source)
    exists, _ = names.argument(call, "exist_ok", 1)
    is_shared = exists is None or names.truth(exists) is not False
    return _Write(call, path, "touch") if method == "touch" and is_shared else None


def _opened(call: ast.Call, path: ast.expr, mode: str, source: SourceFile) -> _Write | None:
    return _Write(call, path, mode[0], tuple(_written(call, source))) if mode[:1] in {"w", "a"} else None


def _mode(call: ast.Call, names: Names, position: int) -> str:
    mode = names.value(names.argument(call, "mode", position)[0])
    return mode.value if isinstance(mode, ast.Constant) and isinstance(mode.value, str) else "r"


def _written(call: ast.Call, source: SourceFile) -> Iterator[ast.expr]:
    """What is written to the file that `call` opens, by the name that it gets."""
    above = source.parent(call)
    target = above.optional_vars if isinstance(above, ast.withitem) else None
    target = above.targets[0] if isinstance(above, ast.Assign) else target
    if isinstance(above, ast.Attribute):
        outer = source.parent(above)
        yield from outer.args if isinstance(outer, ast.Call) else []
    if target is not None:
        name = ast.unparse(target)
        for node in ast.walk(scope_of(source, call)):
            if isinstance(node, ast.Call) and _mentions(node, {name}):
                yield from (each for each in node.args if ast.unparse(each) != name)


def _words(node: ast.expr, names: Names) -> list[str]:
    """What a path is called: the name of its variable, and the file's own name where it is written here."""
    said: list[str] = []
    for each in (node, names.value(node) or node):
        if isinstance(each, ast.Name | ast.Attribute):
            said.append(_name(each))
        elif isinstance(each, ast.Constant) and isinstance(each.value, str):
            said.append(each.value.rpartition("/")[2])
        elif isinstance(each, ast.BinOp):
            said += _words(each.right, names)
        elif isinstance(each, ast.JoinedStr) and each.values:
            said += _words(each.values[-1], names)
        elif isinstance(each, ast.FormattedValue):
            said += _words(each.value, names)
        elif isinstance(each, ast.Call) and each.args:
            said += _words(each.args[-1], names)
        elif isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute):
            said += _words(each.func.value, names)
    return [words_of(word) for word in said]


_LOCKS = re.compile(r"(?:^|_)(?:lock|lck|lock_?file|lock_?path|pid_?file|pidfile_path)$")
_RESOLUTION = re.compile(
    r"(?:^|_)(?:uv|poetry|pdm|pixi|cargo|gemfile|pipfile|conda|yarn|package|composer|flake|requirements|pylock|deps|dependencies|npm|pnpm"
    r"|hash|module|version)_(?:\w+_)?lock"
)
_LOCK_WORDS = ("lock", "Lock", "LOCK", ".lck", "pid_file", "pidfile", "PID_FILE", "PIDFILE")
_KERNEL = ("flock", "lockf(", "LockFileEx", "msvcrt", "portalocker", "FileLock", "filelock", "fasteners")
_OWNER = re.compile(r"(?i)pid|hostname|gethost|time\(|now\(|uuid|owner|thread|locked|ident")


@rule(code="NK-LOCK-NOT-EXCLUSIVE", scope=Scope.SOURCE, since="1.0")
def lock_not_exclusive(source: SourceFile) -> Iterator[Found]:
    """A lock file is made in a way that two processes can both believe to hold it.

    # Why
    Between the question whether it exists and the writing another process does the same. The operating
    system answers both at once with `O_EXCL`, or locks the open file.

    # Fails
    ```python src/acme/lock.py
    import os
    from pathlib import Path


    def acquire(lock: Path) -> bool:
        if lock.exists():
            return False
        lock.write_text(str(os.getpid()))
        return True
    ```

    # Passes
    ```python src/acme/lock.py
    import os
    from pathlib import Path


    def acquire(lock: Path) -> bool:
        try:
            with lock.open("x") as file:
                file.write(str(os.getpid()))
        except FileExistsError:
            return False
        return True
    ```

    # Fix
    Mode `x`, `os.open` with `O_CREAT | O_EXCL`, or `fcntl.flock` on the open file. There is no automatic fix: what
    happens where another one holds it has to be written.

    # Options
    None. Files that lock versions of dependencies, such as uv.lock, are no locks, and `flock` and its likes
    are. Tests are passed over.

    # When to ignore
    Where one process alone can ever come there.
    """
    if source.in_tests or not has_any(source.text, _LOCK_WORDS) or not has_any(source.text, _WRITE_WORDS):
        return
    if has_any(source.text, _KERNEL):
        return
    names = names_of(source)
    hint = 'open it with mode "x" or `O_CREAT | O_EXCL`, and handle FileExistsError; or `fcntl.flock` the open file'
    for write in _writes(source, names):
        words = _words(write.path, names)
        if any(map(_LOCKS.search, words)) and not any(map(_RESOLUTION.search, words)) and _is_shared(write, source):
            yield found("the lock file is not made exclusively", hint=hint, at=source.place(write.call))


def _is_shared(write: _Write, source: SourceFile) -> bool:
    """Whether two processes can both make it: no O_EXCL, and what is written is no list of versions."""
    if write.how.startswith("os:"):
        return "O_CREAT" in write.how and "O_EXCL" not in write.how
    if write.how == "touch" or not write.content:
        return True
    if _asks_first(write, source):
        return True
    return all(isinstance(each, ast.Constant) or _OWNER.search(ast.unparse(each)) for each in write.content)


def _asks_first(write: _Write, source: SourceFile) -> bool:
    """Whether the file is written after the answer that it does not exist."""
    path = ast.unparse(write.path)
    for node in ast.walk(scope_of(source, write.call)):
        if isinstance(node, ast.If | ast.While) and node.lineno <= write.call.lineno:
            is_inside = node.lineno < write.call.lineno <= (node.body[-1].end_lineno or 0)
            over_existing = is_inside and isinstance(node.test, ast.Call)
            if not over_existing and any(
                path in ast.unparse(each) for each in ast.walk(node.test) if _is_question(each)
            ):
                return True
    return False


def _is_question(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and _name(node.func) in {"exists", "isfile", "is_file", "lexists"}


_STATES = re.compile(
    r"(?:^|_)(?:state|checkpoint|journal|progress)(?:_?(?:file|path|filename|json|toml|ya?ml|db|pkl|pickle|txt|dat|bin))?$"
)
_STATE_WORDS = ("state", "State", "STATE", "heckpoint", "CHECKPOINT", "journal", "JOURNAL", "progress", "PROGRESS")
_TEMPORARY = re.compile(r"(?i)(?:^|_)(?:te?mp|partial|part|new|scratch|swap|staging|pending)(?:_|$)")
_RENAMES = re.compile(
    r"\b(?:os\.(?:replace|rename|link)|shutil\.move)\(|atomic|\.(?:replace|rename)\(\s*[^,()]*(?:\([^()]*\))?[^,()]*\)"
)


@rule(code="NK-STATE-NOT-ATOMIC", scope=Scope.SOURCE, since="1.0")
def state_not_atomic(source: SourceFile) -> Iterator[Found]:
    """A file that is named as state is written in place, not by a temporary file and a rename.

    # Why
    A crash in the middle, or a full disk, leaves half a file, and the next run neither the old nor the new state.

    # Fails
    ```python src/acme/state.py
    import json
    from pathlib import Path


    def save(state_file: Path, state: dict[str, int]) -> None:
        state_file.write_text(json.dumps(state))
    ```

    # Passes
    ```python src/acme/state.py
    import json
    import os
    from pathlib import Path


    def save(state_file: Path, state: dict[str, int]) -> None:
        temporary = state_file.with_suffix(".tmp")
        temporary.write_text(json.dumps(state))
        os.replace(temporary, state_file)
    ```

    # Fix
    Write a temporary file in the same folder, then `os.replace` it. There is no automatic fix: whether other
    programs keep the file open is not known.

    # Options
    None. State is what has `state`, `checkpoint`, `journal` or `progress` at the end of its name. Tests are
    passed over.

    # When to ignore
    Where losing the file costs nothing.
    """
    if source.in_tests or not has_any(source.text, _STATE_WORDS) or not has_any(source.text, _WRITE_WORDS):
        return
    names = names_of(source)
    hint = "write a temporary file beside it, then `os.replace` it onto the name"
    for write in _writes(source, names):
        words = _words(write.path, names)
        is_state = write.how == "w" and any(map(_STATES.search, words)) and not any(map(_TEMPORARY.search, words))
        if is_state and not _RENAMES.search(ast.unparse(scope_of(source, write.call))):
            said = f"`{ast.unparse(write.path)[:60]}` is written in place"
            yield found(said, hint=hint, at=source.place(write.call))
