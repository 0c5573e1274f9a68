#!/usr/bin/env bash
# Install watcher as a service: /opt/watcher, /etc/watcher, the units and the command `watcher`.
# Run it again at any time, for example after a change in /etc/watcher/secrets: it does what is missing,
# never writes over a file of yours, and leaves an installed program to upgrade.sh.
#
#   deploy/install.sh                        from this checkout
#   deploy/install.sh watcher-0.2.0-….whl    from a wheel
#   deploy/install.sh --wheels DIR           from a folder of wheels, without a network
#
# PYTHON=/path/to/python3 chooses the interpreter.
# shellcheck source=deploy/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

source=""
wheels=""
while [ $# -gt 0 ]; do
  case $1 in
    -h | --help) sed -n '2,/^# shellcheck/{/^# shellcheck/d;s/^# \{0,1\}//p}' "$0"; exit ;;
    --wheels) wheels=$(cd "${2:?a folder of wheels}" && pwd); shift 2 ;;
    -*) fail "unknown option $1; see $0 --help" ;;
    *) source=$1; shift ;;
  esac
done
[ -n "$source$wheels" ] || source=$(dirname "$here")
source=${source:-watcher}
need_root "$@"
[ ! -f "$program/pyvenv.cfg" ] ||
  fail "$program is an environment itself, as an earlier guide made it. Stop the service, move it away (mv $program $program.old) and run this again."
if booted; then
  [ "$(systemctl --version | sed -n '1s/^systemd \([0-9]*\).*/\1/p')" -ge 247 ] ||
    fail "systemd 247 or newer is needed, for credentials"
fi

if [ -L "$program/current" ]; then
  say "watcher $(version_of "$program/current") is installed; deploy/upgrade.sh changes it"
else
  build_version "$source" "$wheels"
  point current "$built"
  ln -sfn current/bin "$program/bin"
fi
install_units "$program/current"

# The starter set goes to a folder of its own first: what the operator has stays.
if [ ! -e "$config/watcher.yaml" ]; then
  new=$(mktemp -d)
  trap 'rm -rf "$new"' EXIT
  "$program/bin/watcher" init "$new/etc" >/dev/null
  cp "$program/current/share/watcher/deploy/watcher.yaml" "$new/etc/watcher.yaml"
  chmod -R u=rwX,go=rX "$new/etc"
  install -d -m 0755 "$config"
  cp -a --no-clobber "$new/etc/." "$config/"
  say "wrote the starter set to $config"
fi
install -d -m 0700 "$config/secrets"
install_secrets
reload_units

say "
Next:
  1. write your sources, rules and targets:    $config
     and each secret into a file of its own:   $config/secrets   (then $here/install.sh once more)
  2. look at it as the service will:           watcher check
     and try a target:                         watcher send-test desk
  3. start it, and the daily backup:           systemctl enable --now watcher watcher-backup.timer"
