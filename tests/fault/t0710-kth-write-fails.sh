#!/bin/sh
# The k-th write, sync or rename of a daemon's life fails once: it copes or says
# so and stops; after a start without faults every acknowledged record is there.
# FAULTS=0 tries every k, else so many of them.
# timeout: 1800
. "$(dirname "$0")/../lib/daemon.sh"
. "$(dirname "$0")/../lib/delivery.sh"

FAULTS=${FAULTS-8}

# life: start, take 40 posts if it does, be killed
life() {
	if daemon_start; then
		"$TOOLS/load" -a "$(address public)" -c 4 -n 40 -k k -l "$T/acks" -d 3 >>"$T/load.out" 2>&1
	fi
	heard stop >/dev/null 2>&1
	wait_for 20 sh -c "! kill -0 $daemon_pid" || note "it did not stop"
	daemon_kill
}

: >"$T/orders"
for call in write fsync rename; do
	sink_start
	delivery_conf
	START_SECONDS=5
	PRELOAD=shim_fail
	rm -rf "$STATE" "$T/acks" "$T/count"
	export SHIM_KTH="$call 0 5" SHIM_COUNT="$T/count"
	life
	n=$(cat "$T/count" 2>/dev/null || echo 0)
	k=1 step=1 tried=0
	[ "$FAULTS" -gt 0 ] && [ "$n" -gt "$FAULTS" ] && step=$((n / FAULTS))
	while [ $k -le "$n" ]; do
		rm -rf "$STATE" "$T/acks"
		: >"$T/acks"
		: >"$T/sink.log"
		export SHIM_KTH="$call $k $((k % 2 ? 5 : 28))" # EIO, ENOSPC
		START_SECONDS=3
		life
		PRELOAD=
		START_SECONDS=30
		if daemon_start && wait_for 30 is_drained && arrived "$T/acks" "$T/orders" >"$T/said" 2>&1 &&
			balanced && ledger_adds_up; then
			tried=$((tried + 1))
		else
			fail "after $call number $k of $n failed, a start finds everything"
			sed 's/^/# /' "$T/said"
		fi
		daemon_stop
		PRELOAD=shim_fail
		k=$((k + step))
	done
	is "nothing was lost in $tried lives in which one $call of $n failed" "$((tried > 0 || n == 0))" 1
	kill "$sink_pid"
done
done_testing
