# SPDX-License-Identifier: Apache-2.0
"""What of the environment reaches a process, and what an event may show of it."""

from __future__ import annotations

import os
import time

import pytest

from noxkit.diagnostics.credentials import CREDENTIAL_PATTERNS
from noxkit.tasks import environ


@pytest.mark.parametrize(
    "name",
    [
        "GITHUB_TOKEN",
        "github_token",
        "NPM_TOKEN_2",
        "MYSECRET",
        "AZURE_CLIENT_SECRET",
        "PGPASSWORD",
        "UV_INDEX_PRIVATE_PASSWORD",
        "MYSQL_PWD",
        "GPG_PASSPHRASE",
        "OPENAI_API_KEY",
        "STRIPE_APIKEY",
        "AWS_PROFILE",
        "aws_session_token",
        "GOOGLE_APPLICATION_CREDENTIALS",
        "SSH_PRIVATE_KEY_FILE",
        "TWINE_USERNAME",
        "UV_PUBLISH_URL",
        "HATCH_INDEX_USER",
        "POETRY_PYPI_TOKEN_PYPI",
        "ACTIONS_ID_TOKEN_REQUEST_URL",
        "ACTIONS_RUNTIME_URL",
        "CI_JOB_JWT_V2",
        "CI_REPOSITORY_URL",
        "DOCKER_AUTH_CONFIG",
        "SSH_AUTH_SOCK",
    ],
)
def test_a_credential_is_known_by_its_name(name: str) -> None:
    assert environ.is_credential(name, CREDENTIAL_PATTERNS)


@pytest.mark.parametrize(
    "name",
    [
        "PATH",
        "HOME",
        "PWD",
        "OLDPWD",
        "LANG",
        "CI",
        "GITHUB_ACTIONS",
        "GITHUB_SHA",
        "UV_CACHE_DIR",
        "PYTHONPATH",
        "KEYBOARD",
        "AUTHOR",
        "GIT_AUTHOR_NAME",
        "XAUTHORITY",
        "DATABASE_URL",
        "SSH_CONNECTION",
    ],
)
def test_what_is_no_credential_stays(name: str) -> None:
    assert environ.scrub({name: "x"}, credentials=CREDENTIAL_PATTERNS, keep=()) == {name: "x"}


def test_project_code_gets_no_credential_but_those_that_are_kept_by_name() -> None:
    given = {"PATH": "/bin", "A_TOKEN": "1", "B_TOKEN": "2", "b_token": "3"}
    assert environ.scrub(given, credentials=CREDENTIAL_PATTERNS, keep=["B_TOKEN"]) == {
        "PATH": "/bin",
        "B_TOKEN": "2",
    }


@pytest.mark.parametrize(
    ("patterns", "name", "expected"),
    [
        pytest.param([], "A_TOKEN", False, id="no-pattern"),
        pytest.param(["acme_*"], "ACME_LOGIN", True, id="own-pattern"),
        pytest.param(["A", "B?"], "BC", True, id="second-pattern"),
        pytest.param(["A"], "AB", False, id="whole-name"),
        pytest.param(["A*"], "A\nB", True, id="newline-in-the-name"),
    ],
)
def test_patterns_are_globs_over_the_whole_name(patterns: list[str], name: str, expected: bool) -> None:
    assert environ.is_credential(name, patterns) is expected


def test_a_difference_names_what_was_added_changed_and_removed_and_hides_credentials() -> None:
    base = {"SAME": "1", "GONE": "1", "CHANGED": "1", "OLD_TOKEN": "s3cret", "NEW_TOKEN": "s3cret"}
    actual = {
        "SAME": "1",
        "CHANGED": "2",
        "ADDED": "3",
        "NEW_TOKEN": "s4cret",
        "INDEX": "https://u:s3cret@host/x",
    }
    assert environ.difference(base, actual, CREDENTIAL_PATTERNS) == {
        "ADDED": "3",
        "CHANGED": "2",
        "GONE": None,
        "INDEX": "https://host/x",
        "NEW_TOKEN": "(hidden)",
        "OLD_TOKEN": None,
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("https://user:pw@host/path", "https://host/path", id="user-and-password"),
        pytest.param("https://token@host:8443/x?y=a@b", "https://host:8443/x?y=a@b", id="token-alone"),
        pytest.param("https://u:p@ss@host/", "https://host/", id="at-in-password"),
        pytest.param("https://u:@host", "https://host", id="empty-password"),
        pytest.param("--index-url=https://u:p@a/s https://v:q@b/t", "--index-url=https://a/s https://b/t", id="two"),
        pytest.param("git+ssh://git@host/repo.git@main", "git+ssh://host/repo.git@main", id="vcs"),
        pytest.param("https://host/a@b", "https://host/a@b", id="at-in-path"),
        pytest.param("https://host?q=a@b", "https://host?q=a@b", id="at-in-query"),
        pytest.param("me@example.org", "me@example.org", id="address"),
        pytest.param("", "", id="empty"),
    ],
)
def test_urls_lose_user_and_password(text: str, expected: str) -> None:
    assert environ.strip_user_information(text) == expected


def test_a_long_line_costs_no_more_than_its_length() -> None:
    began = time.process_time()
    environ.strip_user_information("a" * 1_000_000)
    environ.strip_user_information("://" * 300_000)
    assert time.process_time() - began < 2  # quadratic would be minutes


def test_the_current_environment_is_a_copy() -> None:
    copy = environ.current()
    copy["NOXKIT_TEST_COPY"] = "1"
    assert "NOXKIT_TEST_COPY" not in os.environ
