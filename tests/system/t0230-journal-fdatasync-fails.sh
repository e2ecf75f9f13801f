#!/bin/sh
# A failed fdatasync: nothing acknowledged is lost, the clients' posts go on to
# be acknowledged (by the daemon as it is, or after it stopped and came back).
. "$(dirname "$0")/../lib/daemon.sh"
. "$(dirname "$0")/../lib/delivery.sh"

PRELOAD=shim_fail
export SHIM_ROOT="$STATE/journal" SHIM_ONCE="$T/once"

sink_start
delivery_conf
: >"$T/orders"
must_start
spawn load "$TOOLS/load" -A "$STATE/listeners:public" -c 8 -r 500 -k k -l "$T/acks" -d 120
client=$spawned

acks() { wc -l <"$T/acks"; }
more_acks() { [ "$(acks)" -gt "$acks_before" ]; }
consumed() { [ ! -e "$SHIM_ONCE" ]; }

for round in 1 2 3 4 5; do
	echo "fsync 5" >"$T/once.new" && mv "$T/once.new" "$SHIM_ONCE" # EIO
	wait_for 20 consumed || { fail "the failure was met in round $round" && break; }
	# it may stop after that, and then says so and is started again
	sleep 0.3
	if ! kill -0 "$daemon_pid" 2>/dev/null; then
		daemon_wait
		ok "it comes back in round $round" daemon_start
	fi
	acks_before=$(acks)
	ok "posts are acknowledged after failure $round" wait_for 30 more_acks
done
like "the log says what happened" "$(cat "$LOG")" 'fdatasync|fsync|Input/output error'

kill -TERM "$client"
ok "every post was acknowledged" wait "$client"
daemon_kill
ok "after a kill it starts" daemon_start
ok "everything is delivered" wait_for 60 is_drained
ok "exactly once" arrived "$T/acks" "$T/orders"
note "$(head -n 1 "$T/tap.out")"
ok "the ledger agrees" counts_agree
ok "and balances" balanced
ok "the daemon stops" daemon_stop
done_testing
