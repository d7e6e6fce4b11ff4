# SPDX-License-Identifier: Apache-2.0
"""What counts: severities that the repository has chosen, accepted findings, and the statuses that follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from noxkit.diagnostics.sources import Sources
from noxkit.engine._baseline import read_baseline, with_baseline, write_baseline
from noxkit.engine._secrets import without_secrets
from noxkit.engine._suppress import suppressed
from noxkit.engine._verdict import capped, fingerprinted, judged, merged, raised

if TYPE_CHECKING:
    from collections.abc import Sequence

    from noxkit.diagnostics.model import Finding, Outcome
    from noxkit.engine._context import Context
    from noxkit.engine._scope import Scope

__all__ = ["Judge"]


class Judge:
    """Judges the outcomes of one run: each for the display as soon as it is there, all of them for the report.

    Made before anything runs. Raises NoxkitError where the baseline cannot be read.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._sources = Sources(context.root)
        read_baseline(context)  # one that is broken ends the run here, before any work

    def one(self, outcome: Outcome) -> Outcome:
        """The outcome as the report will most probably show it."""
        return self._judged(self._accepted([outcome]))[0]

    def all(self, outcomes: Sequence[Outcome], *, scope: Scope) -> tuple[list[Outcome], tuple[Finding, ...]]:
        """The outcomes with their final statuses, and their findings merged and with fingerprints.

        Writes the baseline first, where that is asked for. Raises NoxkitError where it cannot be written.
        """
        marked = self._accepted(outcomes)
        if self._context.config.run.write_baseline:
            findings = fingerprinted(merged(marked), self._sources)
            write_baseline(self._context, findings, outcomes=marked, scope=scope)
        ended = self._judged(marked)
        return ended, fingerprinted(merged(ended), self._sources)

    def _accepted(self, outcomes: Sequence[Outcome]) -> list[Outcome]:
        strict = self._context.config.options.profile == "strict"
        weighed = [self._severe(raised(outcome) if strict else capped(outcome)) for outcome in outcomes]
        told = without_secrets(weighed, self._sources)
        return suppressed(told, context=self._context, sources=self._sources)

    def _severe(self, outcome: Outcome) -> Outcome:
        """The outcome with those findings that `--severity` asks for; all of them without it."""
        least = self._context.config.run.severity
        if least is None:
            return outcome
        kept = tuple(finding for finding in outcome.findings if finding.severity.rank <= least.rank)
        return msgspec.structs.replace(outcome, findings=kept)

    def _judged(self, marked: Sequence[Outcome]) -> list[Outcome]:
        findings = fingerprinted(merged(marked), self._sources)
        known = with_baseline(marked, findings, context=self._context, sources=self._sources)
        return [judged(outcome, fail_on=self._context.config.run.fail_on) for outcome in known]
