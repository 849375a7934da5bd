"""Which IP addresses a request may go to. Pure: texts and tables, no look-ups.

`ipaddress.is_global` is not asked: what it calls global changes between Python versions, and it lets through
addresses that carry a private IPv4 address inside (NAT64, 6to4). The tables follow IANA's special registries.
"""

import re
import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

_SPECIAL_IPV4 = tuple(
    (int(network.network_address), int(network.netmask))
    for network in map(
        ip_network,
        (
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
        ),
    )
)
_UNICAST_IPV6 = ip_network("2000::/3")
_SPECIAL_IPV6 = tuple(map(ip_network, ("2001::/23", "2002::/16", "2001:db8::/32", "3fff::/20")))
# What `inet_aton` may read: up to four numbers, each decimal, octal or hexadecimal.
_NUMBERS = re.compile(r"(?:0[xX][0-9a-fA-F]*|[0-9]+)(?:\.(?:0[xX][0-9a-fA-F]*|[0-9]+)){0,3}")


def is_public(address: str) -> bool:
    """Tell whether an IP address, in its usual spelling, lies in the public internet.

    Anything that is no such address (a name, a number, an address with a scope) is not public.
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, IPv4Address):
        return _is_public_ipv4(parsed)
    if parsed.scope_id is not None:
        return False
    if parsed.ipv4_mapped is not None:
        return _is_public_ipv4(parsed.ipv4_mapped)
    return _is_public_ipv6(parsed)


def literal_address(host: str) -> str | None:
    """Read a host that is itself an IP address, odd spellings too (`0x7f.1`, `2130706433`); None for a name.

    Odd ones are read as the system's resolver reads them, so that no spelling means one thing here and
    another there.
    """
    try:
        return str(ip_address(host))
    except ValueError:
        pass
    if not _NUMBERS.fullmatch(host):
        return None
    try:
        return socket.inet_ntoa(socket.inet_aton(host))
    except OSError:
        return None


def _is_public_ipv4(address: IPv4Address) -> bool:
    number = int(address)
    return not any(number & mask == network for network, mask in _SPECIAL_IPV4)


def _is_public_ipv6(address: IPv6Address) -> bool:
    return address in _UNICAST_IPV6 and not any(address in network for network in _SPECIAL_IPV6)
