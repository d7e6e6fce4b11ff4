# SPDX-License-Identifier: Apache-2.0
"""The blocks of annotated code that the generated tree is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sessions._bench_module import Field, Model, Module

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "client",
    "commands",
    "handler",
    "kinds",
    "model",
    "protocol",
    "record",
    "report",
    "simple",
    "store",
    "table",
]

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

RECORD = '''
class ${name}Labels(TypedDict, total=False):
    """What may be stored with a `$model`."""

    labels: list[str]
    parents: dict[str, str | None]


class ${name}Record(${name}Labels):
    """What is stored of each `$model`."""

    key: str
    count: int
    weight: float


def dump_${snake}(item: $model, *, labels: Iterable[str] = ()) -> ${name}Record:
    """What is stored of an item.

    $remark
    """
    stored: ${name}Record = {"key": item.key, "count": item.count, "weight": item.weight}
    names = sorted({label.strip().lower() for label in labels if label.strip()})
    if names:
        stored["labels"] = names
    return stored


def load_${snake}(text: str, *, strict: bool = False) -> list[$model]:
    """Read items from JSON; raises ValueError where `strict` and an entry has no key."""
    found: list[$model] = []
    for position, entry in enumerate(cast("list[${name}Record]", json.loads(text))):
        key = entry.get("key", "")
        if not key:
            if strict:
                raise ValueError(f"entry {position} has no key")
            continue
        labels = entry.get("labels", [])
        parents = {name: parent or "" for name, parent in entry.get("parents", {}).items() if name in labels}
        weight = entry["weight"] * (1 + len(parents) / $n2)
        found.append($model(key=key, count=entry["count"], weight=weight))
    return found
'''

STORE = '''
K${name} = TypeVar("K${name}", bound=Hashable)
V${name} = TypeVar("V${name}")


class ${name}Store(Generic[K${name}, V${name}]):
    """Keeps each $noun of the $domain under its key, in the order in which they came.

    $remark
    """

    def __init__(self, key: Callable[[V${name}], K${name}], *, limit: int = $n1) -> None:
        self._key = key
        self._limit = limit
        self._items: dict[K${name}, V${name}] = {}

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[V${name}]:
        return iter(self._items.values())

    def add(self, item: V${name}, *more: V${name}) -> int:
        """Keep the items; how many were new."""
        before = len(self._items)
        for each in (item, *more):
            key = self._key(each)
            if key in self._items or len(self._items) < self._limit:
                self._items[key] = each
        return len(self._items) - before

    @overload
    def get(self, key: K${name}) -> V${name} | None: ...

    @overload
    def get(self, key: K${name}, default: V${name}) -> V${name}: ...

    def get(self, key: K${name}, default: V${name} | None = None) -> V${name} | None:
        """The item of a key."""
        return self._items.get(key, default)

    def $verb1(self, wanted: Callable[[V${name}], bool], *, limit: int | None = None) -> list[V${name}]:
        """The items that are wanted, at most `limit`."""
        return list(islice((item for item in self if wanted(item)), limit))

    def by(self, label: Callable[[V${name}], str]) -> dict[str, list[V${name}]]:
        """The items of each label."""
        groups: dict[str, list[V${name}]] = {}
        for item in self:
            groups.setdefault(label(item), []).append(item)
        return groups


def $function(items: Iterable[$model], *, limit: int = $n2) -> ${name}Store[str, $model]:
    """A store of the items, by their key."""
    store: ${name}Store[str, $model] = ${name}Store(lambda item: item.key, limit=limit)
    for item in items:
        if store.get(item.key) is None or item.count > $n3:
            store.add(item)
    return store
'''

PROTOCOL = '''
class ${name}Source(Protocol):
    """Whoever gives each $noun of the $domain, one after another."""

    @property
    def title(self) -> str:
        """What it is called."""
        ...

    def $verb1(self, since: datetime | None = None) -> Iterator[$model]:
        """All of them, or those since a moment."""
        ...

    def close(self) -> None:
        """Let go of what is held."""
        ...


class ${name}Memory:
    """A source in memory.

    $remark
    """

    title = "memory"

    def __init__(self, items: Sequence[$model], *, started: datetime | None = None) -> None:
        self._items = tuple(items)
        self._started = started or datetime(20$n6, 1, 1, tzinfo=timezone.utc)
        self.closed = False

    def $verb1(self, since: datetime | None = None) -> Iterator[$model]:
        """All of them, or those since a moment."""
        step = timedelta(minutes=$n1)
        for index, item in enumerate(self._items):
            if since is None or self._started + index * step >= since:
                yield item

    def close(self) -> None:
        """Let go of what is held."""
        self.closed = True


@contextmanager
def $function(source: ${name}Source, *, quiet: bool = False) -> Generator[list[$model], None, None]:
    """The items of a source that is closed afterwards."""
    logger = logging.getLogger(__name__)
    try:
        items = sorted(source.$verb1(), key=attrgetter("count", "key"), reverse=True)
        if not quiet:
            logger.info("%s: %d of %s", source.title, len(items), "$noun")
        yield items
    finally:
        source.close()
'''

CLIENT = '''
class ${name}Error(RuntimeError):
    """Raised where a $noun cannot be fetched; `attempts` says how often it was tried."""

    def __init__(self, message: str, *, attempts: int) -> None:
        super().__init__(message)
        self.attempts = attempts


class ${name}Client:
    """Fetches each $noun of the $domain, several at a time.

    $remark
    """

    def __init__(self, fetch: Callable[[str], Awaitable[$model]], *, width: int = $n1, retries: int = 3) -> None:
        self._fetch = fetch
        self._width = asyncio.Semaphore(width)
        self._retries = retries
        self._kept: dict[str, $model] = {}

    async def __aenter__(self) -> ${name}Client:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: object, trace: object) -> None:
        self._kept.clear()

    async def one(self, key: str) -> $model:
        """The item of a key; raises ${name}Error after the last attempt."""
        if (kept := self._kept.get(key)) is not None:
            return kept
        last: Exception | None = None
        for attempt in range(self._retries):
            async with self._width:
                try:
                    item = await self._fetch(key)
                except (OSError, LookupError) as error:
                    last = error
                    await asyncio.sleep(min(2**attempt, $n2) / 1000)
                    continue
            self._kept[key] = item
            return item
        raise ${name}Error(f"no {key} after {self._retries} attempts", attempts=self._retries) from last

    async def $verb1(self, keys: Iterable[str]) -> tuple[list[$model], dict[str, BaseException]]:
        """The items of the keys, and what went wrong with the others."""
        wanted = list(dict.fromkeys(keys))
        answers = await asyncio.gather(*(self.one(key) for key in wanted), return_exceptions=True)
        found: list[$model] = []
        failed: dict[str, BaseException] = {}
        for key, answer in zip(wanted, answers):
            if isinstance(answer, BaseException):
                failed[key] = answer
            else:
                found.append(answer)
        return found, failed

    async def stream(self, keys: AsyncIterator[str]) -> AsyncIterator[$model]:
        """The items of keys that come one by one."""
        async for key in keys:
            item = await self.one(key)
            if item.weight > 0.$n3:
                yield item
'''

KINDS = '''
class ${name}Kind(Enum):
    """The kinds of $noun that the $domain know."""

    OPEN = "open"
    CLOSED = "closed"
    SHARED = "shared"
    UNKNOWN = "unknown"

    @classmethod
    def of(cls, item: $model) -> ${name}Kind:
        """The kind of an item, by its count."""
        match item.count:
            case 0:
                return cls.UNKNOWN
            case 1 | 2 | 3:
                return cls.OPEN
            case count if count < $n1:
                return cls.SHARED
            case _:
                return cls.CLOSED


${upper}_FACTORS: Final[Mapping[${name}Kind, float]] = {
    ${name}Kind.OPEN: 1.$n2,
    ${name}Kind.CLOSED: 0.$n3,
    ${name}Kind.SHARED: 2.5,
}


def $function(items: Sequence[$model], *, unknown: float = 0.$n4) -> dict[${name}Kind, float]:
    """The weight of each kind.

    $remark
    """
    weights = dict.fromkeys(${name}Kind, 0.0)
    for item in items:
        kind = ${name}Kind.of(item)
        factor = ${upper}_FACTORS.get(kind, unknown)
        if kind is ${name}Kind.UNKNOWN:
            weights[kind] += factor
        elif item.weight > factor:
            weights[kind] += item.weight * factor / (item.count or 1)
        else:
            weights[kind] += factor - item.weight
    return {kind: round(weight, 3) for kind, weight in weights.items() if weight}
'''

HANDLER = '''
P${name} = ParamSpec("P${name}")
R${name} = TypeVar("R${name}")


def $function(*, times: int = $n1) -> Callable[[Callable[P${name}, R${name}]], Callable[P${name}, R${name}]]:
    """Try again, up to `times`, where the $noun is not there yet.

    $remark
    """

    def decorate(call: Callable[P${name}, R${name}]) -> Callable[P${name}, R${name}]:
        @wraps(call)
        def wrapper(*args: P${name}.args, **kwargs: P${name}.kwargs) -> R${name}:
            problem: LookupError | None = None
            for _ in range(times):
                try:
                    return call(*args, **kwargs)
                except LookupError as error:
                    problem = error
            raise RuntimeError(f"no $noun after {times} attempts") from problem

        return wrapper

    return decorate


@$function(times=$n2)
def ${other_function}(items: Mapping[str, $model], key: str, *, factor: float = 1.5) -> $model:
    """The item of a key, with its weight multiplied; raises RuntimeError where it never comes."""
    item = items[key]
    return replace(item, weight=item.weight * factor)


class ${name}Handler(ABC):
    """Takes each $noun of the $domain through the same three steps."""

    steps: ClassVar[tuple[str, ...]] = ("read", "$verb1", "write")

    def __init__(self, items: Iterable[$model]) -> None:
        self.items = {item.key: item for item in items}
        self.problems: list[tuple[str, str]] = []

    @abstractmethod
    def accepts(self, item: $model) -> bool:
        """Whether the item goes on."""

    @cached_property
    def accepted(self) -> list[$model]:
        """The items that go on, heaviest first."""
        return sorted(filter(self.accepts, self.items.values()), key=attrgetter("weight"), reverse=True)

    def run(self) -> Counter[str]:
        """How many items each step has seen."""
        seen: Counter[str] = Counter()
        for item, step in product(self.accepted, self.steps):
            seen[step] += 1
            if item.count > $n3 and step == "$verb1":
                self.problems.append((item.key, f"{step} has too many"))
        return seen


class ${name}LimitHandler(${name}Handler):
    """Lets through what is below a limit."""

    limit = $n4

    def accepts(self, item: $model) -> bool:
        """Whether the item goes on."""
        return item.count <= self.limit and bool(item.key)
'''

REPORT = '''
class ${name}Line(NamedTuple):
    """One line of the report about each $noun."""

    title: str
    total: Decimal
    share: float
    first: $model
    last: $model


def $function(items: Iterable[$model], others: Mapping[str, $model2], *, width: int = $n1) -> Iterator[${name}Line]:
    """Lines of the report, one for each initial.

    $remark
    """
    ordered = sorted(items, key=attrgetter("key"))
    whole = sum([item.weight for item in ordered]) or 1.0
    for initial, group in groupby(ordered, key=lambda item: item.key[:1].upper()):
        members = list(group)
        total = Decimal(0)
        share = 0.0
        for item in members:
            total += Decimal(str(item.weight)) * item.count
            if item.key in others:
                share += others[item.key].weight / whole
        total = total.quantize(Decimal("0.01"))
        yield ${name}Line(initial.ljust(width), total, share, members[0], members[-1])


def render_${snake}(lines: Iterable[${name}Line], *, footer: str | None = None) -> str:
    """The report as text."""
    text = ["$noun".ljust($n3) + f"{'total':>12}{'share':>8}"]
    for line in lines:
        first = line.first.key if line.first.count else ""
        row = f"{line.title:<$n3}{line.total:>12}{line.share:8.1%}  {first}".rstrip()
        if line.share > 0.$n4:
            row = f"{row} *"
        text.append(row)
    if footer is not None:
        text.append("-" * len(text[0]))
        text.append(footer)
    return "\\n".join(text)
'''

COMMANDS = '''
PATTERN_${upper} = re.compile(r"(?P<key>[a-z]\\w*)\\s*=\\s*(?P<count>\\d+)(?:\\s*@\\s*(?P<weight>[0-9.]+))?")


def $function(lines: Iterable[str]) -> tuple[list[$model], list[str]]:
    """The items that lines of `key = count @ weight` name, and the lines that do not.

    $remark
    """
    items: list[$model] = []
    left: list[str] = []
    for line in lines:
        found = PATTERN_${upper}.fullmatch(line.split("#", maxsplit=1)[0].strip())
        if found is None:
            left.append(line)
            continue
        weight = float(found["weight"]) if found["weight"] else $n1 / $n2
        items.append($model(key=found["key"], count=int(found["count"]), weight=weight))
    return items, left


def parser_${snake}() -> argparse.ArgumentParser:
    """The command line of this module."""
    parser = argparse.ArgumentParser(prog="$domain-$noun", description="$quality $noun of the $domain")
    parser.add_argument("files", nargs="*", type=Path, help="what to read")
    parser.add_argument("--limit", type=int, default=$n3, help="how many at most (default: %(default)s)")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="how to print")
    parser.add_argument("--quiet", action="store_true", help="print the result only")
    return parser


def main_${snake}(arguments: Sequence[str] | None = None) -> int:
    """Read files and write what they hold to standard output."""
    options = parser_${snake}().parse_args(arguments)
    items: list[$model] = []
    for path in options.files:
        found, left = $function(path.read_text(encoding="utf-8").splitlines())
        items += found[: options.limit - len(items)]
        if left and not options.quiet:
            sys.stderr.write(f"{path}: {len(left)} lines left out\\n")
    if options.format == "json":
        sys.stdout.write(json.dumps([asdict(item) for item in items], default=str, indent=2))
    else:
        sys.stdout.write("\\n".join(f"{item.key}: {item.count}" for item in items))
    return 0 if items else 1
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


_ABC = "collections.abc"
record = simple(RECORD, ("json",), (_ABC, "Iterable"), ("typing", "TypedDict", "cast"))
store = simple(
    STORE,
    (_ABC, "Callable", "Hashable", "Iterable", "Iterator"),
    ("itertools", "islice"),
    ("typing", "Generic", "TypeVar", "overload"),
)
protocol = simple(
    PROTOCOL,
    ("logging",),
    (_ABC, "Generator", "Iterator", "Sequence"),
    ("contextlib", "contextmanager"),
    ("datetime", "datetime", "timedelta", "timezone"),
    ("operator", "attrgetter"),
    ("typing", "Protocol"),
)
client = simple(CLIENT, ("asyncio",), (_ABC, "AsyncIterator", "Awaitable", "Callable", "Iterable"))
kinds = simple(KINDS, (_ABC, "Mapping", "Sequence"), ("enum", "Enum"), ("typing", "Final"))
handler = simple(
    HANDLER,
    ("abc", "ABC", "abstractmethod"),
    (_ABC, "Callable", "Iterable", "Mapping"),
    ("collections", "Counter"),
    ("dataclasses", "replace"),
    ("functools", "cached_property", "wraps"),
    ("itertools", "product"),
    ("operator", "attrgetter"),
    ("typing", "ClassVar", "ParamSpec", "TypeVar"),
)
report = simple(
    REPORT,
    (_ABC, "Iterable", "Iterator", "Mapping"),
    ("decimal", "Decimal"),
    ("itertools", "groupby"),
    ("operator", "attrgetter"),
    ("typing", "NamedTuple"),
)
commands = simple(
    COMMANDS,
    ("argparse",),
    ("json",),
    ("re",),
    ("sys",),
    (_ABC, "Iterable", "Sequence"),
    ("dataclasses", "asdict"),
    ("pathlib", "Path"),
)


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
