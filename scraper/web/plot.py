"""Counts over time as small lines in SVG: no script, no inline style, drawn to be read beside their numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

NAMES = ("read_count", "like_count", "comment_count", "collect_count")
WIDTH, HEIGHT, MARGIN = 240, 56, 4


@dataclass(frozen=True, slots=True)
class Plot:
    """One count over time: where its line goes (as SVG's points), and its first and last value with their times."""

    name: str
    points: str
    end: tuple[float, float]
    first: int
    last: int
    first_at: str
    last_at: str


def plots(metrics: Sequence[Mapping[str, Any]]) -> list[Plot]:
    """Return a plot for each count that was seen at two times at least; the metrics are in order of time."""
    found = []
    for name in NAMES:
        series = [(str(row["at"]), int(row[name])) for row in metrics if row[name] is not None]
        if len(series) > 1:
            found.append(_plot(name, series))
    return found


def _plot(name: str, series: list[tuple[str, int]]) -> Plot:
    times = [datetime.fromisoformat(at).timestamp() for at, _ in series]
    values = [value for _, value in series]
    low, span = min(values), (max(values) - min(values)) or 1
    start, length = times[0], (times[-1] - times[0]) or 1
    points = [
        (
            round(MARGIN + (time - start) / length * (WIDTH - 2 * MARGIN), 1),
            round(HEIGHT - MARGIN - (value - low) / span * (HEIGHT - 2 * MARGIN), 1),
        )
        for time, value in zip(times, values, strict=True)
    ]
    line = " ".join(f"{x},{y}" for x, y in points)
    return Plot(name, line, points[-1], values[0], values[-1], series[0][0], series[-1][0])
