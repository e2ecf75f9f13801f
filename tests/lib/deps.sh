#!/bin/sh
# Install the Debian packages named that are not there, and say which.
#
# Servers are for tests, which start their own: what this installs is neither started
# nor enabled.  A mail server is left out where another one is, since it would take
# that one's place; its tests say that they were skipped.
set -eu
SERVERS='dovecot postfix mosquitto'

another_mta() {
	dpkg-query -W -f '${db:Status-Status} ${Package} ${Provides}\n' 2>/dev/null |
		grep -v '^installed postfix ' | grep -q '^installed .*mail-transport-agent'
}
missing=
for p in "$@"; do
	if [ "$p" = postfix ] && another_mta; then continue; fi
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
log=$(mktemp) policy=/usr/sbin/policy-rc.d
trap 'rm -f "$log"; [ -z "${policy_is_ours:-}" ] || $run rm -f "$policy"' EXIT
servers=
for s in $SERVERS; do
	case $missing in *" $s"*) servers="$servers $s" ;; esac
done
if [ -n "$servers" ]; then
	if [ ! -e "$policy" ]; then
		policy_is_ours=yes
		printf '#!/bin/sh\nexit 101\n' | $run tee "$policy" >/dev/null
		$run chmod 755 "$policy"
	fi
	echo 'postfix postfix/main_mailer_type select No configuration' |
		$run debconf-set-selections >/dev/null 2>&1 || :
fi
# shellcheck disable=SC2086
if ! { $run apt-get -o DPkg::Lock::Timeout=600 update -q &&
       $run apt-get -o DPkg::Lock::Timeout=600 install -y -q --no-install-recommends $missing; } >"$log" 2>&1; then
	tail -n 20 "$log" >&2
	echo "could not install:$missing" >&2
	exit 1
fi
for s in $servers; do
	$run systemctl disable -q "$s" >/dev/null 2>&1 || :
done
