# SPDX-License-Identifier: Apache-2.0
"""Files that stay, are shared, or are half written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.rules._trees import RuleTree

HEAD_1 = """\
import atexit
import os
import tempfile
from tempfile import NamedTemporaryFile as N
from pathlib import Path


"""


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("def f():\n    t = tempfile.NamedTemporaryFile(delete=False)\n    use(t)", id="assigned"),
        pytest.param('def f():\n    with N(delete=False) as t:\n        t.write(b"")\n    use(t.name)', id="with"),
        pytest.param(
            'def f():\n    with N(delete=False) as t:\n        t.write(b"")\n    use(t.name)\n    os.unlink(t.name)',
            id="removed without finally",
        ),
        pytest.param("KEEP = False\ndef f():\n    t = N(delete=KEEP)\n    use(t)", id="constant"),
        pytest.param('def f():\n    t = N(**{"delete": False})\n    use(t)', id="**"),
        pytest.param(
            "def f(other):\n    t = N(delete=False)\n    try:\n        use(t)\n    finally:\n        os.unlink(other)",
            id="another file in the finally",
        ),
        pytest.param(
            "def f():\n    t = N(delete=False)\n    try:\n        use(t)\n    finally:\n        t.close()",
            id="finally that closes only",
        ),
        pytest.param("t = N(delete=False)", id="module"),
        pytest.param(
            "def f():\n"
            "    t = N(delete=False)\n"
            "    try:\n"
            "        use(t)\n"
            "    except ValueError:\n"
            "        os.unlink(t.name)",
            id="handler that does not raise",
        ),
        pytest.param("class A:\n    def open(self):\n        self.t = N(delete=False)", id="attribute"),
        pytest.param("def f():\n    name = N(delete=False).name\n    use(name)", id="by its name"),
        pytest.param("def f():\n    t = N(delete=not True)\n    use(t)", id="not True"),
    ],
)
def test_a_temporary_file_that_stays_is_found_in_each_spelling(rules: RuleTree, code: str) -> None:
    assert len(rules.find("NK-TEMPFILE-LEAK", {"src/acme/mod.py": HEAD_1 + code + "\n"})) == 1


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("def f():\n    t = N()\n    use(t)", id="deleted by itself"),
        pytest.param("def f():\n    t = N(delete=True)\n    use(t)", id="delete=True"),
        pytest.param(
            "def f():\n    t = N(delete=False)\n    try:\n        use(t)\n    finally:\n        os.unlink(t.name)",
            id="finally",
        ),
        pytest.param(
            "def f():\n"
            "    with N(delete=False) as t:\n"
            "        path = Path(t.name)\n"
            "    try:\n"
            "        use(path)\n"
            "    finally:\n"
            "        path.unlink(missing_ok=True)",
            id="finally of a path",
        ),
        pytest.param(
            "def f():\n"
            "    t = N(delete=False)\n"
            "    try:\n"
            "        use(t)\n"
            '        os.replace(t.name, "x")\n'
            "    except BaseException:\n"
            "        os.unlink(t.name)\n"
            "        raise",
            id="handler that raises",
        ),
        pytest.param(
            "def f(stack):\n    t = N(delete=False)\n    stack.callback(os.unlink, t.name)",
            id="exit stack",
        ),
        pytest.param("t = N(delete=False)\natexit.register(os.unlink, t.name)", id="atexit"),
        pytest.param(
            "class A:\n    def test(self):\n        t = N(delete=False)\n        self.addCleanup(os.remove, t.name)",
            id="addCleanup",
        ),
        pytest.param(
            "class A:\n"
            "    def open(self):\n"
            "        self.t = N(delete=False)\n"
            "    def close(self):\n"
            "        os.unlink(self.t.name)",
            id="close of the class",
        ),
        pytest.param(
            "import pytest\n@pytest.fixture\ndef f():\n    t = N(delete=False)\n    yield t\n    os.unlink(t.name)",
            id="fixture",
        ),
        pytest.param("def f(keep):\n    t = N(delete=keep)\n    use(t)", id="a parameter"),
        pytest.param("class NamedTemporaryFile:\n    pass\nx = NamedTemporaryFile()", id="own class"),
    ],
)
def test_a_temporary_file_that_stays_is_not_seen_in_what_only_looks_like_it(rules: RuleTree, code: str) -> None:
    assert rules.find("NK-TEMPFILE-LEAK", {"src/acme/mod.py": HEAD_1 + code + "\n"}) == []


HEAD_2 = """\
import os
from pathlib import Path

LOCK = Path('run/acme.lock')


"""


@pytest.mark.parametrize(
    "code",
    [
        pytest.param(
            'def f(lock):\n    if os.path.exists(lock):\n        return\n    open(lock, "w").write("x")',
            id="exists then write",
        ),
        pytest.param("def f():\n    LOCK.touch()", id="touch"),
        pytest.param(
            "def f(lock_file):\n    if not lock_file.exists():\n        lock_file.touch()",
            id="exists then touch",
        ),
        pytest.param("def f():\n    LOCK.write_text(str(os.getpid()))", id="pid"),
        pytest.param(
            'def f(lock_path):\n    with open(lock_path, "w") as file:\n        file.write(str(os.getpid()))',
            id="with open",
        ),
        pytest.param("def f(lockfile):\n    os.open(lockfile, os.O_CREAT | os.O_WRONLY)", id="os.open"),
        pytest.param(
            "FLAGS = os.O_CREAT | os.O_RDWR\ndef f(lockfile):\n    os.open(lockfile, FLAGS)",
            id="os.open with flags before",
        ),
        pytest.param('def f():\n    open("/tmp/acme.lock", "w")', id="name in a text"),
        pytest.param('def f(pid_file):\n    pid_file.write_text(f"{os.getpid()}")', id="pid file"),
        pytest.param('def f(root):\n    (root / "acme.lock").touch()', id="joined"),
        pytest.param('class A:\n    def f(self):\n        open(self.lock_file, "w").close()', id="attribute"),
        pytest.param('def f(lock):\n    open(lock, "a")', id="appended"),
    ],
)
def test_a_lock_that_two_can_hold_is_found_in_each_spelling(rules: RuleTree, code: str) -> None:
    assert len(rules.find("NK-LOCK-NOT-EXCLUSIVE", {"src/acme/mod.py": HEAD_2 + code + "\n"})) == 1


@pytest.mark.parametrize(
    "code",
    [
        pytest.param('def f(lock):\n    open(lock, "x")', id="mode x"),
        pytest.param("def f(lockfile):\n    os.open(lockfile, os.O_CREAT | os.O_EXCL)", id="O_EXCL"),
        pytest.param("def f():\n    LOCK.touch(exist_ok=False)", id="touch that fails"),
        pytest.param('import fcntl\ndef f(lock):\n    fcntl.flock(open(lock, "w"), fcntl.LOCK_EX)', id="flock"),
        pytest.param(
            'from filelock import FileLock\ndef f(lock):\n    FileLock(lock)\n    open(lock, "w")',
            id="library",
        ),
        pytest.param('def f(root):\n    (root / "uv.lock").write_text("")', id="uv.lock"),
        pytest.param("def f(lock_file, dumps, data):\n    lock_file.write_text(dumps(data))", id="versions"),
        pytest.param("def f(lock):\n    open(lock).read()", id="read"),
        pytest.param('import threading\nlock = threading.Lock()\nwith lock:\n    open("x", "w")', id="threading"),
        pytest.param('def f(block):\n    open(block, "w")', id="block"),
        pytest.param("def f(clock_file):\n    clock_file.touch()", id="clock"),
        pytest.param("def f():\n    LOCK.unlink()", id="unlink"),
    ],
)
def test_a_lock_that_two_can_hold_is_not_seen_in_what_only_looks_like_it(rules: RuleTree, code: str) -> None:
    assert rules.find("NK-LOCK-NOT-EXCLUSIVE", {"src/acme/mod.py": HEAD_2 + code + "\n"}) == []


HEAD_3 = """\
import json
import os
import pickle
from pathlib import Path

STATE_FILE = Path('state.json')


"""


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("def f(d):\n    STATE_FILE.write_text(json.dumps(d))", id="write_text"),
        pytest.param(
            'def f(state_path, d):\n    with open(state_path, "w") as file:\n        json.dump(d, file)',
            id="open",
        ),
        pytest.param("def f(d):\n    STATE_FILE.write_bytes(pickle.dumps(d))", id="bytes"),
        pytest.param('def f(root, d):\n    (root / "state.json").write_text(d)', id="name in a text"),
        pytest.param("class A:\n    def f(self, d):\n        self._state_file.write_text(d)", id="attribute"),
        pytest.param('def f(checkpoint_path, d):\n    open(checkpoint_path, "wb").write(d)', id="checkpoint"),
        pytest.param(
            'def f(d):\n    with STATE_FILE.open("w") as file:\n        json.dump(d, file)',
            id="Path.open",
        ),
        pytest.param('def f(state_file, d):\n    open(state_file, mode="w").write(d)', id="mode by name"),
        pytest.param('def f(root, d):\n    open(os.path.join(root, "state.yaml"), "w").write(d)', id="os.path.join"),
        pytest.param('def f(name, d):\n    open(f"{name}/state.json", "w").write(d)', id="f-string"),
        pytest.param("def f(progress_file, d):\n    progress_file.write_text(d)", id="progress"),
    ],
)
def test_state_written_in_place_is_found_in_each_spelling(rules: RuleTree, code: str) -> None:
    assert len(rules.find("NK-STATE-NOT-ATOMIC", {"src/acme/mod.py": HEAD_3 + code + "\n"})) == 1


@pytest.mark.parametrize(
    "code",
    [
        pytest.param(
            'def f(d):\n    t = STATE_FILE.with_suffix(".tmp")\n    t.write_text(d)\n    os.replace(t, STATE_FILE)',
            id="rename",
        ),
        pytest.param(
            'def f(d):\n    tmp = Path("x.tmp")\n    tmp.write_text(d)\n    tmp.replace(STATE_FILE)',
            id="Path.replace",
        ),
        pytest.param("def f():\n    return STATE_FILE.read_text()", id="read"),
        pytest.param('def f(state_file):\n    open(state_file, "a")', id="append"),
        pytest.param("def f(tmp_state, d):\n    tmp_state.write_text(d)", id="temporary"),
        pytest.param("def f(report, d):\n    report.write_text(d)", id="other file"),
        pytest.param("def f(states_csv, d):\n    states_csv.write_text(d)", id="states"),
        pytest.param("def f(estate_file, d):\n    estate_file.write_text(d)", id="estate"),
        pytest.param("def f(state_file, d):\n    atomic_write(state_file, d)", id="atomic writer"),
        pytest.param('def f(self, d):\n    self.state = d\n    open("report", "w").write(d)', id="state in memory"),
    ],
)
def test_state_written_in_place_is_not_seen_in_what_only_looks_like_it(rules: RuleTree, code: str) -> None:
    assert rules.find("NK-STATE-NOT-ATOMIC", {"src/acme/mod.py": HEAD_3 + code + "\n"}) == []
