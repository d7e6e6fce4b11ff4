# SPDX-License-Identifier: Apache-2.0
"""The blocks that every generated module has, and how a block is made from a template."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sessions._bench_module import Field, Model, Module

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["model", "simple", "table"]

FIELDS = (
    ("int", "0", ()),
    ("int", "10", ()),
    ("float", "0.5", ()),
    ("str", '""', ()),
    ("bool", "False", ()),
    ("str | None", "None", ()),
    ("int | None", "None", ()),
    ("Decimal", 'Decimal("0.25")', ("decimal", "Decimal")),
    ("date | None", "None", ("datetime", "date")),
    ("timedelta", "timedelta(days=3)", ("datetime", "timedelta")),
    ("Path", 'Path(".")', ("pathlib", "Path")),
    ("tuple[str, ...]", "()", ()),
    ("tuple[int, int]", "(0, 0)", ()),
    ("str", '"none"', ()),
    ("dict[str, int]", "field(default_factory=dict)", ()),
)

MODEL = '''
@dataclass($options)
class $model:
    """A $quality $noun of the $domain.

    $remark
    """

    key: str
    count: int = $n1
    weight: float = 1.$n2
$fields

    def __post_init__(self) -> None:
        if self.count < 0:
            raise ValueError(f"count of {self.key!r} is {self.count}, which is below zero")
        if not self.key.strip():
            raise ValueError("a $noun has a key")

    @property
    def $property(self) -> float:
        """The weight of all that is counted, with the share of the $other."""
        return self.count * self.weight + $n3

    def with_$verb1(self, amount: int, *, limit: int | None = None) -> $model:
        """A copy with `amount` more of it, at most `limit`."""
        count = self.count + amount
        if limit is not None and count > limit:
            count = limit
        return replace(self, count=count)

    @classmethod
    def from_text(cls, line: str, *, separator: str = ":") -> $model:
        """Read `key:count:weight`; what is left out has its default."""
        key, _, rest = line.partition(separator)
        count, _, weight = rest.partition(separator)
        return cls(key=key.strip(), count=int(count or $n4), weight=float(weight or 1.0))
'''


def model(module: Module) -> str:
    """A dataclass with five to ten fields."""
    name, noun = module.fresh(kind="class")
    dice = module.dice
    fields = tuple(_field(module, index) for index in range(2 + dice.below(6)))
    for each in fields:
        if each.needs:
            module.use(*each.needs)
        if each.default.startswith("field("):
            module.use("dataclasses", "field")
    module.use("dataclasses", "dataclass", "replace")
    made = Model(name=name, noun=noun, module=module.name, fields=fields)
    module.made.append(made)
    module.models.append(made)
    lines = [f"    {each.name}: {each.annotation} = {each.default}" for each in fields]
    options = dice.pick(("frozen=True", "frozen=True, slots=True", "order=True", "slots=True"))
    names = {"model": name, "noun": noun, "fields": "\n".join(lines), "options": options}
    return module.block(MODEL, **names, property=f"full_{noun}")


def _field(module: Module, index: int) -> Field:
    annotation, default, needs = module.dice.pick(FIELDS)
    name = f"{module.fresh(kind='function')[1]}_{index}"
    return Field(name=name, annotation=annotation, default=default, needs=needs)


def simple(text: str, *imports: tuple[str, ...]) -> Callable[[Module], str]:
    """A block whose template says all; `imports` are what it needs."""

    def block(module: Module) -> str:
        name, noun = module.fresh(kind="class")
        function, _ = module.fresh(kind="function")
        other, _ = module.fresh(kind="function")
        for each in imports:
            module.use(*each)
        names = {"name": name, "noun": noun, "function": function, "other_function": other}
        snake = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)[1:]
        first, second = module.any_model(), module.any_model()
        names |= {"model": module.use_model(first) if "$model" in text else "", "snake": snake, "upper": snake.upper()}
        names |= {"n6": str(10 + module.dice.below(15)), "n7": str(1 + module.dice.below(4))}
        if "$model2" in text:
            names["model2"] = module.use_model(second)
        return module.block(text, **names)

    return block


def table(module: Module) -> str:
    """A table of constants, as long as such tables are."""
    name, noun = module.fresh(kind="class")
    module.use("collections.abc", "Mapping")
    dice = module.dice
    rows = [
        f'    "{noun}-{index:03d}": ({dice.below(900)}, {dice.below(99)}.5, "{dice.pick(module.models).noun}"),'
        for index in range(10 + dice.below(40))
    ]
    upper = "".join(f"_{letter}" if letter.isupper() else letter.upper() for letter in name)[1:]
    return "\n".join([f"{upper}_TABLE: Mapping[str, tuple[int, float, str]] = {{", *rows, "}"])
