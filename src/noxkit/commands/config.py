# SPDX-License-Identifier: Apache-2.0
"""`noxkit config`: each effective value, and where it came from."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from noxkit.config.load import load
from noxkit.config.reference import json_schema
from noxkit.rules import family_options
from noxkit.tasks.environ import current

if TYPE_CHECKING:
    import argparse

    from noxkit.engine.console import Console

__all__ = ["HELP", "configure", "run"]

HELP = "print each option's effective value and where it came from"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare `--json`, `--changed` and the flags that stand for a session's."""
    parser.add_argument("--json", action="store_true", help="as a JSON list of {name, value, source}")
    parser.add_argument("--schema", action="store_true", help="a JSON Schema of pyproject.toml with it, for editors")
    parser.add_argument("--changed", action="store_true", help="only what is not a default")
    parser.add_argument("flags", nargs="*", help="after `--`: flags as a session would get them")


def run(parsed: argparse.Namespace, console: Console) -> int:
    """Print the options. Raises NoxkitError where the configuration is wrong."""
    if parsed.schema:
        console.line(json.dumps(_for_pyproject(json.loads(json_schema(family_options()))), indent=1))
        return 0
    flags: list[str] = list(parsed.flags)
    config = load(parsed.root.resolve(), environ=current(), arguments=flags)
    rows = [
        (name, value, source)
        for name, value, source in config.items()
        if not (parsed.changed and source.kind == "default")
    ]
    if parsed.json:
        console.line(
            json.dumps(
                [{"name": name, "value": value, "source": str(source)} for name, value, source in rows], indent=1
            )
        )
        return 0
    width = max((len(name) for name, _, _ in rows), default=0)
    for name, value, source in rows:
        console.line(f"{name:<{width}} = {json.dumps(value, ensure_ascii=False)}  ({source})")
    return 0


def _for_pyproject(schema: dict[str, object]) -> dict[str, object]:
    """The schema of a whole pyproject.toml, of which nothing but `[tool.noxkit]` is described."""
    definitions, dialect = schema.pop("$defs", {}), schema.pop("$schema", None)
    tool = {"type": "object", "properties": {"noxkit": schema}}
    return {"$schema": dialect, "type": "object", "properties": {"tool": tool}, "$defs": definitions}
