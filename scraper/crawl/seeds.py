"""What a person's seed names: a post, an author, a column or any page, on its platform or on a mirror of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from scraper import sites
from scraper.archive.frontier import Target
from scraper.errors import UsageError
from scraper.models import Entry, Parsed, Snapshot
from scraper.parse.site import Address, ListRequest, Site
from scraper.urls import canonicalise, host_of, is_url, parse_url, unwrap, url_key


@dataclass(frozen=True, slots=True)
class Seed:
    """A seed understood; ``platform`` is None for a page of no known platform.

    ``base`` is the origin that is asked in the platform's place, '' for the platform itself. ``source_id`` is the
    row of a seed that is kept for every night; ``match`` the query that its posts must pass, '' for all.
    """

    url: str
    kind: str
    platform: Site | None = None
    address: Address | None = None
    base: str = ""
    source_id: int | None = None
    match: str = ""

    @property
    def site(self) -> str:
        """The platform's name, or ''."""
        return self.platform.name if self.platform else ""

    @property
    def native_id(self) -> str:
        """The platform's id of what the seed names, or ''."""
        return self.address.native_id if self.address else ""

    def list_requests(self, page: int) -> tuple[ListRequest, ...]:
        """Return the ways to ask for a page of this author's or column's list, best first."""
        if self.platform is None or self.address is None or self.platform.list_requests is None:
            return ()
        requests = self.platform.list_requests(self.address, page)
        if not self.base:
            return requests
        return tuple(replace(request, url=move(request.url, self.base)) for request in requests)

    def read_list(self, snapshot: Snapshot) -> Parsed:
        """Return what an answer to one of the list requests names; a mirror's is read as if the platform's.

        Raises:
            ParseError: it is no text.
        """
        if self.platform is None or self.platform.read_list is None:
            return Parsed("other", "no list of this platform is known")
        if not self.base:
            return self.platform.read_list(snapshot.body, snapshot.url, snapshot.content_type)
        home, body = self.platform.home, snapshot.body
        for there, here in ((self.base, home), (self.base.replace("/", "\\/"), home.replace("/", "\\/"))):
            body = body.replace(there.encode(), here.encode())
        return self.platform.read_list(body, move(snapshot.url, home), snapshot.content_type)

    def wrote(self, entry: Entry) -> bool:
        """Say whether an entry's address names a post of this author."""
        if self.platform is None or self.address is None:
            return False
        home = self.platform.home
        address = self.platform.address(move(entry.url, home) if self.base else entry.url)
        return address is not None and address.author_id.lower() == self.address.author_id.lower()

    def target(self) -> Target:
        """Return the seed itself as something to fetch."""
        return self._target(self.url, self.platform, self.address, way="seed")

    def target_of(self, entry: Entry, way: str) -> Target | None:
        """Return what to fetch for an entry of a list, or None where it is no address to follow."""
        target = self.target_of_address(entry.url, way)
        listed = "|".join([entry.title, entry.updated_at.isoformat() if entry.updated_at else ""])
        return replace(target, listed=listed) if target else None

    def target_of_address(self, address: str, way: str) -> Target | None:
        """Return what to fetch for an address that a list names, or None where it is none to follow."""
        url = canonicalise(unwrap(address))
        if url is None:
            return None
        claim = sites.find(url)
        if claim is None and self.platform is not None:
            named = self.platform.address(move(url, self.platform.home))
            claim = (self.platform, named) if named else None
        if claim is None:
            return self._target(url, None, None, way=way)
        return self._target(claim[1].url, *claim, way=way) if claim[1].kind == "post" else None

    def _target(self, url: str, site: Site | None, address: Address | None, *, way: str) -> Target:
        if self.base and site is self.platform:
            url = move(url, self.base)
        if site is not None and address is not None and address.kind == "post":
            return Target(f"{site.name}/{address.native_id}", url, host_of(url), site.name, way)
        return Target(f"{host_of(url)}/{url_key(url)}", url, host_of(url), "", way)


def read_seed(text: str, site_name: str = "") -> Seed:
    """Return what a seed names; with ``site_name`` it is read as that platform's, whatever its host.

    Raises:
        UsageError: it is no http or https address, or names nothing of the platform.
    """
    url = canonicalise(unwrap(text.strip())) if is_url(text) else None
    if url is None:
        raise UsageError(f"{text!r}: no http or https address; give one, or use `scraper import` for files")
    if site_name:
        return _read_as(url, text, site_name)
    claim = sites.find(url)
    if claim is None:
        return Seed(url, "blog")
    return Seed(claim[1].url or url, claim[1].kind, *claim)


def _read_as(url: str, text: str, site_name: str) -> Seed:
    site = sites.by_name(site_name)
    if site is None:
        known = ", ".join(known.name for known in sites.all_sites())
        raise UsageError(f"--site {site_name!r}: no such platform; known are {known}")
    address = site.address(move(url, site.home))
    if address is None:
        raise UsageError(f"{text!r}: names no post, author or column of {site_name}")
    parsed = parse_url(url)
    base = f"{parsed.protocol}//{parsed.host}" if parsed else ""
    return Seed(move(address.url, base), address.kind, site, address, "" if base == site.home else base)


def move(url: str, base: str) -> str:
    """Return the address with the origin of ``base``, path and query as they are."""
    parsed = parse_url(url)
    return url if parsed is None else f"{base}{parsed.pathname}{parsed.search}"
