"""What stands in an article's box and is none of its text: bylines, share bars, related posts, licences. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from lxml import etree

from scraper.parse.density import HEADINGS, Densities, names_of
from scraper.parse.tree import Element, drop, text_of

_BOXES = frozenset({
    "div", "section", "ul", "ol", "dl", "table", "form", "fieldset", "aside", "header", "footer", "center", "figure",
    "article",
})  # fmt: skip
_LISTS = frozenset({"ul", "ol", "dl"})
_CODE = frozenset({"pre", "code", "math", "mjx-container", "kbd", "samp"})
_MEDIA = frozenset({"img", "picture", "video", "audio", "iframe", "embed", "object", "svg", "canvas"})
_LABELS = ("p", "div", "section", "span", "ul", "h2", "h3", "h4", "h5", "h6", "center", "small", "strong", "b", "a")
_LONG = 100.0
_SHORT = 160.0
_NEGATIVE = re.compile(
    r"(?:^|[\s_-])(?:hidden|banner|combx|comment\w*|com|contact|foot|footer\w*|gdpr|masthead|meta|outbrain|promo|"
    r"related|scroll|share|shoutbox|sidebar|skyscraper|sponsor|shopping|tags?|tool|widget|byline|author\w*|date\w*|timestamp|dateline|"
    r"posted\w*|publish\w*)(?=$|[\s_-])"
)
_CAPTION = re.compile(r"caption|credit|gallery|photo|image|slide|carousel|media|figure")
_OPENING = re.compile(
    r"^(?:by|von|par|por|de|written by|posted|published|updated|last updated|created|modified|author|date|source|"
    r"filed under|categor(?:y|ies)|tags?|advertisement|share|print|email|comments?|reading time|\d{1,3} min|image|"
    r"photo|credit|caption|close)\b|^(?:作者|来源|出处|责任编辑|编辑|分类|标签|字数|字号|字体|阅读|浏览|点击|评论|分享|收藏|"
    r"(?:发布|发表|更新|修改|创建)(?:于|时间|日期)?)(?:数|量|次数|到)?\s{0,3}(?:[:：|/]|\d|$)",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"\b(?:19|20)\d\d\s?[-/.年]\s?\d{1,2}|\d{1,2}[./-]\d{1,2}[./-](?:19|20)?\d\d|"
    r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?,?\s{1,3}(?:\d{1,2}|(?:19|20)\d\d)\b|\b\d{1,2}:\d\d\b",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"^(?:tags?\b|related|read (?:more|also|next)|see (?:also|more)\b|more (?:from|on|stories)|don'?t miss|share\b|"
    r"like this|advert|sponsored|also on|you (?:may|might) also|recommended|print this|email this|back to|previous\b|"
    r"next\b|leave a|comments?\b|post a comment|join the conversation|filed under|categor(?:y|ies)\b|first published|"
    r"相关(?:阅读|文章|推荐|新闻|链接)|推荐阅读|延伸阅读|更多阅读|热门文章|猜你喜欢|[上下前后]一[篇页章]|标签[:：]|分类[:：]|"
    r"点赞|打赏|赞赏|举报|收藏|分享(?:到|至)|责任编辑)",
    re.IGNORECASE,
)
"""How lines begin that lead away from the text; a sentence may begin so too."""
_NOTICE = re.compile(
    r"^(?:follow (?:us|me|@)|subscribe|sign up|click here to|get the latest|版权(?:声明|所有)|"
    r"本文(?:链接|地址|标签|由.{1,40}(?:发布|创作))|转载请|扫(?:码|一扫|描)|关注(?:公众号|微信|我们)|©|未经.{0,10}(?:许可|授权|允许))",
    re.IGNORECASE,
)
_SENTENCE_END = ("。", "！", "？", "…", ".", "!", "?", "；", "，", "：")
_FEW = 20


@dataclass(slots=True)
class _Tally:
    """What a box holds: paragraphs, inputs, media, code, the weight of its headings."""

    paragraphs: int = 0
    inputs: int = 0
    media: int = 0
    code: int = 0
    headings: float = 0.0


def clear(root: Element, found: Densities, title: str = "") -> None:
    """Remove from the article's body, in place, what names, links and short labels show to be none of its text."""
    if not _is_extra(found, root):  # else its surroundings are named like one: VitePress's .VPContent.has-sidebar
        _drop(element for element in list(root.iterdescendants(etree.Element)) if _is_extra(found, element))
    tallies = _tally(root, found)
    _drop(
        element
        for element in list(root.iterdescendants(*_BOXES))
        if (number := found.place.get(element)) is not None and _is_furniture(element, number, found, tallies[element])
    )
    _drop_opening(root, found, title)
    _drop_closing(root, found)
    _drop_rule(root)


def _is_extra(found: Densities, element: Element) -> bool:
    number = found.place.get(element)
    return number is not None and found.extra[number]


def _drop(elements: Iterable[Element]) -> None:
    for element in list(elements):
        if element.getparent() is not None:
            drop(element)


def _tally(root: Element, found: Densities) -> dict[Element, _Tally]:
    elements = list(root.iter(etree.Element))
    tallies = {element: _Tally() for element in elements}
    for element in reversed(elements[1:]):
        own, outer = tallies[element], tallies[cast(Element, element.getparent())]
        tag = element.tag
        outer.paragraphs += own.paragraphs + (tag == "p")
        outer.inputs += own.inputs + (tag == "input")
        outer.media += own.media + (tag in _MEDIA)
        outer.code += own.code + (tag in _CODE)
        outer.headings += own.headings + (found.weight[found.place[element]] if tag in HEADINGS else 0.0)
    return tallies


def _is_furniture(element: Element, number: int, found: Densities, tally: _Tally) -> bool:
    """Judge a box as readability does: few commas, and links, inputs or headings instead of paragraphs."""
    weight, density, tag = found.weight[number], found.link_density(number), element.tag
    if not weight or tally.code:
        return False
    if not found.long[number] and tag != "table" and _NEGATIVE.search(names_of(element)):
        return True
    if found.marks[number] >= 10 or (tag == "table" and density < 0.5):
        return False
    if tally.inputs > tally.paragraphs / 3:
        return True
    if tag in _LISTS:
        return density > 0.5 and _follows_label(element)
    if tally.headings < 0.9 * weight and weight < 25 and not tally.media and density > 0:
        return True
    return density > (0.5 if found.long[number] else 0.2)


def _follows_label(element: Element) -> bool:
    before = element.getprevious()
    return before is not None and len(label := text_of(before)) < 60 and _LABEL.match(label) is not None


def _drop_opening(root: Element, found: Densities, title: str) -> None:
    """Remove title, byline and time from before the first paragraph.

    A title that the page also shows outside the body was written into the text by its author, and stays.
    """
    key = _key(title)
    start = found.place.get(root, 0)
    if any(found.elements[n].tag in HEADINGS and _key(text_of(found.elements[n])) == key for n in range(start)):
        key = ""
    doomed = []
    for element in root.iterdescendants(etree.Element):
        number = found.place.get(element)
        if number is None or not found.own[number]:
            continue
        if element.tag in HEADINGS:
            if key and _key(text_of(element)) == key:
                doomed.append(element)
        elif found.own[number] >= _LONG and not _is_caption(element):
            break
        elif element.tag not in ("pre", "td", "th"):
            text = text_of(element)
            if (
                found.own[number] < _SHORT
                and not text.endswith(_SENTENCE_END)
                and (_OPENING.match(text) or _DATE.search(text) or _is_address(text))
            ):
                doomed.append(element)
    _drop(element for element in doomed if _is_text(element))


def _is_caption(element: Element) -> bool:
    if element.tag == "figcaption":
        return True
    around = (element, *(outer for _, outer in zip(range(3), element.iterancestors(), strict=False)))
    return any(outer.tag == "figure" or _CAPTION.search(names_of(outer)) for outer in around)


def _is_address(text: str) -> bool:
    return text.startswith(("http://", "https://")) and " " not in text


def _is_text(element: Element) -> bool:
    return next(element.iterdescendants("img", "pre", "table"), None) is None


def _key(text: str) -> str:
    return "".join(filter(str.isalnum, text.lower()))


def _leads_away(text: str, link_density: float) -> bool:
    if _NOTICE.match(text):
        return True
    label = _LABEL.match(text)
    if label is None:
        return False
    return link_density > 0.3 or len(text) <= _FEW or not text.endswith(_SENTENCE_END)


def _drop_closing(root: Element, found: Densities) -> None:
    """Remove the short labels and links that lead to other posts, to buttons and to licences."""
    doomed = []
    for element in root.iterdescendants(*_LABELS):
        number = found.place.get(element)
        if number is None or not 0 < found.weight[number] < _SHORT:
            continue
        text, density = text_of(element), found.link_density(number)
        if _leads_away(text, density) or (density > 0.9 and text.isupper() and len(text) > _FEW):
            doomed.append(element)
    _drop(element for element in doomed if _is_text(element))


def _drop_rule(root: Element) -> None:
    """Remove a rule at the very end, which parted the text from what is gone."""
    for element in reversed(list(root.iterdescendants(etree.Element))):
        if element.tag == "hr":
            drop(element)
        elif element.tag in _MEDIA or (element.text or "").strip():
            return
        if (element.tail or "").strip():
            return
