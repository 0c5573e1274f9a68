#!/usr/bin/env bash
# Bring the installed program to the version of this checkout. The new version is put beside the old one;
# it must find the configuration right, the record is backed up, and only then the services change over.
# If the new version does not become ready, the old one is started again, on the record as it was.
#
#   deploy/upgrade.sh                        to this checkout
#   deploy/upgrade.sh watcher-0.2.0-….whl    to a wheel
#   deploy/upgrade.sh --wheels DIR           to the newest in a folder of wheels, without a network
#   deploy/upgrade.sh --back                 to the version that ran before
#   --no-backup                              where the record is backed up by other means
# shellcheck source=deploy/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

source=""
wheels=""
back=""
backup=yes
while [ $# -gt 0 ]; do
  case $1 in
    -h | --help) sed -n '2,/^# shellcheck/{/^# shellcheck/d;s/^# \{0,1\}//p}' "$0"; exit ;;
    --wheels) wheels=$(cd "${2:?a folder of wheels}" && pwd); shift 2 ;;
    --back) back=yes; shift ;;
    --no-backup) backup=""; shift ;;
    -*) fail "unknown option $1; see $0 --help" ;;
    *) source=$1; shift ;;
  esac
done
[ -n "$source$wheels" ] || source=$(dirname "$here")
source=${source:-watcher}
need_root "$@"
[ -L "$program/current" ] || fail "nothing is installed in $program; deploy/install.sh does that"
old=$(realpath "$program/current")

# Start what ran; true when all of it became ready (`systemctl start` waits for that).
start_all() {
  local unit
  for unit in "${running[@]}"; do
    systemctl reset-failed "$unit" 2>/dev/null || true
    systemctl start "$unit" || return 1
  done
  # Ready, and then dead of what it met first, is not ready.
  sleep 5
  [ ${#running[@]} = 0 ] || systemctl is-active --quiet "${running[@]}"
}
stop_all() { [ ${#running[@]} = 0 ] || systemctl stop "${running[@]}"; }

change_to() {
  point current "$1"
  install_units "$1"
  reload_units
}

newest_backup() { find "$backups" -maxdepth 1 -name 'watcher-*.db' -newer "$1" | sort | tail -n 1; }

# Back the record up, if there is one: a service that never ran has none.
back_up() {
  [ ${#running[@]} != 0 ] || [ -n "$(ls -A /var/lib/private/watcher 2>/dev/null)" ] || return 0
  say "backing up the record"
  systemctl start watcher-backup.service
}

if [ -n "$back" ]; then
  [ -L "$program/previous" ] || fail "there is no earlier version in $program/versions"
  new=$(realpath "$program/previous")
else
  build_version "$source" "$wheels"
  new=$built
  if ! WATCHER_VERSION=$new "$here/command.sh" check --config "$config/watcher.yaml"; then
    rm -rf "$new"
    fail "the new version does not take the configuration, see above; nothing was changed"
  fi
fi

mapfile -t running < <(instances)
before=$(mktemp)
trap 'rm -f "$before"' EXIT
# From here on it goes to one end or the other, also when the connection to this terminal is lost.
trap '' HUP INT PIPE TERM
say "changing from $(version_of "$old") to $(version_of "$new")"
stop_all
# Now, so that the backup has all that was found and all that was sent.
if [ -n "$backup" ] && booted && ! back_up; then
  start_all || warn "$(version_of "$old") did not become ready again (journalctl -u watcher)"
  [ -n "$back" ] || rm -rf "$new"
  fail "the record could not be backed up (journalctl -u watcher-backup); nothing was changed"
fi
change_to "$new"
if start_all; then
  point previous "$old"
  # Older ones than these two go.
  for version in "$program"/versions/*; do
    [ "$version" = "$new" ] || [ "$version" = "$old" ] || rm -rf "$version"
  done
  say "watcher $(version_of "$new") runs; deploy/upgrade.sh --back returns to $(version_of "$old")"
  exit
fi

warn "watcher $(version_of "$new") did not become ready (journalctl -u watcher); returning to $(version_of "$old")"
stop_all
change_to "$old"
if ! start_all; then
  # Most likely the record has the tables of the new version.
  copy=$(newest_backup "$before")
  [ -n "$copy" ] || fail "$(version_of "$old") does not start on this record either, and there is no backup of this upgrade"
  stop_all
  warn "restoring the record from $copy"
  "$here/command.sh" db restore "$copy" --replace --config "$config/watcher.yaml" || fail "the record could not be restored from $copy"
  start_all || fail "$(version_of "$old") does not start on the restored record either; journalctl -u watcher says why"
fi
[ -n "$back" ] || rm -rf "$new"
fail "$(version_of "$old") runs again; the upgrade was undone"
