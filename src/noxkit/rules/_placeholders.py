# SPDX-License-Identifier: Apache-2.0
"""Addresses that nobody has filled in yet."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

__all__ = ["why_placeholder"]

# RFC 2606 and RFC 6761 keep these for examples and tests.
_RESERVED = re.compile(r"(.*\.)?(example(\.(com|net|org|edu))?|test|invalid|localhost)|127\.[\d.]+|::1|0\.0\.0\.0")
_UNFILLED = re.compile(
    r"[{}<>]|\$\(|%\(|(?<![^/])\.{3}(?![^/])|…|@@|\bFIXME\b|\bTBD\b|\bXXX+\b|(?<![^/])TODO(?![^/])|(?i:\bchange[-_]?me\b)"
)
_OWNERS = frozenset(
    {"user", "username", "user-name", "user_name", "owner", "organisation", "organization", "example", "foo"}
)
_REPOSITORIES = frozenset({"repo", "repository", "project", "project-name", "project_name", "reponame", "package"})
_YOUR = re.compile(
    r"(your|my)[-_ ]?(user(name)?|name|org(ani[sz]ation)?|company|account|github|project|package|repo(sitory)?|site|"
    r"domain|website|team|handle)([-_ ]?name)?|<.*>",
    re.IGNORECASE,
)
_FORGES = frozenset({"github.com", "gitlab.com", "bitbucket.org", "codeberg.org", "www.github.com"})


def why_placeholder(url: str) -> str | None:
    """Why `url` is an example or not filled in; None where it may be a real address."""
    text = url.strip()
    if not text:
        return "it is empty"
    if match := _UNFILLED.search(text):
        return f"`{match[0]}` is not filled in"
    try:
        parts = urlsplit(text)
        host = (parts.hostname or "").rstrip(".")
    except ValueError:  # brackets that are no IPv6 address
        return "it is no URL"
    segments = [segment for segment in parts.path.split("/") if segment]
    if not host:
        return None if parts.scheme and parts.path not in {"", "/", "//"} else "it names no host"
    if _RESERVED.fullmatch(host):
        return f"`{host}` is reserved for examples and tests"
    names = [*(label for label in host.split(".") if label.startswith("your")), *segments]
    if match := next((match for name in names if (match := _YOUR.fullmatch(name))), None):
        return f"`{match[0]}` is not filled in"
    return _forge(segments) if host in _FORGES else None


def _forge(segments: list[str]) -> str | None:
    """What is wrong with the address of a repository on a forge, given the parts of its path."""
    if not segments:
        return "it names no project"
    owner, repository = segments[0].lower(), (*segments[1:2], "")[0].lower().removesuffix(".git")
    if owner in _OWNERS and (owner not in {"foo", "user", "owner"} or repository in {*_REPOSITORIES, "bar"}):
        return f"`{segments[0]}` is not filled in"
    return None
