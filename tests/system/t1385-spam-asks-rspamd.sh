#!/bin/sh
# The filter spam asks an rspamd about mail: a real one, one that is not there, one that
# gives nonsense and one that says nothing.  Without an answer a record is what it was.
# timeout: 300
. "$(dirname "$0")/../lib/daemon.sh"
. "$here/tests/lib/rspamd.sh"

# Mails come with a key: what a stranger says of how a text was sent does not count.
"$HEARD" keygen --api gateway >"$T/api.key"
KEY=$(sed -n 's/^.*\(heard_[A-Za-z0-9_-]*\).*$/\1/p' "$T/api.key" | head -n 1)
HASH=$(grep -o '"gateway:[^"]*"' "$T/api.key" | head -n 1)

chain() { # RSPAMD-OPTIONS
	conf <<-EOT
		pipelines = ( { name = "shop";
		  inputs = ( { plugin = "http"; path = "/feedback"; api_keys = [ $HASH ]; } );
		  filters = ( { plugin = "spam"; text_model = "$here/etc/models/spam-text.model";
		    mail_model = "$here/etc/models/spam-mail.model"; made_model = "$here/etc/models/spam-made.model"; sender_model = "$here/etc/models/spam-sender.model";
	      program_model = "$here/etc/models/spam-program.model"; route_model = "$here/etc/models/spam-route.model";
		    unsure = 0.5; rspamd = { $1 }; }, { plugin = "mask"; } );
		  outputs = ( { plugin = "file"; path = "out.ndjson"; } ); } );
	EOT
}
n=0
has_lines() { [ "$(cat "$STATE/out.ndjson" 2>/dev/null | wc -l)" -ge "$n" ]; }
# mail BODY: then $T/last is the record as it was written
mail() {
	n=$((n + 1))
	curl -fsS -m 60 -o /dev/null -H "Authorization: Bearer $KEY" -H 'Content-Type: application/json' -d "{\"channel\":\"email\",\"subject\":\"question $n\",
		\"body\":\"$1\",\"author\":{\"email\":\"ann@shop.example\"},\"attributes\":{\"mail.traits\":\"$TRAITS\"}}" \
		"$(url public /feedback)" && wait_for 60 has_lines && tail -n 1 "$STATE/out.ndjson" >"$T/last"
}
verdict() { jq -r '.spam.verdict + " " + ([.spam.reasons[]?] | join("; "))' "$T/last"; }
logged() { grep -Ec "$1" "$LOG"; }
has_logged() { [ "$(logged "$1")" -ge 1 ]; }
scans() { curl -fsS -m 10 "$(url admin /metrics)" | sed -n "s/^heard_spam_rspamd_scans{.*result=\"$1\".*} //p"; }
TRAITS='has-date has-message-id has-mime-version has-to hop-esmtp mailer-mozilla type-text/plain encoding-7bit to-one id-same reply text-3'
ALWAYS='from = 0.0; to = 1.0;'

# ---- faults of the configuration
chain 'url = "http://127.0.0.1:1/?x";'
like "a URL with a query" "$(heard check 2>&1)" 'rspamd.url: it is where rspamd listens'
chain 'url = "ftp://127.0.0.1/";'
ok "a URL of another kind" sh -c "! '$HEARD' check -c '$CONF' >/dev/null 2>&1"
chain 'url = "http://127.0.0.1:1"; from = 0.8; to = 0.2;'
like "bounds the wrong way round" "$(heard check 2>&1)" 'rspamd.from is above rspamd.to'

# ---- nobody there
chain "url = \"http://127.0.0.1:$(free_port)\"; $ALWAYS"
must_start
mail 'Hi, the parcel has not arrived yet. Could you look where it is? Thanks, Ann'
is "nobody there: the record is whole" "$(verdict)" 'ham '
ok "and it is said" wait_for 20 has_logged 'shop/spam: the service does not help'
mail 'Hi, and the second parcel has not arrived either. Thanks, Ann'
is "it rests: the record is whole" "$(verdict)" 'ham '
is "said once" "$(logged 'does not help')" 1
daemon_stop

# ---- servers that go wrong
for how in nonsense silence; do
	port=$(free_port)
	spawn "$how" python3 - "$port" "$how" <<-'EOT'
	import socket, sys, time
	s = socket.socket()
	s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
	s.bind(("127.0.0.1", int(sys.argv[1])))
	s.listen(8)
	held = []
	while True:
	    c, _ = s.accept()
	    held.append(c)
	    if sys.argv[2] == "nonsense":
	        c.recv(65536)
	        c.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 14\r\nConnection: close\r\n\r\n{\"score\":\"no\"}")
	        c.close()
	EOT
	chain "url = \"http://127.0.0.1:$port\"; timeout = \"500ms\"; $ALWAYS"
	must_start
	mail 'Hi, the parcel has not arrived yet. Could you look where it is? Thanks, Ann'
	is "$how: the record is whole" "$(verdict)" 'ham '
	ok "$how: it is said" wait_for 20 has_logged 'does not help'
	ok "$how: and counted" wait_for 20 sh -c "[ \"\$(curl -fsS '$(url admin /metrics)' | grep -c 'spam_rspamd_scans.*failed.* 1')\" -eq 1 ]"
	daemon_stop
done

# ---- a real one
if ! rspamd_can; then
	note "rspamd is not installed: what it says is not tested"
	no_sanitizer_reports
	done_testing
	exit
fi
ok "rspamd starts" rspamd_start
chain "url = \"http://127.0.0.1:$RSPAMD/\"; timeout = \"30s\"; patience = \"30s\"; $ALWAYS"
must_start
mail 'Hi, the parcel has not arrived yet. Could you look where it is? Thanks, Ann'
is "it has nothing to say of a customer" "$(verdict)" 'ham '
before=$(jq .spam.score "$T/last")
mail 'Hi, the parcel with the miracle pills has not arrived yet. Thanks, Ann 谢谢'
like "what it says is a reason" "$(verdict)" 'rspamd gives it 12.5 of the 15.0 that are spam'
ok "and a score ($before before)" awk "BEGIN { exit !($(jq .spam.score "$T/last") > $before) }"
is "two scans" "$(scans answered)" 2
TRAITS=
mail 'no mail, with miracle pills in it'
is "not asked about what is no mail" "$(scans answered)" 2
TRAITS='has-date html'
rspamd_stop
mail 'Hi, the parcel with the miracle pills has not arrived yet. Thanks, Ann'
ok "gone: the record is there" jq -e '.spam.verdict' "$T/last"
ok "gone: without its reason" sh -c "! grep -q 'rspamd gives' '$T/last'"
daemon_stop
no_sanitizer_reports
done_testing
