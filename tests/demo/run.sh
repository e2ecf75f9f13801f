#!/bin/sh
# The demonstration: a shop's feedback comes in by file and by HTTP, is masked,
# classified and kept as tickets, which have owners and deadlines; what is urgent is
# told to a chat robot (a receiver of our own), the customer sees how it goes, and a
# report is made.  All of it lives in one temporary folder and on loopback.  Ctrl-C
# drains the daemon and removes the folder, unless KEEP=1.
#
#	BUILD      the build tree (build/release)
#	KEEP       1: leave the folder, and say where it is
#	DEMO_ONCE  1: show it and end; so does an output that is no terminal
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
build=$(cd "${BUILD:-$root/build/release}" && pwd)
heard=$build/heard
data=$here/feedback.ndjson
all=$(($(wc -l <"$data")))
by_file=100 # the rest is posted
daemon=
robot=

folder=$(mktemp -d "${TMPDIR:-/tmp}/heard-demo.XXXXXX")
scratch=$(mktemp -d "${TMPDIR:-/tmp}/heard-demo-in.XXXXXX")
conf=$folder/heard.conf
state=$folder/state

fail() {
	echo "demo: $*" >&2
	tail -n 20 "$folder/heard.log" >&2 2>/dev/null || :
	exit 1
}

# Drain, and leave nothing behind.  A second Ctrl-C does not cut it short.
leave() {
	result=$?
	trap '' INT TERM HUP
	trap - EXIT
	if [ -n "$daemon" ]; then
		kill -TERM "$daemon" 2>/dev/null || :
		wait "$daemon" 2>/dev/null || result=1
	fi
	if [ -n "$robot" ]; then
		kill "$robot" 2>/dev/null || :
		wait "$robot" 2>/dev/null || :
	fi
	rm -rf "$scratch"
	if [ "${KEEP:-}" = 1 ]; then
		echo "kept: $folder"
	else
		rm -rf "$folder"
	fi
	exit "$result"
}
trap leave EXIT
trap 'exit 0' INT TERM HUP

# wait_until SECONDS WHAT COMMAND...: ask again until it says yes.
wait_until() {
	tries=$(($1 * 20))
	what=$2
	shift 2
	until "$@" >/dev/null 2>&1; do
		[ "$tries" -gt 0 ] || fail "$what: waited too long"
		kill -0 "$daemon" 2>/dev/null || fail "$what: the daemon has ended"
		tries=$((tries - 1))
		sleep 0.05
	done
}

address() {
	sed -n "s/^$1 //p" "$state/listeners"
}

write_conf() {
	cat >"$conf" <<-CONF
		state_dir = "$state";
		plugin_path = [ "$build/plugins" ];
		log = { level = "notice"; };
		timezone = "Asia/Shanghai";
		privacy = { public_key = "$folder/keys/heard.pub";
		            private_key = "$folder/keys/heard.key"; };
		listeners = (
		  { name = "public"; address = "127.0.0.1:0"; },
		  { name = "admin"; address = "127.0.0.1:0"; }
		);
		pipelines = (
		  { name = "shop";
		    inputs = ( { plugin = "http"; path = "/feedback"; },
		               { plugin = "file"; path = "$folder/drop"; done = "delete"; } );
		    filters = ( { plugin = "normalize"; }, { plugin = "language"; },
		                { plugin = "mask"; },
		                { plugin = "sentiment"; models = "$root/etc/models"; },
		                { plugin = "classify"; rules = "$root/etc/rules/ecommerce.cfg"; },
		                { plugin = "keywords"; lists = "$root/etc/models"; } );
		    outputs = (
		      { plugin = "tickets"; database = "tickets.db";
		        departments = (
		          { name = "quality";    agents = [ "li", "wang" ];  lead = "chen"; },
		          { name = "aftersales"; agents = [ "zhao", "sun" ]; lead = "chen"; },
		          { name = "logistics";  agents = [ "zhou" ];        lead = "wu"; },
		          { name = "tech";       agents = [ "zheng" ];       lead = "wu"; },
		          { name = "finance";    agents = [ "feng" ];        lead = "wu"; },
		          { name = "service";    agents = [ "he", "lv" ];    lead = "chen"; } ); },
		      { plugin = "webhook"; name = "robot"; preset = "dingtalk"; allow_private = true;
		        url = "http://$(cat "$folder/robot.port")/robot"; secret = "SECdemonstration";
		        when = "event == 'created' and priority == 'high'"; },
		      { plugin = "report"; database = "tickets.db"; every = [ "day" ];
		        formats = [ "html" ]; },
		      { plugin = "file"; path = "feedback.ndjson"; } ); }
		);
	CONF
}

# A chat robot's server: keeps what it is told, and says that all is well.
start_robot() {
	echo robot >"$folder/robot.mode"
	"$build/tools/sink" -P "$folder/robot.port" -m "$folder/robot.mode" -B "$folder/robot.log" \
		>/dev/null 2>&1 &
	robot=$!
	tries=200
	until [ -s "$folder/robot.port" ]; do
		[ "$tries" -gt 0 ] || fail "the robot's server does not start"
		tries=$((tries - 1))
		sleep 0.05
	done
}

start() {
	mkdir "$folder/drop"
	start_robot
	write_conf
	"$heard" keygen "$folder/keys" >/dev/null
	"$heard" check -c "$conf" >"$folder/heard.log" 2>&1 || fail "the configuration is not good"
	# A session of its own: Ctrl-C is for this script, which then drains.
	setsid "$heard" run -c "$conf" >>"$folder/heard.log" 2>&1 &
	daemon=$!
	wait_until 20 "start" test -s "$state/listeners"
	wait_until 20 "start" curl -sf "http://$(address admin)/readyz"
}

# A file is written under a name that is not read, and then renamed.
drop() {
	cp "$1" "$folder/drop/$2.part"
	mv "$folder/drop/$2.part" "$folder/drop/$2"
}

# post TYPE FILE [KEY]
post() {
	code=$(curl -s -o "$scratch/answer" -w '%{http_code}' -H "Content-Type: $1" \
		${3:+-H "Idempotency-Key: $3"} --data-binary "@$2" "http://$(address public)/feedback")
	[ "$code" = 202 ] || fail "POST was answered $code: $(head -c 300 "$scratch/answer")"
}

feed() {
	sed -n "1,60p" "$data" >"$scratch/a"
	sed -n "61,${by_file}p" "$data" >"$scratch/b"
	drop "$scratch/a" monday.ndjson
	drop "$scratch/b" tuesday.ndjson
	sed "1,${by_file}d" "$data" >"$scratch/rest"

	# one request for one of them, as a web form or an app does
	sed 40q "$scratch/rest" >"$scratch/single"
	n=0
	while IFS= read -r line; do
		n=$((n + 1))
		printf '%s' "$line" >"$scratch/one"
		post application/json "$scratch/one" "demo-post-$n"
	done <"$scratch/single"
	# an array, as a survey tool does
	{ printf '['; sed -n 41,70p "$scratch/rest" | paste -sd, -; printf ']'; } >"$scratch/array"
	post application/json "$scratch/array"
	# and lines, as a script does
	sed 1,70d "$scratch/rest" >"$scratch/lines"
	post application/x-ndjson "$scratch/lines"
}

# Every record in both outputs, nothing on its way, and the books balance.
is_through() {
	ledger=$("$heard" ledger -c "$conf" --json | tr -d ' \n')
	[ "$(printf '%s' "$ledger" | grep -o "\"delivered\":$all[,}]" | wc -l)" = 2 ] &&
		! printf '%s' "$ledger" | grep -q '"pending":[1-9]' &&
		! printf '%s' "$ledger" | grep -q '"balanced":false' &&
		[ -z "$(find "$folder/drop" -type f)" ]
}

# What an agent does with the most urgent ticket; the customer's page is $status.
act() {
	first=$("$heard" tickets list -c "$conf" --json | tr -d ' \n' |
		sed -n 's/^[^}]*"id":\([0-9]*\).*/\1/p')
	status=/status/$("$heard" tickets list -c "$conf" --json | tr -d ' \n' |
		sed -n 's/^[^}]*"token":"\([^"]*\)".*/\1/p')
	"$heard" tickets reply "$first" -c "$conf" >/dev/null \
		"非常抱歉，请先停止使用；我们已经安排退款，今天会有专人联系您。 We are sorry, and on it." ||
		fail "the answer was not taken"
	"$heard" tickets publish "$first" -c "$conf" "部分产品充电时发热，正在召回检查" >/dev/null ||
		fail "the issue was not published"
	"$heard" report --period "$(date -u +%F)..$(TZ=Asia/Shanghai date +%F)" -c "$conf" \
		--format html -o "$folder/report.html" || fail "no report was made"
}

# The keywords of what sounds unhappy, the most frequent first.
unhappy_words() {
	grep '"label":"negative"' "$state/feedback.ndjson" | grep -o '"keywords":\[[^]]*' |
		cut -d'[' -f2 | tr -d '"' | tr , '\n' | sort | uniq -c | sort -k1,1nr -k2 |
		awk 'NR <= 16 { printf "%s%s (%s)", (NR % 8 == 1 ? "\n      " : ", "), substr($0, index($0, $2)), $1 }
			END { print "" }' | sed 1d
}

# The robot's messages, as people see them.
robot_said() {
	sed -n 's/.*"content":"\([^"]*\)".*/\1\\n/p' "$folder/robot.log" | sed 's/\\n/\n/g' |
		sed 's/^./      &/' | head -n 14
}

show() {
	token=$("$heard" tickets list -c "$conf" --json | tr -d ' \n' |
		sed -n 's/^[^}]*"id":\([0-9]*\).*/\1/p')
	echo
	echo "$all pieces of feedback came in: $by_file from two files, $((all - by_file)) by HTTP."
	echo
	"$heard" tickets list -c "$conf" >"$scratch/list"
	head -n 16 "$scratch/list"
	echo
	echo "What the unhappy ones speak of:"
	echo
	unhappy_words
	echo
	echo "What the team's robot was told at once (all of it: $folder/robot.log):"
	echo
	robot_said
	cat <<-TRY

		Look at it in a browser:

		  http://$(address public)/feedback                 the form; ?lang=en
		  http://$(address public)$status
		                                                 what the customer sees of #$first
		  http://$(address public)/board                    known issues
		  http://$(address public)/promise                  what the shop promises
		  file://$folder/report.html

		Now try, in another terminal:

		  $heard tickets list -c $conf --priority high
		  $heard tickets show ${token:-1} -c $conf
		  $heard tickets reply ${token:-1} "已经处理好了" -c $conf
		  $heard tickets status ${token:-1} resolved -c $conf
		  $heard report --period $(date -u +%F)..$(TZ=Asia/Shanghai date +%F) -c $conf
		  $heard tickets search 退款 -c $conf
		  $heard tickets search refund -c $conf
		  $heard ledger -c $conf
		  $heard dead list -c $conf
		  $heard status -c $conf
		  $heard reveal -c $conf "\$(grep -o 'sealed:[^"]*' $state/feedback.ndjson | head -n 1)" --reason "calling back"
		  curl -s http://$(address admin)/metrics
		  curl -s http://$(address public)/feedback -H 'Content-Type: application/json' \\
		      -d '{"body":"耳机坏了，请打 13800001234"}'
		  less $state/feedback.ndjson
	TRY
}

start
feed
wait_until 60 "delivery" is_through
act
show
if [ "${DEMO_ONCE:-}" = 1 ] || ! [ -t 1 ]; then
	"$heard" stop -c "$conf" >/dev/null
	wait "$daemon" || fail "the daemon did not end well"
	daemon=
	exit 0
fi
echo
echo "Ctrl-C ends it."
wait "$daemon" || fail "the daemon has ended"
daemon=
