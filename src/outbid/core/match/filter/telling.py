"""Why a filter does not match, in words: the first part that fails, with the value seen."""

from typing import Any

from outbid.core.match.filter.language import Facts, Node, Test
from outbid.core.match.filter.meaning import compile_filter

_SHOWN = 6
"""Values of a list that are told."""


def explain(node: Node, facts: Facts) -> str | None:
    """The first part that fails, in words with the value seen; None if the filter matches."""
    if isinstance(node, Test):
        if compile_filter(node)(facts):
            return None
        seen = repr(facts[node.fact]) if node.fact in facts else "nothing"
        return f"{_worded(node)}, seen {seen}"
    reasons = [(part, explain(part, facts)) for part in node.parts]
    if node.mode == "all":
        return next((why for _, why in reasons if why is not None), None)
    failed = [why for _, why in reasons if why is not None]
    if node.mode == "any":
        return "none of: " + "; ".join(failed) if len(failed) == len(reasons) else None
    matched = [_worded(part) for part, why in reasons if why is None]
    return "matched a part that may not match: " + ", ".join(matched) if matched else None


def _worded(node: Node) -> str:
    if isinstance(node, Test):
        return f"{node.fact} {node.operator.replace('_', ' ')} {node.said or _shown(node.value)}"
    return f"{node.mode} of ({'; '.join(_worded(part) for part in node.parts)})"


def _shown(value: Any) -> str:
    if isinstance(value, tuple) and len(value) > _SHOWN:
        return f"{', '.join(map(repr, value[:_SHOWN]))} and {len(value) - _SHOWN} more"
    return ", ".join(map(repr, value)) if isinstance(value, tuple) else repr(value)
