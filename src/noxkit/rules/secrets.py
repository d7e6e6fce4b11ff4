# SPDX-License-Identifier: Apache-2.0
"""Secrets in tracked files: keys of vendors' shapes, private keys, random text under a credential's name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from noxkit.config._types import Table
from noxkit.rules._base import Found, Place, Scope, found, rule
from noxkit.rules._foreign import is_vendored
from noxkit.rules._secret_places import NOT_READ, SAMPLES, hits_in
from noxkit.rules._secret_shapes import Hit, entropy, is_made_up

if TYPE_CHECKING:
    from collections.abc import Iterator

    from noxkit.rules._source import TextFile

__all__ = ["Options", "secret"]


class Options(Table, frozen=True, kw_only=True):
    """Options of the rule on secrets."""

    allow: Annotated[
        tuple[str, ...],
        Meta(
            description="regular expressions of texts that are no secrets, such as keys that are public by design",
            examples=[["^AIza"]],
        ),
    ] = ()


_HINT = (
    "revoke it where it was issued, since git keeps it for ever; then read it from the environment or a secret store"
)


@rule(code="NK-SECRET", scope=Scope.TEXT, since="1.0", standard=True, always=True)
def secret(file: TextFile) -> Iterator[Found]:
    """A tracked file holds a secret: a vendor's key, a private key, a password, or random text named as a credential.

    # Why
    Whoever can read the repository, a fork or an old clone can use it, also after a later commit
    has removed it. The finding names the kind and the length only, and no report shows the text.

    # Fails
    ```ini deploy/production.ini
    [database]
    password = k8Qz2vTn5Lw9RbXe4HsY
    ```
    Or in a file of variables:
    ```sh deploy/.env
    export API_TOKEN=b7Kx92mQpL4vNs8TzRw3Yd6H
    ```

    # Passes
    ```ini deploy/production.ini
    [database]
    password = ${DATABASE_PASSWORD}
    ```
    ```python src/acme/client.py
    import os

    API_TOKEN = os.environ["API_TOKEN"]
    EXAMPLE_TOKEN = "your-token-goes-here-1234"
    ```

    # Fix
    Revoke the secret first: removing the line leaves it in the history. Then read it from the
    environment, a keyring or a secret store. There is no automatic fix.

    # Options
    `allow` in `[tool.noxkit.rules.secrets]`: regular expressions of texts that are no secrets.

    # When to ignore
    For a key that is public by design (a browser key that is limited to one site), and for one that was made
    for a test and opens nothing. In folders of tests, random text under a credential's name and private keys are
    passed over, as are placeholders, hashes, lock files, and the output of notebooks.
    """
    hits = [*hits_in(file.path, file.text), *_assigned(file)]
    if not hits:
        return
    allowed = [re.compile(each) for each in file.settings.of(Options).allow]
    ends = 0
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end)):
        text = file.text[hit.start : hit.end]
        if hit.start >= ends and not any(each.search(text) for each in allowed):
            ends = hit.end
            yield found(_message(hit), hint=_HINT, at=_place(file, hit))


def _message(hit: Hit) -> str:
    begins = f" (`{hit.prefix}…`)" if hit.prefix else ""
    return f"{hit.kind}{begins} of {hit.end - hit.start} characters in a tracked file"


def _place(file: TextFile, hit: Hit) -> Place:
    start, end = file.place_at(hit.start, hit.start + 1), file.place_at(hit.end - 1, hit.end)
    return Place(file.path, start.line, start.column, end.line, end.end_column)


_QUOTED = re.compile(
    r"""["'](?=[^"'\n]{0,200}\d)(?P<value>(?:(?:Bearer|Basic|Token|token) )?[A-Za-z0-9+/=_.~!@#$%^&*?-]{12,200})["']"""
)
_PLAIN = re.compile(
    r"""(?m)^[ \t-]*(?:export[ \t]+|ENV[ \t]+|ARG[ \t]+|//[\w./-]+:)?(?P<name>[\w.-]{2,80})[ \t]*[=:][ \t]*"""
    r"""(?=\S{0,200}\d)(?P<value>[A-Za-z0-9+/=_.~!@#%^&*?-]{12,200})[ \t]*(?:\#.*)?\r?$"""
)
_NETRC = re.compile(r"\bpassword\s+(?P<value>\S{8,200})")
_CODE = re.compile(
    r"(?i)\.(?:py|pyi|pyw|js|jsx|mjs|cjs|ts|tsx|sh|bash|zsh|fish|rb|go|java|kt|rs|php|cs|c|cc|cpp|h|hpp|swift|scala|ps1|lua|r"
    r"|tf|tfvars|hcl|groovy|gradle|pl|ex|exs|ya?ml|toml|ini|cfg|cnf|conf|config|properties|json|json5|jsonc|xml|env|envrc)$"
    r"|(?:^|/)(?:\.env[\w.-]*|\.pypirc|\.npmrc|[._]netrc|\.yarnrc|Dockerfile[\w.-]*|Containerfile|credentials|config)$"
)
_UNQUOTED = re.compile(
    r"(?i)\.(?:ya?ml|ini|cfg|cnf|conf|config|properties|env|envrc|sh|bash|zsh)$"
    r"|(?:^|/)(?:\.env[\w.-]*|\.pypirc|\.npmrc|Dockerfile[\w.-]*|Containerfile|credentials|config)$"
)
_BEFORE = re.compile(
    r"""(?P<name>[A-Za-z_][\w.-]*)["']?\s*\]?\s*(?::\s*(?:typing\.)?[A-Za-z][\w\[\], |.]*)?"""
    r"""(?:=>|:=|=|:)\s*[(\[]?\s*(?:[rRbBuU]{0,2}|Secret(?:Str|Bytes)?\()$"""
)
_FALLBACK = re.compile(
    r"""(?:getenv|get|setdefault|environ|config|env|str|getOrDefault|setenv)\("""
    r"""\s*["'](?P<name>[\w.-]+)["']\s*,\s*(?:default\s*=\s*)?(?:[\w.]+\()?$"""
)
_ON_LINE = 160  # characters before a value in which its name is looked for
_CREDENTIAL = re.compile(
    r"(?:^|_)(?:secrets?|passw(?:or)?d|passphrase|pwd|pass|token|api_?key|apikey|access_key|secret_key|private_key|signing_key"
    r"|encryption_key|auth_?key|authkey|account_key|app_key|master_key|credentials?|auth|authorization|client_secret|jwt|pat)"
    r"(?:_(?:value|prod|production|live|staging|default|base64|b64|v?\d+))?$"
)
_NO_CREDENTIAL = re.compile(
    r"(?:^|_)(?:public|publishable|csrf|xsrf|next|page|pagination|continuation|continue|cursor|sync|resume|prev|previous|hash|hashed|digest"
    r"|checksum|sha\d*|md5|etag|encrypted|id|example|test|fake|dummy|mock|idempotency|site|anon|special|bos|eos|pad|unk|mask|cls|sep|start|end)(?:_|$)"
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_UUID = re.compile(r"(?i)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ADDRESS = re.compile(
    r"^(?:\w+://|[./~]|\w+(?:\.\w+)*@|#|--)|\.(?:py|json|txt|pem|key|ya?ml|com|org|net|io)$|\$\(|\$[A-Z_a-z{]|%[sd(]|\*\*\*"
)
_SCHEMES = re.compile(r"^(?:Bearer|Basic|[Tt]oken) ")
_LEFT_OUT = (SAMPLES, NOT_READ, re.compile(r"(?:^|/)(?:extern(?:al)?|locales?|i18n)/"))


def _assigned(file: TextFile) -> Iterator[Hit]:
    path, text = file.path, file.text
    if not _CODE.search(path) or is_vendored(path) or any(each.search(path) for each in _LEFT_OUT):
        return
    for quoted in _QUOTED.finditer(text):
        name = _name_before(text, quoted.start())
        if name and _is_secret(name, quoted["value"]):
            yield _random(name, *quoted.span("value"))
    if path.endswith(("netrc", "netrc.txt")):
        for entry in _NETRC.finditer(text):
            if _is_random(entry["value"], shortest=8):
                yield _random("password", *entry.span("value"))
    if _UNQUOTED.search(path):
        for plain in _PLAIN.finditer(text):
            if _is_secret(plain["name"], plain["value"]):
                yield _random(plain["name"], *plain.span("value"))


def _random(name: str, start: int, end: int) -> Hit:
    return Hit(f"random text under the name `{name.rpartition('.')[2][:60]}`", "", start, end)


def _name_before(text: str, quote: int) -> str | None:
    """The name that the string whose quote stands at `quote` is given to, or None."""
    before = text[max(0, quote - _ON_LINE) : quote]
    stripped = before.rstrip()
    line = before[before.rfind("\n", 0, len(stripped.rstrip("([ \t\r\n"))) + 1 :]
    fallback = _FALLBACK.search(line)
    match = fallback or _BEFORE.search(line)
    return match["name"] if match else None


def _is_secret(name: str, value: str) -> bool:
    words = _CAMEL.sub("_", name).replace("-", "_").replace(".", "_").lower()
    if not _CREDENTIAL.search(words) or _NO_CREDENTIAL.search(words):
        return False
    body = _SCHEMES.sub("", value)
    is_password = words.rstrip("_0123456789").endswith(("password", "passwd", "pwd", "passphrase", "pass"))
    return _is_random(body, shortest=12 if is_password else 16)


def _is_random(value: str, *, shortest: int) -> bool:
    """Whether a generator has made `value`: no word, name, number, identifier, hash or placeholder."""
    if len(value) < shortest or _ADDRESS.search(value) or _UUID.fullmatch(value) or is_made_up(value):
        return False
    digits = sum(map(str.isdigit, value))
    letters = sum(map(str.isalpha, value))
    if digits < 2 or letters < 4 or entropy(value) < 3.0:
        return False
    return _changes(value) >= 0.25 and not _is_words(value)


def _changes(value: str) -> float:
    """How often lower case, upper case and digits take turns: seldom in what a person writes."""
    kinds = ["d" if each.isdigit() else "u" if each.isupper() else "l" for each in value if each.isalnum()]
    return sum(map(str.__ne__, kinds, kinds[1:])) / max(1, len(kinds) - 1)


_WORDS = re.compile(r"[A-Z]?[a-z]{4,}|[A-Z]{5,}")


def _is_words(value: str) -> bool:
    """Whether most of it is words with numbers between them, as in `release-2024-token-v2`."""
    return sum(map(len, _WORDS.findall(value))) > 0.5 * len(value)
