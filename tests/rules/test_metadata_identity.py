# SPDX-License-Identifier: Apache-2.0
"""Name, version, summary, people and Dynamic of core metadata."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from noxkit.diagnostics.model import Severity
from noxkit.rules._form import first_address, why_no_address, why_no_link
from tests.rules._core_metadata import SDIST, WHEEL, core, raw

if TYPE_CHECKING:
    from tests.artifacts._facts import Artifacts


def _named(name: str, version: str = "1.0") -> str:
    return raw(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")


_CASES = [
    pytest.param("NK-METADATA-NAME-INVALID", _named("a b"), 1, id="space"),
    pytest.param("NK-METADATA-NAME-INVALID", _named("_a"), 1, id="begins-with-an-underscore"),
    pytest.param("NK-METADATA-NAME-INVALID", _named("ä"), 1, id="umlaut"),
    pytest.param("NK-METADATA-NAME-INVALID", _named("UNKNOWN"), 1, id="unknown"),
    pytest.param("NK-METADATA-NAME-INVALID", _named("a\n b"), 1, id="folded"),
    pytest.param("NK-METADATA-NAME-INVALID", core("Provides-Extra: a", "Provides-Extra: b c"), 1, id="extra"),
    pytest.param("NK-METADATA-NAME-INVALID", raw(""), 0, id="nothing-at-all"),
    pytest.param("NK-METADATA-NAME-INVALID", _named("0"), 0, id="digit"),
    pytest.param("NK-METADATA-NAME-INVALID", _named("a.-_b"), 0, id="punctuation"),
    pytest.param("NK-METADATA-NAME-MISMATCH", _named("demo2"), 1, id="other-name"),
    pytest.param("NK-METADATA-NAME-MISMATCH", _named("DEMO"), 0, id="letter-case"),
    pytest.param("NK-METADATA-VERSION-MISMATCH", _named("demo", "1.0.1"), 1, id="other-version"),
    pytest.param("NK-METADATA-VERSION-MISMATCH", _named("demo", "1.0.dev0"), 1, id="development"),
    pytest.param("NK-METADATA-VERSION-MISMATCH", _named("demo", "one"), 1, id="no-version"),
    pytest.param("NK-METADATA-VERSION-MISMATCH", _named("demo", "1.0+a"), 1, id="local"),
    pytest.param("NK-METADATA-VERSION-MISMATCH", _named("demo", "1" * 5000), 1, id="endless"),
    pytest.param("NK-METADATA-VERSION-MISMATCH", _named("demo", "1"), 0, id="equal"),
    pytest.param("NK-METADATA-VERSION-MISMATCH", _named("demo", ""), 0, id="absent-is-another-code"),
    pytest.param("NK-METADATA-LOCAL-VERSION", _named("demo", "1.0+ubuntu.1"), 1, id="local-part"),
    pytest.param("NK-METADATA-LOCAL-VERSION", _named("demo", "1.0-1"), 0, id="post-release"),
    pytest.param("NK-METADATA-SUMMARY-MULTILINE", core("Summary: a\n\tb"), 1, id="fold"),
    pytest.param("NK-METADATA-SUMMARY-MULTILINE", core("Summary: a\x85b"), 1, id="next-line"),
    pytest.param("NK-METADATA-SUMMARY-MULTILINE", core("Summary: a\x0bb"), 1, id="vertical-tab"),
    pytest.param("NK-METADATA-SUMMARY-MULTILINE", core("Summary: a\u2029b"), 1, id="paragraph-separator"),
    pytest.param("NK-METADATA-SUMMARY-MULTILINE", core("Summary: a\tb\u200b"), 0, id="tab"),
    pytest.param("NK-METADATA-SUMMARY-MULTILINE", core("Summary: a\u2028"), 1, id="separator-at-the-end"),
    pytest.param("NK-METADATA-SUMMARY-TOO-LONG", core("Summary: " + "a" * 513), 1, id="too-long"),
    pytest.param("NK-METADATA-SUMMARY-TOO-LONG", core("Summary: " + "a" * 512), 0, id="just-not"),
    pytest.param("NK-METADATA-EMAIL-INVALID", core("Author-email: nobody@localhost"), 1, id="no-dot"),
    pytest.param("NK-METADATA-EMAIL-INVALID", core("Author-email: a", "Maintainer-email: b@c"), 2, id="both"),
    pytest.param("NK-METADATA-EMAIL-INVALID", core("Author-email: A <a@b_c.org>"), 1, id="underscore"),
    pytest.param("NK-METADATA-EMAIL-INVALID", core("Author-email: A (x) <a@b.test>"), 1, id="special-domain"),
    pytest.param("NK-METADATA-EMAIL-INVALID", core("Author-email: a@b.org, c@localhost"), 0, id="second-one"),
    pytest.param("NK-METADATA-EMAIL-INVALID", core('Author-email: "A, B@home" <a@b.org>'), 0, id="quoted-name"),
    pytest.param("NK-METADATA-EMAIL-INVALID", core("Author-email: UNKNOWN", "Author: a@b"), 0, id="unknown-address"),
    pytest.param("NK-METADATA-EMAIL-INVALID", core("Author-email: " + "(" * 9000), 0, id="nested-comments"),
    pytest.param("NK-METADATA-DYNAMIC-INVALID", core("Dynamic: Name", "Dynamic: foo"), 2, id="not-dynamic"),
    pytest.param("NK-METADATA-DYNAMIC-INVALID", core("Dynamic: Metadata-Version"), 1, id="metadata-version"),
    pytest.param("NK-METADATA-DYNAMIC-INVALID", core("Dynamic: LICENSE-file"), 0, id="letter-case-of-dynamic"),
]


@pytest.mark.parametrize(("code", "recipe", "count"), _CASES)
def test_what_identifies_a_file(artifacts: Artifacts, code: str, recipe: str, count: int) -> None:
    assert len(artifacts.find(code, {WHEEL: recipe})) == count


@pytest.mark.parametrize(
    ("project", "version", "severity"),
    [
        ("dynamic = ['version']", "1.1.dev3+gabc", Severity.WARNING),
        ("dynamic = ['version']", "1.1+gabc", Severity.ERROR),
        ("version = '1.1.dev3+gabc'", "1.1.dev3+gabc", Severity.ERROR),
    ],
)
def test_between_two_tags_a_local_part_is_a_warning(
    artifacts: Artifacts, project: str, version: str, severity: Severity
) -> None:
    tree = {"pyproject.toml": f"[build-system]\nrequires = ['hatchling']\n[project]\nname = 'demo'\n{project}\n"}
    (finding,) = artifacts.find("NK-METADATA-LOCAL-VERSION", {WHEEL: _named("demo", version), **tree})
    assert finding.severity is severity


def test_an_sdist_of_another_version_has_a_code_of_its_own(artifacts: Artifacts) -> None:
    assert artifacts.find("NK-METADATA-VERSION-MISMATCH", {SDIST: _named("demo", "2.0")}) == []
    assert len(artifacts.find("NK-METADATA-VERSION-MISMATCH", {SDIST: _named("demo", "two")})) == 1


@pytest.mark.parametrize(
    "address",
    [
        "a",
        "a@b",
        "a@@b.org",
        ".a@b.org",
        "a.@b.org",
        "a b@c.org",
        "a@-b.org",
        "a@b-.org",
        "a@b.123",
        "a@[1.2.3.4]",
        "a@b.local",
        "a@b..org",
        f"{'a' * 65}@b.org",
        f"a@{'b' * 64}.org",
        "a@ab--c.org",
        '"a b"@c.org',
        "a@",
    ],
)
def test_an_address_that_the_index_refuses(address: str) -> None:
    assert why_no_address(address)


@pytest.mark.parametrize(
    "address", ["a@b.org", "a.b+c_d@e-f.co.uk", "é@münchen.de", "!#$%&'*+-/=?^_`{|}~@b.org", "a@xn--a.io"]
)
def test_an_address_that_it_takes(address: str) -> None:
    assert why_no_address(address) is None


def test_the_first_address_is_the_one_that_counts() -> None:
    assert first_address("A <a@b.org>, c@d.org") == "a@b.org"
    assert first_address("A, B <b@c.org>") is None
    assert first_address("") is None


@pytest.mark.parametrize(
    "url",
    [
        "acme.org",
        "ftp://acme.org",
        "https:acme.org",
        "https://",
        "https:///a",
        "http://a b.org",
        "http://a:99999",
        "https://[::1",
        "https://[:::1]",
        "http://1.2.3.400",
        "http://a_ü.org",
        "javascript:alert(1)",
        "//acme.org",
        "https://a.org/[b]",
        "https://" + "a" * 20000,
    ],
)
def test_an_address_of_a_page_that_the_index_refuses(url: str) -> None:
    assert why_no_link(url)


@pytest.mark.parametrize(
    "url", ["HTTPS://Acme.org", "http://u:p@a:80/b?c#d[e]", "https://[::1]:8080/", "https://a.org/é b|c", "http://a_b"]
)
def test_an_address_of_a_page_that_it_takes(url: str) -> None:
    assert why_no_link(url) is None
