"""Which addresses may be connected to."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.fetch.guard import networks, refusal

_PRIVATE_V4 = ("10.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16")

private_v4 = st.sampled_from(_PRIVATE_V4).flatmap(
    lambda network: st.ip_addresses(v=4, network=network)
)


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        pytest.param("127.0.0.1", "a loopback address", id="loopback"),
        pytest.param("127.255.255.254", "a loopback address", id="the far end of loopback"),
        pytest.param("0.0.0.0", "an unspecified address", id="this host"),
        pytest.param("10.1.2.3", "a private address", id="private 10"),
        pytest.param("172.31.255.255", "a private address", id="private 172"),
        pytest.param("192.168.1.1", "a private address", id="private 192"),
        pytest.param("100.64.0.1", "a carrier-grade NAT address", id="carrier-grade NAT"),
        pytest.param("169.254.1.1", "a link-local address", id="link-local"),
        pytest.param("169.254.169.254", "a cloud metadata service", id="metadata"),
        pytest.param("224.0.0.251", "a multicast address", id="multicast"),
        pytest.param("240.0.0.1", "a reserved address", id="reserved"),
        pytest.param("255.255.255.255", "the broadcast address", id="broadcast"),
        pytest.param("198.18.0.1", "a benchmarking address", id="benchmarking"),
        pytest.param("192.0.2.7", "a documentation address", id="documentation"),
        pytest.param("::1", "a loopback address", id="loopback in IPv6"),
        pytest.param("::", "an unspecified address", id="unspecified in IPv6"),
        pytest.param("fe80::1%eth0", "a link-local address", id="link-local with a scope"),
        pytest.param("fd12:3456::1", "a private address", id="unique local"),
        pytest.param("fd00:ec2::254", "a cloud metadata service", id="metadata in IPv6"),
        pytest.param("fec0::1", "a site-local address", id="site-local"),
        pytest.param("ff02::1", "a multicast address", id="multicast in IPv6"),
        pytest.param("2001:db8::1", "a documentation address", id="documentation in IPv6"),
        pytest.param("2001:0:4136:e378:8000:63bf:3fff:fdd2", "a Teredo tunnel", id="Teredo"),
        pytest.param("2002:7f00:1::", "a 6to4 tunnel", id="6to4 to loopback"),
        pytest.param("::ffff:127.0.0.1", "a loopback address", id="mapped loopback"),
        pytest.param("::ffff:a9fe:a9fe", "a cloud metadata service", id="mapped metadata"),
        pytest.param("64:ff9b::10.0.0.1", "a private address", id="NAT64 to private"),
        pytest.param("64:ff9b:1::1", "a local NAT64 address", id="local NAT64"),
        pytest.param("::127.0.0.1", "outside the public range", id="IPv4-compatible"),
        pytest.param("4000::1", "outside the public range", id="never given out"),
        pytest.param("http://x", "is no IP address", id="no address at all"),
    ],
)
def test_refuses_what_is_not_public(address, kind):
    reason = refusal(address)
    assert reason is not None
    assert kind in reason


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "172.32.0.1",
        "100.128.0.1",
        "223.255.255.255",
        "2606:4700::1111",
        "2a00:1450:4001::200e",
        "::ffff:8.8.8.8",
        "64:ff9b::8.8.8.8",
    ],
)
def test_permits_what_is_public(address):
    assert refusal(address) is None


def test_the_reason_names_the_address_and_the_way_out():
    assert refusal("64:ff9b::a00:1") == (
        "64:ff9b::a00:1 stands for 10.0.0.1, which is a private address; only public addresses "
        "are fetched. If this one is meant, add its network to fetch.allow_networks."
    )


@pytest.mark.parametrize(
    ("allowed", "address"),
    [
        pytest.param("127.0.0.0/8", "127.0.0.1", id="a network"),
        pytest.param("10.1.2.3", "10.1.2.3", id="a single address"),
        pytest.param("10.1.2.3/8", "10.9.9.9", id="host bits set"),
        pytest.param("127.0.0.0/8", "::ffff:127.0.0.1", id="the mapped form of what is allowed"),
        pytest.param("::1/128", "::1", id="in IPv6"),
        pytest.param("fe80::/10", "fe80::1%eth0", id="link-local with a scope"),
    ],
)
def test_permits_what_the_operator_allows(allowed, address):
    assert refusal(address, networks([allowed])) is None


def test_a_network_that_is_none_is_named():
    with pytest.raises(ValueError, match=r"10\.0\.0\.0/33"):
        networks(["10.0.0.0/33"])


@given(st.ip_addresses(v=4))
def test_agrees_with_the_library_where_it_is_strict(address: IPv4Address):
    if address.is_private or address.is_multicast or address.is_reserved or address.is_loopback:
        # Two addresses of 192.0.0.0/24 are public by the registry; refusing them costs nothing.
        assert refusal(address) is not None


@given(st.ip_addresses(v=6))
def test_agrees_with_the_library_in_ipv6(address: IPv6Address):
    if address not in IPv6Network("64:ff9b::/96") and not address.is_global:
        assert refusal(address) is not None


@given(private_v4)
def test_no_disguise_makes_an_inner_address_public(inner: IPv4Address):
    number = int(inner)
    disguises = (
        IPv6Address((0xFFFF << 32) | number),
        IPv6Address((0x64FF9B << 96) | number),
        IPv6Address((0x2002 << 112) | (number << 80)),
        IPv6Address((0x20010000 << 96) | (number ^ 0xFFFFFFFF)),
        IPv6Address(number),
    )
    assert all(refusal(disguise) is not None for disguise in (inner, *disguises))


@given(st.ip_addresses())
def test_what_is_allowed_by_name_is_permitted(address):
    assert refusal(address, [ip_network(address)]) is None


@given(st.ip_addresses())
def test_text_and_value_are_judged_alike(address):
    assert refusal(str(address)) == refusal(ip_address(str(address)))


@given(st.text())
def test_never_raises_and_never_permits_text(text):
    try:
        ip_address(text)
    except ValueError:
        assert refusal(text) is not None
