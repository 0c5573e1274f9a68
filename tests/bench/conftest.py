"""What measurements share: a PostgreSQL server as a peer."""

from __future__ import annotations

from tests.fakes.postgres import postgres

__all__ = ["postgres"]
