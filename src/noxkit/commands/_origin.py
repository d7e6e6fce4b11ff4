# SPDX-License-Identifier: Apache-2.0
"""Where the noxkit that runs was installed from, as a requirement that installs it again."""

from __future__ import annotations

import importlib.metadata
import urllib.parse

import msgspec

__all__ = ["direct_requirement", "own_requirement"]


class _Vcs(msgspec.Struct, frozen=True):
    """The `vcs_info` of PEP 610; `requested_revision` is a branch, a tag or a commit, where one was asked for."""

    vcs: str
    requested_revision: str | None = None


class _DirectUrl(msgspec.Struct, frozen=True):
    """A direct_url.json of PEP 610: a repository, an archive or a folder."""

    url: str
    vcs_info: _Vcs | None = None
    subdirectory: str | None = None


def own_requirement() -> str | None:
    """The direct requirement of this noxkit; None where it came from a package index."""
    content = importlib.metadata.distribution("noxkit").read_text("direct_url.json")
    return None if content is None else direct_requirement(content)


def direct_requirement(content: str) -> str | None:
    """`noxkit @ URL` for the content of a direct_url.json, without credentials; None where it names no URL.

    Equal to what the installer was given, as far as PEP 610 keeps it: so nox sees that it is installed already.
    """
    try:
        origin = msgspec.json.decode(content, type=_DirectUrl)
        url = _without_credentials(origin.url)
    except (msgspec.MsgspecError, ValueError):
        return None
    if origin.vcs_info is not None:
        revision = origin.vcs_info.requested_revision
        url = f"{origin.vcs_info.vcs}+{url}" + (f"@{revision}" if revision else "")
    return f"noxkit @ {url}" + (f"#subdirectory={origin.subdirectory}" if origin.subdirectory else "")


def _without_credentials(url: str) -> str:
    """`url` without user information and query, which may sign it; the user of ssh stays, since it is no secret.

    Raises ValueError where it is not a URL.
    """
    parts = urllib.parse.urlsplit(url)
    if not parts.scheme:
        raise ValueError(f"{url} has no scheme")
    information, _, host = parts.netloc.rpartition("@")
    user = information.partition(":")[0] if parts.scheme == "ssh" else ""
    return urllib.parse.urlunsplit((parts.scheme, f"{user}@{host}" if user else host, parts.path, "", ""))
