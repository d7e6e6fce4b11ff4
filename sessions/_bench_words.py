# SPDX-License-Identifier: Apache-2.0
"""The words of the generated tree, and the dice that choose among them."""

from __future__ import annotations

from string import Template
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["DOMAINS", "NOUNS", "QUALITIES", "VERBS", "Dice", "camel", "fill", "plural", "prose"]

T = TypeVar("T")

DOMAINS = tuple(
    """
    billing catalog checkout customers delivery discounts documents events exports fleets forecasts grants
    identity imports insights inventory invoices journeys kitchens ledgers lessons loans logistics mailing
    markets meters notices offers orders parcels payments permits planning portals pricing profiles projects
    purchasing quality queues ratings recipes refunds regions rentals reports rosters routing salaries
    schedules search seasons shipping signals staffing stations storage surveys tariffs tickets
    """.split()
)
NOUNS = tuple(
    """
    account address agenda balance basket batch binding branch bundle campaign carrier channel claim column
    contract counter coupon cursor device digest draft entry extract filter folder gateway holder index item
    label layout limit line listing locker margin marker member message mission note object outline packet
    panel parcel partner pattern period phase point policy portion quota quote range record region report
    request result revision route sample schema segment session shelf signal slot snapshot source stage
    statement stream summary supplier target template ticket token topic track transfer unit vendor voucher
    window worker zone
    """.split()
)
QUALITIES = tuple(
    """
    active annual archived basic bulk central closed common daily default direct early external final fixed
    foreign frozen general global hidden inner internal joint late local manual minor mixed monthly native
    nested open outer partial pending plain primary prior private public rapid regular remote rolling second
    shared signed single spare staged static stored strict sudden tagged timed total urgent valid virtual weekly
    """.split()
)
VERBS = tuple(
    """
    adjust align allot amend apply arrange assign balance blend bound bundle classify collect combine compare
    condense count derive divide estimate evaluate expand extend filter flatten fold gather grade group level
    limit map match measure merge normalise order outline pack partition pick plan project prune rank rate
    reconcile reduce refine relate resolve round sample scan score select settle shape shift sort split spread
    stack summarise survey tally total trace trim tune unify update weigh widen
    """.split()
)
REMARKS = (
    "The order of the $noun is kept, because the $other of a later run is compared with it.",
    "A $quality $noun may come twice; the second one replaces the first.",
    "What the $other does not say is taken from the $noun that stands before it.",
    "Amounts are in the smallest unit of the $domain, so that nothing is lost by rounding.",
    "An empty $noun is not a mistake: it stands for a $other that has no $quality part yet.",
    "The caller keeps the $noun; nothing here changes it, and nothing here is kept between two calls.",
    "Limits of the $domain are read once, when the $noun is made, and hold for all of its life.",
    "The $quality form is the one that partners send; see the $other for the form that is stored.",
)


class Dice:
    """A small generator of numbers: the same on every version of Python, which `random` does not promise."""

    def __init__(self, seed: int) -> None:
        self._state = (seed * 2862933555777941757 + 3037000493) % 2**64

    def below(self, limit: int) -> int:
        """A number from 0 to `limit` - 1."""
        self._state = (self._state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self._state >> 33) % limit

    def pick(self, values: Sequence[T]) -> T:
        """One of the values."""
        return values[self.below(len(values))]

    def some(self, values: Sequence[T], count: int) -> list[T]:
        """`count` different values (all of them where there are fewer), in their own order."""
        left = list(range(len(values)))
        chosen = [left.pop(self.below(len(left))) for _ in range(min(count, len(left)))]
        return [values[index] for index in sorted(chosen)]

    def weighted(self, choices: Sequence[tuple[int, T]]) -> T:
        """One of the values, as often as its weight says."""
        roll = self.below(sum(weight for weight, _ in choices))
        for weight, value in choices:
            roll -= weight
            if roll < 0:
                return value
        raise AssertionError(roll)


def camel(*words: str) -> str:
    """`CamelCase` of the words."""
    return "".join(word.capitalize() for part in words for word in part.split("_"))


def plural(noun: str) -> str:
    """More than one of it."""
    if noun.endswith("y"):
        return f"{noun[:-1]}ies"
    if noun in {"shelf"}:
        return "shelves"
    return f"{noun}es" if noun.endswith(("s", "x", "ch")) else f"{noun}s"


def fill(text: str, names: dict[str, str]) -> str:
    """The template with its `$names` filled in; a name that is missing is a mistake of the template."""
    return Template(text).substitute(names)


def prose(dice: Dice, domain: str, *, sentences: int, indent: str = "") -> list[str]:
    """Lines of a docstring that read like one."""
    return [
        indent
        + fill(
            dice.pick(REMARKS),
            {"noun": dice.pick(NOUNS), "other": dice.pick(NOUNS), "quality": dice.pick(QUALITIES), "domain": domain},
        )
        for _ in range(sentences)
    ]
