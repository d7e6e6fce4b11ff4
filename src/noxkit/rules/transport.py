# SPDX-License-Identifier: Apache-2.0
"""What ruff's security rules (S) miss of TLS and plain http: other names, `**`, computed values.

What ruff finds of a spelling is left to it, as measured with ruff 0.17: nothing is reported twice.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from noxkit.rules._base import Found, Scope, found, rule
from noxkit.rules._names import Names, has_any, names_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noxkit.rules._source import SourceFile

__all__ = ["http_plain", "tls_unverified"]

_VERBS = frozenset(["get", "post", "put", "patch", "delete", "head", "options", "request", "stream", "send"])
_CLIENTS = frozenset({"requests", "httpx", "niquests", "requests_toolbelt", "curl_cffi", "requests_oauthlib"})
_CLIENT = re.compile(r"(?i)session|client|http|requests")
_UNVERIFIED = frozenset({"ssl._create_unverified_context", "ssl._create_stdlib_context"})
_NO_CERTIFICATE = frozenset({"ssl.CERT_NONE", "ssl.VerifyMode.CERT_NONE"})
_IN_TLS = ("verify", "CERT_NONE", "check_hostname", "assert_hostname", "_context", "ssl=", "PYTHONHTTPSVERIFY")
_TLS_MODULES = ("ssl", "requests", "httpx", "urllib3", "aiohttp", "PYTHONHTTPSVERIFY")


@rule(code="NK-TLS-UNVERIFIED", scope=Scope.SOURCE, since="1.0")
def tls_unverified(source: SourceFile) -> Iterator[Found]:
    """The certificate of a server is not verified, in a spelling that ruff's S501 and S323 do not see.

    # Why
    Anybody between the two ends can read and change everything, passwords included.

    # Fails
    ```python src/acme/client.py
    import ssl

    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    ```

    # Passes
    ```python src/acme/client.py
    import ssl

    context = ssl.create_default_context(cafile="internal-ca.pem")
    ```

    # Fix
    Leave the verification on; trust a private authority by its file (`cafile`, `verify="ca.pem"`).
    There is no automatic fix.

    # Options
    None.

    # When to ignore
    In a tool that shows or checks certificates that are not valid.
    """
    if not has_any(source.text, _TLS_MODULES) or not has_any(source.text, _IN_TLS):
        return
    names = names_of(source)
    hint = "leave it on, and trust a private authority by its file: `cafile=…`, `verify='ca.pem'`"
    for call in source.nodes(ast.Call):
        said = _unverified_call(call, names)
        if said is not None:
            yield found(said, hint=hint, at=source.place(call))
    for node in source.nodes(ast.Assign):
        for target in node.targets:
            said = _unverified_target(target, node.value, names)
            if said is not None:
                yield found(said, hint=hint, at=source.place(node))


def _unverified_call(call: ast.Call, names: Names) -> str | None:
    meaning = names.meaning(call.func)
    name = meaning.name if meaning else ""
    hidden = name == "ssl._create_unverified_context" and meaning is not None and meaning.is_hidden
    if hidden or name == "ssl._create_stdlib_context":
        return "a TLS context that verifies nothing"
    if name == "builtins.setattr" and len(call.args) == 3 and isinstance(call.args[1], ast.Constant):
        target = ast.Attribute(value=call.args[0], attr=str(call.args[1].value), ctx=ast.Store())
        return _unverified_target(target, call.args[2], names)
    if name == "functools.partial" and call.args:
        inner = names.meaning(call.args[0])
        return _unverified_request(call, names, inner.name if inner else "", is_direct=False)
    said = _unverified_option(call, names, is_of_ssl=name.startswith("ssl."))
    return said or _unverified_request(call, names, name, is_direct=not (meaning and meaning.is_hidden))


def _unverified_option(call: ast.Call, names: Names, *, is_of_ssl: bool) -> str | None:
    for option in ("ssl", "verify_ssl"):
        value, _ = names.argument(call, option)
        if value is not None and "aiohttp" in names.modules and _is_false(value, names):
            return f"`{option}` is false here: certificates are not verified"
    required, _ = names.argument(call, "cert_reqs")
    if required is not None and not is_of_ssl and _is_no_certificate(required, names):
        return "`cert_reqs` asks for no certificate"
    hostname, _ = names.argument(call, "assert_hostname")
    if hostname is not None and _is_false(hostname, names):
        return "`assert_hostname` is false here: any valid certificate is taken"
    return None


def _unverified_request(call: ast.Call, names: Names, name: str, *, is_direct: bool) -> str | None:
    """A call of a client for http with `verify` off; `is_direct` where ruff finds a plain `verify=False`."""
    module, _, function = name.partition(".")
    known = module in _CLIENTS
    verb = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    if not known and not (_CLIENTS & names.modules and verb in _VERBS):
        return None
    value, is_plain = names.argument(call, "verify")
    if value is None or not _may_be_false(value, names):
        return None
    by_ruff = (
        known
        and is_direct
        and module in {"requests", "httpx"}
        and (
            function
            in _VERBS | {"Client", "AsyncClient"} - ({"send"} | ({"stream"} if module == "requests" else set()))
        )
    )
    if by_ruff and is_plain and isinstance(value, ast.Constant) and value.value is False:
        return None
    return "`verify` is false here: certificates are not verified"


def _is_false(value: ast.expr, names: Names) -> bool:
    known = names.value(value)
    if isinstance(known, ast.Constant) and known.value is None:
        return False  # the client's own default
    return names.truth(value) is False


def _may_be_false(value: ast.expr, names: Names) -> bool:
    """Whether it is false, or turned off by something that is negated, such as `not DEBUG`."""
    if isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.Not):
        return names.truth(value) is not True
    return _is_false(value, names)


def _is_no_certificate(value: ast.expr, names: Names) -> bool:
    known = names.value(value)
    if isinstance(known, ast.Constant):
        return known.value in {"CERT_NONE", "NONE"} or known.value == 0
    meaning = names.meaning(value)
    return meaning is not None and meaning.name in _NO_CERTIFICATE


def _unverified_target(target: ast.expr, value: ast.expr, names: Names) -> str | None:
    if isinstance(target, ast.Attribute):
        meaning = names.meaning(value)
        if meaning is not None and meaning.name in _UNVERIFIED:
            return f"`{target.attr}` becomes a context that verifies nothing"
        if target.attr == "check_hostname" and _is_false(value, names):
            return "`check_hostname` is off: any valid certificate is taken"
        if target.attr == "verify_mode" and _is_no_certificate(value, names):
            return "`verify_mode` is CERT_NONE: certificates are not verified"
        is_client = target.attr == "verify" and _CLIENTS & names.modules and _CLIENT.search(_whose(target, names))
        return "`verify` is off: certificates are not verified" if is_client and _may_be_false(value, names) else None
    if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
        off = target.slice.value == "PYTHONHTTPSVERIFY" and ast.unparse(value) in {"'0'", "0"}
        return "PYTHONHTTPSVERIFY turns the verification off" if off else None
    return None


def _whose(target: ast.Attribute, names: Names) -> str:
    given = names.assignments.get(ast.unparse(target.value), [])
    return " ".join([ast.unparse(target.value), *map(ast.unparse, given)])


_HTTP = re.compile(r"http://(?:[^/@\s]*@)?(?P<host>\[[^\]]*\]|[^/:?#\s]+)(?::\d+)?(?:[/?#]\S*)?$")
_NEAR = re.compile(
    r"(?i)^(?:localhost|127\.[\d.]+|0\.0\.0\.0|\[::1?\]|10\.[\d.]+|192\.168\.[\d.]+|172\.(?:1[6-9]|2\d|3[01])\.[\d.]+|169\.254\.[\d.]+"
    r"|host\.docker\.internal|metadata\.google\.internal|[^.]+|.*\.(?:localhost|local|test|example|invalid|internal|onion)"
    r"|(?:.*\.)?example\.(?:com|org|net|edu))$"
)
_LOCAL = re.compile(r"(?i)local|loopback|metadata|127|server_address|getsockname|container|docker|ip\b")
_NAMESPACES = re.compile(
    r"(?i)^(?:(?:www\.)?w3\.org|(?:[\w-]+\.)*xmlsoap\.org|schemas?\.[\w.-]+|purl\.org|(?:[\w-]+\.)?openxmlformats\.org|ns\.[\w.-]+"
    r"|xmlns\.[\w.-]+|(?:www\.)?json-schema\.org|(?:www\.)?opengis\.net|(?:[\w-]+\.)?openarchives\.org|relaxng\.org|(?:www\.)?xml\.org"
    r"|docbook\.org|dublincore\.org|java\.sun\.com|(?:[\w-]+\.)?oasis-open\.org|creativecommons\.org|xml\.apache\.org|rdfs\.org"
    r"|(?:www\.)?sitemaps\.org|a9\.com|search\.yahoo\.com|(?:[\w-]+\.)?topografix\.com|www\.(?:apple|google)\.com|webdav\.org)$"
)
_NAMED_NAMESPACE = re.compile(
    r"(?i)(?:^|_)(?:ns|xmlns|namespaces?|nsmap|schema|doctype|dtd|xsd|rdf|ontology)(?:_|$|\d)"
)


@rule(code="NK-HTTP-PLAIN", scope=Scope.SOURCE, since="1.0")
def http_plain(source: SourceFile) -> Iterator[Found]:
    """An address begins with `http://`, and is neither this machine's nor the name of a namespace.

    # Why
    Anybody on the way can read and change what is sent and what comes back.

    # Fails
    ```python src/acme/client.py
    BASE = "http://api.acme.io/v1"
    ```

    # Passes
    ```python src/acme/client.py
    BASE = "https://api.acme.io/v1"
    LOCAL = "http://localhost:8080/health"
    SVG = "http://www.w3.org/2000/svg"
    ```

    # Fix
    Write `https://`, once the server answers there. There is no automatic fix: it may not.

    # Options
    None. This machine, private networks, example hosts, namespaces, tests and docstrings are passed over.

    # When to ignore
    For a server that has no https, where nothing secret is sent and what comes back is verified otherwise.
    """
    if "http://" not in source.text or source.in_tests:
        return
    hint = "use https; this machine and namespaces are passed over"
    for node in source.nodes(ast.Constant):
        if isinstance(node.value, str) and node.value.startswith("http://"):
            matched = _HTTP.match(node.value)
            if matched and not _is_exempt(matched["host"]) and not _is_only_named(source, node):
                yield found(f"plain http to `{matched['host']}`", hint=hint, at=source.place(node))
    if not has_any(source.text, ('"http://"', "'http://'", '"http://{', "'http://{")):
        return
    names = names_of(source)
    for call in source.nodes(ast.Call):
        if call.args and _is_request(call, names) and (host := _computed_host(call.args, names)):
            yield found(f"plain http to what `{host}` says", hint=hint, at=source.place(call))


def _is_request(call: ast.Call, names: Names) -> bool:
    meaning = names.meaning(call.func)
    if meaning is not None and meaning.name in {
        "urllib.request.urlopen",
        "urllib.request.Request",
        "urllib.request.urlretrieve",
    }:
        return True
    known = (_CLIENTS | {"aiohttp", "urllib3"}) & names.modules
    return bool(known) and isinstance(call.func, ast.Attribute) and call.func.attr in _VERBS


def _computed_host(arguments: list[ast.expr], names: Names) -> str | None:
    """The expression that says which host an address that begins with `http://` is of."""
    for argument in arguments[:2]:
        value = names.value(argument)
        parts = value.values if isinstance(value, ast.JoinedStr) else []
        if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add):
            while isinstance(value.left, ast.BinOp):
                value = value.left
            parts = [value.left, value.right]
        if len(parts) > 1 and isinstance(parts[0], ast.Constant) and parts[0].value == "http://":
            host = parts[1].value if isinstance(parts[1], ast.FormattedValue) else parts[1]
            text = ast.unparse(host)
            return None if _LOCAL.search(text) or isinstance(host, ast.Constant) else text[:60]
    return None


def _is_exempt(host: str) -> bool:
    return bool(_NEAR.match(host) or _NAMESPACES.match(host) or re.search(r"[{}<>%$]", host))


def _is_only_named(source: SourceFile, node: ast.Constant) -> bool:
    """Whether the text is compared, looked up or called a namespace, and no address that is asked."""
    above = source.parent(node)
    if isinstance(above, ast.Expr | ast.Compare | ast.Subscript):
        return True
    if isinstance(above, ast.Dict):
        if node in above.keys:
            return True
        above = source.parent(above)
    if isinstance(above, ast.JoinedStr):
        return above.values[0] is not node
    if isinstance(above, ast.Call) and isinstance(above.func, ast.Attribute):
        return above.func.attr in {"startswith", "replace", "removeprefix", "lstrip", "split", "sub", "compile"}
    targets = (
        above.targets if isinstance(above, ast.Assign) else [above.target] if isinstance(above, ast.AnnAssign) else []
    )
    named = [ast.unparse(target).rpartition(".")[2] for target in targets]
    named += [above.arg or ""] if isinstance(above, ast.keyword) else []
    return any(_NAMED_NAMESPACE.search(name) for name in named)
