# SPDX-License-Identifier: Apache-2.0
"""Secrets that the source itself shows: in a generated repr, in a log, on standard output."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from noxkit.rules._base import Found, Scope, found, rule
from noxkit.rules._names import Names, has_any, is_credential, names_of, words_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from noxkit.rules._source import SourceFile

__all__ = ["credential_repr", "secret_logged"]

_NAMED = (
    *("ecret", "ECRET", "assw", "ASSW", "assphrase", "ASSPHRASE", "pwd", "PWD", "oken", "OKEN", "jwt", "JWT"),
    *("_key", "_KEY", "apikey", "APIKEY", "apiKey", "ApiKey", "authkey", "redential", "REDENTIAL", "bearer", "BEARER"),
)
_GENERATORS = ("dataclass", "NamedTuple", "namedtuple", "attr", "BaseModel", "BaseSettings", "Struct", "SQLModel")
_DATACLASSES = frozenset({"dataclasses.dataclass", "pydantic.dataclasses.dataclass", "attr.dataclass"})
_ATTRS = frozenset(
    {f"attrs.{name}" for name in ("define", "frozen", "mutable")}
    | {f"attr.{name}" for name in ("s", "attrs", "define", "frozen", "mutable", "attributes")}
)
_BASES = frozenset(
    {"typing.NamedTuple", "typing_extensions.NamedTuple", "pydantic.BaseModel", "pydantic_settings.BaseSettings"}
    | {"pydantic.BaseSettings", "pydantic.v1.BaseModel", "pydantic.v1.BaseSettings", "msgspec.Struct"}
    | {"sqlmodel.SQLModel", "pydantic.main.BaseModel"}
)
_MAKERS = frozenset(
    {"collections.namedtuple", "typing.NamedTuple", "dataclasses.make_dataclass", "attrs.make_class", "attr.make_class"}
)
_OWN_REPRS = frozenset({"__repr__", "__repr_args__", "__rich_repr__"})
_TEXTS = frozenset({"str", "bytes", "bytearray", "Text", "AnyStr"})
_OF_A_TOKEN = frozenset(
    {"value", "kind", "line", "column", "lineno", "pos", "position", "offset", "start", "span", "word"}
)
_SYNTAX = re.compile(r"(?i)lex|pars|token|syntax|grammar|node")
_GIVEN_BACK = re.compile(r"\.(?:reset|detach)\((?:\w+\.)*token\)")


@rule(code="NK-CREDENTIAL-REPR", scope=Scope.SOURCE, since="1.0")
def credential_repr(source: SourceFile) -> Iterator[Found]:
    """A generated repr shows a text field that is named as a credential.

    # Why
    Logs, tracebacks, debuggers and failed assertions print the repr, and with it the password.

    # Fails
    ```python src/acme/login.py
    from dataclasses import dataclass


    @dataclass
    class Login:
        user: str
        password: str
    ```

    # Passes
    ```python src/acme/login.py
    from dataclasses import dataclass, field


    @dataclass
    class Login:
        user: str
        password: str = field(repr=False)
    ```

    # Fix
    `field(repr=False)`, `pydantic.SecretStr`, or a `__repr__` of its own. There is no automatic fix: a
    default would have to move.

    # Options
    None. Dataclasses, attrs, NamedTuple, namedtuple, pydantic and msgspec are known.

    # When to ignore
    Where the field holds no secret in spite of its name, such as the text of a parser's token.
    """
    if not has_any(source.text, _GENERATORS) or not has_any(source.text, _NAMED):
        return
    names = names_of(source)
    classes = {node.name: node for node in source.nodes(ast.ClassDef)}
    hint = "give it `repr=False`, a type that hides itself (`SecretStr`), or the class a `__repr__` of its own"
    for node in classes.values():
        if _has_generated_repr(node, names, classes) and not _defines_repr(node):
            for name, place in _shown_fields(node, names):
                if not (name == "token" and (_is_of_a_parser(node, source.path) or _is_given_back(source))):
                    yield found(f"the repr of `{node.name}` shows `{name}`", hint=hint, at=source.place(place))
    for call in source.nodes(ast.Call):
        meaning = names.meaning(call.func)
        if meaning is not None and meaning.name in _MAKERS and len(call.args) > 1:
            for name in _tuple_fields(call.args[1]):
                if is_credential(name) and not (name == "token" and _is_given_back(source)):
                    yield found(f"the repr of this class shows `{name}`", hint=hint, at=source.place(call))


def _is_given_back(source: SourceFile) -> bool:
    """Whether a token is what `ContextVar.set` and its likes return, to undo it with."""
    return _GIVEN_BACK.search(source.text) is not None


def _is_of_a_parser(node: ast.ClassDef, path: str) -> bool:
    """Whether a token is a word of a language here: by the name of the class, or by the other fields."""
    fields = {
        each.target.id for each in node.body if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)
    }
    return bool(_SYNTAX.search(f"{node.name} {path}") or fields & _OF_A_TOKEN)


def _has_generated_repr(node: ast.ClassDef, names: Names, classes: dict[str, ast.ClassDef]) -> bool:
    for decorator in node.decorator_list:
        call = decorator if isinstance(decorator, ast.Call) else None
        meaning = names.meaning(call.func if call else decorator)
        if meaning is not None and meaning.name in _DATACLASSES | _ATTRS:
            shown, _ = names.argument(call, "repr") if call else (None, False)
            return names.truth(shown) is not False if shown is not None else True
    return _is_model(node, names, classes, frozenset())


def _is_model(node: ast.ClassDef, names: Names, classes: dict[str, ast.ClassDef], seen: frozenset[str]) -> bool:
    for base in node.bases:
        meaning = names.meaning(base)
        if meaning is not None and meaning.name in _BASES:
            return True
        name = base.id if isinstance(base, ast.Name) else ""
        known = name in classes and name not in seen and not _defines_repr(classes[name])
        if known and _is_model(classes[name], names, classes, seen | {name}):
            return True
    return False


def _defines_repr(node: ast.ClassDef) -> bool:
    functions = {each.name for each in node.body if isinstance(each, ast.FunctionDef)}
    given = {ast.unparse(target) for each in node.body if isinstance(each, ast.Assign) for target in each.targets}
    return bool(_OWN_REPRS & (functions | given))


def _shown_fields(node: ast.ClassDef, names: Names) -> Iterator[tuple[str, ast.stmt]]:
    for field in node.body:
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            name, is_text = field.target.id, _is_text(field.annotation)
            hidden = _hides(field.value, names) or _hides(field.annotation, names)
        elif (
            isinstance(field, ast.Assign)
            and isinstance(field.targets[0], ast.Name)
            and _is_attribute(field.value, names)
        ):
            name, hidden = field.targets[0].id, _hides(field.value, names)
            kind, _ = names.argument(field.value, "type") if isinstance(field.value, ast.Call) else (None, False)
            is_text = kind is None or _is_text(kind)
        else:
            continue
        if is_credential(name) and is_text and not hidden:
            yield name, field


def _is_attribute(value: ast.expr, names: Names) -> bool:
    meaning = names.meaning(value.func) if isinstance(value, ast.Call) else None
    return meaning is not None and meaning.name in {"attr.ib", "attr.attrib", "attr.field", "attrs.field"}


def _is_text(annotation: ast.expr) -> bool:
    """Whether a value of the type is text, or may be: `str`, `bytes | None`, `Optional["str"]`."""
    text = annotation.value if isinstance(annotation, ast.Constant) else ast.unparse(annotation)
    if not isinstance(text, str) or re.match(r"(?:\w+\.)?(?:ClassVar|InitVar)\b", text):
        return False
    annotated = re.match(r"(?:\w+\.)?Annotated\[([^,]*)", text)
    text = annotated[1] if annotated else text
    outer = re.match(
        r"(?:\w+\.)?(?:Callable|[Tt]ype|Literal|[Dd]ict|Mapping|[Ll]ist|[Ss]et|[Ff]rozen[Ss]et|[Tt]uple|Sequence|Iterable|Collection)\[",
        text,
    )
    return outer is None and bool(_TEXTS & set(re.findall(r"\w+", text)))


def _hides(value: ast.expr | None, names: Names) -> bool:
    """Whether a call in `value` has a `repr` other than True."""
    calls = [each for each in ast.walk(value) if isinstance(each, ast.Call)] if value is not None else []
    shown = [names.argument(call, "repr")[0] for call in calls]
    return any(each is not None and names.truth(each) is not True for each in shown)


def _tuple_fields(fields: ast.expr) -> list[str]:
    if isinstance(fields, ast.Constant) and isinstance(fields.value, str):
        return fields.value.replace(",", " ").split()
    items = fields.elts if isinstance(fields, ast.List | ast.Tuple) else []
    names = [item.elts[0] if isinstance(item, ast.Tuple) and item.elts else item for item in items]
    return [str(item.value) for item in names if isinstance(item, ast.Constant)]


_LEVELS = frozenset(
    {"debug", "info", "warning", "warn", "error", "critical", "exception", "fatal", "log", "trace"}
    | {"success", "notice", "msg"}
)
_LOGGER = re.compile(r"(?i)(?:^|[._])_?(?:log|logs|logger|logging|getlogger\(.*\)|get_logger\(.*\)|structlog|loguru)$")
_OUTPUTS = frozenset(
    {
        "builtins.print",
        "pprint.pprint",
        "pprint.pp",
        "click.echo",
        "click.secho",
        "typer.echo",
        "typer.secho",
        "rich.print",
    }
    | {"sys.stdout.write", "sys.stderr.write", "sys.stdout.writelines", "sys.stdout.buffer.write", "warnings.warn"}
)
_WRITING = _LEVELS | {name.rpartition(".")[2] for name in _OUTPUTS}
_SAME_TEXT = frozenset(
    {"format", "join", "strip", "decode", "encode", "upper", "lower", "get_secret_value", "getenv"} | {"get", "pop"}
)
_SAME_VALUE = frozenset({"builtins.str", "builtins.repr", "builtins.format", "builtins.ascii", "json.dumps"})


@rule(code="NK-SECRET-LOGGED", scope=Scope.SOURCE, since="1.0")
def secret_logged(source: SourceFile) -> Iterator[Found]:
    """The value of a secret is written to a log or to standard output.

    # Why
    Logs are kept, collected and read by more people and programs than the secret is meant for.

    # Fails
    ```python src/acme/login.py
    import logging

    log = logging.getLogger(__name__)


    def login(user, password):
        log.debug("login of %s with %s", user, password)
    ```

    # Passes
    ```python src/acme/login.py
    import logging

    log = logging.getLogger(__name__)


    def login(user, password):
        log.debug("login of %s with a password of %d characters", user, len(password))
    ```

    # Fix
    Leave the value out, or write its length. There is no automatic fix.

    # Options
    None.

    # When to ignore
    In a command whose purpose is to print a token that the user has asked for.
    """
    if not has_any(source.text, _NAMED):
        return
    names = names_of(source)
    hint = "leave the value out; that there is one, or its length, is enough"
    for call in source.nodes(ast.Call):
        where = _where_written(call, names)
        if where is not None:
            values = [
                *call.args,
                *(keyword.value for keyword in call.keywords if keyword.arg not in {"file", "end", "sep"}),
            ]
            for name, node in _secrets_in(values, names):
                if not _is_of_a_language(name, source):
                    yield found(f"the value of `{name}` goes to {where}", hint=hint, at=source.place(node))


def _where_written(call: ast.Call, names: Names) -> str | None:
    if isinstance(call.func, ast.Attribute) and call.func.attr not in _WRITING:
        return None
    meaning = names.meaning(call.func)
    if meaning is not None and meaning.name in _OUTPUTS:
        file, _ = names.argument(call, "file")
        return "standard output" if file is None or ast.unparse(file) in {"sys.stdout", "sys.stderr"} else None
    if not isinstance(call.func, ast.Attribute):
        of_logging = meaning is not None and re.match(r"logging\.(?:debug|info|warn|error|crit|exc|log)", meaning.name)
        return "the log" if of_logging else None
    receiver = call.func.value
    known = meaning is not None and meaning.name.partition(".")[0] in {"logging", "loguru", "structlog"}
    given = names.value(receiver) or receiver
    is_logger = known or _LOGGER.search(ast.unparse(receiver)) or _LOGGER.search(ast.unparse(given))
    if call.func.attr in _LEVELS and is_logger:
        return "the log"
    return "standard output" if call.func.attr == "print" and ast.unparse(call.func.value).endswith("console") else None


def _secrets_in(values: Iterable[ast.expr], names: Names) -> Iterator[tuple[str, ast.expr]]:
    """The names of secrets whose whole value becomes part of the text."""
    for value in values:
        name = _secret_name(value, names)
        if name is not None:
            yield name, value
        else:
            yield from _secrets_in(_parts(value, names), names)


def _secret_name(node: ast.expr, names: Names) -> str | None:
    name: object = None
    if isinstance(node, ast.Name):
        name = node.id
    elif isinstance(node, ast.Attribute):
        name = node.attr
    elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        name = node.slice.value
    elif isinstance(node, ast.Call):
        meaning = names.meaning(node.func)
        if meaning is not None and meaning.name == "getpass.getpass":
            return "getpass()"
        is_lookup = isinstance(node.func, ast.Attribute) and node.func.attr in {"get", "getenv", "pop"}
        if (is_lookup or (meaning is not None and meaning.name == "os.getenv")) and node.args:
            name = node.args[0].value if isinstance(node.args[0], ast.Constant) else None
    return name if isinstance(name, str) and name.isascii() and is_credential(name) else None


def _parts(node: ast.expr, names: Names) -> list[ast.expr]:
    """The expressions whose text becomes part of the text of `node`."""
    parts: list[ast.expr] = []
    if isinstance(node, ast.JoinedStr):
        parts = [each.value for each in node.values if isinstance(each, ast.FormattedValue)]
    elif isinstance(node, ast.BinOp):
        parts = [node.left, node.right]
    elif isinstance(node, ast.BoolOp):
        parts = node.values if isinstance(node.op, ast.Or) else node.values[-1:]
    elif isinstance(node, ast.IfExp):
        parts = [node.body, node.orelse]
    elif isinstance(node, ast.Tuple | ast.List | ast.Set):
        parts = node.elts
    elif isinstance(node, ast.Dict):
        parts = node.values
    elif isinstance(node, ast.Starred | ast.Await | ast.NamedExpr):
        parts = [node.value]
    elif isinstance(node, ast.Call):
        parts = _parts_of_call(node, names)
    return parts


def _parts_of_call(node: ast.Call, names: Names) -> list[ast.expr]:
    meaning = names.meaning(node.func)
    method = node.func if isinstance(node.func, ast.Attribute) and node.func.attr in _SAME_TEXT else None
    if method is None and (meaning is None or meaning.name not in _SAME_VALUE):
        return []
    inner = [method.value] if method is not None else []
    return [*inner, *node.args, *(keyword.value for keyword in node.keywords)]


def _is_of_a_language(name: str, source: SourceFile) -> bool:
    """Whether it is the token of a parser, or another word that is no secret where it stands."""
    if words_of(name) == "pwd":
        return True  # where one is
    if words_of(name) not in {"token", "tokens"}:
        return False
    looped = {ast.unparse(each.target) for kind in (ast.For, ast.comprehension) for each in source.nodes(kind)}
    return bool(_SYNTAX.search(source.path)) or "tokenize" in source.text or "Lexer" in source.text or name in looped
