# SPDX-License-Identifier: Apache-2.0
"""The addresses that documents and code name, and which of them somebody could answer."""

from __future__ import annotations

import ast
import io
import ipaddress
import re
import tokenize
import urllib.parse
import warnings
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from noxkit.rules._base import Place
from noxkit.rules._markdown import Markdown, read_markdown

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["addresses_in", "exemption", "is_looked_at", "normal", "refers_inside"]

_DOCUMENTS = (".md", ".markdown")
_CODE = (".py", ".pyi")
_OTHERS = frozenset(
    """
    rst txt adoc toml cfg ini yml yaml sh bash html htm js mjs ts tsx jsx css go rs c h cpp java rb
    """.split()  # noqa: SIM905 -- a column of twenty strings hides what they are
)
_GENERATED = frozenset({"uv.lock", "poetry.lock", "pdm.lock", "package-lock.json", "pnpm-lock.yaml", "pylock.toml"})
_NOT_OURS = frozenset(
    {"_vendor", "vendor", "vendored", "_vendored", "third_party", "node_modules", "site-packages"}
    | {"test", "tests", "testing", "testdata", "fixtures", "cassettes", "templates", "template", "snapshots"}
)
_TEMPLATES = (".j2", ".jinja", ".jinja2", ".tmpl", ".template", ".tpl", ".in", ".mako")
_ADDRESS = re.compile(r"\bhttps?://[^\s<>\"'`\\^|\x00-\x1f]{1,2000}", re.IGNORECASE)
_TEMPLATE = re.compile(
    r"[{}<>$*]|/\.\.\.|\.\.\.(?:/|$)|\u2026|%(?![0-9A-Fa-f]{2})"
    r"|\b(?:YOUR|your)[-_]|\bOWNER\b|\bUSERNAME\b|\bORG/REPO\b"
)
_EXAMPLE_HOSTS = re.compile(r"(?:^|\.)(?:example(?:\.(?:com|org|net|edu))?|invalid|test)$")
_PRIVATE_HOSTS = re.compile(r"(?:^|\.)(?:localhost|local|internal|intranet|lan|corp|home|home\.arpa)$")
_NAMESPACES = re.compile(
    r"https?://(?:www\.w3\.org/(?:\d{4}/|XML/|ns/)|schemas\.(?:xmlsoap|openxmlformats|microsoft|android)\.|"
    r"purl\.org/|xmlns\.com/|json-schema\.org/draft|maven\.apache\.org/POM|docbook\.org/ns|"
    r"www\.sitemaps\.org/schemas|ns\.adobe\.com/|java\.sun\.com/xml)",
    re.IGNORECASE,
)
_ASSEMBLED = frozenset({"format", "join", "urljoin", "replace", "startswith", "endswith", "removeprefix", "match"})


def is_looked_at(path: str) -> bool:
    """Whether addresses of a file are asked: documents and code, neither tests, templates nor what others wrote."""
    *folders, name = path.split("/")
    if _NOT_OURS & set(folders) or name in _GENERATED or name.endswith(_TEMPLATES) or "{{" in path:
        return False
    if name.startswith(("test_", "conftest.")) or name.endswith(("_test.py", ".min.js", ".min.css")):
        return False
    return name.endswith((*_DOCUMENTS, *_CODE)) or name.rpartition(".")[2].lower() in _OTHERS


def addresses_in(path: str, data: bytes) -> Iterator[tuple[str, Place]]:
    """The addresses of a file with their places; of each document and program as its language has them."""
    if b"://" not in data or b"\0" in data[:8192]:
        return
    if path.endswith(_DOCUMENTS):
        yield from _in_document(read_markdown(path, data))
    elif path.endswith(_CODE):
        yield from _in_code(path, data)
    else:
        for number, line in enumerate(data.decode("utf-8-sig", "replace").splitlines(), 1):
            yield from _in_line(path, line, number)


def _in_line(path: str, line: str, number: int, column: int = 0) -> Iterator[tuple[str, Place]]:
    for match in _ADDRESS.finditer(line):
        address = _trimmed(match[0])
        start = column + match.start() + 1
        yield address, Place(path, number, start, number, start + len(address))


def _trimmed(address: str) -> str:
    """Without what belongs to the sentence around it: punctuation, and brackets that it did not open."""
    while address:
        last = address[-1]
        opened = {")": "(", "]": "[", "}": "{"}.get(last)
        unopened = opened is not None and address.count(last) > address.count(opened)
        if last not in ".,;:!?'\"*_" and not unopened:
            break
        address = address[:-1]
    return address


class _Html(HTMLParser):
    """Collects what links and images lead to, with their lines."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del tag
        line = self.getpos()[0]
        self.found += [(value, line) for name, value in attrs if name in {"href", "src"} and value]


def _in_document(document: Markdown) -> Iterator[tuple[str, Place]]:
    for piece in document.pieces:
        if piece.kind in {"link", "image"} and piece.text.lower().startswith(("http://", "https://")):
            yield piece.text, document.place(piece.line, piece.text)
        elif piece.kind == "text" and "://" in piece.text:
            for match in _ADDRESS.finditer(piece.text):
                address = _trimmed(match[0])
                yield address, document.place(piece.line, address)
        elif piece.kind == "html":
            yield from _in_html(document, piece.text, piece.line)
    for line, text in document.html:
        yield from _in_html(document, text, line)
    for definition in document.definitions:
        if definition.address.lower().startswith(("http://", "https://")):
            yield definition.address, document.place(definition.line, definition.address)


def _in_html(document: Markdown, text: str, line: int) -> Iterator[tuple[str, Place]]:
    parser = _Html()
    parser.feed(text)
    for address, at in parser.found:
        if address.lower().startswith(("http://", "https://")):
            yield address, document.place(line + at - 1, address)


def _in_code(path: str, data: bytes) -> Iterator[tuple[str, Place]]:
    """Addresses in comments, and in strings that are whole: not what is put together from parts."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(data)
        tokens = list(tokenize.tokenize(io.BytesIO(data).readline))
    except (SyntaxError, ValueError, RecursionError, tokenize.TokenError):
        return  # the finding on that is another rule's
    for token in tokens:
        if token.type == tokenize.COMMENT:
            yield from _in_line(path, token.string, token.start[0], token.start[1])
    assembled = {id(part) for node in ast.walk(tree) for part in _parts(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in assembled:
            for match in _ADDRESS.finditer(node.value):
                line = node.lineno + (node.value.count("\n", 0, match.start()) if node.end_lineno != node.lineno else 0)
                yield _trimmed(match[0]), Place(path, min(line, node.end_lineno or line))


def _parts(node: ast.AST) -> Iterator[ast.AST]:
    """The strings that a node puts together with others, or compares with them."""
    if isinstance(node, (ast.BinOp, ast.JoinedStr, ast.Compare)):
        yield from ast.walk(node)
    elif isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in _ASSEMBLED:
            yield from ast.walk(node)


def normal(address: str) -> str:
    """The address as it is asked: without its fragment, its host in lower case and ASCII. Raises ValueError."""
    parts = urllib.parse.urlsplit(address)
    host = (parts.hostname or "").encode("idna").decode("ascii") if parts.hostname else ""
    where = f"[{host}]" if ":" in host else host
    port = f":{parts.port}" if parts.port else ""
    path = urllib.parse.quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = urllib.parse.quote(parts.query, safe="/?%:@!$&'()*+,;=~-._[]")
    return urllib.parse.urlunsplit((parts.scheme.lower(), where + port, path, query, ""))


def exemption(address: str, *, loopback: bool) -> str | None:
    """Why an address is not asked; None where it is."""
    if _TEMPLATE.search(address) or address.endswith(("=", "://")):
        return "template"
    if _NAMESPACES.match(address):
        return "namespace"
    try:
        parts = urllib.parse.urlsplit(address)
        host, _port = (parts.hostname or "").rstrip("."), parts.port
        normal(address)
    except ValueError:
        return "template"
    if not host:
        return "template"
    if "@" in parts.netloc:
        return "credentials"
    if _EXAMPLE_HOSTS.search(host):
        return "example"
    return "loopback" if not loopback and refers_inside(host) else None


def refers_inside(host: str) -> bool:
    """Whether a host is this machine's or a private network's, by its name or number."""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host or _PRIVATE_HOSTS.search(host) is not None
