# SPDX-License-Identifier: Apache-2.0
"""The top-level names of the standard library, by the minors of Python that have them.

Made from `sys.stdlib_module_names` of CPython 3.10 to 3.14, which names the modules of every platform.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["ANY_PYTHON", "stdlib_of"]

_ALWAYS = """
abc antigravity argparse array ast asyncio atexit base64 bdb binascii bisect builtins bz2 cProfile calendar cmath cmd
code codecs codeop collections colorsys compileall concurrent configparser contextlib contextvars copy copyreg csv
ctypes curses dataclasses datetime dbm decimal difflib dis doctest email encodings ensurepip enum errno faulthandler
fcntl filecmp fileinput fnmatch fractions ftplib functools gc genericpath getopt getpass gettext glob graphlib grp gzip
hashlib heapq hmac html http idlelib imaplib importlib inspect io ipaddress itertools json keyword linecache locale
logging lzma mailbox marshal math mimetypes mmap modulefinder msvcrt multiprocessing netrc nt ntpath nturl2path numbers
opcode operator optparse os pathlib pdb pickle pickletools pkgutil platform plistlib poplib posix posixpath pprint
profile pstats pty pwd py_compile pyclbr pydoc pydoc_data pyexpat queue quopri random re readline reprlib resource
rlcompleter runpy sched secrets select selectors shelve shlex shutil signal site smtplib socket socketserver sqlite3
sre_compile sre_constants sre_parse ssl stat statistics string stringprep struct subprocess symtable sys sysconfig
syslog tabnanny tarfile tempfile termios textwrap this threading time timeit tkinter token tokenize trace traceback
tracemalloc tty turtle turtledemo types typing unicodedata unittest urllib uuid venv warnings wave weakref webbrowser
winreg winsound wsgiref xml xmlrpc zipapp zipfile zipimport zlib zoneinfo
"""
# The first and the last minor that has a module; 0 and 99 where that lies outside of what is known.
_SOMETIMES = {
    (0, 10): "binhex",
    (0, 11): "asynchat asyncore distutils imp smtpd",
    (0, 12): (
        "aifc audioop cgi cgitb chunk crypt imghdr lib2to3 mailcap msilib nis nntplib ossaudiodev pipes sndhdr spwd "
        "sunau telnetlib uu xdrlib"
    ),
    (11, 99): "tomllib",
    (14, 99): "annotationlib compression",
}
_OLD = """
BaseHTTPServer CGIHTTPServer ConfigParser Cookie Dialog DocXMLRPCServer HTMLParser Queue ScrolledText SimpleDialog
SimpleHTTPServer SimpleXMLRPCServer SocketServer StringIO Tix Tkconstants Tkdnd Tkinter UserDict UserList UserString
anydbm cPickle cStringIO commands cookielib copy_reg dbhash dircache dl dumbdbm dummy_thread dummy_threading exceptions
fcntl formatter fpformat gdbm htmlentitydefs htmllib httplib ihooks imputil macpath macurl2path md5 mhlib mimetools
mimify mutex new os2emxpath parser popen2 posixfile repr rexec rfc822 robotparser sets sgmllib sha statvfs stringold
strop symbol test thread tkColorChooser tkCommonDialog tkFileDialog tkFont tkMessageBox tkSimpleDialog toaiff ttk
urllib2 urlparse user whichdb xmllib xmlrpclib xxlimited __builtin__ __future__ __main__ __static__
"""

ANY_PYTHON = frozenset(
    (*_ALWAYS.split(), *_OLD.split(), *(name for value in _SOMETIMES.values() for name in value.split()))
)
"""What any Python has or had, those of Python 2 among them."""


@functools.lru_cache(maxsize=32)
def _of(minor: int) -> frozenset[str]:
    some = (names.split() for (first, last), names in _SOMETIMES.items() if first <= minor <= last)
    return frozenset((*_ALWAYS.split(), *(name for names in some for name in names)))


def stdlib_of(pythons: Iterable[str]) -> frozenset[str]:
    """The public names that the standard library of any of `pythons` (minors such as `3.12`) has."""
    minors = [int(python.partition(".")[2]) for python in pythons]
    return frozenset[str]().union(*(_of(minor) for minor in minors))
