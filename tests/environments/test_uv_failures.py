# SPDX-License-Identifier: Apache-2.0
"""What is said where uv cannot install."""

from __future__ import annotations

import pytest

from noxkit.environments.uv import explain_failure
from noxkit.tasks.process import Completed

_UNA = """\
error: Failed to build `una @ file:///una`
  Caused by: The build backend returned an error
  Caused by: Call to `hatchling.build.build_editable` failed (exit status: 1)

[stderr]
Traceback (most recent call last):
  File "<string>", line 11, in <module>
    raise ValueError(message)
ValueError: Readme path must be within the project directory: ../README.md

hint: Build failures usually indicate a problem with the package or the build environment
"""


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        pytest.param(_UNA, "ValueError: Readme path must be within the project directory: ../README.md", id="una"),
        pytest.param("error: Failed to fetch\n", "error: Failed to fetch", id="one-line"),
        pytest.param("", "uv ended with exit code 2 and said nothing", id="silent"),
    ],
)
def test_the_last_words_of_a_build_backend_are_kept(printed: str, expected: str) -> None:
    failure = explain_failure(Completed(("uv",), 2, b"", printed.encode(), 0.1))
    assert failure.reason.endswith(expected)
    assert failure.hint
