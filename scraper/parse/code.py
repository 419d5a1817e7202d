"""Blocks of code as pages show them: their text with every blank, and the language they were given. Pure."""

from __future__ import annotations

import re

from lxml import etree

from scraper.parse.escape import clean_text
from scraper.parse.tree import Element

GUTTER = frozenset({
    "gutter", "rouge-gutter", "pre-numbering", "hljs-ln-numbers", "line-numbers-wrapper", "line-numbers-rows",
    "lineno", "linenos", "linenodiv", "line-number", "line-numbers", "code-snippet__line-index", "hljs-button",
    "copy", "copy-btn", "copy-code-btn", "btn-copy", "clipboard-copy", "code-header", "cnblogs_code_toolbar",
    "hide-preCode-box", "opt-box", "ln", "lnt", "crayon-toolbar", "crayon-plain-wrap", "crayon-nums",
    "enlighter-toolbar", "enlighter",
})  # fmt: skip
"""Classes of what stands beside code and is none: line numbers, copy buttons, bars that name the language, copies."""

_CONTROL = re.compile(r"(?:^|[\s_-])(?:btn|button|copy|toolbar)(?:$|[\s_-])", re.IGNORECASE)
_SKIPPED = {"script", "style", "button", "svg", "textarea"}
_LINES = {"li", "div", "tr", "p"}
_ROWS = {"ol", "ul", "table", "tbody", "thead", "tr"}
_DECLARED = re.compile(
    r"(?:^|\s)(?:(?:language|lang|highlight-source|enlighter-l)-|brush:\s*)([^\s;]+|;)"
    r"|(?:^|\s)highlight-([^\s]+)(?=\s+notranslate)",  # Sphinx
    re.IGNORECASE,
)
_LANGUAGE_NAMES = ("data-lang", "data-language", "data-enlighter-language")
_NO_LANGUAGE = {
    "", "plaintext", "plain", "plain_text", "text", "txt", "none", "nohighlight", "no-highlight", "null",
    "undefined", "auto", "unknown", "default", "generic", "raw",
}  # fmt: skip
_DECORATION = {
    "hljs", "has", "prettyprint", "prettyprinted", "linenums", "highlight", "highlighted", "prism", "prism-code",
    "has-numbering", "line-numbers", "chroma", "shiki", "set-code-show", "set-code-hide", "code", "wrap", "nohighlight",
}  # fmt: skip
_LANGUAGES = frozenset({
    "actionscript", "ada", "apache", "asm", "assembly", "awk", "bash", "bat", "batch", "c", "c#", "c++",
    "clojure", "cmake", "cmd", "coffeescript", "cpp", "cs", "csharp", "css", "cuda", "cypher", "d", "dart",
    "delphi", "diff", "django", "docker", "dockerfile", "elixir", "erlang", "fortran", "fsharp", "gherkin",
    "glsl", "go", "golang", "gradle", "graphql", "groovy", "haskell", "hcl", "html", "http", "ini", "java",
    "javascript", "js", "json", "jsp", "jsx", "julia", "kotlin", "latex", "less", "lisp", "lua", "makefile",
    "markdown", "matlab", "md", "mysql", "nginx", "nim", "objc", "objective-c", "objectivec", "ocaml",
    "pascal", "perl", "php", "plsql", "powershell", "prolog", "properties", "protobuf", "ps1", "py",
    "python", "r", "rb", "ruby", "rust", "sas", "sass", "scala", "scheme", "scss", "sh", "shell", "solidity",
    "sql", "stata", "svg", "swift", "tcl", "tex", "toml", "ts", "tsx", "typescript", "vb", "vba", "vbnet",
    "verilog", "vhdl", "vim", "vue", "wasm", "xml", "yaml", "yml", "zig", "zsh",
})  # fmt: skip
"""What a class of a bare ``pre`` may be taken for: any other class is a style."""
_AROUND = ("div", "figure", "table", "tbody", "tr", "td", "code")
_MAX_CLIMB = 8


def is_code_block(element: Element) -> bool:
    """Tell whether the element is a block of code: ``pre``, or what a script for highlighting made of one.

    The table of highlightjs-line-numbers counts: libxml2 ends a ``pre`` where a table begins in it.
    """
    tag = element.tag
    if tag == "textarea":  # CSDN and others before 2012
        return bool(element.get("name") == "code")
    if tag == "td":  # SyntaxHighlighter, Crayon
        names = (element.get("class") or "").split()
        return ("code" in names or "crayon-code" in names) and element.find("div") is not None
    return tag == "pre" or (tag == "table" and "hljs-ln" in (element.get("class") or "").split())


def is_gutter(element: Element) -> bool:
    """Tell whether the element is a gutter, button or bar beside code."""
    names = element.get("class")
    if not names or element.tag in ("pre", "code"):
        return False
    return not GUTTER.isdisjoint(names.split()) or (_CONTROL.search(names) is not None and "token" not in names)


def is_toolbar(element: Element) -> bool:
    """Tell whether an element of class ``toolbar`` is the one that Prism sets beside a block of code."""
    parent = element.getparent()
    return parent is not None and "code-toolbar" in (parent.get("class") or "").split()


def code_text(block: Element) -> str:
    """Return the text of a block of code: every blank kept, NBSP as a blank, without gutter and buttons.

    Lines are divided by newlines, by ``br``, or stand in elements of their own. The newline that a parser drops
    after ``<pre>`` and the one before the block's end are not part of it.
    """
    pieces: list[str] = []
    begins: list[int] = []
    lines = _LINES | {"code"} if len(block.findall("code")) > 1 else _LINES
    walk = etree.iterwalk(block, events=("start", "end", "comment", "pi"))
    for event, node in walk:
        if event == "start":
            begins.append(len(pieces))
            if (node.tag in _SKIPPED and node is not block) or is_gutter(node):
                walk.skip_subtree()
                begins[-1] = -1
            elif node.tag == "br":
                pieces.append("\n")
            elif node.text and not (node.text.isspace() and _holds_lines(node)):
                pieces.append(node.text)
            continue
        is_line = event == "end" and node.tag in lines
        begin = begins.pop() if event == "end" else -1
        if node is block:
            break
        if is_line and begin >= 0 and not (len(pieces) > begin and pieces[-1].endswith("\n")):
            pieces.append("\n")
        if node.tail and not (node.tail.isspace() and (is_line or node.getparent().tag in _ROWS)):
            pieces.append(node.tail)
    text = clean_text("".join(pieces))
    if text.startswith("\n") and (block.text or "").startswith(("\n", "\r")):
        text = text[1:]
    return text.removesuffix("\n")


def _holds_lines(node: Element) -> bool:
    return node.tag in _ROWS or (len(node) > 0 and node[0].tag in _LINES)


def code_language(block: Element) -> str:
    """Return the language that the block, its ``code`` or what surrounds it was given, '' for none.

    A declared one (``language-x``, ``lang-x``, ``brush: x``, ``data-lang``, a Hexo figure's or Pygments' class)
    goes before one that highlight.js guessed.
    """
    inner = next(block.iter("code"), None)
    own = [block] if inner is None else [inner, block]
    around: list[Element] = []
    parent = block.getparent()
    while parent is not None and len(around) < _MAX_CLIMB and parent.tag in _AROUND:
        around.append(parent)
        parent = parent.getparent()
    for element in own + around:
        declared = _DECLARED.search(element.get("class") or "")
        said = (element.get(attribute) for attribute in _LANGUAGE_NAMES)
        name = declared[1] or declared[2] if declared else next(filter(None, said), "")
        if name:
            return _known(name)
        if "crayon-syntax" in (element.get("class") or "").split():
            return _known(_shown_by_crayon(element))
    for element in around:
        if element.tag == "figure":
            return _first(element, anything=True)
    return next((name for element in own if (name := _first(element, anything=block.get("name") == "code"))), "")


def _shown_by_crayon(box: Element) -> str:
    """Return the language that a bar over the code shows: Crayon writes it nowhere else."""
    shown = (one.text or "" for one in box.iter("span") if one.get("class") == "crayon-language")
    return next(shown, "").strip().lower()


def _first(element: Element, *, anything: bool) -> str:
    """Return the first of the element's classes that names a language; ``anything`` that is no decoration will do."""
    names = (element.get("class") or "").split()
    anything = anything or "hljs" in names
    for name in names:
        if name.lower() in _NO_LANGUAGE:
            return ""
        if name not in _DECORATION and (anything or name.lower() in _LANGUAGES):
            return _known(name)
    return ""


def _known(name: str) -> str:
    return "" if name.lower() in _NO_LANGUAGE or "`" in name or "~" in name else name


def fence(language: str, text: str) -> str:
    """Return the text as a fenced block whose fence does not occur in it."""
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    marks = "`" * (longest + 1)
    return f"{marks}{language}\n{text}\n{marks}" if text else f"{marks}{language}\n{marks}"
