"""Keep CSDN-style blog posts in one SQLite file: crawl, read, store, search.

The public names are loaded when first used, so that ``scraper --help`` does not pay for parsers and databases.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

from scraper.settings import VERSION

__version__ = VERSION

if TYPE_CHECKING:
    from scraper.archive import Archive
    from scraper.crawl import crawl
    from scraper.errors import ScraperError
    from scraper.models import Parsed, Post, Snapshot
    from scraper.parse.markdown import to_markdown
    from scraper.read import parse

__all__ = ["Archive", "Parsed", "Post", "ScraperError", "Snapshot", "__version__", "crawl", "parse", "to_markdown"]

_HOME = {
    "Archive": "scraper.archive",
    "Parsed": "scraper.models",
    "Post": "scraper.models",
    "ScraperError": "scraper.errors",
    "Snapshot": "scraper.models",
    "crawl": "scraper.crawl",
    "parse": "scraper.read",
    "to_markdown": "scraper.parse.markdown",
}


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'scraper' has no attribute {name!r}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


class _Package(ModuleType):
    """Keep ``scraper.parse`` and ``scraper.crawl`` the functions, though modules of these names exist.

    Importing a submodule binds it on its parent, which would hide the function of the same name.
    """

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in _HOME and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
