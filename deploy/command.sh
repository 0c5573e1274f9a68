#!/usr/bin/env bash
# part of watcher: deploy/command.sh, installed as /usr/local/bin/watcher
#
# Runs a command of the program as the service runs it: as the service's user, with its record, its
# secrets and its proxies, in /etc/watcher. WATCHER_VERSION=/opt/watcher/versions/… chooses another version.
set -euo pipefail
watcher=${WATCHER_VERSION:-/opt/watcher}/bin/watcher
# Nobody but root may read the secrets, and filters (`watcher read`) need none.
[ "$(id -u)" = 0 ] || exec "$watcher" "$@"
if [ ! -d /run/systemd/system ]; then
  CREDENTIALS_DIRECTORY=${CREDENTIALS_DIRECTORY:-/etc/watcher/secrets} exec "$watcher" "$@"
fi

options=(--pipe)
[ ! -t 0 ] || [ ! -t 1 ] || options=(--pty)
# What the unit and its drop-ins say of secrets and environment holds here, too.
while IFS= read -r line; do
  options+=("--property=$line")
done < <(systemctl cat watcher.service 2>/dev/null |
  grep -E '^(LoadCredential|LoadCredentialEncrypted|SetCredential|SetCredentialEncrypted|Environment|EnvironmentFile)=.')
[ -z "${TERM:-}" ] || options+=("--setenv=TERM=$TERM")
exec systemd-run --quiet --wait --collect "${options[@]}" \
  --property=DynamicUser=yes --property=User=watcher --property=UMask=0077 \
  --property="StateDirectory=watcher watcher-backups" --property=StateDirectoryMode=0700 \
  --property=CacheDirectory=watcher --property=CacheDirectoryMode=0700 \
  --property=WorkingDirectory=/etc/watcher \
  -- "$watcher" "$@"
