# SPDX-License-Identifier: Apache-2.0
"""Sending files to the index: by uv or twine, and with attestations (PEP 740) where CI vouches for who it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noxkit.engine._execute import pin_of_distribution
from noxkit.engine._indexes import publishing_address, publishing_place

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from noxkit.engine._context import Context
    from noxkit.tasks.process import Completed

__all__ = ["attest", "send"]

_IDENTITY = ("ACTIONS_ID_TOKEN_REQUEST_URL", "SIGSTORE_ID_TOKEN")
_SUFFIX = ".publish.attestation"


def _program(context: Context, distribution: str, *, task: str) -> Path:
    """A program of that name, in an environment of its own. Raises InstallFailedError."""
    pin = pin_of_distribution(context, distribution)
    return context.tool_environments.ensure(pin, task=task).programs / distribution


def attest(context: Context, files: Sequence[Path], *, task: str) -> Completed | str:
    """Put an attestation beside each file that has none; a sentence where nobody vouches for who this is.

    Raises InstallFailedError.
    """
    if not any(context.environ.get(name) for name in _IDENTITY):
        return "no attestations: CI gives no identity (`id-token: write`)"
    for file in files:  # of files that were built again since
        attestation = file.with_name(file.name + _SUFFIX)
        attestation.unlink(missing_ok=True)
    program = _program(context, "pypi-attestations", task=task)
    return context.runner.run(
        [str(program), "sign", *map(str, files)], task=task, timeout=context.config.options.timeout
    )


def send(context: Context, files: Sequence[Path], *, task: str) -> Completed:
    """Upload the files, and what is beside them. Raises InstallFailedError where twine cannot be had."""
    timeout = context.config.options.timeout
    if context.config.options.release.uploader == "uv":
        words = ["publish", *publishing_place(context), *map(str, files)]
        return context.uv.run(words, task=task, environment={"UV_OFFLINE": None}, timeout=timeout)
    environ = context.environ
    token = environ.get("UV_PUBLISH_TOKEN")
    given = {
        "TWINE_USERNAME": "__token__" if token else environ.get("UV_PUBLISH_USERNAME"),
        "TWINE_PASSWORD": token or environ.get("UV_PUBLISH_PASSWORD"),
        "TWINE_REPOSITORY_URL": publishing_address(context),
    }
    signed = all(file.with_name(file.name + _SUFFIX).is_file() for file in files)
    words = ["upload", "--non-interactive", "--disable-progress-bar", *(["--attestations"] if signed else [])]
    return context.runner.run(
        [str(_program(context, "twine", task=task)), *words, *map(str, files)],
        task=task,
        environment={name: value for name, value in given.items() if value},
        timeout=timeout,
    )
