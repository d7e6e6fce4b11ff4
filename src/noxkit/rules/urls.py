# SPDX-License-Identifier: Apache-2.0
"""The rule on addresses that do not answer; whoever asks them is `noxkit.engine._urls`."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from noxkit.config._types import Glob, Table
from noxkit.rules._base import Found, Place, Scope, found, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Answer", "Options", "url_dead"]

_Pattern = Annotated[str, Meta(pattern=r"\S", examples=["https://intranet.acme.com/*"])]


class Options(Table, frozen=True, kw_only=True):
    """Options of `[tool.noxkit.rules.urls]`."""

    allow: Annotated[
        tuple[_Pattern, ...],
        Meta(
            description="Addresses that are not asked, as globs or by what they begin with.",
            examples=[["https://intranet.acme.com/*"]],
        ),
    ] = ()
    exclude: Annotated[
        tuple[Glob, ...],
        Meta(description="Files whose addresses are not asked.", examples=[["docs/archive/**"]]),
    ] = ()
    include_loopback: Annotated[
        bool,
        Meta(description="Whether loopback, private and single-label hosts are asked: for tests and intranets."),
    ] = False
    timeout: Annotated[
        float, Meta(description="The time limit of one request, in seconds.", gt=0, le=600, examples=[10])
    ] = 20.0
    retries: Annotated[
        int, Meta(description="How often an address that fails for a time is asked again.", ge=0, le=10, examples=[1])
    ] = 2
    redirects: Annotated[int, Meta(description="How many redirects are followed.", ge=0, le=50, examples=[5])] = 10
    longest_wait: Annotated[
        float,
        Meta(description="The longest `Retry-After` that is waited for, in seconds.", ge=0, le=3600, examples=[60]),
    ] = 30.0
    per_host: Annotated[
        int, Meta(description="How many requests one host gets at a time.", ge=1, le=32, examples=[1])
    ] = 2
    max_age: Annotated[
        float,
        Meta(description="For how many hours an address that answered is not asked again.", ge=0, examples=[24]),
    ] = 168.0


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one address answered: `problem` says why it is dead; places are those that name it, one a file."""

    address: str
    problem: str | None = None
    places: tuple[Place, ...] = ()


@rule(code="NK-URL-DEAD", scope=Scope.NETWORK, since="1.0")
def url_dead(answer: Answer) -> Iterator[Found]:
    """An address in a document or in code does not answer.

    # Why
    A dead link costs every reader the search that its author could do once. Each address is asked
    once, with HEAD, and with GET where the server does not take that; redirects are followed; a
    server that asks for patience gets it. That one refuses to answer programs (401, 403) is no
    fault. Templates, example hosts (RFC 2606), loopback and private addresses, and test files are
    exempt. Where the network is not there, the answer is `inconclusive`, not a finding.

    # Fails
    ```markdown README.md
    See [the guide](https://acme.io/gone), which answers 404.
    ```

    # Passes
    ```markdown README.md
    See [the guide](https://acme.io/guide), which answers 200, or moved there.
    ```

    # Fix
    Correct the address, or take it out. Where the page has gone, an archive may have it. What is meant is
    nothing that noxkit can know, so there is no automatic fix.

    # Options
    `allow`, `exclude`, `include-loopback`, `timeout`, `retries`, `redirects`, `longest-wait`, `per-host` and `max-age`
    in `[tool.noxkit.rules.urls]`.

    # When to ignore
    Where the address is only there for whoever may see it: name it in `allow`.
    """
    if answer.problem is not None:
        for place in answer.places:
            yield found(
                f"`{answer.address}` {answer.problem}",
                hint="correct it, take it out, or name it in `allow` of [tool.noxkit.rules.urls]",
                at=place,
            )
