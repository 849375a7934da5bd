import ipaddress

import pytest

from outbid.exchange.outbound.reach.address import is_public, literal_address

PRIVATE = """
127.0.0.1 127.255.255.254 0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 100.127.255.255 169.254.169.254 172.16.0.1
172.31.255.255 192.0.0.8 192.0.0.9 192.0.2.1 192.88.99.1 192.168.0.1 198.18.0.1 198.19.255.255 198.51.100.7
203.0.113.9 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
:: ::1 ::7f00:1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:0:127.0.0.1 64:ff9b::7f00:1 64:ff9b::8.8.8.8 64:ff9b:1::1
100::1 2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:10::1 2001:20::1 2001:1ff:ffff::1 2001:db8::1
2002:7f00:1:: 2002:808:808::1 3fff::1 3fff:fff::1 fc00::1 fd12:3456::1 fe80::1 fe80::1%eth0 fec0::1 ff02::1
4000::1 5f00::1 2600::1%1
"""
PUBLIC = """
8.8.8.8 1.1.1.1 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 169.253.255.255
172.15.255.255 172.32.0.0 192.0.1.0 192.167.255.255 198.17.255.255 198.20.0.0 223.255.255.255
::ffff:8.8.8.8 2000::1 2001:200::1 2001:4860:4860::8888 2003::1 2606:4700::1111 3ffe::1 2a00:1450::1
"""


@pytest.mark.parametrize("address", PRIVATE.split())
def test_special_addresses_are_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC.split())
def test_addresses_of_the_internet_are_public(address):
    assert is_public(address)


@pytest.mark.parametrize("text", ["", "localhost", "0x7f.1", "2130706433", "127.1", "1.2.3.4 ", "[::1]", "8.8.8.8/32"])
def test_what_is_no_address_in_usual_spelling_is_not_public(text):
    assert not is_public(text)


def test_nothing_is_public_that_the_standard_library_calls_private_or_multicast():
    for first in range(256):
        for second in (0, 1, 18, 64, 88, 100, 113, 127, 168, 169, 254, 255):
            for third in (0, 2, 99, 100, 113, 255):
                address = ipaddress.ip_address(f"{first}.{second}.{third}.5")
                if is_public(str(address)):
                    assert address.is_global
                    assert not address.is_multicast


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("0x7f.1", "127.0.0.1"),
        ("0X7F000001", "127.0.0.1"),
        ("2130706433", "127.0.0.1"),
        ("127.1", "127.0.0.1"),
        ("0177.0.0.1", "127.0.0.1"),
        ("0", "0.0.0.0"),
        ("::1", "::1"),
        ("0:0:0:0:0:0:0:1", "::1"),
        ("::ffff:127.0.0.1", "::ffff:127.0.0.1"),
        ("::7f00:1", "::7f00:1"),
    ],
)
def test_a_literal_in_any_spelling_is_read_as_the_system_reads_it(host, address):
    assert ipaddress.ip_address(literal_address(host)) == ipaddress.ip_address(address)


@pytest.mark.parametrize(
    "host", ["example.com", "localhost", "1.2.3.4.5", "0xzz", "256.256.256.256", "1.2.3.4.example", ""]
)
def test_a_name_is_no_literal(host):
    assert literal_address(host) is None
