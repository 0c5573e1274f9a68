"""Move a whole record: between databases, into backups and back. Blocks; for commands."""
