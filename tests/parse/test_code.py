from __future__ import annotations

import pytest
from lxml import html as lxml_html

from scraper.parse.code import code_language, code_text, fence, is_code_block
from scraper.parse.markdown import to_markdown


def block(html: str, tag: str = "pre") -> lxml_html.HtmlElement:
    tree = lxml_html.fragment_fromstring(html, create_parent="div")
    return next(tree.iter(tag))


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<pre><code>\ta\n\n  b  \n</code></pre>", "\ta\n\n  b  "),
        ("<pre><code>\n\na\n\n</code></pre>", "\n\na\n"),
        ("<pre>\na</pre>", "a"),
        ("<pre>a<br>b<br/>c</pre>", "a\nb\nc"),
        ("<pre>a&nbsp;&nbsp;b\r\nc\u200b</pre>", "a  b\nc"),
        ("<pre><code>a</code><ul class='pre-numbering'><li>1</li></ul></pre>", "a"),
        ("<pre><code><ol class='hljs-ln'>\n<li><div class='hljs-ln-numbers'><i>1</i></div><div>a {</div></li>\n"
         "<li><div></div></li><li><div>  b</div></li></ol></code><div class='hljs-button'>复制</div></pre>",
         "a {\n\n  b"),
        ("<pre><code><div class='token-line'><span>a</span><br></div><div class='token-line'><br></div>"
         "<div class='token-line'>b<br></div></code></pre>", "a\n\nb"),
        ("<pre><code>a</code><code>b</code></pre>", "a\nb"),
        ("<pre><code><span class='line'>a</span>\n<span class='line'>b</span></code></pre>", "a\nb"),
        ("<pre><span class='ln'>1</span>a<!-- x -->b<button>复制</button></pre>", "ab"),
    ],
)  # fmt: skip
def test_code_keeps_its_lines_and_blanks_without_what_stands_beside_it(html: str, text: str) -> None:
    assert code_text(block(html)) == text


@pytest.mark.parametrize(
    ("html", "language"),
    [
        ("<pre><code class='prism language-js'>x</code></pre>", "js"),
        ("<pre class='language-c++'><code class='hljs cpp'>x</code></pre>", "c++"),
        ("<pre class='brush: java;gutter:true'>x</pre>", "java"),
        ("<pre class='prettyprint lang-sql'>x</pre>", "sql"),
        ("<pre name='code' class='cpp'>x</pre>", "cpp"),
        ("<pre class='has' name='code'><code class='hljs'>x</code></pre>", ""),
        ("<pre class='prettyprint'><code class=' hljs vala has-numbering'>x</code></pre>", "vala"),
        ("<pre><code class='language-plaintext hljs cs'>x</code></pre>", ""),
        ("<pre class='plain'>x</pre>", ""),
        ("<pre class='my-style python'>x</pre>", "python"),
        ("<pre class='my-style'>x</pre>", ""),
        ("<figure class='highlight yaml'><table><tr><td class='code'><pre>x</pre></td></tr></table></figure>", "yaml"),
        ("<figure class='highlight plaintext'><pre>x</pre></figure>", ""),
        ("<div class='language-go highlighter-rouge'><div><code><table><tr><td><pre>x</pre></td></tr></table></code>"
         "</div></div>", "go"),
        ("<div class='highlight'><pre class='chroma'><code data-lang='toml'>x</code></pre></div>", "toml"),
        ("<pre><code class='language-a`b'>x</code></pre>", ""),
        ("<ul class='language-js'><li><pre>x</pre></li></ul>", ""),
    ],
)  # fmt: skip
def test_the_declared_language_goes_before_a_guess(html: str, language: str) -> None:
    assert code_language(block(html)) == language


def test_a_cell_of_lines_and_an_old_textarea_are_code_too() -> None:
    lines = "<div class='container'>\n<div class='line'><code class='java plain'>a</code>&nbsp;<code>b</code></div>\n"
    cell = f"<td class='code'>{lines}<div class='line'>c</div></div></td>"
    table = f"<table><tr><td class='gutter'>1</td>{cell}</tr></table>"
    assert to_markdown(table) == "```java\na b\nc\n```"
    assert not is_code_block(block("<table><tr><td class='code'><pre>x</pre></td></tr></table>", "td"))
    old = "<textarea name='code' class='java'>int a;</textarea><textarea>x</textarea>"
    assert to_markdown(old) == "```java\nint a;\n```"


def test_a_gutter_table_is_one_block_and_its_gutter_none() -> None:
    html = (
        "<figure class='highlight go'><table><tr><td class='gutter'><pre>1<br>2</pre></td>"
        "<td class='code'><pre><span class='line'>a</span><br><span class='line'>b</span></pre></td></tr></table>"
        "</figure>"
    )
    assert to_markdown(html) == "```go\na\nb\n```"
    numbers = "<pre><code><span class='lnt'>1\n</span></code></pre>"
    hugo = f"<table><tr><td>{numbers}</td><td><pre><code>x</code></pre></td></tr></table>"
    assert to_markdown(hugo) == "```\nx\n```"


def test_an_empty_block_is_kept_only_where_code_was_meant_and_images_in_code_follow_it() -> None:
    assert to_markdown("<pre></pre>") == ""
    assert to_markdown("<pre><code></code></pre>") == "```\n```"
    assert to_markdown("<pre>a<img src='http://e.com/x.png'></pre>") == "```\na\n```\n\n![](http://e.com/x.png)"


def test_a_fence_is_longer_than_any_in_the_code() -> None:
    assert fence("md", "a\n````\nb") == "`````md\na\n````\nb\n`````"


def test_a_table_of_numbered_lines_is_the_code_though_the_parser_takes_it_out_of_its_pre() -> None:
    html = (
        "<pre><code class='hljs'><table class='hljs-ln'><tbody>\n<tr><td class='hljs-ln-numbers'>1</td>\n<td>a</td>"
        "</tr><tr><td class='hljs-ln-numbers'>2</td><td>b</td></tr></tbody></table></code></pre>"
    )
    assert to_markdown(html) == "```\na\nb\n```"


ENLIGHTER = """<div class="enlighter-default enlighter-l-python"><div class="enlighter-toolbar">Raw</div>
<div class="enlighter"><div><span>x = 1</span></div></div><pre class="enlighter-raw">x = 1</pre></div>"""
CRAYON = """<div class="crayon-syntax crayon-theme-classic"><div class="crayon-toolbar">
<span class="crayon-language">Python</span></div>
<div class="crayon-plain-wrap"><textarea class="crayon-plain">x = 1</textarea></div><div class="crayon-main"><table><tr>
<td class="crayon-nums"><div class="crayon-nums-content"><div class="crayon-num">1</div></div></td>
<td class="crayon-code"><div class="crayon-pre"><div class="crayon-line"><span class="crayon-v">x</span> = 1</div></div>
</td></tr></table></div></div>"""


@pytest.mark.parametrize(
    "html",
    [
        "<pre class=EnlighterJSRAW data-enlighter-language=python>x = 1</pre>",
        ENLIGHTER,
        CRAYON,
        "<div class='highlight-python notranslate'><div class=highlight><pre>x = 1\n</pre></div></div>",
    ],
    ids=["Enlighter", "Enlighter as its script shows it", "Crayon", "Sphinx"],
)
def test_blocks_of_plug_ins_are_code_in_their_language_once(html: str) -> None:
    assert to_markdown(f"<p>前</p>{html}<p>后</p>") == "前\n\n```python\nx = 1\n```\n\n后"


@pytest.mark.parametrize("language", ["default", "generic"])
def test_no_language_of_a_plug_in_is_none(language: str) -> None:
    assert to_markdown(f"<pre data-enlighter-language={language}>x = 1</pre>") == "```\nx = 1\n```"
