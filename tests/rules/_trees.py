# SPDX-License-Identifier: Apache-2.0
"""One rule on a tree of a few files, and the examples of its page."""

from __future__ import annotations

import dataclasses
import re
import shutil
from typing import TYPE_CHECKING, Any

from noxkit.config.load import load
from noxkit.rules import load_families
from noxkit.rules._base import Rule, Scope
from noxkit.rules._facts import Settings, WorkspaceFacts
from noxkit.rules._source import UnreadableSourceError, read_source, read_text_file
from noxkit.rules._stdlib import shadowed
from noxkit.workspace.discovery import discover

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from noxkit.diagnostics.model import Finding

__all__ = ["PYPROJECT", "RuleTree", "examples"]

PYPROJECT = '[project]\nname = "acme"\nversion = "1.0"\nrequires-python = ">=3.10"\n'
"""The manifest of a tree that brings none."""

_FENCE = re.compile(r"^```\w* (?P<path>\S+(?: \+x)?)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


def _rule(code: str) -> Rule[Any]:
    return next(rules[code] for rules in load_families().values() if code in rules)


class RuleTree:
    """A folder; `find` writes files into it and returns what a rule finds there, sorted."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.shadowed: frozenset[str] = frozenset()

    def write(self, files: Mapping[str, str | bytes]) -> None:
        """Write `files` by their paths; behind that ` +x` makes one that can be run."""
        shutil.rmtree(self.root, ignore_errors=True)
        for name, content in {"pyproject.toml": PYPROJECT, **files}.items():
            path, _, mark = name.partition(" +")
            file = self.root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content if isinstance(content, bytes) else content.encode())
            file.chmod(0o755 if mark else 0o644)

    def find(self, code: str, files: Mapping[str, str | bytes], **changed: str) -> list[Finding]:
        """The findings of the rule `code` on a tree of these files; `changed` are variables of the configuration."""
        self.write(files)
        return self.again(code, **changed)

    def again(self, code: str, **changed: str) -> list[Finding]:
        """The findings of the rule `code` on the tree as it is."""
        rule = _rule(code)
        options = load(self.root, environ=changed, arguments=()).options
        repository = discover(self.root, kinds=options.kinds)
        settings = Settings(options.rules)
        pythons = tuple(options.python or repository.pythons)
        whole = WorkspaceFacts(repository=repository, options=options, settings=settings, pythons=pythons)
        found: list[Finding] = []
        if rule.scope is Scope.WORKSPACE:
            found = rule(whole)
        elif rule.scope is Scope.PACKAGE:
            found = [finding for each in whole.packages for finding in rule(each, package=each.package.name)]
        else:
            self.shadowed = shadowed(repository.files)
            header = options.license_header.text
            headed = repository.files_matching(options.license_header.paths) if header else ()
            for path in repository.files:
                found += list(self._of_file(rule, path, settings, header if path in headed else None))
        return sorted(found, key=lambda finding: finding.sort_key)

    def _of_file(self, rule: Rule[Any], path: str, settings: Settings, header: str | None) -> Iterator[Finding]:
        data = (self.root / path).read_bytes()
        if path.endswith((".py", ".pyi")):
            try:
                source = read_source(path, data, settings=settings, license_header=header)
                source = dataclasses.replace(source, shadowed=self.shadowed)
            except UnreadableSourceError as error:
                yield from rule(error) if rule.scope is Scope.BROKEN else []
            else:
                yield from rule(source) if rule.scope is not Scope.BROKEN else []
        elif rule.scope is Scope.TEXT:
            text = read_text_file(path, data, settings=settings, license_header=header)
            yield from rule(text) if text is not None else []


def examples(page: str, section: str) -> list[dict[str, str]]:
    """The trees of a section of a page, such as `Fails`: fenced files; a line that begins with Or starts another."""
    lines: list[str] = []
    inside, fenced = False, False
    for line in page.splitlines(keepends=True):
        fenced ^= line.startswith("```")
        if line.startswith("# ") and not fenced:
            inside = line.strip() == f"# {section}"
        elif inside:
            lines.append("\0" if re.match(r"Or\b", line) and not fenced else line)
    trees = [{found["path"]: found["text"] for found in _FENCE.finditer(part)} for part in "".join(lines).split("\0")]
    return [tree for tree in trees if tree]
