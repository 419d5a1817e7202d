"""Images of an exported post: their links point to files beside it and keep the address as title. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

FOLDER = "images"

_LINK = re.compile(r"\]\((<[^<>\n]{1,8192}>|[^\s()<>]{1,8192})\)")
_LOCAL = re.compile(rf'\]\({FOLDER}/[0-9a-f]{{32}}\.[a-z]{{2,5}} "(https?://[^"\s]{{1,8192}})"\)')
_FENCE = re.compile(r"^[ >]*(`{3,}|~{3,})")


def point_to_files(markdown: str, names: Mapping[str, str]) -> str:
    """Return the Markdown with images of the given addresses pointing to the named files in ``FOLDER``."""

    def link(match: re.Match[str]) -> str:
        url = match[1].strip("<>")
        return f']({FOLDER}/{names[url]} "{url}")' if url in names and '"' not in url else match[0]

    return _outside_fences(markdown, lambda line: _LINK.sub(link, line))


def point_to_addresses(markdown: str) -> str:
    """Return the Markdown as it was before :func:`point_to_files`."""

    def link(match: re.Match[str]) -> str:
        url = match[1]
        return f"](<{url}>)" if "(" in url or ")" in url else f"]({url})"

    return _outside_fences(markdown, lambda line: _LOCAL.sub(link, line))


def _outside_fences(markdown: str, change: Callable[[str], str]) -> str:
    lines, fence = [], ""
    for line in markdown.split("\n"):
        mark = _FENCE.match(line)
        if fence:
            closes = mark is not None and mark[1].startswith(fence) and line.strip(" >").strip(fence[0]) == ""
            fence = "" if closes else fence
            lines.append(line)
        else:
            fence = mark[1] if mark else ""
            lines.append(line if mark else change(line))
    return "\n".join(lines)
