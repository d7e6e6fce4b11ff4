# SPDX-License-Identifier: Apache-2.0
"""What well-known distributions require, down to those that require nothing; made from their METADATA of 2026.

Only those of which all is known are here, extras and markers left out. An import that one of them brings along
works, though nobody has promised it; what is not here may bring anything.
"""

from __future__ import annotations

import functools
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["closure"]

# Those that require nothing.
_ALONE = """
absl-py aiohappyeyeballs aiosqlite alabaster annotated-doc annotated-types argcomplete asgiref asttokens async-timeout
attrs avro bcrypt billiard blinker bottle cachetools certifi cfgv charset-normalizer click cloudpickle cmake colorama
comm coverage cycler cython ddt debugpy decorator defusedxml dill distlib distro dnspython docstring-parser docutils
duckdb et-xmlfile executing falcon fastavro fastjsonschema filelock fixtures flit-core fonttools frozenlist fsspec
future gast graphviz greenlet gunicorn h11 httptools humanize identify idna imagesize iniconfig iso8601 itsdangerous
jeepney jiter jmespath json5 jsonpointer jupyterlab-pygments kafka-python kiwisolver lark lazy-object-proxy llvmlite
lxml markdown markupsafe marshmallow mccabe mdurl mergedeep meson mock more-itertools mpmath msgpack msgspec multidict
mypy-extensions narwhals nest-asyncio netaddr networkx nodeenv numpy opt-einsum orjson packaging pandocfilters
parameterized parso passlib pathspec peewee pillow pip platformdirs pluggy ply poetry-core prometheus-client propcache
protobuf psutil psycopg2-binary ptyprocess pure-eval pyarrow pyasn1 pycodestyle pycparser pyflakes pygame pygments
pymysql pyparsing pyproject-hooks python-dotenv python-json-logger python-multipart pytz pywin32-ctypes pyyaml regex
resolvelib rfc3986 rfc3986-validator robotframework rpds-py ruamel-yaml ruff safetensors send2trash setuptools
shellingham simplejson six sniffio snowballstemmer sortedcontainers soupsieve sphinxcontrib-applehelp
sphinxcontrib-devhelp sphinxcontrib-htmlhelp sphinxcontrib-jsmath sphinxcontrib-qthelp sphinxcontrib-serializinghtml
sqlglot sqlparse stevedore suds-community tabulate tenacity termcolor testtools text-unidecode threadpoolctl thrift
time-machine toml tomli tomli-w tomlkit toolz tornado traitlets tree-sitter trove-classifiers types-pyyaml
typing-extensions tzdata ujson uri-template urllib3 uv uv-build uvloop vine watchdog wcwidth webcolors webencodings
websocket-client websockets wrapt zipp zope-interface zstandard
"""
_OTHERS = """
adal = cryptography pyjwt python-dateutil requests
aiohttp = aiohappyeyeballs aiosignal async-timeout attrs frozenlist multidict propcache typing-extensions yarl
aiosignal = frozenlist typing-extensions
alembic = mako sqlalchemy tomli typing-extensions
amqp = vine
ansible-core = cryptography jinja2 packaging pyyaml resolvelib
anyio = exceptiongroup idna typing-extensions
apispec = packaging
argon2-cffi = argon2-cffi-bindings
argon2-cffi-bindings = cffi
astroid = typing-extensions
astunparse = six wheel
async-lru = typing-extensions
asyncpg = async-timeout
aws-sam-translator = boto3 jsonschema pydantic typing-extensions
awscli = colorama docutils jmespath python-dateutil pyyaml rsa urllib3
azure-core = requests typing-extensions
babel = pytz
bandit = colorama pyyaml rich stevedore
beautifulsoup4 = soupsieve typing-extensions
bleach = webencodings
boto3 = botocore jmespath s3transfer
botocore = jmespath python-dateutil urllib3
celery = billiard click click-didyoumean click-plugins click-repl exceptiongroup kombu python-dateutil tzlocal vine
cffi = pycparser
click-didyoumean = click
click-plugins = click
click-repl = click prompt-toolkit typing-extensions
colorlog = colorama
confluent-kafka = typing-extensions
contourpy = numpy
cryptography = cffi typing-extensions
databricks-sdk = certifi google-auth protobuf requests urllib3
deprecated = wrapt
django = asgiref sqlparse tzdata
django-debug-toolbar = django sqlparse
django-filter = django
djangorestframework = django
email-validator = dnspython idna
eventlet = dnspython greenlet
exceptiongroup = typing-extensions
factory-boy = faker
faker = tzdata
fastapi = annotated-doc anyio opentelemetry-api pydantic starlette typing-extensions typing-inspection
flake8 = mccabe pycodestyle pyflakes
freezegun = python-dateutil
google-auth = cryptography pyasn1-modules
googleapis-common-protos = protobuf
grpcio = typing-extensions
grpcio-tools = grpcio protobuf setuptools
h5py = numpy
hatchling = packaging pathspec pluggy tomli tomlkit trove-classifiers
httpcore = certifi h11
httpx = anyio certifi httpcore idna
isort = mypy-extensions
jaraco-classes = more-itertools
jaraco-functools = more-itertools
jedi = parso
jinja2 = markupsafe
joblib = cloudpickle
jsonpatch = jsonpointer
jsonschema = attrs jsonschema-specifications referencing rpds-py
jsonschema-specifications = referencing
jupyter-client = jupyter-core python-dateutil pyzmq tornado traitlets typing-extensions
jupyter-core = platformdirs traitlets
kombu = amqp tzdata vine
mako = markupsafe
markdown-it-py = mdurl
matplotlib = contourpy cycler fonttools kiwisolver numpy packaging pillow pyparsing python-dateutil
matplotlib-inline = traitlets
maturin = tomli
mistune = typing-extensions
ml-dtypes = numpy
mypy-boto3-s3 = typing-extensions
nbclient = jupyter-client jupyter-core nbformat traitlets
nbformat = fastjsonschema jsonschema jupyter-core traitlets
onnx = ml-dtypes numpy protobuf typing-extensions
opencv-python-headless = numpy
openpyxl = et-xmlfile
opentelemetry-api = typing-extensions
opentelemetry-instrumentation = opentelemetry-api opentelemetry-semantic-conventions packaging wrapt
opentelemetry-sdk = opentelemetry-api opentelemetry-semantic-conventions typing-extensions
opentelemetry-semantic-conventions = opentelemetry-api typing-extensions
outcome = attrs
pandas = numpy python-dateutil tzdata
pandas-stubs = numpy
patsy = numpy packaging
pbr = setuptools
pexpect = ptyprocess
playwright = greenlet
plotly = narwhals packaging
pre-commit = cfgv identify nodeenv pyyaml virtualenv
prompt-toolkit = wcwidth
psycopg = typing-extensions tzdata
pyasn1-modules = pyasn1
pydantic = annotated-types pydantic-core typing-extensions typing-inspection
pydantic-core = typing-extensions
pydantic-settings = pydantic python-dotenv typing-extensions typing-inspection
pydot = pyparsing
pyjwt = typing-extensions
pylint = astroid colorama dill isort mccabe platformdirs tomli tomlkit typing-extensions
pymongo = dnspython
pynacl = cffi
pyopenssl = cryptography typing-extensions
pypdf = typing-extensions
pyproj = certifi
pyright = nodeenv typing-extensions
pytest = colorama exceptiongroup iniconfig packaging pluggy pygments tomli
pytest-django = pytest
pytest-mock = pytest
python-dateutil = tzdata
python-discovery = filelock
python-docx = lxml typing-extensions
python-slugify = text-unidecode
pyzmq = cffi
redis = async-timeout
referencing = attrs rpds-py typing-extensions
reportlab = charset-normalizer pillow
requests = certifi charset-normalizer idna urllib3
requests-toolbelt = requests
responses = pyyaml requests urllib3
rfc3339-validator = six
rich = markdown-it-py pygments
rsa = pyasn1
s3transfer = botocore
scikit-build-core = exceptiongroup packaging pathspec tomli typing-extensions
scikit-learn = joblib narwhals numpy scipy threadpoolctl
scipy = numpy
seaborn = matplotlib numpy pandas
secretstorage = cryptography jeepney
sentry-sdk = certifi urllib3
service-identity = attrs cryptography
shapely = numpy
snowflake-connector-python = cryptography protobuf pytz tomlkit
sqlalchemy = typing-extensions
sqlmodel = pydantic sqlalchemy typing-extensions
stack-data = asttokens executing pure-eval
starlette = anyio typing-extensions
structlog = typing-extensions
sympy = mpmath
tensorboardx = numpy packaging protobuf
tinycss2 = webencodings
tqdm = colorama
trio = attrs cffi exceptiongroup idna outcome sniffio sortedcontainers
typer = annotated-doc colorama pydantic rich shellingham
types-requests = urllib3
typing-inspection = typing-extensions
tzlocal = tzdata
uvicorn = click h11 typing-extensions
vcrpy = pyyaml wrapt
virtualenv = distlib filelock packaging platformdirs python-discovery typing-extensions
watchfiles = anyio
werkzeug = markupsafe
wheel = packaging
yarl = idna multidict propcache
"""


@functools.cache
def _requirements() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = dict.fromkeys(_ALONE.split(), ())
    for line in _OTHERS.strip().replace("\n    ", " ").splitlines():
        name, _, names = line.partition(" = ")
        found[name] = tuple(names.split())
    return MappingProxyType(found)


def closure(names: Iterable[str], own: Mapping[str, Iterable[str]]) -> frozenset[str] | None:
    """All that these distributions (normalised) bring along, themselves among them; None where that is not known.

    `own` says what others require that are known to whoever asks, such as the members of a workspace.
    """
    known, waiting, seen = {**_requirements(), **own}, list(names), set[str]()
    while waiting:
        name = waiting.pop()
        if name not in known:
            return None
        if name not in seen:
            seen.add(name)
            waiting += known[name]
    return frozenset(seen)
