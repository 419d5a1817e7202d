"""Blogs by the markup of the generator and theme that built them, whatever their host: a table, and how it is read.

Selectors are those of ``select``. What a theme doesn't say, or a page leaves out, is left to the generic reader.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from scraper.models import Post
from scraper.parse.dates import parse_date
from scraper.parse.page import Page
from scraper.parse.select import first, select, text, texts
from scraper.parse.tree import Element, text_of


@dataclass(frozen=True, slots=True)
class Theme:
    """Where a theme keeps the parts of a post: ``body`` is there once on a post's page and on no other.

    ``mark`` must be found as well. ``drop`` is all that it adds inside the body. ``title`` None means that there is
    no element for it and the page's title, without the site's name, is right.
    """

    name: str
    mark: str
    body: str
    title: str = ""
    author: str = ""
    published: str = ""
    updated: str = ""
    tags: str = ""
    categories: str = ""
    drop: str = ""


_TAG_SIGNS = "#＃ \t"
_TITLE_SIGNS = "¶# \t"

THEMES = (
    Theme(
        "hexo-next",
        mark="h1.post-title",
        body=".post-block .post-body | .post-body[itemprop=articleBody] | article .post-body",
        title="h1.post-title",
        author="[itemprop=author] meta[itemprop=name]@content",
        published="time[itemprop~=datePublished]@datetime",
        updated="time[itemprop~=dateModified]@datetime",
        tags=".post-tags a[rel=tag] | .post-tags a",
        categories="[itemprop=about] [itemprop=name]",
        drop=".post-copyright | .my_post_copyright | .reward-container",
    ),
    Theme(
        "hexo-butterfly",
        mark="#post-info | #post-meta",
        body="#post #article-container",
        title="#post-info .post-title",
        author="meta[property=article:author]@content",
        tags=".tag_share a.post-meta__tags | a.post-meta__tags",
        categories="#post-meta a.post-meta-categories | #post-info a.post-meta-categories",
        drop=".post-copyright | .post-reward",
    ),
    Theme(
        "hexo-fluid",
        mark="#board .category-chains | #board .post-metas | #board .license-box",
        body="#board .markdown-body",
        title="#board #seo-header | article.post-content > h1",
        published=".post-meta time@datetime",
        tags=".post-metas a[href*=/tags/] | .post-metas a.print-no-link",
        categories=".category-chain a.category-chain-item | .category-chains a",
        drop=".license-box | .note-license",
    ),
    Theme(
        "hexo-icarus",
        mark="article.article .article-meta",
        body="article.article > .content",
        title="article.article h1.title",
        published=".article-meta time@datetime",
        tags=".article-tags a[rel=tag]",
        categories=".article-meta a[href*=/categories/]",
        drop=".article-licensing",
    ),
    Theme(
        "hexo-volantis",
        mark=".article-meta .new-meta-box",
        body="article#post.article-type-post",
        title=".article-meta h1.title",
        tags=".article-meta .tag a | .article-meta a[href*=/tags/]",
        categories=".article-meta a.category-link | .article-meta a[href*=/categories/]",
        drop=".article-meta | .footer | .prev-next | #page-plugins-helper",
    ),
    Theme(
        "hugo-hermit",
        mark="#site-header .site-branding",
        body="main.site-main article > .content",
        title=".post-header h1",
        author="#site-footer a",
        tags=".post-info .tag a",
    ),
    Theme(
        "hugo-post-detail",
        mark=".post-detail .post-header",
        body=".post-detail > .post-content",
        title=".post-header .post-title",
        published=".post-header .post-meta",
        tags=".post-footer .post-tags a",
    ),
    Theme(
        "jekyll-chirpy",
        mark="#core-wrapper .post-meta",
        body="#core-wrapper .post > .post-content | #core-wrapper .post-content",
        title="#core-wrapper h1",
        published=".post-meta em.timeago@date | .post-meta em.timeago@data-ts | .post-meta time@data-ts",
        tags=".post-tail-wrapper .post-tags a",
        categories=".post-tail-wrapper .post-meta a[href*=/categories/]",
        drop=".code-header",
    ),
    Theme(
        "mkdocs-material",
        mark=".md-container .md-content",
        body="article.md-content__inner",
        title="article.md-content__inner h1",
        author="meta[name=author]@content | a.md-logo@title | .md-header__title .md-header__topic",
        tags="nav.md-tags .md-tag",
        drop=".md-content__button | .md-source-file | .md-tags | .md-source-date",
    ),
    Theme(
        "docusaurus",
        mark="#__docusaurus",
        body="#__blog-post-container | article .theme-doc-markdown",
        title="article header h1",
        author="[itemprop=author] [itemprop=name] | .avatar__name | [class*=authorName]",
        published="article time@datetime",
        tags="article footer a[class*=tag_]",
    ),
    Theme(
        "vuepress-reco",
        mark=".page-title .reco-date",
        body=".theme-reco-content",
        title=".page-title .title",
        author=".page-title .reco-account",
        published=".page-title .reco-date",
        tags=".page-title .reco-tag .tag-item",
    ),
    Theme("vuepress", mark=".theme-container", body=".theme-default-content"),
    Theme("vitepress", mark=".VPDoc | .VPContent", body=".vp-doc"),
    Theme(
        "wordpress",
        mark="body.single | body.single-post | link[href*=/wp-content/] | script[src*=/wp-includes/]",
        body=".type-post .entry-content | .type-post .post-content | .type-post .entry | article .entry-content",
        title=".type-post .entry-title | .type-post .post-title | article .entry-title | h1.entry-title",
        published="time.published@datetime | time.entry-date@datetime | .type-post .post-date | .post-metadata",
        updated="time.updated@datetime",
        tags="a[rel=tag]",
        categories="a[rel~=category]",
        drop=".sharedaddy | .jp-relatedposts | .wp_rp_wrap | .post-metadata",
    ),
)


def find_theme(page: Page) -> tuple[Theme, Element] | None:
    """Return the theme that built a post's page, with the body there; None for other pages and unknown themes."""
    for theme in THEMES:
        bodies = select(page, theme.body)
        if len(bodies) == 1 and first(page, theme.mark) is not None:
            return theme, bodies[0]
    return None


def fill(theme: Theme, page: Page, post: Post) -> Post:
    """Return the post with all that the theme's elements say; to be asked before the body is cleaned."""
    published = _first_date(texts(page, theme.published)) if theme.published else ""
    changes = texts(page, theme.updated) if theme.updated else texts(page, theme.published)[1:] if published else ()
    updated = _first_date(changes)
    author = text(page, theme.author) if theme.author else ""
    title = text(page, theme.title).rstrip(_TITLE_SIGNS) if theme.title else ""
    return replace(
        post,
        title=title or post.title,
        author=replace(post.author, name=author) if author else post.author,
        published_at=parse_date(published) if published else post.published_at,
        published_raw=published or post.published_raw,
        updated_at=parse_date(updated) if updated else post.updated_at,
        updated_raw=updated or post.updated_raw,
        tags=(_labels(page, theme.tags) if theme.tags else ()) or post.tags,
        categories=(_labels(page, theme.categories) if theme.categories else ()) or post.categories,
    )


def _labels(page: Page, selector: str) -> tuple[str, ...]:
    found = (text_of(element).strip(_TAG_SIGNS) for element in select(page, selector))
    return tuple(dict.fromkeys(filter(None, found)))


def _first_date(candidates: tuple[str, ...]) -> str:
    return next((candidate for candidate in candidates if parse_date(candidate)), "")
