# SPDX-License-Identifier: Apache-2.0
"""Ends what noxkit has started when noxkit itself is killed and can do nothing any more."""

from __future__ import annotations

import contextlib
import os
import subprocess
import threading
import weakref

__all__ = ["Guard"]

# PR_SET_PDEATHSIG would need `preexec_fn`, which Python documents as unsafe beside threads and which
# turns vfork off; it reaches only the direct child, and acts when the *thread* that started it ends.
# A shell that waits at the end of a pipe does all of it: the kernel closes the pipe with the process.
_SCRIPT = """
trap '' HUP INT TERM
groups=' '
while read -r change group; do
  case $change in
    +) groups="$groups$group " ;;
    -) groups="${groups%% $group *} ${groups#* $group }" ;;
  esac
done
for group in $groups; do kill -s KILL -- "-$group"; done
"""


class Guard:
    """A list of process groups, kept in a second process that kills them when this one is gone.

    It starts with the first group and costs a millisecond and one descriptor. A system without
    /bin/sh has no guard; then only the kill of noxkit itself (SIGKILL) can leave processes behind.
    So can one in the moment between the start of a process and its entry here.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._started = False

    def add(self, group: int) -> None:
        """Have this group killed if noxkit dies."""
        with self._lock:
            if not self._started:
                self._started = True
                self._process = _start()
                if self._process is not None:
                    weakref.finalize(self, _stop, self._process)
            self._tell(f"+ {group}\n")

    def remove(self, group: int) -> None:
        """Forget a group that has ended."""
        with self._lock:
            self._tell(f"- {group}\n")

    def _tell(self, line: str) -> None:
        if self._process is not None and self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):  # somebody has killed it
                self._process.stdin.write(line.encode())  # nothing is written where somebody has stopped it


def _start() -> subprocess.Popen[bytes] | None:
    try:
        process = subprocess.Popen(
            ["/bin/sh", "-c", _SCRIPT],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            cwd="/",
            env={},
            start_new_session=True,
        )
    except OSError:
        return None
    if process.stdin is not None:
        os.set_blocking(process.stdin.fileno(), False)
    return process


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        process.stdin.close()
    try:
        process.wait(1.0)
    except subprocess.TimeoutExpired:  # stopped by somebody: it must not keep noxkit
        process.kill()
        process.wait()
