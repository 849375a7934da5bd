"""Makes docs/reference from the code: what is set, said, asked and kept stands there once, and is read from there.

`make docs` writes the pages; tests/house/test_documentation.py proves that the committed ones are what this gives.
"""

import argparse
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import get_args

import msgspec
from begun import presets_page
from mapped import mapping_page, replies_page, sign_in_page
from msgspec import inspect
from reported import reports_page
from spoken import dialects_page
from tables import NONE, first_line, setting_rows, settings_table, table, type_text
from words import OPERATORS, SHAPES, WORDS

from outbid.api import app
from outbid.api.problem import Problem
from outbid.api.wire import MOST_BODY_BYTES
from outbid.cli.main import parser
from outbid.cli.shown.document import SECTIONS
from outbid.core import answer, reasons
from outbid.core.control.patience import Wait
from outbid.core.lead import event
from outbid.core.market import noun
from outbid.core.match import filter as filters
from outbid.plugins.deliveries import _later, _letter
from outbid.plugins.intakes import json as json_intake
from outbid.plugins.intakes._dialect import Dialect
from outbid.plugins.registry import KINDS, Registry
from outbid.settings import PREFIX, Settings
from outbid.store.upkeep import migrate

FOLDER = Path(__file__).parent / "reference"
MADE = "<!-- Made by docs/build.py from the code. Change the code, then run `make docs`. -->"


def pages() -> dict[str, str]:
    """Every page of the reference: file name → text."""
    made = {
        "commands.md": commands_page(),
        "settings.md": settings_page(),
        "market.md": market_page(),
        "mapping.md": mapping_page(),
        "replies.md": replies_page(),
        "sign_in.md": sign_in_page(),
        "dialects.md": dialects_page(),
        "presets.md": presets_page(),
        "plugins.md": plugins_page(),
        "reports.md": reports_page(),
        "reasons.md": reasons_page(),
        "http.md": http_page(),
        "events.md": events_page(),
        "database.md": database_page(),
    }
    titles = {name: text.splitlines()[0].removeprefix("# ") for name, text in made.items()}
    listed = "\n".join(f"- [{title}]({name})" for name, title in titles.items())
    made["README.md"] = f"# Reference\n\nMade from the code by `docs/build.py`.\n\n{listed}\n"
    return {name: text.replace("\n", f"\n\n{MADE}\n", 1) for name, text in made.items()}


# -- pages ---------------------------------------------------------------------------------------------------------


def commands_page() -> str:
    """Every command with its arguments and options, from the parser itself."""
    text = "# Commands\n\nExit code 0: done; 1: it could not be done, and why is said; 2: the words were wrong.\n"
    for words, command in leaves(parser(), ("outbid",)):
        text += f"\n## {' '.join(words)}\n\n{command.description}\n"
        rows = [argument_row(words[-1], a) for a in command._actions if not isinstance(a, argparse._HelpAction)]
        text += "\n" + table(("Argument", "Default", "Meaning"), rows) if rows else ""
    return text


def leaves(
    command: argparse.ArgumentParser, words: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], argparse.ArgumentParser]]:
    """Every command below one that has no commands of its own."""
    groups = [action for action in command._actions if isinstance(action, argparse._SubParsersAction)]
    if not groups:
        yield words, command
    for group in groups:
        for name, inner in group.choices.items():
            yield from leaves(inner, (*words, name))


def argument_row(command: str, action: argparse.Action) -> tuple[str, str, str]:
    """An argument or option as a row."""
    takes = "" if action.nargs == 0 else f" {(action.metavar or action.dest).upper()}"
    name = f"`{action.option_strings[0]}{takes}`" if action.option_strings else f"`{action.dest}`"
    default = NONE if action.default in (None, False, "") else f"`{action.default}`"
    if action.required:
        default = "required"
    chosen = "one of " + ", ".join(f"`{choice}`" for choice in action.choices) if action.choices else ""
    words = action.help or WORDS.get(f"{command}.{action.dest}", "")
    return name, default, "; ".join(part for part in (words, chosen) if part) or NONE


def settings_page() -> str:
    """The environment of a process."""
    rows = [(f"`{PREFIX}{name.strip('`').upper()}`", *rest) for name, *rest in setting_rows(Settings)]
    return (
        "# Settings of a process\n\nEach is an environment variable, read once at the start. "
        "What people change in daily work is [the market](market.md), not a setting.\n\n"
        + table(("Variable", "Type", "Default", "Meaning"), rows)
    )


def market_page() -> str:
    """Every noun of a market file, and the filter language."""
    sections = {kind: section for section, kind in SECTIONS.items()}
    text = (
        "# The market\n\nWhat `outbid apply FILE` reads. "
        "Amounts are decimal text, shares are percent text, names are slugs.\n"
    )
    for kind, struct in noun.KINDS.items():
        where = f"In the section `{sections[kind]}`." if kind in sections else "Made by `outbid keys`, never in a file."
        text += f"\n## {kind}\n\n{first_line(struct)} {where}\n\n{settings_table(struct)}"
    for part in (
        noun.Field,
        noun.Check,
        noun.Enricher,
        noun.Tier,
        noun.Plugin,
        noun.Cap,
        noun.Wallet,
        noun.Payout,
        noun.Quotes,
        noun.Notices,
        noun.Duplicates,
        noun.Doubt,
        noun.Queue,
        noun.Patience,
        noun.Pricing,
        noun.PriceRule,
        noun.FloorRule,
        noun.MarginRule,
        noun.PayoutRule,
        noun.Schedule,
        noun.OpenSlot,
        noun.Order,
    ):
        text += f"\n### {part.__name__}\n\n{first_line(part)}\n\n{settings_table(part)}"
    kinds: dict[str, list[str]] = {}
    for kind, operators in filters.OPERATORS.items():
        for operator in operators:
            kinds.setdefault(operator, []).append(kind)
    operators_table = table(
        ("Operator", "For facts of kind", "Holds if"),
        [(f"`{o}`", ", ".join(k), OPERATORS[o]) for o, k in kinds.items()],
    )
    text += (
        "\n## Filters\n\nA filter is a test `{fact: NAME, OPERATOR: VALUE}`, or a group "
        + ", ".join(f"`{{{mode}: […]}}`" for mode in filters.MODES)
        + f" of filters, at most {filters.DEEPEST} deep.\n\n{operators_table}"
    )
    return text


def plugins_page() -> str:
    """Every built-in plugin with its settings and reasons."""
    registry = Registry(installed=[])
    text = (
        "# Plugins\n\nThe built-in ones. "
        "Installed packages may bring more: [add a field type](../how_to/add_a_field_type.md), "
        "[add a plugin](../how_to/add_a_plugin.md).\n"
    )
    for kind in KINDS:
        text += f"\n## {kind}\n"
        for name in registry.names(kind):
            text += f"\n### {name}\n\n" + plugin_text(kind, name, registry.get(kind, name))
    return text


def plugin_text(kind: str, name: str, module: ModuleType) -> str:
    """One plugin."""
    text = f"{first_line(module)}\n\n"
    if kind == "fields":
        parts = ", ".join(f"`{part}` ({of_kind})" for part, of_kind in module.PARTS.items()) or "none"
        personal = "personal" if module.PERSONAL else "not personal"
        text += f"A {module.KIND} fact, {personal} by default. Parts: {parts}. Example: `{module.EXAMPLE}`.\n\n"
    spoken = issubclass(module.Settings, Dialect)
    text += settings_table(module.Settings, f"{kind}/{name}", without=Dialect if spoken else None)
    if spoken:
        text += "\nAnd everything of a [dialect](dialects.md).\n"
    for struct in (_later.Delay, _later.Slot, _letter.Attachment):
        if kind == "deliveries" and uses(module.Settings, struct):
            text += f"\n`{struct.__name__}`:\n\n{settings_table(struct)}"
    if hasattr(module, "Rule"):
        text += "\n`Rule`: [replies](replies.md).\n"
    declared = getattr(module, "REASONS", {})
    if declared:
        prefix = "" if declared.keys() <= reasons.ALL.keys() else f"{name}."
        text += "\n" + reason_table(declared.values(), prefix)
    return text


def uses(settings: type[msgspec.Struct], struct: type[msgspec.Struct]) -> bool:
    """Does a struct name another one, or one that names it?"""
    return struct.__name__ in msgspec.json.schema_components([settings])[1]


def reason_table(found: Iterable[reasons.Reason], prefix: str = "") -> str:
    """Reasons as a table."""
    return table(
        ("Reason", "What happened", "What to do"), [(f"`{prefix}{r.code}`", r.sentence, r.fix or NONE) for r in found]
    )


def reasons_page() -> str:
    """Every reason code."""
    groups = (
        ("Requests that are refused", reasons.REFUSED),
        ("The same person again", reasons.DUPLICATE),
        ("Persons on a suppression list", reasons.SUPPRESSED),
        ("Lists that are sent", reasons.LISTS),
        ("Offers that are skipped", reasons.SKIPPED),
        ("Bids that lose", reasons.BIDS),
        ("Posts that do not sell", reasons.POSTS),
        ("Faults on the wire", reasons.WIRE),
        ("Enrichers that teach nothing", reasons.ENRICHED),
        ("Leads that end unsold", reasons.ENDS),
    )
    text = "# Reasons\n\nEvery *no* has a code from this list. A running exchange serves it at `GET /v1/reasons`.\n"
    for title, group in groups:
        text += f"\n## {title}\n\n{reason_table(group.values())}"
    from_plugins = Registry(installed=[]).reasons()
    ours = reasons.DUPLICATE | reasons.SUPPRESSED
    own = [reason for code, reason in sorted(from_plugins.items()) if code.partition(".")[2] not in ours]
    return text + f"\n## Declared by plugins\n\n{reason_table(own)}"


def http_page() -> str:
    """The routes, the answer to a seller, the shape of a problem."""
    rows = []
    rest = app.Routes(None, None, None, None, {}).litestar()  # type: ignore[arg-type]
    for route in sorted(rest.routes, key=lambda route: route.path):
        for handler in sorted(getattr(route, "route_handlers", ()), key=lambda handler: sorted(handler.http_methods)):
            if handler.include_in_schema and handler.summary:
                rows.append((", ".join(sorted(handler.http_methods)), f"`{plain_path(route.path)}`", handler.summary))
    rows.append(("GET", "`/v1/schema/openapi.json`", "The description of the routes above, OpenAPI 3.1"))
    rows.append(("GET", "`/`", "A page that says that the exchange runs"))
    statuses = ", ".join(f"`{outcome}` {status}" for outcome, status in answer.STATUS.items())
    return (
        "# HTTP\n\nA key travels in `Authorization: Bearer KEY`.\n\n"
        + table(("Method", "Path", "What it does"), rows)
        + f"\nA body has at most {MOST_BODY_BYTES // 1024} KiB where nothing else is said, "
        f"{json_intake.MOST_FIELDS} fields and {json_intake.DEEPEST} levels. Nested objects become dotted names.\n"
        f"\n## Answer\n\nStatus by outcome: {statuses}. A refused lead is answered at once with a Problem; "
        f"`GET` gives its Answer. Absent fields are left out.\n\n{shape(answer.Answer)}"
        f"\n## Problem\n\nRFC 9457, `application/problem+json`.\n\n{shape(Problem)}"
        f"\n## Error\n\n{first_line(answer.Error)}\n\n{shape(answer.Error)}"
    )


def plain_path(path: str) -> str:
    """A path with its parameters named as OpenAPI does."""
    return re.sub(r"\{(\w+):\w+\}", r"{\1}", path)


def shape(struct: type[msgspec.Struct]) -> str:
    """The members of a JSON object."""
    rows = [
        (f"`{field.encode_name}`", type_text(field.type), "always" if field.required else "if any", SHAPES[field.name])
        for field in inspect.type_info(struct).fields  # type: ignore[attr-defined]
    ]
    return table(("Member", "Type", "Present", "Meaning"), rows)


def events_page() -> str:
    """Every event that a chapter may hold."""
    text = (
        "# Events\n\nWhat can happen to a lead. A chapter holds the events of one commit as a JSON array; "
        "`type` names the event. Offers, sources and campaigns are numbers (see the table `noun`).\n"
    )
    for struct in get_args(event.Event):
        text += f"\n## {inspect.type_info(struct).tag}\n\n{paragraph(struct)}\n\n{members(struct)}"  # type: ignore[attr-defined]
    for part in (event.Flaw, event.Skip, Wait, event.BidLine):
        text += f"\n### {part.__name__}\n\n{paragraph(part)}\n\n{members(part)}"
    return text


def paragraph(struct: type) -> str:
    """The first paragraph of a docstring on one line."""
    return " ".join((struct.__doc__ or "").strip().split("\n\n")[0].split())


def members(struct: type[msgspec.Struct]) -> str:
    """Names and types of the members of an event."""
    fields = inspect.type_info(struct).fields  # type: ignore[attr-defined]
    return table(("Member", "Type"), [(f"`{field.encode_name}`", type_text(field.type)) for field in fields])


def database_page() -> str:
    """The schema, a table at a time, and what the run-time role may do."""
    schema = (Path(migrate.__file__).parent.parent / "schema.sql").read_text(encoding="utf-8")
    text = "# The database\n\n" + "\n".join(comment_lines(schema.split("\n\n", 1)[0])) + "\n"
    for block in schema.split("\n\n")[1:]:
        title = re.match(r"-- (.+?):? -{3,}", block)
        if title:
            text += f"\n## {re.sub(r' -+$', '', title[1]).rstrip()}\n"
            block = block[title.end() :].strip("\n")
        for name in re.findall(r"create (?:table|view) (\w+)", block)[:1]:
            text += f"\n### {name}\n"
        if block:
            text += f"\n```sql\n{block.rstrip()}\n```\n"
    rows = [(f"`{name}`", allowed) for name, allowed in migrate.GRANTS.items()]
    return text + (
        f"\n## The role `{migrate.APP_ROLE}`\n\nThe exchange runs as this role. It owns nothing. On every table it may "
        f"{migrate.ALL_ROWS}, but for these:\n\n" + table(("Table", "It may"), rows)
    )


def comment_lines(block: str) -> list[str]:
    """The comments of a piece of SQL as text."""
    return [line.removeprefix("--").strip() for line in block.splitlines() if line.startswith("--")]


def main() -> int:
    """Write the reference; pages that are no more are removed."""
    FOLDER.mkdir(exist_ok=True)
    made = pages()
    for name, text in made.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    for left in FOLDER.glob("*.md"):
        if left.name not in made:
            left.unlink()
    print(f"docs/reference: {len(made)} pages")
    return 0


if __name__ == "__main__":
    sys.exit(main())
