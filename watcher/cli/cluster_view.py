"""How the processes of a cluster look in the terminal."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from rich.table import Table
from rich.text import Text

from watcher.cli.show import out, span

if TYPE_CHECKING:
    from watcher.model import ClusterStatus, MemberStatus

_SHOWN_OF_REVISION: Final = 12


def show_cluster(cluster: ClusterStatus) -> None:
    """Print who is there, what is odd about them, and what nobody does."""
    out.print(table_of(cluster))
    for member in cluster.members:
        if remarks := "; ".join(cluster.remarks(member)):
            out.print(Text.assemble((f"{member.name}: ", "bold yellow"), (remarks, "yellow")))
    for what, advice in cluster.problems:
        out.print(Text.assemble((f"{what}. ", "bold red"), advice))


def table_of(cluster: ClusterStatus) -> Table:
    """Lay out who is there, and who was until not long ago."""
    table = Table(title="processes of the cluster", title_justify="left")
    columns = ("machine", "process", "state", "heard", "roles", "in hand", "version", "rules")
    for column in columns:
        table.add_column(column, overflow="fold")
    for member in cluster.members:
        table.add_row(*_row(cluster, member))
    return table


def _row(cluster: ClusterStatus, member: MemberStatus) -> tuple[Text, ...]:
    word, color = _state(member)
    is_old = member.rules != cluster.rules and not member.is_gone
    return (
        Text(member.host, color),
        Text(str(member.pid), color),
        Text(word, color),
        Text(f"{span(timedelta(seconds=member.silent_s))} ago"),
        Text(", ".join(member.roles)),
        Text(_in_hand(member)),
        Text(member.version),
        Text(member.rules[:_SHOWN_OF_REVISION] or "none yet", "yellow" if is_old else ""),
    )


def _state(member: MemberStatus) -> tuple[str, str]:
    if member.is_gone:
        return "gone", "red"
    return ("leads", "bold green") if member.is_leading else ("there", "green")


def _in_hand(member: MemberStatus) -> str:
    counts = {"hosts": member.requests, "entries": member.entries, "notices": member.notices}
    return ", ".join(f"{what}: {count}" for what, count in counts.items() if count)
