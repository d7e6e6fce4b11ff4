# SPDX-License-Identifier: Apache-2.0
"""The blocks about text: reading and writing files, records, command lines, reports."""

from __future__ import annotations

from sessions._bench_blocks import simple

__all__ = ["commands", "files", "parse", "record", "report"]

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

PARSE = '''
def $function(line: str, *, separator: str = "=", comment: str = "#") -> tuple[str, str]:
    """The name and the value of a line of the $noun file; both empty where it holds none.

    $remark
    """
    text, _, _ = line.partition(comment)
    name, found, value = text.partition(separator)
    if not found:
        return "", ""
    name = name.strip().lower().replace("-", "_")
    value = value.strip()
    if value[:1] in {"'", '"'} and value[:1] == value[-1:]:
        value = value[1:-1]
    return name, value


def ${other_function}(text: str, *, width: int = $n1) -> list[$model]:
    """The items of a text, one for each section; raises ValueError with the number of a line that is wrong."""
    items: list[$model] = []
    key = ""
    count = 0
    weight = 1.0
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("["):
            if key:
                items.append($model(key, count, weight))
            key = line.strip("[] ")[:width]
            count, weight = 0, 1.0
            continue
        name, value = $function(line)
        if name == "count":
            count = int(value)
        elif name == "weight":
            weight = float(value)
        elif name == "times":
            count = count * max(int(value), 1)
        elif name and not value:
            raise ValueError(f"line {number}: {name} has no value")
    if key:
        items.append($model(key, count, weight))
    return items


def show_${snake}(item: $model, *, indent: int = 0, long: bool = False) -> str:
    """The section of an item, as `$other_function` reads it."""
    margin = " " * indent
    lines = [f"{margin}[{item.key}]"]
    if item.count:
        lines.append(f"{margin}count = {item.count}")
    if item.weight != 1.0 or long:
        lines.append(f"{margin}weight = {item.weight:.${n7}f}")
    if long:
        lines.append(f"{margin}# {item.count * item.weight:.1f} in all")
        lines.append("")
    return "\\n".join(lines)
'''

FILES = '''
def $function(path: Path, *, encoding: str = "utf-8", limit: int = $n1) -> list[str]:
    """The lines of a $noun file that are neither empty nor comments, at most `limit`; none where it is not there.

    $remark
    """
    try:
        with path.open(encoding=encoding) as file:
            lines = file.read().splitlines()
    except FileNotFoundError:
        return []
    except UnicodeDecodeError as error:
        raise ValueError(f"{path}: byte {error.start} is not {encoding}") from error
    found = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    return found[:limit]


def ${other_function}(source: Path, target: Path, *, size: int = $n2) -> int:
    """Copy a $noun file block by block; how many bytes there were."""
    whole = 0
    with open(source, "rb") as reading, open(target, "wb") as writing:
        head = reading.read(size)
        writing.write(head)
        rest = reading.read()
        whole = len(head) + writing.write(rest)
    with target.open("a", encoding="ascii") as file:
        file.write("end\\n")
    return whole


def write_${snake}(path: Path, value: str | bytes | list[str] | None) -> str:
    """Write what a $noun says, whatever form it has; the text that stands in the file afterwards."""
    match value:
        case None:
            text = ""
        case bytes():
            text = value.decode("utf-8", "replace")
        case str():
            text = value
        case _:
            text = "\\n".join(value)
    if path.suffix == ".$other":
        text = text.upper()
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
    with path.open(encoding="utf-8") as file:
        first = file.readline().rstrip()
    return first if len(first) > $n3 else text


def sizes_${snake}(folder: Path, *names: str, unit: int = $n4) -> dict[str, int]:
    """How many units each file has, by what its name begins with."""
    sizes: dict[str, int] = {}
    for name in names:
        path = folder.joinpath(name).resolve()
        with open(path, "rb") as file:
            count = len(file.read())
        initial = path.stem[:1].lower()
        sizes[initial] = sizes.get(initial, 0) + count // unit
    return sizes
'''

_ABC = "collections.abc"
record = simple(RECORD, ("json",), (_ABC, "Iterable"), ("typing", "TypedDict", "cast"))
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
parse = simple(PARSE)
files = simple(FILES, ("pathlib", "Path"))
