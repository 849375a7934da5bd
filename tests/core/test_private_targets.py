"""Which private addresses a change lets the exchange reach."""

from outbid.core.market.private_targets import granted

OFFER = {"slug": "a", "private_targets": ["10.0.0.1:80"], "delivery": {"plugin": "http"}}


def test_only_what_was_not_there_is_granted():
    assert granted(OFFER, OFFER) == []
    assert granted(OFFER, OFFER | {"private_targets": ["10.0.0.2:80", "10.0.0.1:80"]}) == ["10.0.0.2:80"]
    assert granted(OFFER, OFFER | {"private_targets": []}) == []
    assert granted(OFFER, None) == []


def test_a_new_noun_grants_all_of_its_own():
    assert granted(None, OFFER) == ["10.0.0.1:80"]


def test_they_are_found_wherever_they_stand_in_a_noun():
    campaign = {"slug": "c", "enrichers": ({"slug": "e", "private_targets": ("127.0.0.1:9",)},)}
    buyer = {"slug": "b", "notices": {"private_targets": ["127.0.0.1:7"]}}
    assert (granted(None, campaign), granted(None, buyer)) == (["127.0.0.1:9"], ["127.0.0.1:7"])
