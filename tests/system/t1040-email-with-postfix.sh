#!/bin/sh
# A customer's mail becomes a ticket, is acknowledged, and answered in its thread, by a real
# Postfix and Dovecot.  The relay goes away and comes back: nothing is lost or doubled.
. "$(dirname "$0")/../lib/daemon.sh"
. "$(dirname "$0")/../lib/shop.sh"

# A mail of customer N to us, by the relay.
write_us() { # USER SUBJECT [HEADERS]
	wrote=$((${wrote:-0} + 1))
	{
		printf 'From: Customer <%s@customer.test>\nTo: u1@shop.test\nSubject: %s\n' "$1" "$2"
		printf 'Message-ID: <w%s@customer.test>\nReferences: <first@customer.test>\n%b' "$wrote" "${3:-}"
		printf 'Date: %s\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n' "$(date -R)"
		printf '%s\n' "${4:-The parcel of order 123 did not come, I want my money back.}"
	} >"$T/outgoing"
	curl -sS "smtp://$RELAY" --mail-from "$1@customer.test" --mail-rcpt u1@shop.test --upload-file "$T/outgoing"
}

shop_open customer.test
shop_conf '小店 Shop, \"Ltd\"'
must_start

# ---- one customer, there and back
ok "a customer writes" write_us u2 'Re: =?UTF-8?B?5YyF6KO56L+f5Yiw?= my parcel'
ok "it is a ticket" wait_for 30 has_tickets 1
ok "and is acknowledged" wait_for 30 has_box u2 1
ack=$(box u2)
is "in the same thread" "$(mail_header In-Reply-To "$ack") $(mail_header References "$ack")" \
	"<w1@customer.test> <first@customer.test> <w1@customer.test>"
like "its subject is theirs, with a token" "$(mail_header Subject "$ack")" '^Re: 包裹迟到 my parcel \[#1-[a-z2-7]{12}\]$'
like "its Message-ID is ours" "$(mail_header Message-ID "$ack")" '^<heard\.1\.[a-p]{30}\.[a-z2-7]{24}@shop\.test>$'
is "it is said to be automatic" "$(mail_header Auto-Submitted "$ack")" auto-replied
is "and comes from us by name" "$(mail_header From "$ack")" '"小店 Shop, \"Ltd\"" <u1@shop.test>'
token=$(heard tickets show 1 --json | jq -r .token)
like "it has the link" "$(mail_text text/plain "$ack")" "https://shop.test/status/$token"
like "also in HTML" "$(mail_text text/html "$ack")" "href=\"https://shop.test/status/$token\""

ok "an agent answers" heard tickets reply 1 'We are sorry.
It comes <b>tomorrow</b>. 明天到。'
ok "the answer arrives" wait_for 30 has_box u2 2
answer=$(mail_header X-Nothing $(box u2); grep -L 'Auto-Submitted' $(box u2))
is "in the same thread" "$(mail_header In-Reply-To "$answer")" "<w1@customer.test>"
like "as it was written" "$(mail_text text/plain "$answer")" 'It comes <b>tomorrow</b>. 明天到。'
like "safe in HTML" "$(mail_text text/html "$answer")" 'It comes &lt;b&gt;tomorrow&lt;/b&gt;'
is "the ticket knows that it went out" "$(heard tickets show 1 --json | jq -r '[.. | .fate? // empty] | last')" sent

# ---- nobody is answered who is a program
before=$(box u3 | wc -l)
ok "a vacation notice comes" write_us u3 'Away' 'Auto-Submitted: auto-replied\n'
ok "a bounce comes" sh -c "printf 'From: MAILER-DAEMON@customer.test\nTo: u1@shop.test\nSubject: Undelivered\nMessage-ID: <b1@customer.test>\n\nno\n' |
	curl -sS smtp://$RELAY --mail-from '' --mail-rcpt u1@shop.test --upload-file -"
ok "a customer after them" write_us u4 'my second parcel'
ok "is told" wait_for 30 has_box u4 1
is "they are not" "$(box u3 | wc -l)" "$before"

# ---- mail that comes back
ok "a customer writes who cannot be reached" write_us u9 'my third parcel'
ok "it is a ticket" wait_for 30 has_tickets "$(($(tickets) + 1))"
is_suppressed() { [ "$(heard email suppressed list --json | jq length)" -ge 1 ]; }
ok "the bounce of the acknowledgement suppresses the address" wait_for 40 is_suppressed
gone=$(heard tickets list --json | jq 'map(.id) | max')
like "the ticket knows" "$(heard tickets show "$gone" --json)" bounced
heard tickets reply "$gone" 'an answer into nothing' >/dev/null
refused() { heard tickets show "$gone" --json | grep -q 'address is suppressed'; }
ok "an answer there is refused, with the reason" wait_for 20 refused
is "no ticket is made of the bounce" "$(heard tickets list --json | jq 'map(.id) | max')" "$gone"

# ---- the relay goes away
pid=$(cat "$P/spool/pid/master.pid")
down() { ! relay_is_up; }
for i in $(seq 1 12); do
	mail "$i" "while it is down $i" | sed "s/customer$i@example.net/u5+$i@customer.test/; s/help@example.org/u1@shop.test/; s/^Date: .*/Date: $(date -R)/; s/^The parcel.*/I want my money back for it./" >"$T/down.$i"
done
postfix_stop
ok "the relay is down" wait_for 20 down
last=$(tickets)
for i in $(seq 1 8); do dovecot_mail u1 <"$T/down.$i"; done
ok "tickets come in nevertheless" wait_for 30 has_tickets $((last + 8))
heard tickets reply $((last + 1)) 'an answer while it is down' >/dev/null
ok "it is said" wait_for 20 grep -q 'the relay cannot be used' "$LOG"
is "nothing arrives" "$(box u5 | wc -l)" 0
ok "the daemon is stopped and started meanwhile" daemon_stop
ok "it starts" daemon_start
spawn postfix /usr/sbin/postfix -c "$P/etc" start-fg
ok "the relay comes back" wait_for 30 relay_is_up
ok "all of it arrives" wait_for 90 has_box u5 9
is "each once" "$(mail_header Message-ID $(box u5) | sort | uniq -d | wc -l)" 0
is "and nothing more" "$(box u5 | wc -l)" 9
ok "it is drained" wait_for 30 is_drained
ok "the ledger balances" balanced
ok "the daemon stops" daemon_stop
is "no customer is named in the log" "$(grep -c 'customer.test' "$LOG")" 0
is "nor in the state folder" "$(grep -raEc '[a-z0-9]@customer\.test' "$STATE" | awk -F: '{ n += $2 } END { print n + 0 }')" 0
postfix_stop
no_sanitizer_reports
done_testing
