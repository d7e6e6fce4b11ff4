# SPDX-License-Identifier: Apache-2.0
"""Reading a report back from its JSON: the inverse of the json renderer."""

from __future__ import annotations

import msgspec

from noxkit.diagnostics.model import Report
from noxkit.errors import ErrorRecord, NoxkitError

__all__ = ["read_report"]

_SCHEMA = "noxkit-report/"
_VERSION = "1"


class _Head(msgspec.Struct):
    schema: str


def read_report(text: str | bytes, *, path: str | None = None) -> Report:
    """The report that `text` holds. Its outcomes carry no findings: they stand in `Report.findings`.

    Keys that this version does not know are passed over. Raises NoxkitError, with `path` as its
    place, where the text is no report or one of a later schema.
    """
    try:
        schema = msgspec.json.decode(text, type=_Head).schema
        if schema != _SCHEMA + _VERSION:
            raise NoxkitError(_error(f"the report's schema is {schema!r}, not `{_SCHEMA}{_VERSION}`", path))
        return msgspec.json.decode(text, type=Report)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NoxkitError(_error(f"not a noxkit report: {error}", path)) from error


def _error(message: str, path: str | None) -> ErrorRecord:
    hint = "write it again with `--format json --output FILE`, with the same version of noxkit"
    return ErrorRecord(code="NK-FILE-UNREADABLE", message=message, hint=hint, path=path)
