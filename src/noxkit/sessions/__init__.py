# SPDX-License-Identifier: Apache-2.0
"""The factories: each registers one session with nox when it is called, and nothing on import."""

from noxkit.sessions.build import build
from noxkit.sessions.bump import bump
from noxkit.sessions.changelog import changelog
from noxkit.sessions.check import check
from noxkit.sessions.clean import clean
from noxkit.sessions.commits import commits
from noxkit.sessions.consistency import consistency
from noxkit.sessions.coverage import coverage
from noxkit.sessions.deps_update import deps_update
from noxkit.sessions.fix import fix
from noxkit.sessions.fmt import fmt
from noxkit.sessions.generated import generated
from noxkit.sessions.licenses import licenses
from noxkit.sessions.lint import lint
from noxkit.sessions.pipeline import pipeline
from noxkit.sessions.publish import publish
from noxkit.sessions.release import release
from noxkit.sessions.release_check import release_check
from noxkit.sessions.sbom import sbom
from noxkit.sessions.security import security
from noxkit.sessions.tag import tag
from noxkit.sessions.tests import tests
from noxkit.sessions.tests_watch import tests_watch
from noxkit.sessions.typecheck import typecheck
from noxkit.sessions.urls import urls
from noxkit.sessions.verify import verify
from noxkit.sessions.wheel_contents import wheel_contents

__all__ = [
    "build",
    "bump",
    "changelog",
    "check",
    "clean",
    "commits",
    "consistency",
    "coverage",
    "deps_update",
    "fix",
    "fmt",
    "generated",
    "licenses",
    "lint",
    "pipeline",
    "publish",
    "release",
    "release_check",
    "sbom",
    "security",
    "tag",
    "tests",
    "tests_watch",
    "typecheck",
    "urls",
    "verify",
    "wheel_contents",
]
