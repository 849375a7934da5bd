"""What changed for a seller from version to version: fields, what they take, how he speaks; no terms of money."""

from collections.abc import Iterable, Iterator

import msgspec

from outbid.core.instructions.make import facts_of, groups_of, needed_of, speech_of
from outbid.core.instructions.speech import Speech
from outbid.core.instructions.told import ChangeLine
from outbid.core.market import noun as spec
from outbid.core.market.making.plan import Plugins

MOST = 100


class Standing(msgspec.Struct, frozen=True):
    """A source and its campaign as they were from an instant on (UTC milliseconds)."""

    at_ms: int
    source: spec.Source
    campaign: spec.Campaign


def changes_of(standings: Iterable[Standing], plugins: Plugins) -> tuple[ChangeLine, ...]:
    """What each standing changed, the newest first. A plugin that is not there any more tells nothing."""
    found: list[ChangeLine] = []
    before: Standing | None = None
    for standing in standings:
        if before is not None:
            try:
                found += [ChangeLine(standing.at_ms, said) for said in _between(before, standing, plugins)]
            except (LookupError, msgspec.ValidationError):
                found.append(ChangeLine(standing.at_ms, "What is asked for changed; compare with what you send."))
        before = standing
    return tuple(reversed(found[-MOST:]))


def _between(was: Standing, now: Standing, plugins: Plugins) -> Iterator[str]:
    yield from _fields(was.campaign, now.campaign, plugins)
    yield from _needs(was.campaign, now.campaign, plugins)
    yield from _speech(was.source, now.source, plugins)
    closed = [standing.source.paused or standing.campaign.paused for standing in (was, now)]
    if closed[0] != closed[1]:
        yield "The source takes no leads." if closed[1] else "The source takes leads again."
    if was.source.quotes.seconds != now.source.quotes.seconds:
        yield f"A quote stands {now.source.quotes.seconds} seconds (before: {was.source.quotes.seconds})."
    if was.source.answer_ms != now.source.answer_ms:
        after = now.source.answer_ms
        yield "You wait for the end of each lead." if after is None else f"You are told pending after {after} ms."
    if (was.source.postback is None) != (now.source.postback is None):
        yield "The end of a pending lead is told to you." if now.source.postback else "No end is told to you any more."


def _fields(was: spec.Campaign, now: spec.Campaign, plugins: Plugins) -> Iterator[str]:
    old, new = ({field.name: field for field in campaign.fields} for campaign in (was, now))
    for name in new.keys() - old.keys():
        yield f"The field `{name}` was added ({new[name].type})."
    for name in old.keys() - new.keys():
        yield f"The field `{name}` went: send it no more."
    for name in [name for name in new if name in old]:
        if old[name].type != new[name].type:
            yield f"The field `{name}` is a {new[name].type} now (before: {old[name].type})."
        elif old[name].settings != new[name].settings:
            yield from _facts(name, old[name], new[name], plugins)


def _facts(name: str, was: spec.Field, now: spec.Field, plugins: Plugins) -> Iterator[str]:
    module = plugins.get("fields", now.type)
    old, new = (
        dict(facts_of(module, msgspec.convert(field.settings, module.Settings, strict=False))) for field in (was, now)
    )
    for label in [*new, *(label for label in old if label not in new)]:
        if old.get(label) != new.get(label):
            yield f"`{name}`: {label} {new.get(label, '(no bound)')} (before: {old.get(label, 'no bound')})."
    if old == new:
        yield f"The field `{name}` is read in another way."


def _needs(was: spec.Campaign, now: spec.Campaign, plugins: Plugins) -> Iterator[str]:
    old, new = (needed_of(plugins, campaign, None) for campaign in (was, now))
    yield from (f"The field `{name}` must be sent." for name in sorted(new - old))
    yield from (f"The field `{name}` need not be sent any more." for name in sorted(old - new))
    for group in groups_of(plugins, now):
        if group not in groups_of(plugins, was):
            yield f"One of {', '.join(f'`{name}`' for name in group)} must be sent."


def _speech(was: spec.Source, now: spec.Source, plugins: Plugins) -> Iterator[str]:
    if was.intake == now.intake:
        return
    old, new = speech_of(plugins, was), speech_of(plugins, now)
    if (old.format, old.own) != (new.format, new.own):
        yield "Requests have another form, or another address."
    if (old.key, old.signed) != (new.key, new.signed):
        yield "The key stands elsewhere, or requests are signed otherwise."
    if _names(old) != _names(new):
        yield "Fields are called otherwise, or read from other names."
    if was.intake.settings.get("answers") != now.intake.settings.get("answers"):
        yield "Answers read otherwise."


def _names(speech: Speech) -> tuple[object, ...]:
    asks = (speech.asks, speech.asks_at, speech.ping_id, speech.bid_ids, speech.test, speech.once)
    return (dict(speech.names), dict(speech.fields), speech.pairs, speech.several, asks)
