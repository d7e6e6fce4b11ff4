# SPDX-License-Identifier: Apache-2.0
"""Files are written whole or not at all, and what is no file is not replaced by one."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.files import write_atomic

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_is_written_with_its_folders_and_nothing_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "a" / "b" / "report.json"
    write_atomic(file, "text\n")
    assert file.read_text() == "text\n"
    assert os.listdir(file.parent) == ["report.json"]  # noqa: PTH208 -- hidden names count as well


def test_the_mode_of_a_file_that_is_replaced_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    file.write_text("old")
    file.chmod(0o640)
    write_atomic(file, b"new")
    assert (file.read_text(), file.stat().st_mode & 0o777) == ("new", 0o640)


@pytest.mark.parametrize("exists", [True, False], ids=["to_a_file", "to_nothing"])
def test_a_link_stays_one_and_what_it_names_is_written(tmp_path: Path, *, exists: bool) -> None:
    target = tmp_path / "elsewhere" / "target"
    target.parent.mkdir()
    if exists:
        target.write_text("old")
    link = tmp_path / "link"
    link.symlink_to(target)
    write_atomic(link, "new")
    assert (link.is_symlink(), target.read_text()) == (True, "new")


def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got: list[str] = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_text()))
    reader.start()
    write_atomic(pipe, "text")
    reader.join()
    assert (got, pipe.is_fifo()) == (["text"], True)


def test_a_folder_in_its_place_is_an_error_that_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "report").mkdir()
    with pytest.raises(OSError, match="directory"):
        write_atomic(tmp_path / "report", "text")
    assert [path.name for path in tmp_path.iterdir()] == ["report"]
