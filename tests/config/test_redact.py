# SPDX-License-Identifier: Apache-2.0
"""What is shown of values, and what is not."""

from __future__ import annotations

import pytest

from noxkit.config._redact import Redactor
from noxkit.diagnostics.credentials import CREDENTIAL_PATTERNS

ENVIRON = {"MY_API_TOKEN": "s3cret-value", "AWS_REGION": "eu", "HOME": "/home/somebody"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://user:pass@host/path", "https://***@host/path"),
        ("https://user:p@ss@host/path", "https://***@host/path"),
        ("git+ssh://git@host/path", "git+ssh://***@host/path"),
        ("https://host/path?x=a@b", "https://host/path?x=a@b"),
        ("someone@host", "someone@host"),
        ("--token=abc", "--token=***"),
        ("DB_PASSWORD=abc def", "DB_PASSWORD=*** def"),
        ("PRIVATE-TOKEN: abc", "PRIVATE-TOKEN: ***"),
        ("x s3cret-value y", "x *** y"),
        ("eu /home/somebody", "eu /home/somebody"),
        ("glpat-0123456789abcdefghij", "***"),
        ("NK-SECRET", "NK-SECRET"),
        ("acme_secrets:rules", "acme_secrets:rules"),
        ("secrets/**", "secrets/**"),
        ("", ""),
    ],
)
def test_secrets_in_a_text_are_hidden_and_nothing_else(text: str, shown: str) -> None:
    assert Redactor(ENVIRON, patterns=CREDENTIAL_PATTERNS).text(text) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (["x", "--password", "abc", "y"], ["x", "--password", "***", "y"]),
        ({"a": ["https://u:p@h"]}, {"a": ["https://***@h"]}),
        ((1, True, None), [1, True, None]),
    ],
)
def test_secrets_inside_of_values_are_hidden(value: object, shown: object) -> None:
    assert Redactor(ENVIRON, patterns=CREDENTIAL_PATTERNS).value(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("größe", "`größe`"),
        ("a\nb\x1b[31m", "`a\\nb\\u001b[31m`"),
        ("\u202e", '`"\\u202e"`'),
        ("\udcff", "`\\\\udcff`"),
        ("x" * 500, "`" + "x" * 80 + "…`"),
        (True, "`true`"),
        (3.5, "`3.5`"),
    ],
)
def test_a_value_in_a_message_is_one_printable_line(value: object, shown: str) -> None:
    found = Redactor({}, patterns=CREDENTIAL_PATTERNS).shown(value)
    assert found.isprintable()
    assert found == shown
