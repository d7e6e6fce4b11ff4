# SPDX-License-Identifier: Apache-2.0
"""The blocks with classes: generic ones, protocols, asynchronous clients, enumerations, base classes."""

from __future__ import annotations

from sessions._bench_blocks import simple

__all__ = ["client", "handler", "kinds", "protocol", "store"]

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

_ABC = "collections.abc"
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
