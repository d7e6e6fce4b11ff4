# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from noxkit.workspace.discovery import discover

if TYPE_CHECKING:
    from tests.workspace.conftest import Tree


def _pyproject(backend: str, further: str = "", *, name: str = "acme-web") -> str:
    return f'[build-system]\nbuild-backend = "{backend}"\n[project]\nname = "{name}"\nversion = "1"\n{further}\n'


@pytest.mark.parametrize(
    ("pyproject", "files", "roots", "names"),
    [
        pytest.param(_pyproject("x"), ["src/acme_web/__init__.py"], ["src"], ["acme_web"], id="src"),
        pytest.param(_pyproject("x"), ["acme_web/__init__.py", "tests/__init__.py"], ["."], ["acme_web"], id="flat"),
        pytest.param(_pyproject("x"), ["Acme_Web/__init__.py"], ["."], ["Acme_Web"], id="flat-capitals"),
        pytest.param(_pyproject("x"), ["acme_web.py", "setup.py"], ["."], ["acme_web"], id="module"),
        pytest.param(_pyproject("x"), ["acme/web/__init__.py"], ["."], ["acme.web"], id="flat-namespace"),
        pytest.param(_pyproject("x"), ["webb/__init__.py", "docs/__init__.py"], ["."], ["webb"], id="flat-other-name"),
        pytest.param(_pyproject("x"), ["one.py", "noxfile.py", "conftest.py"], ["."], ["one"], id="module-other-name"),
        pytest.param(_pyproject("x"), ["README.md"], ["."], [], id="nothing"),
        pytest.param(_pyproject("x"), ["src/acme/web/a/__init__.py", "src/acme/web/b/m.py"], ["src"],
                     ["acme.web.a", "acme.web.b"], id="namespace-leaves"),
        pytest.param(_pyproject("x"), ["src/__init__.py", "src/a.py"], ["."], ["src"], id="src-is-the-package"),
        pytest.param(_pyproject("x"), ["src/acme-stubs/__init__.pyi"], ["src"], ["acme"], id="stubs"),
        pytest.param(_pyproject("x"), ["src/a.py", "src/b/__init__.py", "src/a.egg-info/PKG-INFO"], ["src"],
                     ["b", "a"], id="src-modules"),
        pytest.param(_pyproject("hatchling.build", '[tool.hatch.build.targets.wheel]\npackages = ["py/web"]'),
                     ["py/web/__init__.py", "src/other/__init__.py"], ["py"], ["web"], id="hatch-packages"),
        pytest.param(_pyproject("hatchling.build", '[tool.hatch.build.targets.wheel]\npackages = ["src/acme"]'),
                     ["src/acme/web/__init__.py"], ["src"], ["acme.web"], id="hatch-namespace"),
        pytest.param(_pyproject("hatchling.build", '[tool.hatch.build.targets.wheel]\n'
                                'sources = ["py"]\nonly-include = ["py/acme/web"]'),
                     ["py/acme/web/__init__.py"], ["py"], ["acme.web"], id="hatch-sources-include"),
        pytest.param(_pyproject("hatchling.build", '[tool.hatch.build.targets.wheel]\nsources = ["py"]'),
                     ["py/web/__init__.py"], ["py"], ["web"], id="hatch-sources"),
        pytest.param(_pyproject("hatchling.build", '[tool.hatch.build.targets.wheel]\npackages = ["gone"]'),
                     ["src/web/__init__.py"], ["src"], ["web"], id="configured-and-absent"),
        pytest.param(_pyproject("setuptools.build_meta", '[tool.setuptools.packages.find]\nwhere = ["py"]'),
                     ["py/web/__init__.py"], ["py"], ["web"], id="setuptools-where"),
        pytest.param(_pyproject("setuptools.build_meta", '[tool.setuptools]\npackage-dir = {"" = "py"}'),
                     ["py/web/__init__.py"], ["py"], ["web"], id="setuptools-package-dir"),
        pytest.param(_pyproject("setuptools.build_meta", '[tool.setuptools]\npackages = ["web", "web.sub"]'),
                     ["web/__init__.py", "other/__init__.py"], ["."], ["web"], id="setuptools-packages"),
        pytest.param(_pyproject("setuptools.build_meta", '[tool.setuptools]\npy-modules = ["one", "two"]'),
                     ["one.py", "two.py", "three.py"], ["."], ["one", "two"], id="setuptools-modules"),
        pytest.param(_pyproject("setuptools.build_meta", '[tool.setuptools]\npackages = ["web"]\n'
                                '[tool.setuptools.package-dir]\nweb = "py/web"'),
                     ["py/web/__init__.py"], ["py"], ["web"], id="setuptools-one-package-dir"),
        pytest.param(_pyproject("poetry.core.masonry.api", '[[tool.poetry.packages]]\ninclude = "web"\nfrom = "py"'),
                     ["py/web/__init__.py"], ["py"], ["web"], id="poetry-packages"),
        pytest.param(_pyproject("poetry.core.masonry.api"), ["src/acme_web/__init__.py"], ["src"], ["acme_web"],
                     id="poetry-default"),
        pytest.param(_pyproject("uv_build"), ["src/acme_web/__init__.py", "src/x/__init__.py"], ["src"], ["acme_web"],
                     id="uv-default"),
        pytest.param(_pyproject("uv_build", '[tool.uv.build-backend]\nmodule-root = ""'),
                     ["acme_web/__init__.py"], ["."], ["acme_web"], id="uv-flat"),
        pytest.param(_pyproject("uv_build", '[tool.uv.build-backend]\nmodule-name = "acme.web"'),
                     ["src/acme/web/__init__.py"], ["src"], ["acme.web"], id="uv-namespace"),
        pytest.param(_pyproject("uv_build", '[tool.uv.build-backend]\nmodule-name = ["a", "b"]'),
                     ["src/a/__init__.py", "src/b/__init__.py"], ["src"], ["a", "b"], id="uv-several"),
        pytest.param(_pyproject("flit_core.buildapi", '[tool.flit.module]\nname = "web"'),
                     ["src/web/__init__.py", "src/x.py"], ["src"], ["web"], id="flit-module"),
        pytest.param(_pyproject("flit_core.buildapi"), ["acme_web.py"], ["."], ["acme_web"], id="flit-single-module"),
        pytest.param(_pyproject("pdm.backend", '[tool.pdm.build]\npackage-dir = "py"'),
                     ["py/web/__init__.py"], ["py"], ["web"], id="pdm-package-dir"),
        pytest.param(_pyproject("pdm.backend", '[tool.pdm.build]\nincludes = ["src/web"]'),
                     ["src/web/__init__.py", "src/x/__init__.py"], ["src"], ["web"], id="pdm-includes"),
        pytest.param(_pyproject("maturin", '[tool.maturin]\npython-source = "py"\nmodule-name = "web._core"'),
                     ["py/web/__init__.py"], ["py"], ["web"], id="maturin"),
        pytest.param(_pyproject("scikit_build_core.build", '[tool.scikit-build]\nwheel.packages = ["py/web"]'),
                     ["py/web/__init__.py"], ["py"], ["web"], id="scikit-build"),
    ],
)  # fmt: skip
def test_layout_as_the_backend_is_configured(
    tree: Tree, pyproject: str, files: list[str], roots: list[str], names: list[str]
) -> None:
    root = tree.write({"pyproject.toml": pyproject, **dict.fromkeys(files, "")})
    (package,) = discover(root).workspace.packages
    assert (list(package.import_roots), list(package.import_names)) == (roots, names)


@pytest.mark.parametrize(
    ("setup", "files", "roots", "names"),
    [
        pytest.param("packages=find_packages('py')", ["py/web/__init__.py"], ["py"], ["web"], id="find-positional"),
        pytest.param("packages=find_packages(where='py'), package_dir={'': 'py'}", ["py/web/__init__.py"], ["py"],
                     ["web"], id="find-where"),
        pytest.param("packages=['web', 'web.a']", ["web/__init__.py", "x/__init__.py"], ["."], ["web"], id="listed"),
        pytest.param("py_modules=['one']", ["one.py"], ["."], ["one"], id="modules"),
        pytest.param("packages=COMPUTED()", ["web/__init__.py"], ["."], ["web"], id="computed"),
    ],
)  # fmt: skip
def test_layout_of_a_setup_script_without_running_it(
    tree: Tree, setup: str, files: list[str], roots: list[str], names: list[str]
) -> None:
    script = f"from setuptools import *\nraise SystemExit\nsetup(name='acme', {setup})\n"
    root = tree.write({"setup.py": script, **dict.fromkeys(files, "")})
    (package,) = discover(root).workspace.packages
    assert (list(package.import_roots), list(package.import_names)) == (roots, names)


def test_a_loop_of_links_ends(tree: Tree) -> None:
    root = tree.write({"pyproject.toml": _pyproject("x"), "src/acme/.keep": ""})
    (root / "src/acme/again").symlink_to(root / "src/acme", target_is_directory=True)
    (package,) = discover(root).workspace.packages
    assert package.import_names == ()
