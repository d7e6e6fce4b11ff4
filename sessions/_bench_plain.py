# SPDX-License-Identifier: Apache-2.0
"""The blocks of plain code: a class with a state, names, days, decisions."""

from __future__ import annotations

from sessions._bench_blocks import simple

__all__ = ["calendar", "decision", "ledger", "naming", "service", "slip", "wording"]

SERVICE = '''
class ${name}Service:
    """Decides about each $noun of the $domain, one after another.

    $remark
    """

    def __init__(self, title: str, *, limit: int = $n1, strict: bool = False) -> None:
        self.title = title
        self.limit = limit
        self.strict = strict
        self.last: $model | None = None
        self._seen = 0
        self._refused: list[str] = []

    @property
    def seen(self) -> int:
        """How many items came so far."""
        return self._seen

    @property
    def refused(self) -> tuple[str, ...]:
        """The keys of the items that were refused, in their order."""
        return tuple(self._refused)

    def $verb1(self, item: $model) -> bool:
        """Whether the item is taken; raises ValueError where `strict` and it is not."""
        self._seen += 1
        if item.count > self.limit or not item.key:
            self._refused.append(item.key)
            if self.strict:
                raise ValueError(f"{self.title}: {item.key!r} has {item.count}, more than {self.limit}")
            return False
        self.last = item
        return True

    def ${verb2}_next(self, item: $model, *, steps: int = $n2) -> float:
        """The weight after some steps, starting from the last item."""
        if self.last is None:
            return item.weight
        weight = self.last.weight
        step = 0
        while step < steps and weight < item.weight * $n3:
            weight = weight + item.weight / (step + 1)
            step += 1
        if step == steps and self.strict:
            return round(weight, 2)
        return weight

    def describe(self) -> str:
        """One line about what happened."""
        if not self._seen:
            return f"{self.title}: nothing came"
        share = len(self._refused) / self._seen
        state = "strict" if self.strict else "lenient"
        return f"{self.title} ({state}): {self._seen} came, {share:.0%} refused, limit {self.limit}"

    def reset(self, *, limit: int | None = None) -> None:
        """Start again, with another limit where one is given."""
        self._seen = 0
        self._refused.clear()
        self.last = None
        if limit is not None:
            if limit <= 0:
                raise ValueError(f"limit is {limit}, which is not above zero")
            self.limit = limit
'''

DECISION = '''
def $function(item: $model, *, today: date, region: str = "$quality") -> str:
    """The step that an item takes next.

    $remark
    """
    weekday = today.weekday()
    busy = weekday < 5 and today.day not in (1, 15)
    if item.count == 0:
        step = "wait"
    elif item.count > $n1 and not busy:
        step = "split"
    elif item.weight > $n2:
        step = "review" if busy else "hold"
    elif region == "$noun" or region.startswith("$other"):
        step = "forward"
    else:
        step = "accept"
    if step in {"wait", "hold"} and item.key.endswith("!"):
        step = "escalate"
    return step


def ${other_function}(item: $model, amount: int, *, factor: float = 0.$n3, whole: bool = True) -> float:
    """What `amount` of an item costs.

    $remark
    """
    if amount < 0:
        raise ValueError(f"amount is {amount}, which is below zero")
    base = amount * item.weight
    discount = 0.0
    if amount > $n1:
        discount = base * factor
    if amount > $n1 * 10:
        discount = discount + (amount - $n1 * 10) * factor / 2
    cost = base - discount
    if cost < 0:
        cost = 0.0
    elif whole:
        cost = float(int(cost) + (1 if cost % 1 else 0))
    return cost


def fits_${snake}(left: $model, right: $model2, *, margin: int = $n4) -> bool:
    """Whether two items go together, with some margin."""
    if left.key == right.key:
        return left.count + right.count <= margin
    if not left.count or not right.count:
        return False
    heavier, lighter = max(left.weight, right.weight), min(left.weight, right.weight)
    return heavier - lighter < margin / $n5 and abs(left.count - right.count) <= margin
'''

LEDGER = '''
class ${name}Ledger:
    """Counts what happens to each $noun, without knowing what it is.

    $remark
    """

    def __init__(self, title, limit=$n1):
        self.title = title
        self.limit = limit
        self.open = True
        self.first = None
        self.total = 0
        self.entries = []

    def add(self, key, amount=1, note=None):
        """Write an entry down; how many there are."""
        if not self.open:
            raise RuntimeError(f"{self.title} is closed")
        if self.first is None:
            self.first = key
        label = f"{key}: {note}" if note else key
        self.entries.append((label, amount))
        self.total += amount
        if self.total > self.limit * $n2:
            self.open = False
        return len(self.entries)

    def $verb1(self, other):
        """Take over all entries of another ledger."""
        for label, amount in other.entries:
            self.add(label, amount)
        return self

    def last(self, count=$n3):
        """The latest entries, the newest first."""
        return self.entries[-count:][::-1]

    def line(self, number):
        """An entry as a line of text."""
        label, amount = self.entries[number]
        return f"{number:>4} {label:<30} {amount:>8}"

    def text(self, *, headed=True):
        """All entries, a line for each."""
        lines = [self.line(number) for number in range(len(self.entries))]
        if headed:
            lines.insert(0, self.title.upper())
            lines.append(f"total {self.total} of {self.limit}")
        return "\\n".join(lines)


def $function(rows, title="$noun"):
    """A ledger of the rows."""
    ledger = ${name}Ledger(title)
    for row in rows:
        ledger.add(row.key, row.count, note=title if row.weight > $n4 else None)
    if ledger.total > $n5 and ledger.open:
        ledger.add("balance", -ledger.total)
    return ledger


def ${other_function}(rows, others):
    """The text of two ledgers that became one."""
    left = $function(rows)
    right = $function(others, "$other")
    both = left.$verb1(right)
    newest = both.last(2)
    return both.text() + (f" ({newest[0][0]})" if newest else "")
'''

WORDING = '''
${upper}_CODE = re.compile(r"(?P<region>[A-Z]{2})-(?P<number>\\d+)(?P<suffix>[a-z]?)")
${upper}_SPACE = re.compile(r"\\s+")


def $function(text: str, *, width: int = $n1) -> str:
    """The name of a $noun as it stands in a list.

    $remark
    """
    head, _, tail = text.strip().partition(":")
    left, _, right = tail.rpartition("/")
    name = ${upper}_SPACE.sub(" ", head).strip().casefold()
    if name.startswith("$quality ") and not right.isdigit():
        name = name.removeprefix("$quality ").title()
    label = left.replace("_", "-").strip("- ").upper()
    return f"{name[:width].ljust(width)}{label.center($n2)}{right.zfill(3)}".rstrip()


def ${other_function}(text: str, *, region: str = "EU") -> tuple[str, int]:
    """The region and the number in the code of a $noun; the region is `region` where the code has none.

    $remark
    """
    found = ${upper}_CODE.search(text)
    if found is None:
        return region, 0
    number = int(found.group("number"))
    suffix = found.group("suffix").encode("ascii").hex()
    rest = text[: found.start()].strip() + text[found.end() :].lstrip(" -")
    if rest.lower().startswith("$other"):
        number = number * 10 + len(rest.split("-", maxsplit=1)[0])
    return found.group("region").swapcase(), number + int(suffix or "0", base=16)


def slug_${snake}(title: str, *more: str) -> str:
    """A name for files and addresses, from what people wrote."""
    text = "-".join(more)
    text = f"{title.strip()}-{text}".lower().replace("$noun", "$other").replace(" ", "-")
    while "--" in text:
        text = text.replace("--", "-")
    return text.strip("-").encode("ascii", "ignore").decode("ascii")[:$n3]
'''

NAMING = '''
def $function(text="$noun", width=$n1, *, separator=":"):
    """The short name of a $noun.

    $remark
    """
    head, _, tail = text.partition(separator)
    left, _, right = tail.rpartition("/")
    short = head.strip().lower() + left[:width].upper()
    return short.replace(" ", "-") + right.strip().zfill($n7)


def ${other_function}(text="$noun", number=$n2):
    """The long name of a $noun, with its number."""
    name = $function(text, number, separator="/")
    label = f"{name.title()} {number + $n3:>4}"
    if name.startswith("$other") or label.endswith("$n4"):
        label = label.casefold().center(len(name) + 2, "-")
    return label.strip("-") + $function(label).upper()


def same_${snake}(left="$noun", right="$other", *, exact=False):
    """Whether two names mean the same $noun."""
    first, second = ${other_function}(left), ${other_function}(right, number=$n5)
    if exact:
        return first == second
    return first.split(" ")[0].isalpha() and first.lower().startswith(second[:3].lower())
'''

CALENDAR = '''
def $function(day: date, *, steps: int = $n1) -> date:
    """The day on which the $noun is due.

    $remark
    """
    first = day.replace(day=1)
    if first.weekday() > 4:
        first = first + timedelta(days=7 - first.weekday())
    last = first + timedelta(days=steps)
    # A $noun is never due on the first days of a month: the $other is closed then.
    if last.month != first.month and last.day < $n7:
        last = last - timedelta(days=last.day)
    return last if last.isoweekday() < 6 else last - timedelta(days=last.isoweekday() - 5)


def ${other_function}(item: $model, started: datetime, *, zone: int = 0) -> str:
    """When an item was seen, for people to read.

    $remark
    """
    moment = started.astimezone(timezone.utc) + timedelta(hours=zone, minutes=item.count)
    if moment.date() == started.date():
        return moment.strftime("%H:%M")
    if moment.isocalendar().week == started.isocalendar().week:
        return f"{moment.strftime('%A').lower()} {moment.hour:02d}:{moment.minute:02d}"
    return moment.date().isoformat() + (" " + item.key.strip().title() if item.weight > $n2 else "")


def quarter_${snake}(day: date, *, first_month: int = 1) -> tuple[int, int]:
    """The year and the quarter of the $domain in which a day lies."""
    month = (day.month - first_month) % 12
    year = day.year if day.month >= first_month else day.year - 1
    return year, month // 3 + 1
'''

# What every tree has: a name that nobody uses, a type that is not what it says.
SLIP = '''
def $function(item: $model, *, share: float = 0.$n1) -> int:
    """The number of an item's part, in whole $other.

    $remark
    """
    part = item.count * share
    if part > $n2:
        return item.key
    return int(part)
'''

service = simple(SERVICE)
decision = simple(DECISION, ("datetime", "date"))
ledger = simple(LEDGER)
wording = simple(WORDING, ("re",))
naming = simple(NAMING)
calendar = simple(CALENDAR, ("datetime", "date", "datetime", "timedelta", "timezone"))
slip = simple(SLIP, ("functools", "partial"))
