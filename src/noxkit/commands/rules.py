# SPDX-License-Identifier: Apache-2.0
"""`noxkit rules`: the rules, by family, and which of them are on here."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from noxkit.config.load import load
from noxkit.config.reference import options_of_family
from noxkit.engine._context import open_context
from noxkit.engine._files import plugin_rules
from noxkit.errors import ErrorRecord, NoxkitError, did_you_mean
from noxkit.rules import family_options, load_families, rules_on
from noxkit.tasks.environ import current

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from noxkit.config.load import Config
    from noxkit.diagnostics.model import RuleInfo
    from noxkit.engine.console import Console

__all__ = ["HELP", "configure", "run"]

HELP = "list noxkit's rules, and which of them are on in this repository"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the families, `--on`, `--options` and `--json`."""
    parser.add_argument("families", nargs="*", metavar="FAMILY", help="only these families")
    parser.add_argument("--on", action="store_true", help="only the rules that are on here")
    parser.add_argument("--options", action="store_true", help="the options of the families instead of the rules")
    parser.add_argument("--json", action="store_true", help="as a JSON list")


def run(parsed: argparse.Namespace, console: Console) -> int:
    """Print the rules or the options. Raises NoxkitError for a family that does not exist."""
    families = load_families()
    root = parsed.root.resolve()
    config = load(root, environ=current(), arguments=())
    plugged = () if parsed.options else _plugged(root, config)
    wanted: list[str] = parsed.families or list(families)
    for name in wanted:
        if name not in families and name not in {rule.family for rule in plugged}:
            message = f"there is no family of rules `{name}`"
            raise NoxkitError(ErrorRecord(code="NK-ARGUMENT-VALUE", message=message, hint=did_you_mean(name, families)))
    if parsed.options:
        for line in _options(wanted):
            console.line(line)
        return 0
    own = (rules for name, rules in families.items() if name in wanted)
    every = [rule for rules in own for rule in rules.values() if not rule.secondary]
    strict = config.options.profile == "strict"
    on = {rule.info.code for rule in rules_on(every, strict=strict, selected=config.options.select)}
    rules = [rule.info for rule in every if rule.info.code in on or not parsed.on]
    theirs = [rule for rule in plugged if not parsed.families or rule.family in wanted]
    on |= {rule.code for rule in theirs}
    rules += theirs
    if parsed.json:
        console.line(json.dumps([_as_json(rule, on=rule.code in on) for rule in rules], indent=1))
        return 0
    for line in _lines(rules, on):
        console.line(line)
    console.line(f"\n{len(on)} of {len(every) + len(theirs)} rules are on here; `noxkit explain CODE` says more of one")
    return 0


def _plugged(root: Path, config: Config) -> tuple[RuleInfo, ...]:
    """The rules of the repository's own, which are asked of their code."""
    if not config.options.plugins:
        return ()
    return plugin_rules(open_context("rules", root, config=config, environ=current()))


def _as_json(rule: RuleInfo, *, on: bool) -> dict[str, object]:
    return {
        "code": rule.code,
        "family": rule.family,
        "summary": rule.summary,
        "severity": rule.severity.value,
        "profile": "standard" if rule.standard else "strict",
        "fix": rule.fix.value if rule.fix else None,
        "since": rule.since,
        "on": on,
    }


def _lines(rules: Sequence[RuleInfo], on: set[str]) -> Iterator[str]:
    width = max((len(rule.code) for rule in rules), default=0)
    family = ""
    for rule in rules:
        if rule.family != family:
            family = rule.family
            yield f"\n{family}"
        fix = f" [{rule.fix.value} fix]" if rule.fix else ""
        yield f"  {'+' if rule.code in on else '-'} {rule.code:<{width}}  {rule.summary}{fix}"


def _options(families: Sequence[str]) -> Iterator[str]:
    kinds = family_options()
    for family in families:
        if family in kinds:
            yield f"\n[tool.noxkit.rules.{family}]"
            for option in options_of_family(kinds[family]):
                yield f"  {option.name}: {option.type}, by default {option.default}. {option.description}"
