#!/bin/sh
# Mails arrive while the daemon is killed at random: each becomes one record, and none
# is marked as seen before its record is durable.  KILLS=100 for more.
# timeout: 900
. "$(dirname "$0")/../lib/daemon.sh"
. "$(dirname "$0")/../lib/dovecot.sh"
dovecot_can || skip_all "dovecot-imapd is not installed"
NO_PUBLIC=1
KILLS=${KILLS:-20}
SEED=${SEED:-$(od -An -N2 -tu2 /dev/urandom | tr -d ' ')}
RATE=${RATE:-60}

imap_conf() { # PORT
	conf <<-EOT
		pipelines = (
		  { name = "mail"; dedupe = "1h";
		    inputs  = ( { plugin = "imap"; insecure_login = true; retry_first = "50ms"; retry_max = "200ms";
		                  accounts = ( { host = "127.0.0.1"; port = $1; tls = "none"; user = "u1"; password = "secret"; } ); } );
		    filters = ( { plugin = "mask"; } );
		    outputs = ( { plugin = "file"; path = "out.ndjson"; } ); }
		);
	EOT
}
subjects() { cat "$STATE/out.ndjson" 2>/dev/null | jq -r .subject | sort; }
seen_subjects() { dovecot_do fetch -u u1 hdr.subject mailbox INBOX seen | sed -n 's/^hdr.subject: //p' | sort; }

# What was seen at the moment of the kill is in the journal: with the mailbox out of
# reach the daemon delivers what it has.
check_seen() {
	seen_subjects >"$T/seen"
	imap_conf 1
	daemon_start || return 1
	wait_for 30 is_drained
	daemon_stop
	subjects >"$T/had"
	imap_conf "$IMAP"
	[ -z "$(comm -23 "$T/seen" "$T/had")" ] || { comm -23 "$T/seen" "$T/had" | head; return 1; }
}

note "kills=$KILLS seed=$SEED"
ok "Dovecot starts" dovecot_start
mkdir -p "$D/home/u1/Maildir"
chown "$mail_uid:$mail_gid" "$D/home/u1/Maildir" 2>/dev/null
imap_conf "$IMAP"
must_start
total=$((KILLS * 45 + 200))
spawn drop python3 "$here/tests/tools/maildrop.py" "$D/home/u1/Maildir" 0 $total "$RATE"
dropper=$spawned
random=$SEED kills=0 looked=0 early=0
while [ "$kills" -lt "$KILLS" ]; do
	random=$(((random * 1103515245 + 12345) % 2147483648))
	sleep "0.$(printf '%03d' $((random / 65536 % 900 + 20)))"
	daemon_kill
	kills=$((kills + 1))
	if [ $((kills % 4)) -eq 0 ]; then
		looked=$((looked + 1))
		check_seen || early=$((early + 1))
	fi
	daemon_start || { fail "the daemon comes up after kill $kills"; break; }
done
pass "the daemon came up after each of $kills kills"
is "none was seen before it was safe, looked at $looked times" "$early" 0
wait "$dropper"
all_seen() { [ "$(dovecot_count u1 unseen)" -eq 0 ] && [ "$(dovecot_count u1 seen)" -eq "$total" ]; }
ok "in the end all $total are marked" wait_for 60 all_seen
ok "and delivered" wait_for 30 is_drained
subjects >"$T/got"
seq 0 $((total - 1)) | sed 's/^/mail /' | sort >"$T/sent"
is "each mail is one record" "$(comm -3 "$T/got" "$T/sent" | head)" ""
ok "the ledger balances" balanced
ok "and adds up" ledger_adds_up
note "duplicates recognised: $(ledger | jq '.pipelines[0].duplicate')"
ok "the daemon stops" daemon_stop
no_sanitizer_reports
done_testing
