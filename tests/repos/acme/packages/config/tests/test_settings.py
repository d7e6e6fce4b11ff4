from __future__ import annotations

from pathlib import Path

import pytest

from acme.config import Settings, UnknownSettingError


def test_reads_its_own_variables_alone() -> None:
    settings = Settings.from_environment({"ACME_WORKERS": "4", "HOME": "/root"})
    assert settings == Settings(data=Path("data"), currency="EUR", workers=4)


def test_refuses_a_variable_that_it_does_not_know() -> None:
    with pytest.raises(UnknownSettingError, match="wrokers"):
        Settings.from_environment({"ACME_WROKERS": "4"})
