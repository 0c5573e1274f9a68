#!/usr/bin/env bash
# Take watcher off this machine. The program and the units go; configuration, record and backups stay
# unless you ask for their end.
#
#   deploy/remove.sh                   the program and the units
#   deploy/remove.sh --everything      and /etc/watcher with its secrets, the record and the backups; asks first
#   deploy/remove.sh --everything --yes
# shellcheck source=deploy/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

everything=""
yes=""
while [ $# -gt 0 ]; do
  case $1 in
    -h | --help) sed -n '2,/^# shellcheck/{/^# shellcheck/d;s/^# \{0,1\}//p}' "$0"; exit ;;
    --everything) everything=yes; shift ;;
    --yes) yes=yes; shift ;;
    *) fail "unknown argument $1; see $0 --help" ;;
  esac
done
need_root "$@"

data=("$config" /var/lib/private/watcher /var/lib/watcher "$backups" /var/lib/watcher-backups)
if [ -n "$everything" ] && [ -z "$yes" ]; then
  [ -t 0 ] || fail "--everything deletes the record for good and asks first; without a terminal add --yes"
  say "This deletes for good:"
  for path in "${data[@]}"; do
    [ ! -e "$path" ] || [ -L "$path" ] || say "  $(du -sh "$path")"
  done
  read -r -p "Type 'delete' to go on: " answer
  [ "$answer" = delete ] || fail "nothing was changed"
fi

if booted; then
  mapfile -t running < <(instances)
  systemctl disable --now --quiet watcher.service watcher-backup.timer 2>/dev/null || true
  for unit in "${running[@]}" watcher-backup.service; do
    systemctl disable --quiet "$unit" 2>/dev/null || true
    systemctl stop "$unit" 2>/dev/null || true
    systemctl reset-failed "$unit" 2>/dev/null || true
  done
else
  systemctl disable --quiet watcher.service watcher-backup.timer 2>/dev/null || true
fi
for unit in $unit_files; do
  rm -rf "${units:?}/$unit" "${units:?}/$unit.d"
done
rmdir --ignore-fail-on-non-empty "$units" "$(dirname "$units")" 2>/dev/null || true
[ ! -e "$command" ] || ! grep -q 'part of watcher: deploy/' "$command" || rm -f "$command"
rm -rf "$program" /var/cache/private/watcher /var/cache/watcher /var/lib/systemd/timers/stamp-watcher-backup.timer

if [ -n "$everything" ]; then
  rm -rf "${data[@]}"
  for unit in $unit_files; do
    rm -rf "${own_units:?}/$unit" "${own_units:?}/$unit.d"
  done
  say "watcher is gone, and everything it knew"
else
  say "watcher is gone; these stay: $config, /var/lib/private/watcher, $backups"
  say "deploy/remove.sh --everything deletes them, too"
fi
reload_units
