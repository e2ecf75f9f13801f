#!/bin/sh
# A full disk pauses inputs, is told, loses nothing, still drains, and heals by
# itself when there is room again.
. "$(dirname "$0")/../lib/daemon.sh"
. "$(dirname "$0")/../lib/delivery.sh"

mkdir -m 700 "$STATE"
if [ "$(id -u)" = 0 ] && mount -t tmpfs -o size=64M,mode=700 none "$STATE" 2>/dev/null; then
	note "a tmpfs of 64M"
	trap 'daemon_kill; umount -l "$STATE" 2>/dev/null; clean_up' EXIT
	make_full() { dd if=/dev/zero of="$STATE/filler" bs=64K 2>/dev/null; [ -s "$STATE/filler" ]; }
	make_room() { rm -f "$STATE/filler"; }
elif [ "$VARIANT" = release ]; then
	note "no mount here: a shim says ENOSPC"
	PRELOAD=shim_fail
	export SHIM_ROOT="$STATE" SHIM_FULL="$T/full"
	make_full() { : >"$SHIM_FULL"; }
	make_room() { rm -f "$SHIM_FULL"; }
else
	skip_all "no mount allowed, and the shim is for the release variant"
fi

sink_start
SEGMENT=2M
delivery_conf
: >"$T/orders"
must_start
ok "posts are taken" "$TOOLS/load" -a "$(address public)" -c 4 -n 500 -k before -l "$T/acks"

is_unready() { [ "$(curl -s -m 20 -o /dev/null -w '%{http_code}' "$(url admin /readyz)")" = 503 ]; }
is_ready() { [ "$(curl -s -m 20 -o /dev/null -w '%{http_code}' "$(url admin /readyz)")" = 200 ]; }

ok "the disk is full" make_full
spawn load "$TOOLS/load" -A "$STATE/listeners:public" -c 4 -n 4000 -k during -l "$T/acks2" -d 120
client=$spawned
ok "the daemon says that it is not ready" wait_for 60 is_unready
ok "it lives" kill -0 "$daemon_pid"
is "a post is told to come back" "$(curl -s -m 20 -D - -o /dev/null -X POST -H 'Content-Type: application/json' \
	-d '{"body":"x"}' "$(url public /feedback)" | grep -ciE '^HTTP.* (503|429)|^Retry-After:')" 2
like "the log says why" "$(cat "$LOG")" '[Ff]ull|[Nn]o space|ENOSPC'
like "and a metric" "$(curl -s -m 20 "$(url admin /metrics)" | grep -E '^heard_[a-z_]*(full|paused)')" ' 1$'

ok "there is room again" make_room
ok "it is ready again by itself" wait_for 60 is_ready
ok "every post was acknowledged in the end" wait "$client"
note "$(cat "$T/load.out")"
ok "everything is delivered" wait_for 120 is_drained
cat "$T/acks2" >>"$T/acks"
ok "exactly once" arrived "$T/acks" "$T/orders"
note "$(head -n 1 "$T/tap.out")"
ok "the ledger balances" balanced
ok "and adds up" ledger_adds_up
ok "the daemon stops" daemon_stop
no_sanitizer_reports
done_testing
