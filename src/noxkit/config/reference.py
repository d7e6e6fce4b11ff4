# SPDX-License-Identifier: Apache-2.0
"""The reference page and the JSON Schema of the configuration, generated from the schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import msgspec
from msgspec import inspect

from noxkit.config._fields import Option, all_options, choices, describe, shape_of
from noxkit.config._literals import as_toml
from noxkit.config._values import as_table
from noxkit.config.schema import Options

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["FamilyOption", "generated", "json_schema", "options_of_family", "reference_markdown"]

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_LEAD = """\
<!-- Generated from src/noxkit/config/schema.py; do not edit. -->

# Configuration

Every option is optional. A flag wins over its environment variable, the variable over `[tool.noxkit]` in
the `pyproject.toml` of the root, and that over the default; `noxkit config` prints each effective value and
where it came from. Flags follow nox's `--`, as in `nox -s lint -- --profile strict`; what follows a second
`--` goes to pytest.

In flags and variables, lists are written with commas, and the flag of a list may be repeated. Tables are
written `NAME=GLOB` or `NAME==VERSION`, and what a higher place does not name stays as the lower one has it.
A list of tables has no flag; its variable takes JSON. The variable of a switch takes `1`, `true`, `yes`,
`on`, `0`, `false`, `no` or `off`. An empty variable counts as not set.

[noxkit.schema.json](noxkit.schema.json) is the JSON Schema of the table, for editors.
"""
_RUN_LEAD = """\
## Options of a run

These are asked of one run: they are flags and variables, and no TOML keys.
"""


def generated(families: Mapping[str, type[msgspec.Struct]] | None = None) -> dict[str, str]:
    """The generated files by their paths relative to the root, with their whole text; `families` as `json_schema`."""
    return {
        "docs/reference/configuration.md": reference_markdown(),
        "docs/reference/noxkit.schema.json": json_schema(families),
    }


class FamilyOption(msgspec.Struct, frozen=True, kw_only=True):
    """An option of a family of rules, in the words of the reference."""

    name: str
    type: str
    default: str
    description: str


def options_of_family(kind: type[msgspec.Struct]) -> list[FamilyOption]:
    """The options that a family's record declares, in its order."""
    core = inspect.type_info(kind)
    fields = core.fields if isinstance(core, inspect.StructType) else ()
    found: list[FamilyOption] = []
    for field in fields:
        shape = shape_of(field.type)
        value = cast("object", msgspec.to_builtins(field.default)) if field.default is not msgspec.NODEFAULT else None
        default = (
            "empty" if value in ((), [], {}, msgspec.NODEFAULT) else "none" if value is None else f"`{as_toml(value)}`"
        )
        words = describe(shape.core) + _limits(shape.core)
        found.append(FamilyOption(name=field.encode_name, type=words, default=default, description=shape.description))
    return found


def json_schema(families: Mapping[str, type[msgspec.Struct]] | None = None) -> str:
    """The JSON Schema (draft 2020-12) of the `[tool.noxkit]` table; it refuses unknown keys.

    `families` are the records of the rules' options: the configuration itself knows no rule.
    """
    schema = cast("dict[str, object]", _without_null(msgspec.json.schema(Options)))
    if families:
        _add_families(schema, families)
    document = {"$schema": _DRAFT, "title": "[tool.noxkit]", **schema}
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


def _add_families(schema: dict[str, object], families: Mapping[str, type[msgspec.Struct]]) -> None:
    definitions = cast("dict[str, object]", schema["$defs"])
    tables: dict[str, object] = {}
    for name, kind in families.items():
        own = cast("dict[str, dict[str, object]]", _without_null(msgspec.json.schema(kind)))
        definitions |= {key: value for key, value in own["$defs"].items() if key != kind.__name__}
        tables[name] = own["$defs"][kind.__name__]
    options = cast("dict[str, dict[str, dict[str, object]]]", definitions[Options.__name__])
    rules = options["properties"]["rules"]
    rules.pop("additionalProperties", None)
    rules |= {"properties": tables, "additionalProperties": False}


def _without_null(node: object) -> object:
    """`node` without null, which TOML does not have."""
    if isinstance(node, list):
        return [_without_null(item) for item in cast("list[object]", node) if item != {"type": "null"}]
    table = as_table(node)
    if table is None:
        return node
    cleaned = {key: _without_null(item) for key, item in table.items() if not (key == "default" and item is None)}
    any_of = cleaned.get("anyOf")
    if isinstance(any_of, list) and len(cast("list[object]", any_of)) == 1:
        del cleaned["anyOf"]
        # what the option says holds before what its type says
        cleaned = {**cast("list[dict[str, object]]", any_of)[0], **cleaned}
    if "enum" in cleaned:
        cleaned["enum"] = [item for item in cast("list[object]", cleaned["enum"]) if item is not None]
    return cleaned


def reference_markdown() -> str:
    """The reference page, in Markdown."""
    parts = [_LEAD]
    title = ""
    for option in all_options():
        dotted = ".".join(["tool", "noxkit", *option.path[:-1]])
        heading = _RUN_LEAD if option.run else f"## `[{dotted}]`\n"
        if heading != title:
            parts.append(heading)
            title = heading
        parts.append("\n".join(_section(option)) + "\n")
    return "\n".join(parts)


def _section(option: Option) -> Iterator[str]:
    yield f"### `{option.name if not option.run else option.flag}`"
    yield ""
    yield option.shape.description
    yield ""
    yield f"- Type: {describe(option.shape.core)}{_limits(option.shape.core)}"
    yield f"- Default: {_default(option)}"
    if option.in_text and not option.structured:
        yield f"- Flag: `{option.usage}`"
    if option.in_text:
        yield f"- Variable: `{option.variable}`{' (JSON)' if option.structured else ''}"
    if option.structured:
        yield ""
        yield from _keys(option)
    if not option.run:
        yield ""
        yield from _example(option)


def _default(option: Option) -> str:
    value = cast("object", msgspec.to_builtins(option.default))
    if value is None:
        return "none"
    return f"`{as_toml(value)}`" if value not in ((), [], {}) else "empty"


def _limits(core: inspect.Type) -> str:
    if not isinstance(core, inspect.IntType | inspect.FloatType):
        return ""
    limits = (("more than", core.gt), ("at least", core.ge), ("less than", core.lt), ("at most", core.le))
    return "".join(f", {words} {limit}" for words, limit in limits if limit is not None)


def _example(option: Option) -> Iterator[str]:
    example = next(iter(option.shape.examples), None)
    if example is None:
        values = choices(option.shape.core)
        example = values[-1] if values else option.default
    yield "```toml"
    yield f"[{'.'.join(['tool', 'noxkit', *option.path[:-1]])}]"
    yield f"{option.path[-1]} = {as_toml(example)}"
    yield "```"


def _keys(option: Option) -> Iterator[str]:
    """A table of the keys of a list of tables."""
    core = option.shape.core
    item = shape_of(core.item_type).core if isinstance(core, inspect.VarTupleType) else core
    yield "| key | type | default | description |"
    yield "|---|---|---|---|"
    for field in item.fields if isinstance(item, inspect.StructType) else ():
        shape = shape_of(field.type)
        default = "required" if field.required else "" if field.default in (None, ()) else f"`{as_toml(field.default)}`"
        cells = (
            f"`{field.encode_name}`",
            describe(shape.core) + _limits(shape.core),
            default,
            shape.description,
        )
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
