# SPDX-License-Identifier: Apache-2.0
"""Runs pieces of work that need each other, as many at once as there is room for, the longest way first."""

from __future__ import annotations

import concurrent.futures
import dataclasses
import graphlib
from types import MappingProxyType
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from noxkit.tasks.cancel import Cancel

__all__ = ["Node", "NodeExitError", "NotStartedError", "run_graph"]

T = TypeVar("T")

# Seconds. Python runs a signal's handler in the main thread, but the kernel may give the signal to any
# thread, and then does not wake the main one: without a limit, Ctrl-C would be lost until a node ends.
_LONGEST = 0.25


class NotStartedError(Exception):
    """The result of a node that was not started, because the run was cancelled before."""


class NodeExitError(Exception):
    """The result of a node that wanted to end the whole process; its cause is the SystemExit or the like."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Node(Generic[T]):
    """One piece of work.

    `run` is called in a thread, when all of `needs` have ended, with their results: a value, or the
    exception that it ended with. `cost` is expected seconds, in any unit that all nodes share;
    `weight` is how many of the places it takes while it runs (all of them, where it asks for more).
    """

    name: str
    run: Callable[[Mapping[str, T | Exception]], T]
    needs: tuple[str, ...] = ()
    cost: float = 0.0
    weight: int = 1


def run_graph(nodes: Sequence[Node[T]], *, jobs: int, cancel: Cancel) -> dict[str, T | Exception]:
    """Run every node, at most `jobs` at once, and return what each ended with, in the order given.

    Of the nodes that can start, the one goes first behind which most cost waits, its own included;
    among equals the one given first. Nothing overtakes it, so that a heavy node is not kept waiting
    by a row of light ones. A node that fails stops nobody. After a cancel no node is started.
    Raises ValueError for a name given twice, a need that is no node, a circle, or `jobs` below 1; and
    KeyboardInterrupt (`handling_signals` after a second Ctrl-C) once the running nodes have ended.
    """
    if jobs < 1:
        raise ValueError(f"jobs is {jobs}, which leaves no room for any node")
    return _Run(_ordered(nodes), jobs, cancel).all()


def _ordered(nodes: Sequence[Node[T]]) -> list[Node[T]]:
    """The nodes as given, once they are known to make sense."""
    names = {node.name for node in nodes}
    if len(names) < len(nodes):
        raise ValueError("two nodes have the same name: " + ", ".join(sorted(_twice(nodes))))
    unknown = [f"{node.name} needs {need}" for node in nodes for need in node.needs if need not in names]
    if unknown:
        raise ValueError("a need is no node: " + ", ".join(unknown))
    return list(nodes)


def _twice(nodes: Sequence[Node[T]]) -> set[str]:
    names = [node.name for node in nodes]
    return {name for name in names if names.count(name) > 1}


def _priorities(nodes: Sequence[Node[T]]) -> dict[str, float]:
    """The cost of the longest way from each node to an end of the graph."""
    try:
        order = list(graphlib.TopologicalSorter({node.name: node.needs for node in nodes}).static_order())
    except graphlib.CycleError as error:
        raise ValueError("nodes need each other in a circle: " + " -> ".join(error.args[1])) from None
    by_name = {node.name: node for node in nodes}
    behind = dict.fromkeys(by_name, 0.0)
    result: dict[str, float] = {}
    for name in reversed(order):
        result[name] = by_name[name].cost + behind[name]
        for need in by_name[name].needs:
            behind[need] = max(behind[need], result[name])
    return result


class _Run(Generic[T]):
    """The state of one `run_graph`: only the calling thread changes it."""

    def __init__(self, nodes: list[Node[T]], jobs: int, cancel: Cancel) -> None:
        priorities = _priorities(nodes)
        self._waiting = sorted(nodes, key=lambda node: -priorities[node.name])  # stable: equals stay as given
        self._names = [node.name for node in nodes]
        self._jobs = jobs
        self._free = jobs
        self._cancel = cancel
        self._running: dict[concurrent.futures.Future[T], Node[T]] = {}
        self._results: dict[str, T | Exception] = {}

    def all(self) -> dict[str, T | Exception]:
        """Run them all."""
        with concurrent.futures.ThreadPoolExecutor(self._jobs, thread_name_prefix="noxkit") as executor:
            try:
                self._start(executor)
                while self._running:
                    concurrent.futures.wait(self._running, _LONGEST, concurrent.futures.FIRST_COMPLETED)
                    self._collect()
                    self._start(executor)
            except BaseException:  # the executor waits for its threads, and they wait for their processes
                self._cancel.kill()
                raise
        left = NotStartedError("not started, because the run was cancelled")
        return {name: self._results.get(name, left) for name in self._names}

    def _start(self, executor: concurrent.futures.Executor) -> None:
        """Give every free place to a node that can start, the first one first."""
        for node in [node for node in self._waiting if all(need in self._results for need in node.needs)]:
            weight = self._weight(node)
            if self._cancel.requested or weight > self._free:
                return
            self._free -= weight
            self._waiting.remove(node)
            needed = MappingProxyType({need: self._results[need] for need in node.needs})
            self._running[executor.submit(node.run, needed)] = node

    def _collect(self) -> None:
        for future in [future for future in self._running if future.done()]:
            node = self._running.pop(future)
            self._free += self._weight(node)
            self._results[node.name] = _result(future)

    def _weight(self, node: Node[T]) -> int:
        return max(1, min(node.weight, self._jobs))


def _result(future: concurrent.futures.Future[T]) -> T | Exception:
    error = future.exception()
    if error is None:
        return future.result()
    if isinstance(error, Exception):
        return error
    wrapped = NodeExitError(f"wanted to end the process: {error!r}")
    wrapped.__cause__ = error
    return wrapped
