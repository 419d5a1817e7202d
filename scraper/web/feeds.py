"""Atom feeds of what happened to posts (RFC 4287), and how browsers search the reader (OpenSearch 1.1)."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, tostring

from starlette.requests import Request
from starlette.responses import Response

from scraper.web.changes import KINDS, list_changes
from scraper.web.context import NotFound, Visit
from scraper.web.question import read_question
from scraper.web.search import select_found

ATOM = "http://www.w3.org/2005/Atom"
ENTRIES = 50


def feed(request: Request) -> Response:
    """Answer with the latest posts that are new, changed or gone, of those that the question asks for."""
    visit = Visit(request)
    kind = request.path_params["kind"]
    if kind not in KINDS:
        raise NotFound
    question = read_question(request.query_params)
    within = select_found(question, visit.reader.zone) if question.q or question.narrowed else None
    with visit.reader.read() as connection:
        rows = list_changes(connection, kinds=(kind,), within=within, size=ENTRIES).rows
    base = str(request.base_url).rstrip("/")
    root = Element("feed", {"xmlns": ATOM})
    subject = " ".join(filter(None, (question.q, question.author, question.tag, question.site, question.year)))
    title = f"{visit.reader.name} · {visit.say('change_' + kind)}" + (f" · {subject}" if subject else "")
    _add(root, "title", title)
    _add(root, "id", f"{base}/feeds/{kind}.atom?{question.query()}".rstrip("?"))
    _add(root, "updated", rows[0]["at"] if rows else "1970-01-01T00:00:00Z")
    SubElement(root, "link", {"rel": "self", "href": str(request.url)})
    for row in rows:
        revision = row["revision"] or ""
        entry = SubElement(root, "entry")
        _add(entry, "title", row["title"] or row["url"] or row["native_id"])
        _add(entry, "id", f"{base}/posts/{row['post_id']}#{kind}{revision}")
        _add(entry, "updated", row["at"])
        if row["published_at"]:
            _add(entry, "published", row["published_at"])
        _add(SubElement(entry, "author"), "name", row["author"] or row["site"])
        page = f"/posts/{row['post_id']}" + (f"/diff?to={revision}" if kind == "changed" else "")
        SubElement(entry, "link", {"rel": "alternate", "type": "text/html", "href": base + page})
        if row["url"].startswith(("http://", "https://")):
            SubElement(entry, "link", {"rel": "via", "href": row["url"]})
        if row["description"]:
            _add(entry, "summary", row["description"])
    return _xml(root, "application/atom+xml")


def opensearch(request: Request) -> Response:
    """Answer with what lets a browser search the archive from its address bar."""
    visit = Visit(request)
    base = str(request.base_url).rstrip("/")
    root = Element("OpenSearchDescription", {"xmlns": "http://a9.com/-/spec/opensearch/1.1/"})
    _add(root, "ShortName", visit.reader.name[:16])
    _add(root, "Description", f"{visit.say('search_label')} · {visit.reader.name}")
    _add(root, "InputEncoding", "UTF-8")
    SubElement(root, "Url", {"type": "text/html", "template": f"{base}/search?q={{searchTerms}}"})
    SubElement(root, "Url", {"type": "application/json", "template": f"{base}/api/search?q={{searchTerms}}"})
    return _xml(root, "application/opensearchdescription+xml")


def _add(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = "".join(c for c in text if c in "\t\n" or (c >= " " and c not in "\ufffe\uffff"))


def _xml(root: Element, media_type: str) -> Response:
    body = tostring(root, encoding="utf-8", xml_declaration=True)
    return Response(body, media_type=f"{media_type}; charset=utf-8")
