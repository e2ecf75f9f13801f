#!/bin/sh
# Output email and a relay that misbehaves: what is refused, what is tried again, what is
# sent once though everything was killed, and who is told no more.
. "$(dirname "$0")/../lib/daemon.sh"
. "$(dirname "$0")/../lib/dovecot.sh"
. "$(dirname "$0")/../lib/relay.sh"
dovecot_can || skip_all "dovecot-imapd is not installed"
NO_PUBLIC=1

"$HEARD" keygen "$T/keys" >/dev/null
KEYS="public_key = \"$T/keys/heard.pub\"; private_key = \"$T/keys/heard.key\";"
CONF_EXTRA="privacy = { $KEYS }; timezone = \"UTC\"; drain_timeout = \"3s\";"
write_conf() { # OPTIONS: how to reach the relay, and more
	conf <<-EOT
		pipelines = (
		  { name = "mail";
		    inputs  = ( { plugin = "imap"; reply = "email"; own = [ "help@shop.test" ]; poll = "1s"; retry_first = "100ms";
		                  accounts = ( { host = "127.0.0.1"; port = $IMAPS; user = "u1"; password = "secret"; ca_file = "$CA"; } ); } );
		    filters = ( { plugin = "mask"; }, { plugin = "classify"; rules = "$here/etc/rules/ecommerce.cfg"; } );
		    outputs = ( { plugin = "tickets"; database = "tickets.db"; public_url = "https://shop.test"; },
		                { plugin = "email"; when = "event"; host = "${HOST:-127.0.0.1}";
		                  from = "help@shop.test"; public_url = "https://shop.test"; login_retry = "2s"; timeout = "2s";
		                  retry = { first = "100ms"; max = "500ms"; }; $1 } ); }
		);
	EOT
}
# From customer N, with a name and a subject of one's choice.
comes() { # N [SUBJECT] [NAME]
	mail "$1" "${2:-}" | sed "s/^From: .*/From: ${3:-Customer $1} <c$1@customer.test>/; s/^Date: .*/Date: $(date -R)/; s/^The parcel.*/I want my money back for it./" | dovecot_mail u1
}
tickets() { heard tickets list --json | jq length; }
has_tickets() { [ "$(tickets)" -ge "$1" ]; }
fate() { heard tickets show "$1" --json | jq -r '[.. | .fate? // empty] | last // "none"'; }
is_fate() { [ "$(fate "$1")" = "$2" ]; }
ok "Dovecot starts" dovecot_start
ok "the relay starts" relay_start
clear="port = $SMTP; tls = \"none\";"

# ---- faults of the configuration
says() { # WHAT OPTIONS REGEX
	write_conf "$2"
	like "$1" "$(heard check 2>&1)" "$3"
}
HOST=relay.test
says "mail in clear over a network is refused" 'tls = "none";' 'in clear over'
HOST=127.relay.test
says "whatever its name begins with" 'tls = "none";' 'in clear over'
HOST=
says "a password needs a user" "$clear password = \"x\";" 'no user'
says "an address is one" "$clear reply_to = \"nobody\";" 'is no mail address'
CONF_EXTRA="privacy = { public_key = \"$T/keys/heard.pub\"; };"
says "customers' addresses need the private key" "$clear" 'cannot be opened.*privacy.private_key'
CONF_EXTRA="privacy = { $KEYS }; timezone = \"UTC\"; drain_timeout = \"3s\";"
mkdir "$T/words"
write_conf "$clear"
must_start
daemon_stop
write_conf "$clear templates = \"$T/words\";"
ok "templates can be written out" heard email templates "$T/words"
ok "and are good as they are" heard check
is "all of them" "$(find "$T/words" -type f | wc -l)" 28
echo 'Subject: {{ticket}} {{nothing}}' >"$T/words/created.en.txt"
like "a value that is none is a fault" "$(heard check 2>&1)" 'created.en.txt.*no such value'
printf 'Subject: Ticket {{ticket}}\n\nOur own words for {{ticket}}{{#due}} by {{due}}{{/due}}.\n' >"$T/words/created.en.txt"

# ---- the example
mkdir -p "$T/etc/secrets"
cp -R "$here/etc/rules" "$T/keys/heard.pub" "$T/keys/heard.key" "$T/etc"
(umask 077; for file in imap-password smtp-password; do echo x >"$T/etc/secrets/$file"; done)
sed "s|^state_dir.*|state_dir = \"$T/example\"; plugin_path = [ \"$BUILD/plugins\" ];|" "$here/etc/pipelines/email.conf" >"$T/etc/heard.conf"
ok "etc/pipelines/email.conf is good" "$HEARD" check -c "$T/etc/heard.conf"
sed -i 's/^#report//; s/^#lmtp//' "$T/etc/heard.conf"
ok "also with what it only proposes" "$HEARD" check -c "$T/etc/heard.conf"

# ---- what comes in is unclean
write_conf "$clear templates = \"$T/words\"; sender = \"The Shop\"; notices = [ \"created\" ];"
must_start
comes 1 'Hello =?UTF-8?Q?there=0D=0ABcc:_victim=40other.test=0D=0A?= now'
comes 2 'a plain one' '=?UTF-8?Q?Eve=0D=0ABcc:_victim=40other.test?='
ok "two customers are told" wait_for 30 has_taken 2
is "nobody else is" "$(grep -h '^TO:' "$R"/mail/*[0-9] | sort)" "TO:<c1@customer.test>
TO:<c2@customer.test>"
is "no header is put in" "$(taken_header Bcc)" ""
like "in the words of the shop" "$(taken_text)" 'Our own words for 1 by [0-9]+ [A-Z][a-z]+ 20'
like "in HTML, too" "$(mail_text text/html "$R"/mail/*[0-9])" 'We have your feedback'

# ---- what the relay says
relay_mode rcpt 450 4.2.0 later
heard tickets reply 1 'an answer' >/dev/null
sleep 1
is "4xx: not yet" "$(taken) $(fate 1)" "2 waiting"
relay_mode ok
ok "but later" wait_for 40 has_taken 3
relay_mode text 554 5.6.0 c1@customer.test will not have it, says c1
heard tickets reply 1 'another answer' >/dev/null
ok "5xx: never" wait_for 20 is_fate 1 refused
reason=$(heard tickets show 1 --json | jq -r '[.. | .reason? // empty] | map(select(test("relay"))) | last')
is "with the server's words, without the address" "$reason" "the relay says 554 5.6.0 (address) will not have it, says c1"
for what in 'mail 550 5.1.8 sender unknown' 'mail 550 5.7.1 relaying denied' 'mail 530 5.7.0 Must issue a STARTTLS command first' \
	'rcpt 554 5.7.1 <c2@customer.test>: Relay access denied' 'rcpt 530 5.7.0 authentication required' 'text 554 Message rejected: Email address is not verified'; do
	had=$(taken) minded=$(grep -c 'the relay cannot be used' "$LOG")
	relay_mode "$what"
	heard tickets reply 2 "an answer to ${what%% *}" >/dev/null
	is_minded() { [ "$(grep -c 'the relay cannot be used, mails wait and are tried again: the relay says 5' "$LOG")" -gt "$minded" ]; }
	ok "our own fault: $what" wait_for 20 is_minded
	sleep 0.5
	is "the answer waits" "$(taken) $(fate 2)" "$had waiting"
	relay_mode ok
	ok "until that is mended" wait_for 40 has_taken $((had + 1))
	ok "and is sent" wait_for 20 is_fate 2 sent
done
is "that is no customer's fault" "$(heard email suppressed list --json)" "[]"
relay_mode mail 552 5.3.4 too large
heard tickets reply 2 'how large?' >/dev/null
ok "a mail's size is its own" wait_for 20 is_fate 2 refused
relay_mode rcpt 550 5.1.1 no such user
heard tickets reply 2 'an answer' >/dev/null
nobody() { heard email suppressed list --json | jq -e 'length == 1' >/dev/null; }
ok "nobody of that name" wait_for 20 nobody
ok "is refused" wait_for 20 is_fate 2 refused
relay_mode ok
is "is suppressed" "$(heard email suppressed list --json | jq -c 'map(.status)')" '["5.1.1"]'
heard tickets reply 2 'again' >/dev/null
suppressed() { heard tickets show 2 --json | grep -q 'address is suppressed'; }
ok "and not tried again" wait_for 20 suppressed
ok "an operator can change that" heard email suppressed remove c2@customer.test
is "once" "$(heard email suppressed remove c2@customer.test 2>&1)" "email: that address was not suppressed"
had=$(taken)
heard tickets reply 2 'third time' >/dev/null
ok "then it is written to" wait_for 20 has_taken $((had + 1))
ok "an address can be put there by hand" heard email suppressed add C3@customer.test
comes 3 'a customer who wants no mail'
ok "its mail is a ticket" wait_for 20 has_tickets 3
ok "the event is done with" wait_for 20 is_drained
is "but nobody is told" "$(taken)" $((had + 1))

# ---- connections that break
for what in 'greet 554 no service' 'greet drop' 'ehlo drop' 'mail drop' 'rcpt drop' 'data drop' 'mail 421 4.3.2 restarting' 'mail 530 5.7.0 log in' 'text 550 5.4.5 daily limit'; do
	who=$((${who:-3} + 1)) had=$(taken)
	relay_mode "$what"
	comes $who "while it does: $what"
	wait_for 20 has_tickets $who
	sleep 0.3
	relay_mode ok
	ok "after '$what' it is sent" wait_for 40 has_taken $((had + 1))
done
is "each once" "$(taken_header Message-ID | sort | uniq -d)" ""
is "nothing died" "$(heard dead list --json | jq length)" 0
who=$((who + 1)) had=$(taken)
relay_mode text keep-drop
comes $who 'taken without a word'
ok "a mail that was taken without a 250" wait_for 20 has_taken $((had + 1))
relay_mode ok
ok "is sent again" wait_for 40 has_taken $((had + 2))
ok "with nothing else on its way" wait_for 20 is_drained
is "under the same Message-ID" "$(taken_header Message-ID | sort | uniq -d | wc -l)" 1
daemon_stop

# ---- limits
had=$(taken)
write_conf "$clear per_hour = $(($(sqlite3 "$STATE"/instances/mail/output/email/email.db 'select count(*) from mail') + 2)); notices = [ \"created\" ];"
must_start
for i in 21 22 23 24; do comes $i "matter $i of somebody"; done
ok "the hour's limit lets two go" wait_for 30 has_taken $((had + 2))
sleep 1
is "and no more" "$(taken)" $((had + 2))
daemon_stop
write_conf "$clear per_hour = 0; notices = [ \"created\" ];"
must_start
ok "the others waited" wait_for 30 has_taken $((had + 4))

# ---- a kill at any moment
had=$(taken) last=$(tickets)
for round in $(seq 1 20); do
	for i in 1 2 3; do comes $((100 + 3 * round + i)) "matter $round of customer $i"; done
	sleep 0.$(($(od -An -N1 -tu1 /dev/urandom) % 8 + 1))
	daemon_kill
	daemon_start || break
done
ok "after 20 kills all 60 are tickets" wait_for 60 has_tickets $((last + 60))
ok "and sent" wait_for 60 has_taken $((had + 60))
ok "it is drained" wait_for 60 is_drained
is "each customer is told" "$(taken_header To | sort -u | grep -c 'c1[0-6][0-9]@')" 60
again=$(($(taken) - had - 60))
is "what came twice is the same mail" "$(taken_header Message-ID | sort | uniq -d | wc -l)" $((again + 1))
note "$again of 60 mails went out a second time, under the same id"
daemon_stop

# ---- TLS
relay_stop
dovecot_certificate "$T/other" 'DNS:elsewhere.test'
ok "a relay with TLS starts" relay_start --cert "$D/good" --login 'help:right' # Dovecot's certificate
had=$(taken)
write_conf "port = $SMTP; ca_file = \"$T/other.pem\"; user = \"help\"; password = \"right\";"
must_start
comes 201 'over TLS'
ok "a certificate that nobody vouches for is refused" wait_for 20 grep -Eq 'cannot be used.*(certificate|SSL)' "$LOG"
daemon_stop
is "nothing was sent" "$(taken)" "$had"
write_conf "port = $SMTP; ca_file = \"$CA\"; user = \"help\"; password = \"wrong\";"
must_start
ok "a wrong password is said" wait_for 20 grep -q 'cannot be used.*535' "$LOG"
sleep 3
count=$(cat "$R/auth.count")
ok "and not hammered" test "$count" -le 8
note "$count logins"
daemon_stop
write_conf "port = $SMTP; ca_file = \"$CA\"; user = \"help\"; password = \"right\";"
must_start
ok "the right one, by STARTTLS" wait_for 30 has_taken $((had + 1))
daemon_stop
write_conf "port = $SMTPS; tls = \"tls\"; ca_file = \"$CA\"; user = \"help\"; password = \"right\";"
must_start
comes 202 'from the first byte'
ok "or TLS from the beginning" wait_for 30 has_taken $((had + 2))
before=$(cat "$R/connections.count")
for i in 203 204 205 206; do comes $i "matter $i"; done
ok "more of them" wait_for 30 has_taken $((had + 6))
ok "share connections" test $(($(cat "$R/connections.count") - before)) -le 3
daemon_stop
relay_stop
ok "a relay without STARTTLS" relay_start
write_conf "port = $SMTP;"
must_start
comes 207 'not in clear'
ok "gets nothing" wait_for 20 grep -Eq 'cannot be used.*(STARTTLS|SSL)' "$LOG"
is "in clear" "$(taken)" $((had + 6))
daemon_stop
relay_stop
ok "a relay with XOAUTH2" relay_start --cert "$D/good" --token tok-17
write_conf "port = $SMTP; ca_file = \"$CA\"; user = \"help\"; token = { command = \"echo tok-17\"; };"
must_start
ok "takes the token of a command" wait_for 30 has_taken $((had + 7))
daemon_stop

# ---- reports
had=$(taken)
mkdir -p "$STATE/reports"
touch -d '2001-01-01' "$STATE/reports/month-2000-12.html"
echo '<p>old</p>' >"$STATE/reports/month-2026-09.html"
touch -d '1 minute ago' "$STATE/reports/month-2026-09.html"
write_conf "port = $SMTP; ca_file = \"$CA\"; user = \"help\"; token = { command = \"echo tok-17\"; }; notices = [];
	reports = { folder = \"reports\"; to = [ \"boss@shop.test\", \"chef@shop.test\" ]; };"
must_start
daemon_stop # from now on files are news
echo '<p>a report</p>' >"$STATE/reports/month-2026-10.html"
echo 'a,b' >"$STATE/reports/month-2026-10.csv"
sleep 2.5 # nobody writes to it any more
is "what lay there before is no news" "$(taken)" "$had"
must_start
ok "a report goes to both" wait_for 20 has_taken $((had + 2))
daemon_stop
must_start
sleep 1
is "and each once" "$(taken)" $((had + 2))
is "as it is" "$(mail_text text/html "$R/mail/$((had + 1))" "$R/mail/$((had + 2))" | grep -c '^<p>a report</p>')" 2
ok "the ledger balances" balanced
ok "the daemon stops" daemon_stop
is "no customer is named in the log" "$(grep -c 'customer.test' "$LOG")" 0
is "nor in the state folder" "$(grep -rac 'customer\.test' "$STATE" | awk -F: '{ n += $2 } END { print n + 0 }')" 0
no_sanitizer_reports
done_testing
