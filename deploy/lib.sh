# What install.sh, upgrade.sh and remove.sh share. Not a command of its own.
# shellcheck shell=bash

set -euo pipefail

program=/opt/watcher                       # versions/NAME, `current` and `previous` point to two of them
config=/etc/watcher
units=/usr/local/lib/systemd/system        # not /etc: what stands there is the operator's, and goes first
own_units=/etc/systemd/system
command=/usr/local/bin/watcher
# shellcheck disable=SC2034 # the others use it
backups=/var/lib/private/watcher-backups   # systemd's folder of a service whose user is made for it
unit_files="watcher.service watcher@.service watcher-backup.service watcher-backup.timer"
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# A terminal that has gone away is no reason to stop half-way.
say() { printf '%s\n' "$*" || true; }
warn() { printf 'warning: %s\n' "$*" >&2 || true; }
fail() { printf 'error: %s\n' "$*" >&2 || true; exit 1; }

need_root() {
  [ "$(id -u)" = 0 ] || fail "this changes $program and the units; run it as root: sudo $0 $*"
}

# Whether systemd runs here, as sd_booted(3) finds out; in a chroot or an image being built it does not.
booted() { [ -d /run/systemd/system ]; }

reload_units() { ! booted || systemctl daemon-reload; }

# The instances that are to run, whether they do or not.
instances() {
  booted || return 0
  systemctl list-units --all --plain --no-legend --state=active,activating,reloading,failed \
    watcher.service 'watcher@*.service' | cut -d ' ' -f 1
}

# A Python that the service's user can read, too: homes are hidden from it.
find_python() {
  local name path real
  for name in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
    path=$(command -v "$name") || continue
    "$path" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue
    real=$("$path" -c 'import os, sys; print(os.path.realpath(sys.executable))')
    case $real in /root/* | /home/* | /run/user/*) continue ;; esac
    "$path" -c 'import ensurepip, venv' 2>/dev/null ||
      fail "$path cannot make environments: install its venv package (Debian and Ubuntu: apt install python3-venv)"
    say "$real"
    return
  done
  fail "no Python 3.11 or newer outside of /home and /root was found among: ${PYTHON:-python3, python3.11 to python3.14}. " \
    "Install one (Debian 12, Ubuntu 24.04: apt install python3 python3-venv), or name it: PYTHON=/path/to/python3 $0"
}

# Make an environment with the program in it: build_version SOURCE WHEELS; sets `built`.
# SOURCE is a checkout, a wheel or a requirement; with WHEELS nothing is asked of the network.
build_version() {
  local source=$1 wheels=$2 python version
  copy=""
  local -a options=(--quiet --disable-pip-version-check)
  python=$(find_python)
  if [ -n "$wheels" ]; then
    options+=(--no-index --find-links "$wheels")
  elif [ -f "$here/../constraints.txt" ]; then
    options+=(--constraint "$here/../constraints.txt")
  fi
  mkdir -p "$program/versions"
  # Its final name, since an environment cannot be moved: the version is not known before it is there.
  built=$program/versions/$(date -u +%Y%m%dT%H%M%SZ)
  [ ! -e "$built" ] || fail "$built is there already: another installation runs, or ran this very second"
  trap 'rm -rf "$built" ${copy:+"$copy"}' EXIT
  if [ -d "$source" ]; then
    # What an earlier build left in the checkout must not get in, and this build leaves nothing there.
    copy=$(mktemp -d)
    tar -C "$source" --exclude='./.*' --exclude=./build --exclude=./tests --exclude='*.egg-info' -cf - . | tar -C "$copy" -xf -
    source=$copy
  fi
  (
    umask 022
    "$python" -m venv "$built"
    "$built/bin/python" -m pip install "${options[@]}" "$source"
  ) || fail "the program could not be installed from $1; nothing was changed"
  version=$("$built/bin/python" -c 'from importlib.metadata import version; print(version("watcher"))')
  printf '%s\n' "$version" >"$built/VERSION"
  rm -rf ${copy:+"$copy"}
  trap - EXIT
  say "installed watcher $version into $built"
}

version_of() { cat "$1/VERSION" 2>/dev/null || basename "$1"; }

# Point NAME at a version, in one step: whoever looks sees the old one or the new one.
point() {
  ln -s "versions/$(basename "$2")" "$program/$1.next"
  mv -T "$program/$1.next" "$program/$1"
}

# Copy the units and the command that belong to a version.
install_units() {
  local from=$1/share/watcher/deploy unit
  install -d -m 0755 "$units" "$(dirname "$command")"
  for unit in $unit_files; do
    [ ! -f "$from/$unit" ] || install -m 0644 "$from/$unit" "$units/$unit"
    [ ! -e "$own_units/$unit" ] || [ -L "$own_units/$unit" ] ||
      warn "$own_units/$unit is your own and goes before the one of this version in $units"
  done
  if [ ! -e "$command" ] || grep -q 'part of watcher: deploy/' "$command"; then
    install -m 0755 "$from/command.sh" "$command"
  else
    warn "$command is not ours and was left as it is"
  fi
}

# Hand every file in /etc/watcher/secrets to the services, as the credential of its name.
install_secrets() {
  local unit file name lines=""
  for file in "$config"/secrets/*; do
    [ -f "$file" ] || continue
    name=$(basename "$file")
    case $name in
      *~ | *.bak | *.swp) continue ;;
      *[!A-Za-z0-9._-]*) warn "$file: a secret's name has letters a-z, digits, '.', '_' and '-' only; not handed over"; continue ;;
      *.cred) lines+="LoadCredentialEncrypted=${name%.cred}:$file"$'\n' ;;
      *) lines+="LoadCredential=$name:$file"$'\n' ;;
    esac
    chmod go= "$file"
  done
  for unit in watcher.service watcher@.service watcher-backup.service; do
    install -d -m 0755 "$units/$unit.d"
    printf '# Written by deploy/install.sh from %s/secrets; run it again after a change there.\n[Service]\n%s' \
      "$config" "$lines" >"$units/$unit.d/10-secrets.conf"
  done
}
