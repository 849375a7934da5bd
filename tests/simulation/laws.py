"""What must hold whatever goes wrong: watched at every commit, and counted again when all is quiet."""

from collections import defaultdict

import msgspec

from outbid.core.answer import QuoteAnswer, answer_of, quote_answer
from outbid.core.ids import LEAD, QUOTE, SALE, parse, public
from outbid.core.lead import event as ev
from outbid.core.lead.state import PLACE_TAKEN, State, fold, fold_all
from outbid.core.ledger.transfer import MARGIN
from outbid.core.market.snapshot import Market
from outbid.core.replay.receipts import receipts
from outbid.core.replay.replay import replay
from outbid.core.route import Plan
from outbid.core.seal.leaves import ZERO_HASH, chapter_hash

from .bought import Bought
from .buyers import Buyer
from .chosen import misnamed, unchosen
from .counted import recounted, summed
from .database.tables import Change, Row, Tables, Transaction
from .exposed import unlisted, unlisted_questions
from .node import MASTER, Told
from .priced import keeps_its_least, payouts_by_any_rule
from .sampled import missampled
from .services import Service
from .spared import Spared
from .suppressed import Suppressed
from .taught import untaught


class Rule(msgspec.Struct, frozen=True):
    """The campaign's duplicate rule."""

    scope: str
    match: str
    hours: int


class Breach(msgspec.Struct, frozen=True):
    """A law that does not hold."""

    law: str
    text: str
    lead: bytes | None = None


class Laws:
    """Watches a database; `breaches` are what was found so far."""

    def __init__(
        self, tables: Tables, markets: dict[int, Market], rule: Rule | None, spared: Spared, suppressed: Suppressed
    ) -> None:
        self.tables, self.markets, self.rule, self.spared = tables, markets, rule, spared
        self.breaches: list[Breach] = []
        self.states: dict[bytes, State] = {}
        self.chapters: dict[bytes, int] = {}
        self.bids: dict[bytes, int] = {}
        self.payouts: dict[bytes, int] = {}
        self.sales_of: dict[bytes, list[bytes]] = defaultdict(list)
        self.holds_on: dict[bytes, list[bytes]] = defaultdict(list)
        self.lane_ends: dict[int, tuple[bytes, int, int]] = {}
        self.versions: list[tuple[float, int]] = []
        self.claimed: dict[bytes, set[tuple[bytes, str]]] = defaultdict(set)
        self.quotes: dict[bytes, bytes] = {}
        self.bought = Bought(tables)
        self.suppressed = suppressed

    def broken(self, law: str, text: str, lead: bytes | None = None) -> None:
        """Note a breach, once for each law and lead."""
        if not any(found.law == law and found.lead == lead for found in self.breaches):
            self.breaches.append(Breach(law, text, lead))

    # -- at every commit ----------------------------------------------------------------------------------------------

    def committed(self, transaction: Transaction, changes: list[Change]) -> None:
        """Look at what a transaction changed. Called when its changes are visible, before anybody reads them."""
        by_table: dict[str, list[Change]] = defaultdict(list)
        for change in changes:
            by_table[change[0]].append(change)
        for _, key, before, after in by_table["lead"]:
            if before is None and after is not None and after["quote"] is not None:
                other = self.quotes.setdefault(after["quote"], key[0])
                if other != key[0]:
                    self.broken("a quote makes one lead", public(QUOTE, 0, after["quote"]), key[0])
        for _, key, before, _after in by_table["version"]:
            if before is None:
                self.versions.append((self.tables.loop.time(), key[0]))
        self._see_persons(by_table)
        for _, key, _before, after in by_table["claim"]:
            if after is not None and after["expires_at"]:
                self.claimed[after["lead_id"]].add(key)
        self._see_chapters([after for *_, after in by_table["chapter"] if after is not None])
        self._see_sales(transaction, by_table["sale"])
        for _, key, _before, after in by_table["account"]:
            if after is not None:
                self._held_is_open_holds(key[0], after)

    def _see_persons(self, by_table: dict[str, list[Change]]) -> None:
        for _, key, *_ in by_table["suppression"]:
            self.suppressed.listed(key, self.tables.loop.time())
        for _, key, *_ in by_table["person"]:
            self.bought.stored(*key)

    def _see_chapters(self, chapters: list[Row]) -> None:
        for row in sorted(chapters, key=lambda row: row["place"]):
            lead_id = row["lead_id"]
            if row["n"] != self.chapters.get(lead_id, 0) + 1:
                self.broken(
                    "chapters are contiguous", f"chapter {row['n']} after {self.chapters.get(lead_id)}", lead_id
                )
            self.chapters[lead_id] = row["n"]
            state = self.states.get(lead_id, State())
            for event in ev.decode(row["events"]):
                if state.stage == "closed":
                    self.broken("nothing follows the end", f"{event} after {state.status}", lead_id)
                state = fold(state, event)
            self.states[lead_id] = state
            self._chain(row)

    def _chain(self, row: Row) -> None:
        before, seq, place = self.lane_ends.get(row["lane"], (ZERO_HASH, 0, -1))
        this = chapter_hash(
            before, row["lane"], row["seq"], row["place"], row["lead_id"], row["n"], row["salt"], row["events"]
        )
        if row["prev_hash"] != before or row["hash"] != this:
            self.broken("the chain of a lane is whole", f"lane {row['lane']} seq {row['seq']}", row["lead_id"])
        if (row["seq"], row["place"]) != ((seq + 1, 0) if row["seq"] != seq else (seq, place + 1)):
            self.broken(
                "a lane counts without a gap", f"{row['seq']}.{row['place']} after {seq}.{place}", row["lead_id"]
            )
        self.lane_ends[row["lane"]] = (row["hash"], row["seq"], row["place"])
        lane = self.tables.table("lane").get((row["lane"],))
        if lane is None or lane["adopted_by"] is not None:
            self.broken("a lane that was taken over writes no more", f"lane {row['lane']}: {lane}", row["lead_id"])

    def _see_sales(self, transaction: Transaction, changes: list[Change]) -> None:
        for _, (sale_id,), before, after in changes:
            if before is None and after is not None:
                for account in self.tables.table("hold")[(sale_id,)]["accounts"]:
                    self.holds_on[account].append(sale_id)
        for _, (sale_id,), before, after in changes:
            assert after is not None
            lead_id = after["lead_id"]
            if (lead_id,) not in self.tables.table("lead"):
                self.broken("a sale has a lead", public(SALE, 0, sale_id), lead_id)
                continue
            if before is None:
                self.bids[sale_id], self.payouts[sale_id] = after["price_micros"], after["payout_micros"]
                self.sales_of[lead_id].append(sale_id)
                self._may_be_opened(transaction, sale_id, after)
                market = self.markets[self.tables.table("lead")[(lead_id,)]["version"]]
                for text in self.bought.twice(market, sale_id, after):
                    self.broken("a buyer buys nobody twice", text, lead_id)
                for text in self.suppressed.sold(market, transaction, after, self.bought):
                    self.broken("whoever is on a list is not sold", text, lead_id)
            elif before["status"] in ("sold", "rejected") and before["status"] != after["status"]:
                self.broken("a settled sale stays settled", f"{before['status']} → {after['status']}", lead_id)
            if after["status"] == "sold":
                self._paid_rightly(sale_id, after)
        for lead_id in {after["lead_id"]: None for *_, after in changes if after is not None}:
            self._places(lead_id)

    def _places(self, lead_id: bytes) -> None:
        rows = {sale_id: self.tables.table("sale")[(sale_id,)] for sale_id in self.sales_of[lead_id]}
        self._shared_rightly(lead_id, [row for row in rows.values() if row["status"] in PLACE_TAKEN])
        told = {  # what the chapters say
            sale.id: (sale.status, sale.offer, sale.price_micros, sale.payout_micros)
            for sale in self.states.get(lead_id, State()).sales
        }
        kept = {
            public(SALE, 0, sale_id): (row["status"], row["offer"], row["price_micros"], row["payout_micros"])
            for sale_id, row in rows.items()
        }
        if told != kept:
            self.broken("fold(chapters) = sale rows", f"chapters {told}, rows {kept}", lead_id)

    def _shared_rightly(self, lead_id: bytes, taken: list[Row]) -> None:
        """No more buyers than any of them was promised, and never two of one group."""
        lead = self.tables.table("lead").get((lead_id,))
        if lead is None:
            return  # another law speaks of that
        market = self.markets[lead["version"]]
        tiers = {o.number: tier for c in market.campaigns.values() for tier in c.tiers for o in tier.offers}
        if taken and len(taken) > min(tiers[row["offer"]].places for row in taken):
            self.broken("no place is sold twice", f"sales {[row['status'] for row in taken]}", lead_id)
        groups = [market.offers[row["offer"]].group for row in taken]
        if len(set(groups)) < len(groups):
            self.broken("never two of one group", f"groups {groups}", lead_id)

    def _may_be_opened(self, transaction: Transaction, sale_id: bytes, sale: Row) -> None:
        """A hold obeys every ceiling and every pause that was in force when its transaction began."""
        lead = self.tables.table("lead")[(sale["lead_id"],)]
        then = [version for at_s, version in self.versions if at_s < transaction.began_s]
        since = [version for at_s, version in self.versions if at_s >= transaction.began_s]
        known = then[-1:] + since
        offer = self.markets[then[-1]].offers.get(sale["offer"]) if then else None
        if offer is None or (offer.paused and all(self.markets[v].offers[sale["offer"]].paused for v in since)):
            self.broken("a paused offer is not posted", f"offer {sale['offer']}, version {known}", sale["lead_id"])
        for account in self.tables.table("hold")[(sale_id,)]["accounts"]:
            row = self.tables.table("account")[(account,)]
            limit = (row["owner"], row["unit"], row["window_name"])
            ceilings = [_ceilings(self.markets[version]).get(limit) for version in known]
            # A limit that is gone binds nobody, and one that came or went meanwhile may have bound it, or not.
            most = max(1 << 62 if found is None else found for found in ceilings)
            if row["window_name"] != "wallet" and self._is_honoured(sale["lead_id"], lead):
                continue  # a quote that is honoured may pass a cap
            if row["posted"] + row["held"] - self._honoured_on(account, row) > most:
                name = f"{limit}: {row['posted']} posted + {row['held']} held > {most}, row says {row['ceiling']}"
                self.broken("no cap or wallet is passed", name, sale["lead_id"])

    def _is_honoured(self, lead_id: bytes, lead: Row) -> bool:
        state = self.states.get(lead_id, State())
        source = self.markets[lead["version"]].sources[lead["source"]]
        return state.promise_micros is not None and source.quotes.honour

    def _honoured_on(self, account: bytes, row: Row) -> int:
        """What sales that may pass a cap take of it."""
        if row["window_name"] == "wallet":
            return 0
        taken = 0
        for sale_id in self.holds_on[account]:
            sale, hold = self.tables.table("sale")[(sale_id,)], self.tables.table("hold")[(sale_id,)]
            lead = self.tables.table("lead")[(sale["lead_id"],)]
            if sale["status"] in PLACE_TAKEN and self._is_honoured(sale["lead_id"], lead):
                taken += hold["amounts"][hold["accounts"].index(account)]
        return taken

    def _held_is_open_holds(self, account: bytes, row: Row) -> None:
        held, posted = 0, row["carried"]
        for sale_id in self.holds_on[account]:
            sale, hold = self.tables.table("sale")[(sale_id,)], self.tables.table("hold")[(sale_id,)]
            position = hold["accounts"].index(account)
            amount = hold["amounts"][position]
            if sale["status"] in ("posting", "uncertain"):
                held += amount
            elif sale["status"] == "sold":
                posted += sale["price_micros"] if hold["money"][position] else amount
        if row["held"] != held:
            self.broken("held = open holds", f"{row['owner']} {row['window_name']}: {row['held']} ≠ {held}")
        if row["window_name"] == "wallet":
            posted -= self._deposited(row["owner"], row["unit"])
        if row["posted"] != posted:
            self.broken("posted = captured", f"{row['owner']} {row['window_name']}: {row['posted']} ≠ {posted}")

    def _deposited(self, owner: str, unit: str) -> int:
        return sum(
            row["amount"]
            for row in self.tables.table("transfer").values()
            if row["kind"] == "deposit" and row["credit"] == owner and row["unit"] == unit
        )

    def _paid_rightly(self, sale_id: bytes, sale: Row) -> None:
        lead = self.tables.table("lead")[(sale["lead_id"],)]
        source = self.markets[lead["version"]].sources[sale["source"]]
        price, payout = sale["price_micros"], sale["payout_micros"]
        if not 0 < price <= self.bids[sale_id]:
            self.broken("captured ≤ bid", f"{price} of {self.bids[sale_id]}", sale["lead_id"])
        state = self.states.get(sale["lead_id"], State())
        promised = self.payouts[sale_id] if state.wanted else state.promise_micros
        held, paid_at_hold = self.bids[sale_id], self.payouts[sale_id]
        due = payouts_by_any_rule(source.campaign, source, price) | {promised}
        if price < held:
            due |= {"house": {paid_at_hold}, "shared": {paid_at_hold * price // held}}.get(
                source.campaign.shortfall, set()
            )
        if payout not in due:
            self.broken("the payout follows the terms", f"{payout} at {price}", sale["lead_id"])
        if promised is None and not keeps_its_least(source.campaign, price, payout):
            self.broken("the house keeps its least margin", f"{payout} at {price}", sale["lead_id"])
        if promised is not None and payout > price and not source.campaign.loss_allowed:
            self.broken("a promise is not kept at a loss", f"{payout} at {price}", sale["lead_id"])
        moved: dict[str, int] = defaultdict(int)
        for row in self.tables.table("transfer").values():
            if row["sale_id"] == sale_id:
                moved[row["debit"]] -= row["amount"]
                moved[row["credit"]] += row["amount"]
        parties = {f"buyer:{sale['buyer']}": -price, f"seller:{source.seller}": payout, MARGIN: price - payout}
        if {who: amount for who, amount in moved.items() if amount} != {who: d for who, d in parties.items() if d}:
            self.broken("transfers say what was paid", f"moved {dict(moved)}, due {parties}", sale["lead_id"])

    def made(self, leads: set[bytes], lead_id: bytes) -> None:
        """A request that is sent more than once makes one lead; `leads` are those it was told of so far."""
        leads.add(lead_id)
        stored = [lead for lead in leads if (lead,) in self.tables.table("lead")]
        if len(stored) > 1:
            self.broken("a request makes one lead", f"{len(stored)} leads of one request", lead_id)

    def quoted(self, quote: QuoteAnswer) -> None:
        """A seller is told what he was promised: it is durable already, and follows from what happened."""
        _, identifier = parse(QUOTE, quote.ping)
        row = self.tables.table("quote").get((identifier,))
        if row is None:
            self.broken("a quote is durable", quote.ping)
        elif quote != quote_answer(quote.ping, "USD", fold_all(ev.decode(row["events"])), row["until"]):
            self.broken("a quote follows from its events", quote.ping)

    def told(self, told: Told, currency: str) -> None:
        """A seller gets his answer: it is durable already, and follows from the chapters."""
        if told.answer is None:
            return
        state = self.states.get(told.lead_id)
        if state is None or (told.lead_id,) not in self.tables.table("lead"):
            self.broken("an answer is durable", f"{told.answer} of a lead that is not stored", told.lead_id)
            return
        due = answer_of(told.answer.lead, currency, state, told.answer.redirect)
        # A process that froze after it wrote may tell late what was so then: a pending sale, settled in the meantime.
        if told.answer != due and told.answer.outcome != "pending":
            self.broken("the answer follows from the chapters", f"told {told.answer}, due {due}", told.lead_id)

    # -- when all is quiet --------------------------------------------------------------------------------------------

    def at_the_end(
        self,
        sent: list["Submitted"],
        submitted: dict[bytes, "Submitted"],
        buyers: dict[str, Buyer],
        services: dict[str, Service],
        settled: dict[str, str],
    ) -> None:
        """Everything that can only be said when nothing is under way any more.

        sent       all that sellers sent; `submitted` has those that were answered, by lead
        settled    what the operator said of uncertain sales
        """
        self._every_lead_ended()
        self._decisions_repeat()
        self._claims_end_rightly()
        self._nobody_sold_twice(submitted)
        self._books_agree(buyers, settled)
        self._tallies_are_right()
        for key, found, due in missampled(self.tables, self.markets):
            self.broken("each lead of the sample is counted once", f"source, offer {key}: {found}, due {due}")
        for lead_id, text in unlisted(self.tables, self.markets, buyers, MASTER):
            self.broken("who saw what is listed", text, lead_id)
        for lead_id, text in unlisted_questions(self.tables, self.markets, services["streets.test"], MASTER):
            self.broken("who saw what is listed", text, lead_id)
        for lead_id, text in misnamed(self.tables, buyers):
            self.broken("a post carries the token of its bid", text, lead_id)
        for lead_id, text in untaught(self.tables, buyers):
            self.broken("what was learned is what buyers get", text, lead_id)
        for (account,), row in self.tables.table("account").items():
            self._held_is_open_holds(account, row)
        total = sum(
            amount for row in self.tables.table("transfer").values() for amount in (row["amount"], -row["amount"])
        )
        if total:
            self.broken("transfers sum to zero", str(total))

    def _every_lead_ended(self) -> None:
        for (lead_id,) in self.tables.table("lead"):
            state, row = self.states.get(lead_id), self.tables.table("lead_status").get((lead_id,))
            if state is None or row is None or (state.stage != "closed" and state.status != "uncertain"):
                self.broken("every lead ends", f"{state and state.stage}, row {row}", lead_id)
            elif (row["status"], row["reason"]) != (state.status, state.reason):
                self.broken("fold(chapters) = status row", f"{row} ≠ {state.status} {state.reason}", lead_id)
            elif state.status == "sold" and state.promise_micros is not None and not _kept(state):
                self.broken("a promise is kept", f"{state.promise_micros}: {state.sales}", lead_id)
            elif unchosen_sale := next(unchosen(state), None):
                self.broken("who was chosen buys, for what was told of him", unchosen_sale, lead_id)
            elif state.status == "sold" and not any(sale.status == "sold" for sale in state.sales):
                self.broken("a sold lead has a sale", str(state.sales), lead_id)
        for (sale_id,), row in self.tables.table("sale").items():
            if row["status"] == "posting":
                self.broken("every hold is settled or uncertain", public(SALE, 0, sale_id), row["lead_id"])

    def _decisions_repeat(self) -> None:
        """From the version that it pinned, its facts and its chapters alone, every decision about a lead is the same,
        and each offer of its campaign has one outcome, with a reason unless it bought."""
        events: dict[bytes, list[ev.Event]] = defaultdict(list)
        for _, row in sorted(self.tables.table("chapter").items(), key=lambda found: found[1]["n"]):
            events[row["lead_id"]] += ev.decode(row["events"])
        for (lead_id,), row in self.tables.table("lead").items():
            market = self.markets[row["version"]]
            plan = Plan(market.campaigns[row["campaign"]], market.sources[row["source"]])
            facts = msgspec.json.decode(row["facts"])
            for difference in replay(plan, facts, events[lead_id], test=row["test"]):
                self.broken("every decision repeats", str(difference), lead_id)
            told = receipts(plan, facts, events[lead_id])
            reached = {event.tier for event in events[lead_id] if isinstance(event, ev.Matched)}
            if sorted(receipt.offer for receipt in told) != sorted(plan.campaign.offers):
                self.broken("every offer has one receipt", str(told), lead_id)
            for receipt in told:
                if (receipt.reason == "") != (receipt.outcome == "sold"):
                    self.broken("whoever did not buy is told why", str(receipt), lead_id)
                if receipt.reason == "tier_not_reached" and receipt.tier in reached:
                    self.broken("a tier that was matched was reached", str(receipt), lead_id)

    def is_counted(self) -> bool:
        """Is every batch of every lane in the tallies?"""
        marks = self.tables.table("tally_mark")
        return all(marks[(lane,)]["seq"] == seq for lane, (_, seq, _) in self.lane_ends.items())

    def _tallies_are_right(self) -> None:
        """The rows are what all chapters add up to, counted anew."""
        names = ("quarter", "clock", "source", "offer", "outcome", "reason", "dimension", "lane")
        rows = [row | dict(zip(names, key, strict=True)) for key, row in self.tables.table("tally").items()]
        leads = {key[0]: row for key, row in self.tables.table("lead").items()}
        due = recounted(
            self.tables.table("chapter").values(),
            leads,
            lambda version, campaign: self.markets[version].campaigns[campaign].dimensions,
        )
        found = summed(rows)
        for key in sorted(found.keys() | due.keys()):
            if found.get(key) != due.get(key):
                self.broken("tallies are what the chapters add up to", f"{key}: {found.get(key)}, due {due.get(key)}")

    def _claims_end_rightly(self) -> None:
        claims = self.tables.table("claim")
        for lead_id, keys in self.claimed.items():
            status = self.states[lead_id].status if lead_id in self.states else "open"
            for key in keys:
                row = claims[key]
                if status in ("unsold", "refused") and row["lead_id"] == lead_id and row["expires_at"]:
                    self.broken("unsold and refused give claims up", f"{status} keeps {key[1]}", lead_id)
                other = self.tables.table("lead").get((row["lead_id"],))
                mine = self.tables.table("lead").get((lead_id,))
                for_buyer = key[1].startswith(("buyer:", "offer:"))  # given back by a reject, see `bought`
                if status in ("sold", "uncertain") and row["lead_id"] != lead_id and mine and other and not for_buyer:
                    window_ms = self.rule.hours * 3_600_000 if self.rule else 0
                    if other["arrived_at"] < mine["arrived_at"] + window_ms:
                        self.broken("sold keeps its claims", f"{key[1]} went to another lead", lead_id)

    def _nobody_sold_twice(self, submitted: dict[bytes, "Submitted"]) -> None:
        """By the persons that the sellers sent, not by the claims that were made."""
        sold: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for (lead_id,), lead in sorted(self.tables.table("lead").items(), key=lambda found: found[1]["arrived_at"]):
            rule = self.rule
            if rule is None or self.states.get(lead_id, State()).status != "sold" or lead_id not in submitted:
                continue
            for key in submitted[lead_id].persons(rule):
                for earlier in sold[key]:
                    if lead["arrived_at"] < earlier["arrived_at"] + rule.hours * 3_600_000 - 60_000:
                        self.broken("nobody is sold twice", f"{key} within {rule.hours} hours", lead_id)
                sold[key].append(lead)

    def _books_agree(self, buyers: dict[str, Buyer], settled: dict[str, str]) -> None:
        sales = {public(SALE, 0, sale_id): row for (sale_id,), row in self.tables.table("sale").items()}
        taken: set[str] = set()
        for buyer in buyers.values():
            keys = [key for _, key in buyer.posts]
            if not buyer.repeatable and len(keys) != len(set(keys)):
                key = next(key for key in keys if keys.count(key) > 1)
                self.broken("what cannot be repeated is not repeated", f"{buyer.offer} {key}", _lead_of(sales, key))
            for book in buyer.taken:
                taken.add(book.key)
                row = sales.get(book.key)
                status = "no sale" if row is None else row["status"]
                if status not in ("sold", "uncertain"):
                    text = f"{buyer.offer} took it at {book.at_s:.3f}; we have {status} {settled.get(book.key, '')}"
                    self.broken("a buyer's book is ours", text, _lead_of(sales, book.key))
        for key, row in sales.items():
            if row["status"] == "sold" and key not in taken and settled.get(key) != "sold":
                self.broken("what is sold was taken", key, row["lead_id"])


class Submitted(msgspec.Struct, frozen=True):
    """What a seller sent."""

    tag: str
    source: str
    phone: str | None
    email: str | None

    def persons(self, rule: Rule) -> list[tuple[str, str]]:
        """Who it is, as the duplicate rule tells persons apart."""
        within = self.source if rule.scope == "source" else ""
        known = [text for text in (self.phone, self.email) if text]
        if rule.match == "all":
            return [(within, "|".join(known))] if len(known) == 2 else []
        return [(within, text) for text in known]


def _kept(state: State) -> bool:
    """Was the seller paid at least what his quote promised, if he left the choice to the exchange?"""
    if state.wanted:
        return True
    return sum(sale.payout_micros for sale in state.sales if sale.status == "sold") >= (state.promise_micros or 0)


def _lead_of(sales: dict[str, Row], key: str) -> bytes | None:
    row = sales.get(key)
    return None if row is None else row["lead_id"]


def _ceilings(market: Market) -> dict[tuple[str, str, str], int]:
    found: dict[tuple[str, str, str], int] | None = getattr(market, "ceilings", None)
    if found is None:
        limits = market.every_limit()
        found = {(limit.owner, limit.unit, limit.window): limit.ceiling for limit in limits}
        market.ceilings = found  # type: ignore[attr-defined]
    return found


def name_of(lead_id: bytes) -> str:
    """The public id of a lead."""
    return public(LEAD, 0, lead_id)
