# SPDX-License-Identifier: Apache-2.0
"""The plans of the sessions that users run: what each is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noxkit.engine._advisories import plan_advisories
from noxkit.engine._build import plan_build
from noxkit.engine._built_tools import plan_built_tools
from noxkit.engine._clean import plan_clean
from noxkit.engine._contents import plan_contents
from noxkit.engine._coverage import plan_coverage
from noxkit.engine._deps_update import plan_deps_update
from noxkit.engine._generated import plan_generated, plan_generated_alone
from noxkit.engine._history import plan_commits
from noxkit.engine._licenses import plan_licenses
from noxkit.engine._release import plan_release_check
from noxkit.engine._rules import plan_rules
from noxkit.engine._select import plan_checkers, plan_static, supported_pythons
from noxkit.engine._tests import default_python, plan_tests, plan_tests_everywhere
from noxkit.engine._urls import plan_urls
from noxkit.engine._watch import plan_tests_watch

if TYPE_CHECKING:
    from noxkit.engine._context import Context
    from noxkit.engine._run import Planner
    from noxkit.engine._scope import Scope
    from noxkit.engine._task import Task

__all__ = [
    "plan_build",
    "plan_check",
    "plan_clean",
    "plan_commits",
    "plan_consistency",
    "plan_coverage_alone",
    "plan_deps_update",
    "plan_fix",
    "plan_fmt",
    "plan_generated_alone",
    "plan_licenses_alone",
    "plan_lint",
    "plan_release_check",
    "plan_security",
    "plan_tests_watch",
    "plan_urls",
    "plan_wheel_contents",
    "tests_on",
    "typecheck_on",
]


def plan_lint(context: Context, scope: Scope) -> list[Task]:
    """Everything static, the type checkers on the lowest supported Python."""
    static = [*plan_static(context, scope, "lint"), *plan_rules(context, scope, "lint")]
    return [*plan_checkers(context, scope), *static, *plan_generated(context, scope)]


def plan_fmt(context: Context, scope: Scope) -> list[Task]:
    """Everything that formats, and licence headers."""
    return [*plan_static(context, scope, "fmt"), *plan_rules(context, scope, "fmt")]


def plan_fix(context: Context, scope: Scope) -> list[Task]:
    """Every rule and tool that has fixes, and what generators write."""
    rules = plan_rules(context, scope, "fix")
    return [*plan_static(context, scope, "fix"), *rules, *plan_generated(context, scope)]


def plan_consistency(context: Context, scope: Scope) -> list[Task]:
    """The rules on metadata, workspace, layout, source and documents, what compares the lock, and generated files."""
    rules = plan_rules(context, scope, "consistency")
    return [*plan_static(context, scope, "consistency"), *rules, *plan_generated(context, scope)]


def plan_security(context: Context, scope: Scope) -> list[Task]:
    """The rules and tools on secrets, dangerous code and workflows, and advisories on what is locked."""
    static = plan_static(context, scope, "security")
    return [*static, *plan_rules(context, scope, "security"), *plan_advisories(context, scope)]


def plan_licenses_alone(context: Context, scope: Scope) -> list[Task]:
    """The licences of locked dependencies, and licence headers."""
    static = plan_static(context, scope, "licenses")
    return [*plan_licenses(context, scope), *plan_rules(context, scope, "licenses"), *static]


def plan_wheel_contents(context: Context, scope: Scope) -> list[Task]:
    """Every file of `dist/`, or those that are named."""
    return [*plan_contents(context, scope), *plan_built_tools(context, scope, "wheel_contents")]


def plan_check(context: Context, scope: Scope) -> list[Task]:
    """Lint, the tests on the default Python, and coverage of these tests."""
    tests = plan_tests_everywhere(context, scope, default_python(context))
    return [*plan_lint(context, scope), *tests, *plan_coverage(context, scope, after=tests)]


def plan_coverage_alone(context: Context, scope: Scope) -> list[Task]:
    """Coverage of whatever data is there."""
    return plan_coverage(context, scope)


def typecheck_on(python: str | None) -> Planner:
    """The whole grid, ends first, or the column of one Python."""

    def plan_typecheck(context: Context, scope: Scope) -> list[Task]:
        return plan_checkers(context, scope, [python] if python else supported_pythons(context))

    return plan_typecheck


def tests_on(python: str | None) -> Planner:
    """The tests on one Python; on the default one where None."""

    def plan_one(context: Context, scope: Scope) -> list[Task]:
        return plan_tests(context, scope, python or default_python(context))

    return plan_one
