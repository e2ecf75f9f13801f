#!/bin/sh
# Install the Debian packages named that are not there, and say which.
set -eu
missing=
for p in "$@"; do
	dpkg-query -W -f '${db:Status-Status}\n' "$p" 2>/dev/null | grep -qx installed || missing="$missing $p"
done
[ -n "$missing" ] || exit 0
if ! command -v apt-get >/dev/null 2>&1; then
	echo "These Debian packages are missing:$missing" >&2
	exit 1
fi
echo "Installing what is missing:$missing"
run=
[ "$(id -u)" = 0 ] || run=sudo
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# shellcheck disable=SC2086
if ! { $run apt-get -o DPkg::Lock::Timeout=600 update -q &&
       $run apt-get -o DPkg::Lock::Timeout=600 install -y -q --no-install-recommends $missing; } >"$log" 2>&1; then
	tail -n 20 "$log" >&2
	echo "could not install:$missing" >&2
	exit 1
fi
