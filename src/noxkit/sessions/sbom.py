# SPDX-License-Identifier: Apache-2.0
"""The session `sbom`."""

from __future__ import annotations

import importlib

from noxkit.sessions._register import register

__all__ = ["sbom"]


def sbom() -> None:
    """Register `sbom`, which says of each built file what it brings along."""
    register(
        "sbom",
        lambda _plans, _session: importlib.import_module("noxkit.release._files").plan_sbom,
        description="What each file in dist/ brings along, as CycloneDX and SPDX: versions, hashes, licences, edges.",
    )
