# SPDX-License-Identifier: Apache-2.0
"""Rules on single files: in worker processes, one parse a file, and only for files that have changed."""

from __future__ import annotations

import functools
import itertools
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from noxkit.diagnostics.model import EvidenceValue, Outcome, Status
from noxkit.engine import _source_worker
from noxkit.engine._job import Share
from noxkit.engine._source_worker import Answer, FileAnswer, Order
from noxkit.engine._version import own_version
from noxkit.errors import ErrorRecord, NoxkitError
from noxkit.rules._foreign import is_foreign
from noxkit.rules._stdlib import shadowed
from noxkit.tasks.store import key_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from noxkit.diagnostics.model import Finding, RuleInfo
    from noxkit.engine._context import Context
    from noxkit.tasks.process import Completed

__all__ = ["crashed", "plugin_rules", "read_files"]

_TASK = "source"
_PLUGINS = "correct `plugins` in [tool.noxkit]: modules are looked up in the root and where nox runs"
_SMALL = 60  # files that are not worth a second process
_DECODER = msgspec.json.Decoder(Answer)
_KEPT = msgspec.json.Decoder(dict[str, FileAnswer])


def read_files(
    context: Context, codes: Sequence[str], paths: Sequence[str], *, plugins: Sequence[str] = ()
) -> tuple[Outcome, tuple[Finding, ...]]:
    """Apply the rules `codes`, and those of `plugins`, to the files `paths`: how it ended, and what was found.

    What is known of a file's bytes from an earlier run is not asked again, but where there are
    plugins, of whose code nothing is known.
    """
    order = _order(context, codes, paths, plugins)
    key = key_of(
        "source-rules",
        own_version("rules", "diagnostics"),
        msgspec.json.encode(msgspec.structs.replace(order, files=())),
        sys.version,
    )
    known = {} if plugins else _known(context, key, paths)
    waiting = tuple(path for path in paths if path not in known)
    answers = _work(context, order, waiting) if waiting or plugins else []
    trouble = next((answer for answer in answers if isinstance(answer, Outcome)), None)
    if trouble is not None:
        return trouble, ()
    done = [answer for answer in answers if isinstance(answer, Answer)]
    fresh = {file.path: file for answer in done for file in answer.files}
    if fresh and not plugins:
        kept = {path: file for path, file in {**known, **fresh}.items() if file.digest and not file.crash}
        context.store.put(key, msgspec.json.encode(kept))
    files = [*known.values(), *fresh.values()]
    context.plugin_codes.update(rule.code for answer in done for rule in answer.rules)
    context.inline_ignores.update({file.path: file.ignores for file in files if file.ignores})
    whole = tuple(finding for answer in done for finding in answer.findings)
    return _outcome(order, files, done, cached=len(known)), (
        *whole,
        *(finding for file in files for finding in file.findings),
    )


def plugin_rules(context: Context) -> tuple[RuleInfo, ...]:
    """The rules that `plugins` bring, which only their own code can tell.

    Raises NoxkitError where they do not load.
    """
    plugins = context.config.options.plugins
    if not plugins:
        return ()
    answer = _one(context, Order(root=str(context.root), plugins=plugins))
    trouble = answer.reason if isinstance(answer, Outcome) else answer.trouble
    if isinstance(answer, Outcome) or trouble is not None:
        message = f"the rules of `plugins` are not known: {trouble}"
        raise NoxkitError(ErrorRecord(code="NK-CONFIG-VALUE", message=message, hint=_PLUGINS))
    return answer.rules


def _order(context: Context, codes: Sequence[str], paths: Sequence[str], plugins: Sequence[str]) -> Order:
    options = context.config.options
    headed = frozenset(context.repository.files_matching(options.license_header.paths)) & frozenset(paths)
    foreign = frozenset(path for path in paths if is_foreign(path))
    return Order(
        root=str(context.root),
        codes=tuple(codes),
        settings=options.rules,
        header=options.license_header.text,
        headed=headed - foreign if options.license_header.text else frozenset(),
        foreign=foreign,
        shadowed=shadowed(context.repository.files),
        plugins=tuple(plugins),
    )


def _known(context: Context, key: str, paths: Iterable[str]) -> dict[str, FileAnswer]:
    """The answers of an earlier run for files whose bytes are the same."""
    kept = context.store.get(key)
    if kept is None:
        return {}
    try:
        answers = _KEPT.decode(kept)
    except msgspec.DecodeError:
        return {}
    known = (path for path in paths if path in answers)
    return {path: answers[path] for path in known if answers[path].digest == context.inputs.digest(path)}


def _work(context: Context, order: Order, paths: Sequence[str]) -> list[Answer | Outcome]:
    """Deal the files out to as many workers as there are cores."""
    cores = context.shares[_TASK].threads or context.cores
    workers = max(1, min(cores, len(paths) // _SMALL))
    shares = [tuple(itertools.islice(paths, start, None, workers)) for start in range(workers)]
    orders = [
        msgspec.structs.replace(order, files=share, whole=bool(order.plugins) and number == 0)
        for number, share in enumerate(shares)
    ]
    if len(orders) == 1:
        return [_one(context, orders[0])]
    with ThreadPoolExecutor(len(orders)) as pool:
        return list(pool.map(functools.partial(_one, context), orders))


def _one(context: Context, order: Order) -> Answer | Outcome:
    context.state.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="scratch-", dir=context.state) as folder:
        told, answer = Path(folder) / "order.json", Path(folder) / "answer.json"
        told.write_bytes(msgspec.json.encode(order))
        completed = context.runner.run(
            [sys.executable, _source_worker.__file__, str(told), str(answer)],
            task=_TASK,
            environment={**context.without_credentials, "PYTHONDONTWRITEBYTECODE": None, "PYTHONSAFEPATH": None},
            timeout=context.config.options.timeout,
            nice=context.shares.get(_TASK, Share()).nice,
        )
        return _read(completed, answer)


def _read(completed: Completed, answer: Path) -> Answer | Outcome:
    if completed.cancelled:
        return Outcome(name=_TASK, status=Status.INCONCLUSIVE, reason="interrupted", hint="run the session again")
    if completed.timed_out:
        hint = "raise `timeout` in [tool.noxkit], or see which rule of `plugins` does not end"
        return Outcome(
            name=_TASK, status=Status.INCONCLUSIVE, reason=f"no end after {completed.seconds:.0f} s", hint=hint
        )
    try:
        return _DECODER.decode(answer.read_bytes())
    except (OSError, msgspec.DecodeError):
        said = completed.stderr.decode("utf-8", "replace").strip().splitlines()
        reason = f"a worker ended with exit code {completed.returncode}: {said[-1] if said else 'it printed nothing'}"
        hint = "one of noxkit's own faults is reported with the output; a rule of `plugins` is the repository's"
        evidence: dict[str, EvidenceValue] = {"output": said[-20:]}
        return Outcome(name=_TASK, status=Status.CRASHED, reason=reason, hint=hint, evidence=evidence)


def _outcome(order: Order, files: Sequence[FileAnswer], answers: Sequence[Answer], *, cached: int) -> Outcome:
    unread = [f"{file.path}: {file.unread}" for file in files if file.unread]
    plugged = sum(len(answer.rules) for answer in answers[:1])
    evidence: dict[str, EvidenceValue] = {
        "files": len(files) - len(unread),
        "rules": len(order.codes) + plugged,
        **({"unchanged": cached} if cached else {}),
        **({"unread": unread} if unread else {}),
    }
    trouble = next((answer.trouble for answer in answers if answer.trouble), None)
    if trouble is not None:
        return Outcome(name=_TASK, status=Status.INCONCLUSIVE, reason=trouble, hint=_PLUGINS, evidence=evidence)
    if len(unread) == len(files):
        hint = "see `unread` in the evidence (`--verbose`)"
        return Outcome(name=_TASK, status=Status.INCONCLUSIVE, reason="no file was read", hint=hint, evidence=evidence)
    crash = "\n".join(
        [*(answer.crash for answer in answers if answer.crash), *(file.crash for file in files if file.crash)]
    )
    outcome = Outcome(name=_TASK, status=Status.PASSED, evidence=evidence, cached=cached == len(files))
    return crashed(outcome, crash or None)


def crashed(outcome: Outcome, crash: str | None) -> Outcome:
    """The outcome as `crashed` where a rule has failed, with its traceback as evidence."""
    if crash is None:
        return outcome
    last = crash.strip().splitlines()[-1]
    return msgspec.structs.replace(
        outcome,
        status=Status.CRASHED,
        reason=f"the rule {crash.split(':', 1)[0]} failed: {last}",
        hint="one of noxkit's own is reported with the traceback (`--verbose`); one of `plugins` is the repository's",
        evidence={**outcome.evidence, "output": [line.rstrip() for line in crash.splitlines()[-30:]]},
    )
