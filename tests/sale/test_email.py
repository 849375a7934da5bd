"""Whole sales by e-mail, to a real mail server on loopback: who has it, who may have it, and who never got a byte."""

import asyncio
import email
import email.policy
from contextlib import asynccontextmanager

import pytest
from aiosmtpd.smtp import SMTP

from harness.buyers import ACCEPT
from harness.house import open_house, until
from harness.market import lead, nouns, offer
from outbid.core.ids import LEAD, parse
from outbid.core.lead import event as ev
from outbid.core.scope import HOUSE
from outbid.exchange.revive import traffic_of
from outbid.store import leads


class Mailbox:
    """Keeps what came; `says` answers a recipient or a message otherwise."""

    def __init__(self):
        self.got, self.says, self.hangs_up = [], {}, False

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.says:
            return self.says[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.hangs_up:
            server.transport.abort()
            return "250 nobody hears this"
        if "data" in self.says:
            return self.says["data"]
        self.got.append((envelope, email.message_from_bytes(envelope.content, policy=email.policy.SMTP)))
        return "250 queued"


@asynccontextmanager
async def mailbox():
    box = Mailbox()
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(box), "127.0.0.1", 0)
    box.port = server.sockets[0].getsockname()[1]
    try:
        yield box
    finally:
        server.close()


def mailed(port, **more):
    settings = {
        "host": "127.0.0.1", "port": port, "security": "none", "from": "leads@house.test", "to": ["sales@b.test"],
        "subject": "Lead from {zip}", "text": "{first_name} {phone}", "html": "<i>{first_name}</i>",
    }  # fmt: skip
    row = {"slug": "a", "buyer": "a", "campaign": "auto", "tier": "main", "price": "5", "post_ms": 2000}
    targets = more.pop("private_targets", [f"127.0.0.1:{port}"])
    return row | {"private_targets": targets, "delivery": {"plugin": "email", "settings": settings | more}}


def market(port, buyers, **more):
    return nouns([mailed(port, **more), offer("b", buyers.port, price="3", priority=200)])


async def sold_to(house, name):
    names = {number: offer.slug for number, offer in house.process.exchange.market.offers.items()}
    state = await house.state(name)
    return [(names[sale.offer], sale.status, sale.reason, sale.reached) for sale in state.sales]


async def test_a_lead_is_sold_by_mail(database_url, app_database_url, buyers):
    async with mailbox() as box, open_house(database_url, app_database_url, market(box.port, buyers)) as house:
        answer = (await house.sell(lead(first_name="<Zoë>", phone="+15125550142"))).json
        assert (answer["outcome"], answer["price"]) == ("sold", "4.00")
        ((envelope, message),) = box.got
        assert (envelope.mail_from, envelope.rcpt_tos) == ("leads@house.test", ["sales@b.test"])
        assert message["subject"] == "Lead from 78701"
        assert message.get_body(("plain",)).get_content().strip() == "<Zoë> +15125550142"
        assert message.get_body(("html",)).get_content().strip() == "<i>&lt;Zoë&gt;</i>"
        (sale,) = (await house.state(answer["lead"])).sales
        assert message["message-id"] == f"<{sale.id}@house.test>"
        _, identifier = parse(LEAD, answer["lead"])
        record = await leads.read(house.connection, HOUSE, 0, identifier)
        sealed = await leads.traffic(house.connection, HOUSE, 0, identifier)
        (call,) = traffic_of(house.process.exchange.vault, record, sealed)
        assert (call.head.method, call.row.status, call.answered) == ("MAIL", 250, b"queued")


@pytest.mark.parametrize(
    ("says", "status", "reason", "reached"),
    [({"sales@b.test": "550 nobody here"}, "rejected", "rejected", False),
     ({"sales@b.test": "451 later"}, "rejected", "not_taken", False),
     ({"data": "554 spam"}, "rejected", "rejected", True)],
)  # fmt: skip
async def test_a_no_of_the_server_leaves_it_to_the_next(
    database_url, app_database_url, buyers, says, status, reason, reached
):
    buyers.on("b", post=ACCEPT)
    async with mailbox() as box, open_house(database_url, app_database_url, market(box.port, buyers)) as house:
        box.says = says
        answer = (await house.sell(lead())).json
        assert answer["price"] == "2.40"
        assert await sold_to(house, answer["lead"]) == [("a", status, reason, reached), ("b", "sold", "", True)]
        assert box.got == []


@pytest.mark.parametrize("says", ["99999 what", "what", "354 go on", "600 no", "150 soon"])
async def test_who_says_no_code_of_smtp_after_the_message_may_have_it(database_url, app_database_url, buyers, says):
    buyers.on("b", post=ACCEPT)
    async with mailbox() as box, open_house(database_url, app_database_url, market(box.port, buyers)) as house:
        box.says = {"data": says}
        answer = (await house.sell(lead())).json
        assert answer["outcome"] == "pending"
        assert await sold_to(house, answer["lead"]) == [("a", "uncertain", "nonsense", True)]
        assert buyers.posts("b") == [], "its place is not sold again"


async def test_who_says_no_code_of_smtp_before_the_message_has_nothing(database_url, app_database_url, buyers):
    buyers.on("b", post=ACCEPT)
    async with mailbox() as box, open_house(database_url, app_database_url, market(box.port, buyers)) as house:
        box.says = {"sales@b.test": "99999 what"}
        answer = (await house.sell(lead())).json
        assert await sold_to(house, answer["lead"]) == [("a", "rejected", "not_taken", False), ("b", "sold", "", True)]


async def test_who_hangs_up_after_the_message_may_have_it(database_url, app_database_url, buyers):
    buyers.on("b", post=ACCEPT)
    async with mailbox() as box, open_house(database_url, app_database_url, market(box.port, buyers)) as house:
        box.hangs_up = True
        answer = (await house.sell(lead())).json
        assert answer["outcome"] == "pending"
        assert await sold_to(house, answer["lead"]) == [("a", "uncertain", "cut_off", True)]
        assert buyers.posts("b") == [], "its place is not sold again"


@pytest.mark.parametrize("targets", [[], ["127.0.0.1:25"]])
async def test_a_private_mail_server_is_refused_without_its_exception(database_url, app_database_url, buyers, targets):
    buyers.on("b", post=ACCEPT)
    async with mailbox() as box:
        rows = market(box.port, buyers, private_targets=targets)
        async with open_house(database_url, app_database_url, rows) as house:
            answer = (await house.sell(lead())).json
            assert (await sold_to(house, answer["lead"]))[0] == ("a", "rejected", "address_refused", False)
            assert box.got == []


async def test_a_delayed_letter_goes_out_after_the_sale(database_url, app_database_url, buyers):
    async with mailbox() as box:
        rows = market(box.port, buyers, delay={"minutes": 60})
        async with open_house(database_url, app_database_url, rows) as house:
            answer = (await house.sell(lead())).json
            assert answer["outcome"] == "sold"
            assert box.got == []
            box.says = {"data": "451 not now"}
            await hasten(house)

            async def has_failed() -> bool:
                return bool(await house.connection.fetchval("select count(*) from job where error is not null"))

            await until(has_failed, 10)
            assert "failed: not_taken" in await house.connection.fetchval(
                "select error from job where kind = 'deliver'"
            )
            box.says = {}
            await hasten(house)
            await until(lambda: len(box.got) == 1, 10)

            async def is_told() -> bool:
                return any(isinstance(event, ev.Delivered) for event in await house.events(answer["lead"]))

            await until(is_told, 10)
            assert (await house.state(answer["lead"])).status == "sold"
            assert (await house.balance()).faults == ()


async def test_an_erased_person_is_not_sent_any_more(database_url, app_database_url, buyers):
    async with mailbox() as box:
        rows = market(box.port, buyers, delay={"minutes": 60})
        async with open_house(database_url, app_database_url, rows) as house:
            answer = (await house.sell(lead())).json
            _, identifier = parse(LEAD, answer["lead"])
            await house.connection.execute("delete from lead_key where lead_id = $1", identifier)
            await hasten(house)

            async def is_over() -> bool:
                return not await house.connection.fetchval("select count(*) from job where kind = 'deliver'")

            await until(is_over, 10)
            assert box.got == []


async def hasten(house):
    """What was put off is due now."""
    await house.connection.execute("update job set run_at = now() - interval '1 second' where kind = 'deliver'")
    await house.connection.execute("select pg_notify('outbid_job', '')")
