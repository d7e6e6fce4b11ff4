# SPDX-License-Identifier: Apache-2.0
"""The session `urls`."""

from __future__ import annotations

from noxkit.sessions._register import register

__all__ = ["urls"]


def urls() -> None:
    """Register `urls`: whether the addresses in documents and code answer. It alone asks the network for them."""
    register(
        "urls",
        lambda plans, _session: plans.plan_urls,
        description="Ask each address in documents and code once whether it answers; needs the network.",
    )
