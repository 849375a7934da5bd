"""What posting instructions say of a dialect, drawn from the settings that it is compiled of."""

from outbid.core.instructions.speech import Format, Speech
from outbid.plugins.intakes._dialect import Asks, Dialect


def speech_of(said: Dialect, form: Format, *, own: bool = False) -> Speech:
    """How a source with these settings is spoken to. `own`: it hears nothing at `/v1/leads`."""
    asks = said.asks
    special = (said.key, said.test, said.once, said.fields, said.pairs, said.several, said.signature, said.answers)
    return Speech(
        format=form,
        own=own or any(special) or asks != Asks(),
        key=said.key,
        signed="" if said.signature is None else said.signature.header,
        ping_id=said.ping_id,
        bid_ids=said.bid_ids,
        asks=None if asks.field is None else (asks.field, asks.words[0]),
        asks_at=asks.paths[0].strip("/") if asks.paths else "",
        test=None if said.test is None else (said.test.field, said.test.words[0]),
        once=said.once or "",
        names=said.names,
        fields=said.fields,
        pairs=None if said.pairs is None else (said.pairs.at, said.pairs.name, said.pairs.value),
        several=said.several or "",
    )
