# SPDX-License-Identifier: Apache-2.0
"""Loading the configuration: flag over variable over TOML over default, and where each value came from."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeVar, cast

import msgspec

from noxkit.config._arguments import Given, read_environment, read_flags, split_arguments
from noxkit.config._checks import wrong_together
from noxkit.config._document import Document, noxkit_table, read_document, relative_path
from noxkit.config._fields import Option, all_options, root_type
from noxkit.config._redact import Redactor
from noxkit.config._values import Fault, Origin, as_table
from noxkit.config.schema import Options, RunOptions
from noxkit.diagnostics.credentials import CREDENTIAL_PATTERNS
from noxkit.errors import ErrorRecord, NoxkitError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from noxkit.config._values import KeyPath

__all__ = ["Config", "ReportTarget", "Source", "faults_of", "load", "member_table_errors"]

_StructT = TypeVar("_StructT", bound=msgspec.Struct)
_TABLE = ("tool", "noxkit")
_CODES = {"type": "NK-CONFIG-TYPE", "value": "NK-CONFIG-VALUE", "unknown": "NK-CONFIG-UNKNOWN-KEY"}


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """Where a value came from: `place` is `--jobs`, `NOXKIT_JOBS`, `pyproject.toml:12` or `default`.

    Where several places are joined, `kind` is the highest and `place` names all of them.
    """

    kind: Literal["flag", "environment", "pyproject", "default"]
    place: str

    def __str__(self) -> str:
        """The place."""
        return self.place


class ReportTarget(NamedTuple):
    """One report to write; `{session}` may stand in `file`."""

    format: str
    file: str


class _Contribution(NamedTuple):
    kind: Literal["flag", "environment", "pyproject"]
    value: object


class _Merged(NamedTuple):
    """Raw effective values by option name, and who gave them, the highest first."""

    values: dict[str, object]
    givers: dict[str, list[_Contribution]]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The effective configuration of one call.

    `pytest_arguments` is what follows a second `--`; `help` is the text that `--help` asks for, else None.
    """

    options: Options
    run: RunOptions
    pytest_arguments: tuple[str, ...]
    asks_for_help: bool
    _merged: _Merged = dataclasses.field(repr=False)
    _document: Document = dataclasses.field(repr=False)
    _redactor: Redactor = dataclasses.field(repr=False)

    @property
    def reports(self) -> tuple[ReportTarget, ...]:
        """The reports to write, from `report` and from `format` with `output`."""
        targets = [ReportTarget(*text.split("=", 1)) for text in self.run.report]
        if self.run.format is not None and self.run.output is not None:
            targets.append(ReportTarget(self.run.format, self.run.output))
        return tuple(targets)

    def source(self, name: str) -> Source:
        """Where the option `name` came from: a dotted name, with a key behind that of a table (`tools.ruff`).

        An option of a run is found with and without `run.` before it. Raises KeyError where there
        is no such option.
        """
        option, key = _find(name)
        givers = self._merged.givers.get(option.name, [])
        if key is not None:
            givers = [giver for giver in givers if key in (as_table(giver.value) or {})]
        if not givers:
            return Source(kind="default", place="default")
        told = givers if option.adds or (key is None and isinstance(option.default, dict)) else givers[:1]
        return Source(kind=told[0].kind, place=" + ".join(self._place(option, giver, key) for giver in told))

    def _place(self, option: Option, giver: _Contribution, key: str | None) -> str:
        if giver.kind == "flag":
            return option.flag
        if giver.kind == "environment":
            return option.variable
        line = self._document.line((*_TABLE, *option.path, *([] if key is None else [key])))
        return f"{self._document.path}:{line}" if line else self._document.path

    def items(self) -> Iterator[tuple[str, object, Source]]:
        """Each option's name, effective value as plain data without secrets, and source.

        A table such as `tools` gives one item a key, and one with `{}` where it is empty.
        """
        for option in all_options():
            value = self._redactor.value(self._effective(option))
            table = as_table(value)
            if table:
                yield from (
                    (f"{option.name}.{key}", item, self.source(f"{option.name}.{key}")) for key, item in table.items()
                )
            else:
                yield option.name, value, self.source(option.name)

    def _effective(self, option: Option) -> object:
        value = cast("object", msgspec.to_builtins(self.run if option.run else self.options))
        for part in option.path:
            value = (as_table(value) or {})[part]
        return value


def _find(name: str) -> tuple[Option, str | None]:
    for option in all_options():
        if name in {option.name, option.name.removeprefix("run.")}:
            return option, None
        if isinstance(option.default, dict) and name.startswith(f"{option.name}."):
            return option, name[len(option.name) + 1 :]
    raise KeyError(name)


def load(
    root: Path,
    *,
    environ: Mapping[str, str],
    arguments: Sequence[str] = (),
    pyproject: Path | None = None,
    words_are_files: bool = False,
) -> Config:
    """Load the configuration of `root`.

    `arguments` is what follows nox's own `--`; with `words_are_files` each word in it that is no flag's value
    names a built file. With `--help` among the arguments nothing else is looked at, and
    `Config.asks_for_help` is set. Raises NoxkitError with everything that is wrong at once.
    """
    own, pytest_arguments = split_arguments(arguments)
    redactor = Redactor(environ, patterns=CREDENTIAL_PATTERNS)
    asked = "--help" in own or "-h" in own
    document = Document("pyproject.toml") if asked else read_document(root, pyproject)
    from_file = _read_table(document, Origin(name="", redactor=redactor))
    from_variables = Given() if asked else read_environment(environ, redactor=redactor)
    from_flags = Given() if asked else read_flags(own, redactor=redactor, words_are_files=words_are_files)
    places = {"flag": from_flags, "environment": from_variables, "pyproject": from_file}
    merged = _merge(places)
    records = [*from_file.records, *from_variables.records, *from_flags.records]
    records += _records_together(
        merged, document, redactor, unsure=[name for place in places.values() for name in place.wrong]
    )
    if records:
        raise NoxkitError(records)
    return Config(
        options=_convert(merged, Options, run=False),
        run=_convert(merged, RunOptions, run=True),
        pytest_arguments=pytest_arguments,
        asks_for_help=asked,
        _merged=merged,
        _document=document,
        _redactor=redactor,
    )


def _read_table(document: Document, origin: Origin) -> Given:
    """What TOML gives, and all that is wrong there, in the order of its lines."""
    given = Given(records=list(document.records))
    for key in document.data:
        if _is_own_name(key):
            hint = "write `[tool.noxkit]`"
            given.records.append(
                document.record(
                    "NK-CONFIG-UNKNOWN-KEY", f"`[{key}]` is read by nothing", hint, path=(key,), at_key=True
                )
            )
    for key in as_table(document.data.get("tool")) or {}:
        if key != "noxkit" and _is_own_name(key):
            message = f"`[tool.{key}]` is read by nothing"
            given.records.append(
                document.record(
                    "NK-CONFIG-UNKNOWN-KEY", message, "write `[tool.noxkit]`", path=("tool", key), at_key=True
                )
            )
    raw = noxkit_table(document)
    if raw is None:
        return given
    table = as_table(raw)
    faults = list(origin.faults(root_type(), table)) if table is not None else [_not_a_table(raw)]
    given.records += [_located(document, fault) for fault in faults]
    given.records.sort(key=lambda record: (record.line or 0, record.column or 0))
    _take_values(given, table or {}, [fault.path for fault in faults])
    return given


def _is_own_name(key: str) -> bool:
    return key.lower().replace("-", "").replace("_", "") == "noxkit"


def _not_a_table(raw: object) -> Fault:
    word = "a list" if isinstance(raw, list) else "a single value"
    return Fault(
        path=(),
        kind="type",
        message=f"`tool.noxkit` must be a table, not {word}",
        hint="write `[tool.noxkit]` and the options below it",
    )


def _located(document: Document, fault: Fault) -> ErrorRecord:
    return document.record(
        _CODES[fault.kind], fault.message, fault.hint, path=(*_TABLE, *fault.path), at_key=fault.at_key
    )


def _take_values(given: Given, table: dict[str, object], faulty: Iterable[KeyPath]) -> None:
    paths = list(faulty)
    for option in all_options():
        if option.run:
            continue
        value: object = table
        for part in option.path:
            value = (as_table(value) or {}).get(part)
        if any(path[: len(option.path)] == option.path[: len(path)] for path in paths):
            given.wrong.add(option.name)
        elif value is not None:
            given.values[option.name] = value


def _merge(places: Mapping[str, Given]) -> _Merged:
    """The effective raw values: the highest place holds; tables join by key; some lists join."""
    merged = _Merged({}, {})
    for option in all_options():
        name = option.name
        givers = [
            _Contribution(cast("Literal['flag']", kind), place.values[name])
            for kind, place in places.items()
            if name in place.values
        ]
        if givers:
            merged.givers[name] = givers
            merged.values[name] = _joined(option, [giver.value for giver in givers])
    return merged


def _joined(option: Option, highest_first: Sequence[object]) -> object:
    lowest_first = list(reversed(highest_first))
    if isinstance(option.default, dict):
        return {key: item for value in lowest_first for key, item in (as_table(value) or {}).items()}
    if option.adds:
        lists = cast("list[Sequence[object]]", [option.default, *lowest_first])
        return list(dict.fromkeys(item for value in lists for item in value))
    return highest_first[0]


def _records_together(
    merged: _Merged, document: Document, redactor: Redactor, *, unsure: Sequence[str]
) -> Iterator[ErrorRecord]:
    options = {option.name: option for option in all_options()}
    for wrong in wrong_together(merged.values, unsure=unsure):
        option = options[wrong.key]
        kind, value = merged.givers[option.name][0]
        label = {"flag": option.flag, "environment": option.variable, "pyproject": option.name}[kind]
        message = f"`{label}` {wrong.message}: {redactor.shown(value)}"
        if kind == "pyproject":
            yield document.record("NK-CONFIG-VALUE", message, wrong.hint, path=(*_TABLE, *option.path))
        else:
            yield ErrorRecord(code="NK-ARGUMENT-VALUE", message=message, hint=wrong.hint)


def _convert(merged: _Merged, kind: type[_StructT], *, run: bool) -> _StructT:
    table: dict[str, object] = {}
    for option in all_options():
        if option.run is run and option.name in merged.values:
            inner = table
            for part in option.path[:-1]:
                inner = cast("dict[str, object]", inner.setdefault(part, {}))
            inner[option.path[-1]] = merged.values[option.name]
    try:
        return msgspec.convert(table, kind)
    except msgspec.ValidationError as error:
        # not reached as long as `_values` refuses all that the schema refuses
        hint = "mend the option; `noxkit config` shows where each value comes from"
        raise NoxkitError(
            ErrorRecord(code="NK-CONFIG-VALUE", message=f"the configuration cannot be used: {error}", hint=hint)
        ) from error


def member_table_errors(root: Path, member_pyprojects: Iterable[Path]) -> tuple[ErrorRecord, ...]:
    """A record for each member whose pyproject.toml has a `[tool.noxkit]`, which stands in the root only.

    Paths may be relative to `root`. The root's own file is passed over, and so is one that cannot be
    read: the workspace and its rules report that.
    """
    own = (root / "pyproject.toml").resolve()
    records: list[ErrorRecord] = []
    for file in member_pyprojects:
        if (root / file).resolve() == own:
            continue
        document = read_document(root, file)
        if noxkit_table(document) is not None:
            member = relative_path(root, (root / file).parent)
            message = f"[tool.noxkit] stands in the member `{member}`, where it is not read"
            hint = "move it to the root's pyproject.toml, where `kinds` and `paths` serve single members"
            records.append(document.record("NK-CONFIG-PLACE", message, hint, path=_TABLE, at_key=True))
    return tuple(records)


def faults_of(kind: type[msgspec.Struct], table: Mapping[str, object], *, family: str) -> list[Fault]:
    """Everything that is wrong with the `table` of a `family` of rules, whose options `kind` declares."""
    origin = Origin(name="", redactor=Redactor({}, patterns=CREDENTIAL_PATTERNS))
    return list(origin.faults(msgspec.inspect.type_info(kind), dict(table), ("rules", family)))
