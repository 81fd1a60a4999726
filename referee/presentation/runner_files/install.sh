#!/bin/sh
# Makes this machine a runner of @{repository} for @{hardware}. Run it as root; a second time, it brings the files up to date.
set -eu
umask 022
cd "$(dirname "$0")"
user=mlgolf-runner

[ "$(id -u)" = 0 ] || { echo "run it as root" >&2; exit 1; }
for needed in /opt/mlgolf/league/referee /opt/mlgolf/venv/bin/python /opt/mlgolf/actions-runner/run.sh /etc/mlgolf/token; do
    [ -e "$needed" ] || { echo "$needed is missing; see the steps of: referee doctor --label" >&2; exit 1; }
done

id -u "$user" > /dev/null 2>&1 ||
    useradd --system --user-group --no-create-home --home-dir /var/lib/mlgolf/runner --shell /usr/sbin/nologin "$user"

# An archive brings the owners of its files along.
chown -R root:root /opt/mlgolf /etc/mlgolf
chmod -R go-w /opt/mlgolf
chmod 700 /etc/mlgolf
chmod 600 /etc/mlgolf/token
install -d -m 755 /var/lib/mlgolf
install -m 755 job-started.sh before-job /opt/mlgolf
install -m 644 mlgolf-runner.service /etc/systemd/system

# The user's own systemd caps the memory of entries. What a job starts there must not become root either.
own=/etc/systemd/system/user@@$(id -u "$user").service.d
install -d "$own"
printf '[Service]\nNoNewPrivileges=yes\n' > "$own/mlgolf.conf"
systemctl daemon-reload
loginctl enable-linger "$user"
systemctl enable --now mlgolf-runner.service
