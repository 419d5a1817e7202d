"""Pages that break the reader, or kill the process: no night ends at one, and after three it is left alone."""

from __future__ import annotations

from scraper.archive import frontier, set_aside
from scraper.crawl.ledger import Ledger

RUNS_BEFORE_ASIDE = 3
_ASIDE = f"set aside after {RUNS_BEFORE_ASIDE} runs, until a newer version comes"


def note_crash(ledger: Ledger, frontier_id: int, url: str, reason: str, traceback: str) -> None:
    """Note that reading a page failed as nobody expected; in the third run the page is set aside.

    A newer version of this program asks it again.
    """
    now = ledger.now()
    with ledger.archive.read() as connection:
        aside = 1 + set_aside.crashes(connection, url) >= RUNS_BEFORE_ASIDE
    kept, state = (set_aside.reason_for(reason), "skipped") if aside else (reason, "failed")
    ledger.add(lambda connection: frontier.failed(connection, frontier_id, now, kept, state=state))
    ledger.fail(url, f"{reason}; {_ASIDE}" if aside else reason, traceback=traceback)


def settle(ledger: Ledger) -> None:
    """Ask again what another version set aside, and hold the page against itself at which the last run died.

    That may have been chance, a power cut say: so the page comes last in line, and only the third time it is set aside.
    """
    now = ledger.now()
    with ledger.archive.write() as connection:
        set_aside.release(connection, now)
        row = frontier.find(connection, ledger.archive.left_reading)
        if row is None:
            return
        reason = "the reader failed: the run died while reading this page"
        set_aside.log_death(connection, ledger.run_id, row["url"], reason, now)
        if set_aside.crashes(connection, row["url"]) < RUNS_BEFORE_ASIDE:
            frontier.make_due(connection, [row["key"]], now)
            return
        frontier.failed(connection, row["id"], now, set_aside.reason_for(reason), state="skipped")
    ledger.fail(row["url"], f"{reason}; {_ASIDE}")
