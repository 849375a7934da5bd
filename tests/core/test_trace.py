"""Trace context: what is taken, what is not, and what goes on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outbid.core.dialect.trace import MOST_MEMBERS, MOST_STATE, Trace, child_of, read_trace

ID, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
GOOD = f"00-{ID}-{SPAN}-01"


@pytest.mark.parametrize(
    ("parent", "flags"),
    [
        (GOOD, 1),
        (f"00-{ID}-{SPAN}-00", 0),
        (f"00-{ID}-{SPAN}-03", 3),
        (f"00-{ID}-{SPAN}-ff", 3),
        (f" {GOOD}\t", 1),
        (f"cc-{ID}-{SPAN}-01", 1),
        (f"cc-{ID}-{SPAN}-01-what-the-future-will-be-like", 1),
    ],
)
def test_a_trace_is_taken(parent, flags):
    assert read_trace(parent) == Trace(ID, flags)


@pytest.mark.parametrize(
    "parent",
    ["", "00", GOOD.upper(), GOOD[:-1], GOOD + "0", GOOD + "-more", f"ff-{ID}-{SPAN}-01", f"cc-{ID}-{SPAN}-01.x",
     f"00-{'0' * 32}-{SPAN}-01", f"00-{ID}-{'0' * 16}-01", f"00-{ID}-{SPAN}-0x", f"{ID}-{SPAN}-01", GOOD + "\n", GOOD + "," + GOOD,
     GOOD.replace("4", "٤")],
)  # fmt: skip
def test_what_is_no_trace_is_none_and_its_state_is_not_read(parent):
    assert read_trace(parent, "a=1") is None


@pytest.mark.parametrize(
    ("state", "kept"),
    [
        ("", ""),
        ("congo=t61rcWkgMzE", "congo=t61rcWkgMzE"),
        ("rojo=00f067aa0ba902b7,congo=t61rcWkgMzE", "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE"),
        ("a=1 ,\tb=2,, c=3", "a=1,b=2,c=3"),
        ("fw529a3039@dt=FfffC2hvKA,a/b_c-d*=x y", "fw529a3039@dt=FfffC2hvKA,a/b_c-d*=x y"),
        ("a=1,a=2", ""),
        ("A=1", ""),
        ("a", ""),
        ("a=", ""),
        ("a=b=c", ""),
        ("a=\x01", ""),
        ("a=é", ""),
        (",".join(f"k{n}=1" for n in range(MOST_MEMBERS)), ",".join(f"k{n}=1" for n in range(MOST_MEMBERS))),
        (",".join(f"k{n}=1" for n in range(MOST_MEMBERS + 1)), ""),
        (f"a={'x' * 250},b={'y' * 250},c={'z' * 250}", f"a={'x' * 250},b={'y' * 250}"),
    ],
)
def test_a_state_goes_on_member_by_member_or_not_at_all(state, kept):
    found = read_trace(GOOD, state)
    assert found == Trace(ID, 1, kept)
    assert len(found.state) <= MOST_STATE


def test_a_child_has_the_trace_and_an_id_of_its_own():
    assert child_of(Trace(ID, 1, "a=1"), bytes(range(8))) == (
        ("traceparent", f"00-{ID}-0001020304050607-01"),
        ("tracestate", "a=1"),
    )
    assert child_of(Trace(ID), b"\xff" * 8) == (("traceparent", f"00-{ID}-{'f' * 16}-00"),)


@given(st.text(), st.text())
def test_no_text_is_a_fault(parent, state):
    read_trace(parent, state)
    found = read_trace(GOOD, state)
    assert found is not None
    (_, sent), *more = child_of(found, b"\1" * 8)
    again = read_trace(sent, more[0][1] if more else "")
    assert again == found, "what we send is what we would take"
