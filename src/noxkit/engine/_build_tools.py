# SPDX-License-Identifier: Apache-2.0
"""The two builders: uv, and pypa/build in an environment of its own."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import TYPE_CHECKING

from noxkit.engine._tests import default_python
from noxkit.environments.tool import pin_of
from noxkit.tasks import environ as environment_module
from noxkit.workspace._tables import requirement_name, strings, table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from noxkit.engine._context import Context
    from noxkit.environments.uv import Uv
    from noxkit.tasks.process import Completed, Runner
    from noxkit.workspace.model import Package

__all__ = ["BuildTool", "build_tool", "python_for", "required_members"]

# Where programs that builds call keep their own installation: below the home, unless a variable says otherwise.
_HOMES = {
    "CARGO_HOME": ".cargo",
    "RUSTUP_HOME": ".rustup",
    "PYENV_ROOT": ".pyenv",
    "NVM_DIR": ".nvm",
    "VOLTA_HOME": ".volta",
    "ASDF_DATA_DIR": ".asdf",
    "GOPATH": "go",
    "XDG_CONFIG_HOME": ".config",
    "NETRC": ".netrc",
    "UV_PYTHON_INSTALL_DIR": ".local/share/uv/python",
    "UV_CREDENTIALS_DIR": ".local/share/uv/credentials",
    "UV_CACHE_DIR": ".cache/uv",
    "PIP_CACHE_DIR": ".cache/pip",
}

_BARE: dict[str, str | None] = {
    **dict.fromkeys(("VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME", "FORCE_COLOR"), None),
    "NO_COLOR": "1",
    "UV_NO_PROGRESS": "1",
}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class BuildTool:
    """A builder: `words` come before the arguments of a build, `options` after them."""

    name: str
    version: str
    uv: Uv
    words: tuple[str, ...]
    options: tuple[str, ...] = ()
    out_flag: str = "--out-dir"
    environment: Mapping[str, str | None] = dataclasses.field(default_factory=dict[str, "str | None"])

    def run(  # noqa: PLR0913 -- the facts of one process
        self,
        arguments: Sequence[str],
        *,
        out: Path,
        cwd: Path,
        environment: Mapping[str, str | None],
        runner: Runner,
        task: str,
        timeout: float,
    ) -> Completed:
        """Run it on the folder at the end of `arguments`, in `cwd`."""
        words = [*self.words, *arguments[:-1], self.out_flag, str(out), *self.options, arguments[-1]]
        if self.name == "uv":
            uv = dataclasses.replace(self.uv, runner=runner)
            return uv.run(words, task=task, environment=environment, cwd=cwd, timeout=timeout)
        bare = {**_BARE, **environment}
        return runner.run(words, task=task, environment=bare, cwd=cwd, timeout=timeout)


def build_tool(context: Context, package: Package, scratch: Path) -> BuildTool:
    """The builder that the configuration asks for. Raises NoxkitError and InstallFailedError."""
    constraints = _constraints(context, scratch)
    common = _kept_homes(context)
    if context.config.options.build.builder == "uv":
        python = python_for(context, package)
        options = ["--no-sources", "--no-create-gitignore", *(["--python", python] if python else [])]
        options += ["--build-constraints", str(constraints)] if constraints else []
        options += ["--find-links", str(context.output)] if required_members(context, package) else []
        return BuildTool(
            name="uv",
            version=context.uv.version,
            uv=context.uv,
            words=("build",),
            options=tuple(options),
            environment=common,
        )
    pin = pin_of("build", configured=context.config.options.tools, locked={}, declared={})
    made = context.tool_environments.ensure(pin, task="build")
    path = f"{made.programs}{os.pathsep}{context.uv.path.parent}{os.pathsep}{context.environ.get('PATH', os.defpath)}"
    environment = {**common, "PATH": path, **({"UV_CONSTRAINT": str(constraints)} if constraints else {})}
    return BuildTool(
        name="build",
        version=made.version,
        uv=context.uv,
        words=(str(made.programs / "python"), "-I", "-m", "build", "--installer", "uv"),
        out_flag="--outdir",
        environment=environment,
    )


def python_for(context: Context, package: Package) -> str | None:
    """The Python that a package is built on: that of the tests where it is admitted, else the first that is."""
    usual = default_python(context)
    if usual is not None and package.admits(usual):
        return usual
    supported = context.config.options.python or context.repository.pythons
    return context.first_available([python for python in supported if package.admits(python)])


def required_members(context: Context, package: Package) -> tuple[Package, ...]:
    """The members of the workspace that a build of this one needs, which have to be built before."""
    lines = strings(table(package.pyproject, "build-system").get("requires"))
    names = {requirement_name(line) for line in lines}
    members = context.repository.workspace.packages
    return tuple(each for each in members if each.name in names and each is not package)


def _constraints(context: Context, scratch: Path) -> Path | None:
    """The workspace's constraints on what builds need: they hold for what is built from an sdist, too."""
    lines = strings(table(context.repository.pyproject, "tool", "uv").get("build-constraint-dependencies"))
    if not lines:
        return None
    file = scratch / "constraints.txt"
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return file


def _kept_homes(context: Context) -> dict[str, str | None]:
    """Folders below the real home that programs are installed in: the home of a build is an empty one."""
    home = environment_module.home(context.environ)
    if home is None:
        return {}
    known = {name: str(Path(home, folder)) for name, folder in _HOMES.items() if name not in context.environ}
    cache = context.environ.get("XDG_CACHE_HOME")
    if cache:
        known.update(
            {
                name: f"{cache}/{name.split('_')[0].lower()}"
                for name in ("UV_CACHE_DIR", "PIP_CACHE_DIR")
                if name in known
            }
        )
    data = context.environ.get("XDG_DATA_HOME")
    if data and "UV_PYTHON_INSTALL_DIR" in known:
        known["UV_PYTHON_INSTALL_DIR"] = f"{data}/uv/python"
    return {name: path for name, path in known.items() if name.endswith("CACHE_DIR") or Path(path).exists()}
