from __future__ import annotations

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.web.differences import MAX_LINES, compare
from scraper.web.plot import plots


def shown(old: str, new: str) -> list[str]:
    signs = {"same": " ", "added": "+", "removed": "-", "skipped": "…"}
    return [
        signs[line.change] + "".join(f"[{part.text}]" if part.marked else part.text for part in line.parts)
        + str(line.skipped or "")
        for line in compare(old, new)
    ]  # fmt: skip


def test_equal_texts_have_no_difference() -> None:
    assert compare("a\nb", "a\nb") == []
    assert compare("", "") == []


def test_changed_words_are_marked_in_their_lines() -> None:
    assert shown("我们今天去公园玩", "我们明天去公园玩") == ["-我们[今]天去公园玩", "+我们[明]天去公园玩"]
    assert shown("x = old_name + 1", "x = new_name + 1") == ["-x = [old_name] + 1", "+x = [new_name] + 1"]


def test_lines_that_have_nothing_in_common_are_not_mixed() -> None:
    assert shown("甲乙丙丁", "abcdefg") == ["-甲乙丙丁", "+abcdefg"]


def test_what_is_far_from_a_difference_is_left_out() -> None:
    lines = [str(n) for n in range(100)]
    assert shown("\n".join(lines), "\n".join([*lines[:50], "新", *lines[50:]])) == [
        "…47", " 47", " 48", " 49", "+新", " 50", " 51", " 52", "…47",
    ]  # fmt: skip
    assert shown("a\nb", "a") == [" a", "-b"]


def test_long_lines_and_many_lines_are_taken_as_wholes() -> None:
    long = "字" * 3000
    assert [line.change for line in compare(long, long + "一")] == ["removed", "added"]
    many = "\n".join(str(n) for n in range(MAX_LINES))
    assert len(compare(many, many.replace("1", "一").replace("2", "二").replace("0", "〇"))) > MAX_LINES


def test_time_grows_with_the_text() -> None:
    def spent(count: int) -> float:
        old = "\n".join(f"行{n % 7}的内容" for n in range(count))
        new = "\n".join(f"行{n % 5}的内容" for n in range(count))
        began = time.process_time()
        compare(old, new)
        return time.process_time() - began

    spent(50)
    assert spent(800) < 100 * max(spent(200), 0.002)


@settings(max_examples=60, deadline=None)
@given(st.text("ab \n", max_size=40), st.text("ab \n", max_size=40))
def test_both_texts_can_be_read_from_the_difference(old: str, new: str) -> None:
    lines = compare(old, new)
    if len(old.splitlines()) > 6 or len(new.splitlines()) > 6 or not lines:
        return

    def side(left_out: str) -> list[str]:
        return ["".join(p.text for p in line.parts) for line in lines if line.change not in (left_out, "skipped")]

    assert side("added") == old.splitlines() or any(line.change == "skipped" for line in lines)
    assert side("removed") == new.splitlines() or any(line.change == "skipped" for line in lines)


def test_a_count_is_drawn_when_it_was_seen_twice() -> None:
    row = {"like_count": None, "comment_count": None, "collect_count": None}
    first = row | {"at": "2026-01-01T00:00:00Z", "read_count": 10, "collect_count": 5}
    then = row | {"at": "2026-01-02T00:00:00Z", "read_count": 20}
    last = row | {"at": "2026-01-03T00:00:00Z", "read_count": 20}
    (plot,) = plots([first, then, last])
    assert (plot.name, plot.first, plot.last) == ("read_count", 10, 20)
    assert plot.points == "4.0,52.0 120.0,4.0 236.0,4.0"
    assert plot.end == (236.0, 4.0)
    assert plots([first]) == []
    (flat,) = plots([last, last | {"at": "2026-01-03T00:00:00Z"}])
    assert flat.points == "4.0,52.0 4.0,52.0"
