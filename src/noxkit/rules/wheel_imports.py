# SPDX-License-Identifier: Apache-2.0
"""Imports of a wheel's modules that cannot work: of its own modules, and of distributions that it does not require."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from typing import TYPE_CHECKING

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from noxkit.diagnostics.model import Severity
from noxkit.rules._base import Found, Scope, found, rule
from noxkit.rules._import_graph import import_graph, is_for_platform
from noxkit.rules._import_owners import HOSTS, any_brings, owners_of
from noxkit.rules._installed import installed, module_stem
from noxkit.rules._known_requirements import closure
from noxkit.rules._stdlib_names import ANY_PYTHON
from noxkit.workspace._tables import strings, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from noxkit.rules._artifacts import WheelFacts
    from noxkit.rules._import_graph import ImportGraph
    from noxkit.rules._module_facts import Imported
    from noxkit.workspace.model import Package

__all__ = ["internal_import_missing", "undeclared_dependency"]


@rule(code="NK-INTERNAL-IMPORT-MISSING", scope=Scope.WHEEL, since="1.0", standard=True)
def internal_import_missing(facts: WheelFacts) -> Iterator[Found]:
    """A module of a wheel imports one of its own package that is not in the wheel.

    # Why
    The tree has the module, the build has left it out: tests pass where it lies, and the import fails everywhere else.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/__init__.py" = "from demo.core import run\\n"
    ```
    Or relative, or a name that the module has not:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/__init__.py" = "from . import core\\nfrom .other import run\\n"
    "demo/core.py" = ""
    "demo/other.py" = "def walk(): ...\\n"
    ```

    # Passes
    Guarded imports, types, functions, names that are made at run time, and what others bring:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/__init__.py" = '''
    from typing import TYPE_CHECKING
    import demo.plugins.other
    from . import lazy, core
    from .lazy import anything
    from .core import VALUE, __version__
    try:
        from . import _speedups
    except ImportError:
        _speedups = None
    if TYPE_CHECKING:
        from demo.types import Anything
    def late():
        from demo.missing import x
    '''
    "demo/lazy.py" = "def __getattr__(name): ...\\n"
    "demo/core/__init__.py" = "__version__ = '1'\\nfrom ._impl import *\\n"
    "demo/core/_impl.py" = "VALUE = 1\\n"
    "demo/_windows.py" = "from . import _nt\\n"
    "demo/tests/test_it.py" = "from demo import nothing\\n"
    "demo/plugins/one.py" = ""
    ```

    # Fix
    See that the backend packs the module: setuptools' `packages` needs each package, hatch's `include` each folder.

    # Options
    None.

    # When to ignore
    For a module that another distribution adds to the package.
    """
    graph, tree = import_graph(facts), installed(facts)
    for path, module in graph.judged():
        if not any(_missing(graph, path, item) for item in module.possible):
            continue
        for item in module.imports:
            missing = None if item.guarded else _missing(graph, path, item)
            if missing is not None:
                yield found(
                    f"it imports `{missing}`, which is not in the wheel",
                    hint="see that the build backend packs it, or remove the import",
                    at=tree.place(facts, path, item.line),
                )


def _missing(graph: ImportGraph, path: str, item: Imported) -> str | None:
    target = graph.target(path, item)
    if target is None:
        return f"{'.' * item.level}{item.module}"
    if not graph.is_own(target) or is_for_platform(".".join(target)):
        return None
    missing = graph.missing(target)
    if missing is not None:
        return missing
    for name in item.names or ():
        if graph.lacks(target, name) and not is_for_platform(name):
            return ".".join((*target, name))
    return None


@rule(code="NK-UNDECLARED-DEPENDENCY", scope=Scope.WHEEL, since="1.0", standard=True)
def undeclared_dependency(facts: WheelFacts) -> Iterator[Found]:
    """A module of a wheel imports a distribution that the wheel does not require.

    # Why
    It works where that happens to be installed. Everywhere else the import fails, or does once another project
    no longer brings it along.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/__init__.py" = "import yaml\\n"
    [metadata]
    Requires-Dist = ["requests>=2"]
    ```
    Or in a module that nothing reaches, or where another requirement may bring it along, which is only worth knowing:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/plugin.py" = "import requests\\n"
    ```

    # Passes
    Other names of what is required, extras, own and vendored names, and the standard library of any Python:
    ```toml demo-1.0-py3-none-any.whl
    [files]
    "demo/__init__.py" = '''
    import os, urllib2, _thread, yaml, attr, rpds, google.cloud.storage, PIL.Image, unknown_name
    from . import _vendor
    import six
    try:
        import simplejson
    except ImportError:
        simplejson = None
    def late():
        import numpy
    '''
    "demo/_vendor/__init__.py" = ""
    "demo/_vendor/six.py" = ""
    [metadata]
    Requires-Dist = ["PyYAML", "attrs", "rpds-py", "google-cloud-storage", "Pillow; extra == 'x'", "not-well-known"]
    Provides-Extra = "x"
    ```

    # Fix
    Add it to `dependencies` of [project], or to an extra; or import it where it is used, and say what is missing.

    # Options
    None.

    # When to ignore
    For what the program brings in which the package runs.
    """
    needs, graph, tree = _needs(facts), import_graph(facts), installed(facts)
    own = _own_names(facts) | needs.siblings
    strange = {top for top in _possible_tops(graph) - own if not any_brings(needs.names, top)}
    # Where what the requirements bring is not known, nobody can tell of a name that nobody is known to bring.
    strange = {top for top in strange if not tree.is_project(top) and (needs.along is not None or owners_of(top))}
    for top, places in _foreign(graph, strange).items():
        reached = [place for place in places if place[0] in graph.reached]
        path, item = (reached or places)[0]
        along = _brought_along(needs, top)
        more = f", and in {len(places) - 1} more modules" if len(places) > 1 else ""
        why = "" if reached else "; no public name of the wheel reaches it"
        why = why or ("" if along is False else "; another requirement may bring it along")
        yield found(
            f"`{item.module}` is imported{more}, and nothing in Requires-Dist brings it{why}",
            hint=f"add {_named(top)} to `dependencies` of [project], or to an extra",
            at=tree.place(facts, path, item.line),
            severity=None if reached and along is False else Severity.INFO,
        )


def _possible_tops(graph: ImportGraph) -> set[str]:
    """The top-level names of all absolute imports, guarded ones too."""
    return {_top(item) for _, module in graph.judged() for item in module.possible if not item.level}


def _top(item: Imported) -> str:
    return item.module.partition(".")[0]


def _foreign(graph: ImportGraph, strange: set[str]) -> Mapping[str, list[tuple[str, Imported]]]:
    """The unguarded imports of other distributions by their top-level names, with the modules that have them."""
    found: dict[str, list[tuple[str, Imported]]] = defaultdict(list)
    # Of the interpreter, or of who brings the other.
    asked = {top for top in strange if not top.startswith("_") or owners_of(top)}
    for path, module in graph.judged():
        if not any(_top(item) in asked and not item.level for item in module.possible):
            continue
        for item in module.imports:
            if not item.level and not item.guarded and _top(item) in asked:
                found[_top(item)].append((path, item))
    return found


def _named(top: str) -> str:
    owners = owners_of(top)
    return f"`{owners[0]}`" if owners else f"the distribution that is imported as `{top}`"


def _own_names(facts: WheelFacts) -> frozenset[str]:
    """All that an import may find without another distribution: the standard library, and any name in the wheel."""
    tree = installed(facts)
    folders = {name for folder in tree.with_modules for name in folder.split("/")}
    modules = {module_stem(path.rpartition("/")[2]) or "" for path in tree.modules}
    return frozenset({*ANY_PYTHON, *HOSTS, *folders, *modules, ""})


@dataclasses.dataclass(frozen=True, slots=True)
class _Needs:
    """What a wheel requires: the normalised names, and all that they bring along, None where that is not known.

    The members of its workspace are not among them: `siblings` are the top-level names that these are imported as.
    """

    names: frozenset[str]
    along: frozenset[str] | None
    siblings: frozenset[str]


def _needs(facts: WheelFacts) -> _Needs:
    metadata, project = facts.wheel.metadata, installed(facts).project
    texts = metadata.values("Requires-Dist") if metadata is not None else ()
    parsed = [requirement for text in texts if (requirement := _requirement(text)) is not None]
    names = frozenset(canonicalize_name(requirement.name) for requirement in parsed) - {project}
    with_extras = any(requirement.extras for requirement in parsed)
    members = {name: package for name, package in _members(facts).items() if package.import_names}
    direct = {name: required for name, member in members.items() if (required := _required(member)) is not None}
    along = None if with_extras or len(parsed) < len(texts) else closure(names, direct)
    tops = {
        imported.partition(".")[0]
        for name in (names if along is None else along)
        if name in members
        for imported in members[name].import_names
    }
    return _Needs(names - members.keys(), along - members.keys() if along is not None else None, frozenset(tops))


def _members(facts: WheelFacts) -> Mapping[str, Package]:
    """The packages of the tree that the wheel was built from, by their names."""
    packages = facts.package.whole.repository.workspace.packages if facts.package is not None else ()
    return {package.name: package for package in packages}


def _required(package: Package) -> frozenset[str] | None:
    """The normalised names of what a package requires; None where that is not in [project], or asks for extras."""
    project = table(package.pyproject, "project")
    if not project or "dependencies" in strings(project.get("dynamic")):
        return None
    names: set[str] = set()
    for line in package.dependencies:
        requirement = _requirement(line)
        if requirement is None or requirement.extras:
            return None
        names.add(canonicalize_name(requirement.name))
    return frozenset(names)


def _requirement(text: str) -> Requirement | None:
    try:
        return Requirement(text)
    except InvalidRequirement:
        return None


def _brought_along(needs: _Needs, top: str) -> bool | None:
    """Whether what a wheel requires brings an import name along; None where that is not known."""
    return None if needs.along is None else any_brings(needs.along, top)
