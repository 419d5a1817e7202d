"""Text as the search index holds it, and queries as people type them. Pure.

The index is SQLite FTS5 with ``unicode61 remove_diacritics 2 tokenchars '+#'`` over what ``segment`` returns.
unicode61 alone takes a whole Chinese sentence for one word. Overlapping pairs of characters, matched as a
phrase, find every Chinese word of any length and nothing else; no dictionary is needed, whose next version
would cut the same text differently.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import islice, pairwise
from typing import Literal, get_args

SEGMENTER_VERSION = 1
"""Raised whenever the same text gives other tokens: the index must then be made anew."""

MAX_TERMS = 64
"""More than a person types; SQLite refuses an expression of more than 1,000 conditions."""

MAX_QUERY_CHARS = 10_000
"""SQLite refuses a LIKE pattern of more than 50,000 bytes."""

_CJK = (
    "\u3005-\u3007"  # 々 〆 〇
    "\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff"  # kana
    "\u3105-\u312f\u31a0-\u31bf"  # bopomofo
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han with all extensions
    "\u1100-\u11ff\uac00-\ud7af"  # hangul
)
_SYMBOL_WORDS = ("c++", "g++", "c#", "f#")
_LETTER = rf"[^\W_{_CJK}]"  # of a word that is not CJK
_TOKEN = re.compile("|".join([*map(re.escape, _SYMBOL_WORDS), rf"[{_CJK}]+", f"{_LETTER}+"]))
_CJK_RANGES = tuple(re.findall("(.)-(.)", _CJK))
_FIRST_CJK = "\u1100"
_NOT_A_LETTER = re.compile(r"[\W_]+")

_COMPATIBLE = re.compile("[\u00a0-\u00bf\u2000-\u2fff\u3000\u3200-\u33ff\ufe10-\uffef]")  # where NFKC changes most
_MAX_COMPATIBLE = 64
_ACCENTED = re.compile("[\u00c0-\u024f\u0300-\u036f\u1e00-\u1eff]")
_LATIN_MARKS = re.compile("(?<=[a-z])[\u0300-\u036f]+")

Field = Literal["author", "tag", "site", "kind", "before", "after"]
_FIELDS = "|".join(get_args(Field))
_KINDS = {"原创": "original", "转载": "repost", "翻译": "translation"} | {
    kind: kind for kind in ("original", "repost", "translation")
}
_QUERY_ITEM = re.compile(
    rf"(?P<minus>(?<!\S)[-－](?=[^\s-]))?(?:(?P<field>{_FIELDS})[:：])?"
    r'(?:["“＂](?P<exact>[^"”＂]*)["”＂]?|(?P<word>[^\s"“”＂]+))',
    re.IGNORECASE,
)
_SURROGATES = re.compile("[\ud800-\udfff]")  # no database takes them
_CHINESE_MARKS = "，。；：！？、…"


def fold(text: str) -> str:
    """Return the text as it is compared: NFKC, without case, Latin letters without their accents."""
    compatible = set(_COMPATIBLE.findall(text))
    if len(compatible) <= _MAX_COMPATIBLE:
        # NFKC of a text with full-width punctuation costs 20 times this; what remains to be done is the same.
        for character in compatible:
            text = text.replace(character, unicodedata.normalize("NFKC", character))
    folded = unicodedata.normalize("NFKC", text).casefold()
    if _ACCENTED.search(folded):
        bare = _LATIN_MARKS.sub("", unicodedata.normalize("NFD", folded))
        folded = unicodedata.normalize("NFC", bare)
    return folded


def segment(text: str) -> str:
    """Return the text's tokens separated by blanks, ready for the FTS5 tokenizer, which keeps each as it is.

    Words stay whole, also c++, g++, c# and f#; a run of CJK characters becomes its overlapping pairs and then
    its last character alone, so that every character begins a token.
    """
    return segment_words(words_of(fold(text)))


def words_of(folded: str) -> list[str]:
    """Return the words and the runs of CJK characters of a folded text, in order."""
    return _TOKEN.findall(folded)


def segment_words(words: Sequence[str]) -> str:
    """Return what ``segment`` does of a text of these words."""
    runs = _runs(words)
    if not runs:
        return " ".join(words)
    paired = dict(zip(runs, _pair(runs), strict=True))
    return " ".join([paired.get(word, word) for word in words])


def _runs(words: Iterable[str]) -> list[str]:
    """Return those of the words that are runs of CJK characters."""
    return [word for word in words if word >= _FIRST_CJK and _is_cjk(word[0])]


def _pair(runs: Sequence[str]) -> list[str]:
    """Return the pairs and the last character of each run, separated by blanks.

    All runs at once: each character, the next one of its run or a blank, and a blank, as three columns of one array.
    Character by character this was a third of the work of indexing a post.
    """
    first, second = " ".join(runs), "  ".join([run[1:] for run in runs]) + " "
    cells = array("I", (" " * 3 * len(first)).encode("utf-32-le"))
    cells[0::3] = array("I", first.encode("utf-32-le"))
    cells[1::3] = array("I", second.encode("utf-32-le"))
    return cells.tobytes().decode("utf-32-le").rstrip().split(" " * 5)


def characters(words: Iterable[str]) -> str:
    """Return the different CJK characters of the words separated by blanks, for the index of single characters."""
    return " ".join(sorted(set("".join(_runs(words)))))


def letters(words: Iterable[str]) -> str:
    """Return the letters and digits of the words, which is what texts are compared by."""
    joined = "".join(words)
    return joined if joined.isalnum() else _NOT_A_LETTER.sub("", joined)


@lru_cache(maxsize=20_000)
def _is_cjk(character: str) -> bool:
    return any(first <= character <= last for first, last in _CJK_RANGES)


def _tokens(word: str) -> list[str]:
    if _is_cjk(word[0]):
        return [word[i : i + 2] for i in range(len(word))]
    return [word]


@dataclass(frozen=True, slots=True)
class Term:
    """A word or exact phrase of a query.

    ``raw`` is as typed; ``phrase`` is its FTS5 phrase, '' where the index holds nothing of it. ``recheck``
    says that it has symbols which the index drops: what the index finds must then hold ``raw`` literally too.
    """

    raw: str
    phrase: str
    recheck: bool

    @property
    def character(self) -> str:
        """The one CJK character that the term is, or ''."""
        folded = fold(self.raw)
        return folded if len(folded) == 1 and _is_cjk(folded) else ""

    def pattern(self) -> re.Pattern[str]:
        """Return what finds the term in folded text, as index and recheck together do."""
        folded = fold(self.raw)
        words = _TOKEN.findall(folded)
        if self.recheck or not words:
            inside = re.escape(folded) + _not_longer(folded)
        else:
            inside = re.escape(words[0]) + _not_longer(words[0])
            for word, following in pairwise(words):
                touching = _is_cjk(word[0]) != _is_cjk(following[0]) or word in _SYMBOL_WORDS
                inside += (r"[\W_]*" if touching else r"[\W_]+") + re.escape(following) + _not_longer(following)
        before = f"(?<!{_LETTER})" if re.match(_LETTER, folded) else ""
        after = f"(?!{_LETTER})" if re.search(rf"{_LETTER}\Z", folded) else ""
        return re.compile(before + inside + after)


def _not_longer(folded: str) -> str:
    """Return the condition that what a term ends with does not go on to a word with symbols, as c or c+ to c++."""
    tails = [
        re.escape(word[length:])
        for word in _SYMBOL_WORDS
        for length in range(1, len(word))
        if folded.endswith(word[:length]) and not re.search(rf"{_LETTER}.{{{length}}}\Z", folded)
    ]
    return f"(?!{'|'.join(tails)})" if tails else ""


@dataclass(frozen=True, slots=True)
class Filter:
    """A condition on a field; days are YYYY-MM-DD, ``after`` including and ``before`` excluding the day."""

    field: Field
    value: str
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """What a person asked for: every term, none of the excluded ones, every filter."""

    terms: tuple[Term, ...] = ()
    excluded: tuple[Term, ...] = ()
    filters: tuple[Filter, ...] = ()

    def match(self) -> str:
        """Return the FTS5 MATCH expression, or '' where no term can be looked up in the index.

        Terms that need a recheck are only narrowed by it; excluded ones among them are left out of it.
        """
        wanted = " AND ".join(dict.fromkeys(term.phrase for term in self.terms if term.phrase))
        unwanted = self.exclusion()
        return f"({wanted}) NOT ({unwanted})" if wanted and unwanted else wanted

    def exclusion(self) -> str:
        """Return the MATCH expression of what must not be found, or '', for a query without other terms."""
        return " OR ".join(term.phrase for term in self.excluded if term.phrase and not term.recheck)


def parse_query(text: str) -> Query:
    """Return what the text asks for; any text is a query.

    Blanks separate terms, quotes make an exact phrase, ``-`` before a term excludes it. ``author:``,
    ``tag:``, ``site:``, ``kind:``, ``before:`` and ``after:`` are filters, or terms where the value cannot be
    one. After ``MAX_TERMS`` of these or ``MAX_QUERY_CHARS`` the rest is not looked at.
    """
    terms: list[Term] = []
    excluded: list[Term] = []
    filters: list[Filter] = []
    text = _SURROGATES.sub("\ufffd", text[:MAX_QUERY_CHARS])
    for item in islice(_QUERY_ITEM.finditer(text), MAX_TERMS):
        minus, exact = item["minus"] is not None, item["exact"]
        value = item["word"] if exact is None else exact
        field_filter = _filter(item["field"], value, minus)
        if field_filter:
            filters.append(field_filter)
            continue
        if exact is None:
            whole = item[0].removeprefix(item["minus"] or "")
            value = whole.lstrip(_CHINESE_MARKS).rstrip(_CHINESE_MARKS + ",.;:!?") or whole
        if value.strip():
            (excluded if minus else terms).append(_term(value.strip()))
    return Query(tuple(terms), tuple(excluded), tuple(filters))


def _filter(name: str | None, value: str, excluded: bool) -> Filter | None:
    field = next((field for field in get_args(Field) if name and field == name.lower()), None)
    if field in ("before", "after"):
        value = _day(value)
    elif field == "kind":
        value = _KINDS.get(value.lower(), "")
    return Filter(field, value.strip(), excluded) if field and value.strip() else None


def _day(text: str) -> str:
    """Return the first day of the day, month or year that the text names, or ''."""
    try:
        year, month, day = (*(int(part) for part in re.split("[-/.]", text)), 1, 1)[:3]
        return date(year, month, day).isoformat()
    except (ValueError, OverflowError):
        return ""


def _term(raw: str) -> Term:
    folded = fold(raw)
    words = _TOKEN.findall(folded)
    tokens = [token for word in words for token in _tokens(word)]
    prefix = ""
    if words and _is_cjk(words[-1][0]):
        # The text may go on where the term ends: its last character then begins a pair.
        if len(words[-1]) > 1:
            tokens.pop()
        else:
            prefix = " *"
    phrase = f'"{" ".join(tokens)}"{prefix}' if tokens else ""
    return Term(raw, phrase, recheck=_holds_dropped_symbols(folded, words))


def _holds_dropped_symbols(folded: str, words: list[str]) -> bool:
    glued = any(
        word in _SYMBOL_WORDS and following and not _is_cjk(following[0]) and word + following in folded
        for word, following in pairwise(words)
    )  # c++11 is indexed as if it were "c++ 11"
    return glued or bool(_TOKEN.sub("", folded).split())


def matches(query: Query, title: str, names: Iterable[str], text: str) -> bool:
    """Tell whether a post holds every term of the query and no excluded one, as the search does.

    ``names`` are its tags and categories and its author's name. Filters are not looked at.
    """
    folded = [fold(part) for part in (title, *names, text)]

    def holds(term: Term) -> bool:
        pattern = term.pattern()
        return any(pattern.search(part) for part in folded)

    return all(map(holds, query.terms)) and not any(map(holds, query.excluded))


def holds(text: str, raw: str) -> bool:
    """Tell whether a text holds a term as it was typed, symbols included."""
    return _pattern(raw).search(fold(text)) is not None


@lru_cache(maxsize=MAX_TERMS)
def _pattern(raw: str) -> re.Pattern[str]:
    return _term(raw).pattern()


_MAX_HITS = 200
_BEGINNING = 20_000
_PLAIN = "\x00-\x7f\u3001\u3002\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff"  # folding only lowers these
_JOINING = "\u0300-\u036f\u1160-\u11ff\u3099\u309a\uff9e\uff9f"  # NFKC may merge it with what it follows
_PIECE = f"[{_PLAIN}]?[{_JOINING}]+|[^{_PLAIN}{_JOINING}][{_JOINING}]*"  # compiled when a hit is first shown
_INVISIBLE = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]+")


def highlights(text: str, query: Query) -> tuple[tuple[int, int], ...]:
    """Return where the query's terms stand in the text, as (start, end) in order, without overlaps."""
    folded, origins = _fold_with_origins(text)
    hits = sorted(hit.span() for term in query.terms for hit in islice(term.pattern().finditer(folded), _MAX_HITS))
    spans: list[tuple[int, int]] = []
    for first, after in hits:
        start, end = origins[first], max(origins[after], origins[after - 1] + 1)
        if spans and start < spans[-1][1]:
            start, end = spans[-1][0], max(end, spans.pop()[1])
        spans.append((start, end))
    return tuple(spans)


_fold_piece = lru_cache(maxsize=1024)(fold)  # a text has the same few marks again and again


def _fold_with_origins(text: str) -> tuple[str, list[int]]:
    """Return the folded text and, for each of its characters and its end, the position that it came from."""
    folded: list[str] = []
    origins: list[int] = []
    done = 0
    for piece in re.finditer(_PIECE, text):
        changed = _fold_piece(piece[0])
        folded += [text[done : piece.start()].lower(), changed]
        origins += [*range(done, piece.start()), *[piece.start()] * len(changed)]
        done = piece.end()
    folded.append(text[done:].lower())
    origins += range(done, len(text) + 1)
    return "".join(folded), origins


def snippet(text: str, query: Query, width: int = 160, *, mark: tuple[str, str] = ("", "")) -> str:
    """Return about ``width`` characters of the text, where most of the query stands close together.

    Blanks and control characters become single blanks; ``mark`` is put around each hit; "…" says that text
    was left out. Without a hit it is the beginning of the text. Of a long text its beginning is looked at first.
    """
    spans = highlights(text[:_BEGINNING], query) or (highlights(text, query) if len(text) > _BEGINNING else ())
    start = position = _best_start(spans, width)
    stop = min(len(text), start + width)
    pieces = ["…" if start else ""]
    for first, after in spans:
        if start <= first < stop:
            pieces += [_visible(text[position:first]), mark[0], _visible(text[first:after]), mark[1]]
            position = after
    stop = max(position, stop)
    pieces += [_visible(text[position:stop]), "…" if stop < len(text) else ""]
    return "".join(pieces).strip()


def _best_start(spans: tuple[tuple[int, int], ...], width: int) -> int:
    """Return where to cut so that most hits are shown, with a quarter of the width before the first."""
    lead = width // 4
    best, most = 0, 0
    for index, (start, _) in enumerate(spans):
        count = bisect_left(spans, (start + width - lead, 0), lo=index) - index
        if count > most:
            best, most = max(0, start - lead), count
    return best


def _visible(text: str) -> str:
    return _INVISIBLE.sub(" ", text)
