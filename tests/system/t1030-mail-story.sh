#!/bin/sh
# The story of mail, by a real Dovecot and Postfix: a customer's mail becomes a ticket and is
# acknowledged, the answer to it comes back to the ticket, and so on, in English and in
# Chinese; strangers, other topics, vacation notices and dead mailboxes go where they belong.
. "$(dirname "$0")/../lib/daemon.sh"
. "$(dirname "$0")/../lib/shop.sh"
mailer() { # COMMAND FROM ARGUMENTS...: see mailer.py
	mailer_command=$1 mailer_from=$2
	shift 2
	"$here/tests/system/mailer.py" "$mailer_command" "$RELAY" "$mailer_from" "$@" >"$T/sent-id"
}

newest() { box "$1" | tail -n 1; }
of() { heard tickets show "$1" --json | jq -r "$2"; } # TICKET WHAT
contacts() { [ "$(of "$1" .contacts)" = "$2" ]; }
said() { of "$1" '[.conversation[] | select(.kind == "record")] | length'; }
has_said() { [ "$(said "$1")" -ge "$2" ]; }
did() { of "$1" '[.history[].what] | join(" ")'; }
has_done() { of "$1" '.history[].what' | grep -qx "$2"; }
linked() { of "$1" '.history[] | select(.what == "linked") | "\(.to) \(.reason)"'; }
records() { wc -l <"$STATE/all.ndjson"; }

shop_open anna.test li.test stranger.test moved.test
shop_conf Shop '{ plugin = "file"; path = "all.ndjson"; },
	{ plugin = "file"; name = "told"; when = "event"; path = "events.ndjson"; },'
must_start

# ---- in English
anna='Anna <u2@anna.test>'
ok "a customer writes" mailer write "$anna" u1@shop.test 'Parcel is late' 'My parcel did not come, I want my money back.'
asked=$(cat "$T/sent-id")
ok "it is a ticket" wait_for 30 has_tickets 1
ok "which is acknowledged, in her mailbox" wait_for 30 has_box u2 1
is "in her conversation" "$(mail_header In-Reply-To "$(newest u2)")" "$asked"
like "under her subject" "$(mail_header Subject "$(newest u2)")" '^Re: Parcel is late \[#1-[a-z2-7]+\]$'

ok "she answers that" mailer reply "$anna" "$(newest u2)" 'It is order 4711, by the way.'
ok "it comes to her ticket" wait_for 30 contacts 1 2
is "and makes no other" "$(tickets)" 1
like "without the quotation" "$(of 1 '.conversation[-1].text')" '^It is order 4711, by the way\.$'

ok "an agent answers" heard tickets reply 1 'Sorry. It is on its way again.'
ok "it arrives" wait_for 30 has_box u2 2
answer=$(newest u2)
is "as an answer to what she wrote last" "$(mail_header In-Reply-To "$answer")" "$(cat "$T/sent-id")"
like "in the same thread" "$(mail_header References "$answer")" "^$asked "
ok "the ticket waits for her" heard tickets status 1 waiting
ok "she answers with a program that drops References" mailer reply "$anna" "$answer" 'It came, but it is broken.' plain
ok "the token of the subject finds it" wait_for 30 contacts 1 3
is "the ticket is open again" "$(of 1 .state)" open
is "still one" "$(tickets)" 1

ok "it is resolved" heard tickets status 1 resolved
ok "a program answers for her" mailer reply "$anna" "$answer" 'I am on holiday.' auto subject='Out of office'
ok "its notice stands with the ticket" wait_for 30 has_done 1 automatic
is "that stays resolved" "$(of 1 '"\(.state) \(.contacts)"')" 'resolved 3'
ok "she comes back" mailer reply "$anna" "$answer" 'The next one is broken, too. I want my money back.'
reopened() { [ "$(of 1 .state)" = reopened ]; }
ok "it is reopened" wait_for 30 reopened

# ---- another topic, by "Reply"
ok "she writes of something else" mailer reply "$anna" "$answer" 'It says 5 euros more.' subject='Wrong invoice'
ok "that is a ticket of its own" wait_for 30 has_tickets 2
is "linked to the first" "$(linked 2)" '#1 the same conversation, but another subject'
ok "and acknowledged under its subject" wait_for 30 eval '[ "$(mail_header Subject "$(newest u2)" | grep -c "Wrong invoice")" = 1 ]'
ok "she answers that" mailer reply "$anna" "$(newest u2)" 'By 5 euros.'
ok "it comes to the second ticket" wait_for 30 contacts 2 2

# ---- a stranger
ok "somebody else answers her mail" mailer reply 'Mallory <u4@stranger.test>' "$answer" 'Any news?'
ok "he gets a ticket of his own" wait_for 30 has_tickets 3
is "linked to hers" "$(linked 3)" '#1 the same conversation, but another person'
ok "and is told of his" wait_for 30 has_box u4 1
like "not of hers" "$(mail_header Subject "$(newest u4)")" '\[#3-'
ok "he writes with her token only" mailer write 'Mallory <u4@stranger.test>' u1@shop.test "$(mail_header Subject "$answer")" 'And this?'
ok "that is another" wait_for 30 has_tickets 4
like "linked, too" "$(linked 4)" '^#[13] the same'
is "and nothing came to hers" "$(of 1 '[.conversation[] | select(.kind == "record")] | length')" 5

# ---- in Chinese
li='李雷 <u3@li.test>'
ok "another customer writes in Chinese" mailer write "$li" u1@shop.test '包裹没有收到' '我的包裹一直没有收到，要求退款。'
ok "it is a ticket" wait_for 30 has_tickets 5
ok "which is acknowledged" wait_for 30 has_box u3 1
like "under his subject" "$(mail_header Subject "$(newest u3)")" '^Re: 包裹没有收到 \[#5-'
like "in Chinese" "$(mail_text text/plain "$(newest u3)")" '工单'
ok "he answers that" mailer reply "$li" "$(newest u3)" '订单号是 4712。' prefix=回复：
ok "it comes to his ticket" wait_for 30 contacts 5 2
ok "an agent answers" heard tickets reply 5 '抱歉，已经重新发出。'
ok "it arrives" wait_for 30 has_box u3 2
ok "he answers with a program that drops References" mailer reply "$li" "$(newest u3)" '还是没有收到。' prefix=答复： plain
ok "the token finds it" wait_for 30 contacts 5 3
ok "he writes of something else" mailer reply "$li" "$(newest u3)" '发票开错了，要求退款。' subject=发票有误
ok "that is a ticket of its own" wait_for 30 has_tickets 6
is "linked to his" "$(linked 6)" '#5 the same conversation, but another subject'

# ---- a mailbox that is closed
moved='Mo <u5@moved.test>'
ok "a customer writes" mailer write "$moved" u1@shop.test 'Refund' 'The parcel was empty, I want my money back.'
ok "it is a ticket" wait_for 30 has_tickets 7
ok "which is acknowledged" wait_for 30 has_box u5 1
ok "it waits for him" heard tickets status 7 waiting
sed -i '/^u5:/d' "$D/users"
ok "an agent answers, and the mailbox is gone" heard tickets reply 7 'Here is your money.'
ok "the report of it comes back to the ticket" wait_for 60 has_done 7 bounced
is "which is open again" "$(of 7 .state)" open
like "with the reason" "$(of 7 '.history[] | select(.what == "bounced") | .reason')" '^our answer to the customer came back \(5\.[0-9.]+\)$'
is "makes no other ticket" "$(tickets)" 7
is "and no contact" "$(of 7 .contacts)" 1
told() { grep -q '"event":"bounced"' "$STATE/events.ndjson"; }
ok "whoever wants to know is told" wait_for 30 told
like "with the status" "$(grep '"event":"bounced"' "$STATE/events.ndjson" | jq -r '.attributes["mail.status"]')" '^5\.'
like "people see it" "$(heard tickets show 7)" 'undelivered +1 mail'
like "and who wrote" "$(heard tickets show 7)" 'a program \(bounce\)'
suppressed() { heard email suppressed list 2>/dev/null | grep -q "5\."; }
ok "the address is written to no more" wait_for 30 suppressed

ok "it is drained" wait_for 30 is_drained
ok "the ledger balances" balanced
ok "the daemon stops" daemon_stop
is "no customer is named in the log" "$(grep -cE '(anna|li|stranger|moved)\.test' "$LOG")" 0
is "nor in the state folder" "$(grep -raE '(u2@anna|u3@li|u4@stranger|u5@moved)\.test' "$STATE" | wc -l)" 0
postfix_stop
dovecot_stop
no_sanitizer_reports
done_testing
