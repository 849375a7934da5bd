"""Terms of a seller's answers tell what our own answers tell, and nothing more."""

import msgspec
import pytest

from outbid.api.problem import problem
from outbid.api.spoken.telling import told_of
from outbid.api.wire import Reply, reply_json, reply_problem
from outbid.core.answer import Answer, BidAnswer, Error, QuoteAnswer
from outbid.core.reasons import ALL
from outbid.plugins.intakes._answers import KNOWN

BIDS = (BidAnswer("pg_1.1", "8.00", "2026-11-24T00:00:00Z", "Acme", "I agree"), BidAnswer("pg_1.2", "7.00", "z"))
ERRORS = (Error("/zip", "zip.not_a_zip", "It is no ZIP.", "Send five digits."), Error("", "duplicate", "Known."))
TOLD = [
    ("sold", reply_json(200, Answer("sold", "ld_1", "8.00", "USD", "https://a.test/"))),
    ("unsold", reply_json(200, Answer("unsold", "ld_1", reason="no_match"))),
    ("pending", reply_json(202, Answer("pending", "ld_1", reason="queued", url="/v1/leads/ld_1"))),
    ("quoted", reply_json(200, QuoteAnswer("quoted", "pg_1", "8.00", "USD", "2026-11-24T00:00:00Z", bids=BIDS))),
    ("no_quote", reply_json(200, QuoteAnswer("unsold", "pg_1", reason="no_match"))),
    ("refused", reply_problem(problem(422, "changed_since_ping", lead="ld_1", outcome="refused", errors=ERRORS))),
    ("duplicate", reply_problem(problem(422, "duplicate", outcome="refused"))),
    ("duplicate", reply_problem(problem(422, "duplicate_in_flight", outcome="refused"))),
    ("denied", reply_problem(problem(401, "key_unknown"))),
    ("denied", reply_problem(problem(403, "source_closed"))),
    ("broken", reply_problem(problem(400, "body_not_json", "at byte 3"))),
    ("broken", reply_problem(problem(413, "body_too_large"))),
    ("busy", reply_problem(problem(503, "overloaded"))),
    ("busy", reply_problem(problem(500, "fault"))),
]


@pytest.mark.parametrize(("outcome", "reply"), TOLD)
def test_what_is_told_stands_in_our_answer_or_in_the_list_of_reasons(outcome: str, reply: Reply) -> None:
    told = told_of(reply, ALL)
    assert told is not None
    assert (told.outcome, told.status) == (outcome, reply.status)
    assert told.terms.keys() <= KNOWN
    body = msgspec.json.decode(reply.body)
    known = {text for reason in ALL.values() for text in (reason.sentence, reason.fix)}
    for name, value in told.terms.items():
        if name not in ("outcome", "status", "test"):
            plain = msgspec.json.encode(value).decode().strip('"').removeprefix("/")
            assert plain in reply.body.decode() or value in known, (name, value, body)


def test_errors_and_bids_are_told_one_by_one() -> None:
    refused, quoted = (told_of(dict(TOLD)[name], ALL) for name in ("refused", "quoted"))
    assert refused is not None
    assert quoted is not None
    errors = {name: value for name, value in refused.terms.items() if name.startswith("error_")}
    assert errors == {
        "error_1_field": "zip",
        "error_1_code": "zip.not_a_zip",
        "error_1_sentence": "It is no ZIP.",
        "error_1_fix": "Send five digits.",
        "error_2_field": "",
        "error_2_code": "duplicate",
        "error_2_sentence": "Known.",
    }
    assert (quoted.terms["bid_1_brand"], quoted.terms["bid_2_id"], "bid_2_brand" in quoted.terms) == (
        "Acme",
        "pg_1.2",
        False,
    )


def test_what_is_no_answer_of_ours_is_left_as_it_is() -> None:
    assert told_of(Reply(200, b"1158"), ALL) is None
