"""What an operator can set about fetching."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from watcher import __version__

if TYPE_CHECKING:
    from ipaddress import IPv4Network, IPv6Network


@dataclass(frozen=True, slots=True)
class FetchSettings:
    """Limits and manners. Times in seconds, sizes in bytes after decompression."""

    user_agent: str = f"watcher/{__version__} (news monitoring; self-hosted)"
    """Who we say we are; operators should add an address where they can be reached."""
    connect_timeout_s: float = 10
    """Finding the address, connecting and TLS, for one connection."""
    read_timeout_s: float = 20
    """The longest silence while an answer arrives."""
    total_timeout_s: float = 60
    """All requests of one fetch together; waiting for a turn at the host does not count."""
    max_bytes: int = 5 * 2**20
    max_redirects: int = 5
    connections_per_host: int = 2
    connections_per_address: int = 16
    """Of all names together that stand on one server; a CDN's address serves many newspapers."""
    pause_s: float = 1.0
    """From the start of one request to a host to the start of the next."""
    allow_networks: tuple[str | IPv4Network | IPv6Network, ...] = ()
    """Networks that may be fetched from though they are not public: "127.0.0.0/8", "10.1.2.3"."""

    @property
    def pause_per_address_s(self) -> float:
        """The same for an address: shorter by as much as it may have more connections."""
        return self.pause_s * min(self.connections_per_host / self.connections_per_address, 1.0)
