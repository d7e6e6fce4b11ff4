# SPDX-License-Identifier: Apache-2.0
"""Imports in functions: which are found, which may stay, which are moved, and why the others are not."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

from noxkit.rules._facts import Settings
from noxkit.rules._import_proof import is_proven
from noxkit.rules._source import read_source
from noxkit.rules._stdlib import MODULES, NAMES
from tests.rules._fixed import fixed

if TYPE_CHECKING:
    from tests.rules._trees import RuleTree

CODE = "NK-IMPORT-IN-FUNCTION"


def indented(text: str) -> str:
    return "".join(f"    {line}" for line in text.splitlines(keepends=True))


FOUND = [
    pytest.param("def f():\n    import numpy\n    return numpy\n", [(2, 5)], id="a function"),
    pytest.param("async def f():\n    from . import x\n    return x\n", [(2, 5)], id="a coroutine"),
    pytest.param("class A:\n    import json\n", [(2, 5)], id="a class"),
    pytest.param("class A:\n    def f(self):\n        import json\n", [(3, 9)], id="a method"),
    pytest.param("def f(): import json; return json\n", [(1, 10)], id="on the line of the def"),
    pytest.param("def f():\n    x = 1; import json, os\n", [(2, 12)], id="behind a semicolon"),
    pytest.param("def f(a):\n    if a:\n        import json\n", [(3, 9)], id="a branch"),
    pytest.param("def f():\n    with a():\n        for b in c:\n            import json\n", [(4, 13)], id="deep"),
    pytest.param("def f():\n    def g():\n        import json\n    import os\n", [(3, 9), (4, 5)], id="nested"),
    pytest.param("def f():\n    try:\n        import a\n    except ValueError:\n        pass\n", [(3, 9)], id="a try"),
    pytest.param("def f():\n    try:\n        import a\n    finally:\n        pass\n", [(3, 9)], id="try finally"),
    pytest.param(
        "def f():\n    try:\n        import a\n    except Exception:\n        pass\n", [(3, 9)], id="any error"
    ),
    pytest.param("def f():\n    try:\n        import a\n    except:\n        pass\n", [(3, 9)], id="a bare except"),
    pytest.param(
        "try:\n    def f():\n        import a\nexcept ImportError:\n    pass\n",
        [(3, 9)],
        id="a try around the function",
    ),
    pytest.param(
        "def f():\n    try:\n        x()\n    except ImportError:\n        pass\n    finally:\n        import a\n",
        [(7, 9)],
        id="the finally of such a try",
    ),
    pytest.param(
        "def f():\n    try:\n        x()\n    except ImportError: pass\n    except OSError:\n        import a\n",
        [(6, 9)],
        id="another handler of such a try",
    ),
    pytest.param(
        "def f():\n    if TYPE_CHECKING:\n        import a\n    else:\n        import b\n",
        [(5, 9)],
        id="the else of TYPE_CHECKING",
    ),
    pytest.param("def f():\n    if not TYPE_CHECKING:\n        import a\n", [(3, 9)], id="not TYPE_CHECKING"),
    pytest.param("def f():\n    if TYPE_CHECKING or x:\n        import a\n", [(3, 9)], id="TYPE_CHECKING or more"),
    pytest.param('def f():\n    s = "ä"; import json\n', [(2, 14)], id="behind letters of two bytes"),
    pytest.param("def f():\n    import json  # noqa: F401 -- x\n", [(2, 5)], id="another code is accepted"),
    pytest.param("def f():\n    import json  # noqa\n", [(2, 5)], id="a comment that names no code"),
    pytest.param("def f():\n    import json  # PLC0415\n", [(2, 5)], id="a code alone accepts nothing"),
    pytest.param("def f():\n    # noqa: PLC0415 -- x\n    import json\n", [(3, 5)], id="accepted on another line"),
    pytest.param('def f():\n    import json; x = "# noqa: PLC0415"\n', [(2, 5)], id="accepted in a string"),
    pytest.param("def f():\n    import json  # noqa: PLC0415 -- x\n    import os\n", [(3, 5)], id="the next one"),
    pytest.param(
        "def f():\n    from a import (\n        b,\n    )  # noqa: PLC0415 -- x\n",
        [(2, 5)],
        id="accepted where ruff does not look",
    ),
    pytest.param("def f():\n\timport json\n\treturn json\n", [(2, 2)], id="a tab"),
]

SILENT = [
    pytest.param("def f():\n    import json  # noqa: PLC0415 -- slow\n", id="accepted by ruff's code"),
    pytest.param("def f():\n    import json  # noqa: PLC0415\n", id="accepted without a reason, a finding of its own"),
    pytest.param("def f():\n    import json  # noqa: F401, PLC0415 -- slow\n", id="accepted as one of two codes"),
    pytest.param("def f():\n    import json  # why # NOQA:PLC0415 -- slow\n", id="accepted behind another comment"),
    pytest.param(
        "def f():\n    from a import (  # noqa: PLC0415 -- slow\n        b,\n    )\n", id="accepted on its first line"
    ),
    pytest.param("def f():\n    from a import b, \\\n        c  # noqa: PLC0415 -- slow\n", id="accepted at its end"),
    pytest.param("class A:\n    import json  # noqa: PLC0415 -- an attribute\n", id="accepted in a class"),
    pytest.param("import json\nfrom os import path\n", id="the top"),
    pytest.param("if a:\n    import json\nelse:\n    import os\n", id="a branch of the module"),
    pytest.param("try:\n    import tomllib\nexcept OSError:\n    import tomli\n", id="a try of the module"),
    pytest.param("with a:\n    import json\nfor b in c:\n    import os\n", id="blocks of the module"),
    pytest.param('def f():\n    """Text.\n\n    import json\n    from os import path\n    """\n', id="a docstring"),
    pytest.param('X = """\ndef f():\n    import json\n"""\n', id="a string"),
    pytest.param("def f():\n    # import json\n    return 1\n", id="a comment"),
    pytest.param('def f():\n    return __import__("json")\n', id="a call"),
    pytest.param("def f():\n    if TYPE_CHECKING:\n        import a\n", id="TYPE_CHECKING"),
    pytest.param("def f():\n    if typing.TYPE_CHECKING:\n        import a\n", id="typing.TYPE_CHECKING"),
    pytest.param("def f():\n    if TYPE_CHECKING and x:\n        import a\n", id="TYPE_CHECKING and more"),
    pytest.param("def f():\n    if x:\n        pass\n    elif TYPE_CHECKING:\n        import a\n", id="elif"),
    pytest.param(
        "from typing import TYPE_CHECKING as TC\ndef f():\n    if TC:\n        import a\n", id="TYPE_CHECKING renamed"
    ),
    pytest.param(
        "def f():\n    if not TYPE_CHECKING:\n        pass\n    else:\n        import a\n",
        id="the else of not TYPE_CHECKING",
    ),
    pytest.param("if TYPE_CHECKING:\n    class A:\n        import a\n", id="a class for checkers"),
    pytest.param("def f():\n    try:\n        import a\n    except ImportError:\n        a = None\n", id="ImportError"),
    pytest.param(
        "def f():\n    try:\n        import a\n    except ModuleNotFoundError as e:\n        raise X from e\n",
        id="ModuleNotFoundError",
    ),
    pytest.param(
        "def f():\n    try:\n        import a\n    except (OSError, ImportError):\n        a = None\n", id="in a tuple"
    ),
    pytest.param(
        "def f():\n    try:\n        import a\n    except ValueError: pass\n    except ImportError: pass\n",
        id="the second handler",
    ),
    pytest.param(
        "def f():\n    try:\n        import a\n    except ImportError:\n        import b as a\n",
        id="what stands in for it",
    ),
    pytest.param(
        "def f():\n    try:\n        if x:\n            import a\n    except builtins.ImportError:\n        pass\n",
        id="deeper in the try",
    ),
    pytest.param("def f():\n    with suppress(ImportError):\n        import a\n", id="suppress"),
    pytest.param("def f():\n    with pytest.raises(ImportError):\n        import a\n", id="an expected failure"),
    pytest.param(
        "try:\n    class A:\n        import a\nexcept ImportError:\n    pass\n", id="a class in a try of the module"
    ),
]


@pytest.mark.parametrize(("text", "places"), FOUND)
def test_an_import_in_a_function_or_class_is_found(rules: RuleTree, text: str, places: list[tuple[int, int]]) -> None:
    found = rules.find(CODE, {"src/acme/a.py": text})
    assert [(finding.line, finding.column) for finding in found] == places


@pytest.mark.parametrize("text", SILENT)
def test_what_may_be_late_or_is_no_import_is_not_found(rules: RuleTree, text: str) -> None:
    assert rules.find(CODE, {"src/acme/a.py": text}) == []


def test_files_of_allowed_paths_may_import_late(rules: RuleTree) -> None:
    text = "def f():\n    import json\n"
    options = '[tool.noxkit.rules.imports]\nallowed-paths = ["src/acme/cli/**"]\n'
    pyproject = f'[project]\nname = "acme"\nversion = "1"\n{options}'
    found = rules.find(CODE, {"pyproject.toml": pyproject, "src/acme/cli/run.py": text, "src/acme/a.py": text})
    assert [finding.path for finding in found] == ["src/acme/a.py"]


USE = "def f():\n    import json\n\n    return json.dumps(1)\n"
BARE = "def f():\n    return json.dumps(1)\n"
MOVED = [
    pytest.param(USE, f"import json\n\n\n{BARE}", id="into a file without imports"),
    pytest.param(f'"""Doc."""\n\n\n{USE}', f'"""Doc."""\n\nimport json\n\n\n{BARE}', id="below a docstring"),
    pytest.param(f'"""Doc."""\n{USE}', f'"""Doc."""\n\nimport json\n\n{BARE}', id="below a docstring with no space"),
    pytest.param(
        f"from __future__ import annotations\n\n\n{USE}",
        f"from __future__ import annotations\n\nimport json\n\n\n{BARE}",
        id="below the future",
    ),
    pytest.param(
        f"# SPDX-License-Identifier: X\nimport numpy\n\n\n{USE}",
        f"# SPDX-License-Identifier: X\nimport json\n\nimport numpy\n\n\n{BARE}",
        id="above another's module",
    ),
    pytest.param(
        f"import ast\nimport sys  # why\nfrom os import path\n\n\n{USE}",
        f"import ast\nimport json\nimport sys  # why\nfrom os import path\n\n\n{BARE}",
        id="between others in order",
    ),
    pytest.param(
        f'"""Doc."""\n\nfrom os import path\n\n\n{USE}',
        f'"""Doc."""\n\nimport json\nfrom os import path\n\n\n{BARE}',
        id="above the first",
    ),
    pytest.param(f"import json\n\n\n{USE}", f"import json\n\n\n{BARE}", id="that is there already"),
    pytest.param(f"# text\n\nX = 1\n\n\n{USE}", f"# text\n\nimport json\n\nX = 1\n\n\n{BARE}", id="above a constant"),
    pytest.param(f"# of X\nX = 1\n{USE}", f"# of X\nimport json\n\nX = 1\n{BARE}", id="below what begins the file"),
    pytest.param(
        f"# begin\n\n# of X\nX = 1\n{USE}", f"# begin\n\nimport json\n\n# of X\nX = 1\n{BARE}", id="above its comment"
    ),
    pytest.param(
        f"{USE}\n\n{USE.replace('def f', 'def g')}",
        f"import json\n\n\n{BARE}\n\n{BARE.replace('def f', 'def g')}",
        id="out of two functions",
    ),
    pytest.param(
        "class A:\n    @staticmethod\n" + indented(USE),
        "import json\n\n\nclass A:\n    @staticmethod\n" + indented(BARE),
        id="out of a method",
    ),
    pytest.param(
        'def f():\n    """Doc."""\n    import json\n    import ast\n\n    return json, ast\n',
        'import ast\nimport json\n\n\ndef f():\n    """Doc."""\n\n    return json, ast\n',
        id="two below a docstring",
    ),
    pytest.param(
        "def f():\n    import numpy\n    import json\n\n    return json, numpy\n",
        "import json\n\n\ndef f():\n    import numpy\n\n    return json, numpy\n",
        id="behind one that stays",
    ),
    pytest.param(
        "def f():\n    from re import (\n        match,\n        sub as s,\n    )\n    return s, match\n",
        "from re import match, sub as s\n\n\ndef f():\n    return s, match\n",
        id="names over several lines",
    ),
    pytest.param(
        "import os.path\n\n\ndef f():\n    import xml.etree.ElementTree as ET\n    return ET\n",
        "import os.path\nimport xml.etree.ElementTree as ET\n\n\ndef f():\n    return ET\n",
        id="a dotted name",
    ),
    pytest.param(
        "def f():\n    def g():\n        return json\n\n    return g\n".replace(
            "    def g", "    import json\n\n    def g"
        ),
        "import json\n\n\ndef f():\n    def g():\n        return json\n\n    return g\n",
        id="used in an inner function",
    ),
    pytest.param(
        USE.replace("\n", "\r\n"), f"import json\n\n\n{BARE}".replace("\n", "\r\n"), id="with other line ends"
    ),
    pytest.param("\ufeff" + USE, f"\ufeffimport json\n\n\n{BARE}", id="behind a byte order mark"),
    pytest.param("# coding: utf-8\n" + USE, f"# coding: utf-8\nimport json\n\n\n{BARE}", id="below a coding line"),
    pytest.param(USE.replace("    ", "\t"), f"import json\n\n\n{BARE}".replace("    ", "\t"), id="with tabs"),
]


@pytest.mark.parametrize(("before", "after"), MOVED)
def test_a_proven_import_is_moved(rules: RuleTree, before: str, after: str) -> None:
    assert fixed(rules, CODE, {"src/acme/a.py": before})["src/acme/a.py"].decode() == after


LEFT = [
    pytest.param("class A:\n    import json\n", "in a class", id="a class"),
    pytest.param("def f(a):\n    if a:\n        import json\n", "conditional", id="a branch"),
    pytest.param(
        "def f():\n    try:\n        import json\n    except OSError:\n        pass\n", "conditional", id="try"
    ),
    pytest.param(
        "def f(a):\n    if a:\n        return\n    import json\n    json\n", "end the function", id="a return"
    ),
    pytest.param("def f(a):\n    check(a)\n    import json\n    json\n", "end the function", id="a call before it"),
    pytest.param("def f():\n    import json\n", "nothing else", id="nothing else"),
    pytest.param("def f():\n    import numpy\n    numpy\n", "one file cannot show", id="another's module"),
    pytest.param("def f():\n    from . import a\n    a\n", "one file cannot show", id="an own module"),
    pytest.param("def f():\n    from .json import a\n    a\n", "one file cannot show", id="a relative name"),
    pytest.param("def f():\n    import fcntl\n    fcntl\n", "every platform", id="a module of some platforms"),
    pytest.param("def f():\n    import wsgiref\n    wsgiref\n", "every supported", id="a module that may go"),
    pytest.param("def f():\n    from typing import Self\n    Self\n", "every supported", id="a name of newer Pythons"),
    pytest.param(
        "def f():\n    from time import sleep\n    sleep(1)\n", "replaced by tests", id="a name that tests patch"
    ),
    pytest.param("@task\ndef f():\n    import json\n    json\n", "decorator", id="a decorated function"),
    pytest.param("@task\ndef f():\n    def g():\n        import json\n        json\n", "decorator", id="around it"),
    pytest.param("def f(): import json; json\n", "shares its line", id="on the line of the def"),
    pytest.param("def f():\n    import json; json\n", "shares its line", id="before a semicolon"),
    pytest.param("def f():\n    import json  # late: slow\n    json\n", "a comment", id="a comment"),
    pytest.param("def f():\n    # slow\n    import json\n    json\n", "comment above", id="a comment above it"),
    pytest.param(f"{USE}\njson = 1\n", "means something else", id="a variable of the module"),
    pytest.param(f"{USE}\ndef g():\n    return json\n", "means something else", id="used elsewhere"),
    pytest.param(f"{USE}\ndef g():\n    global json\n    json = 1\n", "means something else", id="a global elsewhere"),
    pytest.param(f"{USE}\ntry:\n    import json\nexcept OSError:\n    pass\n", "means something else", id="a late top"),
    pytest.param(f"import simplejson as json\n{USE}", "means something else", id="another module of that name"),
    pytest.param("def f():\n    from io import open\n    return open\n\nopen\n", "something else", id="a builtin"),
    pytest.param("def f(json):\n    import json\n    json\n", "means something else", id="a parameter"),
    pytest.param("def f():\n    import json\n    json = json.loads(1)\n", "something else", id="bound again"),
    pytest.param("def f():\n    import json\n    for json in a:\n        pass\n", "something else", id="a loop"),
    pytest.param("def f():\n    import json\n    del json\n", "something else", id="deleted"),
    pytest.param("def f():\n    global json\n    import json\n", "end the function", id="declared global"),
    pytest.param(
        "def f():\n    import json\n    try:\n        import json\n    except ImportError:\n        pass\n",
        "something else",
        id="imported again where it may fail",
    ),
    pytest.param("def f():\n    import json\n    def g(json):\n        json\n", "something else", id="bound inside"),
    pytest.param(
        "def f():\n    import json\n    def g():\n        nonlocal json\n        json = 1\n",
        "something else",
        id="changed inside",
    ),
    pytest.param(
        "def f(json):\n    def g():\n        import json\n        json\n    return g\n",
        "something else",
        id="bound around",
    ),
    pytest.param("def f():\n    import json\n    return locals()\n", "by their text", id="locals"),
    pytest.param(f"def __getattr__(name):\n    return 1\n{USE}", "__getattr__", id="a lazy module"),
    pytest.param(f"from os import *\n{USE}", "star import", id="a star import"),
    pytest.param(
        "class A:\n    def f(self):\n        import json as __j\n        __j\n", "something else", id="mangled"
    ),
    pytest.param(
        "def f():\n    from re import match\n    match\ndef g():\n    from fnmatch import filter as match\n    match\n",
        "another import",
        id="two of one name",
    ),
]


@pytest.mark.parametrize(("text", "why"), LEFT)
def test_what_is_not_proven_is_left_and_the_hint_says_why(rules: RuleTree, text: str, why: str) -> None:
    found = rules.find(CODE, {"src/acme/a.py": text})
    assert why in found[-1].hint
    assert found[-1].fix is None
    assert not found[-1].actions


@pytest.mark.parametrize("path", ["src/acme/__init__.py", "src/acme/json.py", "json/a.py", "src/acme/a.pyi"])
def test_an_import_is_left_where_the_file_forbids_it(rules: RuleTree, path: str) -> None:
    [finding] = rules.find(CODE, {path: USE})
    assert finding.fix is None


SHADOWED = [
    pytest.param("scripts/a.py", {"scripts/json.py": ""}, True, id="beside it"),
    pytest.param("scripts/a.py", {"json.py": ""}, True, id="in the root"),
    pytest.param("a.py", {"src/json/__init__.py": ""}, True, id="a package"),
    pytest.param("src/acme/a.py", {"src/acme/__init__.py": "", "src/acme/json.py": ""}, True, id="in its package"),
    pytest.param("a.py", {"src/acme/__init__.py": "", "src/acme/json.py": ""}, False, id="in another package"),
    pytest.param("a.py", {"data/json/a.py": ""}, False, id="a folder that is no package"),
    pytest.param("a.py", {"json.txt": ""}, False, id="no module"),
]


@pytest.mark.parametrize(("path", "files", "is_left"), SHADOWED)
def test_an_import_is_left_where_the_repository_has_a_module_of_that_name(
    rules: RuleTree, path: str, files: dict[str, str], is_left: bool
) -> None:
    [finding] = rules.find(CODE, {**files, path: USE})
    assert ("has a `json` of its own" in finding.hint) is is_left
    assert (finding.fix is None) is is_left


def test_moved_imports_leave_an_equal_tree(rules: RuleTree) -> None:
    before = f'"""Doc."""\nimport os; import sys\n{USE}'
    after = fixed(rules, CODE, {"a.py": before})["a.py"].decode()
    assert after == before
    assert ast.parse(after)


BEFORE = "import os\n\n\n@cache\ndef f():\n    import json\n\n    return json\n\n\ndef g():\n    return os\n"
AFTER = "import json\nimport os\n\n\n@cache\ndef f():\n    return json\n\n\ndef g():\n    return os\n"


@pytest.mark.parametrize(
    ("text", "proven"),
    [
        pytest.param(AFTER, True, id="moved"),
        pytest.param(AFTER.replace("def g():\n", "\ndef g():  # same\n"), True, id="comments and blank lines"),
        pytest.param(BEFORE, False, id="not moved"),
        pytest.param(AFTER.replace("import json\nimport os", "import os\nimport json"), False, id="elsewhere"),
        pytest.param(AFTER.replace("@cache\n", ""), False, id="a decorator is gone"),
        pytest.param(AFTER.replace("return os", "return None"), False, id="another function"),
        pytest.param(AFTER.replace("return json", "return None"), False, id="the function itself"),
        pytest.param(f"{AFTER}g()\n", False, id="more of it"),
        pytest.param(f"{AFTER}def h(:\n", False, id="no Python"),
    ],
)
def test_only_a_text_with_an_equal_tree_is_a_proof(text: str, *, proven: bool) -> None:
    source = read_source("a.py", BEFORE.encode(), settings=Settings())
    function = source.tree.body[1]
    assert isinstance(function, ast.FunctionDef)
    node = function.body[0]
    assert isinstance(node, ast.Import)
    assert is_proven(source, text, moved=[(node, function)], new={0: ["import json"]}) is proven
    assert ast.dump(source.tree) == ast.dump(ast.parse(BEFORE))


def test_a_file_that_python_cannot_compile_is_left(rules: RuleTree) -> None:
    [finding] = rules.find(CODE, {"a.py": f"{USE}\ndef g():\n    nonlocal json\n"})
    assert "cannot compile" in finding.hint


def test_each_name_of_the_standard_library_is_there() -> None:
    for module in MODULES:
        loaded = __import__(module, fromlist=["*"])
        missing = [name for name in NAMES.get(module, ()) if not hasattr(loaded, name)]
        assert not missing, module
