#!/bin/sh
# The same, where a kill also takes every write and rename that was not synced:
# the state folder becomes what a disk would hold (tests/tools/shim_power.c).
# timeout: 900
. "$(dirname "$0")/../lib/daemon.sh"
. "$(dirname "$0")/../lib/delivery.sh"
. "$(dirname "$0")/kill.sh"

PRELOAD=shim_power
SHADOW=$T/shadow
export SHIM_ROOT="$STATE" SHIM_SHADOW="$SHADOW"
mkdir -m 700 "$STATE"

after_kill() {
	[ -e "$SHADOW/root" ] || { # killed before the shim had its first image
		rm -rf "$SHADOW"
		return 0
	}
	python3 "$here/tests/lib/power_loss.py" "$STATE" "$SHADOW"
}

kill_test
done_testing
