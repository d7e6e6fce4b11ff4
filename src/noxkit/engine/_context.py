# SPDX-License-Identifier: Apache-2.0
"""Everything that a run needs to know and to use, put together once."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from noxkit.config.load import Config, member_table_errors
from noxkit.diagnostics.credentials import SHARED_CACHE_CREDENTIAL
from noxkit.engine._identity import Identities
from noxkit.engine._inputs import Inputs
from noxkit.engine._kept import Kept
from noxkit.engine._shared import open_shared
from noxkit.environments.project import ProjectEnvironments
from noxkit.environments.tool import ToolEnvironments
from noxkit.environments.uv import Uv, find_uv, index_fingerprint
from noxkit.errors import NoxkitError
from noxkit.tasks import environ as environment_module
from noxkit.tasks.cancel import Cancel
from noxkit.tasks.events import EventLog, Fanout
from noxkit.tasks.process import ProgramNotFoundError, Runner
from noxkit.tasks.store import Store
from noxkit.workspace._tables import table
from noxkit.workspace.discovery import discover

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from noxkit.diagnostics.events import Observer
    from noxkit.engine._job import Share
    from noxkit.engine._shared import SharedCache
    from noxkit.engine._source_worker import InlineIgnore
    from noxkit.workspace.model import Repository

__all__ = ["Context", "Span", "open_context"]

_OF_WAITING, _WAITING = frozenset({"publish"}), 8
_OF_A_RELEASE = frozenset({"release_check", "bump", "publish", "release"})


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """When a piece of a run was done: seconds after the run's start, how many it took, and on which worker."""

    began: float
    seconds: float
    worker: int | None = None


@dataclasses.dataclass(kw_only=True)
class Context:
    """One run: what was asked, of which repository, and the means to do it.

    `inline_ignores` are the comments that accept findings, by file, as far as files have been read, and
    `plugin_codes` the codes of the repository's own rules, once these are loaded;
    `shares` says what each task gets of the machine, by its label; `outbox` holds texts to print
    before the report, such as the patch of `--diff`; `making` is when each project environment was made;
    `clock` and `opened` are the `time.perf_counter()` and the `time.time_ns()` of its start;
    `index_away` says why the index did not
    answer, so that it is not asked again and again.
    """

    session: str
    config: Config
    environ: Mapping[str, str]
    repository: Repository
    runner: Runner
    cancel: Cancel
    fanout: Fanout
    store: Store
    inline_ignores: dict[str, tuple[InlineIgnore, ...]] = dataclasses.field(
        default_factory=dict[str, "tuple[InlineIgnore, ...]"]
    )
    plugin_codes: set[str] = dataclasses.field(default_factory=set[str])
    shares: dict[str, Share] = dataclasses.field(default_factory=dict[str, "Share"])
    index_away: list[str] = dataclasses.field(default_factory=list[str])
    outbox: list[str] = dataclasses.field(default_factory=list[str])
    making: dict[str, Span] = dataclasses.field(default_factory=dict[str, Span])
    clock: float = dataclasses.field(default_factory=time.perf_counter)
    opened: int = dataclasses.field(default_factory=time.time_ns)
    _available: dict[str, bool] = dataclasses.field(default_factory=dict[str, bool])
    _interpreters: dict[str, Path | None] = dataclasses.field(default_factory=dict[str, "Path | None"])

    @property
    def family(self) -> str:
        """The session without its Python: `tests` for `tests-3.12`."""
        return self.session.partition("-3.")[0]

    @property
    def root(self) -> Path:
        """The folder of the noxfile."""
        return self.repository.root

    @property
    def state(self) -> Path:
        """The folder for what noxkit keeps in the tree."""
        return self.root / ".nox" / "noxkit"

    @property
    def output(self) -> Path:
        """The folder of built files."""
        return self.root / self.config.options.build.output

    @functools.cached_property
    def uv(self) -> Uv:
        """The uv that is used. Raises NoxkitError where there is none."""
        settings = self._uv_settings
        required = settings.get("required-version")
        return find_uv(
            self.runner, self.environ, root=self.root, required=required if isinstance(required, str) else None
        )

    @functools.cached_property
    def tool_environments(self) -> ToolEnvironments:
        """The environments of the tools, outside the tree unless the home cannot be written."""
        return ToolEnvironments(
            self._tool_folder,
            uv=self.uv,
            store=self.store,
            observer=self.fanout,
            index=index_fingerprint(self.environ, root=self.root, settings=self._uv_settings),
        )

    @functools.cached_property
    def project_environments(self) -> ProjectEnvironments:
        """The environments of the project, one per Python."""
        return ProjectEnvironments(
            self.state / "environments",
            repository=self.repository,
            uv=self.uv,
            observer=self.fanout,
            project_environ=self.for_uv,
        )

    @functools.cached_property
    def inputs(self) -> Inputs:
        """What tools may read, by its content."""
        return Inputs(
            self.root,
            matching=self.repository.files_matching,
            store=self.store,
            git=git_runner(self.runner, self.root),
            environ=self.environ,
            opened=self.opened,
        )

    @functools.cached_property
    def shared(self) -> SharedCache | None:
        """The results that machines share, where the configuration says where; none for a release.

        Raises SharedCacheError where that cannot be used.
        """
        url = self.config.options.shared_cache
        if url is None or not self.store.enabled or self.family in _OF_A_RELEASE:
            return None
        credential = self.environ.get(SHARED_CACHE_CREDENTIAL, "")
        return open_shared(url, credential, is_over=lambda: self.cancel.requested)

    @functools.cached_property
    def kept(self) -> Kept:
        """The results that are kept."""
        home = environment_module.home(self.environ)
        return Kept(self.store, self.shared, places=[str(self.root), *([home] if home else [])])

    @functools.cached_property
    def identities(self) -> Identities:
        """What programs and environments are, by their content."""
        home = environment_module.home(self.environ)
        return Identities(self.store, root=self.root, tools=self._tool_folder, home=home)

    @property
    def workers(self) -> int:
        """How many tasks run at once: `--jobs`, else one a core; at least two, more where they wait for an index."""
        return self.config.run.jobs or max(_WAITING if self.family in _OF_WAITING else 2, self.cores)

    @property
    def cores(self) -> int:
        """How many processors this process may use."""
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

    def is_available(self, python: str) -> bool:
        """Whether an interpreter of that minor is on this machine, or an environment made from one in the tree."""
        if python not in self._available:
            here = (self.state / "environments" / python / "bin" / "python").exists()
            self._available[python] = here or self.interpreter(python) is not None
        return self._available[python]

    def interpreter(self, python: str) -> Path | None:
        """The path of an interpreter of that minor on this machine; None where there is none."""
        if python not in self._interpreters:
            arguments = ["python", "find", "--system", "--no-project", "--no-python-downloads", python]
            completed = self.uv.run(arguments, task="uv")
            said = completed.stdout.decode("utf-8", "surrogateescape").strip()
            self._interpreters[python] = Path(said) if completed.returncode == 0 and said else None
        return self._interpreters[python]

    def first_available(self, pythons: Sequence[str]) -> str | None:
        """The first of `pythons` that is on this machine; the first of all, for uv to download, where none is."""
        return next((python for python in pythons if self.is_available(python)), pythons[0] if pythons else None)

    @functools.cached_property
    def without_credentials(self) -> dict[str, str | None]:
        """Changes to the environment for whatever runs the project's code: credentials are taken away.

        Those inside of URLs too, such as the address of a private index.
        """
        kept = {name: value for name, value in self.environ.items() if name not in self.for_uv}
        bare = {name: environment_module.strip_user_information(value) for name, value in kept.items()}
        urls = {name: value for name, value in bare.items() if value != kept[name]}
        return {
            **self.for_uv,
            **{name: value for name, value in urls.items() if name not in self.config.options.pass_env},
        }

    @functools.cached_property
    def for_uv(self) -> dict[str, str | None]:
        """The same for uv, which starts build backends but has to reach the index: URLs stay as they are."""
        options = self.config.options
        kept = environment_module.scrub(self.environ, credentials=options.credentials, keep=options.pass_env)
        return {name: None for name in self.environ if name not in kept}

    @functools.cached_property
    def _uv_settings(self) -> Mapping[str, object]:
        return table(self.repository.pyproject, "tool", "uv")

    @functools.cached_property
    def _tool_folder(self) -> Path:
        if self.config.options.tool_folder:
            return self.root / self.config.options.tool_folder
        home = environment_module.home(self.environ)
        base = self.environ.get("XDG_CACHE_HOME") or (f"{home}/.cache" if home else None)
        if base:
            folder = Path(base) / "noxkit" / "tools"
            with contextlib.suppress(OSError):
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                return folder
        return self.state / "tools"


def open_context(
    session: str, root: Path, *, config: Config, environ: Mapping[str, str], observers: Sequence[Observer] = ()
) -> Context:
    """Read the repository at `root`. Raises NoxkitError with everything that is wrong with it."""
    opened = time.time_ns()
    cancel = Cancel()
    log = [EventLog(root / config.run.events, session=session)] if config.run.events else []
    fanout = Fanout([*observers, *log])
    runner = Runner(
        root=root, observer=fanout, cancel=cancel, environment=environ, credentials=config.options.credentials
    )
    repository = discover(root, kinds=config.options.kinds, git=git_runner(runner, root))
    wrong = member_table_errors(
        root, [Path(package.pyproject_path) for package in repository.workspace.packages if package.has_pyproject]
    )
    if wrong:
        raise NoxkitError(wrong)
    store = Store(None if config.run.no_cache else root / ".nox" / "noxkit" / "store", config.options.cache_size)
    return Context(
        opened=opened,
        session=session,
        config=config,
        environ=environ,
        repository=repository,
        runner=runner,
        cancel=cancel,
        fanout=fanout,
        store=store,
    )


def git_runner(runner: Runner, root: Path):
    """A function that runs git in `root` and returns its standard output, or None where it fails or is not there."""

    def git(arguments: Sequence[str]) -> bytes | None:
        try:
            completed = runner.run(
                ["git", *arguments], task="git", cwd=root, environment={"GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
            )
        except ProgramNotFoundError:
            return None
        return completed.stdout if completed.returncode == 0 and not completed.truncated else None

    return git
