# SPDX-License-Identifier: Apache-2.0
"""Holding raw values against the schema, and saying all that is wrong with them, not only the first."""

from __future__ import annotations

import datetime as dt
import math
import re
from typing import TYPE_CHECKING, Literal, TypeAlias, cast

import msgspec
from msgspec import inspect

from noxkit.config import _checks
from noxkit.config._fields import Shape, all_options, choices, describe, shape_of
from noxkit.config._literals import as_toml

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from noxkit.config._redact import Redactor

__all__ = ["Fault", "KeyPath", "Origin", "as_table", "quoted", "similar"]

KeyPath: TypeAlias = "tuple[str | int, ...]"
_MISSPELT = 0.6  # the ratio from which difflib calls two words close


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong with a value; `path` leads to it from the value that was looked at."""

    path: KeyPath
    kind: Literal["type", "value", "unknown"]
    message: str
    hint: str

    @property
    def at_key(self) -> bool:
        """Whether to point at the key instead of the value."""
        return self.kind == "unknown"


def as_table(value: object) -> dict[str, object] | None:
    """`value` as a table with string keys, or None where it is none."""
    return cast("dict[str, object]", value) if isinstance(value, dict) else None


def _as_list(value: object) -> list[object] | None:
    return cast("list[object]", value) if isinstance(value, list) else None


def similar(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate that `word` was most likely meant to be."""
    import difflib  # noqa: PLC0415 -- needed only where something is wrong

    found = difflib.get_close_matches(word.lower(), list(candidates), n=1, cutoff=_MISSPELT)
    return found[0] if found else None


def quoted(words: Iterable[str]) -> str:
    """The words in backticks, with commas."""
    return ", ".join(f"`{word}`" for word in words)


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """Where a value was given, and how its parts are called there.

    `name` is the flag or the variable, and empty for TOML, where a part is called by its dotted key.
    """

    name: str
    redactor: Redactor

    def label(self, path: KeyPath) -> str:
        """What a message calls the value at `path`: `coverage.groups[0].name`, `NOXKIT_KINDS[0].name`."""
        text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
        return (self.name + text).removeprefix(".")

    def table(self, path: KeyPath) -> str:
        """What a message calls the table at `path`: `[tool.noxkit.coverage]`, `[[tool.noxkit.kinds]]`."""
        if self.name:
            return self.label(path)
        dotted = ".".join(["tool", "noxkit", *(part for part in path if not isinstance(part, int))])
        return f"[[{dotted}]]" if any(isinstance(part, int) for part in path) else f"[{dotted}]"

    def faults(self, kind: inspect.Type, value: object, path: KeyPath = ()) -> Iterator[Fault]:
        """Everything that is wrong with `value` at `path`, which ought to be of the type `kind`."""
        shape = shape_of(kind)
        core = shape.core
        if isinstance(core, inspect.StructType):
            yield from self._table_faults(core, value, path)
        elif isinstance(core, inspect.VarTupleType):
            yield from self._list_faults(shape, value, path, core=core)
        elif isinstance(core, inspect.DictType):
            yield from self._dict_faults(core, value, path)
        else:
            yield from self._scalar_faults(shape, value, path)

    def _table_faults(self, core: inspect.StructType, value: object, path: KeyPath) -> Iterator[Fault]:
        table = as_table(value)
        if table is None:
            yield self._wrong_type(shape_of(core), value, path)
            return
        fields = {field.encode_name: field for field in core.fields}
        found: list[Fault] = []
        for key, item in table.items():
            if key in fields:
                found += self.faults(fields[key].type, item, (*path, key))
            else:
                found.append(self._unknown_key(key, list(fields), path))
        found += (
            self._missing_key(field, path) for field in core.fields if field.required and field.encode_name not in table
        )
        yield from found
        check = _checks.TABLE_CHECKS.get(core.cls.__name__)
        if check is not None and not found:
            for wrong in check(table):
                yield Fault(
                    path=(*path, wrong.key),
                    kind="value",
                    message=f"{wrong.message} in {self.table(path)}",
                    hint=wrong.hint,
                )

    def _missing_key(self, field: inspect.Field, path: KeyPath) -> Fault:
        example = as_toml(next(iter(shape_of(field.type).examples), "…"))
        return Fault(
            path=path,
            kind="value",
            message=f"`{field.encode_name}` is missing from {self.table(path)}",
            hint=f"add it, such as `{field.encode_name} = {example}`",
        )

    def _unknown_key(self, key: str, known: Sequence[str], path: KeyPath) -> Fault:
        message = f"{self.redactor.shown(key)} is not an option of {self.table(path)}"
        return Fault(path=(*path, key), kind="unknown", message=message, hint=self._unknown_hint(key, known, path))

    def _unknown_hint(self, key: str, known: Sequence[str], path: KeyPath) -> str:
        options = all_options()
        if not path:
            run = next(
                (option for option in options if option.run and option.path[0] in {key, key.replace("_", "-")}),
                None,
            )
            if run is not None:
                return f"it is set for a run, not in TOML: use `{run.flag}` behind `--`, or {run.variable}"
        if meant := similar(key.replace("_", "-"), known):
            return f"did you mean `{meant}`?"
        elsewhere = next((option.name for option in options if not option.run and key == option.path[-1]), None)
        if elsewhere is not None and not self.name:
            return f"did you mean `{elsewhere}`, in [tool.noxkit.{elsewhere.rpartition('.')[0]}]?"
        return f"remove it; the options there are {quoted(known)}"

    def _list_faults(
        self, shape: Shape, value: object, path: KeyPath, *, core: inspect.VarTupleType
    ) -> Iterator[Fault]:
        items = _as_list(value)
        if items is None:
            yield self._wrong_type(shape, value, path)
            return
        if core.min_length and len(items) < core.min_length:
            example = as_toml(next(iter(shape.examples), ["…"]))
            yield Fault(
                path=path,
                kind="value",
                message=f"`{self.label(path)}` is empty",
                hint=f"give at least one, such as `{example}`, or leave it out",
            )
        found = [
            fault for number, item in enumerate(items) for fault in self.faults(core.item_type, item, (*path, number))
        ]
        yield from found
        if not found:
            yield from self._doubles(shape, items, path)

    def _doubles(self, shape: Shape, items: Sequence[object], path: KeyPath) -> Iterator[Fault]:
        unique = shape.extra.get("unique")
        seen: set[object] = set()
        for number, item in enumerate(items) if unique else ():
            place: KeyPath = (*path, number)
            if isinstance(unique, str):
                place, item = (*place, unique), (as_table(item) or {}).get(unique)  # noqa: PLW2901 -- the same item, closer
            if item in seen:
                yield Fault(
                    path=place,
                    kind="value",
                    message=f"{self.redactor.shown(item)} stands in `{self.label(path)}` twice",
                    hint="remove one of them" if unique is True else f"give each its own `{unique}`",
                )
            seen.add(item)

    def _dict_faults(self, core: inspect.DictType, value: object, path: KeyPath) -> Iterator[Fault]:
        table = as_table(value)
        if table is None:
            yield self._wrong_type(shape_of(core), value, path)
            return
        for key, item in table.items():
            yield from self.faults(core.value_type, item, (*path, key))

    def _scalar_faults(self, shape: Shape, value: object, path: KeyPath) -> Iterator[Fault]:
        if not _has_type(shape.core, value):
            yield self._wrong_type(shape, value, path)
            return
        wrong = self._wrong_value(shape, value)
        if wrong is not None:
            message = f"`{self.label(path)}` is {self.redactor.shown(value)}, which {wrong.message}"
            yield Fault(path=path, kind="value", message=message, hint=wrong.hint)

    def _wrong_value(self, shape: Shape, value: object) -> _checks.Wrong | None:
        core = shape.core
        if values := choices(core):
            return _wrong_choice(str(value), values)
        if isinstance(core, inspect.IntType | inspect.FloatType):
            return _wrong_number(shape, core, cast("float", value))
        if isinstance(value, str) and isinstance(core, inspect.StrType):
            return _wrong_text(shape, core, value)
        return None

    def _wrong_type(self, shape: Shape, value: object, path: KeyPath) -> Fault:
        wanted = describe(shape.core)
        is_name = isinstance(value, str | int | float | dt.date)
        given = self.redactor.shown(value) if is_name else _noun(value)
        message = f"`{self.label(path)}` must be {wanted}, not {given}"
        return Fault(
            path=path,
            kind="type",
            message=message,
            hint=_type_hint(shape, self.redactor.value(value), text=bool(self.name)),
        )


def _has_type(core: inspect.Type, value: object) -> bool:
    if isinstance(core, inspect.BoolType):
        return isinstance(value, bool)
    if isinstance(core, inspect.IntType):
        return isinstance(value, int) and not isinstance(value, bool)
    if isinstance(core, inspect.FloatType):
        return isinstance(value, int | float) and not isinstance(value, bool)
    if isinstance(core, inspect.DateType):
        return _is_date(value)
    return isinstance(core, inspect.AnyType) or isinstance(value, str)


def _is_date(value: object) -> bool:
    if isinstance(value, dt.datetime):
        return False
    try:
        msgspec.convert(value, dt.date)
    except msgspec.ValidationError:
        return False
    return True


def _wrong_choice(value: str, values: Sequence[str]) -> _checks.Wrong | None:
    if value in values:
        return None
    meant = similar(value, values)
    hint = f"did you mean `{meant}`?" if meant else f"use one of {quoted(values)}"
    return _checks.Wrong(f"is not one of {quoted(values)}", hint)


def _wrong_number(shape: Shape, core: inspect.IntType | inspect.FloatType, value: float) -> _checks.Wrong | None:
    limits = (
        (core.gt, "greater than", ">"),
        (core.ge, "at least", ">="),
        (core.lt, "less than", "<"),
        (core.le, "at most", "<="),
    )
    needed = " and ".join(f"{words} {limit}" for limit, words, _ in limits if limit is not None)
    if math.isnan(value) or not all(_holds(value, sign, limit) for limit, _, sign in limits if limit is not None):
        example = f", such as {shape.examples[0]}" if shape.examples else ""
        return _checks.Wrong(f"is not {needed}", f"use a number that is {needed}{example}")
    return None


def _holds(value: float, sign: str, limit: float) -> bool:
    return {">": value > limit, ">=": value >= limit, "<": value < limit, "<=": value <= limit}[sign]


def _wrong_text(shape: Shape, core: inspect.StrType, value: str) -> _checks.Wrong | None:
    if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
        return _checks.Wrong("holds a character that no path or argument can have", "write it in printable characters")
    if core.pattern is not None:
        # `$` also matches before a newline at the end
        ends_line = core.pattern.endswith("$") and value.endswith("\n")
        if ends_line or not re.search(core.pattern, value):
            expected = str(shape.extra.get("expected", f"a text that matches {core.pattern}"))
            such = f", such as `{shape.examples[0]}`" if shape.examples else ""
            return _checks.Wrong(f"is not {expected}", f"write {expected}{such}")
    check = shape.extra.get("check")
    return _checks.TEXT_CHECKS[str(check)](value) if check else None


def _noun(value: object) -> str:
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return "a list"
    return "nothing" if value is None else "a time"


def _is_word(core: inspect.VarTupleType, value: str) -> bool:
    """Whether `value` can be meant as the only item of the list."""
    return (
        not isinstance(shape_of(core.item_type).core, inspect.StructType)
        and value.isprintable()
        and len(value.split()) == 1
    )


def _type_hint(shape: Shape, value: object, *, text: bool) -> str:
    core = shape.core
    example = as_toml(next(iter(shape.examples), None)) if shape.examples else ""
    such = f", such as `{example}`" if example else ""
    if isinstance(core, inspect.BoolType):
        return "use true or false" if text else "write true or false, without quotes"
    if isinstance(core, inspect.VarTupleType) and isinstance(value, str) and not text:
        return f"write a list: `{as_toml([value])}`" if _is_word(core, value) else f"write {describe(core)}{such}"
    if isinstance(core, inspect.StrType) and not isinstance(value, dict | list) and not text:
        return f"write it in quotes{such}"
    if isinstance(core, inspect.DateType):
        return "write a date without a time, such as 2027-01-01"
    if isinstance(core, inspect.IntType | inspect.FloatType) and isinstance(value, str) and not text:
        return f"write a number without quotes{such}"
    return f"give {describe(core)}{such}"
