"""Keys and seals: each lead has a key of its own, and what is sealed opens for that lead and purpose alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outbid.exchange.clock import noise_source
from outbid.store.vault import KEY_BYTES, SealBroken, Vault

MASTER = bytes(range(32))
LEAD = st.binary(min_size=16, max_size=16)
PURPOSE = st.sampled_from([b"lead", b"notes 1", b"notes 2", b"traffic"])


def vault(master: bytes = MASTER) -> Vault:
    return Vault({1: master}, noise_source())


@given(LEAD, LEAD, PURPOSE, PURPOSE, st.binary(max_size=99))
def test_a_seal_opens_for_its_lead_and_its_purpose_alone(lead, other, purpose, another, plain):
    made = vault()
    key, _ = made.new_key(lead)
    sealed = made.seal(key, lead, purpose, plain)
    if (lead, purpose) == (other, another):
        assert made.open(key, other, another, sealed) == plain
    else:
        with pytest.raises(SealBroken):
            made.open(key, other, another, sealed)
    with pytest.raises(SealBroken):
        made.open(made.new_key(lead)[0], lead, purpose, sealed)


@given(LEAD, LEAD, st.binary(max_size=99))
def test_a_wrapped_key_opens_for_its_lead_and_under_its_master_alone(lead, other, plain):
    key, wrapped = vault().new_key(lead)
    sealed = vault().seal(key, lead, b"lead", plain)
    assert vault().open(vault().unwrap(lead, wrapped), lead, b"lead", sealed) == plain
    with pytest.raises(SealBroken):
        vault(bytes(32)).unwrap(lead, wrapped)
    if other != lead:
        with pytest.raises(SealBroken):
            vault().unwrap(other, wrapped)


def test_each_lead_gets_256_random_bits_of_its_own():
    drawn: list[bytes] = []

    def noise(size: int) -> bytes:
        drawn.append(noise_source()(size))
        return drawn[-1]

    made = Vault({1: MASTER}, noise)
    wrapped = [made.new_key(bytes([n]) * 16)[1] for n in range(20)]
    keys = [some for some in drawn if len(some) == KEY_BYTES]
    assert (KEY_BYTES, len(set(keys))) == (32, 20)
    assert not any(key in row for key in keys for row in wrapped), "a key is never kept as it is"


@given(st.text(max_size=40))
def test_each_purpose_has_a_key_of_its_own_and_each_master_other_ones(text):
    content, made, other = text.encode(), vault(), vault(bytes(32))
    assert made.person("", text) != made.request(b"|", content)
    assert made.reference(content, 1) != made.reference(content, 2), (
        "two buyers cannot tell that their lead is the same"
    )
    assert made.person("phone", text) == vault().person("phone", text) != other.person("phone", text)
    assert made.request(b"body", content) != other.request(b"body", content)
    assert made.reference(content, 1) != other.reference(content, 1)
    with pytest.raises(SealBroken):
        other.open_word("crm", made.seal_word("crm", content))
