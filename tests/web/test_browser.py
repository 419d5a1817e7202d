"""The reader in a real browser: people search, read, compare and switch language; axe looks; nothing archived runs."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Request, expect, sync_playwright

from scraper.archive import Archive, posts
from scraper.parse.markdown import to_markdown
from tests.web.conftest import NOW, a_post, serve

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium here: `apt-get install chromium` brings it")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


@dataclass
class Watched:
    """What a page did beside being shown."""

    page: Page
    foreign: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)


Open = Callable[..., Watched]


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Open]:
    """Open a page and watch its requests, dialogs and console."""
    contexts = []

    def visit(path: str, base: str = address, **options: Any) -> Watched:
        context = browser.new_context(**{"locale": "zh-CN", "viewport": {"width": 1200, "height": 900}, **options})
        contexts.append(context)
        watched = Watched(context.new_page())

        def note(request: Request) -> None:
            if not request.url.startswith(base):
                watched.foreign.append(request.url)

        context.on("request", note)
        context.on("page", lambda page: watched.said.append(f"opened {page.url}") if page != watched.page else None)
        watched.page.on("console", lambda message: watched.said.append(message.text))
        watched.page.on("pageerror", lambda error: watched.said.append(str(error)))
        watched.page.on("dialog", lambda dialog: (watched.said.append(f"dialog {dialog.message}"), dialog.dismiss()))
        watched.page.goto(base + path)
        return watched

    yield visit
    for context in contexts:
        context.close()


def test_a_person_searches_reads_and_compares(visit: Open) -> None:
    watched = visit("/")
    page = watched.page
    page.get_by_role("searchbox").fill("昇思")
    page.keyboard.press("Enter")
    expect(page.locator("mark").first).to_have_text("昇思")
    page.get_by_role("link", name="从零写一个爬虫").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("从零写一个爬虫")
    expect(page.locator("article math")).to_have_count(2)
    assert page.locator("article math").first.evaluate("e => e.getBoundingClientRect().width") > 5
    expect(page.locator("article img")).to_have_js_property("naturalWidth", 1)
    colours = page.locator("article pre .k").first.evaluate("e => getComputedStyle(e).color")
    assert colours != page.locator("article pre").evaluate("e => getComputedStyle(e).color")
    page.get_by_role("navigation", name="目录").get_by_role("link", name="二、公式").click()
    assert page.url.endswith("#h-2")
    page.get_by_role("link", name="与上一版比较").click()
    expect(page.locator("ins")).to_have_text(["两"])
    page.get_by_label("从").select_option("2")
    page.get_by_role("button", name="比较").click()
    expect(page.get_by_text("两个版本的正文相同")).to_be_visible()
    assert (watched.foreign, watched.said) == ([], [])


def test_a_person_switches_the_language_and_it_stays(visit: Open) -> None:
    page = visit("/search?q=笔记", locale="en-GB").page
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("link", name="中文").click()
    expect(page.get_by_role("status")).to_have_text("32 篇文章")
    page.get_by_role("link", name="作者").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("作者")


def test_the_keyboard_searches_moves_and_opens(visit: Open) -> None:
    page = visit("/search?q=笔记").page
    items = page.locator("main .item")
    page.keyboard.press("j")
    expect(items.nth(0)).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(items.nth(0)).to_be_focused()
    page.keyboard.press("j")
    wanted = items.nth(1).inner_text()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(wanted)
    expect(page.locator(".keys")).to_be_visible()  # the script has run
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("j/k")
    expect(page.get_by_role("searchbox")).to_have_value("j/k")
    page.keyboard.press("Escape")
    expect(page.get_by_role("searchbox")).not_to_be_focused()


def test_the_first_tab_leads_past_the_navigation(visit: Open) -> None:
    page = visit("/posts/1").page
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到正文")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()


def test_everything_works_without_script(visit: Open) -> None:
    page = visit("/", java_script_enabled=False).page
    page.get_by_role("searchbox").fill("笔记")
    page.get_by_role("button", name="搜索").click()
    expect(page.get_by_role("status")).to_have_text("32 篇文章")
    page.get_by_role("link", name="下一页").click()
    expect(page.locator("main .item")).to_have_count(12)
    expect(page.locator(".keys")).to_be_hidden()


def test_no_page_is_wider_than_its_screen(visit: Open) -> None:
    page = visit("/").page
    for path in ("/", "/search?q=笔记", "/posts/1", "/posts/1/diff", "/authors", "/years", "/runs"):
        page.goto(page.url.partition("/")[0] + "//" + page.url.split("/")[2] + path)
        for width in (320, 390, 800, 1600):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)


@pytest.mark.parametrize(
    "path",
    ["/", "/search?q=笔记&kind=original", "/posts/1", "/posts/2", "/posts/1/diff", "/changes", "/authors", "/columns/1",
     "/tags", "/years", "/gone", "/runs", "/runs/1", "/none"],
)  # fmt: skip
def test_axe_finds_no_barrier(visit: Open, path: str) -> None:
    page = visit(path, bypass_csp=True).page
    levels = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
    found = Axe().run(page, options={"runOnly": levels}).response["violations"]
    page.emulate_media(color_scheme="dark")
    dark = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
    found += Axe().run(page, options={"runOnly": dark}).response["violations"]
    assert [(v["id"], [node["html"][:200] for node in v["nodes"]]) for v in found] == []


def test_paper_shows_the_post_and_no_navigation(visit: Open) -> None:
    page = visit("/posts/1").page
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("header.top")).to_be_hidden()
    expect(page.locator(".contents")).to_be_hidden()


LIVE = """() => {
  const bad = [];
  const live = "script,iframe,object,embed,base,meta[http-equiv],form:not([role=search], .compare),style,svg,link";
  for (const e of document.querySelectorAll("main, main *, article, article *")) {
    if (e.matches(live) && !e.matches("svg.plot")) bad.push(e.outerHTML.slice(0, 200));
    for (const a of e.attributes) {
      if (a.name.startsWith("on") || a.name === "style" || a.name === "srcdoc") bad.push(e.outerHTML.slice(0, 200));
      if (/^(href|src|action|formaction|srcset|poster|xlink:href)$/.test(a.name)
          && !/^(https?:|mailto:|\\/|#)/i.test(a.value)) bad.push(e.outerHTML.slice(0, 200));
    }
  }
  return bad;
}"""
OWN = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg onload=alert(1)>", "[a](javascript:alert(1))",
    "![a](x\" onerror=\"alert(1))", "<a href='jav&#x61;script:alert(1)'>x</a>",
    "</code></pre><script>alert(1)</script>", "$\\text{<script>alert(1)</script>}$", "$\\href{javascript:alert(1)}{x}$",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "```\"><img src=x onerror=alert(1)>\nx\n```", "\x02<script>alert(1)</script>\x03",
]  # fmt: skip


def _hostile_archive(path: Path, payloads: list[str], batch: int) -> list[int]:
    """Put every payload into titles, names, tags, code, Markdown as written, and Markdown converted from HTML."""
    ids = []
    with Archive(path, write=True, command="test") as archive, archive.write() as connection:
        for start in range(0, len(payloads), batch):
            some = payloads[start : start + batch]
            parts = []
            for payload in some:
                parts += [
                    payload,
                    to_markdown(payload),
                    f"~~~~~~~html\n{payload}\n~~~~~~~",
                    f"# {payload}",
                    f"| {payload} |",
                ]
            post = a_post(
                start, title=some[0], tags=tuple(some[:20]), kind="original", markdown="\n\n".join(parts),
                text="笔记 " + "\n".join(some), description=some[-1], license=some[0],
            )  # fmt: skip
            ids.append(posts.save(connection, post, lineage="live", now=NOW).post_id)
            edited = a_post(start, title=some[-1], markdown="\n\n".join(some), text="笔记 " + "\n".join(some[::-1]))
            posts.save(connection, edited, lineage="live", now=NOW)
    return ids


def _stays_inert(visit: Open, path: Path, ids: list[int]) -> None:
    with serve(path) as base:
        watched = visit("/", base)
        shown = [f"/posts/{id_}/revisions/1" for id_ in ids]
        shown += [f"/posts/{id_}{view}" for id_ in ids[:3] for view in ("", "/diff")]
        for page in ["/", "/search?q=笔记", "/search?q=alert", "/tags", "/changes", *shown]:
            watched.page.goto(base + page)
            assert watched.page.evaluate(LIVE) == [], page
            assert (watched.foreign, watched.said) == ([], []), page
            assert watched.page.url == base + page.replace("笔记", "%E7%AC%94%E8%AE%B0")


def test_nothing_that_an_archived_page_says_is_active(visit: Open, tmp_path: Path) -> None:
    _stays_inert(visit, tmp_path / "own.db", _hostile_archive(tmp_path / "own.db", OWN, 6))


def test_published_payloads_run_no_script_and_ask_nothing_off_the_origin(
    visit: Open, shared: Path, tmp_path: Path
) -> None:
    cases = json.loads((shared / "cases" / "xss" / "payloads.json").read_text("utf-8"))["payloads"]
    payloads = [case["payload"] for case in cases]
    assert len(payloads) > 1000
    _stays_inert(visit, tmp_path / "xss.db", _hostile_archive(tmp_path / "xss.db", payloads, 70))


def test_a_query_is_shown_as_it_was_typed(visit: Open) -> None:
    for payload in OWN[:3]:
        text = payload.replace("\n", " ").replace("\x02", "").replace("\x03", "")
        watched = visit("/")
        watched.page.get_by_role("searchbox").fill(text)
        watched.page.keyboard.press("Enter")
        expect(watched.page.get_by_role("searchbox")).to_have_value(text)
        assert (watched.foreign, watched.said) == ([], [])
