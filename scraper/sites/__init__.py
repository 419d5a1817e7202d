"""The platforms, found by being in this folder: each module holds one ``SITE``."""

from __future__ import annotations

from functools import cache, lru_cache
from importlib import import_module
from pkgutil import iter_modules

from scraper.parse.site import Address, Site


@cache
def all_sites() -> tuple[Site, ...]:
    """Return every site in this folder, by name."""
    names = sorted(info.name for info in iter_modules(__path__) if not info.name.startswith("_"))
    return tuple(import_module(f"{__name__}.{name}").SITE for name in names)


@lru_cache(maxsize=1024)  # every platform is asked, and that for each page by the crawl and by the reader
def find(url: str) -> tuple[Site, Address] | None:
    """Return the one site that claims the address and what it names there, or None for none or several."""
    found = [(site, address) for site in all_sites() if (address := site.address(url)) is not None]
    return found[0] if len(found) == 1 else None


def by_name(name: str) -> Site | None:
    """Return the site of that name, or None."""
    return next((site for site in all_sites() if site.name == name), None)
