"""The queue of a cluster and what its machines know of each other. On PostgreSQL only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# As Procrastinate 3.10 ships it, with its licence (MIT): what a migration did may not change.
_QUEUE = Path(__file__).resolve().parents[1] / "procrastinate-3.10.sql"

_TABLES = """
-- Finding out whether another job holds a lock must not read every job that waits.
CREATE INDEX procrastinate_jobs_open_locks ON procrastinate_jobs (lock)
    WHERE status IN ('todo', 'doing');

CREATE TABLE cluster_members (
    id text PRIMARY KEY,
    host text NOT NULL,
    pid integer NOT NULL,
    roles text NOT NULL,
    version text NOT NULL,
    settings text NOT NULL,
    rules text NOT NULL DEFAULT '',
    is_leading boolean NOT NULL DEFAULT false,
    started timestamptz NOT NULL DEFAULT clock_timestamp(),
    seen timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE cluster_rules (
    revision text PRIMARY KEY,
    files bytea NOT NULL,
    since timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE cluster_targets (
    name text PRIMARY KEY,
    state jsonb NOT NULL
);

CREATE TABLE cluster_hosts (
    name text PRIMARY KEY,
    server text NOT NULL DEFAULT '',
    holder text NOT NULL DEFAULT '',
    held_until timestamptz NOT NULL DEFAULT '-infinity',
    next_start timestamptz NOT NULL DEFAULT '-infinity',
    quiet_until timestamptz NOT NULL DEFAULT '-infinity'
);
CREATE INDEX cluster_hosts_server ON cluster_hosts (server) WHERE holder <> '';
CREATE INDEX cluster_hosts_holder ON cluster_hosts (holder) WHERE holder <> '';

-- Takes a turn at a host, and gives 0 and 0; or the seconds to wait, or those of quiet it wants.
CREATE FUNCTION cluster_take_turn(
    _name text, _server text, _at_once integer, _holder text,
    _lease double precision, _pause double precision, _server_pause double precision
) RETURNS TABLE (wait double precision, quiet double precision) LANGUAGE plpgsql AS $$
DECLARE
    server cluster_hosts;
    host cluster_hosts;
    now_ timestamptz;
BEGIN
    INSERT INTO cluster_hosts (name) VALUES ('server ' || _server), (_name)
        ON CONFLICT DO NOTHING;
    -- In this order everywhere, so nobody waits in a ring.
    SELECT * INTO server FROM cluster_hosts WHERE name = 'server ' || _server FOR UPDATE;
    SELECT * INTO host FROM cluster_hosts WHERE name = _name FOR UPDATE;
    now_ := clock_timestamp();
    wait := 0;
    quiet := greatest(0, extract(epoch FROM greatest(host.quiet_until, now_) - now_));
    IF quiet > 0 THEN
        RETURN NEXT;
        RETURN;
    END IF;
    -- What the asker holds itself it has given back, and that was lost on the way.
    IF host.holder NOT IN ('', _holder) AND host.held_until > now_ THEN
        wait := 0.1;
    ELSIF (SELECT count(*) FROM cluster_hosts AS other
           WHERE other.server = _server AND other.holder <> '' AND other.name <> _name
             AND other.held_until > now_) >= _at_once THEN
        wait := 0.1;
    ELSIF greatest(host.next_start, server.next_start) > now_ THEN
        wait := extract(epoch FROM greatest(host.next_start, server.next_start) - now_);
    ELSE
        UPDATE cluster_hosts SET server = _server, holder = _holder,
            held_until = now_ + make_interval(secs => _lease),
            next_start = now_ + make_interval(secs => _pause) WHERE name = _name;
        UPDATE cluster_hosts SET next_start = now_ + make_interval(secs => _server_pause)
            WHERE name = 'server ' || _server;
    END IF;
    RETURN NEXT;
END;
$$;
"""

_DROP = """
DROP FUNCTION cluster_take_turn(
    text, text, integer, text, double precision, double precision, double precision);
DROP TABLE cluster_members, cluster_rules, cluster_targets, cluster_hosts;
DROP TABLE procrastinate_events, procrastinate_periodic_defers, procrastinate_jobs,
    procrastinate_workers CASCADE;
DO $$
DECLARE
    one regprocedure;
BEGIN
    FOR one IN
        SELECT oid FROM pg_proc
        WHERE proname LIKE 'procrastinate\\_%' AND pronamespace = current_schema::regnamespace
    LOOP
        EXECUTE 'DROP FUNCTION ' || one;
    END LOOP;
END;
$$;
DROP TYPE procrastinate_job_to_defer_v1, procrastinate_job_status, procrastinate_job_event_type;
"""


def upgrade() -> None:
    _run(_QUEUE.read_text(encoding="utf-8"), _TABLES)


def downgrade() -> None:
    _run(_DROP)


def _run(*scripts: str) -> None:
    """Run scripts of several statements, which only the driver itself takes."""
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    driver: Any = connection.connection.driver_connection
    for script in scripts:
        driver.execute(script)
