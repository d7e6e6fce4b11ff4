# SPDX-License-Identifier: Apache-2.0
"""Which addresses are found in documents and code, and which of them are asked."""

from __future__ import annotations

import pytest

from noxkit.rules._addresses import addresses_in, exemption, is_looked_at, normal

FOUND = [
    pytest.param("a.md", "[a](https://a.io/x_(y)) <https://b.io>", ["https://a.io/x_(y)", "https://b.io"], id="links"),
    pytest.param("a.md", "[https://a.io/\u2026/c](https://a.io/b/c)", ["https://a.io/b/c"], id="the text of a link"),
    pytest.param("a.md", "See https://a.io/x. (https://b.io/y)", ["https://a.io/x", "https://b.io/y"], id="bare ones"),
    pytest.param("a.md", "[a]\n\n[a]: https://a.io/x", ["https://a.io/x", "https://a.io/x"], id="a definition"),
    pytest.param("a.md", '<p align="x">\n<a href="https://a.io/x"><img src="https://b.io/y"></a></p>',
                 ["https://a.io/x", "https://b.io/y"], id="HTML"),
    pytest.param("a.md", 'x <a href="https://a.io/x">y</a>', ["https://a.io/x"], id="HTML in a line"),
    pytest.param("a.md", "`https://a.io/x`\n\n```\ncurl https://b.io/y\n```\n<!-- https://c.io -->", [], id="code"),
    pytest.param("a.py", "# https://a.io/x,\nA = 'https://b.io'\n", ["https://a.io/x", "https://b.io"], id="Python"),
    pytest.param("a.py", '"""See https://a.io/x."""\n', ["https://a.io/x"], id="a docstring"),
    pytest.param("a.py", "A = 'https://a.io/' + x\nB = f'https://b.io/{x}'\nC = 'https://c.io/{}'.format(x)\n", [],
                 id="what is put together"),
    pytest.param("a.py", "x == 'https://a.io'\nx.startswith('https://b.io/')\nurljoin('https://c.io/', x)\n", [],
                 id="what is compared"),
    pytest.param("a.py", "def f(:", [], id="Python that does not parse"),
    pytest.param("a.toml", 'a = "https://a.io/x" # http://b.io\n', ["https://a.io/x", "http://b.io"], id="TOML"),
    pytest.param("a.rst", "`a <https://a.io/x>`_ and https://b.io/y.", ["https://a.io/x", "https://b.io/y"], id="rst"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "text", "expected"), FOUND)
def test_the_addresses_of_a_file(path: str, text: str, expected: list[str]) -> None:
    assert [address for address, _ in addresses_in(path, text.encode())] == expected


def test_an_address_has_its_place() -> None:
    text = "# A\n\nOne\ntwo <https://a.io/x>\n"
    places = [(place.line, place.column) for _, place in addresses_in("a.md", text.encode())]
    assert places == [(4, 6)]
    places = [(place.line, place.column) for _, place in addresses_in("a.py", b"x = 1\n# see https://a.io\n")]
    assert places == [(2, 7)]


EXEMPT = {
    "https://example.com/x": "example",
    "https://www.example.org": "example",
    "https://acme.example/x": "example",
    "https://x.invalid": "example",
    "http://a.test/x": "example",
    "http://localhost:80/x": "loopback",
    "http://127.0.0.1/": "loopback",
    "http://[::1]:8/": "loopback",
    "http://10.1.2.3/": "loopback",
    "http://169.254.169.254/latest": "loopback",
    "http://intranet/x": "loopback",
    "http://build.corp/x": "loopback",
    "https://a.io/{x}": "template",
    "https://a.io/<x>": "template",
    "https://a.io/$X": "template",
    "https://a.io/...": "template",
    "https://a.io/.../b": "template",
    "https://a.io/compare/v1.0...v1.1": None,
    "https://a.io/*": "template",
    "https://a.io/%s": "template",
    "https://a.io/?q=": "template",
    "https://github.com/OWNER/repo": "template",
    "https://github.com/your-name/repo": "template",
    "https://": "template",
    "https://[x": "template",
    "https://a.io:port/": "template",
    "https://user:secret@a.io/": "credentials",
    "http://www.w3.org/2000/svg": "namespace",
    "http://schemas.xmlsoap.org/soap/envelope/": "namespace",
    "https://a.io/x%20y": None,
    "https://examples.com/": None,
    "https://latest.io/test": None,
    "https://8.8.8.8/": None,
    "https://b\u00fccher.de/\u00e4": None,
}


@pytest.mark.parametrize(("address", "why"), EXEMPT.items())
def test_what_is_not_asked(address: str, why: str | None) -> None:
    assert exemption(address, loopback=False) == why


def test_loopback_can_be_asked() -> None:
    assert exemption("http://127.0.0.1:8/x", loopback=True) is None
    assert exemption("http://example.com/x", loopback=True) == "example"


def test_an_address_is_asked_in_ascii_and_without_its_fragment() -> None:
    assert normal("HTTPS://B\u00fccher.DE/\u00e4 b?q=\u00f6#x") == "https://xn--bcher-kva.de/%C3%A4%20b?q=%C3%B6"
    assert normal("https://a.io:8443") == "https://a.io:8443/"


LOOKED_AT = {
    "README.md": True,
    "src/acme/core.py": True,
    ".github/workflows/ci.yml": True,
    "tests/test_x.py": False,
    "test_x.py": False,
    "src/acme/testing/data.md": False,
    "uv.lock": False,
    "page.html.j2": False,
    "{{ cookiecutter.name }}/README.md": False,
    "_vendor/a.py": False,
    "logo.png": False,
    "data.csv": False,
}


@pytest.mark.parametrize(("path", "expected"), LOOKED_AT.items())
def test_which_files_are_looked_at(path: str, expected: bool) -> None:
    assert is_looked_at(path) == expected


def test_an_address_without_end_costs_no_time() -> None:
    text = "https://a.io/" + ")" * 300_000 + " " + "https://" * 30_000
    for path in ("a.rst", "a.md", "a.py"):
        assert list(addresses_in(path, f"# {text}".encode()))
