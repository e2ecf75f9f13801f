#!/bin/sh
# Access tokens by a refresh token, for input imap and output email: what the server gives
# is used, for as long as it is good; what it refuses is said once and not asked for again
# and again; a new refresh token is kept over restarts.
. "$(dirname "$0")/../lib/daemon.sh"
. "$(dirname "$0")/../lib/relay.sh"
NO_PUBLIC=1
O=$T/oauth

mkdir -p "$O"
echo first/1 >"$O/refresh"
echo none >"$O/access"
spawn oauth python3 "$here/tests/tools/tokend.py" "$O"
wait_for 10 test -s "$O/port"
mode() { echo "$*" >"$O/mode"; }
requests() { wc -l <"$O/log" 2>/dev/null || echo 0; }
token() { # REFRESH-TOKEN
	echo "token = { url = \"${TOKEN_URL:-http://127.0.0.1:$(cat "$O/port")/token}\"; client_id = \"me\"; client_secret = \"s&=%\"; refresh_token = \"$1\"; scope = \"mail send\"; allow_private = true; };"
}
status() { jq -r "$1" "$T/status"; }
says() { [ "$(status "$1")" = true ]; }
has_logged() { [ "$(grep -cE "$2" "$LOG")" -ge "$1" ]; }
server() { # OPTIONS...
	rm -f "$T/port" "$T/status"
	spawn imapd python3 "$here/tests/tools/imapd.py" --port-file "$T/port" --status "$T/status" --password "@$O/access" --can "AUTH=XOAUTH2" "$@"
	imapd=$spawned
	wait_for 10 test -s "$T/port"
}
imap_conf() { # OPTIONS TOKEN
	conf <<-EOT
		pipelines = (
		  { name = "mail"; dedupe = "1h";
		    inputs  = ( { plugin = "imap"; insecure_login = true; $1
		                  accounts = ( { host = "127.0.0.1"; port = $(cat "$T/port"); tls = "none"; user = "u1"; $2 } ); } );
		    filters = ( { plugin = "mask"; } );
		    outputs = ( { plugin = "file"; path = "out.ndjson"; } ); }
		);
	EOT
}
end() {
	daemon_stop
	kill "$imapd" 2>/dev/null
	wait "$imapd" 2>/dev/null
	: >"$O/log"
	: >"$LOG"
}
quick='retry_first = "10ms"; retry_max = "20ms"; login_retry = "1h";'

# ---- faults of the configuration
server
TOKEN_URL=http://login.example.org/token
imap_conf '' "$(token first/1)"
like "secrets do not go out in clear" "$(heard check 2>&1)" 'token.url must begin with https://'
TOKEN_URL=
imap_conf '' "$(token '')"
like "a refresh token has to be there" "$(heard check 2>&1)" 'token.url needs token.client_id and token.refresh_token'
end

# ---- what is given is used, until its time is over
mode ok
server --mails 2 --die commands --step 3
imap_conf "$quick poll = \"200ms\";" "$(token first/1)"
must_start
ok "the token opens the mailbox" wait_for 20 says '.seen == [1,2]'
ok "again and again" wait_for 20 says '.logins >= 2'
is "by one request" "$(cat "$O/log")" "ok 200 first/1"
is "and is taken" "$(status .refused)" 0
end
mode short
server --mails 1 --die commands --step 3
imap_conf 'retry_first = "1500ms"; retry_max = "1500ms"; poll = "200ms";' "$(token first/1)"
must_start
ok "one that ends soon" wait_for 40 says '.seen == [1] and .logins >= 3'
ok "is followed by the next" [ "$(requests)" -ge 3 ]
is "before the server minds" "$(status .refused)" 0
end

# ---- answers that are none
for what in garbage empty control large drop busy; do
	mode $what
	server --mails 1
	imap_conf 'retry_first = "400ms"; retry_max = "400ms"; login_retry = "1h";' "$(token first/1)"
	must_start
	ok "$what: is said" wait_for 10 has_logged 1 'u1/INBOX: no access token: .*; trying again in'
	ok "$what: and tried again" wait_for 10 has_logged 3 'no access token'
	ok "$what: after a pause" [ "$(requests)" -le 15 ]
	is "$what: nobody knocks without a token" "$(status .connections)" 0
	mode ok
	ok "$what: then it works" wait_for 10 says '.seen == [1]'
	note "$(grep -m1 -o 'no access token.*;' "$LOG")"
	end
done

# ---- the owner withdrew it
mode grant
server --mails 1
imap_conf "$quick" "$(token first/1) folders = [ \"INBOX\", \"a\", \"b\" ];"
must_start
ok "a refused refresh token is said" wait_for 10 has_logged 1 'account u1: no access token: the server refuses the refresh token \(400 invalid_grant\); no further try for [0-9]+ min'
sleep 2
is "once" "$(grep -c 'no access token' "$LOG")" 1
is "and asked for once, with three folders" "$(cat "$O/log")" "grant 400 first/1"
is "in words of ours" "$(grep -c 'ann@x' "$LOG")" 0
end

# ---- a new refresh token with each answer
rm -rf "$STATE"
mode rotate
server --mails 1
imap_conf "$quick" "$(token first/1)"
kept() { cat "$STATE"/instances/mail/input/imap/refresh-* 2>/dev/null; }
must_start
ok "one that changes works" wait_for 10 says '.seen == [1]'
is "what is good now is kept" "$(kept)" "$(cat "$O/refresh")"
is "for nobody else to read" "$(stat -c %a "$STATE"/instances/mail/input/imap/refresh-*)" 600
second=$(cat "$O/refresh")
daemon_stop
must_start
ok "after a restart, too" wait_for 10 says '.logins >= 2 and .refused == 0'
is "with the newest" "$(cut -d' ' -f2- "$O/log")" "200 first/1
200 $second"
daemon_stop
echo first/1 >"$O/refresh" # that of the configuration is good again
mode ok
must_start
ok "if that is refused" wait_for 10 says '.logins >= 3 and .refused == 0'
is "the configuration's is tried at once" "$(tail -n 2 "$O/log")" "ok 400 $(kept)
ok 200 first/1"
daemon_stop
echo another >"$O/refresh"
imap_conf "$quick" "$(token another)"
must_start
ok "one that is put there anew" wait_for 10 says '.logins >= 4'
is "counts at once" "$(tail -n 1 "$O/log")" "ok 200 another"
daemon_stop
rm -rf "$STATE"/instances/mail/input/imap/refresh-*
if [ "$(id -u)" != 0 ]; then
	mode rotate
	chmod 500 "$STATE"/instances/mail/input/imap
	must_start
	ok "one that cannot be kept is said" wait_for 10 has_logged 1 'the new refresh token cannot be kept: '
	ok "and used" wait_for 10 says '.logins >= 5'
	chmod 700 "$STATE"/instances/mail/input/imap
	echo another >"$O/refresh"
fi
end

# ---- the same for the relay
rm -rf "$STATE"
mode grant
"$HEARD" keygen "$T/keys" >/dev/null
KEYS="public_key = \"$T/keys/heard.pub\"; private_key = \"$T/keys/heard.key\";"
CONF_EXTRA="privacy = { $KEYS }; timezone = \"UTC\"; drain_timeout = \"3s\";"
report() { # N...: a file and a mail each
	for n in "$@"; do echo "<p>report $n</p>" >"$STATE/reports/r$n.html"; done
	sleep 2.5 # nobody writes to them any more
}
ok "the relay starts" relay_start --token "@$O/access"
relay_conf() {
	conf <<-EOT
		pipelines = (
		  { name = "mail";
		    inputs  = ( { plugin = "file"; path = "$T/drop"; } );
		    filters = ( { plugin = "mask"; } );
		    outputs = ( { plugin = "email"; when = "event"; host = "127.0.0.1"; port = $SMTP; tls = "none"; notices = [];
		                  from = "help@shop.test"; user = "help"; login_retry = "1h"; connections = 1; $(token another)
		                  reports = { folder = "reports"; to = [ "boss@shop.test" ]; }; } ); }
		);
	EOT
}
mkdir -p "$T/drop"
relay_conf
must_start
mkdir "$STATE/reports"
daemon_stop
must_start # from now on files are news
daemon_stop
report 1 2
must_start
ok "a refused refresh token is said, of the relay" wait_for 20 has_logged 1 'the relay cannot be used, mails wait and are tried again: no access token: the server refuses the refresh token \(400 invalid_grant\)'
sleep 2
is "and asked for once, for two mails" "$(requests)" 1
is "nobody logs in without" "$(cat "$R/auth.count" 2>/dev/null)" ""
daemon_stop
mode stale
must_start
ok "one that ran out is followed by a new one" wait_for 20 has_taken 2
is "which was asked for once" "$(cut -d' ' -f1,2 "$O/log")" "grant 400
stale 200
ok 200"
daemon_stop
relay_stop
echo no-such-token >"$R/token"
rm "$R/auth.count"
ok "another relay starts" relay_start --token "@$R/token"
relay_conf
report 3 4
must_start
ok "where new ones are no better" wait_for 20 grep -qx 2 "$R/auth.count"
sleep 2
is "it ends after one more" "$(cat "$R/auth.count")" 2
daemon_stop
no_sanitizer_reports
done_testing
