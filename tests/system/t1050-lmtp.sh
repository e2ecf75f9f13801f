#!/bin/sh
# Mail by LMTP: one record each, whatever a client does and wherever it stops.
. "$(dirname "$0")/../lib/daemon.sh"
NO_PUBLIC=1
client() { "$here/tests/system/lmtp.py" "$@"; }
port=$(python3 -c 'import socket; s=socket.socket(); s.bind(("127.0.0.1",0)); print(s.getsockname()[1])')
LMTP=127.0.0.1:$port

"$HEARD" keygen "$T/keys" >/dev/null
CONF_EXTRA="privacy = { public_key = \"$T/keys/heard.pub\"; };"
lmtp_conf() { # OPTIONS
	conf <<-EOT
		pipelines = (
		  { name = "mail";
		    inputs  = ( { plugin = "lmtp"; address = "${ADDRESS:-$LMTP}"; $1 } );
		    filters = ( { plugin = "mask"; } );
		    outputs = ( { plugin = "file"; path = "out.ndjson"; } ); }
		);
	EOT
}
records() { cat "$STATE/out.ndjson" 2>/dev/null; }
lines() { records | wc -l; }
has() { [ "$(lines)" -ge "$1" ]; }
# Each once, and so many of them: PREFIX N
each_once() { [ "$(records | jq -r .subject | grep "^$1" | sort | uniq -c | awk '$1 == 1' | wc -l)" = "$2" ] &&
	[ "$(records | jq -r .subject | grep -c "^$1")" = "$2" ]; }
dead() { heard dead list --json | jq length; }
again() { daemon_stop; lmtp_conf "$1"; daemon_start; }

# ---- what is asked for is checked
ADDRESS=0.0.0.0:$port lmtp_conf ''
like "an address that others can reach must be asked for" "$(heard check 2>&1)" 'say public = true'
ADDRESS=nowhere lmtp_conf ''
like "an address is one" "$(heard check 2>&1)" "neither unix:/path nor an address"

# ---- a mail
recipients='recipients = ( { address = "help@shop.test"; label = "help"; },
	{ address = "Complaints@shop.test"; label = "complaints"; }, { address = "@desk.test"; } );'
lmtp_conf "$recipients"
must_start
like "a mail is taken, and answered for each recipient" "$(client send "$LMTP" one help@shop.test COMPLAINTS@SHOP.TEST help@shop.test | tr '\n' ' ')" \
	'^250 2.0.0 [^2]*, [0-9a-f-]{36} 250 2.0.0 .* 250 2.0.0 '
is "it is one record" "$(lines)" 1
is "with the labels of its recipients, in the order of the configuration" "$(records | jq -r '.attributes["mail.recipient"]')" "help complaints"
is "and a channel" "$(records | jq -r .channel)" email
is "dots are as they were" "$(records | jq -r .body | tail -n 1)" "..and a dot"
is "the sender is sealed" "$(records | jq -r '.author.email, .author.id' | grep -vc '^sealed:')" 0
is "no address is in the state folder" "$(grep -rac 'example.test\|shop.test' "$STATE" | awk -F: '{ n += $2 } END { print n + 0 }')" 0
client send "$LMTP" one help@shop.test complaints@shop.test >/dev/null
like "the same again is taken" "$(client send "$LMTP" one help@shop.test complaints@shop.test)" '^250'
like "nobody else gets mail" "$(client send "$LMTP" two nobody@shop.test)" '^550 5\.1\.1'
like "one of two may be refused" "$(client send "$LMTP" two nobody@shop.test anybody@desk.test | tr '\n' ' ')" '^550 5.1.1.*250 2.0.0'
ok "what comes again is no second record" wait_for 10 has 2
is "indeed" "$(lines)" 2

# ---- bad order
like "MAIL before LHLO" "$(client talk "$LMTP" 'MAIL FROM:<a@b.test>' | tail -n 1)" '^503 5\.5\.1'
like "SMTP is not spoken" "$(client talk "$LMTP" 'EHLO x' | tail -n 1)" '^500 5\.5\.1'
like "DATA without a recipient" "$(client talk "$LMTP" 'LHLO x' 'MAIL FROM:<>' 'RCPT TO:<nobody@x.test>' DATA | tail -n 1)" '^503 5\.5\.1'
like "a second MAIL" "$(client talk "$LMTP" 'LHLO x' 'MAIL FROM:<>' 'MAIL FROM:<>' | tail -n 1)" '^503 5\.5\.1'
like "RSET forgets" "$(client talk "$LMTP" 'LHLO x' 'MAIL FROM:<>' RSET 'RCPT TO:<help@shop.test>' | tail -n 1)" '^503 5\.5\.1'
like "a word that is none" "$(client talk "$LMTP" 'GET / HTTP/1.1' | tail -n 1)" '^500 5\.5\.2'
like "too many of them end it" "$(client talk "$LMTP" 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 | tail -n 1)" '^421 4\.7\.0|^gone'
like "VRFY tells nothing" "$(client talk "$LMTP" 'VRFY help' | tail -n 1)" '^252'
like "what is offered" "$(client talk "$LMTP" 'LHLO x' | tr '\n' ' ')" 'PIPELINING.*ENHANCEDSTATUSCODES.*8BITMIME.*SMTPUTF8.*SIZE 37748736'
like "a size that is too much" "$(client talk "$LMTP" 'LHLO x' 'MAIL FROM:<> SIZE=99999999999' | tail -n 1)" '^552 5\.3\.4'
like "an address in UTF-8" "$(client talk "$LMTP" 'LHLO x' 'MAIL FROM:<客服@例子.test> SMTPUTF8' | tail -n 1)" '^250'
like "only with SMTPUTF8" "$(client talk "$LMTP" 'LHLO x' 'MAIL FROM:<客服@例子.test>' | tail -n 1)" '^553'

# ---- cut anywhere
before=$(lines)
n=$(client cut "$LMTP" 0 "$SLOW") || note "$n"
ok "sessions were cut at every byte ($n)" [ "${n:-0}" -ge $((250 / SLOW)) ]
ok "each mail is one record" wait_for 20 each_once cut- "$n"
is "and there is no other" "$(lines)" $((before + n))

# ---- what cannot be a record
like "an empty mail is taken" "$(client talk "$LMTP" 'LHLO x' 'MAIL FROM:<>' 'RCPT TO:<help@shop.test>' DATA . | tail -n 1)" '^250'
is "as a dead letter" "$(dead)" 1
before=$(lines)
client talk "$LMTP" 'LHLO x' 'MAIL FROM:<>' 'RCPT TO:<help@shop.test>' DATA 'From: a@b.test\r\n\r\nreturned\r\n.' >/dev/null
ok "a mail with no sender" wait_for 10 has $((before + 1))
is "is known as a bounce" "$(records | tail -n 1 | jq -r '.attributes["mail.automatic"]')" bounce

# ---- too much, too slow, too many
again 'max_size = "64K"; max_connections = 3; timeout = "1s"; mail_timeout = "3s";'
like "a mail that is too large" "$(client flood "$LMTP" 1000000 | tr '\n' ' ')" '^552 5\.3\.4 .* 250 2\.0\.0'
like "silence is ended" "$(client slow "$LMTP" silent)" '^421 4\.4\.2'
like "a command, byte by byte, too" "$(client slow "$LMTP" command)" '^421 4\.4\.2'
like "and a mail" "$(client slow "$LMTP" data)" '^421 4\.4\.2'
like "who does not read is not read from" "$(client slow "$LMTP" deaf)" '^it was ended'
ok "connections are bounded" [ "$(client many "$LMTP" 6 | head -n 1)" = 3 ]
like "with a word" "$(client many "$LMTP" 6 | tail -n 1)" '^421 4\.3\.2'
again 'max_size = "64K"; in_flight = "80K"; patience = "500ms";'
mkfifo "$T/go"
client hold "$LMTP" 60000 <"$T/go" >"$T/held" &
held=$!
exec 9>"$T/go"
ok "a mail is begun" wait_for 10 grep -q '^250' "$T/held"
like "there is no room for a second" "$(client talk "$LMTP" 'LHLO x' 'MAIL FROM:<> SIZE=60000' | tail -n 1)" '^452 4\.3\.1'
echo >&9
wait $held
like "the first is taken" "$(tail -n 1 "$T/held")" '^250'
exec 9>&-
ok "then there is" [ "$(client talk "$LMTP" 'LHLO x' 'MAIL FROM:<> SIZE=60000' | tail -n 1 | cut -c1-3)" = 250 ]

# ---- a socket in the file system
ADDRESS=unix:$T/lmtp.sock
again 'mode = "0600";'
like "a socket in the file system" "$(client send "$T/lmtp.sock" by-path help@shop.test)" '^250'
is "has its mode" "$(stat -c %a "$T/lmtp.sock")" 600
daemon_kill
ok "what was left by a death is no hindrance" daemon_start
like "and serves" "$(client send "$T/lmtp.sock" by-path help@shop.test)" '^250'
ok "the daemon stops" daemon_stop
ok "and leaves no socket" [ ! -e "$T/lmtp.sock" ]
ADDRESS=

# ---- the journal is full
nobody=$(python3 -c 'import socket; s=socket.socket(); s.bind(("127.0.0.1",0)); print(s.getsockname()[1])')
rm -rf "$STATE"
CONF_EXTRA="journal = { segment_size = \"1M\"; max_size = \"4M\"; keep = \"0s\"; };"
conf <<-EOT
	pipelines = (
	  { name = "mail"; clear = true;
	    inputs  = ( { plugin = "lmtp"; address = "$LMTP"; patience = "200ms"; } );
	    outputs = ( { plugin = "file"; path = "out.ndjson"; when = "subject == 'never'"; },
	                { plugin = "webhook"; url = "http://127.0.0.1:$nobody/"; allow_private = true;
	                  retry = { first = "100ms"; max = "200ms"; give_up = "1h"; }; } ); }
	);
EOT
must_start
client fill "$LMTP" 200 >"$T/filled"
like "what has no room in the journal is to come again" "$(tail -n 1 "$T/filled")" '^452 4\.3\.1'
n=$(grep -c '^250' "$T/filled")
ok "$n mails were taken before" [ "$n" -gt 5 ]
is "and each is kept" "$(ledger | jq '.pipelines[0].journaled')" "$n"
daemon_stop # what is left makes its code another than 0
rm -rf "$STATE"
CONF_EXTRA=

# ---- a real Postfix
. "$(dirname "$0")/../lib/postfix.sh"
if postfix_can; then
	lmtp_conf ''
	must_start
	ok "Postfix starts" postfix_start
	postfix_deliver shop.test "lmtp:inet:$LMTP"
	client smtp "$RELAY" help@shop.test,complaints@shop.test real-1
	ok "it delivers" wait_for 20 each_once real- 1
	KILLS=${KILLS:-20} kills=0
	while [ "$kills" -lt "$KILLS" ]; do
		kills=$((kills + 1))
		client smtp "$RELAY" help@shop.test $(seq -f "kill-$kills-%02g" 1 10)
		sleep "0.$(printf '%03d' $((kills * 37 % 300)))"
		daemon_kill
		daemon_start || fail "it comes up after kill $kills"
	done
	ok "after $KILLS kills every mail is here" wait_for 90 each_once kill- $((KILLS * 10))
	is "each is one record" "$(records | jq -r .subject | grep '^kill-' | sort | uniq -d | wc -l)" 0
	queue_is_empty() { [ "$(find "$P/spool/active" "$P/spool/deferred" "$P/spool/incoming" -type f | wc -l)" = 0 ]; }
	ok "Postfix has nothing left" wait_for 30 queue_is_empty
	is "and bounced nothing" "$(grep -c 'status=bounced' "$P/log")" 0
	postfix_stop
	ok "the ledger balances" balanced
	ok "and adds up" ledger_adds_up
	ok "the daemon stops" daemon_stop
else
	note "Postfix is not installed, or this is not root: without it"
fi
is "no customer is named in the log" "$(grep -c 'example.test' "$LOG")" 0
no_sanitizer_reports
done_testing
