# SPDX-License-Identifier: Apache-2.0
"""What a reader pastes to accept a finding: a comment on its line, or an entry of the configuration."""

from __future__ import annotations

import json
import re
import shlex
from typing import TYPE_CHECKING

from noxkit.diagnostics.origins import inside, origin_of
from noxkit.diagnostics.sources import SECRET_CODES
from noxkit.report._escape import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from noxkit.diagnostics.model import Finding

__all__ = ["COMMENTED", "acceptance"]

COMMENTED = (".py", ".pyi", ".toml", ".yaml", ".yml", ".sh", ".cfg", ".ini")
"""The suffixes of files in which noxkit looks for its comments: those whose comments begin with `#`."""

_NEVER = ("NK-CONFIG-", "NK-FILE-UN", "NK-ARGUMENT-", "NK-IGNORE-", "NK-COMMIT-FORMAT", "NK-PULL-REQUEST")
# The last two are about one commit or description, and have no place: an entry would accept all that ever come.
_INFO = re.compile(r"^[^/]+\.dist-info(?=/|$)")  # the folder has the version in its name
_BY_GROUP = frozenset({"NK-ADVISORY"})
_OWN_WAY = frozenset({"licenses"})  # tasks that are told what to accept by name, as the hint says


def acceptance(findings: Sequence[Finding], *, bare: bool = False) -> str | None:
    """The exact text, with a place for the reason; None for what cannot be accepted.

    `findings` are those of one fold: all of their codes are accepted together. A `bare` run reads no pyproject.toml.
    """
    lead = findings[0]
    codes = list(dict.fromkeys(_accepted_as(finding) for finding in findings))
    if any(code.startswith(_NEVER) for code in codes) or lead.task in {"noxkit", *_OWN_WAY}:
        return None
    if lead.code in SECRET_CODES:
        return f"`# noxkit: ignore[{lead.code}] REASON` on that line, and only where it is none"
    is_in_tree = origin_of(lead.path) == "tree"
    if is_in_tree and lead.line is not None and lead.path is not None and lead.path.endswith(COMMENTED):
        return one_line(f"`# noxkit: ignore[{', '.join(codes)}] REASON` on that line")
    if bare:
        entry = {"source": origin_of(lead.path), **_inside(lead.path), "reason": "REASON"} if lead.path else {}
        listed = json.dumps([{"code": code, **entry} for code in codes], ensure_ascii=False)
        return one_line(f"NOXKIT_IGNORE={shlex.quote(listed)}")
    place = _place(lead.path) if lead.path is not None else ""
    entries = ", ".join(f'{{ code = {json.dumps(code)}{place}, reason = "REASON" }}' for code in codes)
    return one_line(f"`ignore = [{entries}]` in [tool.noxkit]")


def _accepted_as(finding: Finding) -> str:
    """The code by which a finding is accepted: an advisory by its own name, since all have one code."""
    return finding.group if finding.code in _BY_GROUP and finding.group is not None else finding.code


def _place(path: str) -> str:
    """The rest of the entry: inside of a built file the path there, since the file's name has its version."""
    origin = origin_of(path)
    if origin == "tree":
        return f", path = {json.dumps(path, ensure_ascii=False)}"
    within = "".join(f", {key} = {json.dumps(value, ensure_ascii=False)}" for key, value in _inside(path).items())
    return f', source = "{origin}"{within}'


def _inside(path: str) -> dict[str, str]:
    within = _INFO.sub("*.dist-info", inside(path) or "")
    return {"path": within} if within else {}
