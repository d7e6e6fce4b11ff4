# SPDX-License-Identifier: Apache-2.0
"""What ruff's security rules miss of shells, loaders, `eval` and handlers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.rules._trees import RuleTree

HEAD_1 = """\
import os
import subprocess
import subprocess as sp
from functools import partial
from subprocess import run, Popen as P

SHELL = True
"""


@pytest.mark.parametrize(
    "code",
    [
        pytest.param('run(c, **{"shell": True})', id="dict in the call"),
        pytest.param('kw = {"shell": True}\nsp.run(c, **kw)', id="dict before"),
        pytest.param('kw = {}\nkw["shell"] = True\nP(c, **kw)', id="item of a dict"),
        pytest.param("run(c, shell=SHELL)", id="constant"),
        pytest.param("run(c, shell=not False)", id="not False"),
        pytest.param("run(c, shell=bool(1))", id="bool"),
        pytest.param("def f(c, shell=True):\n    return run(c, shell=shell)", id="default of a parameter"),
        pytest.param('run(c, shell=os.name == "nt")', id="on Windows"),
        pytest.param("P(c, -1, None, None, None, None, None, True, True)  # shell", id="by position"),
        pytest.param('getattr(os, "system")(c)', id="getattr"),
        pytest.param("call = os.system\ncall(c)", id="alias"),
        pytest.param('__import__("os").system(c)', id="__import__"),
        pytest.param('import importlib\nimportlib.import_module("os").popen(c)', id="import_module"),
        pytest.param("list(map(os.system, cs))", id="passed on"),
        pytest.param("import asyncio\nasync def f():\n    await asyncio.create_subprocess_shell(c)", id="asyncio"),
        pytest.param("loop.subprocess_shell(make, c)", id="event loop"),
        pytest.param('run(["sh", "-c", f"ls {c}"])', id="sh -c with a text that is put together"),
        pytest.param('sp.check_output(("/bin/bash", "-c", "ls " + c))', id="bash by its path"),
        pytest.param('partial(run, **{"shell": True})(c)', id="partial"),
        pytest.param("from os import *\nsystem(c)", id="star"),
    ],
)
def test_a_shell_is_found_in_each_spelling(rules: RuleTree, code: str) -> None:
    assert len(rules.find("NK-SHELL-TRUE", {"src/acme/mod.py": HEAD_1 + code + "\n"})) == 1


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("run(c, shell=True)", id="ruff finds it"),
        pytest.param("sp.run(c, shell=True)", id="ruff finds it under another module name"),
        pytest.param("run(c, shell=1)", id="ruff finds a number"),
        pytest.param("from subprocess import *\ncheck_call(c, shell=1)", id="ruff finds a number behind a star"),
        pytest.param("os.system(c)", id="ruff finds os.system"),
        pytest.param("run(c, **dict(shell=True))", id="ruff finds dict(shell=True)"),
        pytest.param('run(["ls", c])', id="a list"),
        pytest.param("run(c, shell=False)", id="False"),
        pytest.param("def f(c, shell):\n    return run(c, shell=shell)", id="a parameter that nobody knows"),
        pytest.param("def f(c, *, shell=False):\n    return run(c, shell=shell)", id="default False"),
        pytest.param("NO = False\nrun(c, shell=NO)", id="a constant that is False"),
        pytest.param("ssh.open(shell=SHELL)", id="another function with shell"),
        pytest.param('run(["sh", "-c", "ls | wc"])', id="sh -c with a constant"),
        pytest.param("TEXT = \"run(c, **{'shell': True})\"", id="in a text"),
        pytest.param("def system(c):\n    return c\nsystem(c)", id="own function named system"),
        pytest.param("import platform\nlist(map(platform.system, cs))", id="platform.system"),
        pytest.param('run(["python", "-c", f"print({c})"])', id="python -c"),
    ],
)
def test_a_shell_is_not_seen_in_what_only_looks_like_it(rules: RuleTree, code: str) -> None:
    assert rules.find("NK-SHELL-TRUE", {"src/acme/mod.py": HEAD_1 + code + "\n"}) == []


HEAD_2 = """\
import pickle
import yaml
import yaml as y
import numpy as np
from yaml import unsafe_load as ul
"""


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("yaml.unsafe_load(s)", id="unsafe_load"),
        pytest.param("ul(s)", id="unsafe_load, alias"),
        pytest.param("y.full_load(s)", id="full_load"),
        pytest.param("yaml.load_all(s)", id="load_all"),
        pytest.param("y.load_all(s, Loader=y.Loader)", id="load_all with Loader"),
        pytest.param("y.load_all(s, y.FullLoader)", id="load_all by position"),
        pytest.param("load = pickle.loads\nload(s)", id="alias of load"),
        pytest.param('getattr(pickle, "load")(s)', id="getattr"),
        pytest.param("list(map(pickle.loads, ss))", id="passed on"),
        pytest.param("read(decode=pickle.loads)", id="as an argument by name"),
        pytest.param("import _pickle\n_pickle.loads(s)", id="_pickle"),
        pytest.param("import cloudpickle\ncloudpickle.load(s)", id="cloudpickle"),
        pytest.param("import joblib\njoblib.load(s)", id="joblib"),
        pytest.param('import pytest\njoblib = pytest.importorskip("joblib")\njoblib.load(s)', id="importorskip"),
        pytest.param("np.load(s, allow_pickle=True)", id="numpy"),
        pytest.param('np.load(s, **{"allow_pickle": True})', id="numpy by **"),
        pytest.param("import torch\ntorch.load(s, weights_only=False)", id="torch"),
        pytest.param("yaml.Loader(s).get_data()", id="yaml.Loader"),
        pytest.param('__import__("pickle").loads(s)', id="__import__"),
        pytest.param(
            "try:\n    import yaml\nexcept ImportError:\n    yaml = None\nyaml.unsafe_load(s)",
            id="import that may fail",
        ),
    ],
)
def test_an_unsafe_loader_is_found_in_each_spelling(rules: RuleTree, code: str) -> None:
    assert len(rules.find("NK-UNSAFE-LOAD", {"src/acme/mod.py": HEAD_2 + code + "\n"})) == 1


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("yaml.load(s)", id="ruff finds yaml.load"),
        pytest.param("y.load(s, Loader=y.Loader)", id="ruff finds it with Loader"),
        pytest.param("pickle.loads(s)", id="ruff finds pickle"),
        pytest.param("yaml.safe_load(s)", id="safe_load"),
        pytest.param("yaml.load_all(s, Loader=yaml.SafeLoader)", id="safe loader"),
        pytest.param("from yaml import CSafeLoader\nyaml.load_all(s, CSafeLoader)", id="C safe loader"),
        pytest.param("np.load(s)", id="numpy without"),
        pytest.param("import torch\ntorch.load(s, weights_only=True)", id="torch with weights only"),
        pytest.param("import json\njson.loads(s)", id="json"),
        pytest.param("list(map(pickle.dumps, ss))", id="passed on: dumps"),
        pytest.param("class Loader:\n    pass\nLoader(s)", id="own loader"),
        pytest.param("class L(yaml.SafeLoader):\n    pass", id="subclass of the safe loader"),
    ],
)
def test_an_unsafe_loader_is_not_seen_in_what_only_looks_like_it(rules: RuleTree, code: str) -> None:
    assert rules.find("NK-UNSAFE-LOAD", {"src/acme/mod.py": HEAD_2 + code + "\n"}) == []


HEAD_3 = """\
import ast
import builtins
"""


@pytest.mark.parametrize(
    "code",
    [
        pytest.param('getattr(builtins, "eval")(s)', id="getattr"),
        pytest.param("__builtins__.eval(s)", id="__builtins__"),
        pytest.param('__builtins__["exec"](s)', id="__builtins__ as a dict"),
        pytest.param("e = eval\ne(s)", id="alias"),
        pytest.param("list(map(eval, ss))", id="passed on"),
        pytest.param("f(convert=eval)", id="passed on by name"),
        pytest.param('__import__("builtins").exec(s)', id="__import__"),
        pytest.param('import importlib\nimportlib.import_module("builtins").eval(s)', id="alias of builtins"),
        pytest.param('N = "eval"\ngetattr(builtins, N)(s)', id="name in a constant"),
        pytest.param("a = eval\nb = a\nb(s)", id="alias of an alias"),
    ],
)
def test_a_hidden_eval_is_found_in_each_spelling(rules: RuleTree, code: str) -> None:
    assert len(rules.find("NK-EVAL-HIDDEN", {"src/acme/mod.py": HEAD_3 + code + "\n"})) == 1


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("eval(s)", id="ruff finds eval"),
        pytest.param("builtins.eval(s)", id="ruff finds builtins.eval"),
        pytest.param("exec(s)", id="ruff finds exec"),
        pytest.param("list(map(ast.literal_eval, ss))", id="literal_eval"),
        pytest.param("model.eval()", id="method"),
        pytest.param('df.eval("a + b")', id="frame"),
        pytest.param("def eval(s):\n    return s\nlist(map(eval, ss))", id="own function"),
        pytest.param("class A:\n    def exec(self):\n        return self.eval()", id="own method"),
        pytest.param('T = "eval(x)"', id="in a text"),
        pytest.param("list(map(engine.eval, ss))", id="attribute passed on"),
    ],
)
def test_a_hidden_eval_is_not_seen_in_what_only_looks_like_it(rules: RuleTree, code: str) -> None:
    assert rules.find("NK-EVAL-HIDDEN", {"src/acme/mod.py": HEAD_3 + code + "\n"}) == []


HEAD_4 = """\
import contextlib
from contextlib import suppress as quiet

BASE = BaseException
ALL = (ValueError, BaseException)
"""


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("with contextlib.suppress(BaseException):\n    f()", id="suppress"),
        pytest.param("with quiet(OSError, BaseException):\n    f()", id="suppress under another name"),
        pytest.param("try:\n    f()\nexcept BASE:\n    pass", id="alias"),
        pytest.param("try:\n    f()\nexcept ALL:\n    g()", id="tuple under a name"),
        pytest.param("with quiet(BASE):\n    f()", id="alias in suppress"),
        pytest.param("stack.enter_context(quiet(BaseException))", id="exit stack"),
        pytest.param("import builtins\nwith quiet(builtins.BaseException):\n    f()", id="builtins"),
        pytest.param("try:\n    f()\nexcept BASE as error:\n    log(error)", id="alias with a name"),
        pytest.param("def f():\n    with quiet(BaseException):\n        g()", id="in a function"),
        pytest.param("async def f():\n    try:\n        g()\n    except ALL:\n        return", id="async"),
    ],
)
def test_a_handler_of_everything_is_found_in_each_spelling(rules: RuleTree, code: str) -> None:
    assert len(rules.find("NK-EXCEPT-EVERYTHING", {"src/acme/mod.py": HEAD_4 + code + "\n"})) == 1


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("try:\n    f()\nexcept BaseException:\n    pass", id="ruff finds it"),
        pytest.param("try:\n    f()\nexcept:\n    pass", id="ruff finds it bare"),
        pytest.param("try:\n    f()\nexcept BASE:\n    raise", id="raises again"),
        pytest.param("with quiet(OSError):\n    f()", id="OSError"),
        pytest.param("with quiet(Exception):\n    f()", id="Exception"),
        pytest.param("with pytest.raises(BaseException):\n    f()", id="pytest.raises"),
        pytest.param("def suppress(x):\n    pass\nsuppress(BaseException)", id="own suppress"),
        pytest.param("isinstance(e, BaseException)", id="isinstance"),
        pytest.param("class E(BaseException):\n    pass", id="subclass"),
        pytest.param("def f(e: BaseException) -> None:\n    pass", id="annotation"),
    ],
)
def test_a_handler_of_everything_is_not_seen_in_what_only_looks_like_it(rules: RuleTree, code: str) -> None:
    assert rules.find("NK-EXCEPT-EVERYTHING", {"src/acme/mod.py": HEAD_4 + code + "\n"}) == []
