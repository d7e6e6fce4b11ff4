# SPDX-License-Identifier: Apache-2.0
"""What the rules on archives share: the faults of reading a file, each as a finding at its entry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noxkit.rules._base import found

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noxkit.artifacts.model import Fault, FaultKind
    from noxkit.rules._artifacts import FileFacts
    from noxkit.rules._base import Found, Place

__all__ = ["faults_as_findings", "place_of_fault"]

_LONGEST = 400


def faults_as_findings(facts: FileFacts, *kinds: FaultKind, hint: str, display: bool = False) -> Iterator[Found]:
    """A finding for each fault of these kinds."""
    for fault in facts.archive.faults_of(*kinds):
        yield found(fault.message, hint=hint, at=place_of_fault(facts, fault), display=display)


def place_of_fault(facts: FileFacts, fault: Fault) -> Place:
    """The entry that a fault is about; the file where there is none, or its name is too long to be a place."""
    return facts.at() if fault.member is None or len(fault.member) > _LONGEST else facts.at(fault.member)
