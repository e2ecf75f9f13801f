#!/bin/sh
# A receiver that hangs, resets, redirects to where it must not, says 410, or
# answers 500 for days.  Other outputs go on; nothing is lost without a reason.
. "$(dirname "$0")/../lib/daemon.sh"
. "$(dirname "$0")/../lib/clock.sh"

webhook_conf() { # URL [MORE]
	conf <<-EOT
		pipelines = (
		  { name = "shop"; dedupe = "1h";
		    inputs  = ( { plugin = "http"; path = "/feedback"; } );
		    filters = ( { plugin = "mask"; } );
		    outputs = ( { plugin = "file"; path = "out.ndjson"; },
		                { plugin = "webhook"; url = "$1"; timeout = "1s"; ${2:-}
		                  retry = { first = "50ms"; max = "${RETRY_MAX:-200ms}"; give_up = "3d"; }; } ); }
		);
	EOT
}
post() { # N KEY
	"$TOOLS/load" -a "$(address public)" -c 2 -n "$1" -k "$2" -l "$T/acks" >"$T/load.out" 2>&1
}
in_file() { [ "$(cat "$STATE/out.ndjson" 2>/dev/null | wc -l)" -ge "$1" ]; }
delivered() { awk '$1 ~ /^2/ { print $2 }' "$T/sink.log" | sort -u | wc -l; }
has_delivered() { [ "$(delivered)" -ge "$1" ]; }
figure() { ledger | jq ".pipelines[0].outputs[] | select(.name == \"webhook\") | .$1"; }

sink_start
webhook_conf "http://$SINK/hook" "allow_private = true;"
must_start

echo hang >"$T/sink.mode"
ok "posts are taken while the receiver hangs" post 20 hang
ok "the file output goes on" wait_for 20 in_file 20
echo ok >"$T/sink.mode"
ok "all arrive when it answers again" wait_for 60 has_delivered 20

echo reset >"$T/sink.mode"
ok "posts are taken while it resets" post 20 reset
ok "the file output goes on there, too" wait_for 20 in_file 40
echo ok >"$T/sink.mode"
ok "all arrive after that" wait_for 60 has_delivered 40

echo "status 429 2 1" >"$T/sink.mode"
ok "posts are taken while it says 429" post 10 busy
ok "all arrive at the third try" wait_for 60 has_delivered 50

echo "status 500 2" >"$T/sink.mode"
ok "posts are taken while each try but the third fails" post 10 third
ok "and those arrive" wait_for 60 has_delivered 60
ok "all is delivered" wait_for 60 is_drained

echo "redirect http://169.254.169.254/latest/meta-data" >"$T/sink.mode"
ok "a post is taken while it redirects" post 1 away
ok "the file has it" wait_for 20 in_file 61
wait_for 20 grep -q '^302' "$T/sink.log"
ok "the redirect was seen" grep -q '^302' "$T/sink.log"
ok "the daemon lives" kill -0 "$daemon_pid"
ok "it stops, whatever is still to be delivered" daemon_stop
webhook_conf "http://$SINK/hook" "allow_private = true;"
echo ok >"$T/sink.mode"
ok "it starts again" daemon_start
ok "and is done with it, one way or the other" wait_for 60 is_drained
ok "the ledger balances" balanced

echo "status 500" >"$T/sink.mode"
ok "posts are taken while it answers 500" post 5 days
ok "the file has those" wait_for 20 in_file 66
deferred() { [ "$(figure deferred)" = 5 ]; }
ok "they wait in the deferred queue" wait_for 60 deferred
ok "later records would go on" wait_for 20 kill -0 "$daemon_pid"
dead_before=$(figure dead)
clock_ahead 86400000
sleep 1
is "after a day nothing is given up" "$(figure dead)" "$dead_before"
gave_up() {
	heard status >/dev/null # wakes the loop, whose clock jumped
	[ "$(figure dead)" = $((dead_before + 5)) ]
}
clock_ahead 300000000
ok "after three days and a half they are dead letters" wait_for 60 gave_up
is "listed with a reason" "$(heard dead list --json | jq '[.[] | select(.reason | test("500"))] | length')" 5
echo ok >"$T/sink.mode"
ok "they can be replayed" sh -c '"$HEARD" dead list --json -c "$CONF" | jq -r ".[].id" | while read -r id; do
	"$HEARD" dead replay "$id" -c "$CONF" || exit 1; done'
ok "and then arrive" wait_for 60 is_drained
ok "the ledger balances at the end" balanced
ok "and adds up" ledger_adds_up
ok "the daemon stops" daemon_stop

STATE=$T/state2
webhook_conf "http://$SINK/hook"
lines_before=$(wc -l <"$T/sink.log")
if heard check >"$T/said" 2>&1 && daemon_start; then
	ok "a private target is not asked unless allowed" post 1 private
	wait_for 20 in_file 1
	sleep 0.5
	daemon_stop
else
	like "a private target is refused unless allowed" "$(cat "$T/said" "$LOG")" '[Pp]rivate|127\.0\.0\.1'
fi
is "nothing was sent to it" "$(wc -l <"$T/sink.log")" "$lines_before"
no_sanitizer_reports
done_testing
