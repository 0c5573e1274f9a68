"""The processes of a cluster, as they and others see each other."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

ALL_ROLES: Final = "all"
"""What a daemon that does everything by itself, and shares with nobody, has for a role."""
LEASE_S: Final = 12.0
"""How long what a process holds stays its own after it last said that it was there."""


class Role(StrEnum):
    """What a process of a cluster does."""

    SCHEDULE = "schedule"
    WORK = "work"
    SEND = "send"


_WITHOUT = {
    Role.SCHEDULE: "no source is polled, no digest is made",
    Role.WORK: "no source is polled, no article is read",
    Role.SEND: "no message is sent",
}
"""What is not done while nobody has a role."""


@dataclass(frozen=True, slots=True)
class MemberStatus:
    """One process, as the others know it."""

    host: str
    pid: int
    roles: tuple[str, ...]
    version: str
    started: datetime
    silent_s: float
    """How long ago it said that it was there."""
    is_gone: bool
    """It has said nothing for so long that others take up what it had in hand."""
    is_leading: bool
    """It schedules for all."""
    rules: str
    """The revision of the rules it goes by; empty for none yet."""
    settings: str
    """Hash of its configuration and sources."""
    requests: int = 0
    """Hosts that it is asking now."""
    entries: int = 0
    """Entries that it is reading."""
    notices: int = 0
    """Notices that it is sending."""

    @property
    def name(self) -> str:
        """Name it to a person."""
        return f"{self.host}, process {self.pid}"


@dataclass(frozen=True, slots=True)
class ClusterStatus:
    """All processes: those that are there, and those that were until not long ago."""

    rules: str
    """The revision of the rules in force; empty before any."""
    members: tuple[MemberStatus, ...]

    @property
    def present(self) -> tuple[MemberStatus, ...]:
        """Those that are there."""
        return tuple(one for one in self.members if not one.is_gone)

    @property
    def leader(self) -> MemberStatus | None:
        """Who schedules for all."""
        return next((one for one in self.present if one.is_leading), None)

    def having(self, role: Role) -> int:
        """Count those that have a role."""
        return sum(role in one.roles for one in self.present)

    @property
    def lacks(self) -> dict[Role, str]:
        """Give the roles that nobody has, each with what is not done for that."""
        return {role: what for role, what in _WITHOUT.items() if not self.having(role)}

    @property
    def problems(self) -> tuple[tuple[str, str], ...]:
        """Say what is not done though it has to be, each with what to do."""
        problems = [
            (
                f"no process has the role {role}: {what}",
                f"Start one: `systemctl start watcher@{role}`, or `watcher run --role {role}`.",
            )
            for role, what in self.lacks.items()
        ]
        if self.having(Role.SCHEDULE) and not self.leader:
            advice = "One takes the lead within seconds. Look again; if none does, see their logs."
            problems.append(("no process leads: no source is polled, no digest is made", advice))
        return tuple(problems)

    def remarks(self, member: MemberStatus) -> tuple[str, ...]:
        """Say what is odd about one of them."""
        if member.is_gone:
            return ()
        leader = self.leader or member
        odd = {
            "rules are not those in force yet": member.rules != self.rules,
            "configuration or sources differ from the leader's": member.settings != leader.settings,
            f"version differs from the leader's ({leader.version})": member.version
            != leader.version,
        }
        return tuple(what for what, holds in odd.items() if holds)
