# SPDX-License-Identifier: Apache-2.0
"""One generated module while it is being written: its names, its imports, what others may import from it."""

from __future__ import annotations

import dataclasses
import sys
from typing import TYPE_CHECKING

from sessions._bench_words import NOUNS, QUALITIES, VERBS, Dice, camel, fill, plural, prose

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["LINE_LENGTH", "Field", "Model", "Module"]

LINE_LENGTH = 120


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field of a generated dataclass: `name: annotation = default`."""

    name: str
    annotation: str
    default: str
    needs: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A generated dataclass. Every one begins with `key: str`, `count: int` and `weight: float`."""

    name: str
    noun: str
    module: str
    fields: tuple[Field, ...] = ()


@dataclasses.dataclass(slots=True, kw_only=True)
class Module:
    """A module under construction; a block asks it for names and adds the imports that it needs.

    `models` are the dataclasses at hand, the module's own first; `loose` are functions without
    annotations, as (module, name), that take a sequence of models and a limit.
    """

    dice: Dice
    name: str
    domain: str
    models: list[Model] = dataclasses.field(default_factory=list[Model])
    loose: list[tuple[str, str]] = dataclasses.field(default_factory=list[tuple[str, str]])
    made: list[Model] = dataclasses.field(default_factory=list[Model])
    made_loose: list[tuple[str, str]] = dataclasses.field(default_factory=list[tuple[str, str]])
    taken: set[str] = dataclasses.field(default_factory=set[str])
    imports: dict[str, set[str]] = dataclasses.field(default_factory=dict[str, set[str]])

    def use(self, module: str, *names: str) -> None:
        """Import names from a module, or the module itself where no name is given."""
        self.imports.setdefault(module, set()).update(names or {""})

    def use_model(self, model: Model) -> str:
        """The model's name, imported where it comes from elsewhere."""
        if model.module != self.name:
            self.use(model.module, model.name)
        return model.name

    def any_model(self) -> Model:
        """One of the models at hand, the module's own twice as often."""
        return self.dice.pick(self.made if self.made and self.dice.below(3) else self.models)

    def any_loose(self) -> str | None:
        """A function without annotations from this module or one below it; None where there is none."""
        if not self.made_loose and not self.loose:
            return None
        near = bool(self.made_loose) and (not self.loose or self.dice.below(2) == 0)
        module, name = self.dice.pick(self.made_loose if near else self.loose)
        if module != self.name:
            self.use(module, name)
        return name

    def fresh(self, *, kind: str) -> tuple[str, str]:
        """A name that the module does not have yet, and the noun in it: `class` or `function`."""
        while True:
            quality, noun = self.dice.pick(QUALITIES), self.dice.pick(NOUNS)
            verb = self.dice.pick(VERBS)
            name = camel(quality, noun) if kind == "class" else f"{verb}_{quality}_{plural(noun)}"
            if name not in self.taken:
                self.taken.add(name)
                return name, noun

    def words(self, **more: str) -> dict[str, str]:
        """Names for a template: numbers, words, the domain, and what the block adds."""
        dice = self.dice
        noun, other = dice.some(NOUNS, 2)
        numbers = {f"n{index}": str(2 + dice.below(97)) for index in range(1, 6)}
        verbs = {f"verb{index}": verb for index, verb in enumerate(dice.some(VERBS, 4), start=1)}
        base = {"domain": self.domain, "noun": noun, "other": other, "quality": dice.pick(QUALITIES)}
        return {**base, **numbers, **verbs, "remark": "\n    ".join(self.remarks()), **more}

    def remarks(self) -> list[str]:
        """One to three sentences for a docstring."""
        return prose(self.dice, self.domain, sentences=1 + self.dice.below(3))

    def block(self, text: str, **more: str) -> str:
        """A template of this module, filled."""
        lines = fill(text.strip("\n"), self.words(**more)).split("\n")
        return "\n".join(_wrapped(line) for line in lines)

    def render(self, blocks: Sequence[str]) -> str:
        """The whole module."""
        head = f'"""{camel(self.name.rsplit(".", maxsplit=1)[-1])} of the {self.domain}.\n\n'
        summary = "\n".join(prose(self.dice, self.domain, sentences=2 + self.dice.below(5)))
        parts = [head + summary + '\n"""', "from __future__ import annotations", *self._import_sections()]
        start = "\n\n".join(parts)
        body = "\n\n\n".join(blocks)
        gap = "\n\n\n" if body.startswith(("def ", "class ", "@", "async ")) else "\n\n"
        return f"{start}{gap}{body}\n" if body else f"{start}\n"

    def _import_sections(self) -> list[str]:
        standard = [module for module in self.imports if module.split(".")[0] in sys.stdlib_module_names]
        own = [module for module in self.imports if module not in standard]
        return ["\n".join(self._import_lines(section)) for section in (standard, own) if section]

    def _import_lines(self, modules: Sequence[str]) -> list[str]:
        plain = [f"import {module}" for module in sorted(modules) if "" in self.imports[module]]
        named = [(module, sorted(self.imports[module] - {""}, key=_import_order)) for module in sorted(modules)]
        return plain + [_from_line(module, names) for module, names in named if names]


def _import_order(name: str) -> tuple[int, str]:
    kind = 0 if name.isupper() and len(name) > 1 else 1 if name[0].isupper() else 2
    return kind, name.lower() if kind == 1 else name


def _from_line(module: str, names: Sequence[str]) -> str:
    line = f"from {module} import {', '.join(names)}"
    if len(line) <= LINE_LENGTH:
        return line
    return "\n".join([f"from {module} import (", *(f"    {name}," for name in names), ")"])


def _wrapped(line: str) -> str:
    """A signature that is too long, as ruff writes it: the parameters on a line of their own."""
    if len(line) <= LINE_LENGTH or not line.lstrip().startswith(("def ", "async def ")):
        return line
    indent = line[: len(line) - len(line.lstrip())]
    start, _, rest = line.partition("(")
    parameters, _, result = rest.rpartition(") ->")
    return f"{start}(\n{indent}    {parameters}\n{indent}) ->{result}"
