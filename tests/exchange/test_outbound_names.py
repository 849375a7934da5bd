import asyncio
import socket

import pytest

from exchange.test_outbound_rig import Peer, failed, is_ok, on_both_loops
from outbid.core.dialect.wire import Http, Target, parse_target


async def answer_always(wire):
    while True:
        await wire.reply()


class Names:
    """A resolver that counts and takes its time."""

    def __init__(self, *addresses, seconds=0.0):
        self.addresses, self.seconds, self.asked = list(addresses), seconds, []

    async def __call__(self, host):
        self.asked.append(host)
        await asyncio.sleep(self.seconds)
        return self.addresses


LITERALS = """
http://127.0.0.1/ http://0x7f.1/ http://0X7F000001/ http://2130706433/ http://127.1/ http://0177.0.0.1/ http://0/
http://0.0.0.0/ http://[::1]/ http://[::]/ http://[::ffff:127.0.0.1]/ http://[::ffff:7f00:1]/ http://[::7f00:1]/
http://[64:ff9b::7f00:1]/ http://[2002:7f00:1::]/ http://[fec0::1]/ http://[fe80::1]/ http://[fd00::1]/
http://[ff02::1]/ http://224.0.0.1/ http://169.254.169.254/ http://100.64.0.1/ http://192.0.0.8/ http://10.0.0.1/
http://172.16.0.1/ http://192.168.1.1/ https://127.0.0.1/ http://127.0.0.1:443/ http://１２７.0.0.1/
"""


@pytest.mark.parametrize("url", LITERALS.split())
@on_both_loops
async def test_a_private_literal_is_refused_in_any_spelling(rig, url):
    answer = await rig.ask(rig.outbound(resolve=Names()), Http(parse_target(url)))
    failed(answer, "address_refused", False)


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "::1", "::ffff:10.0.0.1", "fe80::1%lo", "64:ff9b::7f00:1", "nonsense", ""]
)
@on_both_loops
async def test_a_name_for_a_private_address_is_refused(rig, address):
    answer = await rig.ask(rig.outbound(resolve=Names(address)), Http(parse_target("http://buyer.example/")))
    failed(answer, "address_refused", False)


@on_both_loops
async def test_the_systems_own_names_for_this_machine_are_refused(rig):
    failed(await rig.ask(rig.outbound(), Http(parse_target("http://localhost/"))), "address_refused", False)


@pytest.mark.parametrize("port", [22, 25, 81, 444, 5432, 8080, 65535])
@on_both_loops
async def test_other_ports_than_80_and_443_are_refused_before_any_look_up(rig, port):
    names = Names("8.8.8.8")
    answer = await rig.ask(rig.outbound(resolve=names), Http(parse_target(f"http://buyer.example:{port}/")))
    failed(answer, "address_refused", False, "refused")
    assert not names.asked


@on_both_loops
async def test_an_exception_allows_exactly_its_host_text_and_port(rig):
    one, two = await rig.serve(answer_always), await rig.serve(answer_always)
    allowed = frozenset({("127.0.0.1", one.port), ("buyer.example", two.port), ("localhost", 80)})
    sender = rig.outbound(resolve=Names("127.0.0.1"))

    def ask(host, port):
        return rig.ask(sender, Http(Target("http", host, port, "/", allowed)))

    is_ok(await ask("127.0.0.1", one.port))
    is_ok(await ask("buyer.example", two.port))
    failed(await ask("127.0.0.1", two.port), "address_refused", False)
    failed(await ask("127.1", one.port), "address_refused", False)
    failed(await ask("other.example", two.port), "address_refused", False)
    failed(await ask("buyer.example", one.port), "address_refused", False)
    failed(await ask("buyer.example", 80), "address_refused", False)
    failed(await ask("127.0.0.1", 80), "address_refused", False)


@on_both_loops
async def test_private_addresses_among_public_ones_are_left_out(rig):
    peer = await rig.serve(answer_always)
    connected = []
    sender = rig.outbound(resolve=Names("127.0.0.1", "10.0.0.1", "8.8.8.8", "::1"))

    async def connect(connection, call, address):
        connected.append(address)
        raise OSError("no network in tests")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("outbid.exchange.outbound.reach.opening.Opener._connect", lambda self, *a: connect(*a))
        failed(await rig.ask(sender, Http(parse_target("http://buyer.example/"))), "unreachable", False, "connect")
    assert connected == ["8.8.8.8"]
    assert not peer.wires


@on_both_loops
async def test_a_second_look_up_cannot_move_the_connection(rig):
    peer = await rig.serve(answer_always)

    class Rebinding(Names):
        async def __call__(self, host):
            self.asked.append(host)
            return ["127.0.0.1"] if len(self.asked) == 1 else ["127.0.0.2"]

    names = Rebinding()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", lambda *a, **k: pytest.fail("a second resolution"))
        is_ok(await rig.ask(rig.outbound(resolve=names), rig.http(peer, host="buyer.example")))
    assert names.asked == ["buyer.example"]


@on_both_loops
async def test_answers_of_the_resolver_are_remembered_and_filtered_each_time(rig):
    peer = await rig.serve(answer_always)
    names = Names("127.0.0.1")
    sender = rig.outbound(resolve=names, dns_s=0.25, fresh_s=-1)
    for _ in range(3):
        is_ok(await rig.ask(sender, rig.http(peer, host="buyer.example"), fresh=True))
    failed(await rig.ask(sender, Http(parse_target("http://buyer.example/"))), "address_refused", False)
    assert len(names.asked) == 1
    await asyncio.sleep(0.3)
    is_ok(await rig.ask(sender, rig.http(peer, host="buyer.example"), fresh=True))
    assert len(names.asked) == 2


@on_both_loops
async def test_a_host_is_looked_up_once_at_a_time(rig):
    peer = await rig.serve(answer_always)
    names = Names("127.0.0.1", seconds=0.05)
    sender = rig.outbound(resolve=names)
    requests = [rig.http(peer, host="a.example")] * 5 + [rig.http(peer, host="b.example")] * 5
    for answer in await sender.round(requests, rig.loop.time() + 3):
        is_ok(answer)
    assert sorted(names.asked) == ["a.example", "b.example"]


@on_both_loops
async def test_a_look_up_waits_no_longer_than_the_deadline_and_goes_on_for_others(rig):
    peer = await rig.serve(answer_always)
    names = Names("127.0.0.1", seconds=0.15)
    sender = rig.outbound(resolve=names)
    patient = rig.loop.create_task(rig.ask(sender, rig.http(peer, host="a.example")))
    failed(await rig.ask(sender, rig.http(peer, host="a.example"), 0.03), "timed_out", False, "dns")
    assert not patient.done()
    is_ok(await patient)
    assert len(names.asked) == 1


@on_both_loops
async def test_a_look_up_that_never_ends_does_not_block_the_host_for_ever(rig):
    names = Names("127.0.0.1", seconds=60)
    sender = rig.outbound(resolve=names, resolve_s=0.05)
    for _ in range(2):
        failed(await rig.ask(sender, rig.http(9, host="a.example")), "unreachable", False, "dns")
    assert len(names.asked) == 2


@pytest.mark.parametrize(
    "error", [socket.gaierror(-2, "Name or service not known"), UnicodeError("x"), RuntimeError("x")]
)
@on_both_loops
async def test_a_host_without_address_is_unreachable_and_not_sent(rig, error):
    async def resolve(host):
        raise error

    failed(await rig.ask(rig.outbound(resolve=resolve), rig.http(9, host="a.example")), "unreachable", False, "dns")
    failed(await rig.ask(rig.outbound(resolve=Names()), rig.http(9, host="a.example")), "unreachable", False, "dns")


@on_both_loops
async def test_addresses_are_tried_in_order(rig):
    peer = await rig.serve(answer_always)
    names = Names("127.0.0.9", "::1", "127.0.0.1")
    is_ok(await rig.ask(rig.outbound(resolve=names), rig.http(peer, host="a.example")))


@on_both_loops
async def test_an_address_that_hangs_gets_a_share_of_the_time_only(rig):
    peer = await rig.serve(answer_always)
    with socket.create_server(("127.0.0.8", peer.port), backlog=0) as full:
        fillers = fill(full)
        try:
            sender = rig.outbound(resolve=Names("127.0.0.8", "127.0.0.1"))
            answer = await rig.ask(sender, rig.http(peer, host="a.example"), 0.6)
            is_ok(answer)
            assert answer.timings.connect_ms > 250
            late = rig.outbound(resolve=Names("127.0.0.1", "127.0.0.8"))
            is_ok(await rig.ask(late, rig.http(peer, host="a.example"), 0.4))
            alone = rig.outbound(resolve=Names("127.0.0.8"))
            failed(await rig.ask(alone, rig.http(peer, host="a.example"), 0.1), "timed_out", False, "connect")
        finally:
            for filler in fillers:
                filler.close()


def fill(listener):
    """Fill the queue of a listener that accepts nobody, so that further connects hang."""
    fillers = []
    for _ in range(4):
        filler = socket.socket()
        filler.setblocking(False)
        filler.connect_ex(listener.getsockname())
        fillers.append(filler)
    return fillers


@on_both_loops
async def test_the_system_resolver_finds_names(rig):
    peer = await rig.serve(answer_always)
    is_ok(await rig.ask(rig.outbound(), rig.http(peer, host="localhost")))


@on_both_loops
async def test_an_exception_may_name_an_ipv6_address(rig):
    peer = Peer(answer_always)
    try:
        await peer.start(host="::1")
    except OSError:
        pytest.skip("this machine has no IPv6")
    rig.peers.append(peer)
    is_ok(await rig.ask(rig.outbound(), rig.http(peer, host="[::1]")))
    assert b"Host: [::1]:%d\r\n" % peer.port in peer.requests[0]
