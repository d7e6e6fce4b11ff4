# SPDX-License-Identifier: Apache-2.0
"""Flags behind `--` and `NOXKIT_*` variables, taken apart and held against the schema."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import msgspec

from noxkit.config._fields import all_options
from noxkit.config._literals import TextError, read_texts
from noxkit.config._values import Origin, similar
from noxkit.diagnostics.credentials import SHARED_CACHE_CREDENTIAL
from noxkit.errors import ErrorRecord

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from noxkit.config._fields import Option
    from noxkit.config._redact import Redactor

__all__ = ["INTERNAL_PREFIX", "Given", "read_environment", "read_flags", "split_arguments"]

INTERNAL_PREFIX = "NOXKIT_INTERNAL_"
"""Variables that noxkit's own processes pass to each other begin so, and are no options."""

_PREFIX = "NOXKIT_"
_FILES = "run.files"
_SUFFIXES = (".whl", ".tar.gz", ".zip", ".tgz", ".tar")


class Given(msgspec.Struct, kw_only=True):
    """What one place gave: raw values by option name, and what was wrong."""

    values: dict[str, object] = msgspec.field(default_factory=dict[str, object])
    wrong: set[str] = msgspec.field(default_factory=set[str])
    records: list[ErrorRecord] = msgspec.field(default_factory=list[ErrorRecord])

    def add(self, option: Option, texts: Sequence[str], *, origin: Origin) -> None:
        """Read `texts` as `option`; keep the value, or what is wrong with it."""
        try:
            value = read_texts(option, texts)
        except TextError as error:
            message = f"`{origin.name}` {origin.redactor.text(str(error))}"
            found = [ErrorRecord(code="NK-ARGUMENT-VALUE", message=message, hint=error.hint)]
        else:
            faults = origin.faults(option.kind, value)
            found = [ErrorRecord(code="NK-ARGUMENT-VALUE", message=fault.message, hint=fault.hint) for fault in faults]
            self.values[option.name] = value
        if found:
            self.records += found
            self.wrong.add(option.name)
            self.values.pop(option.name, None)


def split_arguments(arguments: Sequence[str]) -> tuple[list[str], tuple[str, ...]]:
    """What is noxkit's, and what follows a second `--` and is pytest's."""
    own = list(arguments)
    if "--" not in own:
        return own, ()
    place = own.index("--")
    return own[:place], tuple(own[place + 1 :])


def read_flags(own: Sequence[str], *, redactor: Redactor, words_are_files: bool = False) -> Given:
    """Read the flags in `own`. Repeated lists are joined; of a repeated scalar the last one holds.

    Words without a flag are built files where they look so, and in any case with `words_are_files`.
    """
    reader = _FlagReader(redactor, words_are_files=words_are_files)
    reader.read(list(own))
    for option in all_options():
        if option.name in reader.texts:
            origin = Origin(name=option.flag, redactor=redactor)
            reader.given.add(option, reader.texts[option.name], origin=origin)
    return reader.given


class _FlagReader:
    def __init__(self, redactor: Redactor, *, words_are_files: bool) -> None:
        self._words_are_files = words_are_files
        self.given = Given()
        self.texts: dict[str, list[str]] = {}
        self._redactor = redactor
        self._options = {option.flag: option for option in all_options() if option.in_text}

    def read(self, words: list[str]) -> None:
        while words:
            word = words.pop(0)
            flag, sign, text = word.partition("=")
            value = text if sign else None
            option = self._options.get(flag)
            if option is not None and not option.structured:
                self._read_option(option, value, words)
            elif not word.startswith("-") and (self._words_are_files or _is_path(word)):
                self.texts.setdefault(_FILES, []).append(word)
            else:
                self._refuse(flag, option)
                while not sign and word.startswith("-") and words and not words[0].startswith("-"):
                    words.pop(0)  # most likely its value

    def _read_option(self, option: Option, value: str | None, words: list[str]) -> None:
        if value is None:
            if option.switch:
                value = "true"
            elif words and not words[0].startswith("--"):
                value = words.pop(0)
            else:
                self.given.wrong.add(option.name)
                self._record(
                    "NK-ARGUMENT-VALUE",
                    f"`{option.flag}` has no value",
                    f"write `{option.usage.replace(' ', '=', 1)}`",
                )
                return
        self.texts.setdefault(option.name, []).append(value)

    def _refuse(self, flag: str, option: Option | None) -> None:
        shown = self._redactor.shown(flag)
        if option is not None:
            hint = f"set `{option.name}` in [tool.noxkit] of pyproject.toml, or {option.variable} as JSON"
            self._record("NK-ARGUMENT-UNKNOWN", f"{shown} is a list of tables, which no flag can give", hint)
            return
        known = [*(name for name, each in self._options.items() if not each.structured), "--help"]
        meant = similar(flag.replace("_", "-"), known) if flag.startswith("-") else None
        if meant:
            hint = f"did you mean `{meant}`?"
        elif flag.startswith("--"):
            hint = "`nox -s SESSION -- --help` lists the options; pytest's own follow a second `--`"
        elif flag.startswith("-"):
            hint = "arguments of pytest follow a second `--`, as in `nox -s tests -- -- -k name`"
        else:
            hint = "options begin with `--`; arguments of pytest follow a second `--`"
        self._record("NK-ARGUMENT-UNKNOWN", f"{shown} is not an option of noxkit's sessions", hint)

    def _record(self, code: str, message: str, hint: str) -> None:
        self.given.records.append(ErrorRecord(code=code, message=message, hint=hint))


def _is_path(word: str) -> bool:
    """Whether a word without a flag names a built file, or a folder of them."""
    return word == "dist" or os.sep in word or word.endswith(_SUFFIXES)


def read_environment(environ: Mapping[str, str], *, redactor: Redactor) -> Given:
    """Read the `NOXKIT_*` variables of `environ`. An empty one counts as not set."""
    given = Given()
    options = {option.variable: option for option in all_options() if option.in_text}
    for name in sorted(environ):
        text = environ[name]
        is_other = not name.startswith(_PREFIX) or name.startswith(INTERNAL_PREFIX) or name == SHARED_CACHE_CREDENTIAL
        if is_other or not text.strip():
            continue
        if name in options:
            given.add(options[name], [text], origin=Origin(name=name, redactor=redactor))
        else:
            meant = similar(name, {known.lower(): known for known in options})
            hint = (
                f"did you mean `{meant.upper()}`?"
                if meant
                else "unset it; variables that begin with NOXKIT_ are options"
            )
            message = f"{redactor.shown(name)} is a variable that sets no option"
            given.records.append(ErrorRecord(code="NK-ARGUMENT-UNKNOWN", message=message, hint=hint))
    return given
