# chat.sh - sourced, after daemon.sh, by the tests of inputs that hear of customers from a
# service and may answer them there: a server that stands in for it, tests/tools/$SERVER, and
# what is asked of it and of the daemon.

server_start() {
	spawn network "$here/tests/tools/$SERVER" serve "$T/port" "$T/network.json"
	server=$spawned
	wait_for 10 test -s "$T/port" && NETWORK=http://127.0.0.1:$(cat "$T/port") &&
		wait_for 10 curl -fsS -o /dev/null "$NETWORK/_state"
}
server_kill() {
	kill -9 "$server" 2>/dev/null
	wait "$server" 2>/dev/null
}
tell() { curl -fsS -o /dev/null -d "$2" "$NETWORK/_$1" || note "the server was not told: $1"; }
network() { curl -fsS "$NETWORK/_state" | jq -r "$1"; }
sent() { network '.sent | length'; }
has_sent() { [ "$(sent)" = "$1" ]; }
records() { cat "$STATE/all.ndjson" 2>/dev/null; }
field() { records | jq -r "$1"; }
has_records() { [ "$(records | wc -l)" = "$1" ]; }
has_tickets() { [ "$(heard tickets list --state all --json | jq length)" = "$1" ]; }
last_ticket() { heard tickets list --state all --json | jq 'map(.id) | max'; }
fate() { heard tickets show "$1" --json | jq -r '[.. | .fate? // empty] | last // "none"'; }
is_fate() { [ "$(fate "$1")" = "$2" ]; }
reason() { heard tickets show "$1" --json | jq -r '[.. | .reason? // empty] | last'; }
dead() { heard dead list --json | jq length; }
has_dead() { [ "$(dead)" = "$1" ]; }

"$HEARD" keygen "$T/keys" >/dev/null
CONF_EXTRA="privacy = { public_key = \"$T/keys/heard.pub\"; private_key = \"$T/keys/heard.key\"; }; timezone = \"Asia/Shanghai\"; drain_timeout = \"5s\";"
chat_conf() { # INPUT
	conf <<-EOT
		pipelines = (
		  { name = "shop";
		    inputs  = ( $1 );
		    filters = ( { plugin = "normalize"; }, { plugin = "mask"; }, { plugin = "classify"; rules = "$here/etc/rules/ecommerce.cfg"; } );
		    outputs = ( { plugin = "file"; path = "all.ndjson"; }, { plugin = "tickets"; database = "tickets.db"; } ); }
		);
	EOT
}
# What is said of options that write_conf() takes.
says() { # WHAT OPTIONS REGEX
	write_conf "$2"
	like "$1" "$(heard check 2>&1)" "$3"
}
