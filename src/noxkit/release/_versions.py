# SPDX-License-Identifier: Apache-2.0
"""Versions: which one comes next (PEP 440), and where they stand in files and requirements."""

from __future__ import annotations

import ast
import dataclasses
import enum
import re
from typing import TYPE_CHECKING

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, Specifier
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from noxkit.workspace._tables import strings, table, text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from noxkit.engine._context import Context
    from noxkit.workspace.model import Package

__all__ = ["Level", "Step", "final_of", "following", "raised", "sources_of", "stated_version"]


class Level(enum.IntEnum):
    """How much changes; a larger one holds the smaller ones."""

    PATCH = 1
    MINOR = 2
    MAJOR = 3

    @property
    def word(self) -> str:
        """Its name: `patch`, `minor`, `major`."""
        return self.name.lower()


class Step(enum.Enum):
    """What kind of release a version is to be: a final one, or one before or after it."""

    FINAL = ""
    ALPHA = "a"
    BETA = "b"
    CANDIDATE = "rc"
    POST = "post"
    DEV = "dev"


_RANK = {"a": 0, "b": 1, "rc": 2}


def final_of(version: Version) -> Version:
    """The version without what makes it come before or after the final one, and without a local part."""
    return _made(version, version.release)


def following(
    last: Version | None,
    level: Level | None,
    *,
    final: Version | None,
    step: Step = Step.FINAL,
    zero_major: bool = False,
) -> Version | None:
    """The version that follows.

    `last` is the newest release of any kind and `final` the newest final one, from which `level` counts; None where
    there is none yet. Before 1.0 a major change is a minor one unless `zero_major`. None where nothing is known to
    count from, or the step leads to no later version: from a candidate back to an alpha, or a post-release of none.
    """
    if last is None:
        return None
    base = _raised(final, level, zero_major=zero_major) if final is not None and level is not None else final_of(last)
    target = max(base, final_of(last)) if last.is_prerelease else base
    if step is Step.FINAL:
        return target if target > last else None
    if step is Step.POST:
        number = (last.post or 0) + 1 if last.post is not None else 1
        return None if last.is_prerelease else _made(last, last.release, post=number)
    if step is Step.DEV:
        number = (last.dev or 0) + 1 if last.dev is not None and final_of(last) == target else 0
        made = _made(target, target.release, dev=number)
        return made if made > last else None
    return _before(last, target, step.value)


def _before(last: Version, target: Version, kind: str) -> Version | None:
    """The next alpha, beta or candidate of `target`."""
    number = 1
    if last.pre is not None and final_of(last) == target:
        if _RANK[last.pre[0]] > _RANK[kind]:
            return None
        if last.pre[0] == kind:
            number = last.pre[1] + (last.dev is None)  # 1.0rc2.dev1 comes before 1.0rc2
    made = _made(target, target.release, pre=(kind, number))
    return made if made > last else None


def _raised(version: Version, level: Level, *, zero_major: bool) -> Version:
    release = [*version.release, *([0] * (3 - len(version.release)))]
    if level is Level.MAJOR and version.major == 0 and not zero_major:
        level = Level.MINOR
    place = 3 - level
    raised = [*release[:place], release[place] + 1, *([0] * (len(release) - place - 1))]
    kept = max(len(version.release), place + 1)
    return _made(version, raised[:kept])


def _made(
    version: Version,
    release: Iterable[int],
    *,
    pre: tuple[str, int] | None = None,
    post: int | None = None,
    dev: int | None = None,
) -> Version:
    text = f"{version.epoch}!" if version.epoch else ""
    text += ".".join(map(str, release))
    text += f"{pre[0]}{pre[1]}" if pre is not None else ""
    text += f".post{post}" if post is not None else ""
    text += f".dev{dev}" if dev is not None else ""
    return Version(text)


_HATCH = r"""(?im)^(?:__version__|VERSION)(?: ?\: ?str)? *= *(?P<quote>['"])v?(?P<version>.+?)(?P=quote)"""
_SPECIFIER = re.compile(r"(===|==|~=|!=|<=|>=|<|>)\s*([^\s,;()]+)")
_BY_TAG = ("vcs", "scm", "versioningit", "versioneer", "dynamic-versioning", "git-versioning")
_USUAL = ("__init__.py", "_version.py", "__about__.py", "version.py")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file that says the version, and the characters of its decoded text that are the version."""

    path: str
    start: int
    end: int


def sources_of(package: Package, read: Callable[[str], str | None]) -> tuple[list[Source], str | None]:
    """The places besides [project] that say the version of a package, and why it cannot be written where that is so.

    `read` gives the text of a file below the root. A package whose version the build takes from a tag has no place,
    and needs none.
    """
    if package.version is not None:
        return [*_literals(package, read)], None
    settings = package.pyproject
    hatch, poetry = table(settings, "tool", "hatch", "version"), text(table(settings, "tool", "poetry").get("version"))
    if poetry is not None or _is_by_tag(package):
        return [*_literals(package, read)], None
    path = text(hatch.get("path")) or text(table(settings, "tool", "pdm", "version").get("path"))
    pattern = text(hatch.get("pattern")) or _HATCH
    if path is None:
        path = _setuptools_file(package, read) or _flit_file(package, read)
    if path is None:
        return [], "its version is computed by the build in a way that is not known: no file can be written"
    whole = f"{_prefix(package)}{path}"
    content = read(whole)
    found = _within(content, pattern) if content is not None else None
    if found is None:
        return [], f"{whole} holds no version that can be read"
    return [Source(path=whole, start=found[0], end=found[1])], None


def stated_version(context: Context, package: Package) -> str | None:
    """The version that a file says which the build reads it from; None where there is no such file."""
    if package.version is not None:
        return package.version

    def read(path: str) -> str | None:
        file = context.root / path
        try:
            return file.read_bytes().decode("utf-8-sig") if file.is_file() else None
        except (OSError, UnicodeDecodeError):
            return None

    sources, _ = sources_of(package, read)
    text_of_file = read(sources[0].path) if sources else None
    return text_of_file[sources[0].start : sources[0].end] if text_of_file is not None else None


def _is_by_tag(package: Package) -> bool:
    """Whether the build takes the version from git."""
    tools = table(package.pyproject, "tool")
    requires = strings(table(package.pyproject, "build-system").get("requires"))
    declared = text(table(package.pyproject, "tool", "hatch", "version").get("source")) or text(
        table(package.pyproject, "tool", "pdm", "version").get("source")
    )
    if declared is not None:
        return any(word in declared for word in _BY_TAG)
    words = [*tools, *(line for line in requires)]
    return any(
        mark in word.lower().replace("_", "-")
        for word in words
        for mark in ("hatch-vcs", "setuptools-scm", *_BY_TAG[2:])
    )


def _setuptools_file(package: Package, read: Callable[[str], str | None]) -> str | None:
    declared = table(package.pyproject, "tool", "setuptools", "dynamic", "version")
    named = declared.get("file")
    files = strings(named) or ((named,) if isinstance(named, str) else ())
    if files:
        return files[0]
    module = (text(declared.get("attr")) or "").rpartition(".")[0]
    return _module_file(package, module, read) if module else None


def _flit_file(package: Package, read: Callable[[str], str | None]) -> str | None:
    if not (package.build_backend or "").startswith("flit"):
        return None
    module = text(table(package.pyproject, "tool", "flit", "module").get("name")) or package.raw_name.replace("-", "_")
    return _module_file(package, module, read)


def _module_file(package: Package, module: str, read: Callable[[str], str | None]) -> str | None:
    """The file of a module, relative to the package's folder."""
    stem = module.replace(".", "/")
    for root in _roots(package):
        for path in (f"{root}{stem}.py", f"{root}{stem}/__init__.py"):
            if read(path) is not None:
                return path.removeprefix(_prefix(package))
    return None


def _prefix(package: Package) -> str:
    return "" if package.folder == "." else f"{package.folder}/"


def _roots(package: Package) -> dict[str, None]:
    """Where its modules may lie, relative to the repository's root, each with `/` behind it or empty."""
    known = ["" if root == "." else f"{root}/" for root in package.import_roots]
    return dict.fromkeys((f"{_prefix(package)}src/", _prefix(package), *known))


def _within(content: str, pattern: str) -> tuple[int, int] | None:
    """The version in a file: where the pattern has it, else the whole of a file that holds nothing else."""
    try:
        match = re.search(pattern, content, re.MULTILINE)
        span = match.span("version") if match is not None else None
    except (re.error, IndexError):
        return None
    if span is not None:
        return span
    stripped = content.strip()
    try:
        Version(stripped)
    except InvalidVersion:
        return None
    start = content.index(stripped)
    return start, start + len(stripped)


def _literals(package: Package, read: Callable[[str], str | None]) -> Iterator[Source]:
    """`__version__ = "1.2.0"` in the usual modules of its packages, where that is the version that [project] has."""
    for name in package.import_names:
        for root in _roots(package):
            for file in _USUAL:
                path = f"{root}{name.replace('.', '/')}/{file}"
                content = read(path)
                span = _literal(content, package.version) if content is not None else None
                if span is not None:
                    yield Source(path=path, start=span[0], end=span[1])


def _literal(content: str, version: str | None) -> tuple[int, int] | None:
    try:
        body = ast.parse(content).body
    except (SyntaxError, ValueError):
        return None
    for node in body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        named = any(isinstance(target, ast.Name) and target.id == "__version__" for target in targets)
        value = getattr(node, "value", None)
        if named and isinstance(value, ast.Constant) and isinstance(value.value, str) and value.value == version:
            return _span(content, value)
    return None


def _span(content: str, node: ast.Constant) -> tuple[int, int] | None:
    """The characters of a plain string, without its quotes."""
    lines = content.splitlines(keepends=True)
    before = sum(map(len, lines[: node.lineno - 1]))
    line = lines[node.lineno - 1].encode()
    start = before + len(line[: node.col_offset].decode())
    found = content.find(str(node.value), start)
    return (found, found + len(str(node.value))) if found >= 0 else None


def raised(line: str, version: Version) -> str | None:
    """A requirement whose bounds let in `version` and nothing older, its extras and its marker as they are written.

    None where there is nothing to raise: no bound below, or an address. An upper bound that shuts the version out moves
    up with it, as far from the version as it was written.
    """
    try:
        requirement = Requirement(line)
    except InvalidRequirement:
        return None
    if requirement.url is not None or not requirement.specifier:
        return None
    head, semicolon, marker = line.partition(";")
    changed = _SPECIFIER.sub(lambda match: _moved(match, version), head)
    result = f"{changed}{semicolon}{marker}"
    if result == line:
        return None
    try:
        made = Requirement(result)
    except InvalidRequirement:
        return None
    fits = made.specifier.contains(version, prereleases=True) and canonicalize_name(made.name) == canonicalize_name(
        requirement.name
    )
    return result if fits else None


def _moved(match: re.Match[str], version: Version) -> str:
    operator, written = match[1], match[2]
    space = match[0][len(operator) : len(match[0]) - len(written)]
    try:
        admits = Specifier(f"{operator}{written}").contains(version, prereleases=True)
    except InvalidSpecifier:
        return match[0]
    if operator in {">=", "==="} or (operator == "==" and not written.endswith(".*")):
        is_it = operator != "===" and Version(written) == version  # 1.0 and 1.0.0
        return match[0] if is_it else f"{operator}{space}{version}"
    count = len(written.removesuffix(".*").split("."))
    if operator == "==":
        return f"=={space}{'.'.join(map(str, _parts(version, count)))}.*"
    if operator == "~=":
        plain = version.is_prerelease or len(version.release) == count
        return f"~={space}{version if plain else '.'.join(map(str, _parts(version, count)))}"
    if admits or operator not in {"<", "<="}:
        return match[0]
    return f"<={space}{version}" if operator == "<=" else f"<{space}{_above(written, version)}"


def _parts(version: Version, count: int) -> list[int]:
    return [*version.release, *([0] * count)][:count]


def _above(written: str, version: Version) -> str:
    """The next bound of the same form: `<2` becomes `<3`, `<1.5` becomes `<1.8` for 1.7.2, `<2.0` becomes `<3.0`."""
    parts = [int(part) if part.isdigit() else 0 for part in written.split(".")]
    last = max((place for place, part in enumerate(parts) if part), default=0)
    bound = _parts(version, last + 1)
    bound[-1] += 1
    return ".".join(map(str, [*bound, *([0] * (len(parts) - last - 1))]))
