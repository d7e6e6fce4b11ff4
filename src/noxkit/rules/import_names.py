# SPDX-License-Identifier: Apache-2.0
"""The modules that METADATA says can be imported (PEP 794), against those that a wheel holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noxkit.diagnostics.model import FixSafety
from noxkit.rules._artifacts import WheelFacts
from noxkit.rules._base import Found, Scope, found, rule
from noxkit.rules._core_metadata import limited, refused, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noxkit.artifacts.headers import Field
    from noxkit.rules._artifacts import FileFacts
    from noxkit.rules._core_metadata import CoreMetadata

__all__ = ["import_name_mismatch"]

_SUFFIXES = (".py", ".pyi", ".so", ".pyd", ".pyc")


@rule(code="NK-IMPORT-NAME-MISMATCH", scope=Scope.ARCHIVE, since="1.0", standard=True, fix=FixSafety.DISPLAY)
def import_name_mismatch(facts: FileFacts) -> Iterator[Found]:
    """Import-Name or Import-Namespace names what cannot be imported, or leaves out a top-level module of the wheel.

    # Why
    Resolvers and people look there for the project that brings a module. What is no dotted name the package index
    refuses.

    # Fails
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Metadata-Version = "2.5"
    Import-Name = "demos"
    ```
    Or one that is left out:
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Metadata-Version = "2.5"
    Import-Name = "demo"
    [files]
    "other.py" = ""
    ```
    Or what is no name:
    ```toml demo-1.0.tar.gz
    [metadata]
    Metadata-Version = "2.5"
    Import-Name = "my-demo"
    ```

    # Passes
    ```toml acme_demo-1.0-py3-none-any.whl
    [metadata]
    Metadata-Version = "2.5"
    Import-Namespace = "acme"
    Import-Name = ["acme.demo", "_native ; private", "acme_demo"]
    [files]
    "acme/demo/__init__.py" = ""
    "_native.abi3.so" = ""
    "_hidden.py" = ""
    "data/a.json" = "{}"
    ```
    Or a wheel that says that there is nothing to import:
    ```toml demo-1.0-py3-none-any.whl
    [metadata]
    Metadata-Version = "2.5"
    Import-Name = ""
    [files]
    "demo/__init__.py" = false
    ```

    # Fix
    Display: correct `import-names` or `import-namespaces` of `[project]`, or leave both out, and rebuild.

    # Options
    None.

    # When to ignore
    Never.
    """
    core = facts.core
    if core is None or not (core.fields("Import-Name") or core.fields("Import-Namespace")):
        return
    findings = [*_no_names(facts, core)]
    if isinstance(facts, WheelFacts) and not findings:
        findings = [*_absent(facts, core), *_unlisted(facts, core)]
    yield from limited(findings, facts.at(facts.headers_path))


def _fields(core: CoreMetadata) -> tuple[tuple[str, str, Field], ...]:
    """The two fields with the name that each states; not an empty Import-Name, which says that there is none."""
    listed = [(kind, field) for kind in ("Import-Name", "Import-Namespace") for field in core.fields(kind)[:1000]]
    return tuple((kind, name, field) for kind, field in listed if (name := field.value.partition(";")[0].strip()))


def _no_names(facts: FileFacts, core: CoreMetadata) -> Iterator[Found]:
    keys = {"Import-Name": "import_names", "Import-Namespace": "import_namespaces"}
    both = {name for kind, name, _ in _fields(core) if kind == "Import-Name"}
    for kind, name, field in _fields(core):
        reason = refused(keys[kind], [field.value.strip()])
        if reason is None and kind == "Import-Namespace" and name in both:
            reason = "it is an `Import-Name` as well"
        if reason is not None:
            yield _finding(facts, f"`{kind}: {shown(field.value)}` is refused: {reason}", field)


def _modules(facts: WheelFacts) -> tuple[frozenset[str], frozenset[str]]:
    """The dotted names of all modules and packages, and of all folders with modules below."""
    modules: set[str] = set()
    folders: set[str] = set()
    for path, _ in facts.wheel.installed:
        *above, last = path.split("/")
        stem = last.partition(".")[0]
        if not last.endswith(_SUFFIXES):
            continue
        folders.update(".".join(above[: depth + 1]) for depth in range(min(len(above), 20)))
        modules.add(".".join(above if stem == "__init__" else [*above, stem]))
    return frozenset(modules), frozenset(folders)


def _absent(facts: WheelFacts, core: CoreMetadata) -> Iterator[Found]:
    modules, folders = _modules(facts)
    for kind, name, field in _fields(core):
        held = modules | folders if kind == "Import-Name" else folders - modules
        if name in held:
            continue
        regular = kind == "Import-Namespace" and name in modules
        what = "is a regular package of the wheel" if regular else "is not in the wheel"
        yield _finding(facts, f"`{kind}: {shown(name)}` {what}", field)


def _unlisted(facts: WheelFacts, core: CoreMetadata) -> Iterator[Found]:
    modules, folders = _modules(facts)
    listed = {name.partition(".")[0] for _, name, _ in _fields(core)}
    tops = sorted({name.partition(".")[0] for name in modules | folders} - listed - {""})
    for top in tops:
        if not top.startswith("_") and top.isidentifier() and core.fields("Import-Name"):
            yield _finding(facts, f"the wheel holds `{top}`, which neither field names", core.fields("Import-Name")[0])


def _finding(facts: FileFacts, message: str, field: Field) -> Found:
    hint = "correct `import-names` or `import-namespaces` of [project], or leave both out, and rebuild"
    return found(message, hint=hint, at=facts.at_field(field), display=True)
