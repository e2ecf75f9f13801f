#!/bin/sh
# Reports: figures that agree with what happened, in every form; written once, on time,
# over restarts; and nothing that a customer wrote becomes markup or a formula.
. "$(dirname "$0")/../lib/daemon.sh"
. "$(dirname "$0")/../lib/clock.sh"
. "$(dirname "$0")/../lib/browser.sh"

ZONE=Asia/Shanghai
CONF_EXTRA="timezone = \"$ZONE\";"
outputs_conf() { # MORE OUTPUTS
	conf <<-EOT
		pipelines = ( { name = "shop"; clear = true;
		  inputs  = ( { plugin = "http"; path = "/feedback"; } );
		  outputs = (
		    { plugin = "tickets"; database = "desk.db";
		      departments = ( { name = "quality"; agents = [ "agent-li" ]; } ); }$1 ); } );
	EOT
}
REPORTS=', { plugin = "report"; database = "desk.db"; every = [ "day", "week", "month" ];
	at = "08:00"; formats = [ "html", "md", "csv", "json" ]; keep = 2; },
	{ plugin = "report"; name = "improve"; database = "desk.db"; every = [ "day" ];
	  edition = "public"; lang = "en"; }'
outputs_conf "$REPORTS"

desk() { in_time tickets "$@"; }
report() { in_time report "$@"; }
code_of() { "$@" >"$T/said" 2>&1; echo $?; }
post() { # JSON
	curl -fsS -m 20 -o "$T/answer" -H 'Content-Type: application/json' -d "$1" "$(url public /feedback)"
}
says() { # JQ: of the report of today
	[ "$(report --json | jq "$1")" = "${2:-true}" ]
}
listed() { (cd "$STATE/reports" 2>/dev/null && ls) | grep "$1" | tr '\n' ' ' | sed 's/ $//'; }
has_file() { [ -s "$STATE/reports/$1" ]; }

# ---- Sunday evening in Shanghai

clock_at 2026-12-06T20:00
must_start

XSS='<script>alert(1)</script><img src=x onerror=alert(2)>'
evil=$(jq -n --arg x "$XSS" '{subject: ("=HYPERLINK(\"http://evil.example\",\"x\") " + $x),
	body: "充电宝着火了", intent: "complaint", priority: "high", category: "product",
	subcategory: "safety", product: ("PB-1" + $x), department: "quality", channel: "web"}')
post "$evil"
post '{"subject":"+8613800138000 is not a sum","body":"again","intent":"complaint","category":"product","subcategory":"safety","department":"quality"}'
post '{"body":"@SUM(A1) 什么时候发货","intent":"question","category":"service","subcategory":"logistics"}'
post '[{"body":"很好","intent":"praise","nps":10,"csat":5,"rating":5,"rating_max":5},
       {"body":"还行","intent":"praise","nps":9,"csat":4,"ces":6},
       {"body":"不好","intent":"praise","nps":3,"csat":2,"ces":3}]'
ok "the records are stored" wait_for 20 is_drained
desk reply 1 "换新" >/dev/null
desk status 1 resolved >/dev/null

# 6 records, 3 tickets: 1 answered and resolved; its two levels were met, others are not
# due yet.  CSAT 2 of 3; NPS 100 * (2 - 1) / 3; CES 4.5.
report --json >"$T/today.json"
is "the period is today" "$(jq -r '.period + " " + .name + " " + .from' "$T/today.json")" \
	"today 2026-12-06 2026-12-05T16:00:00.000Z"
is "figures agree with what happened" "$(jq -c '[.received, .tickets, .response_rate * 3,
	.on_time_rate, .resolution_rate * 3, (.csat * 3 | round), (.nps | round), .ces, .kiosk_index]' "$T/today.json")" \
	'[6,3,1,1,1,2,33,4.5,null]'
is "so do the parts" "$(jq -c '[.by_channel, .by_priority, .by_department]' "$T/today.json")" \
	'[{"web":6},{"medium":2,"high":1},{"quality":2,"":1}]'
is "and the topics" "$(jq -c '[.top_issues[] | [.category, .tickets]] | sort' "$T/today.json")" \
	'[["product",1],["product",1],["service",1]]'
is "there was nothing before" "$(jq -c '[.previous.name, .previous.received, .previous.nps]' "$T/today.json")" \
	'["2026-12-05",0,null]'
ok "a range of days, both included" says true true
is "a range has the same" "$(report --period 2026-12-01..2026-12-06 --json | jq -c '[.period, .received, .tickets]')" \
	'["2026-12-01..2026-12-06",6,3]'
is "a day of its own" "$(report --period 2026-12-05 --json | jq .received)" 0
is "no period is wrong usage" "$(code_of report --period fortnight)" 2
like "and says what there is" "$(cat "$T/said")" 'fortnight.*week.*2026-W10'
is "no format either" "$(code_of report --format pdf)" 2
is "a pipe is written to" "$(report --json -o /dev/stdout | jq -r .name)" 2026-12-06
is "nothing was written yet" "$(listed .)" ""

# ---- Monday at eight: the day and the week are over

clock_at 2026-12-07T07:59
heard status >/dev/null
is "not before the time" "$(listed .)" ""
clock_at 2026-12-07T08:01
is_written() { heard status >/dev/null && has_file "$1"; }
ok "the day is written" wait_for 30 is_written day-2026-12-06.json
ok "and the week" wait_for 30 is_written week-2026-W49.json
ok "and what the public may read" wait_for 30 is_written public-day-2026-12-06.html
is "each in its forms, no month" "$(listed .)" \
	"day-2026-12-06.csv day-2026-12-06.html day-2026-12-06.json day-2026-12-06.md public-day-2026-12-06.html week-2026-W49.csv week-2026-W49.html week-2026-W49.json week-2026-W49.md"
is "the same figures" "$(jq -c '[.period, .received, .tickets, (.csat * 3 | round)]' "$STATE/reports/day-2026-12-06.json")" \
	'["day",6,3,2]'
stamps() { (cd "$STATE/reports" && stat -c '%n %i %.9Y' -- *2026-12-06* *W49*) | sort; }
stamps >"$T/before"
ok "the daemon stops" daemon_stop
must_start
daemon_kill
must_start
clock_at 2026-12-07T08:30
clock_at 2026-12-07T23:50

# ---- three days off: the last one is caught up, and older ones make room

ok "the daemon stops again" daemon_stop
clock_at 2026-12-10T09:00
must_start
ok "the last day is caught up" wait_for 30 is_written day-2026-12-09.csv
is "over restarts none was written twice" "$(stamps)" "$(cat "$T/before")"
is "the days between are not" "$(listed '^day.*csv')" "day-2026-12-06.csv day-2026-12-09.csv"
clock_at 2026-12-11T09:00
ok "another day" wait_for 30 is_written day-2026-12-10.md
is "two of each are kept" "$(listed '^day.*html')" "day-2026-12-09.html day-2026-12-10.html"
clock_at 2027-06-01T09:00
ok "a clock is ahead" wait_for 30 is_written day-2027-05-31.md
ok "and the daemon stops" daemon_stop
clock_at 2026-12-12T09:00
must_start
ok "once it is right, the day is not missed" wait_for 30 is_written day-2026-12-11.md

# ---- what customers wrote stays text

for form in html md csv; do
	report --period 2026-12-06 --format $form -o "$T/evil.$form"
done
report --period 2026-12-06 --edition public --lang en -o "$T/public.html"
report --period 2026-12-06 --edition public --format json -o "$T/public.json"
hidden() { ! grep -q -- "$1" "$2"; }
ok "no tag of theirs in the page" hidden '<script\|<img' "$T/evil.html"
like "it is shown as they wrote it" "$(cat "$T/evil.html")" '&lt;script&gt;alert'
ok "nor in Markdown" hidden '[^\\]<script\|[^\\]<img' "$T/evil.md"
is "the table begins with a mark" "$(head -c 3 "$T/evil.csv" | od -An -tx1 | tr -d ' ')" efbbbf
cells() { # each cell that a spreadsheet would take for a formula
	$python - "$T/evil.csv" <<-EOT
		import csv, sys
		rows = list(csv.reader(open(sys.argv[1], encoding="utf-8-sig", newline="")))
		assert all(len(r) == 4 for r in rows), rows
		def is_number(s):
		    try: float(s); return True
		    except ValueError: return False
		print([c for r in rows for c in r if c[:1] in tuple("=+-@\t\r") and not is_number(c)])
	EOT
}
is "no cell is a formula" "$(cells)" "[]"
like "but they are there" "$(cat "$T/evil.csv")" "\"'=HYPERLINK"
is "lines end as RFC 4180 says" "$(tr -dc '\n' <"$T/evil.csv" | wc -c)" "$(tr -dc '\r' <"$T/evil.csv" | wc -c)"
ok "the public learns no word" hidden 'HYPERLINK\|发货\|PB-1' "$T/public.html"
ok "nor an agent" hidden 'agent-li\|quality\|departments' "$T/public.json"
is "nor what one customer alone said" "$(jq -c .top_issues "$T/public.json")" '[]'

# ---- a browser looks at them

if has_browser; then
	cp "$T/evil.html" "$T/report-zh.html"
	report --period 2026-12-06 --lang en -o "$T/report-en.html"
	ok "pages fit, print, and have no element of theirs" $python "$here/tests/system/report.py" \
		"$shots" "$T/report-zh.html" "$T/report-en.html" "$T/public.html"
else
	note "no chromium: pages were not looked at"
fi

# ---- without an instance of its own

ok "the daemon stops once more" daemon_stop
outputs_conf ""
is "the tickets' database will do" "$(report --period 2026-12-06 --json | jq .received)" 6
conf <<-EOT
	pipelines = ( { name = "shop"; clear = true;
	  inputs  = ( { plugin = "http"; path = "/feedback"; } );
	  outputs = ( { plugin = "file"; path = "out.ndjson"; } ); } );
EOT
is "without any there is none" "$(code_of report)" 1
like "which is said" "$(cat "$T/said")" 'no instance of the plugin "report" is configured'
no_sanitizer_reports
done_testing
