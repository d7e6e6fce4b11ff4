# SPDX-License-Identifier: Apache-2.0
"""This repository's sessions: noxkit's own pipeline, and those of `sessions/` that only its maintainers need.

Run it with `uv run nox`: the noxkit that is imported is then this checkout.
"""

import sys
from pathlib import Path

import nox

import noxkit

# First, so that no installed package named `sessions` wins.
sys.path.insert(0, str(Path(__file__).parent))

import sessions

nox.needs_version = ">=2026.10"
nox.options.default_venv_backend = "uv"
noxkit.pipeline()
sessions.register()

if __name__ == "__main__":
    nox.main()
