# SPDX-License-Identifier: Apache-2.0
"""The version that follows another one."""

from __future__ import annotations

import pytest
from packaging.version import Version

from noxkit.release._versions import Level, Step, following

PATCH, MINOR, MAJOR = Level.PATCH, Level.MINOR, Level.MAJOR

FINAL = [
    ("1.2.3", PATCH, "1.2.4"),
    ("1.2.3", MINOR, "1.3.0"),
    ("1.2.3", MAJOR, "2.0.0"),
    ("1.2", PATCH, "1.2.1"),
    ("1.2", MINOR, "1.3"),
    ("1", MAJOR, "2"),
    ("1", PATCH, "1.0.1"),
    ("1.2.3.4", MINOR, "1.3.0.0"),
    ("2!1.2.3", MINOR, "2!1.3.0"),
    ("1.2.3.post1", PATCH, "1.2.4"),
    ("1.2.3+local", PATCH, "1.2.4"),
    ("0.3.1", MAJOR, "0.4.0"),
    ("0.3.1", MINOR, "0.4.0"),
]


@pytest.mark.parametrize(("last", "level", "expected"), FINAL)
def test_a_final_release(last: str, level: Level, expected: str) -> None:
    assert str(following(Version(last), level, final=Version(last))) == expected


def test_before_one_a_breaking_change_is_major_where_that_is_configured() -> None:
    assert str(following(Version("0.3.1"), MAJOR, final=Version("0.3.1"), zero_major=True)) == "1.0.0"


STEPS = [
    ("1.2.0", "1.2.0", MINOR, Step.ALPHA, "1.3.0a1"),
    ("1.3.0a1", "1.2.0", MINOR, Step.ALPHA, "1.3.0a2"),
    ("1.3.0a2", "1.2.0", MINOR, Step.BETA, "1.3.0b1"),
    ("1.3.0b1", "1.2.0", MINOR, Step.CANDIDATE, "1.3.0rc1"),
    ("1.3.0rc1", "1.2.0", MINOR, Step.FINAL, "1.3.0"),
    ("1.3.0rc1", "1.2.0", MAJOR, Step.FINAL, "2.0.0"),
    ("1.3.0rc1", "1.2.0", MAJOR, Step.CANDIDATE, "2.0.0rc1"),
    ("1.3.0rc1", "1.2.0", MINOR, Step.ALPHA, None),
    ("1.3.0rc2.dev1", "1.2.0", MINOR, Step.CANDIDATE, "1.3.0rc2"),
    ("1.2.0", "1.2.0", None, Step.POST, "1.2.0.post1"),
    ("1.2.0.post1", "1.2.0", None, Step.POST, "1.2.0.post2"),
    ("1.3.0rc1", "1.2.0", None, Step.POST, None),
    ("1.2.0", "1.2.0", MINOR, Step.DEV, "1.3.0.dev0"),
    ("1.3.0.dev0", "1.2.0", MINOR, Step.DEV, "1.3.0.dev1"),
    ("1.0rc1", None, MINOR, Step.FINAL, "1.0"),
]


@pytest.mark.parametrize(("last", "final", "level", "step", "expected"), STEPS)
def test_releases_before_and_after_a_final_one(
    last: str, final: str | None, level: Level | None, step: Step, expected: str | None
) -> None:
    found = following(Version(last), level, final=Version(final) if final else None, step=step)
    assert (str(found) if found else None) == expected


@pytest.mark.parametrize("step", list(Step))
@pytest.mark.parametrize("level", list(Level))
@pytest.mark.parametrize("last", ["0.1", "1.2.3", "1.2.3a1", "1.2.3rc4", "1.2.3.post2", "1.2.3.dev4", "1!2.0"])
def test_what_follows_comes_after(last: str, level: Level, step: Step) -> None:
    version = Version(last)
    final = None if version.is_prerelease else version
    found = following(version, level, final=final, step=step)
    assert found is None or found > version
