#!/bin/sh
# One story, from a burning power bank to a second round and the report of the day:
# a real browser, a robot that first says no inside HTTP 200, agents at the command
# line, and a clock that goes over midnight.
. "$(dirname "$0")/../lib/daemon.sh"
. "$(dirname "$0")/../lib/clock.sh"
. "$(dirname "$0")/../lib/browser.sh"

has_browser || skip_all "chromium and chromium-driver are not installed"

story="$here/tests/system/story.py"
export ROBOT_SECRET=SECthis-is-a-test

ZONE=Asia/Shanghai
day=$(TZ=$ZONE date -d 'tomorrow' +%F)
next=$(TZ=$ZONE date -d "$day + 1 day" +%F)

ticket() { in_time tickets list --state all --json | jq "${2:-}.[] | select(.id == $1)"; }
field() { in_time tickets list --state all --json | jq -r ".[] | select(.id == ${2:-1}) | .$1"; }
is_field() { [ "$(field "$1" "${3:-1}")" = "$2" ]; }

spawn robot $python "$here/tests/tools/robot.py" "$T/robot.port" "$T/robot.log" 1
wait_for 20 test -s "$T/robot.port"
robot=$(cat "$T/robot.port")

mkdir "$T/keys"
"$HEARD" keygen "$T/keys" >/dev/null
CONF_EXTRA="timezone = \"$ZONE\";
	privacy = { public_key = \"$T/keys/heard.pub\"; private_key = \"$T/keys/heard.key\"; };"
conf <<-EOT
	pipelines = ( { name = "shop";
	  inputs  = ( { plugin = "http"; path = "/feedback"; } );
	  filters = ( { plugin = "normalize"; }, { plugin = "mask"; },
	              { plugin = "classify"; rules = "$here/etc/rules/ecommerce.cfg"; } );
	  outputs = (
	    { plugin = "tickets"; database = "tickets.db";
	      departments = ( { name = "quality"; agents = [ "li", "wang" ]; lead = "chen"; },
	                      { name = "aftersales"; agents = [ "zhao", "sun" ]; lead = "chen"; },
	                      { name = "service"; agents = [ "he", "lv" ]; lead = "chen"; } );
	      follow_up = { after = "1h"; }; },
	    { plugin = "webhook"; name = "robot"; preset = "dingtalk"; allow_private = true;
	      url = "http://$robot/robot/send?access_token=t"; secret = "$ROBOT_SECRET";
	      when = "event == 'created' and priority == 'high'";
	      retry = { first = "100ms"; max = "200ms"; }; },
	    { plugin = "file"; name = "events"; path = "events.ndjson"; when = "event ~= nil"; },
	    { plugin = "file"; path = "out.ndjson"; },
	    { plugin = "report"; database = "tickets.db"; every = [ "day" ]; formats = [ "html", "json" ]; } ); } );
EOT
clock_at "$day 23:30"
must_start

# ---- the customer complains
status=$($python "$story" complain "$(url public /feedback)" "$shots" 2>"$T/browser.err") || cat "$T/browser.err"
ok "the form leads to a status page" test -n "$status"
has_ticket() { [ "$(in_time tickets list --state all --json | jq length)" = 1 ]; }
ok "there is one ticket" wait_for 20 has_ticket
ok "its priority is high" is_field priority high
ok "it is due in exactly 1,800 seconds" test "$(in_time tickets list --json |
	jq '.[0] | (.first_response_due | .[0:19] + "Z" | fromdateiso8601) - (.received_at | .[0:19] + "Z" | fromdateiso8601)')" = 1800
in_time tickets show 1 --json >"$T/show.json"
ok "the phone number is masked" test "$(grep -c 13812345678 "$T/show.json")" = 0
ok "the masked form is there" grep -q '138\*\*\*\*5678' "$T/show.json"
ok "the order number is intact, in its field and in the text" test "$(grep -o 4111111111111111 "$T/show.json" | wc -l)" -ge 2
ok "the contact is sealed" grep -q '"sealed:' "$T/show.json"
ok "nothing of the number is in any file" sh -c "! grep -rqa 13812345678 '$STATE' '$LOG'"

# ---- the robot is called
calls() { [ "$(wc -l <"$T/robot.log")" -ge 2 ]; }
ok "the robot is called again after its error in HTTP 200" wait_for 20 calls
ok "both calls were signed rightly" test "$(jq -s 'map(.good) | all' "$T/robot.log")" = true
ok "it tells the ticket and its priority" grep -q '高.*#1' "$T/robot.log"

# ---- somebody acts
owner=$(field assignee)
ok "the ticket has an owner of its department" test -n "$owner" -a "$owner" != null
clock_at "$day 23:50"
ok "it is answered" in_time tickets reply 1 "非常抱歉！请立即停止使用并远离充电宝，我们已安排退款和上门回收。"
is_answered() { in_time tickets show 1 --json | grep -q '"sent"'; }
ok "the answer is on its way out" wait_for 20 is_answered
ok "its first response was in time" test "$(field first_response_at)" != null
$python "$story" look "$status" "$shots" status-answered >"$T/status.txt" 2>"$T/browser.err" || cat "$T/browser.err"
ok "the customer sees the answer" grep -q 上门回收 "$T/status.txt"
ok "and no personal data" sh -c "! grep -q '5678\|4111' '$T/status.txt' && ! grep -qw '$owner' '$T/status.txt'"
clock_at "$next 00:20"
ok "it is resolved after midnight" in_time tickets status 1 resolved --reason "退款并回收"
$python "$story" look "$status" "$shots" status-resolved >"$T/status.txt" 2>"$T/browser.err" || cat "$T/browser.err"
ok "the customer sees that" grep -q 已解决 "$T/status.txt"

# ---- and is asked
clock_at "$next 01:30"
link() { grep '"event":"follow_up"' "$STATE/events.ndjson" | jq -r '.attributes.follow_up' | head -n 1; }
is_asked() { [ -n "$(link)" ]; }
ok "the follow-up is sent an hour later" wait_for 40 is_asked
follow=$(link)
$python "$story" judge "$(url public "$follow")" "$shots" >"$T/judged.txt" 2>"$T/browser.err" || cat "$T/browser.err"
ok "the customer is thanked" grep -q 谢谢 "$T/judged.txt"
ok "a bad score opens the second round" wait_for 20 is_field round 2
ok "with another owner" sh -c "[ '$(field assignee)' != '$owner' ]"
ok "its state is reopened" is_field state reopened
ok "the link works once only" sh -c "curl -s '$(url public "$follow")' | grep -q 已"
ok "the number in the follow-up is masked, too" sh -c "! grep -rqa 13812345678 '$STATE'"
ok "the second round is told" wait_for 20 grep -q '"event":"second_round"' "$STATE/events.ndjson"

# ---- the figures, and days end at midnight in Shanghai
curl -fsS -H 'Content-Type: application/json' -d '{"body":"物流很快，谢谢","nps":10}' "$(url public /feedback)" >/dev/null
has_two() { [ "$(wc -l <"$STATE/out.ndjson")" -ge 2 ]; }
ok "a second record after midnight" wait_for 20 has_two
ok "the store has it" wait_for 20 is_drained
report() { in_time report --period "$1..$1" --format json; }
report "$day" >"$T/day.json"
report "$next" >"$T/next.json"
says() { # FILE JQ: a question that must be answered with true
	[ "$(jq "$2" "$T/$1.json")" = true ]
}
ok "the day has one record and one ticket" says day '.received == 1 and .tickets == 1'
ok "it was answered, and in time" says day '.response_rate == 1 and .on_time_rate == 1'
ok "it is not resolved any more" says day '.resolution_rate == 0'
ok "satisfaction is that one bad answer" says next '.csat == 0 or .csat == null'
ok "it counts by priority and channel" says day '.by_priority.high == 1 and .by_channel.web == 1'
ok "the next day has one record and no ticket" says next '.received == 1 and .tickets == 0'
ok "its recommendation is 100" says next '.nps == 100'
in_time report --period "$day..$day" --format html -o "$T/report.html"
$python "$story" look "file://$T/report.html" "$shots" report >"$T/report.txt" 2>"$T/browser.err" || cat "$T/browser.err"
ok "the report opens in a browser" test -s "$T/report.txt"
ok "the books balance" balanced
ok "it stops" daemon_stop
no_sanitizer_reports
done_testing
