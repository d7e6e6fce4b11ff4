# SPDX-License-Identifier: Apache-2.0
"""Which distributions bring which import names: a table of well-known ones, and what is in doubt without it.

Made from the wheels of several hundred projects that are used most, and from documented names of others.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from types import MappingProxyType
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["HOSTS", "any_brings", "may_bring", "owners_of"]

# Distributions that are imported by their own names.
_SAME = """
accelerate adal aiofiles aiohappyeyeballs aiohttp aiosignal aiosqlite alabaster alembic amqp annotated-doc
annotated-types anthropic anyio apache-beam apispec appdirs appnope apscheduler argcomplete arrow asgiref astroid
asttokens astunparse async-lru async-timeout asyncpg authlib avro aws-lambda-powertools awscli babel backcall bandit
basedpyright bcrypt behave billiard bleach blinker boltons boto3 botocore bottle build cachecontrol cachetools
cairosvg celery certifi cfgv cftime chardet charset-normalizer cherrypy click click-didyoumean click-plugins
click-repl cloudpickle cmake colorama colorlog comm confluent-kafka connexion constantly contourpy cookiecutter copier
coverage croniter cryptography cssselect cycler dagster dash dask dataclasses-json datasets dbt-common ddt ddtrace
debugpy decorator deepdiff defusedxml deprecated deprecation dill distlib distributed distro django django-extensions
docker docopt docstring-parser docutils drf-spectacular drf-yasg ecdsa einops elasticsearch email-validator
entrypoints et-xmlfile eventlet exceptiongroup execnet executing expiringdict fabric faker falcon fastapi fastavro
fasteners fastjsonschema filelock filetype fixtures flake8 flask flask-cors flask-login flask-sqlalchemy flask-wtf
flit-core folium fqdn freezegun frozenlist fsspec fuzzywuzzy gast gcsfs genshi gensim geopandas gevent ghp-import
gradio graphviz great-expectations greenlet gunicorn h11 h2 h5py hatch hatchling hpack html5lib httpcore httplib2
httptools httpx humanfriendly humanize hyperframe hyperlink ibm-cloud-sdk-core identify idna imagesize
importlib-metadata incremental inflection iniconfig ipdb ipython-genutils ipywidgets iso8601 isodate isoduration isort
itsdangerous jax jaxlib jedi jeepney jinja2 jiter jmespath joblib json5 jsonpatch jsonpath-ng jsonpointer jsonschema
jsonschema-specifications jupyter-client jupyter-server jupyter-server-terminals jupyterlab jupyterlab-pygments
jupyterlab-server keras keyring keystoneauth1 kiwisolver kombu kubernetes langchain langchain-community langchain-core
langsmith lark lazy-object-proxy lightning llvmlite locket lockfile loguru lxml lz4 mako markdown markupsafe
marshmallow matplotlib-inline maturin mccabe mdit-py-plugins mdurl mergedeep mistune mkdocs ml-dtypes mlflow mock
monotonic more-itertools moto moviepy mpmath msal msgpack msgspec msrest multidict multiprocess mypy-boto3-s3
mypy-extensions myst-parser narwhals nbclient nbconvert nbformat nest-asyncio netaddr netifaces networkx neutron-lib
nodeenv nose notebook-shim nox numexpr numpy oauth2client onnx openai openpyxl opt-einsum ordered-set orjson
oslo-config oslo-utils osqp outcome overrides packaging pandas pandocfilters parameterized paramiko parso partd
passlib pathspec patsy pbr pdm pexpect pika pip pkginfo platformdirs playwright pluggy ply poetry polars portalocker
posthog pre-commit prefect prometheus-client prompt-toolkit propcache psutil psycopg psycopg2 ptyprocess pure-eval py
pyaes pyarrow pyasn1 pyasn1-modules pyaudio pybind11 pycodestyle pycountry pycparser pycurl pydantic pydantic-core
pydantic-extra-types pydantic-settings pydot pyflakes pygame pygments pylint pymssql pymysql pyodbc pyparsing pypdf
pyperclip pyproj pyproject-hooks pyramid pyright pytest-asyncio pytest-benchmark pytest-cov pytest-django pytest-mock
python-discovery pytz pytz-deprecation-shim qtpy querystring-parser rdflib readme-renderer redis referencing regex
reportlab requests requests-cache requests-file requests-mock requests-ntlm requests-oauthlib requests-toolbelt
resolvelib responses retry rfc3339-validator rfc3986 rfc3986-validator rich rsa rtree ruff s3fs s3transfer safetensors
sanic scikit-build-core scipy scrapy seaborn secretstorage selenium semantic-version semver send2trash sentencepiece
sentry-sdk service-identity setuptools-rust setuptools-scm sh shapely shellingham shortuuid simplejson six slack-bolt
sniffio snowballstemmer sortedcontainers soupsieve spacy sphinx sphinx-rtd-theme sqlalchemy sqlalchemy-utils sqlfluff
sqlglot sqlmodel sqlparse sse-starlette stack-data starlette statsmodels stevedore streamlit stripe structlog tables
tabulate tblib tenacity tensorboard tensorflow termcolor terminado testtools text-unidecode textual threadpoolctl
thrift tinycss2 tokenizers toml tomli tomli-w tomlkit torch torchaudio torchmetrics torchvision tornado tox tqdm
traitlets transformers tree-sitter trio trio-websocket triton trove-classifiers tweepy twilio twine twisted txaio
typeguard typer typing-extensions typing-inspect typing-inspection tzdata tzlocal ujson unicodecsv unidecode unittest2
uri-template uritemplate urllib3 uv uv-build uvicorn uvloop validators vine virtualenv wagtail watchdog watchfiles
watchgod wcwidth webcolors webencodings websockets werkzeug wheel whoosh wrapt wsproto wtforms xgboost xlsxwriter
xmltodict xxhash yarl yaspin zipp zstandard
"""
# Distributions and all that they are imported as.
_OTHER = """
absl-py = absl
ansible = ansible ansible_collections
ansible-core = ansible ansible_test
ansible-lint = ansiblelint
antlr4-python3-runtime = antlr4
apache-airflow = airflow
apache-airflow-core = airflow airflow_shared
apache-airflow-providers-amazon = airflow
apache-airflow-providers-google = airflow
apache-airflow-providers-http = airflow
apache-libcloud = libcloud
argon2-cffi = argon2
argon2-cffi-bindings = _argon2_cffi_bindings
attrs = attr attrs
aws-sam-translator = samtranslator
azure-common = azure
azure-core = azure
azure-identity = azure
azure-mgmt-resource = azure
azure-storage-blob = azure
backports-tarfile = backports
beautifulsoup4 = bs4
biopython = Bio BioSQL
black = black blackd blib2to3
bokeh = bokeh typings
boto3-stubs = boto3
cattrs = cattr cattrs
cffi = cffi _cffi_backend
conan = conan conans
cx-freeze = cx_Freeze
cython = Cython cython pyximport
databricks-sdk = databricks
databricks-sql-connector = databricks
dbt-adapters = dbt
dbt-core = dbt
dbus-python = dbus
discord-py = discord
django-cors-headers = corsheaders
django-crispy-forms = crispy_forms
django-debug-toolbar = debug_toolbar
django-environ = environ
django-filter = django_filters
django-storages = storages
django-stubs = django mypy_django_plugin
djangorestframework = rest_framework
djangorestframework-simplejwt = rest_framework_simplejwt
dnspython = dns
duckdb = duckdb _duckdb adbc_driver_duckdb
factory-boy = factory
faiss-cpu = faiss
faiss-gpu = faiss
fonttools = fontTools
future = future past libfuturize libpasteurize builtins copyreg html http queue reprlib socketserver tkinter winreg
    xmlrpc
gitpython = git
google-api-core = google
google-api-python-client = apiclient googleapiclient
google-auth = google
google-cloud-bigquery = google
google-cloud-pubsub = google
google-cloud-storage = google
googleapis-common-protos = google
grpcio = grpc
grpcio-health-checking = grpc_health
grpcio-status = grpc_status
grpcio-tools = grpc_tools
imbalanced-learn = imblearn
ipython = IPython
jaraco-classes = jaraco
jaraco-context = jaraco
jaraco-functools = jaraco
jaraco-text = jaraco
jupyter-core = jupyter jupyter_core
kafka-python = kafka
kafka-python-ng = kafka
levenshtein = Levenshtein
line-bot-sdk = linebot
linkify-it-py = linkify_it
locust = locust pytest_locust
markdown-it-py = markdown_it
matplotlib = matplotlib mpl_toolkits pylab
meson = mesonbuild
meson-python = mesonpy
mkdocs-material = material
msgpack-python = msgpack
mypy = mypy mypyc
mysql-connector-python = mysql
mysqlclient = MySQLdb
ndg-httpsclient = ndg
netcdf4 = netCDF4
opencv-contrib-python = cv2
opencv-contrib-python-headless = cv2
opencv-python = cv2
opencv-python-headless = cv2
openstacksdk = openstack
opentelemetry-api = opentelemetry
opentelemetry-exporter-otlp = opentelemetry
opentelemetry-exporter-otlp-proto-grpc = opentelemetry
opentelemetry-instrumentation = opentelemetry
opentelemetry-instrumentation-flask = opentelemetry
opentelemetry-instrumentation-requests = opentelemetry
opentelemetry-sdk = opentelemetry
opentelemetry-semantic-conventions = opentelemetry
pandas-stubs = pandas
pdm-backend = pdm
peewee = peewee playhouse pwiz
pillow = PIL
pillow-simd = PIL
plotly = plotly _plotly_utils
poetry-core = poetry
progressbar2 = progressbar
proto-plus = proto
protobuf = google
psycopg2-binary = psycopg2
py-cpuinfo = cpuinfo
pycairo = cairo
pycrypto = Crypto
pycryptodome = Crypto
pycryptodomex = Cryptodome
pyelftools = elftools
pyenchant = enchant
pygithub = github
pygobject = gi
pyhamcrest = hamcrest
pyinstaller = PyInstaller
pyjwt = jwt
pymongo = pymongo bson gridfs
pynacl = nacl
pyobjc = objc
pyobjc-core = objc PyObjCTools
pyopenssl = OpenSSL
pypdf2 = PyPDF2
pyqt5 = PyQt5 sip
pyqt6 = PyQt6
pyrsistent = pyrsistent pvectorc _pyrsistent_version
pyserial = serial
pyshp = shapefile
pyside2 = PySide2 shiboken2
pyside6 = PySide6 shiboken6
pyside6-essentials = PySide6 shiboken6
pysocks = socks sockshandler
pytest = pytest _pytest py
pytest-xdist = xdist
python-bidi = bidi
python-box = box
python-crontab = crontab crontabs
python-dateutil = dateutil
python-decouple = decouple
python-docx = docx
python-dotenv = dotenv
python-editor = editor
python-engineio = engineio
python-gitlab = gitlab
python-jenkins = jenkins
python-jose = jose
python-json-logger = pythonjsonlogger
python-keystoneclient = keystoneclient
python-ldap = ldap ldif ldapurl slapdtest
python-levenshtein = Levenshtein
python-lsp-jsonrpc = pylsp_jsonrpc
python-lsp-server = pylsp
python-magic = magic
python-memcached = memcache
python-multipart = multipart python_multipart
python-novaclient = novaclient
python-pptx = pptx
python-rapidjson = rapidjson
python-slugify = slugify
python-snappy = snappy
python-socketio = socketio
python-telegram-bot = telegram
python-xlib = Xlib
pytorch-lightning = pytorch_lightning lightning_fabric
pyusb = usb
pywin32 = win32api win32con win32gui win32file win32event win32process win32security win32service win32serviceutil
    win32com win32comext win32pipe win32clipboard win32print win32ui win32net win32job win32evtlog win32pdh win32ts
    winerror pywintypes pythoncom pywin servicemanager winxpgui _win32sysloader ntsecuritycon win32timezone
pywin32-ctypes = win32ctypes
pyxdg = xdg
pyyaml = yaml _yaml
pyyaml-include = yamlinclude
pyzmq = zmq
robotframework = robot
rpds-py = rpds
ruamel-yaml = ruamel
ruamel-yaml-clib = _ruamel_yaml
scikit-build = skbuild
scikit-image = skimage
scikit-learn = sklearn
setuptools = setuptools pkg_resources _distutils_hack distutils
sip = sipbuild
slack-sdk = slack_sdk slack
slackclient = slack
snowflake-connector-python = snowflake
snowflake-sqlalchemy = snowflake
speechrecognition = speech_recognition
sphinxcontrib-applehelp = sphinxcontrib
sphinxcontrib-devhelp = sphinxcontrib
sphinxcontrib-htmlhelp = sphinxcontrib
sphinxcontrib-jsmath = sphinxcontrib
sphinxcontrib-qthelp = sphinxcontrib
sphinxcontrib-serializinghtml = sphinxcontrib
suds-community = suds
sympy = sympy isympy
tensorboardx = tensorboardX
tensorflow-cpu = tensorflow
tensorflow-gpu = tensorflow
time-machine = _time_machine time_machine
toolz = toolz tlz
tortoise-orm = tortoise
types-pyyaml = yaml
types-requests = requests
umap-learn = umap
uwsgi = uwsgi uwsgidecorators
vcrpy = vcr
web-py = web
websocket-client = websocket
wxpython = wx
zope-component = zope
zope-event = zope
zope-interface = zope
"""
HOSTS = frozenset(
    """
    java javax org com jarray clr System Microsoft js pyodide pyodide_js micropip _pyodide bpy bmesh mathutils maya
    pymel nuke hou gdb lldb idaapi idc idautils ida_kernwin gi apt apt_pkg dbus rpm dnf yum libxml2 portage xbmc xbmcgui
    xbmcaddon xbmcplugin unreal sublime sublime_plugin weechat uwsgi uwsgidecorators mod_wsgi sage ROOT dbutils
    arcpy qgis FreeCAD Blender c4d MaxPlus pymxs vim neovim hexchat machine utime micropython usocket ubinascii ustruct
    console ui objc_util appex AppKit Foundation Cocoa Quartz CoreFoundation PyObjCTools objc _typeshed __pypy__
    _pytest_custom __builtin__ cStringIO sitecustomize usercustomize this antigravity
    """.split()  # noqa: SIM905 -- as one reads them
)
"""What a program, a platform or an interpreter brings in which Python runs, and no distribution."""


@functools.cache
def _imports() -> Mapping[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {name: frozenset({name.replace("-", "_")}) for name in _SAME.split()}
    for line in _OTHER.strip().replace("\n    ", " ").splitlines():
        name, _, names = line.partition(" = ")
        found[name] = frozenset(names.split())
    return MappingProxyType(found)


@functools.cache
def _owners() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    for distribution, names in _imports().items():
        for name in names:
            found[name].append(distribution)
    return MappingProxyType({name: tuple(owners) for name, owners in found.items()})


def owners_of(top: str) -> tuple[str, ...]:
    """The distributions that are known to be imported as `top`, their names normalised."""
    return _owners().get(top, ())


def may_bring(requirement: str, top: str) -> bool:
    """Whether a distribution (its name normalised) brings the import name `top`, or may: in doubt it does."""
    name = canonicalize_name(top)
    if requirement == name or requirement.startswith(f"{name}-"):
        return True
    if not owners_of(top) and f"-{name}-" in f"-{requirement}-":
        return True
    known = _imports().get(requirement)
    if known is not None:
        return top in known
    return not owners_of(top) or name in requirement


def any_brings(requirements: Iterable[str], top: str) -> bool:
    """Whether any of these distributions brings an import name, or may."""
    return any(may_bring(requirement, top) for requirement in requirements)
