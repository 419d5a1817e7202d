"""What an afternoon brings: httpx, BeautifulSoup, markdownify and an ORM: ``naive_peer.py BASE DB CONCURRENCY``."""

from __future__ import annotations

import asyncio
import sys
import zlib
from pathlib import Path

import httpx
from bs4 import BeautifulSoup
from markdownify import MarkdownConverter
from sqlalchemy import create_engine, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

INDEX = (
    "CREATE VIRTUAL TABLE post_fts USING fts5 "
    "(title, markdown, content='posts', content_rowid='id', tokenize='trigram')"
)


class Base(DeclarativeBase):
    pass


class Post(Base):
    __tablename__ = "posts"
    id: Mapped[int] = mapped_column(primary_key=True)
    url: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    author: Mapped[str]
    published: Mapped[str]
    tags: Mapped[str]
    markdown: Mapped[str]
    body: Mapped[bytes]


def read(url: str, page: str) -> Post:
    soup = BeautifulSoup(page, "lxml")
    return Post(
        url=url,
        title=soup.select_one("h1.title-article").get_text(strip=True),
        author=soup.select_one("a.follow-nickName").get_text(strip=True),
        published=soup.select_one("span.time")["data-time"],
        tags=",".join(tag.get_text() for tag in soup.select("a.tag-link[href*='so.csdn']")),
        markdown=MarkdownConverter(heading_style="ATX").convert_soup(soup.select_one("#content_views")),
        body=zlib.compress(page.encode()),
    )


async def main(base: str, path: str, concurrency: int) -> None:
    Path(path).unlink(missing_ok=True)
    engine = create_engine(f"sqlite:///{path}")
    Base.metadata.create_all(engine)
    slots = asyncio.Semaphore(concurrency)
    async with httpx.AsyncClient() as client:
        with Session(engine) as session:
            session.execute(text(INDEX))

            async def visit(url: str) -> None:
                async with slots:
                    answer = await client.get(url)
                post = read(url, answer.text)
                session.add(post)
                session.flush()
                row = {"id": post.id, "title": post.title, "markdown": post.markdown}
                session.execute(
                    text("INSERT INTO post_fts (rowid, title, markdown) VALUES (:id, :title, :markdown)"), row
                )
                session.commit()

            page = 1
            while True:
                listed = BeautifulSoup((await client.get(f"{base}/linyi/article/list/{page}")).text, "lxml")
                links = [link["href"] for link in listed.select(".article-item-box h4 a")]
                if not links:
                    break
                await asyncio.gather(*map(visit, links))
                page += 1


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
