# SPDX-License-Identifier: Apache-2.0
"""The pages of the documentation and their code blocks."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

__all__ = ["BLOCKS", "PAGES", "ROOT", "Block"]

ROOT = Path(__file__).parents[2]
PAGES = tuple(
    sorted(
        [ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")], key=lambda page: page.as_posix()
    )
)
_FENCE = re.compile(r"^```(?P<info>[^\n`]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A fenced block: its page relative to the root, its first line, its language and its text."""

    page: str
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        """Where it stands."""
        return f"{self.page}:{self.line}"


def _blocks_of(page: Path) -> list[Block]:
    content = page.read_text(encoding="utf-8")
    return [
        Block(
            page=page.relative_to(ROOT).as_posix(),
            line=content.count("\n", 0, found.start()) + 1,
            language=found["info"].partition(" ")[0],
            text=found["text"],
        )
        for found in _FENCE.finditer(content)
    ]


# The examples of rules show what is wrong; tests/test_contract_rules.py runs them.
BLOCKS = tuple(
    block for page in PAGES if page.parent != ROOT / "docs" / "reference" / "rules" for block in _blocks_of(page)
)
