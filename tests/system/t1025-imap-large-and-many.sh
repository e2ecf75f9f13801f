#!/bin/sh
# Certificates that are not accepted; a mail of 60 MB; a backlog in bounded memory.
# BACKLOG=100000 for the long one.
# timeout: 900
. "$(dirname "$0")/../lib/daemon.sh"
. "$(dirname "$0")/../lib/dovecot.sh"
dovecot_can || skip_all "dovecot-imapd is not installed"
NO_PUBLIC=1
BACKLOG=${BACKLOG:-6000}

imap_conf() { # OPTIONS ACCOUNT
	conf <<-EOT
		pipelines = (
		  { name = "mail"; dedupe = "1h";
		    inputs  = ( { plugin = "imap"; retry_first = "100ms"; retry_max = "300ms"; $1
		                  accounts = ( { host = "127.0.0.1"; port = $IMAPS; user = "u1"; password = "secret"; $2 } ); } );
		    filters = ( { plugin = "mask"; } );
		    outputs = ( { plugin = "file"; path = "out.ndjson"; } ); }
		);
	EOT
}
lines() { cat "$STATE/out.ndjson" 2>/dev/null | wc -l; }
has() { [ "$(lines)" -ge "$1" ]; }
dead_has() { [ "$(heard dead list --json | jq length)" -ge "$1" ]; }
tries() { [ "$(grep -c "$1" "$LOG")" -ge 2 ]; }
logins() { grep -c 'Login: user=<u1>.*TLS' "$D/log"; }

# ---- certificates
mkdir -p "$T/dovecot"
dovecot_certificate "$T/dovecot/other" 'DNS:other.example'
CERTIFICATE=other
ok "Dovecot starts, with a certificate for another name" dovecot_start
mail 1 | dovecot_mail u1
imap_conf '' "ca_file = \"$D/other.pem\";"
must_start
ok "it is not accepted, again and again" wait_for 10 tries 'the server.s certificate is not accepted: .*mismatch'
daemon_stop
imap_conf '' ''
must_start
ok "nor one that nobody vouches for" wait_for 10 tries 'the server.s certificate is not accepted: self-signed'
daemon_stop
imap_conf '' "tls = \"starttls\"; ca_file = \"$D/other.pem\";"
sed -i "s/port = $IMAPS/port = $IMAP/" "$CONF"
must_start
ok "behind STARTTLS neither" wait_for 10 tries 'the server.s certificate is not accepted: .*mismatch'
is "nobody has logged in" "$(logins)" 0
daemon_stop
sed 's/ca_file = "[^"]*"/ca_file = "nowhere.pem"/' "$CONF" >"$T/bad.conf"
like "a ca_file that is not there is found by check" "$("$HEARD" check -c "$T/bad.conf" 2>&1)" "ca_file '.*nowhere.pem' cannot be read"
sed 's/tls = "starttls"/tls = "none"/' "$CONF" >"$T/bad.conf"
like "so is a password in clear" "$("$HEARD" check -c "$T/bad.conf" 2>&1)" 'insecure_login'
dovecot_stop

# ---- a large mail
CERTIFICATE=good
ok "Dovecot starts" dovecot_start
{
	mail 2 | sed 's|^Content-Type:.*|Content-Type: multipart/mixed; boundary=b|; /^$/q'
	printf -- '--b\n\nSee the film. 请看录像。\n--b\nContent-Type: video/mp4; name=film.mp4\nContent-Transfer-Encoding: base64\n\n'
	head -c 46000000 /dev/urandom | base64
	printf -- '--b--\n'
} >"$T/large"
note "the large mail has $(stat -c %s "$T/large") bytes"
dovecot_mail u1 <"$T/large"
mail 3 | dovecot_mail u1
imap_conf '' "ca_file = \"$CA\";"
must_start
ok "a mail of 60 MB does not stop its neighbours" wait_for 30 has 2
ok "it becomes a dead letter" wait_for 10 dead_has 1
like "that says why" "$(heard dead list --json | jq -r '.[0].reason')" 'bytes, larger than max_size; its headers are kept'
daemon_stop
"$HEARD" keygen "$T/keys" >/dev/null
CONF_EXTRA="privacy = { public_key = \"$T/keys/heard.pub\"; };"
imap_conf 'max_size = "100M"; attachments = { max_size = "100M"; };' "ca_file = \"$CA\";"
dovecot_mail u1 <"$T/large"
mail 4 | dovecot_mail u1
must_start
ok "with max_size it becomes a record, and so does the next" wait_for 60 has 4
is "with its attachment" "$(jq -c '.attachments[]? | [.name, .type, .size]' "$STATE/out.ndjson")" '["film.mp4","video/mp4",46000000]'
ok "the ledger balances" balanced
ok "the daemon stops" daemon_stop

# ---- a backlog
rm -rf "$STATE" "$D/home/u1/Maildir" "$T/large"
mkdir -p "$D/home/u1/Maildir"
chown "$mail_uid:$mail_gid" "$D/home/u1/Maildir" 2>/dev/null
python3 "$here/tests/tools/maildrop.py" "$D/home/u1/Maildir" 0 "$BACKLOG" 0 3000
imap_conf '' "ca_file = \"$CA\";"
must_start
ok "a backlog of $BACKLOG is read, a third" wait_for 300 has $((BACKLOG / 3))
early=$(awk '/^VmRSS/ { print $2 }' "/proc/$daemon_pid/status")
ok "all of it" wait_for 600 has "$BACKLOG"
late=$(awk '/^VmRSS/ { print $2 }' "/proc/$daemon_pid/status")
most=$(awk '/^VmHWM/ { print $2 }' "/proc/$daemon_pid/status")
note "KB of memory: $early after a third, $late at the end, $most at most"
[ "$VARIANT" = release ] && ok "memory stays flat" [ "$late" -lt $((early + early / 4 + 4096)) ]
is "each once" "$(jq -r .subject "$STATE/out.ndjson" | sort -u | wc -l)" "$BACKLOG"
all_seen() { [ "$(dovecot_count u1 seen)" -eq "$BACKLOG" ]; }
ok "and all are marked" wait_for 60 all_seen
ok "the ledger balances" balanced
ok "and adds up" ledger_adds_up
ok "the daemon stops" daemon_stop
no_sanitizer_reports
done_testing
