"""Posting instructions as one page of HTML that needs nothing else: no script, no font, no other host."""

import re
from html import escape

from outbid.core.instructions.told import Instructions
from outbid.core.instructions.written.blocks import Block, Code, Heading, Items, Table, Text, blocks_of

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""What a browser may do with the page (Content-Security-Policy)."""
_CODE = re.compile(r"`([^`]*)`")
_STYLE = """
:root{color-scheme:light dark;--text:#1b1f24;--back:#fff;--soft:#f3f5f7;--line:#d5dae0;--mark:#0b5cad}
@media (prefers-color-scheme:dark){:root{--text:#e3e7ec;--back:#14171b;--soft:#1e2329;--line:#3a424c;--mark:#7db8f2}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:60rem;padding:1rem;font:16px/1.55 system-ui,sans-serif;color:var(--text);
background:var(--back);overflow-wrap:break-word}
h1{font-size:1.6rem;line-height:1.25}
h2{font-size:1.25rem;margin-top:2.2rem;border-bottom:1px solid var(--line);padding-bottom:.25rem}
h3{font-size:1.05rem;margin-top:1.6rem}
nav ul{padding:0;list-style:none;display:flex;flex-wrap:wrap;gap:.25rem 1rem}
a{color:var(--mark)}
code{font:0.9em/1.45 ui-monospace,monospace;background:var(--soft);padding:.1em .3em;border-radius:.25em}
pre{background:var(--soft);border:1px solid var(--line);border-radius:.4rem;padding:.75rem;overflow-x:auto}
pre code{padding:0;background:none;overflow-wrap:normal}
summary{cursor:pointer;padding:.4rem 0}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%}
th{white-space:nowrap}td code{overflow-wrap:anywhere}td:first-child code{overflow-wrap:normal}
@media (min-width:40rem){td:last-child{min-width:12rem}}
th,td{text-align:left;vertical-align:top;padding:.4rem .6rem .4rem 0;border-bottom:1px solid var(--line)}
@media (max-width:40rem){table,thead,tbody,tr,td{display:block}thead{display:none}
tr{border-bottom:1px solid var(--line);padding:.5rem 0}td{border:0;padding:.1rem 0}
td:empty{display:none}td[data-head]::before{content:attr(data-head) ": ";font-weight:600}}
@media print{body{max-width:none;padding:0}nav{display:none}pre{white-space:pre-wrap;break-inside:avoid}
details:not([open])>*{display:block}h2,h3{break-after:avoid}}
"""


def page_of(told: Instructions) -> str:
    """The whole page."""
    blocks = list(blocks_of(told))
    title = _plain(next(block.text for block in blocks if isinstance(block, Heading)))
    heads = [block for block in blocks if isinstance(block, Heading) and block.level == 2]
    links = "".join(f'<li><a href="#{_anchor(head)}">{_text(head.text)}</a></li>' for head in heads)
    first, *rest = [_block(block) for block in blocks]
    body = "\n".join([first, f'<nav aria-label="On this page"><ul>{links}</ul></nav>', *rest])
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
        '<meta name="robots" content="noindex,nofollow">\n<meta name="referrer" content="no-referrer">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _block(block: Block) -> str:
    if isinstance(block, Heading):
        place = f' id="{_anchor(block)}"' if block.level == 2 else ""
        return f"<h{block.level}{place}>{_text(block.text)}</h{block.level}>"
    if isinstance(block, Text):
        return f"<p>{_text(block.text)}</p>"
    if isinstance(block, Items):
        return "<ul>" + "".join(f"<li>{_text(row)}</li>" for row in block.rows) + "</ul>"
    if isinstance(block, Table):
        return _table(block)
    assert isinstance(block, Code)
    shown = (
        f'<pre tabindex="0"><code class="language-{escape(block.language)}">{escape(block.text.rstrip())}</code></pre>'
    )
    return f"<details open><summary>{_text(block.label)}</summary>{shown}</details>"


def _table(block: Table) -> str:
    head = "".join(f'<th scope="col">{_text(cell)}</th>' for cell in block.head)
    rows = "".join(
        f"<tr>{''.join(_cell(*pair) for pair in zip(block.head, row, strict=True))}</tr>" for row in block.rows
    )
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'


def _cell(head: str, text: str) -> str:
    return f'<td data-head="{escape(head)}">{_text(text)}</td>' if text else "<td></td>"


def _text(text: str) -> str:
    return _CODE.sub(r"<code>\1</code>", escape(text))


def _plain(text: str) -> str:
    return escape(text.replace("`", ""))


def _anchor(head: Heading) -> str:
    return re.sub(r"[^a-z]+", "-", head.text.lower()).strip("-")
