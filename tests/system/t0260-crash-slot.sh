#!/bin/sh
# A record that kills the process twice becomes a dead letter; all others arrive.
. "$(dirname "$0")/../lib/daemon.sh"
NO_PUBLIC=1

export ASAN_OPTIONS="handle_abort=0:$ASAN_OPTIONS"
mkdir -p "$T/drop"
conf <<-EOT
	pipelines = (
	  { name = "shop"; dedupe = "1h";
	    inputs  = ( { plugin = "file"; path = "$T/drop"; done = "delete"; } );
	    filters = ( { plugin = "mask"; }, { plugin = "crash"; word = "kaboom"; } );
	    outputs = ( { plugin = "file"; path = "out.ndjson"; } ); }
	);
EOT
"$TOOLS/gen" -p c 50 >"$T/fifty"
{
	head -n 25 "$T/fifty"
	echo '{"body":"this one goes kaboom","order":"bad-1"}'
	tail -n 25 "$T/fifty"
} >"$T/drop/.batch" && mv "$T/drop/.batch" "$T/drop/batch.ndjson"

crashes=0
while [ $crashes -lt 6 ]; do
	daemon_start # it may die within
	is_settled() { ! kill -0 "$daemon_pid" 2>/dev/null || [ -z "$(ls "$T/drop")" ]; }
	wait_for 30 is_settled
	kill -0 "$daemon_pid" 2>/dev/null && break
	daemon_wait
	crashes=$((crashes + 1))
done
like "it crashed twice or a little more, and then no more" "$crashes" '^[23]$'
ok "it runs" kill -0 "$daemon_pid"
is_drained_here() { is_drained && [ "$(wc -l <"$STATE/out.ndjson")" = 50 ]; }
ok "all others arrive" wait_for 30 is_drained_here
is "each once" "$(jq -r .order "$STATE/out.ndjson" | sort)" "$(jq -r .order "$T/fifty" | sort)"
is "one dead letter" "$(heard dead list --json | jq length)" 1
like "with a reason" "$(heard dead list --json | jq -r '.[0].reason')" '[Cc]rash'
ok "the ledger balances" balanced
ok "the daemon stops" daemon_stop
done_testing
