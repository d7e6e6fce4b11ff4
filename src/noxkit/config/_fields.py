# SPDX-License-Identifier: Apache-2.0
"""What the schema declares, read from its types: one `Option` for every flag, variable and TOML key."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, cast

import msgspec
from msgspec import inspect

from noxkit.config.schema import Options, RunOptions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["Option", "Shape", "all_options", "choices", "describe", "metavar", "root_type", "shape_of"]

_EMPTY: Mapping[str, object] = {}


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """A type without its wrappers: `core` is never a `Metadata` nor a union with None."""

    core: inspect.Type
    nullable: bool
    description: str
    examples: tuple[object, ...]
    extra: Mapping[str, object]


@functools.cache
def root_type() -> inspect.StructType:
    """The type of the whole `[tool.noxkit]` table."""
    return _struct_type(Options)


def _struct_type(cls: type[msgspec.Struct]) -> inspect.StructType:
    return cast("inspect.StructType", inspect.type_info(cls))


def shape_of(kind: inspect.Type) -> Shape:
    """`kind` without its wrappers; what the outer wrapper says holds before what the inner one says."""
    schema: dict[str, object] = {}
    extra: dict[str, object] = {}
    nullable = False
    while isinstance(kind, inspect.Metadata | inspect.UnionType):
        if isinstance(kind, inspect.UnionType):
            nullable = nullable or kind.includes_none
            kind = next(member for member in kind.types if not isinstance(member, inspect.NoneType))
            continue
        said = msgspec.structs.asdict(kind)
        schema = {**cast("dict[str, object]", said["extra_json_schema"] or {}), **schema}
        extra = {**cast("dict[str, object]", said["extra"] or {}), **extra}
        kind = kind.type
    return Shape(
        core=kind,
        nullable=nullable,
        description=str(schema.get("description", "")),
        examples=tuple(cast("list[object]", schema.get("examples", []))),
        extra=extra or _EMPTY,
    )


class Option(msgspec.Struct, frozen=True, kw_only=True):
    """One option: a leaf of the schema. `run` options have no TOML key."""

    path: tuple[str, ...]
    kind: inspect.Type
    shape: Shape
    default: object
    run: bool

    @property
    def name(self) -> str:
        """The dotted name, as in TOML: `typecheck.checkers`; `run.jobs` for what is asked of a run."""
        return ".".join(["run", *self.path] if self.run else self.path)

    @property
    def in_text(self) -> bool:
        """Whether there is a variable for it, and a flag unless it is structured."""
        return self.shape.extra.get("text") is not False

    @property
    def flag(self) -> str:
        """The flag: `--typecheck-checkers`."""
        return "--" + "-".join(self.path)

    @property
    def variable(self) -> str:
        """The environment variable: `NOXKIT_TYPECHECK_CHECKERS`."""
        return "NOXKIT_" + "_".join(self.path).replace("-", "_").upper()

    @property
    def structured(self) -> bool:
        """Whether it is a list of tables, which has no flag and is JSON in its variable."""
        core = self.shape.core
        return isinstance(core, inspect.VarTupleType) and isinstance(shape_of(core.item_type).core, inspect.StructType)

    @property
    def switch(self) -> bool:
        """Whether its flag stands alone."""
        return isinstance(self.shape.core, inspect.BoolType)

    @property
    def usage(self) -> str:
        """The flag with a word for its value: `--jobs N`."""
        return f"{self.flag} {metavar(self.shape)}".strip()

    @property
    def adds(self) -> bool:
        """Whether what is given at several places is joined."""
        return self.shape.extra.get("merge") == "add"


@functools.cache
def all_options() -> tuple[Option, ...]:
    """Every option, in the order of the schema; run options come last."""
    return (*_leaves(root_type(), (), run=False), *_leaves(_struct_type(RunOptions), (), run=True))


def _leaves(table: inspect.StructType, prefix: tuple[str, ...], *, run: bool) -> Iterator[Option]:
    for field in table.fields:
        path = (*prefix, field.encode_name)
        shape = shape_of(field.type)
        if isinstance(shape.core, inspect.StructType):
            yield from _leaves(shape.core, path, run=run)
        else:
            yield Option(path=path, kind=field.type, shape=shape, default=_default(field), run=run)


def _default(field: inspect.Field) -> object:
    if field.default is not msgspec.NODEFAULT:
        return field.default
    if field.default_factory is not msgspec.NODEFAULT:
        return field.default_factory()
    return None


_SCALARS: Mapping[type[inspect.Type], tuple[str, str]] = {
    inspect.StrType: ("a string", "strings"),
    inspect.IntType: ("a whole number", "whole numbers"),
    inspect.FloatType: ("a number", "numbers"),
    inspect.BoolType: ("true or false", "true or false"),
    inspect.DateType: ("a date", "dates"),
    inspect.DictType: ("a table", "tables"),
    inspect.StructType: ("a table", "tables"),
    inspect.AnyType: ("any value", "values"),
}


def choices(kind: inspect.Type) -> tuple[str, ...]:
    """The values that a choice accepts; empty for any other type."""
    if isinstance(kind, inspect.LiteralType):
        return tuple(str(value) for value in kind.values)
    if isinstance(kind, inspect.EnumType):
        return tuple(str(member.value) for member in kind.cls)
    return ()


def describe(kind: inspect.Type, *, plural: bool = False) -> str:
    """A type in words: `a list of strings`, ``one of `standard`, `strict` ``."""
    core = shape_of(kind).core
    if values := choices(core):
        return ("any of " if plural else "one of ") + ", ".join(f"`{value}`" for value in values)
    if isinstance(core, inspect.VarTupleType):
        inner = describe(core.item_type, plural=True)
        return f"lists of {inner}" if plural else f"a list of {inner}"
    if isinstance(core, inspect.DictType):
        inner = describe(core.value_type, plural=True)
        return f"tables of {inner}" if plural else f"a table of {inner}"
    return _SCALARS[type(core)][plural]


def metavar(shape: Shape) -> str:
    """What stands for the value in the help; empty for a switch."""
    if isinstance(shape.core, inspect.BoolType):
        return ""
    if isinstance(shape.core, inspect.VarTupleType):
        own = shape.extra.get("metavar")
        return f"{own or metavar(shape_of(shape.core.item_type))},…"
    return str(shape.extra.get("metavar") or "|".join(choices(shape.core)) or "TEXT")
