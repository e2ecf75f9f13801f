#!/bin/sh
# Somebody deletes the state folder, or the journal's files, under a daemon that runs:
# nothing is acknowledged that is nowhere.
. "$(dirname "$0")/../lib/daemon.sh"

conf <<-EOT
	pipelines = ( { name = "shop"; clear = true;
	  inputs  = ( { plugin = "http"; path = "/feedback"; } );
	  outputs = ( { plugin = "file"; path = "$T/out.ndjson"; } ); } );
EOT
post() {
	curl -s -m 20 -o "$T/answer" -w '%{http_code}' -H 'Content-Type: application/json' \
		-d "{\"body\":\"$1\"}" "$public"
}
is_gone() { ! kill -0 "$daemon_pid" 2>/dev/null; }

must_start
public=$(url public /feedback)
is "a post is taken" "$(post one)" 202
rm -rf "$STATE"
like "with the folder gone none is acknowledged" "$(post two)" '^(503|000)$'
ok "the daemon ends" wait_for 20 is_gone || daemon_kill
daemon_wait
is "as one that failed" $? 1
like "and says why" "$(cat "$LOG")" 'its files were deleted; stopping, so that nothing is acknowledged that is not safe'
ok "it starts on a fresh folder" daemon_start
public=$(url public /feedback)
is "and takes posts" "$(post three)" 202

# One file of it: the next group goes into another one.
rm "$STATE"/journal/seg-*1
is "with its file gone a post is taken all the same" "$(post four)" 202
like "and the log says that it was" "$(cat "$LOG")" 'the group is written to a new segment'
ok "it is delivered" wait_for 20 grep -q four "$T/out.ndjson"
daemon_kill
ok "it starts" daemon_start
public=$(url public /feedback)
is "and takes posts" "$(post five)" 202
ok "all is delivered" wait_for 20 grep -q five "$T/out.ndjson"
is "each once" "$(jq -r .body "$T/out.ndjson" | sort | tr '\n' ' ')" "five four one three "
ok "the daemon stops" daemon_stop
no_sanitizer_reports
done_testing
