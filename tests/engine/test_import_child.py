# SPDX-License-Identifier: Apache-2.0
"""What the rehearsal's program says of an import that failed, as trials have shown it."""

from __future__ import annotations

import pytest

from noxkit.engine._import_child import failure_of, is_public

_CASES = {
    "the error itself": ("import surely_not_there", "surely_not_there"),
    "an error made of it, as starlette's testclient has it": (
        "try:\n    import surely_not_there\nexcept ImportError:\n    raise RuntimeError('install it')",
        "surely_not_there",
    ),
    "an error made of it with a cause": (
        "try:\n    import surely_not_there\nexcept ImportError as error:\n    raise ValueError('no') from error",
        "surely_not_there",
    ),
    "another error behind one that was handled": (
        "try:\n    import surely_not_there\nexcept ImportError:\n    pass\nraise RuntimeError('of its own')",
        None,
    ),
    "another error": ("1 / 0", None),
}


@pytest.mark.parametrize(("code", "missing"), _CASES.values(), ids=_CASES.keys())
def test_the_module_that_is_missing_is_told_whatever_was_made_of_the_error(code: str, missing: str | None) -> None:
    with pytest.raises(Exception) as caught:  # noqa: PT011 -- whatever an import raises
        exec(code, {})  # noqa: S102 -- the text above
    assert failure_of(caught.value)["missing"] == missing


@pytest.mark.parametrize(
    ("part", "public"),
    [("core", True), ("_core", False), ("tests", False), ("testing", True), ("test_it", False), ("conftest", False)],
)
def test_modules_of_tests_and_private_ones_are_not_for_users(part: str, public: bool) -> None:
    assert is_public(part) is public
