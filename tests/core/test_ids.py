"""Ids: they carry cell and time, sort by them, and say what is wrong with one that is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outbid.core.ids import LARGEST_CELL, LEAD, SALE, first_of, parse, public, uuid7

AT_MS = st.integers(0, (1 << 48) - 1)
NOISE = st.binary(min_size=10, max_size=10)
CELL = st.integers(0, LARGEST_CELL)


@given(AT_MS, NOISE)
def test_an_id_is_a_uuid_of_version_7_that_knows_its_time(at_ms, noise):
    made = uuid7(at_ms, noise)
    assert len(made) == 16
    assert made[6] >> 4 == 7
    assert made[8] >> 6 == 2
    assert int.from_bytes(made[:6], "big") == at_ms
    assert first_of(at_ms) <= made


@given(CELL, AT_MS, NOISE, st.sampled_from([LEAD, SALE]))
def test_public_ids_come_back_as_they_were(cell, at_ms, noise, prefix):
    made = uuid7(at_ms, noise)
    text = public(prefix, cell, made)
    assert len(text) == len(prefix) + 29
    assert text == text.lower()
    assert parse(prefix, text) == (cell, made)


@given(st.tuples(CELL, AT_MS), st.tuples(CELL, AT_MS), NOISE, NOISE)
def test_public_ids_sort_by_cell_then_time(one, other, noise, more):
    texts = [public(LEAD, cell, uuid7(at_ms, some)) for (cell, at_ms), some in ((one, noise), (other, more))]
    if one != other:
        assert (texts[0] < texts[1]) == (one < other)


@given(AT_MS, NOISE, NOISE)
def test_ids_of_one_millisecond_differ_by_their_noise(at_ms, noise, more):
    fixed = int.from_bytes(noise, "big") ^ int.from_bytes(more, "big")
    told_apart = fixed & ~((0xF << 76) | (0x3 << 62))  # version and variant cover these bits
    assert (uuid7(at_ms, noise) == uuid7(at_ms, more)) == (told_apart == 0)


GOOD = public(LEAD, 7, uuid7(1_780_000_000_000, bytes(range(10))))


@pytest.mark.parametrize(
    "text",
    ["", "ld_", GOOD[3:], GOOD[:-1], GOOD + "0", "sl_" + GOOD[3:], GOOD[:-1] + "w", GOOD[:-1] + " ",
     GOOD[:-1] + "é", GOOD[:-1] + "\n", "LD_" + GOOD[3:], "ld_" + "ß" * 29, "ld_ld_" + GOOD[6:]],
)  # fmt: skip
def test_what_is_no_id_is_refused_with_a_sentence(text):
    with pytest.raises(ValueError, match=r"an id of this kind is|holds a character that no id has"):
        parse(LEAD, text)


def test_capital_letters_are_forgiven():
    assert parse(LEAD, "ld_" + GOOD[3:].upper()) == parse(LEAD, GOOD)


def test_two_texts_never_name_the_same_thing():
    last = GOOD[-1]
    digits = "0123456789abcdefghijklmnopqrstuv"
    other = GOOD[:-1] + digits[digits.index(last) ^ 1]
    with pytest.raises(ValueError):
        parse(LEAD, other)


def test_an_equals_sign_is_no_character_of_an_id():
    with pytest.raises(ValueError):
        parse(LEAD, GOOD[:-1] + "=")
