#!/bin/sh
# A survey's quota where a kill also takes every write that was not synced: a place that
# was given stays given.
. "$(dirname "$0")/../lib/daemon.sh"

PRELOAD=shim_power
SHADOW=$T/shadow
export SHIM_ROOT="$STATE" SHIM_SHADOW="$SHADOW"
mkdir -m 700 "$STATE"
conf <<-EOT
	pipelines = ( { name = "shop"; dedupe = "1d"; clear = true;
	  inputs = ( { plugin = "survey"; name = "few"; quota = 10; questions = ( { id = "nps"; kind = "nps"; } ); } );
	  outputs = ( { plugin = "file"; path = "$T/out.ndjson"; } ); } );
EOT
token() { curl -s -m 20 "$(url public /survey/few)" | sed -n 's/.*name="once" value="\([^"]*\)".*/\1/p'; }
answer() { curl -s -m 20 -o "$T/page" -w '%{http_code}\n' "$(url public /survey/few)" -d "once=$1" -d q.nps=9; }
answers() { # N: statuses, and how often each
	tokens=$(for _ in $(seq "$1"); do token; done)
	for t in $tokens; do answer "$t"; done | sort | uniq -c | tr -s ' ' | tr '\n' ';'
}
count() { heard few status --json | jq .answers; }
records() { jq -r .source_id "$T/out.ndjson" | sort -u | wc -l; }
lose_power() {
	daemon_kill
	ok "the disk has what was synced" python3 "$here/tests/lib/power_loss.py" "$STATE" "$SHADOW"
	ok "it comes back" daemon_start
}

must_start
is "some answer" "$(answers 6)" " 6 200;"
lose_power
is "they are counted" "$(count)" 6
is "others have the places that are left" "$(answers 6)" " 4 200; 2 410;"
lose_power
is "all are given" "$(count) $(curl -s -m 20 -o "$T/page" -w '%{http_code}' "$(url public /survey/few)")" "10 410"
ok "what was answered is delivered" wait_for 20 is_drained
is "and no more" "$(records)" 10
ok "it stops" daemon_stop
no_sanitizer_reports
done_testing
