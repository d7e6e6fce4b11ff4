# SPDX-License-Identifier: Apache-2.0
"""The rules on the modules that a package offers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.rules._trees import RuleTree


@pytest.mark.parametrize(
    ("path", "fires"),
    [
        pytest.param("src/acme/utils.py", True, id="bare"),
        pytest.param("src/acme/_utils.py", False, id="private"),
        pytest.param("src/acme/text_utils.py", False, id="of-something"),
        pytest.param("src/acme/utils/__init__.py", False, id="package"),
        pytest.param("src/acme/core/utils.py", False, id="not-at-the-top"),
        pytest.param("src/acme/utils.pyi", False, id="stub"),
        pytest.param("src/acme/utils.txt", False, id="text"),
        pytest.param("src/acme/Utils.py", False, id="another-name"),
        pytest.param("tests/utils.py", False, id="tests"),
        pytest.param("utils.py", False, id="beside-the-package"),
        pytest.param("docs/acme/utils.py", False, id="elsewhere"),
    ],
)
def test_a_bare_utils_module_is_found(rules: RuleTree, path: str, *, fires: bool) -> None:
    found = rules.find("NK-UTILS-MODULE", {"src/acme/__init__.py": "", path: ""})
    assert [finding.path for finding in found] == ([path] if fires else [])


def test_in_a_namespace_the_top_is_the_leaf(rules: RuleTree) -> None:
    files = {"src/acme/core/__init__.py": "", "src/acme/core/utils.py": "", "src/acme/cli/__init__.py": ""}
    assert [finding.path for finding in rules.find("NK-UTILS-MODULE", files)] == ["src/acme/core/utils.py"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param("from acme.core import A\n", 1, id="absolute"),
        pytest.param("from .core import A\n", 1, id="relative"),
        pytest.param("from .core import *\n", 1, id="star"),
        pytest.param("import os\nfrom . import core\n", 2, id="module"),
        pytest.param("from .core import _a as a\n", 1, id="made-public"),
        pytest.param("from .core import A as A\n", 1, id="explicit-alias"),
        pytest.param("try:\n    from ._fast import A\nexcept ImportError:\n    from ._slow import A\n", 2, id="try"),
        pytest.param("import sys\nif sys.version_info > (3, 9):\n    from .core import A\n", 3, id="condition"),
        pytest.param("# __all__ = ['A']\nfrom .core import A\n", 2, id="all-in-a-comment"),
        pytest.param("'__all__'\nfrom .core import A\n", 2, id="all-in-a-text"),
        pytest.param("from .core import A\n__all__ = ['A']\n", None, id="all"),
        pytest.param("from .core import A\n__all__: list[str] = ['A']\n", None, id="all-annotated"),
        pytest.param("from .core import A\n__all__ = ()\n__all__ += ('A',)\n", None, id="all-added"),
        pytest.param("from .core import *\nfrom .core import __all__\n", None, id="all-imported"),
        pytest.param("from .core import A\nif True:\n    __all__ = ['A']\n", None, id="all-in-a-condition"),
        pytest.param("from .core import A as _A\n", None, id="private-alias"),
        pytest.param("from ._version import __version__\n", None, id="version"),
        pytest.param("from . import _core\n", None, id="private-module"),
        pytest.param("import os\nfrom json import loads\n", None, id="foreign"),
        pytest.param("from acmekit import A\n", None, id="name-alike"),
        pytest.param("from .core import A\n\nB = A()\n", None, id="used-here"),
        pytest.param("from .core import A\n\nB: 'A'\n", None, id="used-in-quotes"),
        pytest.param("def f():\n    from .core import A\n    return A\n", None, id="in-a-function"),
        pytest.param(
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .core import A\n", None, id="for-types"
        ),
        pytest.param("", None, id="empty"),
        pytest.param("from .core import (\n", None, id="does-not-parse"),
    ],
)
def test_a_facade_lists_what_it_re_exports(rules: RuleTree, text: str, line: int | None) -> None:
    found = rules.find("NK-ALL-MISSING", {"src/acme/__init__.py": text, "src/acme/core.py": ""})
    assert [finding.line for finding in found] == ([line] if line else [])


@pytest.mark.parametrize(
    ("path", "fires"),
    [
        pytest.param("src/acme/core/__init__.py", True, id="below"),
        pytest.param("src/acme/_core/__init__.py", False, id="private"),
        pytest.param("src/acme/_core/public/__init__.py", False, id="below-a-private-one"),
        pytest.param("src/acme/tests/__init__.py", False, id="tests"),
        pytest.param("src/acme/core/main.py", False, id="no-init"),
        pytest.param("src/acme/_vendor/x/__init__.py", False, id="vendored"),
        pytest.param("tests/__init__.py", False, id="outside"),
    ],
)
def test_only_public_packages_are_facades(rules: RuleTree, path: str, *, fires: bool) -> None:
    found = rules.find("NK-ALL-MISSING", {"src/acme/__init__.py": "", path: "from .x import A\n"})
    assert [finding.path for finding in found] == ([path] if fires else [])
