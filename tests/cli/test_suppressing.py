"""`outbid suppress`: lists from files; and a person who is erased and wants to be left in peace."""

import pytest

from cli.test_people import PERSON, market, outbid  # noqa: F401 - a fixture
from harness.buyers import ACCEPT, Buyers, bid
from harness.house import open_house, until
from harness.market import lead, nouns, offer


@pytest.fixture
def file(tmp_path):
    """A function that writes a file and gives its name."""

    def written(text: str) -> str:
        path = tmp_path / "list.csv"
        path.write_text(text)
        return str(path)

    return written


async def test_a_file_is_put_on_a_buyers_list_and_taken_off_again(outbid, file, database_url, app_database_url):  # noqa: F811
    async with Buyers() as buyers:
        buyers.on("a", ping=bid("9"), post=ACCEPT)
        async with open_house(database_url, app_database_url, market(buyers.port, "a")) as house:
            name = file("phone,email\n(512) 555-0147,ann@example.com\n5,\n")
            code, out, err = await outbid("suppress", "add", name, "--buyer", "a", "--days", "30")
            assert (code, out) == (1, "2 put on the list, 0 were so already, 1 lines not understood.\n")
            assert err.startswith("  line 3: The number has too few digits.")
            code, out, _ = await outbid("suppress", "lists")
            assert ["a", "2", "2"] in [line.split() for line in out.splitlines()]
            await until(lambda: house.process.exchange.barring.lists)
            assert (await house.sell(lead(**PERSON))).json["outcome"] == "unsold"
            code, out, _ = await outbid("suppress", "remove", file("5125550147\n"), "--buyer", "a")
            assert (code, out) == (0, "1 taken off the list, 0 were so already, 0 lines not understood.\n")
            assert (await house.sell(lead(**PERSON) | {"take": 2})).json["outcome"] == "sold"


async def test_what_cannot_be_is_said(outbid, file, database_url):  # noqa: F811
    for words, told in (
        (("add", "no-such-file"), "no-such-file: No such file"),
        (("add", file("5125550147"), "--buyer", "nobody"), "there is no buyer 'nobody'"),
        (("add", file("5125550147"), "--days", "0"), "--days is 1 to 3650"),
    ):
        code, _, err = await outbid("suppress", *words)
        assert (code, told in err) == (1, True), err


async def test_who_is_erased_and_wants_no_contact_is_refused_when_he_is_sent_again(
    outbid,  # noqa: F811
    database_url,
    app_database_url,
):
    async with Buyers() as buyers:
        buyers.on("a", ping=bid("9"), post=ACCEPT)
        made = nouns([offer("a", buyers.port)], campaign_more={"checks": [{"plugin": "suppressed"}]})
        async with open_house(database_url, app_database_url, made) as house:
            assert (await house.sell(lead(**PERSON))).json["outcome"] == "sold"
            code, _, _ = await outbid("people", "erase", "--phone", PERSON["phone"], "--do-not-contact")
            assert code == 0
            await until(lambda: house.process.exchange.barring.lists)
            again = await house.sell(lead(**PERSON) | {"take": 2})
            assert (again.status, again.json["code"]) == (422, "suppressed")
            assert (await house.sell(lead())).json["outcome"] == "sold"
