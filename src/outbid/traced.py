"""The trace of the request that a task answers: whoever answers says it, whoever writes the log reads it."""

from contextvars import ContextVar

trace_id: ContextVar[str] = ContextVar("trace_id", default="")
"""32 hex digits (W3C Trace Context); empty where a request names none."""
