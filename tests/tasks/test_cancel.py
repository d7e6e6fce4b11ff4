# SPDX-License-Identifier: Apache-2.0
"""The token that stops a run, and the signals that set it."""

from __future__ import annotations

import os
import select
import signal
import threading
import time
from pathlib import Path

import pytest

from noxkit.tasks.cancel import Cancel, handling_signals

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def test_a_new_token_asks_for_nothing() -> None:
    cancel = Cancel()
    assert (cancel.requested, cancel.urgent, cancel.signal, cancel.wait(0)) == (False, False, None, False)
    assert select.select([cancel], [], [], 0)[0] == []


def test_a_set_token_stays_set_and_readable_for_everybody() -> None:
    cancel = Cancel()
    for _ in range(3):
        cancel.set()
    assert (cancel.requested, cancel.urgent) == (True, False)
    for _ in range(3):
        assert select.select([cancel], [], [], 0)[0] == [cancel]


def test_setting_never_blocks() -> None:
    cancel = Cancel()
    for _ in range(100_000):  # more than a pipe holds
        cancel.set()
    assert cancel.requested


def test_waiting_ends_with_the_token() -> None:
    cancel = Cancel()
    threading.Timer(0.05, cancel.set).start()
    began = time.monotonic()
    assert cancel.wait(10)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_a_signal_sets_the_token_and_interrupts_nothing(number: signal.Signals) -> None:
    cancel = Cancel()
    with handling_signals(cancel):
        os.kill(os.getpid(), number)
        assert cancel.wait(5)
        assert not cancel.urgent
    assert cancel.signal == number


def test_the_handlers_are_restored_also_after_an_error() -> None:
    before = [signal.getsignal(number) for number in SIGNALS]
    with pytest.raises(RuntimeError, match="inside"), handling_signals(Cancel()):
        raise RuntimeError("inside" if signal.getsignal(signal.SIGINT) is not before[0] else "no handler")
    assert [signal.getsignal(number) for number in SIGNALS] == before


def test_a_signal_that_is_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        cancel = Cancel()
        with handling_signals(cancel):
            os.kill(os.getpid(), signal.SIGHUP)
            assert not cancel.wait(0.05)
    finally:
        signal.signal(signal.SIGHUP, before)


def test_in_another_thread_nothing_is_changed() -> None:
    before = [signal.getsignal(number) for number in SIGNALS]
    seen: list[object] = []

    def work() -> None:
        with handling_signals(Cancel()):
            seen.extend(signal.getsignal(number) for number in SIGNALS)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == before


def test_the_second_interrupt_is_urgent_and_raises() -> None:
    cancel = Cancel()
    with handling_signals(cancel):
        os.kill(os.getpid(), signal.SIGINT)
        assert cancel.wait(5)
        time.sleep(0.3)
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
    assert cancel.urgent


def test_an_interrupt_that_is_forwarded_counts_once() -> None:
    cancel = Cancel()
    with handling_signals(cancel):
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.02)
    assert (cancel.requested, cancel.urgent) == (True, False)


def test_the_first_interrupt_after_an_own_cancel_does_not_raise() -> None:
    cancel = Cancel()
    cancel.set()
    with handling_signals(cancel):
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.02)
    assert (cancel.signal, cancel.urgent) == (signal.SIGINT, False)


@pytest.mark.parametrize("fails", [False, True], ids=["ends", "fails"])
def test_a_shield_puts_the_interrupt_off(fails: bool) -> None:
    cancel = Cancel()
    reached: list[bool] = []

    def work() -> None:
        with cancel.shielded(), cancel.shielded():
            cancel.interrupt()
            reached.append(True)
            if fails:
                raise RuntimeError

    with pytest.raises(KeyboardInterrupt):
        work()
    assert (reached, cancel.urgent) == ([True], True)


def test_tokens_give_their_descriptors_back() -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(50):
        Cancel().set()
    assert len(list(Path("/proc/self/fd").iterdir())) == before
