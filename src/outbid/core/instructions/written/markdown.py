"""Posting instructions as Markdown."""

import re

from outbid.core.instructions.told import Instructions
from outbid.core.instructions.written.blocks import Block, Code, Heading, Items, Table, Text, blocks_of

_CODE = re.compile(r"(`[^`]*`)")
_SIGNS = re.compile(r"([\\*_\[\]<>#|])")


def markdown_of(told: Instructions) -> str:
    """The whole document."""
    return "\n\n".join(_block(block) for block in blocks_of(told)) + "\n"


def _block(block: Block) -> str:
    if isinstance(block, Heading):
        return f"{'#' * block.level} {_text(block.text)}"
    if isinstance(block, Text):
        return _text(block.text)
    if isinstance(block, Items):
        return "\n".join(f"- {_text(row)}" for row in block.rows)
    if isinstance(block, Table):
        rows = [block.head, tuple("---" for _ in block.head), *block.rows]
        return "\n".join(f"| {' | '.join(_cell(cell) for cell in row)} |" for row in rows)
    assert isinstance(block, Code)
    fence = "```" if "```" not in block.text else "~~~~"
    return f"{_text(block.label)}\n\n{fence}{block.language}\n{block.text.rstrip()}\n{fence}"


def _text(text: str) -> str:
    """A text whose words are no marks; code stays as it is."""
    parts = _CODE.split(text)
    return "".join(part if part.startswith("`") else _SIGNS.sub(r"\\\1", part) for part in parts)


def _cell(text: str) -> str:
    return "---" if text == "---" else _text(text).replace("\\|", "|").replace("|", "\\|")
