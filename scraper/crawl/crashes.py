"""Pages that break the reader, or kill the process: no night ends at one, and after three it is left alone."""

from __future__ import annotations

from scraper.archive import frontier, set_aside
from scraper.crawl.ledger import Ledger

RUNS_BEFORE_ASIDE = 3


def note_crash(ledger: Ledger, frontier_id: int, url: str, reason: str, traceback: str) -> None:
    """Note that reading a page failed as nobody expected; in the third run the page is set aside.

    A newer version of this program asks it again.
    """
    now = ledger.now()
    with ledger.archive.read() as connection:
        runs = 1 + set_aside.crashes(connection, url)
    if runs >= RUNS_BEFORE_ASIDE:
        kept = set_aside.reason_for(reason)
        ledger.add(lambda connection: frontier.failed(connection, frontier_id, now, kept, state="skipped"))
        reason = f"{reason}; set aside after {runs} runs, until a newer version comes"
    else:
        kept = reason
        ledger.add(lambda connection: frontier.failed(connection, frontier_id, now, kept))
    ledger.fail(url, reason, traceback=traceback)


def settle(ledger: Ledger) -> None:
    """Ask again what another version set aside, and hold the page against itself at which the last run died."""
    with ledger.archive.write() as connection:
        set_aside.release(connection, ledger.now())
        row = frontier.find(connection, ledger.archive.left_reading)
    if row is not None:
        reason = "the reader failed: the last run died while reading this page"
        note_crash(ledger, row["id"], row["url"], reason, "the process ended without a word")
