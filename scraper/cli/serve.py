"""serve: the archive as pages, for a person on this machine."""

from __future__ import annotations

import ipaddress
import socket
from pathlib import Path

import click

from scraper.cli.options import archive_option, effective_settings
from scraper.errors import UsageError


@click.command("serve", epilog="Example: scraper serve --port 8000   then open http://127.0.0.1:8000")
@archive_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Listen on this address.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0 takes a free one.")
@click.option(
    "--server-name", "names", multiple=True, metavar="NAME",
    help="Answer requests for this name too, as a reverse proxy passes them on; may be repeated.",
)  # fmt: skip
def serve_command(db: Path, host: str, port: int, names: tuple[str, ...]) -> None:
    """Show the archive in a browser: search, read, compare; also JSON, CSV and feeds. It only ever reads.

    It works while a crawl writes. Ctrl-C ends it.
    """
    import uvicorn

    from scraper.archive import Archive
    from scraper.web.app import LOOPBACK_NAMES, create_app

    if not _is_loopback(host):
        click.echo(
            f"scraper: warning: {host} can be reached by others, who can then read the archive;"
            " --server-name NAME says under which name",
            err=True,
        )
    with Archive(db) as archive:
        app = create_app(
            archive, hosts={*LOOPBACK_NAMES, _in_url(host), *names}, zone=effective_settings().settings.zone()
        )
        config = uvicorn.Config(
            app, lifespan="off", log_level="warning", access_log=False, server_header=False,
            timeout_graceful_shutdown=2,
        )  # fmt: skip
        with _listen(host, port) as listening:
            click.echo(f"{db} is at http://{_in_url(host)}:{listening.getsockname()[1]}/", err=True)
            uvicorn.Server(config).run(sockets=[listening])


def _listen(host: str, port: int) -> socket.socket:
    try:
        listening = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        message = f"{host}:{port}: cannot listen there: {error.strerror or error}; --port 0 finds a free port"
        raise UsageError(message) from error
    # Head and body are sent in two pieces: without this the second waits 40 ms for the client's acknowledgement.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host
