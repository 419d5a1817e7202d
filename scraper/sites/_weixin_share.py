"""Shares of WeChat (a text, some pictures): pages whose content is data in a script. Pure."""

from __future__ import annotations

import re
from html import escape

from scraper.parse.page import Page, decode_js
from scraper.parse.tree import Element, parse_html

_TEXT = re.compile(
    r"""\bcontent_noencode\s{0,5}[:=]\s{0,5}(?:JsDecode\(\s{0,3})?(?:'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)")"""
)
_PICTURES = re.compile(r"\bpicture_page_info_list\s{0,5}[:=]\s{0,5}\[")
_TOKEN = re.compile(
    r"""(?P<open>[\[{])|(?P<close>[\]}])|(?P<key>\bcdn_url)\s{0,5}:\s{0,5}(?:JsDecode\(\s{0,3})?"""
    r"""(?:'(?P<single>(?:[^'\\\n]|\\.)*)'|"(?P<double>(?:[^"\\\n]|\\.)*)")|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*\""""
)


def shared_body(page: Page) -> Element | None:
    """Return an element with the text and the pictures that a share's scripts hold, or None where they hold none."""
    scripts = [script.text or "" for script in page.tree.iter("script")]
    text = next(filter(None, map(_text, scripts)), "")
    pictures = next(filter(None, map(_pictures, scripts)), [])
    if not text and not pictures:
        return None
    images = "".join(f'<p><img src="{escape(url)}"></p>' for url in pictures)
    blocks = (block.strip("\n").replace("\n", "<br>") for block in re.split(r"\n[ \t]*\n", text))
    paragraphs = "".join(f"<p>{block}</p>" for block in blocks if block.strip())
    tree, _ = parse_html(f"<div>{paragraphs}{images}</div>")
    return tree.find(".//div") if tree is not None else None


def _text(script: str) -> str:
    """Return the share's text as HTML: it is encoded twice, and links stand in it as markup."""
    found = (match[1] or match[2] or "" for match in _TEXT.finditer(script))
    return next((decode_js(value) for value in found if value.strip()), "")


def _pictures(script: str) -> list[str]:
    """Return the address of each picture: an entry's own, not those of covers and watermarks nested in it."""
    start = _PICTURES.search(script)
    if start is None:
        return []
    pictures: list[str] = []
    depth = 1
    for token in _TOKEN.finditer(script, start.end()):
        if token["open"]:
            depth += 1
        elif token["close"]:
            depth -= 1
            if depth == 0:
                break
        elif token["key"] and depth == 2:
            pictures.append(decode_js(token["single"] or token["double"] or ""))
    return list(dict.fromkeys(filter(None, pictures)))
