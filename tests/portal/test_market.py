"""An offer built by the keyboard alone, saved, undone, and saved against somebody else."""

import msgspec
from playwright.async_api import expect

from api.operator.asking import ask
from harness.market import lead


async def noun(house, path: str) -> dict:
    answer = await ask(house, "GET", path)
    assert answer.status == 200, answer.body
    return answer.json


async def choose(page, label: str, option: str) -> None:
    """Pick an option of a combobox by typing and Enter, as a keyboard does."""
    box = page.get_by_role("combobox", name=label, exact=True)
    await box.focus()
    await page.keyboard.press("ArrowDown")
    await page.get_by_role("option", name=option, exact=True).first.wait_for()
    options = page.locator("[role=option]:visible")
    names = [(await one.inner_text()).strip() for one in await options.all()]
    await page.keyboard.press("Home")
    for _ in range(len(names) + 1):
        active = await box.get_attribute("aria-activedescendant")
        if active and (await page.locator(f"[id='{active}']").inner_text()).strip() == option:
            break
        await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")


async def test_a_filter_of_three_levels_is_built_by_keys_counted_and_saved(walk, house):
    for at in range(3):
        sold = await house.sell(lead(phone=f"+1512555012{at}", email=f"k{at}@example.com", amount=at))
        assert sold.json["outcome"] == "sold"
    await walk.go("/offers/a")
    page = walk.page
    add = page.get_by_role("button", name="Add a rule", exact=True)
    await expect(add).to_be_enabled()  # the campaign's fields are there to choose from
    await add.press("Enter")
    await choose(page, "Rule 1: fact", "amount")
    await choose(page, "Rule 1: test", "is at least")
    await page.get_by_label("Rule 1: value").focus()
    await page.keyboard.type("1")
    await page.get_by_role("button", name="Add a group", exact=True).press("Enter")
    await page.get_by_role("button", name="Add a rule to group 2").press("Enter")
    await choose(page, "Rule 2.1: fact", "state")
    await page.get_by_label("Rule 2.1: value").press_sequentially("TX")
    await page.get_by_role("button", name="Add a group to group 2").press("Enter")
    await page.get_by_role("button", name="Add a rule to group 2.2").press("Enter")
    await choose(page, "Rule 2.2.1: fact", "amount")
    await page.get_by_label("Rule 2.2.1: value").press_sequentially("2")
    wanted = {
        "all": [
            {"fact": "amount", "at_least": "1"},
            {"any": [{"fact": "state", "equals": "TX"}, {"all": [{"fact": "amount", "equals": "2"}]}]},
        ]
    }
    counted = (await ask(house, "POST", "/v1/campaigns/auto/count", {"filter": wanted})).json
    await expect(page.get_by_text(f"{counted['matched']} of {counted['leads']} leads match")).to_be_visible()
    assert counted["matched"] >= 1
    await page.keyboard.press("Control+s")
    await expect(page.get_by_text("Saved: a.")).to_be_visible()
    assert (await noun(house, "/v1/offers/a"))["filter"] == wanted
    await page.get_by_role("button", name="Undo").click()
    await expect(page.get_by_text("Undone.")).to_be_visible()
    assert (await noun(house, "/v1/offers/a")).get("filter") is None


async def test_what_the_api_refuses_is_told_at_its_field_and_nothing_typed_is_lost(walk, house):
    await walk.go("/offers/a")
    page = walk.page
    floor = page.locator("[data-pointer='/floor']")
    was = await floor.input_value()
    await floor.fill("much")
    await page.get_by_role("button", name="Save offer").click()
    await expect(floor).to_have_attribute("aria-invalid", "true")
    await expect(floor).to_be_focused()
    await expect(floor).to_have_value("much")
    walk.forgive("422")
    await page.get_by_role("button", name="Discard").click()
    await expect(floor).to_have_value(was)


async def test_two_who_edit_see_both_sides_and_lose_nothing(walk, house):
    await walk.go("/offers/b")
    page = walk.page
    await page.get_by_role("textbox", name="Name", exact=True).fill("Mine")
    theirs = await ask(house, "PATCH", "/v1/offers/b", {"priority": 7}, If_Match="*")
    assert theirs.status == 200, theirs.body
    await page.get_by_role("button", name="Save offer").click()
    conflict = page.get_by_role("alert", name="Somebody else saved")
    await expect(conflict).to_contain_text("Priority")
    await expect(conflict).to_contain_text("Mine")
    walk.forgive("412")
    await page.get_by_role("button", name="Go on with mine").click()
    await page.get_by_role("button", name="Save offer").click()
    await expect(page.get_by_text("Saved: Mine.")).to_be_visible()
    assert (await noun(house, "/v1/offers/b"))["name"] == "Mine"


async def test_a_form_is_drawn_for_every_plugin(walk, house):
    rows = (await noun(house, "/v1/plugins"))["items"]
    assert len(rows) > 30
    for row in rows:
        await walk.go(f"/plugins/{row['kind']}/{row['name']}")
        await expect(walk.page.get_by_role("heading", name="Settings", exact=True)).to_be_visible()
        properties = row["settings"].get("$defs", {}).get("Settings", {}).get("properties", {})
        plain = [name for name, schema in properties.items() if schema.get("type") == "string"]
        for summary in await walk.page.locator("#main details > summary").all():
            await summary.click()  # what nobody opened is not drawn
        for name in plain[:2]:
            pointer = f"[data-pointer='/{msgspec.json.encode(name).decode()[1:-1]}']"
            await expect(walk.page.locator(pointer)).to_have_count(1)
