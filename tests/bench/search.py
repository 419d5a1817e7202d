"""Recall, precision and latency of the search, over a generated corpus or real pages: `python -m tests.bench.search`.

Truth is a substring search over the folded texts: a Chinese term wherever its characters stand, other words at the
borders of words. 100,000 posts take some minutes to make, so they are made only when asked for: `--posts 100000`.
"""

from __future__ import annotations

import argparse
import itertools
import random
import re
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from scraper.archive import Archive, posts, search
from scraper.errors import ParseError
from scraper.models import Author, Post
from scraper.read import parse
from scraper.segment import fold, parse_query

NOW = datetime(2026, 11, 24, tzinfo=UTC)
LATIN = ("redis", "MindSpore", "Python", "mysql", "C++", "C#", "#include", "x86_64", "a-b", "std::vector", "100%", "Go")
FREQUENT = ("的", "是", "在", "了", "和", "我们", "可以", "使用", "一个", "数据")


def write_posts(number: int, chars: int, seed: int = 7) -> Iterator[Post]:
    """Yield posts of words whose frequencies fall as they do in a language, a few far more frequent than the rest."""
    chance = random.Random(seed)
    letters = [chr(point) for point in range(0x4E00, 0x4E00 + 3000)]
    words = ["".join(chance.choices(letters, k=chance.choice((1, 2, 2, 2, 2, 3, 4)))) for _ in range(30_000)]
    words = [*FREQUENT, *words[:40], *LATIN, *words[40:]]
    weights = list(itertools.accumulate(1 / (rank + 3) for rank in range(len(words))))

    def write(length: int) -> str:
        said: list[str] = []
        size = 0
        while size < length:
            said.append("".join(chance.choices(words, cum_weights=weights, k=chance.randint(3, 12))))
            size += len(said[-1])
        return "，".join(said)

    for n in range(1, number + 1):
        body = write(chance.randint(chars // 2, chars * 3 // 2))
        yield Post(
            site="csdn", native_id=str(n), url=f"https://blog.csdn.net/u{n % 97}/article/details/{n}", title=write(12),
            author=Author(f"u{n % 97}", f"作者{n % 97}"), kind="original", markdown=body, text=body,
            published_at=datetime(2012, 1, 1, tzinfo=UTC) + timedelta(minutes=chance.randrange(7_000_000)),
            tags=tuple(chance.sample(words[50:400], 3)), parser="csdn/1",
        )  # fmt: skip


def read_posts(folder: Path) -> Iterator[Post]:
    """Yield the posts of real pages."""
    for file in sorted(folder.rglob("*")):
        if file.suffix in (".html", ".md"):
            try:
                parsed = parse(file.read_bytes(), "", name=file.relative_to(folder).as_posix())
            except ParseError:
                continue
            if parsed.post is not None:
                yield parsed.post


def fill(archive: Archive, written: Iterable[Post]) -> tuple[dict[int, str], float]:
    """Store the posts; return their folded texts by id, and the milliseconds of CPU that storing one takes."""
    texts: dict[int, str] = {}
    spent = 0.0
    batches = iter(written)
    while batch := list(itertools.islice(batches, 50)):
        began = time.process_time()
        with archive.write() as connection:
            for post in batch:
                post_id = posts.save(connection, post, lineage="live", now=NOW).post_id
                texts[post_id] = "\n".join((post.title, post.text, *post.tags, *post.categories, post.author.name))
        spent += time.process_time() - began
    return {post_id: fold(text) for post_id, text in texts.items()}, 1000 * spent / max(1, len(texts))


def choose_terms(texts: dict[int, str], each: int, seed: int = 3) -> dict[str, list[str]]:
    """Return terms by kind, cut at random from the texts and so of every frequency."""
    chance = random.Random(seed)
    sample = chance.sample(sorted(texts.values()), min(len(texts), 200))
    runs = [run for text in sample for run in re.findall("[\u4e00-\u9fff]{12,}", text)]
    kinds: dict[str, list[str]] = defaultdict(list)
    for kind, lengths in (("1 character", (1,)), ("2", (2,)), ("3 and 4", (3, 4)), ("5 to 10, cut", range(5, 11))):
        for _ in range(each):
            run, length = chance.choice(runs), chance.choice(lengths)
            start = chance.randrange(len(run) - length)
            kinds[kind].append(run[start : start + length])
    kinds["two words"] = [f"{chance.choice(runs)[:2]} {chance.choice(runs)[:2]}" for _ in range(each)]
    kinds["words, symbols"] = list(LATIN)
    kinds["very common"] = list(FREQUENT)
    return kinds


def truth(texts: dict[int, str], query: str) -> set[int]:
    """Return the posts whose text holds every term of the query."""
    wanted = set(texts)
    for term in fold(query).split():
        if re.fullmatch("[\u4e00-\u9fff]+", term):
            wanted = {post_id for post_id in wanted if term in texts[post_id]}
            continue
        border = r"[^\W_\u3041-\u30ff\u3400-\u9fff]"
        before = f"(?<!{border})" if re.match(border, term) else ""
        after = f"(?!{border})" if re.search(rf"{border}\Z", term) else ""
        pattern = re.compile(before + re.escape(term) + after)
        wanted = {post_id for post_id in wanted if pattern.search(texts[post_id])}
    return wanted


def measure(archive: Archive, texts: dict[int, str], each: int) -> bool:
    """Print a line for each kind of term; return whether nothing was missed or found wrongly."""
    whole = True
    for kind, terms in choose_terms(texts, each).items():
        recalls: list[float] = []
        precisions: list[float] = []
        times: list[float] = []
        for term in terms:
            wanted = truth(texts, term)
            with archive.read() as connection:
                found = set(connection.scalars(search.matching(parse_query(term), search.ALL, search.SHANGHAI)[0]))
            recalls += [len(found & wanted) / len(wanted)] if wanted else []
            precisions += [len(found & wanted) / len(found)] if found else []
            took = []
            for _ in range(3):
                began = time.perf_counter()
                archive.search(term)
                took.append(1000 * (time.perf_counter() - began))
            times.append(min(took))
        recall, precision = (statistics.mean(values or [1.0]) for values in (recalls, precisions))
        p50, p95 = statistics.median(times), sorted(times)[int(0.95 * (len(times) - 1))]
        line = f"{len(texts):>9,}  {kind:<15} {len(terms):>5}  {recall:>7.4f} {precision:>9.4f}"
        print(f"{line}  {p50:>8.1f} {p95:>8.1f} {max(times):>8.1f}", flush=True)
        whole = whole and recall == precision == 1.0
    return whole


def main() -> int:
    """Make an archive of each size, or of the pages of a folder, and measure."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--posts", type=int, nargs="*", default=[1_000, 10_000])
    options.add_argument("--chars", type=int, default=1_000, help="mean length of a text")
    options.add_argument("--terms", type=int, default=40, help="terms of a kind")
    options.add_argument("--pages", type=Path, help="a folder of real pages in place of generated posts")
    given = options.parse_args()
    heading = f"{'posts':>9}  {'terms':<15} {'count':>5}  {'recall':>7} {'precision':>9}"
    print(f"{heading}  {'ms p50':>8} {'p95':>8} {'max':>8}", flush=True)
    whole = True
    for number in [0] if given.pages else given.posts:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "archive.db"
            with Archive(path, write=True) as archive:
                written = read_posts(given.pages) if given.pages else write_posts(number, given.chars)
                texts, per_post = fill(archive, written)
            with Archive(path) as archive:
                whole = measure(archive, texts, given.terms) and whole
            size = path.stat().st_size / 1e6
            said = f"stored in {per_post:.2f} ms of CPU a post; the file has {size:.1f} MB"
            print(f"{len(texts):>9,}  {said}", flush=True)
    return 0 if whole else 1


if __name__ == "__main__":
    sys.exit(main())
