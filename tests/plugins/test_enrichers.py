"""Enrichers do what their samples say: one JSON file, one or more answers to one question.

A sample: `settings`, `known` (names of fields, and of facts with false), an `ask`, what it `gives`, `needs` and
`reads`, and `turns`, each the `request` that it must make, the `answer` it gets, and what is `learned` from it. Of one
that asks nobody, what is `learned` stands alone.
"""

import json
from pathlib import Path

import msgspec
import pytest

from outbid.core.contract import Learned
from outbid.core.dialect.secrets import MARK
from outbid.plugins.registry import Registry
from plugins.test_conversations import SAMPLES, answer_of, ask_of, bound_of, check_request, samples


@pytest.mark.parametrize(("name", "path"), samples("enrichers"))
def test_the_enricher_asks_and_learns_what_the_sample_tells(name: str, path: Path) -> None:
    plugin, sample = Registry([]).get("enrichers", name), json.loads(path.read_text(encoding="utf-8"))
    bound, ask = bound_of(plugin, sample), ask_of(sample)
    for what in ("gives", "needs", "reads"):
        assert list(getattr(plugin, what)(bound)) == sample[what]
    assert hasattr(plugin, "LOCAL") != bool(sample["turns"]), "who asks nobody has no turns"
    if "learned" in sample:
        with pytest.raises(StopIteration) as stop:
            next(plugin.ask(ask, bound))
        assert stop.value.value == msgspec.convert(sample["learned"], Learned)
    for given in sample["turns"]:
        talk = plugin.ask(ask, bound)
        check_request(next(talk), {"method": "POST"} | given.get("request", {}))
        with pytest.raises(StopIteration) as stop:
            talk.send(answer_of(given["answer"]))
        assert stop.value.value == msgspec.convert(given["learned"], Learned), given["answer"]


def test_every_enricher_has_samples() -> None:
    for name in Registry([]).names("enrichers"):
        assert list((SAMPLES / "enrichers" / name).glob("*.json")), name


def bind(**settings):
    known = {"zip": True, "city": True}
    settings = {"url": "https://s.example/", "reply": {"city": "city"}, "request": {"zip": "zip"}} | settings
    plugin = Registry([]).get("enrichers", "http_append")
    return plugin, bound_of(plugin, {"settings": settings, "known": known})


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"url": "ftp://s.example/"}, "must begin with http"),
        ({"request": {"z": "zipp"}}, "no field or fact 'zipp'"),
        ({"needs": ("age",)}, "no field or fact 'age'"),
        ({"reply": {"city": "a..b"}}, "is not a path"),
        ({"headers": {"Host": "x"}}, "cannot be a header"),
        ({"headers": {"X": "a\r\nb"}}, "control character"),
        ({"secrets": ("pin",)}, "'pin' is no header"),
    ],
)
def test_settings_that_cannot_be_are_refused_in_words(wrong, said) -> None:
    with pytest.raises(ValueError, match=said):
        bind(**wrong)


def test_a_form_is_written_as_a_body_and_its_secrets_are_hidden() -> None:
    plugin, bound = bind(body="form", request={"zip": "zip", "key": "=k-hush-hush"}, headers={"X-Token": "t-hush-hush"})
    http = next(plugin.ask(ask_of({"ask": {"facts": {"zip": "78701"}}}), bound))
    assert (http.method, http.body) == ("POST", b"zip=78701&key=k-hush-hush")
    assert dict(http.headers)["Content-Type"] == "application/x-www-form-urlencoded"
    hidden = plugin.secrets(bound)
    assert hidden.hide(http.body) == f"zip=78701&key={MARK}".encode()
    assert dict(hidden.hide_headers(http.headers))["X-Token"] == MARK
