# SPDX-License-Identifier: Apache-2.0
"""Rules on the files of tests: what pytest collects, and what it cannot import side by side."""

from __future__ import annotations

import ast
import fnmatch
from collections import defaultdict
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from noxkit.config._types import Table
from noxkit.rules._base import Found, Place, Scope, found, rule
from noxkit.rules._foreign import is_foreign
from noxkit.rules._members import files_of
from noxkit.rules._pytest import collected, environments, read_pytest_settings
from noxkit.rules._source import UnreadableSourceError, read_source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from noxkit.rules._facts import WorkspaceFacts
    from noxkit.rules._pytest import PytestSettings
    from noxkit.rules._source import SourceFile

__all__ = ["Options", "test_basename", "test_init", "test_name"]

_TEST_FOLDERS = frozenset({"test", "tests"})
_DATA_FOLDERS = frozenset({"testdata", "fixtures", "data", "templates", "examples", "repos"})


class Options(Table, frozen=True, kw_only=True):
    """The options of this family."""

    packages: Annotated[
        bool,
        Meta(description="Whether folders of tests may be packages, with an `__init__.py`.", examples=[False]),
    ] = True


@rule(code="NK-TEST-NAME", scope=Scope.WORKSPACE, since="1.0")
def test_name(whole: WorkspaceFacts) -> Iterator[Found]:
    """A file in a folder of tests has tests in it, and a name that pytest does not collect.

    # Why
    Nothing says that its tests are not run: the suite is green without them. A file without tests of its own, such
    as a helper or a base class that other files import, may have any name.

    # Fails
    ```toml pyproject.toml
    [project]
    name = "acme"
    version = "1.0"

    [tool.noxkit.tests]
    pattern = "*_test.py"
    ```
    ```python tests/test_numbers.py
    def test_double():
        assert 2 * 2 == 4
    ```
    Or one outside pytest's own patterns:
    ```python tests/numbers.py
    def test_double():
        assert 2 * 2 == 4
    ```

    # Passes
    ```toml pyproject.toml
    [project]
    name = "acme"
    version = "1.0"

    [tool.noxkit.tests]
    pattern = "*_test.py"
    ```
    ```python tests/numbers_test.py
    def test_double():
        assert 2 * 2 == 4
    ```
    ```python tests/helpers.py
    def double(number):
        return number * 2
    ```

    # Fix
    Rename the file, or the functions in it that are no tests. There is no automatic fix.

    # Options
    `pattern` in `[tool.noxkit.tests]`; without it pytest's own `python_files` hold.

    # When to ignore
    For tests that are run by name alone.
    """
    for settings, files in _runs(whole):
        odd = [path for path in files if _is_tests_module(path) and not _matches(path, settings.patterns)]
        sources = [source for path in odd if (source := _with_tests(whole, path)) is not None]
        if not sources:
            continue
        imported = _imported_words(whole, files)
        for source in sources:
            name = source.path.rpartition("/")[2]
            if name.removesuffix(".py") not in imported:
                patterns = ", ".join(f"`{pattern}`" for pattern in settings.patterns)
                hint = f"name it by {patterns}, or its functions so that they look like no tests"
                yield found(f"`{name}` has tests, which pytest never collects", hint=hint, at=Place(source.path, 1))


def _runs(whole: WorkspaceFacts) -> Iterator[tuple[PytestSettings, Sequence[str]]]:
    """Each run of pytest with the Python files that it reaches: one for all where the root configures it."""
    outside = environments(whole.repository.files)
    at_root = read_pytest_settings(whole, ".")
    python = [path for path in whole.repository.python_files() if path.endswith(".py")]
    own = [path for path in python if not path.startswith(outside) and not is_foreign(path)]
    if at_root.exists or len(whole.packages) < 2:
        yield at_root, collected(at_root, ".", own)
        return
    known = frozenset(own)
    for facts in whole.packages:
        folder = facts.package.folder
        settings = read_pytest_settings(whole, folder)
        yield settings, collected(settings, folder, [path for path in files_of(facts) if path in known])


def _is_tests_module(path: str) -> bool:
    *folders, name = path.split("/")
    in_tests = not _TEST_FOLDERS.isdisjoint(folders) and _DATA_FOLDERS.isdisjoint(folders)
    looks_like_one = fnmatch.fnmatchcase(name, "test_*.py") or fnmatch.fnmatchcase(name, "*_test.py")
    return (in_tests or (looks_like_one and not folders)) and name not in {"conftest.py", "__init__.py"}


def _matches(path: str, patterns: Iterable[str]) -> bool:
    """Whether pytest's `python_files` hold a file: by its name, or by its end where a pattern has a slash."""
    name = path.rpartition("/")[2]
    return any(fnmatch.fnmatchcase(f"/{path}" if "/" in each else name, _whole(each)) for each in patterns)


def _whole(pattern: str) -> str:
    return f"*/{pattern}" if "/" in pattern else pattern


def _with_tests(whole: WorkspaceFacts, path: str) -> SourceFile | None:
    """The file where it has tests in it: functions `test…`, or classes of tests with such methods."""
    source = _parsed(whole, path, needle=b"def test")
    return source if source is not None and any(_is_test(node) for node in source.tree.body) else None


def _parsed(whole: WorkspaceFacts, path: str, *, needle: bytes) -> SourceFile | None:
    data = whole.read(path)
    if data is None or needle not in data:
        return None
    try:
        return read_source(path, data, settings=whole.settings)
    except UnreadableSourceError:  # a finding of NK-MODULE-SYNTAX-ERROR or NK-MODULE-ENCODING-ERROR
        return None


def _is_test(node: ast.stmt) -> bool:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return node.name.startswith("test") and not _is_fixture(node)
    if not isinstance(node, ast.ClassDef):
        return False
    by_base = any(ast.unparse(base).endswith("TestCase") for base in node.bases)
    methods = (each for each in node.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef))
    return (node.name.startswith("Test") or by_base) and any(each.name.startswith("test") for each in methods)


def _is_fixture(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any("fixture" in ast.unparse(decorator) for decorator in node.decorator_list)


def _imported_words(whole: WorkspaceFacts, files: Iterable[str]) -> frozenset[str]:
    """The words of all module names that files of tests import."""
    words: set[str] = set()
    for path in files:
        if _TEST_FOLDERS.isdisjoint(path.split("/")):
            continue
        source = _parsed(whole, path, needle=b"import")
        for node in source.nodes(ast.ImportFrom) if source else ():
            words.update((node.module or "").split("."), (alias.name for alias in node.names))
        for statement in source.nodes(ast.Import) if source else ():
            words.update(part for alias in statement.names for part in alias.name.split("."))
    return frozenset(words)


@rule(code="NK-TEST-BASENAME", scope=Scope.WORKSPACE, since="1.0")
def test_basename(whole: WorkspaceFacts) -> Iterator[Found]:
    """Two files of tests are imported under one name, which pytest refuses or mixes up.

    # Why
    Without `--import-mode=importlib` pytest imports a file under its base name, or from the topmost folder
    with an `__init__.py` on; the second of that name is an error, in one run of all packages.

    # Fails
    ```toml pyproject.toml
    [tool.uv.workspace]
    members = ["packages/*"]

    [tool.pytest.ini_options]
    testpaths = ["packages"]
    ```
    ```toml packages/core/pyproject.toml
    [project]
    name = "acme-core"
    version = "1.0"
    ```
    ```python packages/core/tests/test_main.py
    def test_core():
        assert True
    ```
    ```toml packages/cli/pyproject.toml
    [project]
    name = "acme-cli"
    version = "1.0"
    ```
    ```python packages/cli/tests/test_main.py
    def test_cli():
        assert True
    ```

    # Passes
    ```toml pyproject.toml
    [tool.uv.workspace]
    members = ["packages/*"]

    [tool.pytest.ini_options]
    testpaths = ["packages"]
    addopts = ["--import-mode=importlib"]
    ```
    ```toml packages/core/pyproject.toml
    [project]
    name = "acme-core"
    version = "1.0"
    ```
    ```python packages/core/tests/test_main.py
    def test_core():
        assert True
    ```
    ```toml packages/cli/pyproject.toml
    [project]
    name = "acme-cli"
    version = "1.0"
    ```
    ```python packages/cli/tests/test_main.py
    def test_cli():
        assert True
    ```

    # Fix
    Rename one of them, or set `--import-mode=importlib` in pytest's `addopts`. There is no automatic fix.

    # Options
    None: pytest's own configuration is read.

    # When to ignore
    For files that are never part of one run.
    """
    for settings, files in _runs(whole):
        if settings.importlib:
            continue
        first: dict[str, list[str]] = defaultdict(list)
        for path in files:
            if _matches(path, settings.patterns):
                first[_module_name(path, whole.files)].append(path)
        for name, paths in sorted(first.items()):
            for path in paths[1:]:
                message = f"pytest imports this and {paths[0]} both as `{name}`"
                hint = "rename one of them, or set `--import-mode=importlib` in `addopts` of pytest"
                yield found(message, hint=hint, at=Place(path, 1))


def _module_name(path: str, files: frozenset[str]) -> str:
    """The name under which pytest imports a file, by the folders with an `__init__.py` around it."""
    folder, _, name = path.rpartition("/")
    parts = [name.removesuffix(".py")]
    while folder and f"{folder}/__init__.py" in files:
        folder, _, name = folder.rpartition("/")
        parts.append(name)
    return ".".join(reversed(parts))


@rule(code="NK-TEST-INIT", scope=Scope.WORKSPACE, since="1.0")
def test_init(whole: WorkspaceFacts) -> Iterator[Found]:
    """A folder of tests is a package, where the repository has decided against it.

    # Why
    pytest's own advice: tests that are no packages cannot be imported by accident, installed, or shadow
    the package that they test. It asks for unique names, or for `--import-mode=importlib`.

    # Fails
    ```toml pyproject.toml
    [project]
    name = "acme"
    version = "1.0"

    [tool.noxkit.rules.testfiles]
    packages = false
    ```
    ```python tests/__init__.py
    ```

    # Passes
    ```toml pyproject.toml
    [project]
    name = "acme"
    version = "1.0"

    [tool.noxkit.rules.testfiles]
    packages = false
    ```
    ```python tests/test_numbers.py
    def test_double():
        assert 2 * 2 == 4
    ```

    # Fix
    Remove the file, and import helpers of tests from `conftest.py` or by name. There is no automatic
    fix: relative imports between files of tests would break.

    # Options
    `packages = false` in `[tool.noxkit.rules.testfiles]` turns this on.

    # When to ignore
    For a folder of tests whose files import each other.
    """
    if whole.settings.of(Options).packages:
        return
    outside = environments(whole.repository.files)
    for path in whole.repository.files:
        folders = path.split("/")[:-1]
        if not path.endswith("/__init__.py") or _TEST_FOLDERS.isdisjoint(folders) or path.startswith(outside):
            continue
        if _DATA_FOLDERS.isdisjoint(folders) and not is_foreign(path):
            hint = "remove it; where files of tests import each other, put what they share into conftest.py"
            yield found("a folder of tests has an `__init__.py`", hint=hint, at=Place(path, 1))
