#!/bin/sh
# Whoever answers everything: another heard, a vacation notice, a program that looks like a
# person, an address that is gone, a mailing list.  All of it ends, shown by counts.
. "$(dirname "$0")/../lib/daemon.sh"
. "$(dirname "$0")/../lib/postfix.sh"
postfix_can || skip_all "postfix is not installed, or this is not root"
NO_PUBLIC=1
people() { "$here/tests/system/loops.py" "$@"; }

# ---- two daemons: which one the functions of daemon.sh mean
desk() { # a or b
	eval "pid_${desk:-none}=\$daemon_pid"
	desk=$1 STATE=$T/$1/state CONF=$T/$1/heard.conf LOG=$T/$1/log
	eval "daemon_pid=\${pid_$1:-}"
	eval "port=\$port_$1"
}
desk_start() { # NAME
	desk "$1"
	mkdir -p "$T/$1"
	"$HEARD" keygen "$T/$1/keys" >/dev/null
	CONF_EXTRA="privacy = { public_key = \"$T/$1/keys/heard.pub\"; private_key = \"$T/$1/keys/heard.key\"; };"
	conf <<-EOT2
		pipelines = (
		  { name = "mail";
		    inputs  = ( { plugin = "lmtp"; address = "127.0.0.1:$port"; reply = "email"; own = [ "desk-$1.test" ];
		                  recipients = ( { address = "help@desk-$1.test"; } ); } );
		    filters = ( { plugin = "normalize"; }, { plugin = "mask"; },
		                { plugin = "classify"; rules = "$here/etc/rules/ecommerce.cfg"; } );
		    outputs = ( { plugin = "tickets"; database = "tickets.db"; },
		                { plugin = "file"; path = "out.ndjson"; },
		                { plugin = "email"; when = "event"; host = "127.0.0.1"; port = ${RELAY#*:}; tls = "none";
		                  from = "help@desk-$1.test"; lang = "en"; retry = { first = "100ms"; max = "500ms"; }; } ); }
		);
	EOT2
	must_start
	started_pids="$started_pids $daemon_pid"
}

# ---- counting
records() { wc -l <"$STATE/out.ndjson" 2>/dev/null || echo 0; }
automatic() { # KIND: records that say so
	jq -r '.attributes["mail.automatic"] // "person"' "$STATE/out.ndjson" | grep -cx "$1"
}
tickets() { heard tickets list --state all --json | jq length; }
delivered() { grep -c "to=<$1>.*status=sent" "$P/log"; } # ADDRESS: mails that Postfix has delivered to it
got() { [ "$(delivered "$1")" -ge "$2" ]; }
queue_is_empty() { [ "$(find "$P/spool/active" "$P/spool/deferred" "$P/spool/incoming" -type f | wc -l)" = 0 ]; }

# Nothing is on its way, and for so long nothing came that a loop would have gone round
# some times.
moves() { grep -c 'status=' "$P/log"; }
is_quiet() {
	quiet_now=$(date +%s)
	if [ "$(moves)" != "$quiet_n" ] || ! queue_is_empty; then
		quiet_n=$(moves) quiet_since=$quiet_now
		return 1
	fi
	[ $((quiet_now - quiet_since)) -ge $((3 * SLOW)) ]
}
ends() {
	quiet_n= quiet_since=$(date +%s)
	wait_for 60 is_quiet
}

ok "Postfix starts" postfix_start
port_a=$(free_port) port_b=$(free_port) robot=$(free_port)
postfix_deliver desk-a.test "lmtp:inet:127.0.0.1:$port_a"
postfix_deliver desk-b.test "lmtp:inet:127.0.0.1:$port_b"
postfix_deliver robot.test "smtp:[127.0.0.1]:$robot"
spawn robot "$here/tests/system/loops.py" robot "$robot" "$RELAY" "$T/robot.log" help@desk-a.test
touch "$T/robot.log"
robot_is_up() { curl -sS -m 2 "smtp://127.0.0.1:$robot" -X NOOP; }
ok "the robots wait" wait_for 10 robot_is_up
desk_start a
desk_start b

# ---- two heards
people send "$RELAY" help@desk-b.test help@desk-a.test "Two desks"
ok "one heard acknowledges to another" wait_for 30 got help@desk-b.test 1
[ "$tap_failed" -eq 0 ] || done_testing
ok "it ends" ends
desk b
is "the other takes it for what it is" "$(records) $(automatic person)" "1 0"
is "and sends nothing" "$(delivered help@desk-a.test)" 1
desk a
ok "an agent answers" heard tickets reply 1 "I am sorry that the parcel of your order did not come, you get your money back." --key a1
ok "which the other acknowledges" wait_for 30 got help@desk-a.test 2
ok "it ends" ends
is "mails to each: two" "$(delivered help@desk-a.test) $(delivered help@desk-b.test)" "2 2"
is "the acknowledgement of it is automatic mail" "$(automatic person)" 1
desk b
is "each has one ticket" "$(tickets)" 1
desk a
is "and one has the other" "$(tickets)" 1

# ---- a vacation notice
people send "$RELAY" vacation@robot.test help@desk-a.test "Away"
ok "who is away is acknowledged" wait_for 30 got vacation@robot.test 1
ok "it ends" ends
is "with one mail each way and the notice" "$(delivered vacation@robot.test) $(delivered help@desk-a.test)" "1 4"
is "the notice says what it is" "$(automatic auto-reply)" 2
is "and is no ticket" "$(tickets)" 2

# ---- a program that looks like a person who replies
people send "$RELAY" rude@robot.test help@desk-a.test "Your mail matters"
ok "who looks like a person is acknowledged" wait_for 30 got rude@robot.test 1
ok "it ends" ends
rude=$(delivered rude@robot.test)
note "to who replies to all: $rude"
ok "with at most ten mails" [ "$rude" -le 10 ]

# ---- and with a new topic each time
before=$(delivered help@desk-a.test)
people send "$RELAY" restless@robot.test help@desk-a.test "Complaint number"
ok "who begins anew each time is answered ten times" wait_for 60 got restless@robot.test 10
ok "it ends" ends
is "and not an eleventh time" "$(delivered restless@robot.test)" 10
is "though all its mails are taken" $(($(delivered help@desk-a.test) - before)) 11

# ---- an address that is gone
before=$(records)
people send "$RELAY" gone@robot.test help@desk-a.test "Gone"
came_back() { [ "$(automatic bounce)" -ge 1 ]; }
ok "what is sent to an address that is gone comes back" wait_for 30 came_back
ok "it ends" ends
is "after one mail" "$(grep -c 'to=<gone@robot.test>' "$P/log")" 1
is "the mail and its return are records" $(($(records) - before)) 2
suppressed() { [ "$(heard email suppressed list --json | jq length)" = "$1" ]; }
ok "the address is suppressed" wait_for 10 suppressed 1
people send "$RELAY" gone@robot.test help@desk-a.test "Gone again"
has_records() { [ "$(records)" -ge $((before + 3)) ]; }
ok "who writes from there again is heard" wait_for 30 has_records
ok "it ends" ends
is "and is sent nothing" "$(grep -c 'to=<gone@robot.test>' "$P/log")" 1
is "nor anybody else" "$(automatic bounce)" 1

# ---- a mailing list
people send "$RELAY" member@robot.test list@robot.test "To all"
on_list() { [ "$(automatic list)" -ge 1 ]; }
ok "a mail by a mailing list is taken" wait_for 30 on_list
ok "it ends" ends
is "nobody is answered, not the member" "$(delivered member@robot.test)" 0
is "and not the list" "$(delivered list@robot.test)" 1

# ---- all of it
is "every mail of ours says that a program sent it, but for the agent's" \
	"$(awk -F '\t' '$2 != "auto-replied"' "$T/robot.log" | grep -vc '^list@')" 0
for d in a b; do
	desk $d
	ok "desk $d has delivered all" wait_for 30 is_drained
	ok "its ledger balances" balanced
	is "it has no dead letter" "$(heard dead list --json | jq -r ".[].reason")" ""
	is "and names nobody in its log" "$(grep -c 'robot.test' "$LOG")" 0
	ok "it stops" daemon_stop
	no_sanitizer_reports
done
postfix_stop
done_testing
