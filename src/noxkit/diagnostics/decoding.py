# SPDX-License-Identifier: Apache-2.0
"""The text of a file and back to its bytes: encoding, byte order mark and newlines are kept."""

from __future__ import annotations

import codecs
import io
import tokenize

import msgspec

__all__ = ["DecodedText", "decode_python", "decode_text"]


class DecodedText(msgspec.Struct, frozen=True, kw_only=True):
    """A file's characters, newlines as they are, without the byte order mark that `bom` tells of."""

    text: str
    encoding: str = "utf-8"
    bom: bool = False

    def encode(self, text: str) -> bytes:
        """The bytes of `text` in this file's form. Raises UnicodeEncodeError where its encoding lacks a character."""
        return (codecs.BOM_UTF8 if self.bom else b"") + text.encode(self.encoding)

    @property
    def newline(self) -> str:
        """The line end that most lines have; a line feed where there is none."""
        crlf = self.text.count("\r\n")
        return "\r\n" if crlf * 2 > self.text.count("\n") else "\n"


def decode_text(data: bytes) -> DecodedText:
    """A text file in UTF-8, with or without a byte order mark. Raises UnicodeDecodeError where it is not."""
    bom = data.startswith(codecs.BOM_UTF8)
    return DecodedText(text=data.decode("utf-8-sig"), bom=bom)


def decode_python(data: bytes) -> DecodedText:
    """A Python file in the encoding that it declares (PEP 263).

    Raises SyntaxError for a declaration that names no encoding, and UnicodeDecodeError.
    """
    encoding = tokenize.detect_encoding(io.BytesIO(data).readline)[0]
    bom = encoding == "utf-8-sig"
    name = "utf-8" if bom else encoding
    body = data[len(codecs.BOM_UTF8) :] if bom else data
    try:
        return DecodedText(text=body.decode(name), encoding=name, bom=bom)
    except LookupError as error:
        raise SyntaxError(str(error)) from error
