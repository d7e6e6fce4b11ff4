# SPDX-License-Identifier: Apache-2.0
"""Where secrets of vendors' shapes are looked for, and where what looks like one belongs."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, cast

from noxkit.rules._secret_shapes import Hit, vendor_hits

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["NOT_READ", "SAMPLES", "hits_in"]

# Where nothing is a secret of anybody's: made by tools, or a recording of something.
NOT_READ = re.compile(
    r"(?:^|/)(?:[\w.-]+\.lock|go\.sum|package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|\.secrets\.baseline"
    r"|\.gitleaks(?:ignore|\.toml))$|\.(?:svg|map|min\.js|min\.css|snap|ambr|po|pot)$"
)
SAMPLES = re.compile(
    r"(?i)(?:^|/)(?:tests?|testing|testdata|test[_-][^/]*|[^/]*[_-]tests?|fixtures?|cassettes|examples?|samples?|demos?|docs?|documentation|mocks?"
    r"|__tests__|__mocks__|e2e|integration|snapshots|spec|benchmarks?|tutorials?|conftest\.py)(?:/|$)"
    r"|(?:^|/)test_[^/]*$|_test\.\w+$|\.(?:spec|test)\.\w+$|\.(?:md|rst|adoc|txt|ipynb|html?)$"
    r"|(?:^|[./_-])(?:example|sample|template|dist|tmpl|tpl|j2|test|dummy|snakeoil|localhost|selfsigned|self-signed|demo|dev)(?:[./_-]|$)"
)
_LONGEST_LINE = 2000  # characters: a longer one was made by a program


def hits_in(path: str, text: str) -> Iterator[Hit]:
    """The secrets of vendors' shapes in the text of `path`, but for those of samples, tests and what tools write."""
    if NOT_READ.search(path):
        return
    notebook: str | None = None
    in_samples = bool(SAMPLES.search(path))
    for hit in vendor_hits(text):
        if in_samples and (hit.is_sample_prone or (hit.is_checkable and not hit.is_checked)):
            continue
        if hit.kind == "Google API key" and len(_line(text, hit.start)) > _LONGEST_LINE:
            continue  # a bundled script: browsers' keys are public
        if path.endswith(".ipynb"):
            notebook = _written(text) if notebook is None else notebook
            if text[hit.start : hit.end] not in notebook:
                continue
        yield hit


def _line(text: str, start: int) -> str:
    begin = text.rfind("\n", 0, start) + 1
    end = text.find("\n", start)
    return text[begin : end if end >= 0 else len(text)]


def _written(text: str) -> str:
    """What a person has written in a notebook: the sources of its cells, without their output."""
    try:
        cells = json.loads(text)["cells"]
        return "\n".join("".join(cast("list[str]", cell.get("source", []))) for cell in cells)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return text
