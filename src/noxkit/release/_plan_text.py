# SPDX-License-Identifier: Apache-2.0
"""A plan as text: a table with every commit that counts, JSON, and a Mermaid graph."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from noxkit.release._session import NOTHING_PUBLISHED
from noxkit.report._escape import one_line
from noxkit.report._verdict import number
from noxkit.report._width import cut

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noxkit.release._plan import Member, Plan

__all__ = ["as_json", "as_mermaid", "as_table"]

FORMAT = "noxkit-plan/1"
_SHORT = 10  # letters of a commit's id
_WIDTH = 100  # columns
_MANY = 50  # commits of one member


def as_table(plan: Plan, *, commits: bool = True) -> str:
    """For people: a line a member in the order of publishing, below it the commits that count, and what blocks."""
    rows = [(member.name, member.current or "-", member.next or "-", _why(member)) for member in plan.members]
    heads = ("package", "now", "next", "why")
    widths = [max(len(row[column]) for row in (heads, *rows)) for column in range(3)]
    lines = [_row(heads, widths)]
    for member, row in zip(plan.members, rows, strict=True):
        lines.append(_row(row, widths))
        if commits and member.next is not None:
            lines += _listed(member)
        if member.next is not None:
            lines += [f"  blocked: {each}" for each in member.blocked]
    lines += ["", *(f"blocked: {each}" for each in plan.blocked), _sum(plan)]
    return "\n".join(lines) + "\n"


def _row(cells: tuple[str, str, str, str], widths: list[int]) -> str:
    columns = [cell.ljust(width) for cell, width in zip(cells, widths, strict=False)]
    return "  ".join([*columns, cells[3]]).rstrip()


def _why(member: Member) -> str:
    since = f" since {member.last_tag}" if member.last_tag is not None else ""
    if member.next is not None:
        return "; ".join(member.because) + (since if member.commits else "")
    if member.blocked:
        return member.blocked[0]
    quiet = f" ({number(member.untyped, 'commit')} without a type)" if member.untyped else ""
    return f"nothing that counts{since}{quiet}"


def _name(source: str) -> str:
    """A commit's id as people write it; the path of a fragment as it is."""
    return source if "." in source else source[:_SHORT]


def _listed(member: Member) -> Iterator[str]:
    """The commits that count, the newest first; the many of a first release are counted."""
    newest = member.commits[::-1]
    for each in newest[:_MANY]:
        told = f"{_name(each.id)} {'breaking: ' if each.breaking else ''}{one_line(each.message.subject)}"
        yield cut(f"  {told}", _WIDTH, ellipsis="…")
    if len(newest) > _MANY:
        yield f"  … and {len(newest) - _MANY} more, which `noxkit plan --format json` has"


def _sum(plan: Plan) -> str:
    released = plan.released
    if not plan.members:
        return NOTHING_PUBLISHED
    if not released:
        return "nothing to release"
    told = f"to release, in this order: {', '.join(f'{each.name} {each.next}' for each in released)}"
    return f"{told}; blocked" if plan.is_blocked else told


def as_json(plan: Plan) -> str:
    """For machines: `noxkit-plan/1`, members in the order of publishing, keys sorted."""
    members = [
        {
            "name": member.name,
            "folder": member.folder,
            "current": member.current,
            "next": member.next,
            "last_tag": member.last_tag,
            "tag": member.tag,
            "because": list(member.because),
            "commits": [
                {"id": each.id, "subject": each.message.subject, "level": each.level.word, "breaking": each.breaking}
                for each in member.commits
            ],
            "untyped_commits": member.untyped,
            "needs": list(member.needs),
            "dependents": list(member.dependents),
            "blocked": list(member.blocked),
        }
        for member in plan.members
    ]
    document = {"format": FORMAT, "head": plan.head, "members": members, "blocked": list(plan.blocked)}
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def as_mermaid(plan: Plan) -> str:
    """A flow chart of the members, an arrow from each to those that need it; those that are released are marked."""
    places = {member.name: f"m{place}" for place, member in enumerate(plan.members)}
    lines = ["flowchart LR"]
    for member in plan.members:
        told = f"{member.current or '-'} → {member.next}" if member.next is not None else member.current or "-"
        lines.append(f'  {places[member.name]}["{member.name}<br/>{told}"]')
    lines += [f"  {places[name]} --> {places[member.name]}" for member in plan.members for name in member.needs]
    marked = ",".join(places[member.name] for member in plan.released)
    if marked:
        lines += [f"  class {marked} released", "  classDef released stroke-width:3px"]
    return "\n".join(lines) + "\n"
