from __future__ import annotations

import time

import pytest

from scraper.parse.markdown import to_markdown


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<table><caption>题</caption><tr><th>a</th><th>b|c</th></tr><tr><td><code>p|q</code></td></tr></table>",
         "题\n\n| a | b\\|c |\n| --- | --- |\n| `p\\|q` |  |"),
        ("<table><tr><td>a<br>b<br><br>c</td><td><p>x</p><p>y</p></td></tr><tr><td><ul><li>1</li><li>2</li></ul></td>"
         "<td># z</td></tr></table>", "| a<br>b<br>c | x<br>y |\n| --- | --- |\n| - 1<br>- 2 | # z |"),
        ("<table><tr><th align='center'>a</th><th style='text-align: Right'>b</th><th>c</th><th align='justify'>d</th>"
         "</tr><tr><td></td><td></td><td align='left'>1</td><td>2</td></tr></table>",
         "| a | b | c | d |\n| :---: | ---: | :--- | --- |\n|  |  | 1 | 2 |"),
        ("<table><tr><th colspan='2'>a</th><th>b</th></tr><tr><td rowspan='3'>1</td><td>2</td><td rowspan='2'>3</td>"
         "</tr><tr><td>4</td></tr><tr><td>5</td></tr></table>",
         "| a |  | b |\n| --- | --- | --- |\n| 1 | 2 | 3 |\n|  | 4 |  |\n|  | 5 |  |"),
        ("<table><tr><th colspan='x'>a</th><th rowspan='0'>b</th></tr></table>", "| a | b |\n| --- | --- |"),
        ("<table><tr><td>框</td></tr></table>", "框"),
        ("<table><tr></tr></table>文", "文"),
        ("<table><tr><td>左<pre>x</pre></td><td>右<table><tr><td>a</td><td>b</td></tr></table></td></tr></table>",
         "左\n\n```\nx\n```\n\n右\n\n| a | b |\n| --- | --- |"),
        ("<table><tr><td><blockquote>a</blockquote></td><td><dl><dt>b</dt><dd>c</dd></dl><svg><text>d</text><text>e</text>"
         "</svg></td></tr></table>", "| a | **b**<br>c |\n| --- | --- |"),
        ("<table><tr><td><code>a\\|b</code></td><td>c\nd</td></tr></table>",
         "| <code>a&#92;&#124;b</code> | c d |\n| --- | --- |"),
        ("<ul><li>a<table><tr><td>b</td><td>c</td></tr></table></li></ul>", "- a\n\n  | b | c |\n  | --- | --- |"),
    ],
)  # fmt: skip
def test_tables_are_gfm_with_every_row_as_wide_as_the_table(html: str, markdown: str) -> None:
    assert to_markdown(html) == markdown


def test_a_cell_without_row_is_a_row() -> None:
    from lxml import html as lxml_html

    from scraper.parse.markdown import convert

    table = lxml_html.Element("table")
    for text in ("a", "b"):
        cell = lxml_html.Element("td")
        cell.text = text
        table.append(cell)
    assert convert(table).markdown == "| a | b |\n| --- | --- |"


def test_spans_cannot_blow_a_table_up() -> None:
    rows = "<tr><td colspan='100' rowspan='100'>x</td></tr>" * 3000
    begin = time.process_time()
    markdown = to_markdown(f"<table>{rows}</table>")
    assert markdown.count("x") == 3000
    assert len(markdown) < 5_000_000
    assert time.process_time() - begin < 5
