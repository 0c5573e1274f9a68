"""Which processes of a cluster are there, and what each has in hand. Statements only.

The tables are the cluster's own, on PostgreSQL only, and no part of the metadata.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import inspect, text

from watcher.model import ALL_ROLES, LEASE_S, ClusterStatus, MemberStatus

if TYPE_CHECKING:
    from sqlalchemy import Connection

REMEMBERED_S: Final = 24 * 3600.0
"""How long one that is gone is remembered, unless another is started in its place."""

# What was started in the place of one that is gone has its host and roles, and began after it.
_MEMBERS = text("""
WITH known AS (
    SELECT *, extract(epoch FROM clock_timestamp() - seen)::float AS silent_s,
        seen < clock_timestamp() - :lease * interval '1 second' AS is_gone
    FROM cluster_members
    WHERE roles <> :alone AND seen > clock_timestamp() - :remembered * interval '1 second'
)
SELECT *,
    (SELECT count(*) FROM cluster_hosts
     WHERE holder = known.id AND holder <> '' AND held_until > clock_timestamp()) AS requests,
    (SELECT count(*) FROM entries WHERE claimed_by = known.id
     AND claimed_by IS NOT NULL AND claimed_until > clock_timestamp()) AS entries,
    (SELECT count(*) FROM notices WHERE claimed_by = known.id
     AND claimed_by IS NOT NULL AND claimed_until > clock_timestamp()) AS notices
FROM known
WHERE NOT is_gone OR NOT EXISTS (
    SELECT FROM known AS other WHERE NOT other.is_gone AND other.started > known.seen
    AND other.host = known.host AND other.roles = known.roles)
ORDER BY is_gone, host, pid
""")
_IS_ALONE = text("""
SELECT EXISTS (SELECT FROM cluster_members AS one WHERE roles = :alone AND NOT EXISTS
    (SELECT FROM cluster_members AS other WHERE roles <> :alone AND other.seen > one.seen))
""")
_IN_FORCE = text("SELECT revision FROM cluster_rules ORDER BY since DESC LIMIT 1")


def read(connection: Connection) -> ClusterStatus | None:
    """Give the processes of the cluster; None where there is none, or none any more."""
    is_sqlite = connection.dialect.name == "sqlite"
    if is_sqlite or not inspect(connection).has_table("cluster_members"):
        return None
    if connection.scalar(_IS_ALONE, {"alone": ALL_ROLES}):
        return None  # one daemon does it all, whoever did before
    given = {"alone": ALL_ROLES, "lease": LEASE_S, "remembered": REMEMBERED_S}
    members = tuple(
        MemberStatus(
            host=row.host,
            pid=row.pid,
            roles=tuple(row.roles.split(",")),
            version=row.version,
            started=row.started,
            silent_s=row.silent_s,
            is_gone=row.is_gone,
            is_leading=row.is_leading and not row.is_gone,
            rules=row.rules,
            settings=row.settings,
            requests=row.requests,
            entries=row.entries,
            notices=row.notices,
        )
        for row in connection.execute(_MEMBERS, given)
    )
    return ClusterStatus(connection.scalar(_IN_FORCE) or "", members) if members else None
