#!/bin/sh
# A server that dies at every command and every byte, is slow, lies, refuses: each mail
# becomes one record or one dead letter, and the next is read.  STEP=1 cuts at each byte.
# timeout: 900
. "$(dirname "$0")/../lib/daemon.sh"
NO_PUBLIC=1
STEP=${STEP:-3}

imap_conf() { # OPTIONS ACCOUNT
	conf <<-EOT
		pipelines = (
		  { name = "mail"; dedupe = "1h";
		    inputs  = ( { plugin = "imap"; insecure_login = true; retry_first = "10ms"; retry_max = "20ms"; login_retry = "1h"; $1
		                  accounts = ( { host = "127.0.0.1"; port = $PORT; tls = "none"; user = "u1"; password = "secret"; $2 } ); } );
		    filters = ( { plugin = "mask"; } );
		    outputs = ( { plugin = "file"; path = "out.ndjson"; } ); }
		);
	EOT
}
server() { # OPTIONS...
	rm -f "$T/port"
	spawn imapd python3 "$here/tests/tools/imapd.py" --port-file "$T/port" --status "$T/status" "$@"
	imapd=$spawned
	wait_for 10 test -s "$T/port"
	PORT=$(cat "$T/port")
}
end() { # the daemon and the server, and what they had
	daemon_stop
	kill "$imapd" 2>/dev/null
	wait "$imapd" 2>/dev/null
	rm -rf "$STATE"
}
status() { jq -r "$1" "$T/status"; }
says() { [ "$(status "$1")" = true ]; }
subjects() { jq -r .subject "$STATE/out.ndjson" 2>/dev/null | sed 's/mail //' | sort -n; }
has() { [ "$(subjects | wc -l)" -ge "$1" ]; }
dead_has() { [ "$(heard dead list --json | jq length)" -ge "$1" ]; }
# One record each of mails 1 to N, all of them seen.
complete() { # WHAT N
	ok "$1: all is marked" wait_for 60 says ".seen | length >= $2"
	ok "$1: all is delivered" wait_for 20 is_drained
	is "$1: each mail is one record" "$(subjects | paste -sd' ')" "$(seq "$2" | paste -sd' ')"
	ok "$1: the ledger balances" balanced
}

# The same where mails keep coming: the server ends first, then we look at both sides.
complete_so_far() { # WHAT
	daemon_stop
	kill "$imapd" 2>/dev/null
	wait "$imapd" 2>/dev/null
	daemon_start
	ok "$1: all is delivered" wait_for 20 is_drained
	ok "$1: the ledger balances" balanced
	n=$(subjects | wc -l)
	is "$1: each mail is one record" "$(subjects | paste -sd' ')" "$(seq "$n" | paste -sd' ')"
	ok "$1: none is seen without one" says ".seen | all(. <= $n)"
	ok "$1: the last may be to come" says ".mails - (.seen | length) <= 1 and .mails - $n <= 1"
	note "$n mails, $(status .connections) connections"
	end
}

# ---- killed at every command
for can in "" "IDLE UIDPLUS MOVE CONDSTORE SASL-IR ID"; do
	server --mails 3 --grow --die commands --can "$can"
	imap_conf 'idle = true; poll = "100ms"; renew = "1s";'
	must_start
	ok "a session comes through, can: ${can:-nothing}" wait_for 30 says '.commands.idle > 1 or .commands.noop > 3'
	complete_so_far "killed at each command, can: ${can:-nothing}"
done

# ---- cut at every byte
server --mails 2 --grow --die bytes --step "$STEP" --can "IDLE UIDPLUS MOVE SASL-IR"
imap_conf 'idle = false; poll = "100ms";'
must_start
ok "cut at every $STEP bytes: a session comes through" wait_for 400 says '.commands.noop > 3'
complete_so_far "cut at every $STEP bytes"

# ---- slow
server --mails 4 --slow 1
imap_conf 'timeout = "2s";'
must_start
complete "a slow server" 4
end
server --mails 1 --mute
imap_conf 'timeout = "300ms";'
must_start
ok "a mute one is given up, and tried again" wait_for 20 says '.connections >= 3'
like "that is said" "$(cat "$LOG")" 'u1/INBOX: the server does not answer; trying again'
end

server --mails 3 --no-next
imap_conf 'first = "new";'
must_start
ok "without UIDNEXT nobody knows what is new" wait_for 10 grep -q 'does not say where new mail begins' "$LOG"
is "and nothing is taken for it" "$(subjects | wc -l)" 0
daemon_stop
imap_conf 'first = "all";'
must_start
complete "unless all is to be read" 3
end

# ---- it lies
server --mails 6 --reverse --can IDLE
imap_conf ''
must_start
complete "answers in any order" 6
end
server --mails 9 --bad no=2 --bad nil=4 --bad gone=5 --bad lie=6 --bad drop=8
imap_conf 'poll = "200ms";'
must_start
ok "bad mails: the good ones are read" wait_for 60 has 5
ok "the others become dead letters" wait_for 60 dead_has 3
ok "all is delivered" wait_for 20 is_drained
is "which are read" "$(subjects | paste -sd' ')" "1 3 6 7 9"
like "the letters name the place" "$(heard dead list --json | jq -r '.[].reason' | sort)" 'u1/INBOX uid 2: the server cannot give this mail'
ok "only what became a record is seen" wait_for 10 says '.seen == [1,3,6,7,9]'
ok "the ledger balances" balanced
end

# ---- it refuses
server --mails 3 --read-only
imap_conf ''
must_start
ok "a folder that takes no flags is read" wait_for 10 has 3
ok "that is said" wait_for 10 grep -q 'refuses to mark mails' "$LOG"
daemon_stop
daemon_start
wait_for 5 is_drained
is "and not twice" "$(subjects | wc -l)" 3
end
server --mails 3 --quota
imap_conf 'done = "move";'
must_start
ok "without quota to move to, mails are read" wait_for 10 has 3
ok "that is said, too" wait_for 10 grep -q 'refuses to move mails: quota' "$LOG"
end
server --mails 3
imap_conf 'done = "move";'
must_start
ok "without MOVE and UIDPLUS mails are copied" wait_for 10 says '.moved == [1,2,3]'
ok "and marked as deleted" wait_for 10 says '.deleted == [1,2,3]'
is "nothing is expunged" "$(status '.commands.expunge')" null
end

# ---- a wrong password
server --mails 1 --password other
imap_conf '' 'folders = [ "INBOX", "a", "b", "c" ];'
must_start
ok "a wrong password is said" wait_for 10 grep -q "account u1: the login was refused: 'wrong password'; no further try for" "$LOG"
sleep 2
is "and tried once, with four folders" "$(status .logins)" 1
end

# ---- tokens
server --mails 2 --password tok-2 --can "AUTH=XOAUTH2 SASL-IR"
echo tok-1 >"$T/token"
imap_conf '' "token = { command = \"cat $T/token; echo tok-2 >$T/token\"; };"
must_start
complete "a token that ran out is renewed" 2
is "after one refusal" "$(status .refused)" 1
end
no_sanitizer_reports
done_testing
