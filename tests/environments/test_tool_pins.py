# SPDX-License-Identifier: Apache-2.0
"""Who decides the version of a tool."""

from __future__ import annotations

import pytest

from noxkit.environments.tool import locked_version, pin_of

_USER = ("==0.13.1", "[tool.noxkit.tools]")
_SHIPPED = locked_version("ruff")


@pytest.mark.parametrize(
    ("configured", "locked", "declared", "hook", "expected"),
    [
        pytest.param({}, (), "", None, (None, "noxkit's lock"), id="nobody"),
        pytest.param({}, (), "", "0.15.16", ("==0.15.16", ".pre-commit-config.yaml"), id="a-hook"),
        pytest.param({}, (), ">=0.15", "0.15.16", ("==0.15.16", ".pre-commit-config.yaml"), id="a-hook-in-range"),
        pytest.param({}, (), "<0.15", "0.15.16", ("<0.15", "the dependency groups"), id="a-hook-out-of-range"),
        pytest.param({}, ("0.14.1",), "", "0.15.16", ("==0.14.1", "uv.lock"), id="the-lock-before-a-hook"),
        pytest.param({"ruff": "==0.13.1"}, ("0.14.1",), "", "0.15.16", _USER, id="the-user"),
        pytest.param({}, (), "", _SHIPPED, (None, ".pre-commit-config.yaml"), id="a-hook-as-shipped"),
    ],
)
def test_the_projects_own_pin_wins(
    configured: dict[str, str],
    locked: tuple[str, ...],
    declared: str,
    hook: str | None,
    expected: tuple[str | None, str],
) -> None:
    pin = pin_of(
        "ruff",
        configured=configured,
        locked={"ruff": locked} if locked else {},
        declared={"ruff": declared} if declared else {},
        hooks={"ruff": hook} if hook else {},
    )
    assert (pin.specifier, pin.source) == expected
