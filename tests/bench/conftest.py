"""What measurements share: a PostgreSQL server as a peer, and the whole table at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.bench.measure import kept, show
from tests.fakes.postgres import server_of_its_own

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.fakes.postgres import Postgres


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """Run a server on the disk that our own database is on: none is measured in memory."""
    with server_of_its_own() as server:
        yield server


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print all that was measured in this run, and which goals were not reached."""
    if not kept:
        return
    show(f"All {len(kept)} figures of this run", kept)
    goals = [figure for figure in kept if figure.goal]
    missed = [figure for figure in goals if figure.met == "NO"]
    terminalreporter.write_line(f"{len(goals) - len(missed)} of {len(goals)} goals reached")
    for figure in missed:
        terminalreporter.write_line(
            f"missed: {figure.metric}: {figure.value:.3g} {figure.unit}, goal {figure.goal}"
        )
