# SPDX-License-Identifier: Apache-2.0
"""What of the standard library every CPython from 3.10 to 3.14 has, on each platform and in each build.

Made by comparing `dir()` of each module on the five of them. Left out are names that tests replace in their
module, such as `time.sleep`: an import that is late on purpose or not, a replaced one is what it finds.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["MODULES", "NAMES", "shadowed"]

_PURE = {
    "abc": (
        "ABC ABCMeta abstractclassmethod abstractmethod abstractproperty abstractstaticmethod get_cache_token "
        "update_abstractmethods"
    ),
    "argparse": (
        "Action ArgumentDefaultsHelpFormatter ArgumentError ArgumentParser ArgumentTypeError "
        "BooleanOptionalAction HelpFormatter MetavarTypeHelpFormatter Namespace ONE_OR_MORE OPTIONAL PARSER "
        "REMAINDER RawDescriptionHelpFormatter RawTextHelpFormatter SUPPRESS ZERO_OR_MORE"
    ),
    "ast": "AST NodeTransformer NodeVisitor dump get_docstring iter_child_nodes literal_eval parse unparse walk",
    "base64": (
        "a85decode a85encode b16decode b16encode b32decode b32encode b32hexdecode b32hexencode b64decode "
        "b64encode b85decode b85encode decode decodebytes encode encodebytes standard_b64decode "
        "standard_b64encode urlsafe_b64decode urlsafe_b64encode"
    ),
    "binascii": (
        "Error Incomplete a2b_base64 a2b_hex a2b_qp a2b_uu b2a_base64 b2a_hex b2a_qp b2a_uu crc32 crc_hqx hexlify "
        "unhexlify"
    ),
    "bisect": "bisect bisect_left bisect_right insort insort_left insort_right",
    "collections": "ChainMap Counter OrderedDict UserDict UserList UserString defaultdict deque namedtuple",
    "collections.abc": (
        "AsyncGenerator AsyncIterable AsyncIterator Awaitable Callable Collection Container Coroutine Generator "
        "Hashable ItemsView Iterable Iterator KeysView Mapping MappingView MutableMapping MutableSequence "
        "MutableSet Reversible Sequence Set Sized ValuesView"
    ),
    "contextlib": (
        "AbstractAsyncContextManager AbstractContextManager AsyncExitStack ContextDecorator ExitStack aclosing "
        "asynccontextmanager closing contextmanager nullcontext redirect_stderr redirect_stdout suppress"
    ),
    "copy": "Error copy deepcopy",
    "csv": (
        "Dialect DictReader DictWriter Error QUOTE_ALL QUOTE_MINIMAL QUOTE_NONE QUOTE_NONNUMERIC Sniffer excel "
        "excel_tab field_size_limit get_dialect list_dialects reader register_dialect unix_dialect "
        "unregister_dialect writer"
    ),
    "dataclasses": (
        "Field FrozenInstanceError InitVar KW_ONLY MISSING asdict astuple dataclass field fields is_dataclass "
        "make_dataclass replace"
    ),
    "decimal": (
        "BasicContext Clamped Context ConversionSyntax Decimal DecimalException DecimalTuple DefaultContext "
        "DivisionByZero DivisionImpossible DivisionUndefined ExtendedContext FloatOperation HAVE_CONTEXTVAR "
        "HAVE_THREADS Inexact InvalidContext InvalidOperation MAX_EMAX MAX_PREC MIN_EMIN MIN_ETINY Overflow "
        "ROUND_05UP ROUND_CEILING ROUND_DOWN ROUND_FLOOR ROUND_HALF_DOWN ROUND_HALF_EVEN ROUND_HALF_UP ROUND_UP "
        "Rounded Subnormal Underflow getcontext localcontext setcontext"
    ),
    "difflib": (
        "Differ HtmlDiff IS_CHARACTER_JUNK IS_LINE_JUNK Match SequenceMatcher context_diff diff_bytes "
        "get_close_matches ndiff restore unified_diff"
    ),
    "enum": "Enum EnumMeta Flag IntEnum IntFlag auto unique",
    "fnmatch": "filter fnmatch fnmatchcase translate",
    "fractions": "Fraction",
    "functools": (
        "WRAPPER_ASSIGNMENTS WRAPPER_UPDATES cache cached_property cmp_to_key lru_cache partial partialmethod "
        "reduce singledispatch singledispatchmethod total_ordering update_wrapper wraps"
    ),
    "hashlib": "algorithms_available algorithms_guaranteed blake2b blake2s md5 new sha1 sha224 sha256 sha384 sha512",
    "heapq": "heapify heappop heappush heappushpop heapreplace merge nlargest nsmallest",
    "hmac": "HMAC compare_digest digest new",
    "html": "escape unescape",
    "inspect": (
        "BoundArguments Parameter Signature classify_class_attrs cleandoc currentframe findsource "
        "formatannotation formatannotationrelativeto formatargvalues get_annotations getabsfile getargs "
        "getargvalues getattr_static getblock getcallargs getclasstree getclosurevars getcomments "
        "getcoroutinelocals getcoroutinestate getdoc getfile getframeinfo getfullargspec getgeneratorlocals "
        "getgeneratorstate getinnerframes getlineno getmembers getmodule getmodulename getmro getouterframes "
        "getsource getsourcefile getsourcelines indentsize isabstract isasyncgen isasyncgenfunction isawaitable "
        "isbuiltin isclass iscode iscoroutine iscoroutinefunction isdatadescriptor isframe isfunction isgenerator "
        "isgeneratorfunction isgetsetdescriptor ismemberdescriptor ismethod ismethoddescriptor ismodule isroutine "
        "istraceback signature stack trace unwrap walktree"
    ),
    "io": (
        "BlockingIOError BufferedIOBase BufferedRWPair BufferedRandom BufferedReader BufferedWriter BytesIO "
        "FileIO IOBase RawIOBase SEEK_CUR SEEK_END SEEK_SET StringIO TextIOBase TextIOWrapper "
        "UnsupportedOperation open"
    ),
    "itertools": (
        "accumulate chain combinations combinations_with_replacement compress count cycle dropwhile filterfalse "
        "groupby islice pairwise permutations product repeat starmap takewhile tee zip_longest"
    ),
    "json": "JSONDecodeError JSONDecoder JSONEncoder dump dumps load loads",
    "keyword": "iskeyword issoftkeyword kwlist softkwlist",
    "math": (
        "acos acosh asin asinh atan atan2 atanh ceil comb copysign cos cosh degrees dist e erf erfc exp expm1 "
        "fabs factorial floor fmod frexp fsum gamma gcd hypot inf isclose isfinite isinf isnan isqrt lcm ldexp "
        "lgamma log log10 log1p log2 modf nan nextafter perm pi pow prod radians remainder sin sinh sqrt tan tanh "
        "tau trunc ulp"
    ),
    "numbers": "Complex Integral Number Rational Real",
    "operator": (
        "abs add and_ attrgetter concat contains countOf delitem eq floordiv ge getitem gt iadd iand iconcat "
        "ifloordiv ilshift imatmul imod imul index indexOf inv invert ior ipow irshift is_ is_not isub itemgetter "
        "itruediv ixor le length_hint lshift lt matmul methodcaller mod mul ne neg not_ or_ pos pow rshift "
        "setitem sub truediv truth xor"
    ),
    "pathlib": "Path PurePath PurePosixPath PureWindowsPath",
    "pprint": "PrettyPrinter isreadable isrecursive pformat pp pprint saferepr",
    "re": (
        "A ASCII DOTALL I IGNORECASE L LOCALE M MULTILINE Match Pattern S U UNICODE VERBOSE X compile error "
        "escape findall finditer fullmatch match purge search split sub subn"
    ),
    "shlex": "join quote shlex split",
    "statistics": (
        "NormalDist StatisticsError correlation covariance fmean geometric_mean harmonic_mean linear_regression "
        "mean median median_grouped median_high median_low mode multimode pstdev pvariance quantiles stdev "
        "variance"
    ),
    "string": (
        "Formatter Template ascii_letters ascii_lowercase ascii_uppercase capwords digits hexdigits octdigits "
        "printable punctuation whitespace"
    ),
    "struct": "Struct calcsize error iter_unpack pack pack_into unpack unpack_from",
    "textwrap": "TextWrapper dedent fill indent shorten wrap",
    "traceback": (
        "FrameSummary StackSummary TracebackException clear_frames extract_stack extract_tb format_exc "
        "format_exception format_exception_only format_list format_stack format_tb print_exc print_exception "
        "print_last print_stack print_tb walk_stack walk_tb"
    ),
    "types": (
        "AsyncGeneratorType BuiltinFunctionType BuiltinMethodType CellType ClassMethodDescriptorType CodeType "
        "CoroutineType DynamicClassAttribute EllipsisType FrameType FunctionType GeneratorType GenericAlias "
        "GetSetDescriptorType LambdaType MappingProxyType MemberDescriptorType MethodDescriptorType MethodType "
        "MethodWrapperType ModuleType NoneType NotImplementedType SimpleNamespace TracebackType UnionType "
        "WrapperDescriptorType coroutine new_class prepare_class resolve_bases"
    ),
    "typing": (
        "AbstractSet Annotated Any AnyStr AsyncContextManager AsyncGenerator AsyncIterable AsyncIterator "
        "Awaitable BinaryIO Callable ChainMap ClassVar Collection Concatenate Container ContextManager Coroutine "
        "Counter DefaultDict Deque Dict Final ForwardRef FrozenSet Generator Generic Hashable IO ItemsView "
        "Iterable Iterator KeysView List Literal Mapping MappingView Match MutableMapping MutableSequence "
        "MutableSet NamedTuple NewType NoReturn Optional OrderedDict ParamSpec ParamSpecArgs ParamSpecKwargs "
        "Pattern Protocol Reversible Sequence Set Sized SupportsAbs SupportsBytes SupportsComplex SupportsFloat "
        "SupportsIndex SupportsInt SupportsRound TYPE_CHECKING Text TextIO Tuple Type TypeAlias TypeGuard TypeVar "
        "TypedDict Union ValuesView cast final get_args get_origin get_type_hints is_typeddict no_type_check "
        "no_type_check_decorator overload runtime_checkable"
    ),
    "unicodedata": (
        "UCD bidirectional category combining decimal decomposition digit east_asian_width is_normalized lookup "
        "mirrored name normalize numeric ucd_3_2_0 unidata_version"
    ),
    "urllib.parse": (
        "DefragResult DefragResultBytes ParseResult ParseResultBytes SplitResult SplitResultBytes parse_qs "
        "parse_qsl quote quote_from_bytes quote_plus unquote unquote_plus unquote_to_bytes urldefrag urlencode "
        "urljoin urlparse urlsplit urlunparse urlunsplit"
    ),
    "weakref": (
        "CallableProxyType ProxyType ProxyTypes ReferenceType WeakKeyDictionary WeakMethod WeakSet "
        "WeakValueDictionary finalize getweakrefcount getweakrefs proxy ref"
    ),
    "xml.sax.saxutils": "XMLFilterBase XMLGenerator escape prepare_input_source quoteattr unescape",
}

NAMES: Mapping[str, frozenset[str]] = MappingProxyType(
    {module: frozenset(names.split()) for module, names in _PURE.items()}
)
"""What may be imported from a module, by its dotted name."""

_OTHERS = (
    "asyncio calendar cmath codecs concurrent.futures configparser contextvars datetime dis email "
    "email.message email.parser email.policy email.utils errno filecmp gc getpass gettext glob graphlib "
    "html.parser http http.client http.server importlib importlib.abc importlib.machinery importlib.metadata "
    "importlib.resources importlib.util json.decoder linecache locale logging logging.config logging.handlers "
    "mimetypes os os.path pickle pkgutil platform queue random reprlib sched secrets shutil signal socket "
    "stat subprocess sys sysconfig tempfile threading time timeit token tokenize unittest unittest.mock "
    "urllib.error urllib.request uuid warnings xml.dom.minidom xml.etree.ElementTree zipfile zoneinfo"
)

MODULES = frozenset((*NAMES, *_OTHERS.split()))
"""What may be imported as a module."""

_TOPS = frozenset(module.partition(".")[0] for module in MODULES)


def shadowed(paths: Iterable[str]) -> frozenset[str]:
    """What of `paths` has the name of such a module, as a path without its ending.

    By its name as well where it lies in no package, so that an import may find it from anywhere.
    """
    files = [path.removesuffix(".py") for path in paths if path.endswith(".py")]
    packages = {path.rpartition("/")[0] for path in files if path.rpartition("/")[2] == "__init__"}
    own = [path for path in (*files, *packages) if path.rpartition("/")[2] in _TOPS]
    alone = (path.rpartition("/") for path in own)
    return frozenset({*own, *(name for folder, _, name in alone if folder not in packages)})
