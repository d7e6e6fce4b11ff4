# SPDX-License-Identifier: Apache-2.0
"""Which codes of different checkers name one defect: found by provoking each in all four of them.

tests/tools/test_groups.py provokes them again and compares.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["GROUPS", "group_of"]

# Former names stand behind the present ones: a project's own pin may be of last year.
GROUPS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "import-missing": {
            "ty": "import-not-found unresolved-import",
            "pyrefly": "missing-import import-error",
            "pyright": "reportMissingImports",
            "mypy": "import-not-found import",
        },
        "name-undefined": {
            "ty": "unresolved-reference",
            "pyrefly": "unknown-name",
            "pyright": "reportUndefinedVariable",
            "mypy": "name-defined",
            "ruff": "F821",
        },
        "name-unbound": {
            "ty": "possibly-unresolved-reference",
            "pyrefly": "unbound-name",
            "pyright": "reportPossiblyUnboundVariable reportPossiblyUnbound reportUnboundVariable",
            "mypy": "possibly-undefined used-before-def",
        },
        "attribute": {
            "ty": "missing-attribute missing-union-attribute missing-module-member unresolved-attribute",
            "pyrefly": "missing-attribute missing-module-attribute",
            "pyright": "reportAttributeAccessIssue reportOptionalMemberAccess",
            "mypy": "attr-defined union-attr",
        },
        "assignment": {
            "ty": "invalid-assignment",
            "pyrefly": "bad-assignment",
            "pyright": "reportAssignmentType",
            "mypy": "assignment dict-item list-item",
        },
        "return": {
            "ty": "invalid-explicit-return invalid-implicit-return invalid-generator-return-type invalid-return-type",
            "pyrefly": "bad-return",
            "pyright": "reportReturnType",
            "mypy": "return-value return",
        },
        "argument": {
            "ty": "invalid-argument-type",
            "pyrefly": "bad-argument-type",
            "pyright": "reportArgumentType",
            "mypy": "arg-type",
        },
        "call": {
            "ty": "missing-argument unknown-argument too-many-positional-arguments parameter-already-assigned "
            "no-matching-overload not-callable call-non-callable",
            "pyrefly": "missing-argument unexpected-keyword bad-argument-count bad-keyword-argument "
            "no-matching-overload not-callable",
            "pyright": "reportCallIssue reportOptionalCall",
            "mypy": "call-arg call-overload",
        },
        "operator": {
            "ty": "unsupported-operator",
            "pyrefly": "unsupported-operation",
            "pyright": "reportOperatorIssue reportOptionalOperand",
            "mypy": "operator",
        },
        "subscript": {
            "ty": "not-subscriptable non-subscriptable",
            "pyright": "reportIndexIssue reportOptionalSubscript",
            "mypy": "index",
        },
        "index": {"ty": "index-out-of-bounds", "pyrefly": "bad-index"},
        "iteration": {"ty": "not-iterable", "pyrefly": "not-iterable", "pyright": "reportOptionalIterable"},
        "context-manager": {
            "ty": "invalid-context-manager",
            "pyrefly": "bad-context-manager",
            "pyright": "reportOptionalContextManager",
        },
        "await": {"ty": "invalid-await", "pyrefly": "not-async"},
        "coroutine-unused": {
            "ty": "unused-awaitable",
            "pyrefly": "unused-coroutine",
            "pyright": "reportUnusedCoroutine",
            "mypy": "unused-coroutine",
        },
        "override": {
            "ty": "incompatible-method-override incompatible-attribute-override override-of-final-method "
            "invalid-method-override",
            "pyrefly": "bad-override bad-override-mutable-attribute",
            "pyright": "reportIncompatibleMethodOverride reportIncompatibleVariableOverride",
            "mypy": "override",
        },
        "abstract": {
            "ty": "abstract-class-instantiation",
            "pyrefly": "bad-instantiation",
            "pyright": "reportAbstractUsage",
            "mypy": "abstract",
        },
        "typed-dict": {
            "ty": "missing-typed-dict-key unknown-typed-dict-constructor-key invalid-typed-dict-key invalid-key",
            "pyrefly": "bad-typed-dict-key",
            "mypy": "typeddict-item typeddict-unknown-key",
        },
        "type-form": {
            "ty": "invalid-type-form",
            "pyrefly": "not-a-type invalid-annotation",
            "pyright": "reportInvalidTypeForm",
            "mypy": "valid-type",
        },
        "type-arguments": {
            "ty": "invalid-type-arguments",
            "pyrefly": "bad-specialization implicit-any-type-argument",
            "pyright": "reportInvalidTypeArguments reportMissingTypeArgument",
            "mypy": "type-arg",
        },
        "parameter-untyped": {
            "pyrefly": "implicit-any-parameter",
            "pyright": "reportMissingParameterType",
            "mypy": "no-untyped-def",
        },
        "default": {"ty": "invalid-parameter-default", "pyrefly": "bad-function-definition"},
        "redefinition": {"pyrefly": "redefinition", "mypy": "no-redef"},
        "overload": {
            "ty": "single-overload invalid-overload",
            "pyrefly": "invalid-overload",
            "pyright": "reportInconsistentOverload",
        },
        "raise": {"ty": "invalid-raise", "pyrefly": "bad-raise"},
        "yield": {"ty": "invalid-yield", "pyrefly": "invalid-yield"},
        "inheritance": {
            "ty": "subclass-of-final-class conflicting-metaclass duplicate-base invalid-base",
            "pyrefly": "invalid-inheritance",
            "mypy": "metaclass",
        },
        "type-assertion": {
            "ty": "type-assertion-failure",
            "pyrefly": "assert-type",
            "pyright": "reportAssertTypeFailure",
            "mypy": "assert-type",
        },
        "cast-redundant": {
            "ty": "redundant-cast",
            "pyrefly": "redundant-cast",
            "pyright": "reportUnnecessaryCast",
            "mypy": "redundant-cast",
        },
        "comparison": {"pyrefly": "unnecessary-comparison", "mypy": "comparison-overlap"},
        "ignore-unused": {
            "ty": "unused-type-ignore-comment",
            "pyright": "reportUnnecessaryTypeIgnoreComment",
            "mypy": "unused-ignore",
        },
        "deprecated": {
            "ty": "deprecated",
            "pyrefly": "deprecated",
            "pyright": "reportDeprecated",
            "mypy": "deprecated",
        },
        "revealed-type": {"ty": "revealed-type", "pyrefly": "reveal-type", "pyright": "revealed-type"},
        "reveal-undefined": {"ty": "undefined-reveal", "pyrefly": "unimported-directive"},
        "import-late": {"noxkit": "NK-IMPORT-IN-FUNCTION", "ruff": "PLC0415"},
        "suppression-broad": {"noxkit": "NK-SUPPRESSION-BROAD", "ruff": "PGH003 PGH004"},
        "docstring-missing": {
            "noxkit": "NK-DOCSTRING-MISSING",
            "ruff": "D100 D101 D102 D103 D104 D105 D106 D107",
        },
        "syntax": {
            "noxkit": "NK-MODULE-SYNTAX-ERROR",
            "ty": "invalid-syntax",
            "pyrefly": "invalid-syntax parse-error",
            "pyright": "syntax",
            "mypy": "syntax",
            "ruff": "invalid-syntax E999",
            "ruff_format": "invalid-syntax",
            "ruff_imports": "invalid-syntax",
        },
        "readme-render": {"noxkit": "NK-README-RENDER", "twine": "markup"},
        "readme-missing": {"noxkit": "NK-README-MISSING", "twine": "description-missing"},
        "content-type-missing": {"noxkit": "NK-DESCRIPTION-CONTENT-TYPE-MISSING", "twine": "content-type-missing"},
        "unreadable": {"ty": "io", "pyrefly": "unreadable", "mypy": "unreadable", "ruff": "E902", "ruff_format": "io"},
    }
)

_BY_CODE = {
    (tool, code): group for group, tools in GROUPS.items() for tool, codes in tools.items() for code in codes.split()
}


def group_of(tool: str, code: str) -> str | None:
    """The name that `code` of `tool` shares with the codes of others, or None where it stands alone."""
    return _BY_CODE.get((tool, code))
