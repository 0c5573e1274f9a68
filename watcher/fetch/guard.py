"""Which addresses may be connected to. Pure: opens nothing, resolves nothing.

What a feed or a redirect names is a stranger's choice; the networks behind our own firewall and the
machine's metadata service are not theirs to read. The tables follow the IANA special-purpose
address registries (RFC 6890 and its updates), written out because the library's `is_global` has
changed between patch releases of Python.
"""

from __future__ import annotations

from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network

# The first network that holds the address names it, so the narrow ones stand above the wide ones.
_NOT_PUBLIC: Final[tuple[tuple[Network, str], ...]] = tuple(
    (ip_network(network), kind)
    for network, kind in (
        ("0.0.0.0/8", "an unspecified address"),
        ("10.0.0.0/8", "a private address"),
        ("100.64.0.0/10", "a carrier-grade NAT address"),
        ("127.0.0.0/8", "a loopback address"),
        ("169.254.169.254/32", "a cloud metadata service"),
        ("169.254.0.0/16", "a link-local address"),
        ("172.16.0.0/12", "a private address"),
        ("192.0.0.0/24", "a reserved address"),
        ("192.0.2.0/24", "a documentation address"),
        ("192.88.99.0/24", "a 6to4 relay"),
        ("192.168.0.0/16", "a private address"),
        ("198.18.0.0/15", "a benchmarking address"),
        ("198.51.100.0/24", "a documentation address"),
        ("203.0.113.0/24", "a documentation address"),
        ("224.0.0.0/4", "a multicast address"),
        ("255.255.255.255/32", "the broadcast address"),
        ("240.0.0.0/4", "a reserved address"),
        ("::/128", "an unspecified address"),
        ("::1/128", "a loopback address"),
        ("100::/64", "a discard-only address"),
        ("64:ff9b:1::/48", "a local NAT64 address"),
        ("2001::/32", "a Teredo tunnel"),
        ("2001::/23", "a reserved address"),
        ("2001:db8::/32", "a documentation address"),
        ("2002::/16", "a 6to4 tunnel"),
        ("3fff::/20", "a documentation address"),
        ("fd00:ec2::254/128", "a cloud metadata service"),
        ("fc00::/7", "a private address"),
        ("fe80::/10", "a link-local address"),
        ("fec0::/10", "a site-local address"),
        ("ff00::/8", "a multicast address"),
    )
)
_PUBLIC_IPV6: Final = IPv6Network("2000::/3")  # the only block IANA has given out for the internet
_NAT64: Final = IPv6Network("64:ff9b::/96")


def networks(named: Iterable[str | Network]) -> tuple[Network, ...]:
    """Read networks or single addresses as a person writes them; ValueError names the bad one."""
    return tuple(ip_network(n, strict=False) if isinstance(n, str) else n for n in named)


def refusal(address: Address | str, allowed: Iterable[Network] = ()) -> str | None:
    """Say why `address` must not be connected to, in a sentence for the operator; None if it may.

    An IPv6 address that stands for an IPv4 one (mapped, or NAT64) is judged by the latter.
    """
    try:
        given = ip_address(address) if isinstance(address, str) else address
    except ValueError:
        return f"{address!r} is no IP address"
    meant = _meant(given)
    permitted = tuple(allowed)
    if any(candidate in network for candidate in (given, meant) for network in permitted):
        return None
    kind = _kind(meant)
    if kind is None:
        return None
    name = str(given) if given == meant else f"{given} stands for {meant}, which"
    return (
        f"{name} is {kind}; only public addresses are fetched. "
        "If this one is meant, add its network to fetch.allow_networks."
    )


def _meant(address: Address) -> Address:
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    # A scope id ("fe80::1%eth0") takes part in comparisons, and never in what is meant.
    return IPv6Address(int(address))


def _kind(address: Address) -> str | None:
    for network, kind in _NOT_PUBLIC:
        if address in network:
            return kind
    if isinstance(address, IPv6Address) and address not in _PUBLIC_IPV6:
        return "outside the public range of IPv6"
    return None
