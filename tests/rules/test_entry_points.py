# SPDX-License-Identifier: Apache-2.0
"""entry_points.txt and top_level.txt of a wheel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.artifacts._facts import Artifacts

WHEEL = "demo-1.0-py3-none-any.whl"
NATIVE = "demo-1.0-cp312-cp312-manylinux_2_28_x86_64.whl"


def points(text: str, rest: str = "", **modules: str) -> str:
    """A wheel with this entry_points.txt, and modules of `demo` by name."""
    files = "".join(f"\"demo/{name}.py\" = '''\n{source}'''\n" for name, source in modules.items())
    return f"[files]\n\"{{info}}/entry_points.txt\" = '''\n{text}'''\n{files}{rest}"


def script(value: str, rest: str = "", **modules: str) -> str:
    """A wheel with the script `demo`."""
    return points(f"[console_scripts]\ndemo = {value}\n", rest, **modules)


UNREADABLE = {
    "no section": points("demo = demo:main\n"),
    "a colon": points("[console_scripts]\ndemo: main\n"),
    "no value": points("[console_scripts]\ndemo\n"),
    "a name twice": points("[a]\nx = a\nx = b\n"),
    "a section twice": points("[a]\nx = a\n[a]\ny = b\n"),
    "a section that is not closed": points("[console_scripts\ndemo = demo:main\n"),
    "JSON": points('{"console_scripts": {"demo": "demo:main"}}'),
    "not UTF-8": '[bytes]\n"{info}/entry_points.txt" = "W2FdCng9/w=="',
    "UTF-16": '[bytes]\n"{info}/entry_points.txt" = "//5bAGEAXQA="',
}
READABLE = {
    "empty": points(""),
    "comments": points("# one\n; two\n[a]\nx = b\n"),
    "letter case": points("[a]\nx = b\nX = b\n"),
    "a name in two sections": points("[a]\nx = b\n[c]\nx = b\n"),
    "percent signs": points("[a]\nx%y = %(z)s\n"),
    "no space": points("[a]\nx=b\n"),
    "a colon in a name": points("[a]\nx:y = b\n"),
    "other line ends": '[files]\n"{info}/entry_points.txt" = "[a]\\r\\nx = b\\r\\n"',
    "none": "",
}


@pytest.mark.parametrize("recipe", UNREADABLE.values(), ids=UNREADABLE)
def test_what_the_index_cannot_read_is_told(artifacts: Artifacts, recipe: str) -> None:
    (found,) = artifacts.find("NK-ENTRYPOINT-FILE-INVALID", {WHEEL: recipe})
    assert found.path == f"dist/{WHEEL}/demo-1.0.dist-info/entry_points.txt"


@pytest.mark.parametrize("recipe", READABLE.values(), ids=READABLE)
def test_what_the_index_reads_is_not_told(artifacts: Artifacts, recipe: str) -> None:
    assert artifacts.find("NK-ENTRYPOINT-FILE-INVALID", {WHEEL: recipe}) == []


INVALID = [
    *("demo", "demo:", ":main", "demo/cli.py:main", "demo.cli:main()", "demo.cli main", "demo.cli:main:x", ""),
    *("demo-cli:main", "demo..cli:main", ".cli:main", "demo.:main", "demo.1:main", "demo:1main", "demo.cli:main."),
    *("demo.class:main", "demo:import", "demo:main [a", "demo:main a]", "python -m demo", "demo:lambda: 0"),
]
VALID = [
    *("demo:main", "demo.cli:main", "demo : main", "demo.cli:App.main", "demo:main [extra]", "demo:main[a,b]"),
    *("_demo:_main", "demo.ünï:mäin", "demo.match:case", "demo:main []"),
]


@pytest.mark.parametrize("value", INVALID)
def test_a_script_names_a_module_and_what_to_call(artifacts: Artifacts, value: str) -> None:
    assert len(artifacts.find("NK-ENTRYPOINT-INVALID", {WHEEL: script(value)})) == 1


@pytest.mark.parametrize("value", VALID)
def test_a_valid_reference_is_not_told(artifacts: Artifacts, value: str) -> None:
    assert artifacts.find("NK-ENTRYPOINT-INVALID", {WHEEL: script(value)}) == []


@pytest.mark.parametrize(
    ("value", "fires"),
    [
        *[(value, False) for value in ("demo", "demo.a.b", "demo:X", "demo.class:X", "demo [extra]")],
        *[(value, True) for value in ("demo-x:X", "demo.a:X()", "https://example.org", "1", "demo,other", "a b")],
    ],
)
def test_a_plugin_names_a_module_or_an_object(artifacts: Artifacts, value: str, *, fires: bool) -> None:
    recipe = points(f"[acme.plugins]\nx = {value}\n")
    assert bool(artifacts.find("NK-ENTRYPOINT-INVALID", {WHEEL: recipe})) is fires


NAMES = {
    **dict.fromkeys(("../demo", "bin/demo", "a\\b", "my demo", "..", ".", "demo!", "demo@1", "a:b", "c&d"), True),
    **dict.fromkeys(("demo", "demo-3.14", "Demo_x", "2to3", ".demo", "démo", "demo.exe", "-demo"), False),
}


@pytest.mark.parametrize(("name", "fires"), NAMES.items())
@pytest.mark.parametrize("group", ["console_scripts", "gui_scripts"])
def test_the_name_of_a_script_is_a_file_name(artifacts: Artifacts, group: str, name: str, *, fires: bool) -> None:
    recipe = points(f"[{group}]\n{name} = demo:main\n")
    assert bool(artifacts.find("NK-ENTRYPOINT-NAME-PATH", {WHEEL: recipe})) is fires


def test_a_plugin_may_have_any_name(artifacts: Artifacts) -> None:
    assert artifacts.find("NK-ENTRYPOINT-NAME-PATH", {WHEEL: points("[a.b]\nx/y z = demo\n")}) == []


CORE = '[metadata]\nRequires-Dist = ["{}"]\n'
GONE = '"demo/__init__.py" = false\n'
UNRESOLVED = {
    "a module that is not there": script("demo.cli:main"),
    "a package that is not there": script("other.cli:main"),
    "a package, with an unlike requirement": script("other.cli:main", CORE.format("requests>=2")),
    "a stub alone": script("demo.cli:main", '"demo/cli.pyi" = "def main(): ..."\n'),
    "a sample of a module": script("demo.cli:main", '"demo/cli.py.txt" = ""\n'),
    "letter case": script("demo.Cli:main", cli="def main(): ...\n"),
    "a plugin of its own that is not there": points("[a]\nx = demo.plugin:X\n"),
    "a plugin module of its own that is not there": points("[a]\nx = demo.sub.plugin\n"),
    "another name": script("demo.cli:main", cli="def run(): ...\n"),
    "a name that is only used": script("demo.cli:main", cli="def run(): ...\nmain()\n"),
    "a name inside of a function": script("demo.cli:main", cli="def run():\n    def main(): ...\n"),
    "a method": script("demo.cli:main", cli="class App:\n    def main(self): ...\n"),
    "a name without a value": script("demo.cli:mein", cli="main = 1\n"),
    "imports under other names": script("demo.cli:main", cli="import sys\nfrom os import path as entry\n"),
    "an empty module": script("demo:main"),
    "a method that is not there": script("demo.cli:App.main", cli="class App:\n    x = 1\n"),
    "an attribute of a plugin": points("[a]\nx = demo.cli:X\n", cli="Y = 1\n"),
    "a script below a namespace": script("demo.cli:main", f"{GONE}\"demo/other/__init__.py\" = ''\n"),
}
BINDINGS = {
    "a function": "def main(): ...\n",
    "a coroutine": "async def main(): ...\n",
    "a class": "class main: ...\n",
    "an assignment": "main = 1\n",
    "one of several": "a, (b, *main) = 1, (2, 3)\n",
    "an annotation": "main: int = 1\n",
    "a walrus": "if (main := 1): ...\n",
    "an import": "from other import main\n",
    "an import under another name": "from other import run as main\n",
    "a module": "import main\n",
    "under a condition": "import sys\nif sys.platform == 'x':\n    def main(): ...\n",
    "in a handler": "try:\n    import x\nexcept ImportError:\n    def main(): ...\n",
    "in a loop": "for main in (1, 2): ...\n",
    "in a with": "with open('x') as main: ...\n",
    "in a match": "match 1:\n    case main: ...\n",
    "from a star": "from other import *\n",
    "by __getattr__": "def __getattr__(name): ...\n",
    "by globals": "globals()['main'] = 1\n",
    "by sys.modules": "import sys\nsys.modules[__name__] = object()\n",
    "by a function with global": "def f():\n    global main\n    main = 1\n",
    "by exec": "exec('def main(): ...')\n",
    "in a module that does not parse": "def main(:\n",
}
RESOLVED = {
    **{f"bound: {name}": script("demo.cli:main", cli=source) for name, source in BINDINGS.items()},
    "a package": script("demo.sub:main", '"demo/sub/__init__.py" = "def main(): ..."\n'),
    "a submodule": script("demo.sub:cli", '"demo/sub/__init__.py" = ""\n"demo/sub/cli.py" = ""\n'),
    "byte code": script("demo.cli:main", '[bytes]\n"demo/cli.pyc" = "AAAA"\n'),
    "in purelib of the data folder": script("more.cli:main", '"demo-1.0.data/purelib/more/cli.py" = "main = 1"\n'),
    "of a requirement": script("other.cli:main", CORE.format("other>=1")),
    "of a requirement that is called alike": script("yaml.cli:main", CORE.format("PyYAML")),
    "of an optional requirement": script("other_x.cli:main", CORE.format("Other.X>=1; extra == 'a'")),
    "of the standard library": script("json.tool:main"),
    "a plugin of another distribution": points("[a]\nx = other.plugin:X\n"),
    "a plugin below a namespace": points("[a]\nx = demo.plugin:X\n", GONE),
    "a namespace": points("[a]\nx = demo.templates\n", '"demo/templates/a.txt" = ""\n'),
    "a path that is extended": script("demo.x:main", '"demo/__init__.py" = "__path__ = []"\n'),
    "a path file": script("other:main", '"demo.pth" = "demo/lib"\n'),
    "a class with a base": script("demo.cli:App.main", cli="class App(Base): ...\n"),
    "a class with a decorator": script("demo.cli:App.main", cli="@wrap\nclass App: ...\n"),
    "a class that is bound again": script("demo.cli:App.main", cli="class App: ...\nApp = wrap(App)\n"),
    "an attribute that is set later": script("demo.cli:App.main", cli="class App: ...\nApp.main = 1\n"),
    "an attribute of an object": script("demo.cli:app.main", cli="app = make()\n"),
    "a method of a method": script("demo.cli:App.main.x", cli="class App:\n    main = 1\n"),
    "what is no reference has its own rule": script("demo.cli main"),
}


@pytest.mark.parametrize("recipe", UNRESOLVED.values(), ids=UNRESOLVED)
def test_what_cannot_be_there_is_told(artifacts: Artifacts, recipe: str) -> None:
    assert len(artifacts.find("NK-ENTRYPOINT-UNRESOLVABLE", {WHEEL: recipe})) == 1


@pytest.mark.parametrize("recipe", RESOLVED.values(), ids=RESOLVED)
def test_what_may_be_there_is_not_told(artifacts: Artifacts, recipe: str) -> None:
    assert artifacts.find("NK-ENTRYPOINT-UNRESOLVABLE", {WHEEL: recipe}) == []


@pytest.mark.parametrize("suffix", ["cpython-312-x86_64-linux-gnu.so", "abi3.so", "so"])
@pytest.mark.parametrize("beside", [{}, {"cli": "x = 1\n"}], ids=["alone", "beside its source"])
def test_what_native_code_has_cannot_be_told(artifacts: Artifacts, suffix: str, beside: dict[str, str]) -> None:
    recipe = script("demo.cli:main", f'[magic]\n"demo/cli.{suffix}" = "elf-x86_64"\n', **beside)
    assert artifacts.find("NK-ENTRYPOINT-UNRESOLVABLE", {NATIVE: recipe}) == []


def test_of_a_thousand_scripts_twenty_are_told(artifacts: Artifacts) -> None:
    recipe = points("[console_scripts]\n" + "".join(f"x{number} = demo.x{number}:main\n" for number in range(1000)))
    assert len(artifacts.find("NK-ENTRYPOINT-UNRESOLVABLE", {WHEEL: recipe})) == 20


TOPS = {
    "a folder that was left out": ("demo\\ntests\\n", "`tests`"),
    "a module that was left out": ("demo\\n_demo\\n", "`_demo`"),
    "letter case": ("Demo\\n", "`Demo`"),
    "a folder": ("demo\\n", None),
    "a module": ("more\\ndemo\\n", None),
    "with a path": ("demo/sub\\n", None),
    "blank lines": ("\\n\\ndemo\\n\\n", None),
    "empty": ("", None),
}


@pytest.mark.parametrize(("text", "told"), TOPS.values(), ids=TOPS)
def test_each_top_level_name_has_a_file(artifacts: Artifacts, text: str, told: str | None) -> None:
    recipe = f'[files]\n"{{info}}/top_level.txt" = "{text}"\n"more.py" = ""\n'
    found = artifacts.find("NK-TOP-LEVEL-TXT-STALE", {WHEEL: recipe})
    assert [told in each.message for each in found if told] == ([True] if told else [])
    assert len(found) == bool(told)
