# SPDX-License-Identifier: Apache-2.0
"""Secrets that the source itself shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.rules._trees import RuleTree

HEAD_1 = """\
import attr
import attrs
import dataclasses as dc
import typing
from collections import namedtuple
from dataclasses import dataclass, field
from typing import NamedTuple, Optional
from pydantic import BaseModel, Field, SecretStr

"""


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("@dataclass\nclass A:\n    password: str", id="dataclass"),
        pytest.param('@dataclass(frozen=True)\nclass A:\n    api_key: str = ""', id="called"),
        pytest.param("@dc.dataclass\nclass A:\n    token: bytes", id="by its module"),
        pytest.param("@dataclass\nclass A:\n    secret: Optional[str] = None", id="optional"),
        pytest.param('@dataclass\nclass A:\n    accessKey: "str | None" = None', id="or None"),
        pytest.param("class A(NamedTuple):\n    password: str", id="NamedTuple"),
        pytest.param("class A(typing.NamedTuple):\n    client_secret: str", id="typing.NamedTuple"),
        pytest.param('A = namedtuple("A", "user password")', id="namedtuple"),
        pytest.param('A = namedtuple("A", ["user", "auth_token"])', id="namedtuple of a list"),
        pytest.param("@attrs.define\nclass A:\n    password: str", id="attrs"),
        pytest.param('A = NamedTuple("A", [("user", str), ("password", str)])', id="NamedTuple by a call"),
        pytest.param('A = dc.make_dataclass("A", ["user", "password"])', id="make_dataclass"),
        pytest.param("@attr.s\nclass A:\n    password = attr.ib()", id="attr.s"),
        pytest.param(
            '@attr.s(auto_attribs=True)\nclass A:\n    passwd: str = attr.ib(default="")',
            id="attr.s with type",
        ),
        pytest.param("class A(BaseModel):\n    password: str", id="pydantic"),
        pytest.param(
            'class B(BaseModel):\n    x: int\nclass A(B):\n    db_password: str = Field(default="")',
            id="pydantic through a base",
        ),
        pytest.param("@dataclass\nclass A:\n    password: str = field(repr=True)", id="repr=True"),
    ],
)
def test_a_shown_credential_is_found_in_each_spelling(rules: RuleTree, code: str) -> None:
    assert len(rules.find("NK-CREDENTIAL-REPR", {"src/acme/mod.py": HEAD_1 + code + "\n"})) == 1


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("@dataclass\nclass A:\n    password: str = field(repr=False)", id="repr=False of the field"),
        pytest.param("@dataclass(repr=False)\nclass A:\n    password: str", id="of the class"),
        pytest.param("@attrs.define\nclass A:\n    password: str = attrs.field(repr=False)", id="of attrs"),
        pytest.param(
            '@attrs.define\nclass A:\n    password: str = attrs.field(repr=lambda v: "***")',
            id="callable repr",
        ),
        pytest.param(
            '@dataclass\nclass A:\n    password: str\n    def __repr__(self):\n        return "A"',
            id="own repr",
        ),
        pytest.param("class A(BaseModel):\n    password: SecretStr", id="SecretStr"),
        pytest.param("class A(BaseModel):\n    password: str = Field(repr=False)", id="Field repr=False"),
        pytest.param("class A:\n    password: str", id="plain class"),
        pytest.param("@dataclass\nclass A:\n    password: int", id="no text"),
        pytest.param('@dataclass\nclass A:\n    password: typing.ClassVar[str] = ""', id="ClassVar"),
        pytest.param("@dataclass\nclass A:\n    password: dc.InitVar[str]", id="InitVar"),
        pytest.param("@dataclass\nclass A:\n    password_hash: str", id="hash"),
        pytest.param("@dataclass\nclass A:\n    token_file: str", id="name of a file"),
        pytest.param("@dataclass\nclass ParserState:\n    token: str", id="token of a parser"),
        pytest.param("@dataclass\nclass A:\n    has_password: bool", id="bool"),
        pytest.param("@dataclass\nclass A:\n    cancellation_token: str", id="cancellation"),
        pytest.param('A = namedtuple("A", "span token")\nvariable.reset(a.token)', id="token of a ContextVar"),
        pytest.param("@dataclass\nclass A:\n    token: str\ncontext.detach(token)", id="token of a context"),
        pytest.param("@dataclass\nclass A:\n    next_page_token: str", id="page"),
        pytest.param("@dataclass\nclass A:\n    public_key: str", id="public"),
        pytest.param("@dataclass\nclass A:\n    credentials: list[str] = field(default_factory=list)", id="several"),
        pytest.param("@dataclass\nclass Footer:\n    token: str\n    value: str", id="word of a language"),
        pytest.param("class A(BaseModel):\n    password: typing.Annotated[SecretStr, f(str)]", id="annotated"),
    ],
)
def test_a_shown_credential_is_not_seen_in_what_only_looks_like_it(rules: RuleTree, code: str) -> None:
    assert rules.find("NK-CREDENTIAL-REPR", {"src/acme/mod.py": HEAD_1 + code + "\n"}) == []


HEAD_2 = """\
import logging
import os
import sys

log = logging.getLogger(__name__)


def f(self, user, password, api_key, config, args):
    """


@pytest.mark.parametrize(
    "code",
    [
        pytest.param('log.info("x %s", password)', id="logger"),
        pytest.param("logging.debug(password)", id="logging"),
        pytest.param('log.debug(f"pw={password}")', id="f-string"),
        pytest.param('log.debug("pw={}".format(api_key))', id="format"),
        pytest.param('log.debug("pw=%s" % password)', id="percent"),
        pytest.param('log.debug("%s %s" % (user, password))', id="percent of a tuple"),
        pytest.param('log.debug("pw=" + password)', id="sum"),
        pytest.param("self.logger.warning(self.client_secret)", id="attribute"),
        pytest.param("print(password)", id="print"),
        pytest.param('print(f"{user}: {args.password}")', id="print f-string"),
        pytest.param("sys.stdout.write(password)", id="stdout"),
        pytest.param('print(os.environ["API_TOKEN"])', id="environment"),
        pytest.param('log.info(os.getenv("SECRET_KEY"))', id="getenv"),
        pytest.param('print(config.get("password"))', id="get"),
        pytest.param('print(config["api_key"])', id="item"),
        pytest.param("print(str(password))", id="str"),
        pytest.param('log.info("x", password=password)', id="keyword"),
        pytest.param('log.info({"pw": password})', id="dict"),
        pytest.param("import click\n    click.echo(api_key)", id="click"),
        pytest.param('logging.getLogger("x").error(password)', id="getLogger at once"),
        pytest.param("import logging as L\n    L.info(password)", id="module under another name"),
        pytest.param('L = logging.getLogger("x")\n    L.info(password)', id="logger under another name"),
        pytest.param('log.info(f"{self.password=}")', id="self-documenting"),
        pytest.param('log.info("x", extra={"k": api_key})', id="extra"),
        pytest.param("print(password.get_secret_value())", id="secret value"),
    ],
)
def test_a_logged_value_is_found_in_each_spelling(rules: RuleTree, code: str) -> None:
    assert len(rules.find("NK-SECRET-LOGGED", {"src/acme/mod.py": HEAD_2 + code + "\n"})) == 1


@pytest.mark.parametrize(
    "code",
    [
        pytest.param('log.info("%d", len(password))', id="length"),
        pytest.param('log.info("%s", bool(password))', id="whether"),
        pytest.param('log.info("%s", password is None)', id="is None"),
        pytest.param("log.info(mask(password))", id="mask"),
        pytest.param("log.info(api_key[:4])", id="slice"),
        pytest.param('log.info("password changed")', id="word"),
        pytest.param('log.info(f"password of {user}")', id="a word in an f-string"),
        pytest.param('print("API_TOKEN")', id="name of the key"),
        pytest.param("print(self.password_hash)", id="hash"),
        pytest.param("print(self.token_count)", id="count"),
        pytest.param("print(self.token_file)", id="file"),
        pytest.param("print(password, file=stream)", id="to a file"),
        pytest.param("client.info(password)", id="other method"),
        pytest.param('print("set" if password else "unset")', id="choice"),
        pytest.param("print(self.public_key)", id="public key"),
        pytest.param('print(f"{key.cext_token:<12}")', id="token of no secret"),
        pytest.param("for token in user:\n        print(token)", id="tokens of a text"),
        pytest.param("pwd = os.getcwd()\n    print(pwd)", id="directory"),
    ],
)
def test_a_logged_value_is_not_seen_in_what_only_looks_like_it(rules: RuleTree, code: str) -> None:
    assert rules.find("NK-SECRET-LOGGED", {"src/acme/mod.py": HEAD_2 + code + "\n"}) == []
