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
# It may stop after a failure, whenever, and then says so and is started again.
is_back() {
	kill -0 "$daemon_pid" 2>/dev/null && return
	daemon_wait
	daemon_start
}
more_acks() { is_back && [ "$(acks)" -gt "$acks_before" ]; }
consumed() { is_back && [ ! -e "$SHIM_ONCE" ]; }

for round in 1 2 3 4 5; do
	echo "fsync 5" >"$T/once.new" && mv "$T/once.new" "$SHIM_ONCE" # EIO
	wait_for 20 consumed || { fail "the failure was met in round $round" && break; }
	acks_before=$(acks)
	ok "posts are acknowledged after failure $round" wait_for 30 more_acks
done
like "the log says what happened" "$(cat "$LOG")" 'fdatasync|fsync|Input/output error'

kill -TERM "$client"
has_ended() { is_back && ! kill -0 "$client" 2>/dev/null; }
wait_for 120 has_ended
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
