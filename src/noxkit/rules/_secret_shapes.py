# SPDX-License-Identifier: Apache-2.0
"""The shapes of secrets that vendors give out, and what tells real ones from those that somebody has made up."""

from __future__ import annotations

import base64
import binascii
import dataclasses
import functools
import json
import math
import re
from collections import Counter
from typing import TYPE_CHECKING, cast
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Hit", "entropy", "is_made_up", "vendor_hits"]

_PLACEHOLDER = re.compile(
    r"(?i)example|sample|dummy|fake|test|placeholder|change.?me|redacted|replace|insert|your|todo|mock|secret|passw"
    r"|invalid|insecure|default|notreal|not.?a.?real|foobar|hunter2|deadbeef|cafebabe|lorem|qwerty|xxxx|\*\*\*|\.\.\."
)
_REPEATED = re.compile(r"(.)\1{4}|(..)\2{3}|(...)\3{2}|(.{4,})\4")
_RUN = 6  # characters that follow each other in the alphabet


@dataclasses.dataclass(frozen=True, slots=True)
class Hit:
    """A secret at the offsets `start` to `end`; `prefix` is what the vendor fixes of it.

    `is_checked` says that a checksum proves it, `is_checkable` that its shape has one, and `is_sample_prone`
    that documents, examples and tests are full of such ones.
    """

    kind: str
    prefix: str
    start: int
    end: int
    is_checked: bool = False
    is_checkable: bool = False
    is_sample_prone: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class _Shape:
    kind: str
    prefix: str
    written: str

    @property
    def pattern(self) -> re.Pattern[str]:
        """Compiled when the first text has its prefix: all of them take longer than the import of the module."""
        return _compiled(self.written)


_compiled = functools.cache(re.compile)


# vendor's kind | fixed prefix | what follows it
_TABLE = r"""
AWS access key ID | AKIA | [A-Z2-7]{16}
AWS temporary access key ID | ASIA | [A-Z2-7]{16}
AWS bearer key | ABSK | [A-Za-z0-9+/]{109,269}={0,2}
Alibaba Cloud access key ID | LTAI | [A-Za-z0-9]{20}
Google API key | AIza | [\w-]{35}
Google OAuth client secret | GOCSPX- | [\w-]{28}
GitHub token | ghp_ | [A-Za-z0-9]{36}
GitHub token | gho_ | [A-Za-z0-9]{36}
GitHub token | ghu_ | [A-Za-z0-9]{36}
GitHub token | ghs_ | [A-Za-z0-9]{36}
GitHub token | ghr_ | [A-Za-z0-9]{36,76}
GitHub fine-grained token | github_pat_ | [A-Za-z0-9]{22}_[A-Za-z0-9]{59}
GitLab token | glpat- | [\w-]{20,}(?:\.[\w-]{2}\.[\w-]{9})?
GitLab deploy token | gldt- | [\w-]{20,}
GitLab runner token | glrt- | [\w-]{20,}(?:\.[\w-]{2}\.[\w-]{9})?
GitLab trigger token | glptt- | [0-9a-f]{40}
GitLab feed token | glft- | [\w-]{20,}
GitLab SCIM token | glsoat- | [\w-]{20,}
GitLab CI job token | glcbt- | [\w-]{20,}
GitLab agent token | glagent- | [\w-]{50}
GitLab OAuth secret | gloas- | [0-9a-f]{64}
Slack token | xoxb- | (?:\d{9,14}-){1,3}[A-Za-z0-9]{18,}
Slack token | xoxp- | (?:\d{9,14}-){1,3}[A-Za-z0-9]{18,}
Slack token | xoxa- | (?:\d{9,14}-){1,3}[A-Za-z0-9]{18,}
Slack token | xoxs- | (?:\d{9,14}-){1,3}[A-Za-z0-9]{18,}
Slack token | xoxr- | (?:\d{9,14}-){1,3}[A-Za-z0-9]{18,}
Slack token | xoxo- | (?:\d{9,14}-){1,3}[A-Za-z0-9]{18,}
Slack token | xoxe- | (?:xox[bp]-)?\d-[A-Za-z0-9]{140,}
Slack app token | xapp- | \d-[A-Z0-9]{9,13}-\d{9,15}-[0-9a-f]{40,}
Stripe live key | sk_live_ | [A-Za-z0-9]{24,}
Stripe live key | rk_live_ | [A-Za-z0-9]{24,}
Stripe webhook secret | whsec_ | [A-Za-z0-9+/]{32,}={0,2}
OpenAI key | sk-proj- | [\w-]{40,}
OpenAI key | sk-svcacct- | [\w-]{40,}
OpenAI key | sk-admin- | [\w-]{40,}
OpenAI key | sk- | [A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}
Anthropic key | sk-ant- | [a-z]+\d\d-[\w-]{60,}
OpenRouter key | sk-or-v1- | [0-9a-f]{64}
Groq key | gsk_ | [A-Za-z0-9]{48,}
xAI key | xai- | [A-Za-z0-9]{70,}
Perplexity key | pplx- | [A-Za-z0-9]{48,}
Replicate token | r8_ | [A-Za-z0-9]{37}
Hugging Face token | hf_ | [A-Za-z0-9]{34}
LangSmith key | lsv2_ | (?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}
Pinecone key | pcsk_ | [A-Za-z0-9]{5,6}_[A-Za-z0-9]{63}
PyPI token | pypi- | AgE(?:IcHlwaS5vcmc|NdGVzdC5weXBpLm9yZw)[\w-]{50,}
npm token | npm_ | [A-Za-z0-9]{36}
RubyGems key | rubygems_ | [0-9a-f]{48}
crates.io token | cio | [A-Za-z0-9]{32}
NuGet key | oy2 | [a-z0-9]{43}
Clojars token | CLOJARS_ | [0-9a-f]{60}
SendGrid key | SG. | [\w-]{22}\.[\w-]{43}
Brevo key | xkeysib- | [0-9a-f]{64}-[A-Za-z0-9]{16}
Mailgun key | key- | [0-9a-f]{32}
Twilio key | SK | [0-9a-f]{32}
DigitalOcean token | dop_v1_ | [0-9a-f]{64}
DigitalOcean OAuth token | doo_v1_ | [0-9a-f]{64}
DigitalOcean refresh token | dor_v1_ | [0-9a-f]{64}
Vault token | hvs. | [\w-]{24,}
Vault batch token | hvb. | [\w-]{100,}
Databricks token | dapi | [0-9a-f]{32}(?:-\d)?
Docker token | dckr_pat_ | [\w-]{27}
Docker organisation token | dckr_oat_ | [\w-]{32}
Linear key | lin_api_ | [A-Za-z0-9]{40}
Notion token | ntn_ | [A-Za-z0-9]{43,50}
Notion token | secret_ | [A-Za-z0-9]{43}
Supabase token | sbp_ | [0-9a-f]{40}
Supabase secret key | sb_secret_ | [\w-]{24,}
Shopify token | shpat_ | [0-9a-fA-F]{32}
Shopify token | shpca_ | [0-9a-fA-F]{32}
Shopify token | shppa_ | [0-9a-fA-F]{32}
Shopify secret | shpss_ | [0-9a-fA-F]{32}
Square token | sq0atp- | [\w-]{22}
Square secret | sq0csp- | [\w-]{43}
New Relic key | NRAK- | [A-Z0-9]{27}
Grafana token | glsa_ | [A-Za-z0-9]{32}_[0-9a-fA-F]{8}
Grafana Cloud token | glc_ | eyJ[A-Za-z0-9+/]{50,}={0,2}
Sentry token | sntrys_ | eyJ[A-Za-z0-9+/=_-]{80,}
Sentry token | sntryu_ | [0-9a-f]{64}
Datadog key | ddapp_ | [A-Za-z0-9]{34}
Dynatrace token | dt0c01. | [A-Z0-9]{24}\.[A-Z0-9]{64}
Heroku key | HRKU- | AA[\w-]{58}
Pulumi token | pul- | [0-9a-f]{40}
Postman key | PMAK- | [0-9a-f]{24}-[0-9a-f]{34}
Doppler token | dp.pt. | [A-Za-z0-9]{40,44}
Doppler token | dp.st. | (?:[\w-]+\.)?[A-Za-z0-9]{40,44}
Fly.io token | FlyV1 | \ fm[12]_[A-Za-z0-9+/=,_-]{100,}
Netlify token | nfp_ | [A-Za-z0-9]{36}
PlanetScale password | pscale_pw_ | [\w=.-]{32,64}
PlanetScale token | pscale_tkn_ | [\w=.-]{32,64}
Tailscale key | tskey- | (?:auth|api|client|webhook|scim)-[A-Za-z0-9]{8,}-[A-Za-z0-9]{20,}
Atlassian token | ATATT3 | [\w=-]{150,}
Bitbucket token | ATBB | [A-Za-z0-9]{32}
Airtable token | pat | [A-Za-z0-9]{14}\.[0-9a-f]{64}
Figma token | figd_ | [\w-]{40,}
Mapbox secret token | sk.eyJ | [\w-]{40,}\.[\w-]{20,}
Artifactory key | AKCp | [A-Za-z0-9]{69}
CircleCI token | CCIPAT_ | [A-Za-z0-9]{22}_[0-9a-f]{40}
Buildkite token | bkua_ | [0-9a-f]{40}
SonarQube token | sqp_ | [0-9a-f]{40}
SonarQube token | squ_ | [0-9a-f]{40}
age key | AGE-SECRET-KEY-1 | [02-9AC-HJ-NP-Z]{58}
"""
_SHAPES = [
    _Shape(kind, prefix, re.escape(prefix) + rest + r"(?![A-Za-z0-9_])")
    for kind, prefix, rest in (line.split(" | ", 2) for line in _TABLE.strip().splitlines())
]
# Too short or too common to look for by themselves: what makes them rare is looked for instead.
_FOLLOWED = {
    "sk-": r"sk-(?=[A-Za-z0-9]{20}T3Blbk)",
    "SK": r"SK(?=[0-9a-f]{32}\b)",
    "pat": r"pat(?=[A-Za-z0-9]{14}\.[0-9a-f])",
    "cio": r"cio(?=[A-Za-z0-9]{32}\b)",
    "oy2": r"oy2(?=[a-z0-9]{43}\b)",
    "key-": r"key-(?=[0-9a-f]{32}\b)",
    "secret_": r"secret_(?=[A-Za-z0-9]{43}\b)",
    "npm_": r"npm_(?=[A-Za-z0-9]{36}\b)",
    "hf_": r"hf_(?=[A-Za-z0-9]{34}\b)",
}
_BY_PREFIX: dict[str, list[_Shape]] = {}
for _shape in _SHAPES:
    _BY_PREFIX.setdefault(_shape.prefix, []).append(_shape)


def _any_prefix() -> str:
    """A pattern of all prefixes, the longest first; by their first letters, of which few places have one."""
    by_letter: dict[str, list[str]] = {}
    for prefix in sorted(_BY_PREFIX, key=len, reverse=True):
        by_letter.setdefault(prefix[0], []).append(_FOLLOWED.get(prefix, re.escape(prefix))[1:])
    branches = "|".join(f"{letter}(?:{'|'.join(rest)})" for letter, rest in by_letter.items())
    return rf"\b(?=[{''.join(by_letter)}])(?:{branches})"


_ANY = re.compile(_any_prefix())
_ANY_BYTES = re.compile(_any_prefix().encode())
_CRC = frozenset({"ghp_", "gho_", "ghu_", "ghs_", "npm_"})
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_ENTROPY = 3.0  # bits a character: 32 random hexadecimal digits have 3.6, words less than 3


def entropy(text: str) -> float:
    """Shannon's entropy of the characters of `text` in bits a character."""
    size = len(text)
    return -sum(count / size * math.log2(count / size) for count in Counter(text).values()) if size else 0.0


def is_made_up(body: str) -> bool:
    """Whether a person has written this and no random generator: words of placeholders, repetitions, alphabets."""
    if _PLACEHOLDER.search(body) or _REPEATED.search(body):
        return True
    run = 1
    rising = 0
    for before, after in zip(body.lower(), body.lower()[1:], strict=False):
        step = ord(after) - ord(before)
        run = run + 1 if step == rising and step in {1, -1} else 2 if step in {1, -1} else 1
        rising = step
        if run >= _RUN:
            return True
    return False


def vendor_hits(text: str) -> Iterator[Hit]:
    """Every secret of a vendor's shape in `text` that looks real, in no order."""
    for found in _ANY.finditer(text) if _may_hold(text) else ():
        for shape in _BY_PREFIX[found[0]]:
            whole = shape.pattern.match(text, found.start())
            if whole is not None and _is_apart(text, whole.start()) and _looks_real(whole[0][len(shape.prefix) :]):
                yield _hit(shape, whole)
                break
    for mark, finder in _MARKED.items():
        if mark in text:
            yield from finder(text)


# Bytes that a token may have are one, others another; what lies above ASCII counts as a letter, as it does for `\w`.
_PARTS = bytes(120 if n > 127 or chr(n).isalnum() or chr(n) in "_-.+/=" else 32 for n in range(256))
_SHORTEST = 20  # characters: AWS' key IDs
_LONG = b"x" * _SHORTEST


def _may_hold(text: str) -> bool:
    """Whether any text without a gap is long enough for a token and has a prefix in it: faster than to look."""
    data = text.encode("utf-8", "surrogatepass")
    return _ANY_BYTES.search(b" ".join(_without_gaps(data))) is not None or b"FlyV1" in data


def _without_gaps(data: bytes) -> Iterator[bytes]:
    parts = data.translate(_PARTS)
    end = 0
    while (start := parts.find(_LONG, end)) >= 0:
        end = parts.find(b" ", start)
        if end < 0:
            end = len(parts)
        yield data[start:end]


def _is_apart(text: str, start: int) -> bool:
    """Whether it is not the inside of something longer, such as an image in base64 or a name with dashes."""
    return not start or text[start - 1] not in "+/-." or text[max(0, start - 2) : start] == "//"


def _looks_real(body: str) -> bool:
    return entropy(body) >= _ENTROPY and not is_made_up(body) and (any(map(str.isdigit, body)) or _is_mixed(body))


def _is_mixed(body: str) -> bool:
    return not body.islower() and not body.isupper()


def _hit(shape: _Shape, whole: re.Match[str]) -> Hit:
    checkable = shape.prefix in _CRC
    checked = checkable and _has_checksum(whole[0])
    return Hit(shape.kind, shape.prefix, whole.start(), whole.end(), checked, checkable)


def _has_checksum(token: str) -> bool:
    """GitHub's and npm's: the last six characters are the CRC-32 of those before in base 62 (github.blog, 2021)."""
    _, _, body = token.partition("_")
    number = binascii.crc32(body[:-6].encode())
    digits = ""
    while number:
        number, rest = divmod(number, 62)
        digits = _BASE62[rest] + digits
    return digits.rjust(6, "0") == body[-6:]


_KEY = re.compile(
    r"-----BEGIN (?P<kind>(?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?)-----(?P<body>(?:[A-Za-z0-9+/=:,\-\s\"'\\.()]){100,}?)"
    r"-----END (?P=kind)-----"
)
_BODY = re.compile(r"(?:\\[nr]|[\s\"'+\\])+")
_PUTTY = re.compile(r"PuTTY-User-Key-File-[23]: [\s\S]{50,1500}?Private-Lines: \d+\s+[A-Za-z0-9+/=]{40,}")


def _private_keys(text: str) -> Iterator[Hit]:
    for found in _KEY.finditer(text):
        runs = [run for run in _BODY.split(found["body"]) if run]
        if entropy("".join(runs)) > 4.0 and sum(len(run) for run in runs if len(run) >= 16) >= 80:
            kind = found["kind"].lower().replace("private key", "").strip()
            name = f"{_UPPER.get(kind, kind)} private key".strip()
            yield Hit(name, "-----BEGIN", found.start(), found.end(), is_sample_prone=True)


_UPPER = {"rsa": "RSA", "dsa": "DSA", "ec": "EC", "openssh": "OpenSSH", "pgp  block": "PGP", "pgp": "PGP"}


def _putty_keys(text: str) -> Iterator[Hit]:
    for found in _PUTTY.finditer(text):
        yield Hit("PuTTY private key", "PuTTY-User-Key-File", found.start(), found.end(), is_sample_prone=True)


_JWT = re.compile(r"(?<![\w.+/-])eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{40,}(?![\w.-])")
_KNOWN_SUBJECTS = ("1234567890", "John Doe", "supabase-demo", "example")


def _json_web_tokens(text: str) -> Iterator[Hit]:
    for found in _JWT.finditer(text):
        header, payload, signature = found[0].split(".")
        says = _decoded(payload)
        if "alg" not in _decoded(header) or not says or is_made_up(signature):
            continue
        if not any(known in str(value) for value in says.values() for known in _KNOWN_SUBJECTS):
            kind = "Supabase service key" if says.get("role") == "service_role" else "JSON web token"
            yield Hit(kind, "eyJ", found.start(), found.end(), is_sample_prone=True)


def _decoded(part: str) -> dict[str, object]:
    try:
        value = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, RecursionError):
        return {}
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}


_URL = re.compile(
    r"://(?P<user>[^\s:/@\"'<>{}$%\[\]()`\\]{0,80}):"
    r"(?P<password>[^\s@/:,\"'<>{}$\[\]()`\\]{8,200})@(?P<host>[\w.-]+\.[a-z]{2,})\b"
)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]{1,30}$")
_NO_HOST = re.compile(r"(?:^|\.)(?:example|test|invalid|local|localhost|localdomain|internal)(?:\.|$)")
_CLASSES = [re.compile(each) for each in ("[a-z]", "[A-Z]", "[0-9]")]


def _connections(text: str) -> Iterator[Hit]:
    for found in _URL.finditer(text):
        password = unquote(found["password"])
        varied = sum(1 for each in _CLASSES if each.search(password)) > 1 and entropy(password) >= 2.7
        scheme = _SCHEME.search(text[max(0, found.start() - 31) : found.start()])
        if scheme is None or not varied or is_made_up(password) or password == found["user"] or "1234" in password:
            continue
        if not _NO_HOST.search(found["host"]):
            start = found.start("password")
            yield Hit("password in a URL", f"{scheme[0]}://", start, found.end("password"), is_sample_prone=True)


_AZURITE = ("Eby8vdM02xNO", "C2y6yDjf5/R+")  # the documented keys of Microsoft's emulators
_AZURE = re.compile(r"(?:Account|SharedAccess|SharedSecret)Key=(?P<key>[A-Za-z0-9+/]{42,86}={1,2})")
_ENTRA = re.compile(r"(?<![\w~.-])[A-Za-z0-9_~.]{3}\dQ~[A-Za-z0-9_~.-]{31,34}(?![\w~.-])")


def _azure_keys(text: str) -> Iterator[Hit]:
    for found in _AZURE.finditer(text):
        if not found["key"].startswith(_AZURITE) and _looks_real(found["key"]):
            yield Hit("Azure key", "…Key=", found.start("key"), found.end("key"))


def _entra_secrets(text: str) -> Iterator[Hit]:
    for found in _ENTRA.finditer(text):
        if _looks_real(found[0]):
            yield Hit("Azure client secret", "", found.start(), found.end())


_TELEGRAM = re.compile(r"(?<![\w-])\d{8,10}:AA[\w-]{33}(?![\w-])")
_SLACK_HOOK = re.compile(r"hooks\.slack\.com/(?P<path>services/T[A-Z0-9]{8,12}/B[A-Z0-9]{8,12}/[A-Za-z0-9]{24})\b")
_DISCORD_HOOK = re.compile(r"discord(?:app)?\.com/(?P<path>api/webhooks/\d{17,20}/[\w-]{60,})")
_DISCORD = re.compile(r"\.[\w-]{6}\.[\w-]{27,38}(?![\w.-])")
_DISCORD_USER = re.compile(r"(?<![\w.+/-])[MNO][A-Za-z\d]{23,25}$")
_TERRAFORM = re.compile(r"(?<![\w.-])[A-Za-z0-9]{14}\.atlasv1\.[\w-]{60,}")


def _simple(kind: str, prefix: str, pattern: re.Pattern[str]) -> Callable[[str], Iterator[Hit]]:
    def find(text: str) -> Iterator[Hit]:
        for found in pattern.finditer(text):
            group = "path" if "path" in pattern.groupindex else 0
            if _looks_real(found[group].rpartition("/")[2]):
                yield Hit(kind, prefix, found.start(group), found.end(group))

    return find


def _discord_tokens(text: str) -> Iterator[Hit]:
    for found in _DISCORD.finditer(text):
        user = _DISCORD_USER.search(text[max(0, found.start() - 27) : found.start()])
        if user is not None and _looks_real(found[0].rpartition(".")[2]) and _is_number(user[0]):
            yield Hit("Discord bot token", "", found.start() - len(user[0]), found.end())


def _is_number(part: str) -> bool:
    try:
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)).isdigit()
    except ValueError:
        return False


_MARKED: dict[str, Callable[[str], Iterator[Hit]]] = {
    "PRIVATE KEY": _private_keys,
    "PuTTY-User-Key-File": _putty_keys,
    ".eyJ": _json_web_tokens,
    "://": _connections,
    ".": _discord_tokens,
    "Key=": _azure_keys,
    "Q~": _entra_secrets,
    ":AA": _simple("Telegram bot token", "", _TELEGRAM),
    "hooks.slack.com/services/T": _simple("Slack webhook", "", _SLACK_HOOK),
    "/api/webhooks/": _simple("Discord webhook", "", _DISCORD_HOOK),
    ".atlasv1.": _simple("Terraform token", "", _TERRAFORM),
}
"""Shapes without a prefix of their own, by a text that must be in the file."""
