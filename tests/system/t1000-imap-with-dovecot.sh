#!/bin/sh
# Mailboxes of a real Dovecot: over TLS in both ways, told and polled, one record each.
. "$(dirname "$0")/../lib/daemon.sh"
. "$(dirname "$0")/../lib/dovecot.sh"
dovecot_can || skip_all "dovecot-imapd is not installed"
NO_PUBLIC=1

"$HEARD" keygen "$T/keys" >/dev/null
CONF_EXTRA="privacy = { public_key = \"$T/keys/heard.pub\"; };"
imap_conf() { # ACCOUNTS OPTIONS
	conf <<-EOT
		pipelines = (
		  { name = "mail"; dedupe = "${DEDUPE:-1h}";
		    inputs  = ( { plugin = "imap"; accounts = ( $1 ); retry_first = "100ms"; retry_max = "500ms"; $2 } );
		    filters = ( { plugin = "mask"; } );
		    outputs = ( { plugin = "file"; path = "out.ndjson"; } ); }
		);
	EOT
}
lines() { cat "$STATE/out.ndjson" 2>/dev/null | wc -l; }
has() { [ "$(lines)" -ge "$1" ]; }
seen() { [ "$(dovecot_count "$1" seen "${3:-INBOX}")" -ge "$2" ]; }
dead_has() { [ "$(heard dead list --json | jq length)" -ge "$1" ]; }
field() { sed -n "$1p" "$STATE/out.ndjson" | jq -r "$2"; }

ok "Dovecot starts" dovecot_start
for i in 1 2 3; do mail $i | dovecot_mail u1; done
mail 4 | dovecot_mail u2
imaps="{ name = \"first\"; host = \"127.0.0.1\"; port = $IMAPS; user = \"u1\"; password = \"secret\"; ca_file = \"$CA\"; }"
starttls="{ host = \"localhost\"; port = $IMAP; tls = \"starttls\"; user = \"u2\"; password = \"secret\"; ca_file = \"$CA\"; folders = [ \"INBOX\", \"客服/投诉\" ]; }"
dovecot_do mailbox create -u u2 '客服/投诉'
imap_conf "$imaps, $starttls" ''
must_start
ok "mails that are there are read, over IMAPS and STARTTLS" wait_for 20 has 4
is "each once" "$(jq -r .subject "$STATE/out.ndjson" | sort | uniq -c | wc -l)" 4
ok "and marked as seen" wait_for 10 seen u1 3
ok "in each account" wait_for 10 seen u2 1
is "the sender is sealed" "$(jq -r '.author.email, .author.name, .author.id' "$STATE/out.ndjson" | grep -vc '^sealed:')" 0
is "no address is in the state folder" "$(grep -rac 'example.net' "$STATE" | awk -F: '{ n += $2 } END { print n + 0 }')" 0
is "the channel is email" "$(field 1 .channel)" email
like "the source id is a hash" "$(field 1 .source_id)" '^[0-9a-f]{32}$'

mail 5 | dovecot_mail u1
ok "a new one is told by IDLE" wait_for 10 has 5
mail 7 | dovecot_do save -u u2 -m '客服/投诉'
ok "a folder with a Chinese name is read" wait_for 10 has 6

# ---- what goes wrong with the server
KEEP_PORTS=1
dovecot_stop
ok "the loss is said" wait_for 20 grep -q 'trying again' "$LOG"
ok "Dovecot comes back" wait_for 20 dovecot_start
mail 8 | dovecot_mail u1
ok "and so do we" wait_for 20 has 7

# ---- polling
daemon_stop
imap_conf "$imaps" 'idle = false; poll = "200ms";'
must_start
mail 9 | dovecot_mail u1
ok "without IDLE it looks again and again" wait_for 10 has 8
daemon_stop

# ---- done with it
imap_conf "$imaps" 'done = "move"; move_to = "处理过";'
must_start
mail 10 | dovecot_mail u1
ok "mails can be moved" wait_for 10 has 9
moved() { [ "$(dovecot_count u1 all '处理过')" -ge 1 ]; }
ok "into a folder that is made for it" wait_for 10 moved
daemon_stop
imap_conf "$imaps" 'done = "delete";'
must_start
mail 11 | dovecot_mail u1
ok "or deleted" wait_for 10 has 10
gone() { [ "$(dovecot_count u1 all INBOX)" -eq 6 ]; }
ok "they are gone" wait_for 10 gone
is "and no other" "$(dovecot_count u1 seen)" 6
daemon_stop

# ---- the folder is made anew
DEDUPE=1s # so that it is not the journal that recognises them
imap_conf "$imaps" ''
sleep_until_forgotten() { [ "$(date +%s)" -gt $((forgotten + 2)) ]; }
forgotten=$(date +%s)
wait_for 10 sleep_until_forgotten
dovecot_do mailbox delete -u u1 INBOX 2>/dev/null
rm -rf "$D/home/u1/Maildir"
for i in 1 2 3 12; do mail $i | dovecot_mail u1; done
must_start
ok "a mailbox that is made anew is read again" wait_for 10 has 11
ok "all of it is marked" wait_for 10 seen u1 4
is "without what is known" "$(lines)" 11
like "that is said" "$(cat "$LOG")" 'made anew'
daemon_stop
DEDUPE=1h

# ---- bad mails
imap_conf "$imaps" 'max_size = "64K";'
must_start
: | dovecot_mail u1
{ mail 13; head -c 200000 /dev/zero | tr '\0' 'x' | fold -w 70; } | dovecot_mail u1
mail 14 | dovecot_mail u1
ok "an empty mail and a large one do not stop the next" wait_for 10 has 12
ok "they become dead letters" wait_for 10 dead_has 2
like "with their place" "$(heard dead list --json | jq -r '.[].reason')" 'first/INBOX uid [0-9]+: [0-9]+ bytes, larger than max_size'
is "and stay unseen" "$(dovecot_count u1 unseen)" 2
ok "the ledger balances" balanced
ok "and adds up" ledger_adds_up
ok "the daemon stops" daemon_stop
is "no customer is named in the log" "$(grep -c 'example.net' "$LOG")" 0
no_sanitizer_reports
done_testing
