"""The description of the JSON interface, in OpenAPI 3.1. A test asks every path and holds the answers to it."""

from __future__ import annotations

from typing import Any

from scraper.settings import VERSION

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_NUMBER: Schema = {"type": "integer"}
_MOMENT: Schema = {"type": "string", "format": "date-time", "description": "UTC, as 2024-01-30T08:30:00Z"}
_LINK: Schema = {"type": ["string", "null"], "description": "the address of that page, null where there is none"}
_ANY: Schema = {}


def _object(**properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _list(item: Schema) -> Schema:
    return {"type": "array", "items": item}


def _or_null(schema: Schema) -> Schema:
    return schema | {"type": [schema["type"], "null"]}


_RECORD_KEYS: dict[str, Schema] = {
    "id": _NUMBER, "site": _TEXT, "native_id": _TEXT, "url": _TEXT, "title": _TEXT, "author": _TEXT,
    "author_id": _TEXT, "kind": {"enum": ["original", "repost", "translation", ""]},
    "published_at": _or_null(_MOMENT), "published_raw": _TEXT, "updated_at": _or_null(_MOMENT), "updated_raw": _TEXT,
    "description": _TEXT, "language": _TEXT, "categories": _list(_TEXT), "tags": _list(_TEXT),
    "keywords": _list(_TEXT), "cover_url": _TEXT, "license": _TEXT, "char_count": _NUMBER, "code_count": _NUMBER,
    "image_count": _NUMBER, "link_count": _NUMBER, "read_count": _or_null(_NUMBER), "like_count": _or_null(_NUMBER),
    "comment_count": _or_null(_NUMBER), "collect_count": _or_null(_NUMBER), "front_matter": {"type": "object"},
    "status": {"enum": ["live", "gone", "locked"]}, "origin": {"enum": ["live", "mirror", "file", "reparse"]},
    "revision": _NUMBER, "revisions": _NUMBER, "first_seen_at": _MOMENT, "checked_at": _MOMENT,
    "gone_at": _or_null(_MOMENT), "snapshot_sha256": _or_null(_TEXT), "parser": _TEXT,
    "access": {"enum": ["full", "partial"]},
}  # fmt: skip
_REVISION_KEYS: dict[str, Schema] = {
    "revision": _NUMBER, "origin": _TEXT, "title": _TEXT, "kind": _TEXT, "published_at": _or_null(_MOMENT),
    "categories": _list(_TEXT), "tags": _list(_TEXT), "char_count": _NUMBER, "parser": _TEXT, "seen_at": _MOMENT,
    "snapshot_sha256": _or_null(_TEXT), "current": {"type": "boolean"},
}  # fmt: skip
_SCHEMAS: dict[str, Schema] = {
    "Hit": _object(**_RECORD_KEYS, snippet=_TEXT),
    "Post": _object(
        **_RECORD_KEYS, markdown=_TEXT, text=_TEXT, columns=_list(_ANY), images=_list(_ANY), links=_list(_ANY),
        metrics=_list(_ANY),
    ),
    "Facet": _object(value=_TEXT, label=_TEXT, count=_NUMBER),
    "Found": _object(
        total=_NUMBER, more={"type": "boolean", "description": "there are more than total"}, sort=_TEXT,
        posts=_list({"$ref": "#/components/schemas/Hit"}),
        facets={"type": "object", "additionalProperties": _list({"$ref": "#/components/schemas/Facet"})},
        previous=_LINK, next=_LINK,
    ),
    "Revision": _object(**_REVISION_KEYS),
    "RevisionText": _object(**_REVISION_KEYS, markdown=_TEXT, text=_TEXT),
    "Line": _object(
        change={"enum": ["same", "added", "removed", "skipped"]},
        parts=_list(_object(text=_TEXT, marked={"type": "boolean"})), skipped=_NUMBER,
    ),
    "Change": _object(
        at=_MOMENT, kind={"enum": ["new", "changed", "gone"]}, post_id=_NUMBER, revision=_or_null(_NUMBER),
        title=_TEXT, url=_TEXT, site=_TEXT, native_id=_TEXT, status=_TEXT, author=_TEXT, description=_TEXT,
        published_at=_or_null(_MOMENT),
    ),
    "Author": _object(
        native_id=_TEXT, name=_TEXT, url=_TEXT, site=_TEXT, posts=_NUMBER, first=_or_null(_MOMENT),
        last=_or_null(_MOMENT), reads=_or_null(_NUMBER),
    ),
    "Error": _object(error=_TEXT),
}  # fmt: skip


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _query(name: str, text: str, schema: Schema = _TEXT) -> Schema:
    return {"name": name, "in": "query", "description": text, "schema": schema}


_FILTERS = [
    _query("q", 'words, all of them; "a phrase", -without, author: tag: site: kind: before: after:'),
    _query("author", "the author's name or id"),
    _query("tag", "a tag, category or keyword"),
    _query("site", "a platform or host"),
    _query("kind", "how it was published", {"enum": ["original", "repost", "translation"]}),
    _query("status", "whether its site still serves it", {"enum": ["live", "gone", "locked"]}),
    _query("year", "the year of publication", {"type": "string", "pattern": "^[0-9]{4}$"}),
]
_SIZE = _query("size", "how many on a page", {"type": "integer", "minimum": 1, "maximum": 100})
_AFTER = _query("after", "a place in the list, as `next` has it")
_SORT = _query(
    "sort", "relevance where there are words, else newest", {"enum": ["relevance", "newest", "oldest", "reads"]}
)


def _get(summary: str, schema: Schema, *parameters: Schema, path: tuple[str, ...] = ()) -> Schema:
    in_path = [{"name": name, "in": "path", "required": True, "schema": _NUMBER} for name in path]
    refusal = {"content": {"application/json": {"schema": _ref("Error")}}}
    return {
        "get": {
            "summary": summary,
            "parameters": [*in_path, *parameters],
            "responses": {
                "200": {"description": summary, "content": {"application/json": {"schema": schema}}},
                "400": {"description": "a parameter that cannot be right"} | refusal,
                "404": {"description": "nothing of that name here"} | refusal,
            },
        }
    }


def description() -> dict[str, Any]:
    """Return the description."""
    lines = _object(**{"from": _NUMBER, "to": _NUMBER, "lines": _list(_ref("Line"))})
    changes = _object(changes=_list(_ref("Change")), next=_LINK)
    happened = _query("kind", "only what happened of this kind", {"enum": ["new", "changed", "gone"]})
    name = _query("post", "a URL, SITE/NATIVE_ID, #ID or number") | {"required": True}
    state = _object(totals=_ANY, frontier=_ANY, sources=_list(_ANY), running=_ANY)
    filters = [parameter for parameter in _FILTERS if parameter["name"] != "kind"]
    return {
        "openapi": "3.1.0",
        "info": {"title": "scraper", "version": VERSION, "description": "An archive of blog posts, for reading."},
        "paths": {
            "/api/search": _get("Search posts", _ref("Found"), *_FILTERS, _SORT, _SIZE, _AFTER),
            "/api/posts": _get("The post of a name", _ref("Post"), name),
            "/api/posts/{id}": _get("A post", _ref("Post"), path=("id",)),
            "/api/posts/{id}/revisions": _get(
                "The revisions of a post", _object(revisions=_list(_ref("Revision"))), path=("id",)
            ),
            "/api/posts/{id}/revisions/{number}": _get("A revision", _ref("RevisionText"), path=("id", "number")),
            "/api/posts/{id}/diff": _get(
                "What changed", lines, _query("from", "a revision", _NUMBER) | {"required": True},
                _query("to", "another one", _NUMBER) | {"required": True}, path=("id",),
            ),
            "/api/changes": _get("What happened to posts", changes, *filters, happened, _SIZE, _AFTER),
            "/api/authors": _get("Authors", _object(authors=_list(_ref("Author")))),
            "/api/tags": _get("Tags", _object(tags=_list(_object(name=_TEXT, posts=_NUMBER)))),
            "/api/columns": _get("Columns", _object(columns=_list(_ANY))),
            "/api/status": _get("How the archive does", state),
            "/api/runs": _get("Runs", _object(runs=_list(_ANY)), _SIZE),
        },
        "components": {"schemas": _SCHEMAS},
    }  # fmt: skip
