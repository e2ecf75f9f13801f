#!/bin/sh
# What a careless or hostile hand leaves in the drop folder.
. "$(dirname "$0")/../lib/daemon.sh"
NO_PUBLIC=1

DROP=$T/drop
mkdir -p "$DROP"
conf <<-EOT
	pipelines = (
	  { name = "shop"; dedupe = "1h";
	    inputs  = ( { plugin = "file"; path = "$DROP"; done = "move"; } );
	    filters = ( { plugin = "mask"; } );
	    outputs = ( { plugin = "file"; path = "out.ndjson"; } ); }
	);
EOT
put() { cat >"$DROP/.new" && mv "$DROP/.new" "$DROP/$1"; }
lines() { cat "$STATE/out.ndjson" 2>/dev/null | wc -l; }
has() { [ "$(lines)" -ge "$1" ]; }
dead_has() { [ "$(heard dead list --json | jq length)" -ge "$1" ]; }

echo '{"body":"secret of another folder"}' >"$T/outside.ndjson"
ln -s "$T/outside.ndjson" "$DROP/link.ndjson"
ln -s /etc/passwd "$DROP/passwd.ndjson"
ln -s "$DROP/nowhere" "$DROP/dangling.ndjson"
mkfifo "$DROP/pipe.ndjson"
mkdir "$DROP/folder.ndjson"
: >"$DROP/empty.ndjson"
ok "the daemon starts over symlinks, a FIFO and a folder" daemon_start
echo '{"body":"one"}' | put good.ndjson
ok "a good file is taken beside them" wait_for 20 has 1
is "the symlinks were not followed" "$(grep -c 'secret of another\|root:' "$STATE/out.ndjson")" 0
ok "what they point to is left" test -f "$T/outside.ndjson"
ok "the FIFO and the links are left as they are" test -p "$DROP/pipe.ndjson" -a -L "$DROP/link.ndjson"

ln -s "$T/outside.ndjson" "$DROP/later.ndjson"
mkfifo "$DROP/later-pipe.ndjson"
printf '{"body":"two"}\n{"body": broken\n\n{"body":"three"}\nnot json 13812345678\n{"body":"four"}' | put mixed.ndjson
ok "good lines around bad ones are taken" wait_for 20 has 4
ok "the bad ones become dead letters" wait_for 20 dead_has 2
is "with their line" "$(heard dead list --json | jq -c '[.[] | select(.line == 2 or .line == 5)] | length')" 2
like "and their file" "$(heard dead list --json | jq -r '.[].source, .[].reason')" 'mixed.ndjson'
is "without a customer's words" "$(heard dead list --json | grep -c '13812345678\|broken')" 0
is "nor are they in the state folder" "$(grep -rac '13812345678' "$STATE" | awk -F: '{ n += $2 } END { print n + 0 }')" 0

head -c 200000 /dev/urandom | put noise.ndjson
python3 -c 'print("{\"body\":\"" + "x" * 5000000 + "\"}")' | put longline.ndjson
python3 -c 'print("[" * 10000)' | put deep.ndjson
printf '\357\273\277{"body":"five"}\r\n' | put bom.ndjson
ok "noise, an endless line and depth do not stop a file with a BOM and CRLF" wait_for 40 has 5
echo '{"body":"six"}' | put 'odd name; $(touch pwned) 中文.ndjson'
ok "nor does an odd name" wait_for 20 has 6
ok "all is delivered" wait_for 20 is_drained
is "six good records in all" "$(lines)" 6
ok "the ledger balances" balanced
ok "and adds up" ledger_adds_up
ok "the daemon stops" daemon_stop
no_sanitizer_reports
done_testing
