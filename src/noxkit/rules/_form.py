# SPDX-License-Identifier: Apache-2.0
"""Addresses as the upload form of the package index takes them: e-mail addresses and links."""

from __future__ import annotations

import email.utils
import inspect
import ipaddress
import re
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["first_address", "why_no_address", "why_no_link"]

# Newer releases of Python give nothing for a list of addresses unless told not to be strict.
_parse = cast("Callable[..., tuple[str, str]]", email.utils.parseaddr)
_LENIENT = {"strict": False} if "strict" in inspect.signature(_parse).parameters else {}

_ATOM = r"[a-zA-Z0-9_!#$%&'*+\-/=?^`{|}~\u00a0-\U0010ffff]+"
_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_LABEL = re.compile(r"[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?")
# RFC 6761 and RFC 7686: no mail arrives there.
_SPECIAL = frozenset({"arpa", "invalid", "local", "localhost", "onion", "test"})
_MOST_CHARACTERS = 10_000

_CHARACTERS = r"(?:[A-Za-z0-9\-._~!$&'()*+,;={more}]|%[0-9A-Fa-f]{{2}})"
# The index looks at the authority alone: spaces and accents in a path pass.
_LINK = re.compile(
    rf"https?://(?:{_CHARACTERS.format(more=':')}+@)?(?:\[(?P<six>[^\]]*)\]|(?P<host>{_CHARACTERS.format(more='')}*))"
    r"(?::(?P<port>[0-9]{0,5}))?(?:[/?][^\[\]#]*)?(?:#.*)?",
    re.IGNORECASE | re.DOTALL,
)
_FOUR = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}")


def first_address(text: str) -> str | None:
    """The first address in an Author-email field; None where no address is found, which the index takes."""
    try:
        _, address = _parse(text[:_MOST_CHARACTERS], **_LENIENT)
    except (RecursionError, IndexError):  # comments in comments
        return None
    return None if not address or ("@" not in address and "@" in text) else address


def why_no_address(address: str) -> str | None:
    """Why the index refuses an e-mail address; None where its syntax is right."""
    local, at, domain = address.rpartition("@")
    if not at:
        return "there is no `@` in it"
    if not _LOCAL.fullmatch(local) or len(local.encode()) > 64:
        return "what stands before the `@` is no name of a mailbox"
    return _why_no_domain(domain)


def _why_no_domain(domain: str) -> str | None:
    if any(label[:1] == "-" or label[-1:] == "-" or _is_reserved(label) for label in domain.split(".")):
        return "its domain is none"
    try:
        ascii_domain = domain if domain.isascii() else domain.encode("idna").decode()
    except UnicodeError:
        return "its domain is none"
    labels = ascii_domain.split(".")
    if len(ascii_domain) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        return "its domain is none"
    if len(labels) < 2:
        return f"its domain `{domain}` has no dot"
    if not labels[-1][-1].isalpha() or labels[-1].lower() in _SPECIAL:
        return f"no mail arrives below `.{labels[-1]}`"
    return None


def _is_reserved(label: str) -> bool:
    """Whether a label looks like one of an internationalised name and is none (RFC 5891)."""
    return label[2:4] == "--" and not label.lower().startswith("xn--")


def why_no_link(url: str) -> str | None:
    """Why the index refuses an address of a page; None where it is an http or https URI with a host."""
    if not url.lower().startswith(("http://", "https://")):
        return "it does not begin with `https://`"
    if len(url) > _MOST_CHARACTERS:
        return f"it has {len(url)} characters"
    match = _LINK.fullmatch(url)
    if match is None:
        return "what stands before its path is no name of a host"
    host, six, port = match["host"], match["six"], match["port"]
    if not host and not six:
        return "it names no host"
    if (six is not None and not _is_address(six)) or (host and _FOUR.fullmatch(host) and not _is_address(host)):
        return "its host is no IP address"
    return "its port is none" if port and int(port) > 65535 else None


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
