#!/bin/sh
# A torn last group and a flipped byte: what was whole arrives, half a batch
# never exists, and the damage is told.
. "$(dirname "$0")/../lib/daemon.sh"

damage_conf() {
	conf <<-EOT
		pipelines = (
		  { name = "shop"; dedupe = "1h";
		    inputs  = ( { plugin = "http"; path = "/feedback"; } );
		    filters = ( { plugin = "mask"; } );
		    outputs = ( { plugin = "webhook"; url = "http://$SINK/hook"; allow_private = true;
		                  retry = { first = "50ms"; max = "200ms"; give_up = "1h"; }; } ); }
		);
	EOT
}

# The journal after 10 batches of 100 of which nothing was delivered, killed.
make_journal() { # PREFIX
	echo hang >"$T/sink.mode"
	daemon_start || return 1
	"$TOOLS/load" -a "$(address public)" -c 1 -n 10 -b 100 -f array -k "$1" -l "$T/$1.acks" || return 1
	daemon_kill
}

# Zero the last BYTES that are in use of the newest segment.
tear() { # BYTES
	python3 - "$1" "$STATE/journal" <<-'EOT'
	import os, sys
	n, best = int(sys.argv[1]), None
	for folder, _, names in os.walk(sys.argv[2]):
	    for name in names:
	        path = os.path.join(folder, name)
	        data = open(path, "rb").read()
	        # the last line of the last batch: the segment that is written to
	        at = data.rfind(b'"order":"torn-0000000999"')
	        if at >= 0 and (best is None or os.path.getmtime(path) > best[2]):
	            best = (path, data, os.path.getmtime(path))
	path, data, _ = best
	end = len(data.rstrip(b"\0"))
	with open(path, "r+b") as f:
	    f.seek(end - n)
	    f.write(bytes(n))
	print(path, end)
	EOT
}

# Flip a bit in the middle of a line of the batch that holds TEXT.
flip() { # TEXT
	python3 - "$1" "$STATE/journal" <<-'EOT'
	import os, sys
	for folder, _, names in os.walk(sys.argv[2]):
	    for name in names:
	        path = os.path.join(folder, name)
	        at = open(path, "rb").read().find(sys.argv[1].encode())
	        if at >= 0:
	            with open(path, "r+b") as f:
	                f.seek(at + 3)
	                byte = f.read(1)[0]
	                f.seek(at + 3)
	                f.write(bytes([byte ^ 0x10]))
	            sys.exit(0)
	sys.exit(1)
	EOT
}

ids() { jq -r '.ids[]' "$@" | sort; }
received() { awk '$1 ~ /^2/ { print $2 }' "$T/sink.log" | sort -u; }

sink_start
damage_conf

ok "ten batches are journaled and none delivered" make_journal torn
ok "the last group is torn" tear 700
echo ok >"$T/sink.mode"
ok "the daemon starts over it" daemon_start
ok "and delivers" wait_for 60 is_drained
head -n 9 "$T/torn.acks" >"$T/nine"
is "the nine whole batches, and nothing of the torn one" "$(received)" "$(ids "$T/nine")"
ok "the ledger balances" balanced
ok "and adds up" ledger_adds_up
is "it counts nine batches" "$(ledger | jq '.pipelines[0].journaled')" 900
ok "the torn batch can be sent again" \
	"$TOOLS/load" -a "$(address public)" -c 1 -n 10 -b 100 -f array -k torn -l "$T/torn2.acks"
is "the nine kept their ids" "$(head -n 9 "$T/torn2.acks" | jq -c .ids)" "$(jq -c .ids "$T/nine")"
ok "it arrives" wait_for 60 is_drained
is "the receiver has all thousand" "$(received | wc -l)" 1000
ok "the daemon stops" daemon_stop

: >"$T/sink.log"
: >"$LOG"
ok "ten more batches are journaled" make_journal flip
ok "a bit flips in the fifth" flip '"order":"flip-0000000450"'
echo ok >"$T/sink.mode"
ok "the daemon starts over that, too" daemon_start
ok "and goes on" wait_for 60 is_drained
sed 5d "$T/flip.acks" >"$T/whole"
is "the other nine arrive" "$(received)" "$(ids "$T/whole")"
like "the damage is reported with its place" "$(cat "$LOG")" 'offset [0-9]+ is damaged'
ok "the ledger balances over it" balanced
ok "the daemon stops after that" daemon_stop
no_sanitizer_reports
done_testing
