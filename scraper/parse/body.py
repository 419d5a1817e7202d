"""Where the article's body is on a page of any make: by the density of prose, not by names. Pure.

The scoring is that of readability (paragraphs give to the elements around them, less with each level), with
Chinese text weighed as what it says, and names of classes as a hint only.
"""

from __future__ import annotations

from lxml import etree

from scraper.parse.density import CONTENT_NAMES, Densities, names_of
from scraper.parse.tree import Element

# What a paragraph gives to its parent, grandparent and so on.
_SHARES = (1.0, 0.5, 1 / 6, 1 / 9, 1 / 12)
_HINT = 25.0
"""The most that a name of an article's box adds to a score, and no more than the score itself."""
_TAG_BONUS = {
    "div": 5.0,
    "article": 10.0,
    "main": 5.0,
    "pre": 3.0,
    "td": 3.0,
    "blockquote": 3.0,
    "ol": -3.0,
    "ul": -3.0,
    "dl": -3.0,
    "form": -3.0,
    "address": -3.0,
    "th": -5.0,
    "h1": -5.0,
    "h2": -5.0,
}
_GIVERS = frozenset(
    {"p", "pre", "li", "td", "dd", "blockquote", "div", "section", "article", "figcaption", "summary", "dt", "center"}
)


def score(found: Densities) -> dict[int, float]:
    """Return the scores of the elements that hold paragraphs."""
    scores: dict[int, float] = {}
    for number, worth in enumerate(found.prose):
        if worth <= 0 or found.extra[number]:
            continue
        element = found.elements[number]
        if element.tag not in _GIVERS:
            continue
        at = number
        if found.chunks[number] > 1 and element.tag not in ("p", "li", "pre"):
            scores[at] = scores.get(at, 0.0) + worth
        for share in _SHARES:
            if at == 0:
                break
            at = found.parents[at]
            scores[at] = scores.get(at, 0.0) + worth * share
    for number in scores:
        element = found.elements[number]
        names = names_of(element)
        hint = min(_HINT, scores[number]) if CONTENT_NAMES.search(names) else 0.0
        scores[number] += _TAG_BONUS.get(element.tag, 0.0) + hint
        scores[number] *= 1 - found.link_density(number)
    return scores


def find_body(found: Densities) -> list[Element]:
    """Return the elements that together are the article's body, in document order; none for a page without one."""
    scores = score(found)
    if not scores:
        return []
    top = max(scores, key=scores.__getitem__)
    top = _climb(found, scores, top)
    return _join(found, scores, top)


def _climb(found: Densities, scores: dict[int, float], top: int) -> int:
    """Return the element around the best one that holds the whole article."""
    last = scores[top]
    floor = last / 3
    at = found.parents[top]
    while at:
        rate = scores.get(at)
        if rate is not None:
            if rate < floor:
                break
            if rate > last:
                top = at
                break
            last = rate
        at = found.parents[at]
    return _widen(found, top)


def _widen(found: Densities, top: int) -> int:
    """Return the outermost element that adds at least a fifth more long paragraphs, and hardly any links."""
    at = best = top
    while found.parents[at]:
        at = found.parents[at]
        gain = found.long[at] - found.long[best]
        weight = found.weight[at] - found.weight[best]
        if gain >= 0.2 * found.long[best] and found.linked[at] - found.linked[best] < 0.15 * weight:
            best = at
    while found.parents[best] and len(found.elements[found.parents[best]]) == 1:
        best = found.parents[best]
    return best


def _join(found: Densities, scores: dict[int, float], top: int) -> list[Element]:
    """Return the best element with those beside it that go on with the same text."""
    if not top:
        return [found.elements[0]]
    best = scores.get(top, 0.0)
    threshold = max(10.0, best * 0.2)
    element = found.elements[top]
    label = element.get("class")
    joined = []
    for sibling in found.elements[found.parents[top]].iterchildren(etree.Element):
        number = found.place[sibling]
        if sibling is element:
            joined.append(sibling)
        elif found.extra[number]:
            continue
        elif scores.get(number, 0.0) + (best * 0.2 if label and sibling.get("class") == label else 0) >= threshold:
            joined.append(sibling)
        elif sibling.tag in ("p", "div", "section") and found.own[number]:
            density = found.link_density(number)
            if (found.weight[number] > 80 and density < 0.25) or (density == 0 and found.marks[number]):
                joined.append(sibling)
    return joined
