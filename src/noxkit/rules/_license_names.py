# SPDX-License-Identifier: Apache-2.0
"""What packages write in place of an SPDX expression, and what of it is beyond doubt.

Sources: the trove classifiers, and what the fields of the projects most used say. A name that stands for several
licences is none: `BSD License` may be any of four.
"""

from __future__ import annotations

import functools
import hashlib
import re
from typing import TYPE_CHECKING

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "AMBIGUOUS",
    "FAMILIES",
    "expression_of_classifier",
    "expression_of_file",
    "expression_of_text",
    "name_of_classifier",
    "plain",
]

_PREFIX = "License :: "

# Classifiers that say which licence is meant, without `License :: ` and `OSI Approved :: `.
_CLASSIFIERS: Mapping[str, str] = {
    "Academic Free License (AFL)": "AFL-3.0",
    "Blue Oak Model License (BlueOak-1.0.0)": "BlueOak-1.0.0",
    "Boost Software License 1.0 (BSL-1.0)": "BSL-1.0",
    "CC0 1.0 Universal (CC0 1.0) Public Domain Dedication": "CC0-1.0",
    "CEA CNRS Inria Logiciel Libre License, version 2.1 (CeCILL-2.1)": "CECILL-2.1",
    "Common Development and Distribution License 1.0 (CDDL-1.0)": "CDDL-1.0",
    "Eclipse Public License 1.0 (EPL-1.0)": "EPL-1.0",
    "Eclipse Public License 2.0 (EPL-2.0)": "EPL-2.0",
    "European Union Public Licence 1.1 (EUPL 1.1)": "EUPL-1.1",
    "European Union Public Licence 1.2 (EUPL 1.2)": "EUPL-1.2",
    "GNU Affero General Public License v3": "AGPL-3.0-only",
    "GNU Affero General Public License v3 or later (AGPLv3+)": "AGPL-3.0-or-later",
    "GNU General Public License v2 (GPLv2)": "GPL-2.0-only",
    "GNU General Public License v2 or later (GPLv2+)": "GPL-2.0-or-later",
    "GNU General Public License v3 (GPLv3)": "GPL-3.0-only",
    "GNU General Public License v3 or later (GPLv3+)": "GPL-3.0-or-later",
    "GNU Lesser General Public License v2 (LGPLv2)": "LGPL-2.0-only",
    "GNU Lesser General Public License v2 or later (LGPLv2+)": "LGPL-2.0-or-later",
    "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0-only",
    "GNU Lesser General Public License v3 or later (LGPLv3+)": "LGPL-3.0-or-later",
    "Historical Permission Notice and Disclaimer (HPND)": "HPND",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "MIT No Attribution License (MIT-0)": "MIT-0",
    "Mozilla Public License 1.0 (MPL)": "MPL-1.0",
    "Mozilla Public License 1.1 (MPL 1.1)": "MPL-1.1",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Mulan Permissive Software License v2 (MulanPSL-2.0)": "MulanPSL-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "SIL Open Font License 1.1 (OFL-1.1)": "OFL-1.1",
    "The Unlicense (Unlicense)": "Unlicense",
    "Universal Permissive License (UPL)": "UPL-1.0",
    "University of Illinois/NCSA Open Source License": "NCSA",
    "W3C License": "W3C",
    "Zero-Clause BSD (0BSD)": "0BSD",
    "zlib/libpng License": "Zlib",
}

# Texts of the field License beyond doubt, in their plain form.
_TEXTS: Mapping[str, str] = {
    "3 clause bsd": "BSD-3-Clause",
    "apache 2": "Apache-2.0",
    "apache 2.0": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache license version 2.0": "Apache-2.0",
    "apache software 2.0": "Apache-2.0",
    "apache software license 2.0": "Apache-2.0",
    "apache software license version 2.0": "Apache-2.0",
    "apache v2": "Apache-2.0",
    "apache v2.0": "Apache-2.0",
    "apache version 2.0": "Apache-2.0",
    "asl 2.0": "Apache-2.0",
    "boost software license 1.0": "BSL-1.0",
    "bsd 2 clause": "BSD-2-Clause",
    "bsd 3 clause": "BSD-3-Clause",
    "bsd 3-clause": "BSD-3-Clause",
    "bsd 2-clause": "BSD-2-Clause",
    "gnu agplv3": "AGPL-3.0-only",
    "gpl-2.0": "GPL-2.0-only",
    "gpl-3.0": "GPL-3.0-only",
    "gpl v2": "GPL-2.0-only",
    "gpl v3": "GPL-3.0-only",
    "gplv2": "GPL-2.0-only",
    "gplv2+": "GPL-2.0-or-later",
    "gplv3": "GPL-3.0-only",
    "gplv3+": "GPL-3.0-or-later",
    "isc": "ISC",
    "iscl": "ISC",
    "lgpl-2.1": "LGPL-2.1-only",
    "lgpl-3.0": "LGPL-3.0-only",
    "lgpl v3": "LGPL-3.0-only",
    "lgplv2.1": "LGPL-2.1-only",
    "lgplv3": "LGPL-3.0-only",
    "lgplv3+": "LGPL-3.0-or-later",
    "mit": "MIT",
    "mozilla public license 2.0": "MPL-2.0",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "mpl 2.0": "MPL-2.0",
    "mpl v2": "MPL-2.0",
    "mplv2": "MPL-2.0",
    "new bsd": "BSD-3-Clause",
    "modified bsd": "BSD-3-Clause",
    "psf": "PSF-2.0",
    "python software foundation": "PSF-2.0",
    "revised bsd": "BSD-3-Clause",
    "simplified bsd": "BSD-2-Clause",
    "unlicense": "Unlicense",
    "wtfpl": "WTFPL",
    "zlib": "Zlib",
    "zpl 2.1": "ZPL-2.1",
}

AMBIGUOUS: Mapping[str, str] = {
    "apache": "`Apache-1.1` or `Apache-2.0`",
    "apache software": "`Apache-1.1` or `Apache-2.0`",
    "artistic": "`Artistic-1.0` or `Artistic-2.0`",
    "bsd": "`BSD-2-Clause`, `BSD-3-Clause` or `BSD-4-Clause`",
    "dual": "any two licences",
    "gnu general public": "any version of the GPL",
    "gnu lesser general public": "any version of the LGPL",
    "gnu library or lesser general public (lgpl)": "any version of the LGPL",
    "gpl": "any version of the GPL",
    "lgpl": "any version of the LGPL",
    "mpl": "`MPL-1.1` or `MPL-2.0`",
    "public domain": "`CC0-1.0` or a dedication of its own",
    "zope public": "any version of the ZPL",
}
"""Names in their plain form that stand for several licences, and for which."""

FAMILIES: Mapping[str, str] = {
    "affero": "AGPL",
    "agpl": "AGPL",
    "apache": "Apache",
    "apache software": "Apache",
    "artistic": "Artistic",
    "bsd": "BSD",
    "gnu affero general public": "AGPL",
    "gnu general public": "GPL",
    "gnu lesser general public": "LGPL",
    "gnu library or lesser general public (lgpl)": "LGPL",
    "gpl": "GPL",
    "lgpl": "LGPL",
    "mpl": "MPL",
    "zope public": "ZPL",
}
"""Names of whole families in their plain form, and what the identifiers of their licences begin with."""

_WORDS = re.compile(r"^the\s+|,|\s+licen[cs]e$|^licen[cs]e:?\s+", re.IGNORECASE)


def plain(name: str) -> str:
    """A name as it is compared: lower case, without `the` before it, `License` behind it, commas and doubled spaces."""
    short = " ".join(name.split()).strip(" .\"'")
    return " ".join(_WORDS.sub(" ", _WORDS.sub(" ", short)).split()).lower()


def name_of_classifier(classifier: str) -> str | None:
    """The last part of a licence classifier that names a licence; None for `License :: OSI Approved` and for others."""
    if not classifier.startswith(_PREFIX):
        return None
    last = classifier.rpartition(" :: ")[2]
    return None if last == "OSI Approved" else last


def expression_of_classifier(classifier: str) -> str | None:
    """The SPDX expression of a classifier that says which licence is meant."""
    name = name_of_classifier(classifier)
    return _CLASSIFIERS.get(name) if name is not None else None


@functools.cache
def _named() -> Mapping[str, str]:
    """The classifiers' names in their plain form: policies and the field License use them, too."""
    return {plain(name): expression for name, expression in _CLASSIFIERS.items()}


def expression_of_text(text: str) -> str | None:
    """The SPDX expression of a text beyond doubt: one itself, a name of one licence, or the whole of its text."""
    known = _TEXTS.get(plain(text)) or _named().get(plain(text))
    if known is not None:
        return known
    try:
        return canonicalize_license_expression(text)
    except InvalidLicenseExpression:
        return _whole(text)


_MIT = re.compile(
    r"permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated "
    r"documentation files \(the software\), to deal in the software without restriction, including without limitation "
    r"the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the software, and "
    r"to permit persons to whom the software is furnished to do so, subject to the following conditions: the above "
    r"copyright notice and this permission notice shall be included in all copies or substantial portions of the "
    r"software\. the software is provided as is, without warranty of any kind.*dealings in the software\.?"
)
_BSD = re.compile(
    r"redistribution and use in source and binary forms, with or without modification, are permitted provided that the "
    r"following conditions are met:.{0,8}redistributions of source code must retain.*?disclaimer\..{0,8}"
    r"redistributions in binary form must reproduce.*?distribution\.(?P<third>.{0,8}neither the names? of .*?"
    r"(?:prior )?written permission\.)? this software is provided by .*possibility of such damage\.?"
)
_ISC = re.compile(
    r"permission to use, copy, modify, and/?(?:or)? distribute this software for any purpose with or without fee is "
    r"hereby granted, provided that the above copyright notice and this permission notice appear in all copies\. the "
    r"software is provided as is .*performance of this software\.?"
)
_TITLE = re.compile(
    r"^(?:the )?[a-z0-9 -]{0,40}licen[cs]e(?: \([a-z]+\))?\s+"
    r"|^(?:portions )?copyright .{0,400}?(?=permission is|permission to|redistribution and|all rights)"
    r"|^all rights reserved\.?"
)


_APACHE = "cbb8f77bf16ee5d1b31b8fdfbd89560beca4ec1af794765fd1730da5242e6b9b"  # of its terms, as `_flat` has them
_TERMS = ("terms and conditions for use, reproduction, and distribution", "end of terms and conditions")


def expression_of_file(text: str) -> str | None:
    """The licence whose text a file holds, word for word but for title, names and years."""
    return _whole(text)


def _flat(text: str) -> str:
    return " ".join(re.sub(r"[\"'`*\u201c\u201d]", "", text).lower().split())


def _whole(text: str) -> str | None:
    """The licence whose whole text it is, but for title and copyright lines."""
    if not 400 < len(text) < 20_000:
        return None
    flat = _flat(text)
    start, end = flat.find(_TERMS[0]), flat.find(_TERMS[1])
    if 0 <= start < end:
        return "Apache-2.0" if hashlib.sha256(flat[start:end].encode()).hexdigest() == _APACHE else None
    if len(flat) > 4000:
        return None
    for _ in range(4):
        flat = _TITLE.sub("", flat, count=1).strip()
    if _MIT.fullmatch(flat):
        return "MIT"
    if _ISC.fullmatch(flat):
        return "ISC"
    bsd = _BSD.fullmatch(flat)
    if bsd is not None:
        return "BSD-3-Clause" if bsd["third"] else "BSD-2-Clause"
    return None
