# SPDX-License-Identifier: Apache-2.0
"""Writes the tree that the benchmarks measure: a uv workspace of generated packages, the same on every machine."""

from __future__ import annotations

import dataclasses
import shutil
from typing import TYPE_CHECKING

from sessions import _bench_blocks as blocks
from sessions import _bench_classes as classes
from sessions import _bench_loose as loose
from sessions import _bench_plain as plain
from sessions import _bench_text as text
from sessions._bench_module import Model, Module
from sessions._bench_words import DOMAINS, Dice

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

__all__ = ["FULL", "QUICK", "Counts", "Plan", "write_tree"]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How large the tree is."""

    packages: int
    files: int
    lines: int
    seed: int = 20


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What has been written."""

    packages: int
    files: int
    lines: int


FULL = Plan(packages=60, files=870, lines=260_000)
QUICK = Plan(packages=8, files=96, lines=28_000)

CODE: tuple[tuple[int, Callable[[Module], str]], ...] = (
    (2, blocks.model),
    (4, text.record),
    (1, classes.store),
    (3, classes.protocol),
    (2, classes.client),
    (3, classes.kinds),
    (1, classes.handler),
    (1, text.report),
    (6, text.commands),
    (2, blocks.table),
    (2, loose.analysis),
    (10, loose.chain),
    (3, plain.service),
    (2, text.parse),
    (10, plain.decision),
    (3, plain.ledger),
    (8, plain.wording),
    (16, plain.naming),
    (4, plain.calendar),
    (36, text.files),
    (1, plain.slip),
)
TESTS: tuple[tuple[int, Callable[[Module], str]], ...] = ((3, loose.examples), (1, loose.scenario))


@dataclasses.dataclass(slots=True, kw_only=True)
class Package:
    """A package of the tree; `models` and `loose` are what later packages may import from it."""

    name: str
    domain: str
    module: str
    modules: int
    tests: int
    needs: tuple[Package, ...]
    models: list[Model] = dataclasses.field(default_factory=list[Model])
    loose: list[tuple[str, str]] = dataclasses.field(default_factory=list[tuple[str, str]])

    @property
    def folder(self) -> str:
        """Where it lies, relative to the root."""
        return f"packages/{self.name}"


def write_tree(folder: Path, plan: Plan = FULL) -> Counts:
    """Write the tree into an empty or new folder; what an earlier call wrote there is replaced."""
    shutil.rmtree(folder / "packages", ignore_errors=True)
    dice = Dice(plan.seed)
    packages = _packages(dice, plan)
    sizes = _sizes(dice, plan, packages)
    files = {"pyproject.toml": _root_pyproject(packages), ".gitignore": ".nox/\n.venv/\n__pycache__/\n"}
    for package in packages:
        files |= _package_files(Dice(plan.seed + len(files)), package, sizes)
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content, encoding="utf-8")
    python = [content for path, content in files.items() if path.endswith(".py")]
    return Counts(packages=len(packages), files=len(python), lines=sum(content.count("\n") for content in python))


def _packages(dice: Dice, plan: Plan) -> list[Package]:
    """Packages that only need earlier ones; two thirds in one namespace, a quarter of them in one below it."""
    made: list[Package] = []
    # Each package has one `__init__.py`; what is left is shared out.
    left = plan.files - plan.packages
    for index, domain in enumerate(DOMAINS[: plan.packages]):
        share = left // (plan.packages - index)
        share += dice.below(share // 2) - share // 4 if index < plan.packages - 1 else 0
        left -= share
        tests = share // 3
        family, module = _family(index, domain)
        needs = tuple(dice.some(made, min(len(made), 1 + dice.below(4))))
        made.append(Package(name=family, domain=domain, module=module, modules=share - tests, tests=tests, needs=needs))
    return made


def _family(index: int, domain: str) -> tuple[str, str]:
    if index % 4 == 3:
        return f"acme-plugin-{domain}", f"acme.plugins.{domain}"
    return (f"acme-{domain}", f"acme.{domain}") if index % 15 else (f"acmekit-{domain}", f"acmekit_{domain}")


def _sizes(dice: Dice, plan: Plan, packages: Sequence[Package]) -> list[int]:
    """How many lines each module and test has: many short ones, a few long ones."""
    count = sum(package.modules + package.tests for package in packages)
    raw = [20 + dice.below(60) + dice.below(30) ** 2 // 4 for _ in range(count)]
    # A block is never cut, so that a file overshoots by half a block; an `__init__.py` has about ten lines.
    lines = plan.lines - 10 * plan.packages - 26 * count
    return [max(30, value * lines // sum(raw)) for value in raw]


def _package_files(dice: Dice, package: Package, sizes: list[int]) -> dict[str, str]:
    source = f"{package.folder}/src/{package.module.replace('.', '/')}"
    files = {
        f"{package.folder}/pyproject.toml": _pyproject(package),
        f"{package.folder}/README.md": f"# {package.name}\n\nThe {package.domain} of the company.\n",
        f"{source}/py.typed": "",
    }
    for index in range(package.modules):
        name = f"{package.module}.{_module_name(dice, index)}"
        files[f"{source}/{name.rsplit('.', maxsplit=1)[-1]}.py"] = _code(dice, package, name, sizes.pop())
    files[f"{source}/__init__.py"] = _facade(package)
    for index in range(package.tests):
        name = f"test_{package.domain}_{index}"
        files[f"{package.folder}/tests/{name}.py"] = _tests(dice, package, name, sizes.pop())
    return files


def _module_name(dice: Dice, index: int) -> str:
    stem = ("models", "stores", "clients", "reports", "rules", "tasks", "views", "forms", "formats", "queries")
    return stem[index] if index < len(stem) else f"part_{index}_{dice.pick(stem)}"


def _code(dice: Dice, package: Package, name: str, lines: int) -> str:
    """A module of the package; its first block is a dataclass, and some have a function that others build on."""
    module = _module(dice, package, name)
    parts = [blocks.model(module)]
    if dice.below(6) == 0 or not package.loose:
        parts.append(loose.analysis(module))
    text = module.render(parts)
    while text.count("\n") < lines:
        parts.append(dice.weighted(CODE)(module))
        text = module.render(parts)
    package.models.extend(module.made)
    package.loose.extend(module.made_loose)
    return text


def _tests(dice: Dice, package: Package, name: str, lines: int) -> str:
    module = _module(dice, package, name)
    parts = [loose.scenario(module)]
    text = module.render(parts)
    while text.count("\n") < lines:
        parts.append(dice.weighted(TESTS)(module))
        text = module.render(parts)
    return text


def _module(dice: Dice, package: Package, name: str) -> Module:
    """An empty module that may use what its package has so far, and some of what the needed packages have."""
    near = [package, *package.needs]
    models = [model for each in near for model in dice.some(each.models, 12)]
    functions = [function for each in near for function in dice.some(each.loose, 6)]
    return Module(dice=dice, name=name, domain=package.domain, models=models, loose=functions)


def _facade(package: Package) -> str:
    chosen = sorted({model.name: model for model in package.models[:12]}.values(), key=lambda model: model.name)
    modules = sorted({model.module for model in chosen})
    lines = [f'"""The {package.domain} of the company."""', ""]
    for module in modules:
        names = sorted(model.name for model in chosen if model.module == module)
        lines.append(f"from {module} import {', '.join(names)}")
    names = [f'    "{model.name}",' for model in chosen]
    return "\n".join([*lines, "", "__all__ = [", *names, "]", ""])


def _pyproject(package: Package) -> str:
    needs = "".join(f'  "{each.name}",\n' for each in sorted(package.needs, key=lambda each: each.name))
    return f"""\
[build-system]
requires = ["uv_build>=0.9"]
build-backend = "uv_build"

[project]
name = "{package.name}"
version = "1.4.2"
description = "The {package.domain} of the company."
readme = "README.md"
requires-python = ">=3.10"
dependencies = [
{needs}]

[tool.uv.build-backend]
module-name = "{package.module}"
"""


def _root_pyproject(packages: Sequence[Package]) -> str:
    sources = "".join(f"{package.name} = {{ workspace = true }}\n" for package in packages)
    return f"""\
[tool.uv.workspace]
members = ["packages/*"]

[tool.uv.sources]
{sources}
[tool.ruff]
line-length = 120
target-version = "py310"
src = ["packages/*/src"]

[tool.ruff.lint]
select = ["B", "C4", "E", "F", "I", "PIE", "RUF", "SIM", "UP", "W"]
ignore = ["B905", "E501", "RUF012"]

[tool.ty.environment]
python-version = "3.10"

[tool.pyrefly]
python-version = "3.10"

[tool.pyright]
pythonVersion = "3.10"

[tool.typos.default]
locale = "en"
"""
