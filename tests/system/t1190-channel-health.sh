#!/bin/sh
# Channel health: a channel speaks for days and falls silent: one warning, over kills and
# restarts; heard again: one notice.  Metrics, status and report say the same figures.
. "$(dirname "$0")/../lib/daemon.sh"
. "$(dirname "$0")/../lib/clock.sh"
. "$(dirname "$0")/../lib/browser.sh"

ZONE=Asia/Shanghai
CONF_EXTRA="timezone = \"$ZONE\";"
DROP=$T/drop
mkdir "$DROP"
conf <<-EOF
	pipelines = ( { name = "shop"; clear = true;
	  inputs  = ( { plugin = "http"; path = "/feedback"; },
	              { plugin = "file"; name = "papers"; path = "$DROP"; done = "move"; } );
	  outputs = ( { plugin = "tickets"; database = "desk.db"; },
	              { plugin = "report"; database = "desk.db"; } ); } );
EOF

post() { # CHANNEL ID
	curl -fsS -m 20 -o "$T/answer" -H 'Content-Type: application/json' \
		-d "{\"channel\":\"$1\",\"source_id\":\"$2\",\"body\":\"你好\"}" "$(url public /feedback)"
}
metric() { # NAME CHANNEL
	curl -fsS -m 10 "$(url admin /metrics)" |
		sed -n "s/^heard_channel_$1{pipeline=\"shop\",channel=\"$2\"} //p"
}
of_status() { # CHANNEL JQ
	heard status --json | jq -c ".channels[] | select(.channel == \"$1\") | $2"
}
of_report() { # CHANNEL JQ [PERIOD]
	env LD_PRELOAD="$(preload_list)" "$HEARD" report --json --period "${3:-today}" -c "$CONF" |
		jq -c ".channels[] | select(.name == \"$1\") | $2"
}
warned() { grep -c " warn .*channel .*$1.*: nothing for" "$LOG"; }
again() { grep -c " notice .*channel .*$1.* is heard again" "$LOG"; }
is_now() { [ "$("$2" "$3")" = "$1" ]; }
is_metric() { [ "$(metric "$1" "$2")" = "$3" ]; }
kept_at() { stat -c %i "$STATE/channels" 2>/dev/null || echo none; }
is_kept_anew() { [ "$(kept_at)" != "$1" ]; }
keep() { # what was counted is in the file
	before=$(kept_at)
	minutes 6
	wait_for 20 is_kept_anew "$before"
}

# ---- eight days: weibo speaks three times a day, app six times

weibo=微博
monday=$(date -d "+$((15 - $(date +%u))) days" +%F) # clocks that go backwards stop timers
the() { date -d "$monday +$1 days" +%F; }	   # n-th day after it
clock_at "$(the 0)T08:00"
must_start
ok "nobody was heard yet" test "$(heard status --json | jq '.channels | length')" = 0
day=0
while [ $day -le 7 ]; do
	for hour in 09 11 13 15 17 19; do
		minute=00
		[ $hour = 09 ] && minute=05 # the night is 14 hours, and not a second less
		clock_at "$(the $day)T$hour:$minute"
		post app "app-$day-$hour"
		case $hour in 09 | 13 | 19) post $weibo "weibo-$day-$hour" ;; esac
	done
	day=$((day + 1))
done
is "all were counted" "$(metric records_total app) $(metric records_total $weibo)" "48 24"
cat >"$DROP/papers.ndjson" <<-EOF
	{"channel":"paper","source_id":"p1","body":"one"}
	{"channel":"paper","source_id":"p2","body":"two"}
	{"channel":"paper","source_id":
	{"channel":"paper","source_id":"p4","body":"four"}
EOF
ok "a table with a broken line is read" wait_for 20 is_metric records_total paper 4
is "the line is an error of its channel" "$(metric dead_total paper)" 1
sed -n '1,2p' "$DROP"/*/papers.ndjson >"$T/again"
echo '{"channel":"paper","source_id":"p5","body":"five"}' >>"$T/again"
mv "$T/again" "$DROP/again.ndjson"
ok "what comes again is no sign of life" wait_for 20 is_metric records_total paper 5
is "nobody is silent" "$(metric silent app) $(metric silent $weibo) $(metric silent paper) $(warned .)" "0 0 0 0"

# ---- the same figures everywhere

ok "they are kept" keep
is "status: today and seven days" "$(of_status app '[.today, .week]') $(of_status $weibo '[.today, .week]') $(of_status paper '[.today, .week, .week_dead]')" \
	"[6,42] [3,21] [5,5,1]"
is "the report: today" "$(of_report app '[.received, .previous]') $(of_report $weibo '[.received, .previous]') $(of_report paper '[.received, .dead, .error_rate, .previous]')" \
	"[6,6] [3,3] [5,1,0.2,null]"
is "the report: all days" "$(of_report app .received "$(the 0)..$(the 7)") $(of_report $weibo .received "$(the 0)..$(the 7)")" "48 24"
is "the report: one day of before" "$(of_report $weibo '[.received, .previous]' "$(the 2)") $(of_report $weibo .previous "$(the 1)")" \
	"[3,3] null" # the first day is not all known
last=$(metric last_heard_timestamp_seconds $weibo)
is "last heard is the same" "$(of_status $weibo .last_heard_ms | cut -c1-10) $(date -d "$(of_report $weibo .last_heard | tr -d '"')" +%s)" \
	"${last%.*} ${last%.*}"

# ---- silence

is_kept() { # STATE: behind the scenes, so a moment after it was said
	[ "$(tail -n +2 "$STATE/channels" | jq "select(.channel == \"$weibo\").state")" = "$1" ]
}

clock_at "$(the 8)T13:00"
post app app-10
clock_at "$(the 8)T19:00"
post app app-11
clock_at "$(the 9)T00:30" # 29.5 hours: twice the longest night is 28
ok "after more than twice its longest gap it is silent" wait_for 30 is_now 1 warned $weibo
like "which is said with what is usual" "$(grep ' warn ' "$LOG")" \
	'shop/http: channel .*: nothing for 29 h, where no gap of the last 4 weeks was longer than 14 h'
ok "and is a metric" wait_for 10 is_metric silent $weibo 1
is "no other is" "$(metric silent app) $(metric silent paper)" "0 0"
is "status says it" "$(of_status $weibo .silent) $(of_status app .silent)" "true false"
like "also to people" "$(heard status)" "shop/$weibo .* 29 h ago  SILENT"
heard status >"$T/status.txt"
sed 's/^/# /' "$T/status.txt"
widths() { # of the lines of the table up to "ago"
	python3 - "$T/status.txt" <<-'PY'
		import sys, unicodedata
		rows = [l for l in open(sys.argv[1], encoding="utf-8") if " ago" in l]
		print(len({sum(2 if unicodedata.east_asian_width(c) in "WF" else 1
		               for c in l[:l.index(" ago")]) for l in rows}), len(rows))
	PY
}
is "and its columns line up" "$(widths)" "1 3"
ok "it is kept" wait_for 30 is_kept 1
daemon_kill
must_start
minutes 30
ok "a kill keeps it silent" is_metric silent $weibo 1
ok "a stop" daemon_stop
must_start
minutes 30
heard status >/dev/null
ok "and a restart do, too" is_metric silent $weibo 1
is "it was said once" "$(warned $weibo)" 1
is "the report has it first" "$(in_time report --json --period "$(the 8)" | jq -c '.channels[0] | [.name, .silent, .received, .previous]')" \
	"[\"$weibo\",true,0,3]"
report_in() { in_time report --period "$(the 8)" --lang "$1" --format "$2"; }
like "in words, too" "$(report_in zh md)" "$weibo .*−100%.*静默时间超出平常"
like "in English" "$(report_in en md)" "$weibo .*silent for longer than usual"
like "on the page" "$(report_in zh html)" "$weibo.*静默时间超出平常"
like "and in the table" "$(report_in en csv)" "\"Channels\",\"$weibo · Last heard\",\"$(LC_ALL=C date -d "$(the 7)" "+%-d %B %Y") 19:00\",\"silent for longer"

if has_browser; then
	report_in zh html >"$T/channels-zh.html"
	report_in en html >"$T/channels-en.html"
	ok "the page fits and prints" $python "$here/tests/system/report.py" \
		"$shots" "$T/channels-zh.html" "$T/channels-en.html"
fi

# ---- heard again

clock_at "$(the 9)T10:10"
post $weibo weibo-11
minutes 1
ok "it is heard again" wait_for 30 is_now 1 again $weibo
like "after so long" "$(grep 'heard again' "$LOG")" 'after 39 h'
ok "it is kept" wait_for 30 is_kept 0
ok "which is a metric" is_metric silent $weibo 0
daemon_kill
must_start
minutes 40
heard status >/dev/null
is "a kill does not say it twice" "$(warned $weibo) $(again $weibo) $(metric silent $weibo)" "1 1 0"
is "days survive the kill, counters begin anew" \
	"$(of_status $weibo .week) $(metric records_total $weibo)" "16 0"

# ---- a daemon that was down has nobody to blame

post app app-12
ok "it stops for ten days" daemon_stop
days 10
must_start
minutes 1500
heard status >/dev/null
ok "its own absence is no silence" is_metric silent $weibo 0
is "nothing is said" "$(warned .)" 1
minutes 3300 # eighty hours: the gap that has just been learned was 39
ok "but theirs is, after it" wait_for 30 is_now 2 warned $weibo
ok "also app's" wait_for 30 is_now 1 warned app

# ---- given up

days 29
ok "after four weeks nobody waits" wait_for 30 is_metric silent $weibo 0
like "which is said" "$(grep ' notice ' "$LOG")" 'nothing for .* d; it is not waited for any more'

# ---- a file that was damaged

ok "the daemon stops" daemon_stop
printf x | dd of="$STATE/channels" bs=1 seek=200 conv=notrunc 2>/dev/null
must_start
is "a damaged file is said once" "$(grep -c ' warn channels: .*is damaged' "$LOG")" 1
is "and nobody is known" "$(heard status --json | jq '.channels | length')" 0
post app app-after
ok "it begins anew" is_metric records_total app 1
ok "and stops" daemon_stop
is "what there is now is kept" "$(of_report app .received)" 1

no_sanitizer_reports
done_testing
