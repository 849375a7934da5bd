"""Who presses twice means it once, and a slug that is taken is told at its field."""

from playwright.async_api import expect

from api.operator.asking import ask


async def test_save_pressed_twice_saves_once(walk, house):
    page = walk.page
    await walk.go("/offers/a")
    await page.get_by_label("Priority").fill("3")
    await page.get_by_role("button", name="Save offer").dblclick()
    await expect(page.get_by_text("Saved: a.")).to_be_visible()
    await expect(page.get_by_text("Unsaved changes")).to_have_count(0)
    await expect(page.get_by_text("Somebody else saved")).to_have_count(0)
    assert (await ask(house, "GET", "/v1/offers/a")).json["priority"] == 3


async def test_make_pressed_twice_makes_one_and_opens_it(walk, house):
    page = walk.page
    before = (await ask(house, "GET", "/v1/versions?limit=1")).json["items"][0]["number"]
    await walk.go("/sellers/new")
    await page.get_by_label("Name", exact=True).fill("Lone Star Leads")
    await page.get_by_role("button", name="Make seller").dblclick()
    await expect(page).to_have_url(f"{walk.address}/sellers/lone-star-leads")
    await expect(page.get_by_role("alert")).to_have_count(0)
    assert (await ask(house, "GET", "/v1/versions?limit=1")).json["items"][0]["number"] == before + 1


async def test_a_slug_that_is_taken_is_told_at_its_field(walk):
    page = walk.page
    await walk.go("/buyers/new")
    slug = page.get_by_role("textbox", name="Slug")
    await slug.fill("a")
    await page.get_by_role("button", name="Make buyer").click()
    await expect(page.get_by_role("alert").get_by_text("There is a buyer 'a' already.")).to_be_visible()
    await expect(slug).to_have_attribute("aria-invalid", "true")
    await expect(slug).to_be_focused()
    await slug.fill("a-second")
    await expect(page.get_by_role("alert")).to_have_count(0)
    walk.forgive("412")


async def test_a_copy_is_the_same_under_another_name(walk, house):
    page = walk.page
    await walk.go("/offers/a")
    await page.get_by_role("link", name="Copy", exact=True).click()
    await expect(page.get_by_role("textbox", name="Slug")).to_have_value("a-copy")
    await page.get_by_role("button", name="Make offer").click()
    await expect(page).to_have_url(f"{walk.address}/offers/a-copy")
    await expect(page.get_by_role("heading", level=1)).to_have_text("a copy")
    first, second = [(await ask(house, "GET", f"/v1/offers/{slug}")).json for slug in ("a", "a-copy")]
    assert second == first | {"slug": "a-copy", "name": "a copy"}
