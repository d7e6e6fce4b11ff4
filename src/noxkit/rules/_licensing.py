# SPDX-License-Identifier: Apache-2.0
"""Whether a licence is allowed: what a distribution states, what the repository allows, and one of three answers."""

from __future__ import annotations

import dataclasses
import enum
import importlib
import re
from typing import TYPE_CHECKING, Any

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

from noxkit.rules._license_names import (
    AMBIGUOUS,
    FAMILIES,
    expression_of_classifier,
    expression_of_file,
    expression_of_text,
    name_of_classifier,
    plain,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["Answer", "Level", "LicensePolicy", "Stated", "Verdict", "judge", "read_policy", "stated_by"]


class Answer(enum.Enum):
    """What is known of a licence; there is no fourth answer."""

    ALLOWED = "allowed"
    DENIED = "denied"
    UNKNOWN = "unknown"


class Level(enum.Enum):
    """How several licences that one distribution states beside each other are taken, in liccheck's words."""

    STANDARD = "standard"
    """One that is allowed is enough."""
    CAUTIOUS = "cautious"
    """One that is denied is enough to deny."""
    PARANOID = "paranoid"
    """All have to be allowed."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What the metadata of a distribution state of its licence.

    `expressions` are SPDX expressions beyond doubt, `names` all that was written, in its plain form; `field` is where
    it stands (`License-Expression`, `classifiers`, `License`); `doubt` says why there is no expression.
    """

    expressions: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    field: str = ""
    doubt: str | None = None

    @property
    def shown(self) -> str:
        """What was stated, in a few words."""
        return ", ".join(self.expressions or self.names) or "nothing"


def stated_by(
    expression: str | None, text: str | None, classifiers: Iterable[str], files: Sequence[str] = ()
) -> Stated:
    """What the fields state, the newest first: PEP 639's expression, then classifiers, then the old text.

    Where they leave it open which licence is meant, the only text in `files` says it, if it is one that they may mean.
    """
    stated = _by_fields(expression, text, classifiers)
    if stated.expressions or len(files) != 1:
        return stated
    known = expression_of_file(files[0])
    meant = [AMBIGUOUS.get(name, "") for name in stated.names]
    if known is None or not all(f"`{known}`" in words for words in meant):
        return stated
    return dataclasses.replace(stated, expressions=(known,), field="the licence's text", doubt=None)


def _by_fields(expression: str | None, text: str | None, classifiers: Iterable[str]) -> Stated:
    if expression and expression.strip():
        try:
            return Stated(
                expressions=(canonicalize_license_expression(expression),),
                names=(plain(expression),),
                field="License-Expression",
            )
        except InvalidLicenseExpression:
            doubt = f"`{expression}` is no SPDX expression"
            return Stated(names=(plain(expression),), field="License-Expression", doubt=doubt)
    listed = [each for each in classifiers if name_of_classifier(each) is not None]
    names = tuple(dict.fromkeys(plain(name) for each in listed if (name := name_of_classifier(each)) is not None))
    found = [expression_of_classifier(each) for each in listed]
    if found and None not in found:
        return Stated(
            expressions=tuple(dict.fromkeys(each for each in found if each)), names=names, field="classifiers"
        )
    written = text.strip() if text and text.strip().lower() not in {"", "unknown", "none"} else None
    if written is not None:
        short = plain(written) if len(written) < 200 else plain(written.splitlines()[0])
        known = expression_of_text(written)
        names = tuple(dict.fromkeys((*names, short)))
        if known is not None:
            return Stated(expressions=(known,), names=names, field="License")
        return Stated(names=names, field="License", doubt=_doubt(short))
    if names:
        unclear = next(name for name, each in zip(names, found, strict=False) if each is None)
        return Stated(names=names, field="classifiers", doubt=_doubt(unclear))
    return Stated(doubt="its metadata state no licence")


def _doubt(name: str) -> str:
    meant = AMBIGUOUS.get(name)
    return f"`{name}` may be {meant}" if meant else f"`{name[:80]}` is no SPDX expression"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class LicensePolicy:
    """What is allowed and denied: SPDX expressions in their canonical form, or other names in their plain form.

    `packages` are allowed whatever they state, in the versions that their specifier admits. `source` is where it is.
    """

    allow: frozenset[str] = frozenset()
    deny: frozenset[str] = frozenset()
    packages: Mapping[str, str] = dataclasses.field(default_factory=dict[str, str])
    level: Level = Level.STANDARD
    source: str = ""


def read_policy(
    allow: Iterable[str], deny: Iterable[str], packages: Mapping[str, str], *, level: str, source: str
) -> LicensePolicy:
    """A policy of names as people write them."""
    return LicensePolicy(
        allow=frozenset(_key(name) for name in allow),
        deny=frozenset(_key(name) for name in deny),
        packages={canonicalize_name(name): spec for name, spec in packages.items()},
        level=Level(level.lower()) if level.lower() in {each.value for each in Level} else Level.STANDARD,
        source=source,
    )


def _key(name: str) -> str:
    return expression_of_text(name) or plain(name)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The answer, and the words that give the reason."""

    answer: Answer
    reason: str


def judge(policy: LicensePolicy, name: str, version: str, stated: Stated) -> Verdict:
    """Whether a distribution may be used, by what it states."""
    spec = policy.packages.get(canonicalize_name(name))
    if spec is not None and _admits(spec, version):
        return Verdict(answer=Answer.ALLOWED, reason=f"{name} {spec or 'in every version'} is allowed by name")
    answers = [_of_expression(policy, each) for each in stated.expressions] or [
        _of_name(policy, each) for each in stated.names
    ]
    answer = _joined(answers, policy.level)
    if answer is Answer.UNKNOWN and not stated.expressions:
        return Verdict(answer=answer, reason=stated.doubt or "its metadata state no licence")
    words = {Answer.ALLOWED: "allowed", Answer.DENIED: "denied", Answer.UNKNOWN: "neither allowed nor denied"}
    return Verdict(answer=answer, reason=f"`{stated.shown}` is {words[answer]} by {policy.source}")


def _admits(spec: str, version: str) -> bool:
    try:
        return not spec.strip() or SpecifierSet(spec).contains(version, prereleases=True)
    except InvalidSpecifier:
        return False


def _of_name(policy: LicensePolicy, name: str) -> Answer:
    """The answer for a name that is no expression: only by the same name in the policy."""
    if name in policy.deny:
        return Answer.DENIED
    return Answer.ALLOWED if name in policy.allow else Answer.UNKNOWN


def _of_expression(policy: LicensePolicy, expression: str) -> Answer:
    # imported late, since only the licences of dependencies need it; and by name, since it has no types
    licensing: Any = importlib.import_module("license_expression").Licensing()
    return _of_node(policy, licensing, licensing.parse(expression, validate=False, simple=True))


def _of_node(policy: LicensePolicy, licensing: Any, node: Any) -> Answer:
    """A whole that the policy names; OR: any; AND: all; a licence with an exception grants more than the licence."""
    if str(node) in policy.deny:
        return Answer.DENIED
    if str(node) in policy.allow:
        return Answer.ALLOWED
    if isinstance(node, licensing.OR):
        return _any([_of_node(policy, licensing, part) for part in node.args])
    if isinstance(node, licensing.AND):
        return _all([_of_node(policy, licensing, part) for part in node.args])
    return _of_identifier(policy, str(node))


def _of_identifier(policy: LicensePolicy, identifier: str) -> Answer:
    base = identifier.partition(" WITH ")[0]
    names = (identifier, plain(identifier))
    if any(name in policy.deny for name in names):
        return Answer.DENIED
    if any(name in policy.allow for name in (*names, base, plain(base))):
        return Answer.ALLOWED
    if base in policy.deny or plain(base) in policy.deny:
        return Answer.DENIED
    return Answer.UNKNOWN if policy.allow or _is_near(policy.deny, base) else Answer.ALLOWED


def _is_near(deny: Iterable[str], identifier: str) -> bool:
    """Whether what is denied may mean the licence: another form of it, or a name that stands for several."""
    stem = _FORM.sub("", identifier)
    prefix = identifier.partition("-")[0]
    return any(_FORM.sub("", name) == stem or FAMILIES.get(name) == prefix for name in deny)


_FORM = re.compile(r"-only$|-or-later$|\+$")


def _any(answers: Sequence[Answer]) -> Answer:
    return next((each for each in (Answer.ALLOWED, Answer.UNKNOWN) if each in answers), Answer.DENIED)


def _all(answers: Sequence[Answer]) -> Answer:
    return next((each for each in (Answer.DENIED, Answer.UNKNOWN) if each in answers), Answer.ALLOWED)


def _joined(answers: Sequence[Answer], level: Level) -> Answer:
    if not answers:
        return Answer.UNKNOWN
    if level is Level.PARANOID:
        return _all(answers)
    if level is Level.CAUTIOUS and Answer.DENIED in answers:
        return Answer.DENIED
    return _any(answers)
