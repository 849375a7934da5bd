"""Checks a buyer's proof without us: python verify_bid.py proof.json. Nothing but Python's own library is used.

A proof is what GET /v1/buyer/proofs/{reference} answered. It holds chapters of the exchange's log, of which some lines
are shown and the others are hashes. This is checked:

1. Every shown line is sealed: BLAKE2s(line + salt) is its hash, and BLAKE2s(0x02 + hash of the chapter before + hashes
   of all lines) is the chapter's hash. So the exchange cannot tell you today of another bid than it told you before.
2. What you were posted at is what you bid (rule "first"), or not more (rules "second" and "floor_step"); and what you
   paid is not more than that.
3. In an open round, where all bids are shown without their bidders: whether you bid most, and were posted if you did.

What it cannot check is whether the chapter stands in the exchange's log: whoever keeps the log's published heads can.
"""

import json
import sys
from collections.abc import Iterator
from hashlib import blake2s
from typing import Any

Plain = dict[str, Any]
Lines = dict[int, Plain]
Names = dict[int, str]


RULES = {"first", "second", "floor_step"}


class Wrong(Exception):
    """The proof does not hold, and why."""


def main(arguments: list[str]) -> int:
    """Check the proof in the file that is named; the exit code is 0 if all of it holds."""
    if len(arguments) != 1:
        print(__doc__)
        return 2
    try:
        with open(arguments[0], encoding="utf-8") as file:
            for sentence in check(json.load(file)):
                print(sentence)
    except (Wrong, OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        print(f"WRONG: {error if isinstance(error, Wrong) else f'this is no proof ({error!r})'}")
        return 1
    print("The proof holds.")
    return 0


def check(proof: Plain) -> Iterator[str]:
    """What a proof shows, in sentences. Raises Wrong."""
    if proof["format"] != "outbid-proof-1" or not RULES.issuperset(proof["rules"].values()):
        raise Wrong(f"this script knows outbid-proof-1 and {', '.join(sorted(RULES))}, and the proof is another")
    offers = {int(number): slug for number, slug in proof["offers"].items()}
    bids: Lines = {}
    posted: dict[str, int] = {}
    for number, chapter in enumerate(proof["chapters"], 1):
        lines = sealed_lines(chapter, number)
        yield f"Chapter {number}: {len(lines)} of {len(chapter['leaves'])} lines are shown, and are what was sealed."
        for at, line in lines.items():
            if line.get("type") == "pinged":
                yield from open_round(proof, lines, at, offers, bids)
            elif "outcome" in line and "offer" in line:
                bids[line["offer"]] = line
                yield f"  {offers[line['offer']]}: {said(proof, line)}"
            elif line.get("type") in ("posting", "sold"):
                yield from money(proof, line, offers, bids, posted)


def sealed_lines(chapter: Plain, number: int) -> Lines:
    """The shown lines by their places. Raises Wrong if one is not sealed, or the chapter's hash is another."""
    leaves = [bytes.fromhex(leaf) for leaf in chapter["leaves"]]
    lines: Lines = {}
    for shown in chapter["shown"]:
        text = shown["line"].encode()
        salted = text + bytes.fromhex(shown["salt"])
        if not text.startswith(b'"') or len(shown["salt"]) != 32 or blake2s(salted).digest() != leaves[shown["leaf"]]:
            raise Wrong(f"line {shown['leaf']} of chapter {number} is not what was sealed")
        lines[shown["leaf"]] = json.loads("{" + shown["line"] + "}")
    if {len(leaf) for leaf in leaves} != {32} or len(chapter["prev_hash"]) != 64:
        raise Wrong(f"a hash of chapter {number} has not 32 bytes")
    if blake2s(b"\2" + bytes.fromhex(chapter["prev_hash"]) + b"".join(leaves)).hexdigest() != chapter["hash"]:
        raise Wrong(f"the hash of chapter {number} is not that of its lines")
    return lines


def money(proof: Plain, line: Plain, offers: Names, bids: Lines, posted: dict[str, int]) -> Iterator[str]:
    """A post to you, or a sale: the price follows from your bid. Raises Wrong."""
    price = line["price_micros"]
    if line["type"] == "posting":
        bid = bids.get(line["offer"])
        if bid is None or bid["outcome"] not in ("bid", "direct") or bid.get("reason"):
            raise Wrong(f"{offers[line['offer']]} was posted, and did not bid")
        rule, own = proof["rules"][str(line["offer"])], bid.get("price_micros", 0)
        if price > own or (price < own and rule == "first"):
            raise Wrong(f"{offers[line['offer']]} was posted at {amount(proof, price)}, and {said(proof, bid)}")
        posted[line["sale"]] = price
        below = "its own bid" if price == own else f"{amount(proof, price)}, below its own bid, by the rule {rule}"
        yield f"  {offers[line['offer']]} was posted at {below} ({line['sale']})."
    elif price > posted[line["sale"]]:
        raise Wrong(f"{line['sale']} was paid {amount(proof, price)}, more than it was posted at")
    else:
        yield f"  {line['sale']} was sold at {amount(proof, price)}, not more than it was posted at."


def open_round(proof: Plain, lines: Lines, head: int, offers: Names, bids: Lines) -> Iterator[str]:
    """All bids of an open round, and who had to win it. Raises Wrong if one is not shown."""
    count = lines[head]["bids"]
    everybody = range(head + 1, head + 1 + 2 * count, 2)
    if missing := [at for at in everybody if at + 1 not in lines]:
        raise Wrong(f"the round has {count} bids, and {len(missing)} of them are not shown")
    able = [
        lines[at + 1]
        for at in everybody
        if lines[at + 1]["outcome"] in ("bid", "direct") and not lines[at + 1].get("reason")
    ]
    best = max((bid.get("price_micros", 0) for bid in able), default=0)
    yield f"  An open round: {count} were asked, {len(able)} could win" + (
        "." if best is None else f", the best at {amount(proof, best)}."
    )
    for at in everybody:
        if at not in lines:
            continue
        offer, bid = lines[at]["offer"], lines[at + 1]
        bids[offer] = bid
        yield f"  {offers[offer]}: {said(proof, bid)}"
        if (
            bid in able
            and bid.get("price_micros", 0) == best
            and proof["methods"][lines[head]["tier"]] == "highest_bid"
        ):
            yield from best_bid(proof, offers[offer], able, best, offer)


def best_bid(proof: Plain, name: str, able: list[Plain], best: int, offer: int) -> Iterator[str]:
    """You bid most: then you were posted, unless somebody bid the same or your caps or wallet had no room."""
    same = sum(bid.get("price_micros", 0) == best for bid in able) - 1
    shown = (line["line"] for chapter in proof["chapters"] for line in chapter["shown"])
    if any('"type":"posting"' in line and f'"offer":{offer},' in line for line in shown):
        yield f"  {name} bid most, and was posted."
    elif same:
        yield f"  {name} bid most, as {same} more did; among these the stated order decides."
    elif str(offer) in proof["handicaps"]:
        yield f"  {name} bid most, and has a handicap of {proof['handicaps'][str(offer)]}: others may rank before it."
    else:
        raise Wrong(f"{name} bid most and was not posted: were your caps and wallet full? If not, ask why")


def said(proof: Plain, bid: Plain) -> str:
    """What a line tells of a bid."""
    price = f" {amount(proof, bid['price_micros'])}" if bid.get("price_micros") else ""
    reason = f" ({bid['reason']})" if bid.get("reason") else ""
    return f"{bid['outcome']}{price} after {bid.get('ms', 0)} ms{reason}"


def amount(proof: Plain, micros: int) -> str:
    """Money as people write it."""
    return f"{micros // 1_000_000}.{micros % 1_000_000:06}".rstrip("0").rstrip(".") + f" {proof['currency']}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
