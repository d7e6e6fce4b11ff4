# SPDX-License-Identifier: Apache-2.0
"""Wheels against their trees: layouts and settings of six backends, what is missing, what is more, what is changed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.artifacts._facts import Artifacts

if TYPE_CHECKING:
    from pathlib import Path

MODULE, FILE, EXTRA, DIFFERS = (
    f"NK-TREE-{name}" for name in ("MISSING-MODULE", "MISSING-FILE", "EXTRA-FILE", "CONTENT-DIFFERS")
)
CODES = (MODULE, FILE, EXTRA, DIFFERS)
WHEEL = "demo-1.0-py3-none-any.whl"
INIT = '"""Demo."""\n'
BACKENDS = {
    "hatch": "hatchling.build",
    "setuptools": "setuptools.build_meta",
    "uv": "uv_build",
    "flit": "flit_core.buildapi",
    "pdm": "pdm.backend",
    "poetry": "poetry.core.masonry.api",
    "meson": "mesonpy",
}


@pytest.fixture
def artifacts(tmp_path: Path) -> Artifacts:
    return Artifacts(tmp_path / "tree")


def project(backend: str, more: str = "", *, version: str = 'version = "1.0"', requires: str = "") -> str:
    system = f'[build-system]\nrequires = [{requires}]\nbuild-backend = "{BACKENDS[backend]}"\n'
    return f'{system}[project]\nname = "demo"\n{version}\n{more}'


def recipe(files: dict[str, str]) -> str:
    """A wheel with these files."""
    return "[files]\n" + "".join(f'"{name}" = {json.dumps(text)}\n' for name, text in files.items())


def found(artifacts: Artifacts, tree: dict[str, str], wheel: str = "") -> set[tuple[str, str]]:
    """What the four rules say: code and path, the wheel's without its name."""
    files = {**tree, WHEEL: wheel}
    findings = [finding for code in CODES for finding in artifacts.find(code, files)]
    assert all(finding.message and finding.hint for finding in findings)
    return {(each.code.removeprefix("NK-TREE-"), (each.path or "").removeprefix(f"dist/{WHEEL}/")) for each in findings}


SRC = {"src/demo/__init__.py": INIT}
FLAT = {"demo/__init__.py": INIT}
SUB = {"src/demo/sub/__init__.py": "", "src/demo/sub/a.py": ""}
MISSING_SUB = {("MISSING-MODULE", "src/demo/sub/__init__.py"), ("MISSING-MODULE", "src/demo/sub/a.py")}
DATA = {"src/demo/table.json": "{}\n"}
MISSING_DATA = {("MISSING-FILE", "src/demo/table.json")}
NOTHING: set[tuple[str, str]] = set()


@pytest.mark.parametrize("backend", ["hatch", "setuptools", "uv", "flit", "pdm", "poetry"])
def test_a_module_that_is_missing(artifacts: Artifacts, backend: str) -> None:
    assert found(artifacts, {"pyproject.toml": project(backend), **SRC, **SUB}) == MISSING_SUB


@pytest.mark.parametrize("backend", ["hatch", "setuptools", "uv", "flit", "pdm", "poetry", "meson"])
def test_a_wheel_as_its_tree_has_no_finding(artifacts: Artifacts, backend: str) -> None:
    files = {"pyproject.toml": project(backend), **SRC, "README.md": "x", "tests/test_a.py": "", "docs/conf.py": ""}
    assert found(artifacts, files) == NOTHING


LAYOUTS = {
    "flat": ({"pyproject.toml": project("setuptools"), **FLAT, "demo/a.py": ""}, {("MISSING-MODULE", "demo/a.py")}),
    "single-module": (
        {"pyproject.toml": project("flit"), "demo.py": "A = 1\n"},
        {("MISSING-MODULE", "demo.py"), ("EXTRA-FILE", "demo/__init__.py")},
    ),
    "namespace": (
        {"pyproject.toml": project("hatch", '[tool.hatch.build.targets.wheel]\npackages = ["src/acme"]\n'),
         "src/acme/demo/__init__.py": INIT, "src/acme/demo/a.py": ""},
        {("MISSING-MODULE", "src/acme/demo/__init__.py"), ("MISSING-MODULE", "src/acme/demo/a.py")},
    ),
    "stub": ({"pyproject.toml": project("hatch"), **SRC, "src/demo/a.pyi": ""}, {("MISSING-MODULE", "src/demo/a.pyi")}),
    "renamed-folder": (
        {"pyproject.toml": project("setuptools", '[tool.setuptools]\npackages = ["demo"]\npackage-dir.demo = "lib"\n'),
         "lib/__init__.py": INIT, "lib/a.py": ""},
        {("MISSING-MODULE", "lib/a.py")},
    ),
    "renamed-source": (
        {"pyproject.toml": project("hatch", '[tool.hatch.build.targets.wheel.sources]\n"source/x" = "demo"\n'),
         "source/x/__init__.py": INIT, "source/x/a.py": ""},
        {("MISSING-MODULE", "source/x/a.py")},
    ),
    "modules-beside-packages": (
        {"pyproject.toml": project("setuptools", '[tool.setuptools.packages.find]\nwhere = ["src"]\n'), **SRC,
         "src/build_helper.py": ""},
        NOTHING,
    ),
    "backend-in-the-tree": (
        {"pyproject.toml": project("hatch").replace("requires", 'backend-path = ["."]\nrequires'), **SRC, **SUB},
        NOTHING,
    ),
    "another-backend": ({"pyproject.toml": project("meson"), **SRC, **SUB}, NOTHING),
    "another-version": ({"pyproject.toml": project("hatch", version='version = "2.0"'), **SRC, **SUB}, NOTHING),
}  # fmt: skip


@pytest.mark.parametrize(("tree", "expected"), LAYOUTS.values(), ids=LAYOUTS)
def test_layouts(artifacts: Artifacts, tree: dict[str, str], expected: set[tuple[str, str]]) -> None:
    assert found(artifacts, tree) == expected


EXCLUDED = {
    "hatch-target": ("hatch", '[tool.hatch.build.targets.wheel]\nexclude = ["src/demo/sub"]\n'),
    "hatch-anywhere": ("hatch", '[tool.hatch.build]\nexclude = ["sub/"]\n'),
    "hatch-include": ("hatch", '[tool.hatch.build.targets.wheel]\ninclude = ["src/demo/*.py"]\n'),
    "setuptools-exclude": ("setuptools", '[tool.setuptools.packages.find]\nwhere = ["src"]\nexclude = ["*.sub"]\n'),
    "setuptools-include": ("setuptools", '[tool.setuptools.packages.find]\nwhere = ["src"]\ninclude = ["demo"]\n'),
    "uv": ("uv", '[tool.uv.build-backend]\nwheel-exclude = ["sub"]\n'),
    "uv-source": ("uv", '[tool.uv.build-backend]\nsource-exclude = ["/src/demo/sub"]\n'),
    "flit": ("flit", '[tool.flit.sdist]\nexclude = ["src/demo/sub/"]\n'),
    "pdm": ("pdm", '[tool.pdm.build]\nexcludes = ["src/demo/sub/**"]\n'),
    "poetry": ("poetry", '[tool.poetry]\nexclude = ["src/demo/sub/*"]\n'),
    "poetry-table": ("poetry", '[tool.poetry]\nexclude = [{ path = "src/demo/sub", format = "wheel" }]\n'),
    "generated": ("flit", '[tool.noxkit.rules.tree_contents]\ngenerated = ["src/demo/sub/**"]\n'),
}


@pytest.mark.parametrize(("backend", "settings"), EXCLUDED.values(), ids=EXCLUDED)
def test_what_is_left_out_on_purpose_is_not_missing(artifacts: Artifacts, backend: str, settings: str) -> None:
    assert found(artifacts, {"pyproject.toml": project(backend, settings), **SRC, **SUB}) == NOTHING


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        pytest.param({"setup.py": "from setuptools import *\nsetup(packages=find_packages('src', ['demo.sub']))"},
                     NOTHING, id="find-exclude"),
        pytest.param({"setup.py": "from setuptools import *\nsetup(packages=find_packages('src', exclude=X))"},
                     NOTHING, id="find-exclude-computed"),
        pytest.param({"setup.py": "from setuptools import *\nsetup(packages=find_packages('src'))"},
                     MISSING_SUB, id="find"),
        pytest.param({"setup.cfg": "[options]\npackages=find:\n[options.packages.find]\nwhere=src\nexclude=demo.sub\n"},
                     NOTHING, id="setup-cfg"),
        pytest.param({"MANIFEST.in": "prune src/demo/sub\n"}, NOTHING, id="manifest-prune"),
        pytest.param({"MANIFEST.in": "recursive-exclude src/demo/sub *.py\n"}, NOTHING, id="manifest-recursive"),
        pytest.param({"MANIFEST.in": "include src/demo/sub/a.py\n"}, MISSING_SUB, id="manifest-include"),
    ],
)  # fmt: skip
def test_other_files_of_setuptools(artifacts: Artifacts, files: dict[str, str], expected: set[tuple[str, str]]) -> None:
    assert found(artifacts, {"pyproject.toml": project("setuptools"), **SRC, **SUB, **files}) == expected


@pytest.mark.parametrize(
    "path",
    ["demo/tests/test_a.py", "demo/conftest.py", "demo/testing/helper.py", "demo/templates/app.py", "demo/1st.py",
     "demo/setup.py", "demo/data-sets/a.py"],
)  # fmt: skip
def test_modules_that_nobody_misses(artifacts: Artifacts, path: str) -> None:
    assert found(artifacts, {"pyproject.toml": project("setuptools"), **SRC, f"src/{path}": ""}) == NOTHING


READS = 'import json\n\nTABLE = open("table.json")\n'
SHIPPED = recipe({"demo/__init__.py": READS})


@pytest.mark.parametrize(
    ("backend", "init", "name", "expected"),
    [
        pytest.param("hatch", INIT, "table.json", True, id="ships-all"),
        pytest.param("uv", INIT, "sub/table.json", True, id="ships-all-in-folders"),
        pytest.param("setuptools", INIT, "table.json", False, id="nobody-reads-it"),
        pytest.param("setuptools", READS, "table.json", True, id="read-by-a-module"),
        pytest.param("setuptools", READS, "sub/table.json", True, id="read-in-a-folder"),
        pytest.param("setuptools", INIT, "py.typed", True, id="typed"),
        pytest.param("hatch", INIT, ".gitkeep", False, id="hidden"),
        pytest.param("hatch", INIT, "_speedups.c", False, id="source-of-native-code"),
        pytest.param("hatch", INIT, "NOTES.md", False, id="notes"),
        pytest.param("hatch", INIT, "tests/table.json", False, id="of-tests"),
    ],
)
def test_data_that_is_missing(artifacts: Artifacts, backend: str, init: str, name: str, *, expected: bool) -> None:
    tree = {"pyproject.toml": project(backend), "src/demo/__init__.py": init, f"src/demo/{name}": "{}\n"}
    wheel = SHIPPED if init == READS else ""
    assert found(artifacts, tree, wheel) == ({("MISSING-FILE", f"src/demo/{name}")} if expected else NOTHING)


PURE = "demo-1.0.data/purelib"
MADE = '[tool.noxkit.rules.tree_contents]\ngenerated = ["**/made.py"]\n'
VCS = '[tool.hatch.build.hooks.vcs]\nversion-file = "src/demo/v.py"\n'
HOOK = "[tool.hatch.build.hooks.custom]\n"
EXTRAS = {
    "module": ("setuptools", "", {"demo/old.py": ""}, {"demo/old.py"}),
    "package": ("setuptools", "", {"other/__init__.py": ""}, {"other/__init__.py"}),
    "data": ("hatch", "", {"demo/old.json": "{}"}, {"demo/old.json"}),
    "data-elsewhere": ("hatch", "", {"share/old.json": "{}"}, set[str]()),
    "data-folder": ("setuptools", "", {f"{PURE}/demo/old.py": ""}, {f"{PURE}/demo/old.py"}),
    "script": ("setuptools", "", {"demo-1.0.data/scripts/run": "#!python\n"}, set[str]()),
    "pth": ("setuptools", "", {"demo.pth": "x\n"}, set[str]()),
    "moved": ("hatch", "", {"demo/copied.txt": "text\n"}, {"demo/copied.txt"}),
    "the-same-file-elsewhere": ("hatch", "", {"demo/extra.txt": "text\n"}, set[str]()),
    "custom-hook": ("hatch", HOOK, {"demo/made.py": ""}, set[str]()),
    "generated": ("hatch", MADE, {"demo/made.py": ""}, set[str]()),
    "vcs-hook": ("hatch", VCS, {"demo/v.py": ""}, set[str]()),
    "vcs-hook-and-more": ("hatch", VCS, {"demo/w.py": ""}, {"demo/w.py"}),
    "compressed": ("hatch", "", {"demo/table.json.gz": "x"}, set[str]()),
    "native-magic": ("setuptools", "", {"demo/_x.cpython-312-x86_64-linux-gnu.so": "x"}, set[str]()),
}  # fmt: skip


@pytest.mark.parametrize(("backend", "settings", "files", "expected"), EXTRAS.values(), ids=EXTRAS)
def test_files_that_the_tree_does_not_have(
    artifacts: Artifacts, backend: str, settings: str, files: dict[str, str], expected: set[str]
) -> None:
    tree = {"pyproject.toml": project(backend, settings), **SRC, "assets/extra.txt": "text\n"}
    if "demo/table.json.gz" in files:
        tree |= DATA
        files = {**files, "demo/table.json": "{}\n"}
    assert found(artifacts, tree, recipe(files)) == {("EXTRA-FILE", path) for path in expected}


@pytest.mark.parametrize(
    ("version", "settings", "path", "before", "after", "fires"),
    [
        pytest.param('version = "1.0"', "", "demo/a.py", "A = 1\n", "A = 2\n", True, id="changed"),
        pytest.param('version = "1.0"', "", "demo/a.py", "A = 1\r\n", "A = 1\n", False, id="ends-of-lines"),
        pytest.param('version = "1.0"', "", "demo/a.txt", "A", "B", True, id="data"),
        pytest.param('version = "1.0"', "", "demo/_version.py", "A = 1\n", "A = 2\n", True, id="fixed-version"),
        pytest.param('dynamic = ["version"]', "", "demo/_version.py", "A = 1\n", "A = 2\n", False, id="computed"),
        pytest.param('dynamic = ["version"]', "", "demo/a.py", "A = 1\n", "A = 2\n", True, id="another-file"),
        pytest.param('version = "1.0"', MADE, "demo/made.py", "1", "2", False, id="generated"),
    ],
)  # fmt: skip
def test_files_that_have_changed(
    artifacts: Artifacts, version: str, settings: str, path: str, before: str, after: str, *, fires: bool
) -> None:
    tree = {"pyproject.toml": project("hatch", settings, version=version), **SRC, f"src/{path}": before}
    assert found(artifacts, tree, recipe({path: after})) == ({("CONTENT-DIFFERS", path)} if fires else NOTHING)


def test_without_a_tree_nothing_is_missing(artifacts: Artifacts) -> None:
    assert found(artifacts, {}) == NOTHING


def test_many_findings_are_counted(artifacts: Artifacts) -> None:
    modules = {f"src/demo/m{number}.py": "" for number in range(25)}
    findings = artifacts.find(MODULE, {"pyproject.toml": project("hatch"), **SRC, **modules, WHEEL: ""})
    assert len(findings) == 21
    assert any("5 more modules" in finding.message for finding in findings)
