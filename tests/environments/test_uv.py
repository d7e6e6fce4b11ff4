# SPDX-License-Identifier: Apache-2.0
"""Which uv is used, what its environment is, and what is made of its failures."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import uv as uv_package

from noxkit.environments.uv import find_uv
from noxkit.errors import NoxkitError
from noxkit.tasks.process import Runner
from tests._trees import Repo, manifest

if TYPE_CHECKING:
    from noxkit.environments.uv import Uv


def fake(folder: Path, version: str) -> Path:
    """A program named uv that says that it is of this version."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "uv"
    file.write_text(f"#!/bin/sh\necho uv {version}\n")
    file.chmod(0o755)
    return file


def found(tmp_path: Path, *, required: str | None = None, **environ: str) -> Uv:
    base = {"PATH": os.defpath, **environ}
    return find_uv(Runner(root=tmp_path, environment=base), base, root=tmp_path, required=required)


def test_the_variable_comes_first(tmp_path: Path) -> None:
    one, two = fake(tmp_path / "a", "0.1.0"), fake(tmp_path / "b", "0.2.0")
    uv = found(tmp_path, UV=str(one), PATH=f"{two.parent}:{os.defpath}")
    assert (uv.path, uv.version, uv.origin) == (one, "0.1.0", "$UV")


def test_then_comes_that_on_path(tmp_path: Path) -> None:
    uv = found(tmp_path, PATH=f"{fake(tmp_path / 'b', '0.2.0').parent}:{os.defpath}")
    assert (uv.version, uv.origin) == ("0.2.0", "PATH")


def test_then_comes_the_bundled_one(tmp_path: Path) -> None:
    uv = found(tmp_path, PATH=str(tmp_path))
    assert (uv.path, uv.origin) == (Path(uv_package.find_uv_bin()), "bundled")


@pytest.mark.parametrize("required", ["==0.1.0", "0.1.0", "<0.2", "~=0.1.0", "<1"])
def test_the_first_that_fits_required_version_is_taken(tmp_path: Path, required: str) -> None:
    one, two = (
        fake(tmp_path / "a", "0.9.9") if required == "<1" else fake(tmp_path / "a", "3.0.0"),
        fake(tmp_path / "b", "0.1.0"),
    )
    expected = "0.9.9" if required == "<1" else "0.1.0"
    assert found(tmp_path, required=required, UV=str(one), PATH=f"{two.parent}:{os.defpath}").version == expected


def test_one_that_does_not_run_is_passed_over(tmp_path: Path) -> None:
    two = fake(tmp_path / "b", "0.2.0")
    uv = found(tmp_path, UV=str(tmp_path / "gone"), PATH=f"{two.parent}:{os.defpath}")
    assert uv.version == "0.2.0"


def test_an_interrupted_run_has_no_opinion_on_which_is_there(tmp_path: Path) -> None:
    base = {"PATH": f"{fake(tmp_path / 'b', '0.2.0').parent}:{os.defpath}"}
    runner = Runner(root=tmp_path, environment=base)
    runner.cancel.set()
    uv = find_uv(runner, base, root=tmp_path, required=">=0.2")
    assert (uv.version, uv.run(["--version"], task="t").cancelled) == ("unknown", True)


def test_where_none_fits_each_is_named_with_its_version(tmp_path: Path) -> None:
    one = fake(tmp_path / "a", "0.1.0")
    with pytest.raises(NoxkitError) as caught:
        found(tmp_path, required="==77.0", UV=str(one))
    [record] = caught.value.records
    assert (record.code, f"{one} ($UV): 0.1.0" in record.message, "(bundled)" in record.message) == (
        "NK-UV-MISSING",
        True,
        True,
    )


def test_an_activated_environment_is_no_matter_to_uv(repo: Repo) -> None:
    repo.write(manifest())
    shown = shutil.which("env") or "env"
    program = repo.root / "uv"
    program.write_text(f'#!/bin/sh\n[ "$1" = --version ] && echo uv 1.0.0 && exit\n{shown}\n')
    program.chmod(0o755)
    environ = {"UV": str(program), "VIRTUAL_ENV": "/a", "PYTHONPATH": "/b", "UV_PYTHON": "3.1", "KEPT": "yes"}
    lines = repo.context(**environ).uv.run(["x"], task="t").stdout.decode().splitlines()
    names = {line.partition("=")[0] for line in lines}
    assert (names & {"VIRTUAL_ENV", "PYTHONPATH", "UV_PYTHON"}, "KEPT" in names) == (set(), True)
