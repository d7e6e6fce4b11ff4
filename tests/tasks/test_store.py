# SPDX-License-Identifier: Apache-2.0
"""What is kept between runs: whole or not at all, bounded, and never a reason to stop."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from noxkit.tasks import environ
from noxkit.tasks.store import Store, key_of

KEY = key_of("a key")
HEADER = 47  # bytes in front of each value
UNSHARE = shutil.which("unshare") or ""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "store"


def file_of(folder: Path, key: str = KEY) -> Path:
    return folder / key[:2] / key


@pytest.mark.parametrize(
    "data", [b"", b"x", b"\x00\xff\n", b"y" * 3_000_000], ids=["empty", "one-byte", "binary", "megabytes"]
)
def test_what_was_put_is_got(folder: Path, data: bytes) -> None:
    assert Store(folder).put(KEY, data)
    assert Store(folder).get(KEY) == data


def test_a_later_value_replaces_an_earlier_one(folder: Path) -> None:
    store = Store(folder)
    assert store.put(KEY, b"one")
    assert store.put(KEY, b"two")
    assert store.get(KEY) == b"two"
    assert len(store.entries()) == 1


def test_what_was_never_put_is_a_miss(folder: Path) -> None:
    assert Store(folder).get(KEY) is None
    assert not folder.exists()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(("ab", "c"), ("a", "bc"), id="boundaries"),
        pytest.param(("a",), (b"a",), id="text-and-bytes"),
        pytest.param((), ("",), id="nothing-and-empty"),
        pytest.param(("a", ""), ("a",), id="empty-at-the-end"),
        pytest.param(("1:a",), ("", "a"), id="looks-like-a-length"),
        pytest.param(("\udcff",), ("\udcfe",), id="names-that-are-not-utf-8"),
    ],
)
def test_different_parts_have_different_keys(one: tuple[str | bytes, ...], other: tuple[str | bytes, ...]) -> None:
    assert key_of(*one) != key_of(*other)


def test_a_key_is_the_same_in_every_process() -> None:
    script = "from noxkit.tasks.store import key_of; print(key_of('a', b'b'), end='')"
    command = [sys.executable, "-c", script]
    assert subprocess.check_output(command, env=_environment()).decode() == key_of("a", b"b")


@pytest.mark.parametrize("key", ["", "short", "../../etc/passwd", "A" * 64, KEY + "\n"], ids=repr)
def test_a_key_of_another_origin_is_refused(folder: Path, key: str) -> None:
    store = Store(folder)
    with pytest.raises(ValueError, match="not a key"):
        store.get(key)
    with pytest.raises(ValueError, match="not a key"):
        store.put(key, b"")


@pytest.mark.parametrize(
    ("kept", "added"),
    [
        pytest.param(-1, b"", id="cut"),
        pytest.param(10, b"", id="cut-in-the-header"),
        pytest.param(0, b"", id="empty"),
        pytest.param(None, b"x", id="longer"),
        pytest.param(-1, b"!", id="flipped"),
        pytest.param(0, b"\x00" * (HEADER + 7), id="zeros-after-a-power-cut"),
    ],
)
def test_a_damaged_value_is_a_miss_and_goes(folder: Path, kept: int | None, added: bytes) -> None:
    store = Store(folder)
    store.put(KEY, b"a value")
    file_of(folder).write_bytes(file_of(folder).read_bytes()[:kept] + added)
    assert store.get(KEY) is None
    assert store.entries() == []
    assert store.put(KEY, b"again")
    assert store.get(KEY) == b"again"


def test_a_value_under_the_name_of_another_key_is_a_miss(folder: Path) -> None:
    store = Store(folder)
    other = key_of("other")
    store.put(KEY, b"a value")
    file_of(folder, other).parent.mkdir(exist_ok=True)
    file_of(folder).rename(file_of(folder, other))
    assert store.get(other) is None


def test_without_a_folder_nothing_is_kept() -> None:
    store = Store(None)
    assert (store.enabled, store.put(KEY, b"x"), store.get(KEY), store.entries()) == (False, False, None, [])


def test_of_too_many_values_those_not_used_for_longest_go(folder: Path) -> None:
    store = Store(folder, 10 * (100 + HEADER))
    keys = [key_of(str(number)) for number in range(11)]
    for age, key in enumerate(keys[:10]):
        store.put(key, b"x" * 100)
        os.utime(file_of(folder, key), (1_000_000 + age, 1_000_000 + age))
    assert store.get(keys[0]) is not None  # used now: the second is the oldest
    store.put(keys[10], b"x" * 100)
    left = {entry.key for entry in store.entries()}
    assert {keys[0], keys[10]} <= left
    assert keys[1] not in left
    assert sum(entry.size for entry in store.entries()) <= 10 * (100 + HEADER)


def test_a_store_that_was_filled_by_others_is_bounded_by_the_next(folder: Path) -> None:
    for number in range(20):
        Store(folder, 1 << 20).put(key_of(str(number)), b"x" * 100)
    Store(folder, 1000).put(KEY, b"x")
    assert sum(entry.size for entry in Store(folder).entries()) <= 1000
    assert Store(folder).get(KEY) == b"x"


def test_a_value_larger_than_the_store_is_not_kept_and_costs_the_others_nothing(folder: Path) -> None:
    store = Store(folder, 1000)
    store.put(KEY, b"small")
    assert not store.put(key_of("large"), b"x" * 1000)
    assert store.get(KEY) == b"small"


def test_what_a_dead_writer_left_goes_and_a_live_writers_stays(folder: Path) -> None:
    Store(folder).put(KEY, b"x")
    old, new = (file_of(folder).parent / name for name in (".old.tmp", ".new.tmp"))
    for path in (old, new):
        path.write_bytes(b"part")
    os.utime(old, (1, 1))
    Store(folder, 1 << 20).put(key_of("next"), b"x" * 1000)  # large enough for its limit to be counted at once
    assert (old.exists(), new.exists(), len(Store(folder).entries())) == (False, True, 2)


def test_many_runs_with_small_puts_stay_within_the_limit(folder: Path) -> None:
    limit = 1 << 20
    for number in range(300):
        Store(folder, limit).put(key_of(str(number)), b"x" * 50)
        (folder / "00").mkdir(exist_ok=True)
        (folder / "00" / f"00{number:062x}").write_bytes(b"y" * 20_000)
    assert sum(entry.size for entry in Store(folder).entries()) < 3 * limit


def test_foreign_files_in_the_folder_are_left_alone(folder: Path) -> None:
    folder.mkdir(parents=True)
    folder.joinpath("CACHEDIR.TAG").write_text("x", encoding="ascii")
    folder.joinpath("elsewhere").mkdir()
    folder.joinpath("elsewhere", "large").write_bytes(b"x" * 5000)
    store = Store(folder, 1000)
    assert store.put(KEY, b"x")
    assert store.get(KEY) == b"x"
    assert folder.joinpath("elsewhere", "large").exists()


@pytest.mark.parametrize("place", ["file", "file/below", "/proc/noxkit-store", "/dev/null/store"])
def test_where_nothing_can_be_written_nothing_is_kept(tmp_path: Path, place: str) -> None:
    tmp_path.joinpath("file").write_text("", encoding="ascii")
    store = Store(tmp_path / place)
    assert (store.put(KEY, b"x"), store.get(KEY), store.entries()) == (False, None, [])


SCRIPT = """
import sys
from pathlib import Path
from noxkit.tasks.store import Store, key_of
folder, writer, limit = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
store = Store(folder, limit)
for number in range(150):
    key = key_of(str(number % 50))
    value = store.get(key)
    assert value is None or set(value) == {number % 50} and len(value) == 500, "a value that nobody has put"
    assert store.put(key, bytes([number % 50]) * 500), "not kept"
"""


@pytest.mark.parametrize("limit", [1 << 20, 5000], ids=["roomy", "always-evicting"])
def test_four_processes_write_and_read_at_once(folder: Path, limit: int) -> None:
    writers = [_python(SCRIPT, str(folder), str(number), str(limit)) for number in range(4)]
    errors = [writer.communicate(timeout=60)[1] for writer in writers]
    assert errors == [b""] * 4
    assert [writer.returncode for writer in writers] == [0] * 4
    store = Store(folder, limit)
    assert all(store.get(entry.key) is not None for entry in store.entries())
    assert not list(folder.glob("*/.*"))


def test_threads_share_one_store(folder: Path) -> None:
    store = Store(folder, 5000)
    failures: list[object] = []

    def work(number: int) -> None:
        for turn in range(50):
            key = key_of(str((number + turn) % 30))
            value = store.get(key)
            if value not in (None, key.encode()) or not store.put(key, key.encode()):
                failures.append((number, turn, value))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_a_writer_that_is_killed_leaves_no_part_of_a_value(folder: Path) -> None:
    script = SCRIPT.replace("range(150)", "range(100_000)")
    writer = _python(script, str(folder), "0", str(1 << 20))
    until = time.monotonic() + 10
    while not folder.exists() and time.monotonic() < until:
        time.sleep(0.01)
    time.sleep(0.1)
    writer.kill()
    writer.communicate()
    store = Store(folder)
    entries = store.entries()
    assert entries
    assert all(store.get(entry.key) is not None for entry in entries)


@pytest.mark.skipif(not UNSHARE, reason="no unshare to mount a small disk with")
@pytest.mark.parametrize("options", ["size=64k", "ro"], ids=["full", "read-only"])
def test_a_disk_that_is_full_or_read_only_stops_nothing(tmp_path: Path, options: str) -> None:
    script = (
        "import sys; from pathlib import Path; from noxkit.tasks.store import Store, key_of\n"
        "store = Store(Path('disk/store')); key = key_of('k')\n"
        "assert not store.put(key, b'x' * 500_000)\n"
        "assert store.get(key) is None and store.entries() == []\n"
        "assert [path.name for path in Path('disk').rglob('*') if path.is_file()] == []\n"
    )
    tmp_path.joinpath("disk").mkdir()
    tmp_path.joinpath("script.py").write_text(script, encoding="ascii")
    mount = f"mount -t tmpfs -o {options} none disk || exit 77; exec '{sys.executable}' script.py"
    process = subprocess.run(
        [UNSHARE, "--map-root-user", "--mount", "sh", "-c", mount],
        cwd=tmp_path,
        env=_environment(),
        capture_output=True,
        check=False,
    )
    if process.returncode == 77 or b"unshare" in process.stderr:
        pytest.skip(f"no disk can be mounted here: {process.stderr.decode()}")
    assert (process.returncode, process.stderr) == (0, b"")


def _environment() -> dict[str, str]:
    return {**environ.current(), "PYTHONPATH": str(Path(__file__).parents[2] / "src")}


def _python(script: str, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", script, *arguments], env=_environment(), stderr=subprocess.PIPE)
