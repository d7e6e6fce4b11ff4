# SPDX-License-Identifier: Apache-2.0
"""The builds of one package: what each is made of, what runs beside what, and what they are to the rules."""

from __future__ import annotations

import contextlib
import dataclasses
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from noxkit.artifacts.read import read_archive
from noxkit.artifacts.wheel import Wheel
from noxkit.diagnostics.events import Progress
from noxkit.engine._build_run import FIRST, SECOND, How, unpack
from noxkit.rules._builds import BuildFacts, Built, Failure, Round, Target, first_difference

if TYPE_CHECKING:
    from noxkit.artifacts.model import Archive
    from noxkit.engine._build_run import Builder, Step
    from noxkit.engine._build_tree import Trees
    from noxkit.engine._context import Context
    from noxkit.rules._facts import PackageFacts
    from noxkit.workspace.model import Package

__all__ = ["Work", "facts_of"]

_TIMED = How(epoch="1700000000"), How(again=True, epoch="1700000000")  # to see whether a SOURCE_DATE_EPOCH would help


@dataclasses.dataclass(kw_only=True)
class Work:
    """The builds of `package`, and what they have given. Two run at once where there is room for them."""

    context: Context
    package: Package
    trees: Trees
    builder: Builder
    steps: dict[str, Step] = dataclasses.field(default_factory=dict[str, "Step"])
    outside: set[str] = dataclasses.field(default_factory=set[str])
    mended: dict[Target, bool] = dataclasses.field(default_factory=dict[Target, bool])
    _read: dict[Path, Archive] = dataclasses.field(default_factory=dict[Path, "Archive"])

    def run(self) -> None:
        """Run them all. Raises TroubleError."""
        with ThreadPoolExecutor(2, thread_name_prefix="noxkit-build") as pool:
            for future in [pool.submit(self._main), pool.submit(self._beside)]:
                future.result()
        if self.builder.epoch is None:
            for target in (Target.SDIST, Target.WHEEL):
                self._try_to_mend(target)

    @property
    def made(self) -> list[Path]:
        """The sdist and the wheel from it; nothing where one of them is not there."""
        files = [step.file for name in ("sdist", "wheel") if (step := self.steps.get(name)) and step.file]
        return files if len(files) == 2 else []

    def seconds(self) -> list[tuple[str, float]]:
        """How long each step took, by its name."""
        return [(name, step.ended - step.began) for name, step in self.steps.items()]

    def repeat(self) -> None:
        """Build once more from the tree, while nothing else is built: the caller has all permits."""
        builder = dataclasses.replace(self.builder, permits=threading.Semaphore(1))
        dataclasses.replace(self, builder=builder, outside=set()).from_tree("repeated sdist", Target.SDIST, FIRST)

    def _main(self) -> None:
        """The sdist, and the wheels that are made from it."""
        sdist = self._sdist("sdist", FIRST)
        if sdist.file is None:
            return
        wheel = self._from_sdist("wheel", sdist.file, FIRST)
        if wheel.file is not None and self._is_twice:
            self._from_sdist("second wheel", sdist.file, SECOND)

    def _beside(self) -> None:
        """What is made from the tree once more."""
        self.from_tree("tree wheel", Target.TREE_WHEEL, FIRST)
        first = self.steps.get("sdist")
        if self._is_twice and (first is None or first.file is not None):
            self._sdist("second sdist", SECOND)

    @property
    def _is_twice(self) -> bool:
        return self.context.config.options.build.reproducible

    def _sdist(self, name: str, how: How) -> Step:
        return self.from_tree(name, Target.SDIST, how)

    def from_tree(self, name: str, target: Target, how: How) -> Step:
        """Run one step in a fresh tree."""
        with self.trees.tree(self.package, again=how.again) as tree:
            step = self._step(name, target, tree.folder, how)
            self.outside.update(tree.strangers())
        return step

    def _from_sdist(self, name: str, sdist: Path, how: How) -> Step:
        folder = self.builder.scratch / f"unpacked-{_word(name)}"
        root = unpack(sdist, folder / "somewhere" if how.again else folder, again=how.again)
        try:
            if isinstance(root, str):
                failure = Failure(target=Target.WHEEL, reason=root)
                self.steps[name] = dataclasses.replace(
                    self.steps["sdist"], target=Target.WHEEL, file=None, failure=failure, warnings=()
                )
                return self.steps[name]
            return self._step(name, Target.WHEEL, root, how)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _step(self, name: str, target: Target, source: Path, how: How) -> Step:
        self.context.fanout(Progress(task=self.builder.task, message=f"building {_article(name)}"))
        out = self.builder.scratch / "out" / _word(name)
        step = self.builder.build(target, source, out, how, settings=self.trees.settings)
        self.steps[name] = step
        return step

    def _try_to_mend(self, target: Target) -> None:
        """Build what differs twice more with a SOURCE_DATE_EPOCH, to be able to say whether that helps."""
        pair = self.round(target)
        sdist = self.steps["sdist"].file if "sdist" in self.steps else None
        if pair is None or pair.second is None or sdist is None:
            return
        difference = first_difference(pair.first, pair.second)
        if difference is None:
            return
        if not difference.is_timely:
            self.mended[target] = False
            return
        files: list[Step] = []
        for number, how in enumerate(_TIMED, 1):
            name = f"timed {number} {'sdist' if target is Target.SDIST else 'wheel'}"
            files.append(self._sdist(name, how) if target is Target.SDIST else self._from_sdist(name, sdist, how))
        first, second = (self._built(step) for step in files)
        self.mended[target] = bool(first and second and first.archive.sha256 == second.archive.sha256)

    def round(self, target: Target) -> Round | None:
        """What was built twice."""
        name = "sdist" if target is Target.SDIST else "wheel"
        second = self.steps.get(f"second {name}")
        first = self._built(self.steps.get(name))
        if first is None or second is None:
            return None
        return Round(
            first=first,
            second=self._built(second),
            failure=second.failure,
            mended=self.mended.get(target),
            fixed_time=self.builder.epoch is not None,
        )

    def built(self, name: str) -> Built | None:
        """The file of a step."""
        return self._built(self.steps.get(name))

    def _built(self, step: Step | None) -> Built | None:
        if step is None or step.file is None:
            return None
        if step.file not in self._read:
            output = self.context.config.options.build.output
            self._read[step.file] = read_archive(step.file, shown=f"{output}/{step.file.name}")
        return Built(
            archive=self._read[step.file],
            folder=str(step.folder),
            began=step.began,
            ended=step.ended,
            stamp=_stamp(step.file),
        )


def _word(name: str) -> str:
    return name.replace(" ", "-")


def _article(name: str) -> str:
    return f"the {name}" if not name.startswith("timed") else f"the {name[8:]} with a SOURCE_DATE_EPOCH"


def _stamp(file: Path) -> float | None:
    """The time in the header of a gzip file; None where it says none."""
    with file.open("rb") as stream:
        head = stream.read(8)
    if not head.startswith(b"\x1f\x8b") or len(head) < 8:
        return None
    return float(int.from_bytes(head[4:8], "little")) or None


def facts_of(work: Work, package: PackageFacts) -> BuildFacts:
    """What the rules on builds are asked about."""
    names = ("sdist", "wheel", "tree wheel")
    steps = [work.steps[name] for name in names if name in work.steps]
    wheel = work.built("wheel")
    return BuildFacts(
        package=package,
        output=work.context.config.options.build.output,
        backend=_backend(wheel),
        failures=tuple(step.failure for step in steps if step.failure is not None),
        warnings=tuple(dict.fromkeys(warning for step in steps for warning in step.warnings)),
        sdist=work.built("sdist"),
        wheel=wheel,
        tree_wheel=work.built("tree wheel"),
        sdists=work.round(Target.SDIST),
        wheels=work.round(Target.WHEEL),
        outside=tuple(sorted(work.outside)),
    )


def _backend(wheel: Built | None) -> str | None:
    """The build backend and its version, as it has signed the wheel."""
    if wheel is None:
        return None
    with contextlib.suppress(ValueError):
        headers = Wheel(archive=wheel.archive).wheel
        return headers.value("Generator") if headers is not None else None
    return None
