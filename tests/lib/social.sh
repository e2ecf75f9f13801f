# social.sh - sourced by the tests of social inputs, after daemon.sh: a local server of the
# networks (tests/tools/socialsrv.py), and what is asked of it and of the daemon.

SOCIALSRV=$here/tests/tools/socialsrv.py
server_start() {
	spawn socialsrv "$SOCIALSRV" serve "$T/port" "$T/network.json"
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
ids() { field .source_id | sort -u | wc -l; }
has_records() { [ "$(records | wc -l)" = "$1" ]; }
has_tickets() { [ "$(heard tickets list --state all --json | jq length)" = "$1" ]; }
last_ticket() { heard tickets list --state all --json | jq 'map(.id) | max'; }
fate() { heard tickets show "$1" --json | jq -r '[.. | .fate? // empty] | last // "none"'; }
is_fate() { [ "$(fate "$1")" = "$2" ]; }
reason() { heard tickets show "$1" --json | jq -r '[.. | .reason? // empty] | last'; }
dead() { heard dead list --json | jq length; }
has_dead() { [ "$(dead)" = "$1" ]; }
logged() { grep -Eq -- "$1" "$LOG"; }
# Nothing more comes: a whole round has been asked since now.
calls() { network ".calls[\"$1\"] // 0"; }
was_asked() { [ "$(calls "$1")" -ge "$2" ]; }
a_round() { wait_for 20 was_asked "$1" $(($(calls "$1") + ${2:-2})); }

"$HEARD" keygen "$T/keys" >/dev/null
CONF_EXTRA="privacy = { public_key = \"$T/keys/heard.pub\"; private_key = \"$T/keys/heard.key\"; }; timezone = \"Asia/Shanghai\"; drain_timeout = \"5s\";"
social_conf() { # INPUT
	conf <<-EOT
		pipelines = (
		  { name = "shop";
		    inputs  = ( $1 );
		    filters = ( { plugin = "normalize"; }, { plugin = "mask"; }, { plugin = "classify"; rules = "$here/etc/rules/ecommerce.cfg"; } );
		    outputs = ( { plugin = "file"; path = "all.ndjson"; }, { plugin = "tickets"; database = "tickets.db"; } ); }
		);
	EOT
}
says() { # WHAT OPTIONS REGEX
	write_conf "$2"
	like "$1" "$(heard check 2>&1)" "$3"
}

# pages NAME N: the configurations of docs/channels/NAME.md and of its Chinese twin, N each,
# are good and the same.
pages() {
	cp "$T/keys/heard.pub" "$T/keys/heard.key" "$T"
	for page in "$1.md" "$1.zh.md"; do
		python3 - "$here/docs/channels/$page" "$T/$page" <<-EOT
			import sys
			sys.path.insert(0, "$here/tests/lib")
			from fenced import fences, read
			found = [text for words, _, text in fences(read(sys.argv[1])) if words == "heard.conf"]
			for i, text in enumerate(found):
			    with open(f"{sys.argv[2]}.{i}", "w", encoding="utf-8") as f:
			        f.write(text)
		EOT
		is "docs/channels/$page has its configurations" "$(find "$T" -maxdepth 1 -name "$page.*" | wc -l)" "$2"
		for i in $(seq 0 $(($2 - 1))); do
			{
				NO_PUBLIC='' CONF_EXTRA='' conf_head
				cat "$T/$page.$i"
			} >"$T/page.conf"
			ok "which is good: $i" env MASTODON_TOKEN=x TELEGRAM_TOKEN=1:x TELEGRAM_SECRET=x WEIBO_TOKEN=x "$HEARD" check -c "$T/page.conf"
			ok "and the same" cmp "$T/$1.md.$i" "$T/$page.$i"
		done
	done
}
# The example for all networks.
example() {
	mkdir -p "$T/etc/secrets"
	cp -R "$here/etc/rules" "$T/keys/heard.pub" "$T/keys/heard.key" "$T/etc"
	for secret in mastodon telegram weibo; do
		echo 1:x >"$T/etc/secrets/$secret-token"
		chmod 600 "$T/etc/secrets/$secret-token"
	done
	sed "s|^state_dir.*|state_dir = \"$T/example\"; plugin_path = [ \"$BUILD/plugins\" ];|" "$here/etc/pipelines/social.conf" >"$T/etc/heard.conf"
	ok "etc/pipelines/social.conf is good" "$HEARD" check -c "$T/etc/heard.conf"
}
