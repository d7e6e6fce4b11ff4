# SPDX-License-Identifier: Apache-2.0
"""The blocks without annotations: functions whose types a checker has to infer, and tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sessions._bench_module import Model, Module

__all__ = ["analysis", "chain", "examples", "scenario"]

ANALYSIS = '''
def $function(items, limit=$n1, *, strict=False):
    """$title

    $remark
    """
    totals: dict[str, int] = {}
    order: list[str] = []
    previous = None
    worst = 0
    for index, item in enumerate(items):
        key = item.key
        current = totals.get(key, 0) + item.count * $n2
        if previous is not None and current > previous:
            worst = max(worst, current - previous)
        elif strict and not key:
            raise ValueError(f"item {index} has no key")
        if key not in totals:
            order.append(key)
        totals[key] = current
        previous = current
        if len(order) >= limit:
            break
$branches
    average = sum(totals.values()) / len(totals) if totals else 0.0
    spread = [(key, totals[key] - average) for key in sorted(order)]
    return {"order": order, "worst": worst, "average": average, "spread": spread[:limit]}
'''

BRANCHES = (
    """
    for position in range(len(order) - 1):
        left, right = order[position], order[position + 1]
        if totals[left] == totals[right]:
            worst += $n3
        elif totals[left] > totals[right] * $n4:
            worst -= 1
        else:
            totals[right] += position % $n5
""",
    """
    pending = list(order)
    while pending:
        name = pending.pop()
        value = totals[name]
        if value > $n3:
            value = value // 2
            if value % $n4 == 0:
                pending = [other for other in pending if other != name]
        elif value < 0:
            value = -value
        totals[name] = value
""",
    """
    try:
        ratio = worst / (previous or $n3)
    except ZeroDivisionError:
        ratio = None
    if ratio is None:
        ratio = 0.5
    elif ratio > $n4:
        ratio = ratio - int(ratio)
    worst = int(worst * ratio) + $n5
""",
    """
    initials = {}
    for name in order:
        initials.setdefault(name[:1], []).append((name, totals[name]))
    for initial, members in initials.items():
        first, *others = sorted(members, key=lambda member: member[1])
        if others and initial.isalpha():
            totals[first[0]] += sum(count for _, count in others) % $n3
""",
    """
    lowest, highest = None, None
    for name, value in totals.items():
        if lowest is None or value < lowest[1]:
            lowest = (name, value)
        if highest is None or value > highest[1]:
            highest = (name, value)
    if lowest and highest and lowest != highest:
        worst = highest[1] - lowest[1] if highest[1] > $n3 else $n4
""",
)

CHAIN = '''
def $function(items, limit=$n1, *, strict=False):
    """$title

    $remark
    """
    chosen = [item for item in items if item.weight * $n2 > item.count or not strict]
$calls
    joined = {key: (index, key.upper()) for index, key in enumerate(first["order"])}
    for key, distance in second["spread"]:
        index, label = joined.get(key, (-1, ""))
        if index < 0 and distance > $n3:
            joined[key] = (len(joined), label or key.title())
    order = sorted(joined)
    worst = max(first["worst"], second["worst"]) + len(order)
    average = (first["average"] + second["average"]) / 2
    spread = [(key, average - position) for position, key in enumerate(order)]
    return {"order": order, "worst": worst, "average": average, "spread": spread[:limit]}
'''

EXAMPLES = '''
def $items():
    """Items that the tests of this module share."""
    return [
$rows
    ]


def test_${function}_keeps_the_order():
    result = $target($items(), limit=$n1)
    assert result["order"] == list(dict.fromkeys(item.key for item in $items()))[:$n1]
    assert len(result["spread"]) <= $n1
    assert result["worst"] is not None


def test_${function}_of_nothing():
    result = $target([])
    assert result["order"] == []
    assert result["spread"] == []


def test_${function}_copies():
    for item in $items():
        more = replace(item, count=item.count + $n2)
        assert more.count - item.count == $n2
        assert more.key == item.key and more.weight == item.weight
        assert more != item
'''

SCENARIO = '''
class Test$name:
    """Each $noun of the $domain, from its text and back."""

    def test_from_text(self):
        item = $model.from_text("$noun: $n1 : 2.5")
        assert item.key == "$noun"
        assert item.count == $n1
        assert round(item.weight, 1) == 2.5

    def test_from_text_with_defaults(self):
        item = $model.from_text("$other")
        assert (item.key, item.weight) == ("$other", 1.0)
        assert item.count > 0

    def test_key_is_needed(self):
        for key in ("", " ", "\\t"):
            try:
                $model(key)
            except ValueError as error:
                assert "key" in str(error)
            else:
                raise AssertionError(f"{key!r} was taken")

    def test_count_is_not_negative(self):
        try:
            $model("$noun", -$n3)
        except ValueError as error:
            assert "below zero" in str(error)
        else:
            raise AssertionError("a negative count was taken")

    def test_as_mapping(self):
        item = $model("$noun", $n4, 0.5)
        values = asdict(item)
        assert list(values)[:3] == ["key", "count", "weight"]
        assert values["key"] == "$noun"
        assert values["count"] == $n4
        assert values["weight"] == 0.5
'''


def analysis(module: Module) -> str:
    """A function without annotations that loops, branches and collects."""
    function = _register(module)
    dice = module.dice
    parts = [module.block(text) for text in dice.some(BRANCHES, 1 + dice.below(len(BRANCHES)))]
    return module.block(ANALYSIS, function=function, title=_title(function), branches="\n".join(parts))


def chain(module: Module) -> str:
    """A function without annotations that calls others of its kind, here and in other modules."""
    lines: list[str] = []
    for index, name in enumerate(("first", "second")):
        called = module.any_loose()
        if called is None:
            return analysis(module)
        arguments = ("chosen, limit, strict=strict", "chosen[: len(chosen) // 2 + 1]")[index]
        lines.append(f"    {name} = {called}({arguments})")
    function = _register(module)
    return module.block(CHAIN, function=function, title=_title(function), calls="\n".join(lines))


def _register(module: Module) -> str:
    function, _ = module.fresh(kind="function")
    module.made_loose.append((module.name, function))
    return function


def _title(function: str) -> str:
    return f"{function.replace('_', ' ').capitalize()}, at most `limit` of them."


def examples(module: Module) -> str:
    """Tests of a function without annotations."""
    target = module.any_loose()
    if target is None:
        return scenario(module)
    function, noun = module.fresh(kind="function")
    used = module.any_model()
    module.use("dataclasses", "replace")
    rows = _rows(module, used)
    return module.block(
        EXAMPLES, function=function, noun=noun, target=target, items=f"items_{function}", rows="\n".join(rows)
    )


def _rows(module: Module, model: Model) -> Sequence[str]:
    name = module.use_model(model)
    dice = module.dice
    return [
        f'        {name}("{model.noun}-{index}", {dice.below(50)}, {dice.below(9)}.{1 + dice.below(9)}),'
        for index in range(2 + dice.below(5))
    ]


def scenario(module: Module) -> str:
    """Tests of a dataclass."""
    name, noun = module.fresh(kind="class")
    module.use("dataclasses", "asdict")
    return module.block(SCENARIO, name=name, noun=noun, model=module.use_model(module.any_model()))
