# SPDX-License-Identifier: Apache-2.0
"""Imports of a wheel's modules that cannot work."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from noxkit.rules._import_owners import may_bring
from noxkit.rules._known_requirements import closure
from tests.rules._wheels import DEMO, recipe

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.artifacts._facts import Artifacts


@pytest.mark.parametrize(
    ("files", "missing"),
    [
        pytest.param({"demo/a.py": "import demo.b\n"}, ["demo.b"], id="absolute"),
        pytest.param({"demo/a.py": "from demo import b\n"}, ["demo.b"], id="from the package"),
        pytest.param({"demo/a.py": "from . import b\n"}, ["demo.b"], id="relative"),
        pytest.param({"demo/a.py": "from .b import c\n"}, ["demo.b"], id="from a relative module"),
        pytest.param({"demo/a.py": "from .b.c import d\n", "demo/b/__init__.py": ""}, ["demo.b.c"], id="deeper"),
        pytest.param({"demo/a.py": "from ... import b\n"}, ["..."], id="above the top"),
        pytest.param({"demo/a.py": "from .b import c\n", "demo/b.py": "d = 1\n"}, ["demo.b.c"], id="a name"),
        pytest.param({"demo/a.py": "class A:\n    from . import b\n"}, ["demo.b"], id="in a class"),
        pytest.param({"acme/x/__init__.py": "import acme.x.y\n"}, ["acme.x.y"], id="below a namespace"),
        pytest.param({"demo/a.py": "import demo.b\nimport demo.c\n", "demo/b.py": ""}, ["demo.c"], id="one of two"),
        pytest.param({"demo/a.py": "from .b import c\n", "demo/b.pyi": ""}, [], id="only a stub"),
        pytest.param({"demo/a.py": "from ._b import c\n", "demo/_b.abi3.so": "x"}, [], id="native"),
        pytest.param({"demo/a.py": "try:\n    from . import b\nexcept ImportError:\n    b = None\n"}, [], id="try"),
        pytest.param({"demo/a.py": "if TYPE_CHECKING:\n    from . import b\n"}, [], id="types"),
        pytest.param({"demo/a.py": "def f():\n    from . import b\n"}, [], id="in a function"),
        pytest.param({"demo/a.py": "with suppress(ImportError):\n    from . import b\n"}, [], id="suppressed"),
        pytest.param({"demo/a.py": "import acme.b\n", "acme/x/__init__.py": ""}, [], id="a namespace"),
        pytest.param({"demo/a.py": "from demo.plugins import b\n", "demo/plugins/c.py": ""}, [], id="an open folder"),
        pytest.param(
            {"demo/__init__.py": "__path__ = __import__('pkgutil').extend_path(__path__, __name__)\nimport demo.b\n"},
            [],
            id="an open package",
        ),
        pytest.param({"demo/__init__.py": "def __getattr__(n): ...\n", "demo/a.py": "import demo.b\n"}, [], id="lazy"),
        pytest.param({"demo/a.py": "from .b import c\n", "demo/b.py": "globals()['c'] = 1\n"}, [], id="made"),
        pytest.param(
            {"demo/a.py": "from .b import c\n", "demo/b.py": "from .d import *\n", "demo/d.py": ""}, [], id="*"
        ),
        pytest.param({"demo/a.py": "from . import __file__, __name__\n"}, [], id="what every module has"),
        pytest.param({"demo/a.py": "from demo.__init__ import x\n", "demo/__init__.py": "x = 1\n"}, [], id="init"),
        pytest.param({"demo/_win32.py": "from . import _winapi\n"}, [], id="for a platform"),
        pytest.param({"demo/a.py": "from ._posix import b\n"}, [], id="of a platform"),
        pytest.param({"demo/tests/test_a.py": "import demo.b\n", "demo/b_test.py": "import demo.c\n"}, [], id="tests"),
        pytest.param({"demo/_vendor/x/__main__.py": "from x import y\nimport demo.nothing\n"}, [], id="taken over"),
        pytest.param({"demo/templates/a.py": "import demo.b\n"}, [], id="a template"),
        pytest.param({"demo/data/a.py": "import demo.b\n"}, [], id="in a folder that is no package"),
        pytest.param(
            {"demo/a.py": "import demo.b\nraise ImportError\n", "demo/b/c.py": ""}, [], id="a folder is there"
        ),
    ],
)
def test_an_own_module_that_is_not_there_is_missed(
    artifacts: Artifacts, files: Mapping[str, str | bool], missing: list[str]
) -> None:
    found = artifacts.find("NK-INTERNAL-IMPORT-MISSING", {DEMO: recipe(files)})
    assert [finding.message.split("`")[1] for finding in found] == missing


ENTRY = {"{info}/entry_points.txt": "[console_scripts]\ndemo = demo._cli:main\n"}


@pytest.mark.parametrize(
    ("files", "needs", "said"),
    [
        pytest.param({"demo/__init__.py": "import yaml\n"}, [], "error", id="nothing is required"),
        pytest.param({"demo/__init__.py": "import yaml\n"}, ["requests>=2"], "error", id="something else is"),
        pytest.param({"demo/__init__.py": "from yaml import load\n"}, ["idna"], "error", id="from"),
        pytest.param(
            {"demo/__init__.py": "from . import a\n", "demo/a.py": "import yaml\n"}, [], "error", id="reached"
        ),
        pytest.param({"demo/_cli.py": "import yaml\n", **ENTRY}, [], "error", id="reached by a script"),
        pytest.param({"demo/__init__.py": "import acme_unknown\n"}, [], "error", id="an unknown name"),
        pytest.param({"demo/a.py": "import yaml\n"}, [], "info", id="reached by nothing"),
        pytest.param({"demo/__init__.py": "import urllib3\n"}, ["requests"], "info", id="brought along"),
        pytest.param({"demo/__init__.py": "import yaml\n"}, ["acme-internal"], "info", id="perhaps brought along"),
        pytest.param({"demo/__init__.py": "import yaml\n"}, ["PyYAML"], None, id="PyYAML"),
        pytest.param({"demo/__init__.py": "import attr\n"}, ["attrs"], None, id="attrs"),
        pytest.param({"demo/__init__.py": "import rpds\n"}, ["rpds-py"], None, id="rpds-py"),
        pytest.param({"demo/__init__.py": "import PIL\n"}, ["Pillow; extra == 'x'"], None, id="of an extra"),
        pytest.param({"demo/__init__.py": "import google.cloud.x\n"}, ["google-cloud-x"], None, id="a namespace"),
        pytest.param({"demo/__init__.py": "import acme_unknown\n"}, ["acme-internal"], None, id="unknown, in doubt"),
        pytest.param({"demo/__init__.py": "import foo\n"}, ["python-foo"], None, id="python-foo"),
        pytest.param({"demo/__init__.py": "import os, urllib2, distutils, _thread\n"}, [], None, id="any Python's own"),
        pytest.param({"demo/__init__.py": "import six\n", "demo/_vendor/six.py": ""}, [], None, id="taken over"),
        pytest.param({"demo/__init__.py": "import other\n", "other.py": ""}, [], None, id="its own"),
        pytest.param({"demo/__init__.py": "import pyodide, bpy\n"}, [], None, id="of the program around it"),
        pytest.param({"demo/__init__.py": "try:\n    import yaml\nexcept ImportError: ...\n"}, [], None, id="try"),
        pytest.param({"demo/__init__.py": "def f():\n    import yaml\n"}, [], None, id="in a function"),
        pytest.param({"demo/__init__.py": "if TYPE_CHECKING:\n    import yaml\n"}, [], None, id="types"),
        pytest.param(
            {"demo/tests/test_a.py": "import pytest\n", "demo/conftest.py": "import pytest\n"}, [], None, id="t"
        ),
        pytest.param({"demo/_windows.py": "import win32api\n"}, [], None, id="for a platform"),
    ],
)
def test_what_is_imported_and_not_required_is_found(
    artifacts: Artifacts, files: Mapping[str, str | bool], needs: list[str], said: str | None
) -> None:
    found = artifacts.find("NK-UNDECLARED-DEPENDENCY", {DEMO: recipe(files, {"Requires-Dist": needs})})
    assert [finding.severity.value for finding in found] == ([said] if said else [])


def test_one_distribution_is_told_once_with_its_name(artifacts: Artifacts) -> None:
    files = {"demo/__init__.py": "from . import a\nimport yaml\n", "demo/a.py": "import yaml\n"}
    (finding,) = artifacts.find("NK-UNDECLARED-DEPENDENCY", {DEMO: recipe(files)})
    assert "in 1 more" in finding.message
    assert "`pyyaml`" in finding.hint


@pytest.mark.parametrize(
    ("requirement", "name", "brings"),
    [
        ("requests", "requests", True),
        ("requests", "yaml", False),
        ("opencv-python", "cv2", True),
        ("google-cloud-storage", "google", True),
        ("types-yaml-more", "yaml", True),
        ("acme", "yaml", False),
        ("acme", "acme_tools", True),
        ("setuptools", "pkg_resources", True),
    ],
)
def test_a_requirement_brings_what_it_is_known_for_and_in_doubt_anything(
    requirement: str, name: str, brings: bool
) -> None:
    assert may_bring(requirement, name) is brings


def test_what_is_brought_along_is_known_whole_or_not_at_all() -> None:
    assert {"urllib3", "idna"} <= (closure(["requests"], {}) or frozenset())
    assert closure(["requests", "acme-internal"], {}) is None
    assert closure(["acme-internal"], {"acme-internal": ["acme-core"], "acme-core": ["idna"]}) == {
        *("acme-internal", "acme-core", "idna")
    }
    assert closure(["acme-internal"], {"acme-internal": ["not-well-known"]}) is None


_SIBLING = '[project]\nname = "acme-core"\nversion = "1.0"\n'


@pytest.mark.parametrize(
    ("sibling", "names"),
    [
        pytest.param(_SIBLING, ["nowhere_known"], id="brings nothing along"),
        pytest.param(_SIBLING + 'dependencies = ["requests"]\n', ["nowhere_known"], id="brings what is well known"),
        pytest.param(_SIBLING + 'dependencies = ["not-well-known"]\n', [], id="may bring it along"),
        pytest.param(_SIBLING + 'dynamic = ["dependencies"]\n', [], id="may bring anything"),
        pytest.param(_SIBLING + 'dependencies = ["requests[more]"]\n', [], id="brings extras, which are not known"),
    ],
)
def test_in_a_workspace_what_siblings_bring_along_is_known(
    artifacts: Artifacts, sibling: str, names: list[str]
) -> None:
    files = {
        "pyproject.toml": '[tool.uv.workspace]\nmembers = ["packages/*"]\n',
        "packages/core/pyproject.toml": sibling,
        "packages/core/src/kernel/__init__.py": "",
        "packages/demo/pyproject.toml": '[project]\nname = "demo"\nversion = "1.0"\ndependencies = ["acme-core"]\n',
        "packages/demo/src/acme/plugins/demo.py": "import kernel\nimport nowhere_known\n",
        DEMO: '[files]\n"acme/plugins/demo.py" = "import kernel\\nimport nowhere_known\\n"\n'
        '[metadata]\nRequires-Dist = "acme-core"\n',
    }
    findings = artifacts.find("NK-UNDECLARED-DEPENDENCY", files)
    assert [finding.message.split("`")[1] for finding in findings] == names
