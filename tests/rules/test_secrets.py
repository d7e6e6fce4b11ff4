# SPDX-License-Identifier: Apache-2.0
"""Secrets: shapes of vendors, random text under a credential's name, and what only looks like one.

None stands here as it would in a file: each is put together, so that no scanner finds this one.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import string
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.rules._trees import RuleTree

CODE = "NK-SECRET"


def chars(count: int, alphabet: str = string.ascii_letters + string.digits, seed: str = "a") -> str:
    """Text that looks random and is the same each time."""
    drawn = b"".join(hashlib.sha256(f"{seed}{number}".encode()).digest() for number in range(count // 32 + 1))
    return "".join(alphabet[byte % len(alphabet)] for byte in drawn[:count])


HEX = "0123456789abcdef"
UPPER = string.ascii_uppercase + string.digits
B32 = string.ascii_uppercase + "234567"


def github(prefix: str = "ghp_") -> str:
    body = chars(30)
    number, digits = binascii.crc32(body.encode()), ""
    alphabet = string.digits + string.ascii_uppercase + string.ascii_lowercase
    while number:
        number, rest = divmod(number, 62)
        digits = alphabet[rest] + digits
    return prefix + body + digits.rjust(6, "0")


def jwt(**payload: object) -> str:
    parts = ({"alg": "HS256", "typ": "JWT"}, payload)
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join([*encoded, chars(43)])


def pem(kind: str = "RSA PRIVATE KEY", newline: str = "\n") -> str:
    body = base64.b64encode(b"".join(hashlib.sha256(bytes([n])).digest() for n in range(20))).decode()
    lines = [body[start : start + 64] for start in range(0, len(body), 64)]
    return newline.join([f"-----BEGIN {kind}-----", *lines, f"-----END {kind}-----", ""])


VENDORS = {
    "AWS": "AKIA" + chars(16, B32),
    "AWS temporary": "ASIA" + chars(16, B32),
    "Google API": "AIza" + chars(35),
    "Google OAuth": "GOCSPX-" + chars(28),
    "GitHub": github(),
    "GitHub without its checksum": "gho_" + chars(36),
    "GitHub fine-grained": "github_pat_" + chars(22) + "_" + chars(59),
    "GitLab": "glpat-" + chars(20),
    "GitLab routable": "glpat-" + chars(27) + ".01." + chars(9, HEX),
    "Slack": "xoxb-" + "3914752806-7410963258526-" + chars(24),
    "Slack app": "xapp-1-" + chars(11, UPPER) + "-3914752806413-" + chars(64, HEX),
    "Stripe": "sk_live_" + chars(24),
    "Stripe restricted": "rk_live_" + chars(99),
    "OpenAI project": "sk-proj-" + chars(74) + "T3Blbk" + "FJ" + chars(74, seed="b"),
    "OpenAI legacy": "sk-" + chars(20) + "T3Blbk" + "FJ" + chars(20, seed="b"),
    "Anthropic": "sk-ant-" + "api03-" + chars(93) + "AA",
    "Hugging Face": "hf_" + chars(34),
    "PyPI": "pypi-" + "AgEIcHlwaS5vcmc" + chars(140),
    "npm": github("npm_"),
    "SendGrid": "SG." + chars(22) + "." + chars(43),
    "Twilio": "SK" + chars(32, HEX),
    "Telegram": "7391846250:" + "AA" + chars(33),
    "DigitalOcean": "dop_v1_" + chars(64, HEX),
    "Vault": "hvs." + chars(90),
    "Databricks": "dapi" + chars(32, HEX),
    "Docker": "dckr_pat_" + chars(27),
    "Linear": "lin_api_" + chars(40),
    "Notion": "ntn_" + chars(46),
    "Supabase": "sbp_" + chars(40, HEX),
    "age": "AGE-SECRET-KEY-1" + chars(58, "023456789ACDEFGHJKLMNPQRSTUVWXYZ"),
    "Shopify": "shpat_" + chars(32, HEX),
    "Grafana": "glsa_" + chars(32) + "_" + chars(8, HEX),
    "Groq": "gsk_" + chars(52),
    "Azure client": chars(3) + "8Q~" + chars(34),
    "Azure storage": "AccountName=acme;AccountKey=" + chars(86) + "==",
    "Slack webhook": "https://hooks.slack.com/services/T" + chars(9, UPPER) + "/B" + chars(10, UPPER) + "/" + chars(24),
    "Discord webhook": "https://discord.com/api/webhooks/" + chars(18, "1234567890") + "/" + chars(68),
    "Discord bot": base64.b64encode(b"739184625017463829").decode() + "." + chars(6) + "." + chars(38),
    "connection string": "postgresql://acme:" + chars(14) + "@db.acme.io:5432/shop",
    "JWT": jwt(sub="user-7391", iss="auth.acme.io"),
    "Supabase service": jwt(role="service_role", ref="kqzvwxbn"),
}


@pytest.mark.parametrize("secret", [pytest.param(value, id=name) for name, value in VENDORS.items()])
@pytest.mark.parametrize(
    "file", ['src/acme/a.py|X = "{}"\n', "deploy/x.yaml|a:\n  - {}\n", "NOTES|see {} there\n", "web/a.js|f('{}');\n"]
)
def test_a_vendors_shape_is_found_in_any_file_and_not_shown(rules: RuleTree, secret: str, file: str) -> None:
    path, _, text = file.partition("|")
    [finding] = rules.find(CODE, {path: text.format(secret)})
    for start in range(12, len(secret) - 11):
        assert secret[start : start + 12] not in finding.message + finding.hint
    assert finding.column is not None


KEYS = ["RSA PRIVATE KEY", "PRIVATE KEY", "OPENSSH PRIVATE KEY", "EC PRIVATE KEY", "PGP PRIVATE KEY BLOCK"]


@pytest.mark.parametrize("kind", KEYS)
def test_a_private_key_is_found_with_all_its_lines(rules: RuleTree, kind: str) -> None:
    [finding] = rules.find(CODE, {"deploy/server.key": pem(kind)})
    assert (finding.line, finding.end_line) == (1, len(pem(kind).splitlines()))


def test_the_private_key_of_a_service_account_is_found_on_its_one_line(rules: RuleTree) -> None:
    text = json.dumps({"type": "service_account", "private_key": pem("PRIVATE KEY")})
    [finding] = rules.find(CODE, {"deploy/account.json": text})
    assert finding.end_column is not None
    assert finding.end_column > 800


RANDOM = chars(32, seed="z1")


@pytest.mark.parametrize(
    "file",
    [
        pytest.param(f'src/a.py|API_TOKEN = "{RANDOM}"', id="a constant"),
        pytest.param(f"src/a.py|API_TOKEN: str = '{RANDOM}'", id="with an annotation"),
        pytest.param(f'src/a.py|connect(password="{RANDOM}")', id="an argument"),
        pytest.param(f'src/a.py|x = {{"client_secret": "{RANDOM}"}}', id="a key of a dict"),
        pytest.param(f'src/a.py|os.environ["SECRET_KEY"] = "{RANDOM}"', id="a variable that is set"),
        pytest.param(f'src/a.py|k = os.environ.get("SECRET_KEY", "{RANDOM}")', id="a default"),
        pytest.param(f'src/a.py|k = env("SECRET_KEY", default="{RANDOM}")', id="a named default"),
        pytest.param(f'src/a.py|self.accessKey = b"{RANDOM}"', id="in camel case, as bytes"),
        pytest.param(f'src/a.py|TOKEN = (\n    "{RANDOM}"\n)', id="on the next line"),
        pytest.param(f'src/a.py|h = {{"Authorization": "Bearer {RANDOM}"}}', id="a header"),
        pytest.param(f"deploy/.env|DB_PASSWORD={RANDOM}", id="a file of variables"),
        pytest.param(f"deploy/.env.production|export DB_PASSWORD='{RANDOM}'", id="quoted and exported"),
        pytest.param(f"deploy/a.yml|db:\n  password: {RANDOM}\n", id="YAML"),
        pytest.param(f"a.toml|[db]\nsecret_key = '{RANDOM}'\n", id="TOML"),
        pytest.param(f"a.ini|[db]\npassword = {RANDOM}\n", id="INI"),
        pytest.param(f'a.json|{{"apiKey": "{RANDOM}"}}', id="JSON"),
        pytest.param(f".npmrc|//registry.npmjs.org/:_authToken={RANDOM}", id="npm's configuration"),
        pytest.param(f".pypirc|[pypi]\npassword = {RANDOM}", id="the index's configuration"),
        pytest.param(f".netrc|machine acme.io login me password {RANDOM}", id="netrc"),
        pytest.param(f"Dockerfile|FROM x\nENV API_KEY={RANDOM}\n", id="an image"),
        pytest.param(f'src/a.py|SECRET_KEY = "{chars(64, HEX)}"', id="hexadecimal"),
        pytest.param('src/a.py|PASSWORD = "' + "k8Qz2#vTn5Lw" + '"', id="a password of twelve"),
    ],
)
def test_random_text_under_a_credentials_name_is_found(rules: RuleTree, file: str) -> None:
    path, _, text = file.partition("|")
    [finding] = rules.find(CODE, {path: text})
    assert RANDOM[:8] not in finding.message + finding.hint


@pytest.mark.parametrize(
    "file",
    [
        pytest.param('src/a.py|K = "AKIAIOSFODNN7' + 'EXAMPLE"', id="the documented key of AWS"),
        pytest.param('src/a.py|K = "ghp_' + "x" * 36 + '"', id="x"),
        pytest.param('src/a.py|K = "ghp_' + "abcdefghijklmnopqrstuvwxyz0123456789" + '"', id="the alphabet"),
        pytest.param('src/a.py|K = "sk-proj-' + "your-openai-key-goes-here-" * 3 + '"', id="yours"),
        pytest.param('src/a.py|TOKEN = "<your-token-1234567890>"', id="in brackets"),
        pytest.param('src/a.py|TOKEN = "${API_TOKEN_V2_PROD1}"', id="a variable"),
        pytest.param('src/a.py|TOKEN = os.environ["API_TOKEN_V2_PROD1"]', id="the environment"),
        pytest.param('src/a.py|SECRET_KEY = "changeme-1234567890-ABC"', id="to be changed"),
        pytest.param('src/a.py|TOKEN_URL = "https://acme.io/oauth2/token/v2"', id="an address"),
        pytest.param('src/a.py|token = "access_token_v2_refresh_1"', id="an identifier"),
        pytest.param('src/a.py|secret_name = "prod2/Db7/Kx92mQpL4vNs8"', id="the name of a secret"),
        pytest.param('src/a.py|TOKEN_HASH = "' + chars(64, HEX) + '"', id="a hash"),
        pytest.param('src/a.py|CHECKSUM = "' + chars(64, HEX) + '"', id="a checksum"),
        pytest.param('src/a.py|token = "123e4567-e89b-12d3-a456-426614174000"', id="a UUID"),
        pytest.param('src/a.py|public_key = "' + RANDOM + '"', id="a public key"),
        pytest.param('src/a.py|next_page_token = "' + RANDOM + '"', id="a page"),
        pytest.param('src/a.py|ALPHABET = "' + RANDOM + '"', id="no credential's name"),
        pytest.param('src/a.py|BEGIN = "-----BEGIN PRIVATE KEY-----"', id="the mark of a key alone"),
        pytest.param("src/a.py|U = 'https://user:password@host.acme.io'", id="a connection string that is an example"),
        pytest.param("a.yml|url: postgres://postgres:postgres@db:5432/x", id="a container's database"),
        pytest.param("a.yml|url: postgres://u:k8Qz2vTn5Lw9@localhost/x", id="this machine"),
        pytest.param(f"a.lock|token = '{RANDOM}'", id="a lock file"),
        pytest.param(f"tests/a.py|TOKEN = '{RANDOM}'", id="a test"),
        pytest.param(f"src/test_a.py|TOKEN = '{RANDOM}'", id="a test beside the source"),
        pytest.param(f"tests/certs/server.key|{pem()}", id="the certificate of a test"),
        pytest.param("tests/a.py|T = 'ghp_" + chars(36) + "'", id="a made-up token of a test"),
        pytest.param(f"README.md|    TOKEN = '{RANDOM}'", id="a document"),
        pytest.param(f".env.example|TOKEN={RANDOM}", id="an example of variables"),
        pytest.param(f"a.svg|<image href='data:image/png;base64,{chars(400)}'/>", id="an image"),
        pytest.param(
            "src/a.py|X = 'data:image/png;base64," + chars(200) + "+AKIA" + chars(16, B32) + "'", id="inside base64"
        ),
        pytest.param("docs/a.py|T = '" + jwt(sub="user-1", iss="acme.io") + "'", id="a JWT of a document"),
        pytest.param("src/a.py|T = '" + jwt(sub="1234567890", name="John Doe") + "'", id="the JWT of jwt.io"),
        pytest.param('src/a.py|HF = "hf_hub_download_with_a_long_name_it_is"', id="a function's name"),
        pytest.param("src/a.py|pad_token = '" + RANDOM + "'", id="a token of a language model"),
    ],
)
def test_what_only_looks_like_a_secret_is_silent(rules: RuleTree, file: str) -> None:
    path, _, text = file.partition("|")
    assert rules.find(CODE, {path: text}) == []


def test_a_token_with_a_right_checksum_is_found_in_tests_too(rules: RuleTree) -> None:
    assert len(rules.find(CODE, {"tests/test_a.py": f'T = "{github()}"'})) == 1


def test_a_notebooks_source_is_read_and_its_output_is_not(rules: RuleTree) -> None:
    key = VENDORS["AWS"]
    for part in ("source", "outputs"):
        cell = {"cell_type": "code", "source": [], "outputs": [], part: [f"x = '{key}'"]}
        found = rules.find(CODE, {"nb/a.ipynb": json.dumps({"cells": [cell]})})
        assert len(found) == (part == "source")


def test_a_text_that_is_allowed_is_silent(rules: RuleTree) -> None:
    pyproject = "[project]\nname='a'\nversion='1'\n[tool.noxkit.rules.secrets]\nallow = ['^AIza']\n"
    files = {"pyproject.toml": pyproject, "src/a.py": f'K = "{VENDORS["Google API"]}"\nL = "{VENDORS["AWS"]}"\n'}
    assert [finding.line for finding in rules.find(CODE, files)] == [2]
