# SPDX-License-Identifier: Apache-2.0
"""The program of a worker: applies rules to files, each read, parsed and walked once, and writes what it found.

It runs without credentials, since the rules of `plugins` are the project's own code. What it is
told stands in a JSON file, and so does its answer: standard output belongs to those rules.
"""

from __future__ import annotations

import dataclasses
import hashlib
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from noxkit.diagnostics.model import Finding, RuleInfo  # noqa: TC001 -- msgspec reads the fields' types
from noxkit.engine._calling import called
from noxkit.rules import load_families
from noxkit.rules._base import Rule, Scope
from noxkit.rules._facts import PackageFacts, Settings, WorkspaceFacts
from noxkit.rules._plugins import PluginError, load_plugin
from noxkit.rules._source import SourceFile, TextFile, UnreadableSourceError, read_source, read_text_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["Answer", "FileAnswer", "InlineIgnore", "Order", "main"]

_INLINE = re.compile(r"#\s*noxkit:\s*ignore(?:\[(?P<codes>[^\]]*)\]|(?![\w\[-]))")
_LARGEST = {True: 4 << 20, False: 16 << 20}  # bytes: of a Python file that is parsed, and of another that is searched


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker is to do: `files` relative to `root`, those in `headed` with the licence header `header`.

    `foreign` files are vendored or generated: only rules on text look at them. `shadowed` are modules that
    are named as a standard one. `plugins` are loaded and all their rules are applied; `whole` asks for those
    on packages and on the workspace as well.
    """

    root: str
    files: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    settings: dict[str, dict[str, object]] = {}
    header: str | None = None
    headed: frozenset[str] = frozenset()
    foreign: frozenset[str] = frozenset()
    shadowed: frozenset[str] = frozenset()
    plugins: tuple[str, ...] = ()
    whole: bool = False


class InlineIgnore(msgspec.Struct, frozen=True, array_like=True):
    """A comment that accepts findings on its line; none where it names no code."""

    line: int
    codes: tuple[str, ...]


class FileAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was found in one file. `digest` is that of the bytes that were read; `unread` says why there is nothing."""

    path: str
    digest: str = ""
    findings: tuple[Finding, ...] = ()
    ignores: tuple[InlineIgnore, ...] = ()
    unread: str | None = None
    crash: str | None = None


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """All that a worker has to say.

    `rules` are those that plugins brought; `trouble` is a plugin that does not load.
    """

    files: tuple[FileAnswer, ...] = ()
    findings: tuple[Finding, ...] = ()
    rules: tuple[RuleInfo, ...] = ()
    trouble: str | None = None
    crash: str | None = None


class _Worker:
    def __init__(self, order: Order) -> None:
        self._order = order
        self._root = Path(order.root)
        self._settings = Settings(order.settings)
        own = {code: rule for family in load_families().values() for code, rule in family.items()}
        self.plugged: dict[str, Rule[Any]] = {}
        for name in order.plugins:
            self.plugged |= load_plugin(name)
        rules = [*(own[code] for code in order.codes), *self.plugged.values()]
        self._source = [rule for rule in rules if rule.scope is Scope.SOURCE]
        self._text = [rule for rule in rules if rule.scope is Scope.TEXT]
        self._broken = [rule for rule in rules if rule.scope is Scope.BROKEN]

    def answer(self) -> Answer:
        files = tuple(self._file(path) for path in self._order.files)
        findings, crash = self._whole() if self._order.whole else ((), None)
        rules = tuple(rule.info for rule in self.plugged.values())
        return Answer(files=files, findings=findings, rules=rules, crash=crash)

    def _file(self, path: str) -> FileAnswer:
        try:
            data = (self._root / path).read_bytes()
        except OSError as error:
            return FileAnswer(path=path, unread=f"cannot be read: {error.strerror or error}")
        digest = hashlib.sha256(data).hexdigest()
        is_python = path.endswith((".py", ".pyi"))
        if len(data) > _LARGEST[is_python]:
            return FileAnswer(path=path, digest=digest, unread=f"{len(data) >> 20} MiB are too many to look at")
        header = self._order.header if path in self._order.headed else None
        text, broken = self._read(path, data, header, is_python=is_python)
        if text is None:
            return FileAnswer(path=path, digest=digest, findings=broken)
        rules = [*(self._source if isinstance(text, SourceFile) else ()), *self._text]
        findings, crash = _applied(rules, text)
        return FileAnswer(
            path=path, digest=digest, findings=(*broken, *findings), ignores=tuple(_ignores(text)), crash=crash
        )

    def _read(
        self, path: str, data: bytes, header: str | None, *, is_python: bool
    ) -> tuple[TextFile | None, tuple[Finding, ...]]:
        """The file, parsed where rules ask for that; as text where it does not parse, and the finding for that."""
        broken: tuple[Finding, ...] = ()
        if is_python and (self._source or self._broken) and path not in self._order.foreign:
            try:
                source = read_source(path, data, settings=self._settings, license_header=header)
                return dataclasses.replace(source, shadowed=self._order.shadowed), ()
            except UnreadableSourceError as error:
                broken = tuple(finding for rule in self._broken for finding in rule(error))
        return read_text_file(path, data, settings=self._settings, license_header=header), broken

    def _whole(self) -> tuple[tuple[Finding, ...], str | None]:
        from noxkit.config.load import load  # noqa: PLC0415 -- plugins with rules on the workspace are rare
        from noxkit.workspace.discovery import discover  # noqa: PLC0415 -- the same

        options = load(self._root, environ={}, arguments=()).options
        repository = discover(self._root, kinds=options.kinds)
        whole = WorkspaceFacts(
            repository=repository,
            options=options,
            settings=self._settings,
            pythons=options.python or repository.pythons,
        )
        return whole_findings(list(self.plugged.values()), whole)


def whole_findings(rules: Sequence[Rule[Any]], whole: WorkspaceFacts) -> tuple[tuple[Finding, ...], str | None]:
    """What rules on the workspace and on each package have found, and the tracebacks of those that failed."""
    calls: list[tuple[Rule[Any], object, str | None]] = []
    for rule in rules:
        if rule.scope is Scope.WORKSPACE:
            calls.append((rule, whole, None))
        elif rule.scope is Scope.PACKAGE:
            calls += [(rule, each, each.package.name) for each in whole.packages if _is_asked(rule, each)]
    return called(calls)


def _is_asked(rule: Rule[Any], facts: PackageFacts) -> bool:
    """Whether the package's kind wants the rule: it may leave it out, or be the only one that has it."""
    code, kind, options = rule.info.code, facts.kind, facts.whole.options
    if kind is not None and code in kind.ignore:
        return False
    here = rule.info.standard or options.profile == "strict" or {code, rule.info.family} & set(options.select)
    elsewhere = any(code in other.select for other in options.kinds)
    return bool(here) or not elsewhere or (kind is not None and code in kind.select)


def _applied(rules: Sequence[Rule[Any]], file: TextFile) -> tuple[tuple[Finding, ...], str | None]:
    return called([(rule, file, None) for rule in rules])


def _ignores(file: TextFile) -> Iterator[InlineIgnore]:
    """The comments; none of a Python file that was not parsed, in which a text may look like one."""
    if "noxkit:" not in file.text or (file.path.endswith((".py", ".pyi")) and not isinstance(file, SourceFile)):
        return
    comments = {comment.line for comment in file.comments} if isinstance(file, SourceFile) else None
    for number, line in enumerate(file.lines, 1):
        for match in _INLINE.finditer(line):
            if comments is None or number in comments:
                codes = tuple(code.strip() for code in (match["codes"] or "").split(",") if code.strip())
                yield InlineIgnore(number, codes)


def main(order_file: str, answer_file: str) -> int:
    """Read the order, do it, write the answer; 0 where there is one."""
    order = msgspec.json.decode(Path(order_file).read_bytes(), type=Order)
    sys.path[0] = order.root  # where the repository's own modules are; this script's folder holds none for others
    sys.path.append(sys.path.pop(0))
    try:
        answer = _Worker(order).answer()
    except PluginError as error:
        answer = Answer(trouble=str(error))
    Path(answer_file).write_bytes(msgspec.json.encode(answer))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
