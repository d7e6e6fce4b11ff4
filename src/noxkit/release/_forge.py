# SPDX-License-Identifier: Apache-2.0
"""`tag`, and the forge: tags and their push, releases with notes and files, pull requests."""

from __future__ import annotations

import dataclasses
import hashlib
import re
import urllib.error
import urllib.parse
import urllib.request
from http import HTTPStatus
from typing import TYPE_CHECKING, Protocol, TypeVar

import msgspec
from packaging.version import Version

from noxkit.diagnostics.model import Outcome, Status
from noxkit.engine._scope import Scope, published
from noxkit.engine._tags import tag_template
from noxkit.engine._task import Task
from noxkit.release._bump import notes_of
from noxkit.release._publish import checked_release, passed_report
from noxkit.release._session import nothing_published
from noxkit.rules._changelog import changelogs_in
from noxkit.workspace.git import remote_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from noxkit.diagnostics.model import EvidenceValue
    from noxkit.engine._context import Context
    from noxkit.engine._task import ToolCall
    from noxkit.tasks.process import Completed
    from noxkit.workspace.model import Package

__all__ = [
    "ForgeError",
    "NoForgeError",
    "forge_of",
    "git_failed",
    "git_says",
    "make_releases",
    "plan_tag",
    "push",
    "tag_all",
    "tags_of",
]

TAG = "tag"
"""The task's name."""

_GIT_PATIENCE = 120.0  # seconds that a remote repository is waited for
_ENVIRONMENT = {"GIT_TERMINAL_PROMPT": "0", "GIT_EDITOR": "true", "LC_ALL": "C"}


def plan_tag(context: Context, scope: Scope) -> list[Task]:
    """One task for all packages: those of one version may share a tag.

    Raises NoxkitError where no release check has passed on this very tree.
    """
    packages = published(context, scope)
    if not packages:
        return nothing_published(TAG)
    report, source = passed_report(context)
    versions = {package.name: checked_release(context, package, report, source).version for package in packages}

    def act(_call: ToolCall, _needs: Mapping[str, object]) -> Outcome:
        return tag_all(context, versions)

    return [Task(name=TAG, action=act, why=f"passed by {source}")]


def tags_of(context: Context, versions: Mapping[str, str]) -> dict[str, tuple[Package, str]]:
    """The tags of versions by packages' names, each with a package and its version; several may share one."""
    tags: dict[str, tuple[Package, str]] = {}
    for package in published(context, Scope()):
        version = versions.get(package.name)
        if version is not None:
            tags.setdefault(tag_template(context, package).replace("{version}", version), (package, version))
    return tags


def tag_all(context: Context, versions: Mapping[str, str]) -> Outcome:
    """Tag HEAD with the versions that packages have, by their names; what is there already stays."""
    head = git_says(context, "rev-parse", "HEAD").stdout.decode().strip()
    tags = tags_of(context, versions)
    there = {tag: _commit_of(context, tag) for tag in tags}
    wrong = [tag for tag, commit in there.items() if commit not in {None, head}]
    if wrong:
        reason = f"the tag {wrong[0]} is there already, on another commit ({str(there[wrong[0]])[:10]})"
        hint = "a tag that others may have is never moved: release a higher version"
        return Outcome(name=TAG, status=Status.FAILED, reason=reason, hint=hint)
    new = [tag for tag, commit in there.items() if commit is None]
    evidence: dict[str, EvidenceValue] = {"tags": list(tags), "made": new}
    if context.config.run.dry_run:
        lines = [f"would tag {head[:10]} as {tag}" for tag in new] or [f"{', '.join(tags)}: there already"]
        context.outbox.append("\n".join([*lines, ""]))
        return Outcome(name=TAG, status=Status.PASSED, evidence=evidence)
    for tag in new:
        words = ["tag", "--annotate", "--cleanup=verbatim", "--message", _message(context, *tags[tag])]
        made = git_says(context, *words, "--", tag, head)
        if made.returncode != 0:
            return git_failed(made, f"git does not make the tag {tag}")
    pushed = push(context, [f"refs/tags/{tag}" for tag in tags]) if context.config.run.push else None
    if pushed is not None and pushed.returncode != 0:
        return git_failed(pushed, "the tags are made, and not pushed")
    said = f"made {', '.join(new)}" if new else f"already done: {', '.join(tags)}"
    evidence["did"] = said
    context.outbox.append(f"{said}{', pushed' if pushed is not None else ''}\n")
    return Outcome(name=TAG, status=Status.PASSED, evidence=evidence)


def git_says(
    context: Context, *arguments: str, timeout: float | None = None, environ: Mapping[str, str | None] | None = None
) -> Completed:
    """A call of git that asks nobody, with `environ` added to the environment."""
    changes = {**_ENVIRONMENT, **(environ or {})}
    return context.runner.run(["git", *arguments], task=TAG, environment=changes, timeout=timeout)


def _commit_of(context: Context, tag: str) -> str | None:
    said = git_says(context, "rev-parse", "--verify", "--quiet", f"refs/tags/{tag}^{{commit}}")
    return said.stdout.decode().strip() if said.returncode == 0 else None


def _message(context: Context, package: Package, version: str) -> str:
    """The name and the version, and below them what the changelog says of exactly this version."""
    notes = notes_for(context, package, version)
    return f"{package.raw_name} {version}\n" + (f"\n{notes}" if notes else "")


def notes_for(context: Context, package: Package, version: str) -> str | None:
    """What the package's changelog, or that of the root, says of exactly this version."""
    for folder in dict.fromkeys((package.folder, ".")):
        for path in changelogs_in(context.repository.files, folder):
            content = (context.root / path).read_text(encoding="utf-8", errors="replace")
            notes = notes_of(content, Version(version), path=path)
            if notes is not None:
                return notes
    return None


def push(context: Context, refs: Sequence[str]) -> Completed:
    """Push all of them at once: the remote takes every one or none. Those that it has are no news to it."""
    git = context.repository.git
    remote = (remote_of(git) if git is not None else None) or "origin"
    return git_says(context, "push", "--atomic", "--porcelain", remote, *refs, timeout=_GIT_PATIENCE)


def git_failed(completed: Completed, what: str, *, name: str = TAG) -> Outcome:
    """The outcome of a step that git did not do, with its words."""
    lines = [line.strip() for line in completed.stderr.decode("utf-8", "replace").splitlines() if line.strip()]
    said = "no answer in time" if completed.timed_out else "; ".join(lines[-3:])[:400] or "git says nothing"
    hint = "mend that and run it again: what is made stays, and is not made twice"
    return Outcome(name=name, status=Status.FAILED, reason=f"{what}: {said}", hint=hint)


_PATIENCE = 60.0  # seconds, for one answer
_ATTEMPTS = 3
_PAUSE = 0.5  # seconds before the second attempt; each further one waits twice as long
_PAGE = 100  # releases that are looked at
_T = TypeVar("_T")
_ADDRESS = re.compile(r"(?:[a-z+]+://)?(?:[^@/]*@)?(?P<host>[^:/]+)(?::\d+)?[:/](?P<project>.+?)(?:\.git)?/?")


class NoForgeError(Exception):
    """Why there is no forge to speak to: a step that is not done, and nothing that is wrong."""


class ForgeError(Exception):
    """What the forge says instead of doing it; `status` is that of HTTP, None for no answer, 0 for one of no use."""

    def __init__(self, reason: str, *, status: int | None = 0) -> None:
        super().__init__(reason)
        self.status = status

    @property
    def passes(self) -> bool:
        """Whether it may do it later."""
        late = self.status is not None and self.status >= HTTPStatus.INTERNAL_SERVER_ERROR
        return self.status in {None, HTTPStatus.TOO_MANY_REQUESTS} or late


class _Asset(msgspec.Struct):
    id: int
    name: str
    state: str = "uploaded"
    digest: str | None = None


class _Release(msgspec.Struct):
    id: int
    tag_name: str
    upload_url: str
    draft: bool = False
    assets: list[_Asset] = msgspec.field(default_factory=list[_Asset])


class _Pull(msgspec.Struct):
    number: int
    html_url: str


class _Link(msgspec.Struct):
    name: str


class _Links(msgspec.Struct):
    links: list[_Link] = msgspec.field(default_factory=list[_Link])


class _LabRelease(msgspec.Struct):
    assets: _Links = msgspec.field(default_factory=_Links)


class _MergeRequest(msgspec.Struct):
    iid: int
    web_url: str


class Forge(Protocol):
    """What a release asks of a forge. Every call raises ForgeError."""

    def release(self, tag: str, *, name: str, notes: str, files: Sequence[Path]) -> bool:
        """Make the release of a tag with these files, or what is missing of it; False where all was there."""
        ...

    def remove(self, tag: str) -> bool:
        """Remove the release of a tag; False where there is none."""
        ...

    def propose(self, branch: str, onto: str, *, title: str, body: str) -> str:
        """Open a pull request, or bring the open one up to date; its address."""
        ...


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Http:
    """Calls of an interface at `base`, with the header that lets us in."""

    base: str
    headers: Mapping[str, str]
    context: Context

    def find(self, path: str, into: type[_T]) -> _T | None:
        """What there is at `path`; None where there is nothing. Raises ForgeError."""
        try:
            return self("GET", path, into=into)
        except ForgeError as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return None
            raise

    def send(self, path: str, file: Path, *, method: str = "POST") -> None:
        """Upload the content of a file. Raises ForgeError."""
        self._tried(method, path, data=file.read_bytes(), kind="application/octet-stream")

    def __call__(self, method: str, path: str, *, into: type[_T], given: object = None) -> _T:
        """What it answers. Raises ForgeError."""
        data = msgspec.json.encode(given) if given is not None else None
        content = self._tried(method, path, data=data, kind="application/json")
        try:
            return msgspec.json.decode(content or b"null", type=into)
        except msgspec.DecodeError as error:
            raise ForgeError(f"{method} {path}: the answer cannot be read: {error}") from error

    def _tried(self, method: str, path: str, *, data: bytes | None, kind: str) -> bytes:
        """What it answers, after several attempts where that may help; what a POST has done is not done twice."""
        address = path if "://" in path else f"{self.base}{path}"
        headers = {"User-Agent": "noxkit", "Content-Type": kind, **self.headers}
        request = urllib.request.Request(address, data=data, method=method, headers=headers)  # noqa: S310 -- configured
        attempt = 1
        while True:
            try:
                return _answered(request)
            except ForgeError as error:
                if not error.passes or method == "POST" or attempt == _ATTEMPTS:
                    raise
            self.context.cancel.wait(_PAUSE * 2**attempt)
            attempt += 1


def _answered(request: urllib.request.Request) -> bytes:
    asked = f"{request.get_method()} {request.full_url}"
    try:
        with urllib.request.urlopen(request, timeout=_PATIENCE) as answer:  # noqa: S310 -- configured
            return answer.read()
    except urllib.error.HTTPError as error:
        with error:
            said = " ".join(error.read(2000).decode("utf-8", "replace").split())[:200]
        raise ForgeError(f"{asked}: {error.code} {error.reason} {said}", status=error.code) from error
    except (OSError, ValueError) as error:
        raise ForgeError(f"{asked}: no answer: {error}", status=None) from error


def forge_of(context: Context) -> Forge:
    """The forge that the repository is pushed to. Raises NoForgeError where none is known, or no token is given."""
    options = context.config.options.release
    git = context.repository.git
    remote = remote_of(git) if git is not None else None
    said = git(["remote", "get-url", remote]) if git is not None and remote is not None else None
    address = _ADDRESS.fullmatch((said or b"").decode("utf-8", "replace").strip())
    host = address["host"] if address is not None else ""
    known = "github" if host == "github.com" else "gitlab" if "gitlab" in host else "none"
    kind = known if options.forge == "auto" else options.forge
    if kind == "none":
        raise NoForgeError("no forge is known of the remote: `forge` in [tool.noxkit.release] names it")
    project = options.forge_project or (address["project"] if address is not None else "")
    if "/" not in project:
        raise NoForgeError("the remote does not say the project: `forge-project` in [tool.noxkit.release] does")
    if kind == "github":
        token, name = _token(context, "GH_TOKEN", "GITHUB_TOKEN")
        base = options.forge_url or context.environ.get("GITHUB_API_URL") or "https://api.github.com"
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/vnd.github+json"}
        return _GitHub(http=_Http(base=base.rstrip("/"), headers=headers, context=context), project=project)
    token, name = _token(context, "GITLAB_TOKEN", "CI_JOB_TOKEN")
    base = options.forge_url or context.environ.get("CI_API_V4_URL") or f"https://{host}/api/v4"
    headers = {"JOB-TOKEN" if name == "CI_JOB_TOKEN" else "PRIVATE-TOKEN": token}
    http = _Http(base=base.rstrip("/"), headers=headers, context=context)
    return _GitLab(http=http, project=urllib.parse.quote(project, safe=""))


def _token(context: Context, *names: str) -> tuple[str, str]:
    for name in names:
        token = context.environ.get(name, "")
        if token:
            if re.search(r"[\r\n\0]", token):
                raise NoForgeError(f"{name} has the end of a line in it: store it again without")
            return token, name
    raise NoForgeError(f"no token: {' or '.join(names)}")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _GitHub:
    """A repository on GitHub, `owner/name`. A release is a draft until all of its files are there."""

    http: _Http
    project: str

    def release(self, tag: str, *, name: str, notes: str, files: Sequence[Path]) -> bool:
        found = self._found(tag)
        if found is None:
            pre = Version(name.rpartition(" ")[2]).is_prerelease
            given = {"tag_name": tag, "name": name, "body": notes, "prerelease": pre, "draft": True}
            found = self.http("POST", f"/repos/{self.project}/releases", given=given, into=_Release)
        missing = self._missing(found, files)
        where = found.upload_url.partition("{")[0]
        for file in missing:
            self.http.send(f"{where}?name={urllib.parse.quote(file.name)}", file)
        if found.draft:
            self.http("PATCH", f"/repos/{self.project}/releases/{found.id}", given={"draft": False}, into=_Release)
        return bool(missing or found.draft)

    def _found(self, tag: str) -> _Release | None:
        """The release of a tag, drafts too, which cannot be asked for by their tag."""
        releases = self.http("GET", f"/repos/{self.project}/releases?per_page={_PAGE}", into=list[_Release])
        return next((each for each in releases if each.tag_name == tag), None)

    def _missing(self, release: _Release, files: Sequence[Path]) -> list[Path]:
        """The files that it does not have; what was cut off in an upload is removed first."""
        assets = {each.name: each for each in release.assets}
        missing: list[Path] = []
        for file in files:
            asset = assets.get(file.name)
            if asset is None:
                missing.append(file)
            elif asset.state != "uploaded":
                self.http("DELETE", f"/repos/{self.project}/releases/assets/{asset.id}", into=msgspec.Raw)
                missing.append(file)
            elif asset.digest not in {None, f"sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}"}:
                raise ForgeError(f"the release {release.tag_name} has another {file.name}")
        return missing

    def remove(self, tag: str) -> bool:
        found = self._found(tag)
        if found is not None:
            self.http("DELETE", f"/repos/{self.project}/releases/{found.id}", into=msgspec.Raw)
        return found is not None

    def propose(self, branch: str, onto: str, *, title: str, body: str) -> str:
        path = f"/repos/{self.project}/pulls"
        asked = {"state": "open", "head": f"{self.project.partition('/')[0]}:{branch}", "base": onto}
        listed = self.http("GET", f"{path}?{urllib.parse.urlencode(asked)}", into=list[_Pull])
        given = {"title": title, "body": body}
        if listed:
            return self.http("PATCH", f"{path}/{listed[0].number}", given=given, into=_Pull).html_url
        return self.http("POST", path, given={**given, "head": branch, "base": onto}, into=_Pull).html_url


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _GitLab:
    """A project on GitLab, its path quoted. Files go to its generic packages, and the release has links to them."""

    http: _Http
    project: str

    def release(self, tag: str, *, name: str, notes: str, files: Sequence[Path]) -> bool:
        links = {file.name: self._link(name, file) for file in files}
        path = f"/projects/{self.project}/releases"
        found = self.http.find(f"{path}/{urllib.parse.quote(tag, safe='')}", _LabRelease)
        there = {each.name for each in found.assets.links} if found is not None else set[str]()
        missing = [file for file in files if file.name not in there]
        for file in missing:
            self.http.send(links[file.name], file, method="PUT")
        listed = [{"name": file.name, "url": f"{self.http.base}{links[file.name]}"} for file in missing]
        if found is None:
            given = {"tag_name": tag, "name": name, "description": notes, "assets": {"links": listed}}
            self.http("POST", path, given=given, into=msgspec.Raw)
            return True
        for each in listed:
            self.http("POST", f"{path}/{urllib.parse.quote(tag, safe='')}/assets/links", given=each, into=msgspec.Raw)
        return bool(missing)

    def _link(self, name: str, file: Path) -> str:
        package, _, version = name.rpartition(" ")
        quoted = "/".join(urllib.parse.quote(part, safe="") for part in (package, version, file.name))
        return f"/projects/{self.project}/packages/generic/{quoted}"

    def remove(self, tag: str) -> bool:
        path = f"/projects/{self.project}/releases/{urllib.parse.quote(tag, safe='')}"
        if self.http.find(path, _LabRelease) is None:
            return False
        self.http("DELETE", path, into=msgspec.Raw)
        return True

    def propose(self, branch: str, onto: str, *, title: str, body: str) -> str:
        path = f"/projects/{self.project}/merge_requests"
        asked = {"state": "opened", "source_branch": branch, "target_branch": onto}
        listed = self.http("GET", f"{path}?{urllib.parse.urlencode(asked)}", into=list[_MergeRequest])
        given = {"title": title, "description": body}
        if listed:
            return self.http("PUT", f"{path}/{listed[0].iid}", given=given, into=_MergeRequest).web_url
        given |= {"source_branch": branch, "target_branch": onto}
        return self.http("POST", path, given=given, into=_MergeRequest).web_url


def make_releases(
    context: Context, versions: Mapping[str, str], files: Mapping[str, Sequence[str]], *, name: str = "forge_release"
) -> Outcome:
    """A release on the forge for each tag, with the notes of the changelog and the files of its packages.

    `versions` and `files`, paths below the root, are by the packages' names.
    """
    tags = tags_of(context, versions)
    try:
        forge = forge_of(context)
    except NoForgeError as why:
        context.outbox.append(f"no release on a forge: {why}\n")
        return Outcome(name=name, status=Status.PASSED, evidence={"did": f"not done: {why}"})
    if context.config.run.dry_run:
        context.outbox.append(f"would make a release on the forge of {', '.join(tags)}\n")
        return Outcome(name=name, status=Status.PASSED, evidence={"did": f"would make {', '.join(tags)}"})
    made: list[str] = []
    for tag, (package, version) in tags.items():
        title = f"{package.raw_name} {version}"
        of_tag = [each for each in versions if tags_of(context, {each: versions[each]}).keys() == {tag}]
        paths = [context.root / path for each in of_tag for path in files.get(each, ())]
        notes = notes_for(context, package, version) or title
        try:
            if forge.release(tag, name=title, notes=notes, files=paths):
                made.append(tag)
        except ForgeError as error:
            status = Status.INCONCLUSIVE if error.passes else Status.FAILED
            hint = "all else is done; run it again, and it makes what is missing"
            return Outcome(name=name, status=status, reason=str(error), hint=hint, evidence={"made": made})
    said = f"made {', '.join(made)}" if made else "already done: the forge has them"
    context.outbox.append(f"releases on the forge: {said}\n")
    return Outcome(name=name, status=Status.PASSED, evidence={"did": said, "made": made})
