# SPDX-License-Identifier: Apache-2.0
"""What ruff's security rules miss of TLS and plain http."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.rules._trees import RuleTree

HEAD_1 = """\
import ssl
import requests
import requests as rq
from requests import get, Session
from ssl import CERT_NONE

DEBUG = True
VERIFY = False
"""


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("get(u, verify=VERIFY)", id="constant"),
        pytest.param("rq.get(u, verify=not DEBUG)", id="not DEBUG"),
        pytest.param('get(u, **{"verify": False})', id="**"),
        pytest.param("kw = dict(verify=False)\nget(u, **kw)", id="** before"),
        pytest.param("get(u, verify=0)", id="zero"),
        pytest.param("s = requests.Session()\ns.get(u, verify=False)", id="session"),
        pytest.param("Session().post(u, verify=False)", id="session at once"),
        pytest.param("s = Session()\ns.verify = False", id="attribute of a session"),
        pytest.param("rq.get(u, verify=not settings.DEBUG)", id="not of a setting"),
        pytest.param("ctx.check_hostname = False", id="check_hostname"),
        pytest.param("ctx.verify_mode = ssl.CERT_NONE", id="verify_mode"),
        pytest.param("ctx.verify_mode = CERT_NONE", id="verify_mode, alias"),
        pytest.param("ctx.verify_mode = ssl.VerifyMode.CERT_NONE", id="verify_mode, enum"),
        pytest.param('setattr(ctx, "check_hostname", False)', id="setattr"),
        pytest.param("ssl._create_default_https_context = ssl._create_unverified_context", id="default context"),
        pytest.param("ssl._create_stdlib_context()", id="stdlib context"),
        pytest.param('getattr(ssl, "_create_unverified_context")()', id="getattr"),
        pytest.param("make = ssl._create_unverified_context\nmake()", id="alias of it"),
        pytest.param('import urllib3\nurllib3.PoolManager(cert_reqs="CERT_NONE")', id="urllib3"),
        pytest.param("import urllib3\nurllib3.PoolManager(assert_hostname=False)", id="urllib3 hostname"),
        pytest.param("import aiohttp\naiohttp.TCPConnector(ssl=False)", id="aiohttp"),
        pytest.param("import aiohttp\naiohttp.TCPConnector(verify_ssl=False)", id="aiohttp old"),
        pytest.param('import os\nos.environ["PYTHONHTTPSVERIFY"] = "0"', id="environment"),
        pytest.param("import functools\nfunctools.partial(get, verify=False)", id="partial"),
    ],
)
def test_an_unverified_certificate_is_found_in_each_spelling(rules: RuleTree, code: str) -> None:
    assert len(rules.find("NK-TLS-UNVERIFIED", {"src/acme/mod.py": HEAD_1 + code + "\n"})) == 1


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("requests.get(u, verify=False)", id="ruff finds it"),
        pytest.param("get(u, verify=False)", id="ruff finds the alias"),
        pytest.param("ssl._create_unverified_context()", id="ruff finds the context"),
        pytest.param("get(u, verify=True)", id="True"),
        pytest.param('get(u, verify="ca.pem")', id="a file"),
        pytest.param("def f(verify):\n    return get(u, verify=verify)", id="a parameter"),
        pytest.param("get(u, verify=None)", id="None"),
        pytest.param("jwt.decode(t, verify=False)", id="jwt"),
        pytest.param("self.verify = False", id="own attribute"),
        pytest.param("ctx.verify_mode = ssl.CERT_REQUIRED", id="required"),
        pytest.param("ctx.check_hostname = True", id="hostname on"),
        pytest.param("get(u, verify=not VERIFY)", id="not of False"),
        pytest.param("if ctx.verify_mode == ssl.CERT_NONE:\n    warn()", id="compare"),
        pytest.param("cache.fetch(k, verify=False)", id="another get"),
    ],
)
def test_an_unverified_certificate_is_not_seen_in_what_only_looks_like_it(rules: RuleTree, code: str) -> None:
    assert rules.find("NK-TLS-UNVERIFIED", {"src/acme/mod.py": HEAD_1 + code + "\n"}) == []


HEAD_2 = """\
import requests
from urllib.request import urlopen
"""


@pytest.mark.parametrize(
    "code",
    [
        pytest.param('BASE = "http://api.acme.io/v1"', id="constant"),
        pytest.param('requests.get("http://api.acme.io")', id="request"),
        pytest.param('urlopen("http://acme.io/x?y")', id="urlopen"),
        pytest.param('requests.get(f"http://api.acme.io/{x}")', id="f-string"),
        pytest.param('requests.get(f"http://{host}/x")', id="computed host"),
        pytest.param('requests.post("http://" + host + "/x")', id="sum"),
        pytest.param('url = f"http://{host}/x"\nrequests.get(url)', id="computed before"),
        pytest.param('U = "http://acme.io:8080"', id="port"),
        pytest.param('U = "http://user:pw@acme.io/"', id="user"),
        pytest.param('def f(url="http://acme.io"):\n    pass', id="default"),
        pytest.param('HOSTS = ["http://acme.io"]', id="in a list"),
        pytest.param('C = {"url": "http://acme.io"}', id="in a dict"),
    ],
)
def test_plain_http_is_found_in_each_spelling(rules: RuleTree, code: str) -> None:
    assert len(rules.find("NK-HTTP-PLAIN", {"src/acme/mod.py": HEAD_2 + code + "\n"})) == 1


@pytest.mark.parametrize(
    "code",
    [
        pytest.param('U = "https://acme.io"', id="https"),
        pytest.param('U = "http://localhost:80/x"', id="localhost"),
        pytest.param('U = "http://127.0.0.1:80"', id="127"),
        pytest.param('U = "http://[::1]:80"', id="IPv6 loopback"),
        pytest.param('N = "http://www.w3.org/2000/svg"', id="namespace"),
        pytest.param('N = "http://schemas.xmlsoap.org/soap/envelope/"', id="schema"),
        pytest.param('NS = "http://acme.io/ns"', id="named as a namespace"),
        pytest.param('M = {"http://acme.io/ns": 1}', id="key of a dict"),
        pytest.param('def f():\n    """http://acme.io"""', id="docstring"),
        pytest.param('if url == "http://acme.io":\n    pass', id="comparison"),
        pytest.param('url.startswith("http://acme.io")', id="startswith"),
        pytest.param('U = "http://example.com"', id="example"),
        pytest.param('P = "http://"', id="scheme alone"),
        pytest.param('T = "see http://acme.io for more"', id="text"),
        pytest.param('requests.get(f"http://localhost:{port}")', id="local f-string"),
        pytest.param('U = "http://192.168.1.7"', id="private network"),
        pytest.param('requests.get(f"http://{local_host}/")', id="computed and local"),
        pytest.param('requests.get(f"http://{_METADATA_HOST}/")', id="an instance's own metadata"),
    ],
)
def test_plain_http_is_not_seen_in_what_only_looks_like_it(rules: RuleTree, code: str) -> None:
    assert rules.find("NK-HTTP-PLAIN", {"src/acme/mod.py": HEAD_2 + code + "\n"}) == []
