# SPDX-License-Identifier: Apache-2.0
"""The plan of `release_check`: all that a release needs, in one run, each part as soon as what it needs is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noxkit.engine._advisories import plan_advisories
from noxkit.engine._build import plan_build
from noxkit.engine._built_tools import plan_built_tools
from noxkit.engine._contents import plan_contents
from noxkit.engine._coverage import plan_coverage
from noxkit.engine._generated import plan_generated
from noxkit.engine._licenses import plan_licenses
from noxkit.engine._moment import plan_moment
from noxkit.engine._previous import plan_previous
from noxkit.engine._rehearsal import plan_rehearsal
from noxkit.engine._rules import plan_rules
from noxkit.engine._scope import published
from noxkit.engine._select import plan_checkers, plan_static
from noxkit.engine._tests import default_python, plan_tests_everywhere

if TYPE_CHECKING:
    from noxkit.engine._context import Context
    from noxkit.engine._scope import Scope
    from noxkit.engine._task import Task

__all__ = ["left_out", "plan_release_check"]


def plan_release_check(context: Context, scope: Scope) -> list[Task]:
    """The builds, what verifies and rehearses them, everything static, the tests, and the questions of the moment."""
    packages = published(context, scope)
    builds = plan_build(context, scope)
    tests = [] if context.config.run.skip_tests else plan_tests_everywhere(context, scope, default_python(context))
    coverage = [] if context.config.run.skip_tests else plan_coverage(context, scope, after=tests)
    static = {task.label: task for task in plan_static(context, scope, "lint")}
    static |= {task.label: task for task in plan_static(context, scope, "release_check")}
    return [
        *builds,
        *plan_contents(context, scope, after=builds),
        *plan_built_tools(context, scope, "release_check", after=builds),
        *plan_rehearsal(context, packages, after=builds),
        *plan_previous(context, packages, after=builds),
        *plan_checkers(context, scope),
        *static.values(),
        *plan_rules(context, scope, "release_check"),
        *plan_generated(context, scope),
        *plan_licenses(context, scope),
        *plan_advisories(context, scope),
        *tests,
        *coverage,
        *plan_moment(context, packages, after=builds),
    ]


def left_out(context: Context) -> tuple[str, ...]:
    """What somebody has taken out of the run, by the word that did: a verdict says so."""
    run, options = context.config.run, context.config.options
    words = [f"`--only {','.join(run.only)}`: all else"] if run.only else []
    words += [f"{name} (`--skip`)" for name in run.skip]
    words += [f"{name} (`skip`)" for name in options.skip]
    return (*words, *(["tests (`--skip-tests`)"] if run.skip_tests else []))
