"""The only place that builds things and hands them over."""

from watcher.app.build import open_watcher
from watcher.app.commands import (
    check_all,
    check_each_source,
    load_rules,
    open_archive,
    preview_address,
    read_address,
    read_bytes,
    read_sources_with_states,
    read_status,
    reread_evidence,
    send_test_notice,
)
from watcher.app.daemon import run_daemon, run_once, stop_on_signals
from watcher.app.database import (
    back_up_database,
    check_database,
    compact_database,
    copy_database,
    prune_database,
    restore_database,
)
from watcher.app.people import Routed, open_people, route_of_article, route_of_rule
from watcher.app.watching import Watcher

__all__ = [
    "Routed",
    "Watcher",
    "back_up_database",
    "check_all",
    "check_database",
    "check_each_source",
    "compact_database",
    "copy_database",
    "load_rules",
    "open_archive",
    "open_people",
    "open_watcher",
    "preview_address",
    "prune_database",
    "read_address",
    "read_bytes",
    "read_sources_with_states",
    "read_status",
    "reread_evidence",
    "restore_database",
    "route_of_article",
    "route_of_rule",
    "run_daemon",
    "run_once",
    "send_test_notice",
    "stop_on_signals",
]
