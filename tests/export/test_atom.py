from __future__ import annotations

from lxml import etree

from scraper.export.atom import feed

ATOM = {"a": "http://www.w3.org/2005/Atom"}
EDITED = {
    "at": "2026-11-24T02:00:05Z",
    "change": "changed",
    "record_id": 1,
    "site": "csdn",
    "native_id": "1003",
    "url": "https://blog.csdn.net/lin/article/details/1003?a=1&b=2",
    "title": "改了 <b> & \x00\x1b题目",
    "author": "林一",
    "revision": 2,
    "previous_title": "题目",
}


def read(text: str) -> etree._Element:
    return etree.fromstring(text.encode())


def test_a_feed_says_what_happened_to_each_post() -> None:
    gone = dict(EDITED, change="gone", at="2026-11-23T02:00:00Z", url="", author="", title="", previous_title="")
    document = read(feed([EDITED, gone], title="archive.db", updated="2026-11-25T00:00:00Z"))
    assert document.xpath("string(a:updated)", namespaces=ATOM) == EDITED["at"]
    first, second = document.xpath("a:entry", namespaces=ATOM)
    said = [first.findtext(f"a:{name}", namespaces=ATOM) for name in ("title", "updated", "summary")]
    assert said == ["Changed: 改了 <b> & 题目", EDITED["at"], "csdn/1003, revision 2, was: 题目"]
    assert first.xpath("string(a:link/@href)", namespaces=ATOM) == EDITED["url"]
    assert first.xpath("string(a:category/@term)", namespaces=ATOM) == "changed"
    assert first.xpath("string(a:author/a:name)", namespaces=ATOM) == "林一"
    assert second.findtext("a:title", namespaces=ATOM) == "Gone: csdn/1003"
    assert second.find("a:link", namespaces=ATOM) is None


def test_every_entry_has_what_the_format_demands_and_an_id_of_its_own_that_stays() -> None:
    changes = [EDITED, dict(EDITED, revision=3), dict(EDITED, change="new")]
    documents = [read(feed(changes, title=title, updated="2026-11-25T00:00:00Z")) for title in ("a", "b")]
    ids = [document.xpath("a:entry/a:id/text()", namespaces=ATOM) for document in documents]
    assert ids[0] == ids[1]
    assert len(set(ids[0])) == 3
    assert all(name.startswith("urn:uuid:") for name in ids[0])
    for entry in documents[0].xpath("a:entry", namespaces=ATOM):
        assert {etree.QName(child).localname for child in entry} >= {"id", "title", "updated", "author", "summary"}


def test_a_feed_without_changes_is_a_feed() -> None:
    document = read(feed([], title="archive.db", updated="2026-11-25T00:00:00Z"))
    assert document.findtext("a:updated", namespaces=ATOM) == "2026-11-25T00:00:00Z"
    assert document.xpath("a:entry", namespaces=ATOM) == []
