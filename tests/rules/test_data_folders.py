# SPDX-License-Identifier: Apache-2.0
"""The `.data` folder of a wheel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.artifacts._facts import Artifacts

WHEEL = "demo-1.0-py3-none-any.whl"
NATIVE = "demo-1.0-cp312-cp312-win_amd64.whl"


def with_file(*names: str) -> str:
    """A wheel with these files."""
    return "[files]\n" + "".join(f'"{name}" = "x\\n"\n' for name in names)


FOLDERS = {
    "another version": ("demo-0.9.data/scripts/demo", True),
    "another form of the version": ("demo-1.0.0.data/scripts/demo", True),
    "another spelling": ("Demo-1.0.data/scripts/demo", True),
    "another project": ("other-1.0.data/data/x", True),
    "data of its own": ("samples.data/x", True),
    "a file": ("samples.data", True),
    "its own": ("demo-1.0.data/scripts/demo", False),
    "inside of the package": ("demo/demo-0.9.data/scripts/demo", False),
    "another suffix": ("demo.database/x", False),
}


@pytest.mark.parametrize(("name", "fires"), FOLDERS.values(), ids=FOLDERS)
def test_it_is_called_after_the_wheel(artifacts: Artifacts, name: str, *, fires: bool) -> None:
    assert bool(artifacts.find("NK-DATA-DIR-MISMATCH", {WHEEL: with_file(name)})) is fires


SCHEMES = {
    "one letter less": ("demo-1.0.data/script/demo", True),
    "capitals": ("demo-1.0.data/Scripts/demo", True),
    "a file right in it": ("demo-1.0.data/demo.cfg", True),
    "a folder of an installed system": ("demo-1.0.data/lib/x", True),
    "a file of a known name": ("demo-1.0.data/data", True),
    "scripts": ("demo-1.0.data/scripts/demo", False),
    "data": ("demo-1.0.data/data/share/demo/x", False),
    "headers": ("demo-1.0.data/headers/demo.h", False),
    "platlib": ("demo-1.0.data/platlib/demo/x.py", False),
    "in the package": ("demo/demo-1.0.data/x/y", False),
}


@pytest.mark.parametrize(("name", "fires"), SCHEMES.values(), ids=SCHEMES)
def test_it_holds_what_installers_know(artifacts: Artifacts, name: str, *, fires: bool) -> None:
    assert bool(artifacts.find("NK-DATA-SCHEME-UNKNOWN", {WHEEL: with_file(name)})) is fires


def test_each_unknown_folder_is_told_once(artifacts: Artifacts) -> None:
    names = ("demo-1.0.data/bin/a", "demo-1.0.data/bin/b", "demo-1.0.data/etc/c")
    assert len(artifacts.find("NK-DATA-SCHEME-UNKNOWN", {WHEEL: with_file(*names)})) == 2


REDUNDANT = {
    "purelib in a pure wheel": (WHEEL, "purelib", True),
    "platlib in a wheel of a platform": (NATIVE, "platlib", True),
    "platlib in a pure wheel": (WHEEL, "platlib", False),
    "purelib in a wheel of a platform": (NATIVE, "purelib", False),
    "scripts": (WHEEL, "scripts", False),
}


@pytest.mark.parametrize(("wheel", "scheme", "fires"), REDUNDANT.values(), ids=REDUNDANT)
def test_the_root_has_no_second_folder(artifacts: Artifacts, wheel: str, scheme: str, *, fires: bool) -> None:
    recipe = with_file(f"demo-1.0.data/{scheme}/demo/x.py")
    assert bool(artifacts.find("NK-DATA-REDUNDANT-SCHEME", {wheel: recipe})) is fires
