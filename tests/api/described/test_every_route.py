"""The description is true for whatever is sent: schemathesis asks every route as every kind of asker, right and wrong."""

import asyncio
import warnings
from collections.abc import Iterator
from typing import Any

import hypothesis
import msgspec
import pytest
import pytest_asyncio
import requests
import schemathesis.specs.openapi.schemas  # noqa: F401 - imported late, it met the fault of CPython 3.11 in `ast.parse`
from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st
from schemathesis import GenerationMode, openapi
from schemathesis.core.failures import FailureGroup
from schemathesis.core.parameters import ParameterLocation
from schemathesis.specs.openapi import checks

from api.doors.conftest import market
from api.operator.asking import ask
from harness.buyers import ACCEPT, Buyers, bid
from harness.house import House, open_house
from harness.market import lead
from outbid.api.door.bucket import Buckets
from outbid.core.ids import LEAD, parse
from outbid.core.market.noun import Group

CHECKS = [
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
"""That no fault is met is looked at in every answer, described or not."""
OWN = 12
"""How many requests, right ones and wrong ones, a route gets from an asker whom it serves; from another, one."""
ASKERS = {"house": "/v1/", "acme": "/v1/seller/", "acme-web": "/v1/seller/", "zebra": "/v1/buyer/"}
SPOKEN = ("/v1/in/{source}", "/v1/in/{source}/{rest}")
SELLS = (("post", "/v1/leads"), ("post", "/v1/pings"), *(("post", path) for path in SPOKEN))
SLUGS = {
    "sellers": "rival",
    "groups": "pack",
    "buyers": "puma",
    "campaigns": "auto",
    "sources": "acme-mail",
    "offers": "lynx-auto",
    "keys": "gone",
    "seller": "acme-web",
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(worker_database) -> Any:
    await worker_database.empty()
    async with Buyers() as buyers:
        buyers.on("zebra", ping=bid("37.31"), post=ACCEPT)
        buyers.on("lynx", ping=bid("11.11"), post=ACCEPT)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Buckets, "take", lambda self, name: 0)  # who asks a thousand times is not stopped here
            found = market(buyers.port)
            found["group"] = {"pack": Group(slug="pack")}
            async with open_house(worker_database.url, worker_database.app_url, found) as house:
                yield house, found


async def test_every_answer_is_as_it_is_described(house):
    house, nouns = house
    known = await what_is_there(house)
    wrong, asked = [], 0
    for operation in operations((await ask(house, "GET", "/v1/schema/openapi.json")).json):
        if operation.path == "/v1/stream":
            continue  # its answer has no end: tests/api/live listens to it
        for key, served in ASKERS.items():
            serves = is_served(operation, served, key)
            for mode in GenerationMode if serves else [GenerationMode.POSITIVE]:
                asking = Asking(operation, house.port, f"ob_{key}", mode, known)
                await asyncio.to_thread(asking.ask, OWN if serves else 1)
                asked, wrong = asked + asking.asked, wrong + asking.wrong
            if serves and operation.method != "get" and (operation.method, operation.path) not in SELLS:
                await house.change(nouns)  # whatever was made of it
    assert wrong == [], "\n".join(wrong)
    assert asked > 1_000


def is_served(operation: Any, served: str, key: str) -> bool:
    if (operation.method, operation.path) in SELLS:
        return key == "acme-web"
    of_parties = operation.path.startswith(("/v1/seller/", "/v1/buyer/"))
    return operation.path.startswith(served) and (key != "house" or not of_parties)


async def what_is_there(house: House) -> dict[str, list[str]]:
    """Values for the parameters of paths under which there is something."""
    told = [(await house.sell(lead(), key="ob_acme-web")).json["lead"] for _ in range(2)]
    sales = [sale.id for name in told for sale in (await house.state(name)).sales]
    pinged = await ask(house, "POST", "/v1/pings", lead(), key="ob_acme-web")
    await ask(house, "PUT", "/v1/secrets/kept", {"value": "some-word"})
    found = {"lead": told, "ping": [pinged.json["ping"]], "sale": sales, "number": ["1"], "job": ["0" * 32]}
    found |= {"source": ["acme-web"], "rest": ["post.php"]}
    found |= {"offer": ["lynx-auto"], "dry_run": ["0" * 32], "change": ["0" * 32]}
    exchange = house.process.exchange
    buyers = {offer.buyer for offer in exchange.market.offers.values()}
    names = [exchange.vault.reference(parse(LEAD, name)[1], buyer) for name in told for buyer in buyers]
    made = await ask(house, "POST", "/v1/sources/acme-mail/links", {"note": "known"})
    file = b"first_name,email,phone,zip\nAnn,ann@example.com,5125550147,78701\nBo,b,1,2\n"
    sent = await ask(house, "POST", "/v1/sources/acme-web/uploads", file, content_type="text/csv")
    found |= {"upload": [sent.json["id"]]}
    wish = {"kind": "deletion", "email": "ann@example.com"}
    found |= {"asked": [(await ask(house, "POST", "/v1/privacy-requests", wish)).json["id"]]}
    found |= {"link": [made.json["id"]], "token": [made.json["path"].rpartition("/")[2]]}
    view = await ask(house, "POST", "/v1/views", {"page": "reports/funnel", "name": "known"})
    reports = ["funnel", "earnings", "sub_ids", "answers"]
    return found | {"name": ["kept", *reports], "reference": names, "view": [view.json["id"]]}


def operations(document: dict[str, Any]) -> Iterator[Any]:
    """Every route as described, but for who may ask: the keys are brought here, so nothing is to be made up of them."""
    document.pop("security")
    document["components"].pop("securitySchemes")
    for item in document["paths"].values():
        for operation in item.values():
            operation.pop("security", None)
    for found in openapi.from_dict(document).get_all_operations():
        yield found.ok()


class Asking:
    """One route, asked again and again by one asker; half of the right requests are about something that is there."""

    def __init__(self, operation: Any, port: int, key: str, mode: GenerationMode, known: dict[str, list[str]]) -> None:
        self.operation, self.mode = operation, mode
        self.asked, self.wrong = 0, list[str]()
        self._url, self._headers, self._known = f"http://127.0.0.1:{port}", {"Authorization": f"Bearer {key}"}, known

    def ask(self, often: int) -> None:
        @hypothesis.settings(
            max_examples=often,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @hypothesis.given(case=self.operation.as_strategy(generation_mode=self.mode), data=st.data())
        def send(case: Any, data: Any) -> None:
            self._send(case, data)

        with warnings.catch_warnings(), requests.Session() as self._session:
            warnings.simplefilter("ignore")
            try:
                send()
            except hypothesis.errors.Unsatisfiable:
                pass  # nothing can be said wrongly to a route that takes nothing
            except (Exception, FailureGroup) as error:
                self.wrong.append(f"{self.operation.method} {self.operation.path} {self._headers}: {error}")

    def _send(self, case: Any, data: Any) -> None:
        headers = dict(self._headers)
        if data.draw(st.booleans()):
            self._mean_what_is_there(case, data, headers)
        response = case.call(base_url=self._url, session=self._session, headers=headers)
        self.asked += 1
        assert response.status_code < 500, (case.as_curl_command(), response.text)
        # Any 4xx is a no; and in a PUT the slug, which the noun's schema asks for, may be left to the address.
        accepted = response.status_code < 400 and self.operation.method != "put"
        case.validate_response(response, checks=[*CHECKS, checks.negative_data_rejection] if accepted else CHECKS)

    def _mean_what_is_there(self, case: Any, data: Any, headers: dict[str, str]) -> None:
        plural = self.operation.path.split("/")[2] if self.operation.path.count("/") > 1 else ""
        path = case.meta.components.get(ParameterLocation.PATH)
        if path is not None and path.mode is GenerationMode.NEGATIVE:
            return  # the path is what is wrong about this request
        for name in case.path_parameters:
            values = [SLUGS[plural]] if name == "slug" else self._known[name]
            case.path_parameters[name] = data.draw(st.sampled_from(values))
        if self.mode is not GenerationMode.POSITIVE:
            return
        headers["If-Match"] = "*"
        if self.operation.method == "put":
            now = requests.get(f"{self._url}{case.formatted_path}", headers=self._headers, timeout=10)
            if now.ok:
                case.body = msgspec.json.decode(now.content)
