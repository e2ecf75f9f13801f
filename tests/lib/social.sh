# social.sh - sourced by the tests of social inputs, after daemon.sh: the networks are
# tests/tools/socialsrv.py.

SERVER=socialsrv.py
. "$here/tests/lib/chat.sh"
SOCIALSRV=$here/tests/tools/$SERVER
ids() { field .source_id | sort -u | wc -l; }
logged() { grep -Eq -- "$1" "$LOG"; }
# Nothing more comes: a whole round has been asked since now.
calls() { network ".calls[\"$1\"] // 0"; }
was_asked() { [ "$(calls "$1")" -ge "$2" ]; }
a_round() { wait_for 20 was_asked "$1" $(($(calls "$1") + ${2:-2})); }
# At PATH, once each and a round long, what is no answer of that network.
make_no_sense() { # PATH
	for raw in '{}' '[[[' '<html>'; do
		tell raw "{\"$1\":\"$raw\"}"
		a_round "$1"
	done
}
# Nor is one that is larger than max_answer.
say_too_much() { # PATH
	head -c 9000000 /dev/zero | tr '\0' ' ' | sed "s|.*|{\"$1\":\"[&]\"}|" >"$T/large"
	curl -fsS -o /dev/null --data-binary @"$T/large" "$NETWORK/_raw"
	a_round "$1"
}
# kill -9 of the daemon, three times, each when there are STEP records more than BEFORE; with
# the second, of the server, after which COMMAND is called.
kill_both() { # BEFORE STEP [COMMAND...]
	before=$1 step=$2
	shift 2
	for i in 1 2 3; do
		daemon_kill
		[ $i = 2 ] && server_kill
		[ $i = 2 ] && server_start
		[ $i = 2 ] && [ $# -gt 0 ] && "$@"
		daemon_start
		[ $i = 3 ] || wait_for 5 eval '[ "$(records | wc -l)" -gt $((before + step * i)) ]'
	done
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
