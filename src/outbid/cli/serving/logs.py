"""The log: lines for people, or one JSON object a line for machines; in both no value that an exception speaks of."""

import asyncio
import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from traceback import format_tb
from types import TracebackType
from typing import Any, Final, Literal, TypeAlias

from outbid.core.fault import Fault
from outbid.traced import trace_id

log = logging.getLogger("outbid.serve")
TEXT: Final = "%(asctime)s %(name)s %(levelname)s %(message)s"
Raised: TypeAlias = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def start_log(form: Literal["text", "json"], level: int = logging.INFO) -> None:
    """Log to standard error from now on, in this process."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if form == "json" else Lines(TEXT))
    logging.basicConfig(level=level, handlers=[handler])


def tell_fault(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log what failed in the loop with nobody to tell; asyncio's own words may quote arguments, and those leads."""
    log.error("a task or callback failed unseen", exc_info=context.get("exception"))


class Lines(logging.Formatter):
    """Text. Of an exception it tells kind and place: its message may quote a lead, and leads are persons."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, or several where there is an exception."""
        record.exc_text = None  # another handler may have kept there how it tells the exception
        return super().format(record)

    def formatException(self, ei: Raised) -> str:
        """The chain of exceptions, the cause first."""
        return "\n".join(reversed(list(_told(ei[1])))) if ei[1] is not None else ""


class JsonLines(Lines):
    """One JSON object a line: `at` (UTC), `level`, `logger`, `message`; `trace` and `exception` if there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if trace := trace_id.get():
            line["trace"] = trace
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line)


def _told(error: BaseException | None) -> Iterator[str]:
    """Each exception of the chain with the lines of code that it passed. A Fault's sentence is ours, and is told."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        kind = f"{type(error).__module__}.{type(error).__qualname__}"
        known = isinstance(error, (Fault, OSError))
        yield "".join(format_tb(error.__traceback__)) + (f"{kind}: {error}" if known else kind)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
