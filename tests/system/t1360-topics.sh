#!/bin/sh
# Topics: two weeks of feedback with an issue that begins in the second; the report of that
# week shows it, with counts, hours, words of low ratings and what was around an event, in
# both languages; of many records a part is read, which is said.
. "$(dirname "$0")/../lib/daemon.sh"
. "$(dirname "$0")/../lib/clock.sh"
. "$(dirname "$0")/../lib/browser.sh"

ZONE=Asia/Shanghai
CONF_EXTRA="timezone = \"$ZONE\";"
mkdir "$T/holidays"
cat >"$T/holidays/2030.json" <<-EOT
	{"year": 2030, "days": [
	  {"name": "端午节", "date": "2030-06-12", "isOffDay": true},
	  {"name": "端午节", "date": "2030-06-13", "isOffDay": true},
	  {"name": "端午节", "date": "2030-06-15", "isOffDay": false}]}
EOT
write_conf() { # REPORT OPTIONS
	conf <<-EOT
		pipelines = ( { name = "shop"; clear = true;
		  inputs  = ( { plugin = "http"; path = "/feedback"; } );
		  filters = ( { plugin = "keywords"; lists = "$here/etc/models"; } );
		  outputs = ( { plugin = "tickets"; database = "desk.db"; },
		    { plugin = "report"; database = "desk.db"; $1 } ); } );
	EOT
}
OPTIONS="holidays = \"$T/holidays\"; events = ( { name = \"618\"; from = \"2030-06-10\"; } );"
write_conf "$OPTIONS"

report() { in_time report --period 2030-W24 "$@"; }
says() { report --json | jq -c "$1"; }
post() { # FILE
	curl -fsS -m 20 -o "$T/answer" -H 'Content-Type: application/x-ndjson' \
		--data-binary "@$1" "$(url public /feedback)" || note "a post failed: $1"
}

# ---- Monday 3 to Sunday 16 June 2030, each day at ten and at eight in the evening

complaint() { # TEXT
	printf '{"channel":"web","intent":"complaint","rating":1,"body":"%s"}\n' "$1"
}
# Every day two about parcels and one about the app; a complaint of other words, too.
morning() { # DAY
	complaint "快递三天没动，物流信息不更新，订单 $1"
	complaint "物流太慢，快递一直在中转，$1 号下的单"
	complaint "the app crashes on the order page, version 4.$1"
	printf '{"channel":"web","intent":"praise","rating":5,"body":"杯子很漂亮 %s"}\n' "$1" "$1x"
}
# From Thursday 13 on.
evening() { # DAY
	for i in 1 2 3 4; do
		complaint "充电宝充电时发烫，已经鼓包，序号 $1$i"
		complaint "新买的充电宝鼓包，还发烫，第 $1$i 个"
	done
	printf '{"channel":"web","intent":"praise","rating":5,"body":"杯子漂亮 %s"}\n' "$1"
}
clock_at 2030-06-02T23:00
must_start
for day in 03 04 05 06 07 08 09 10 11 12 13 14 15 16; do
	clock_at "2030-06-${day}T10:00"
	morning $day >"$T/morning-$day"
	post "$T/morning-$day"
	[ $day -ge 13 ] || continue
	clock_at "2030-06-${day}T20:00"
	evening $day >"$T/evening-$day"
	post "$T/evening-$day"
done
ok "all is stored" wait_for 60 is_drained
clock_at 2030-06-17T09:00

# ---- the second week: 21 complaints as before, and 32 about power banks

report --json >"$T/report.json"
is "all is read" "$(jq -c '.topics | [.every, .read, .without_keywords, .compared, .complaints]' "$T/report.json")" \
	'[1,106,0,true,53]'
topic() { jq -c ".topics.list[] | select(.words | index(\"$1\")) | $2" "$T/report.json"; }
is "the issue is hot, with its counts" "$(topic 鼓包 '[.complaints, .previous, .hot]')" '[32,0,true]'
is "day by day" "$(topic 鼓包 .course)" '[0,0,0,8,8,8,8]'
is "named by what tells it" "$(topic 鼓包 '.words | index("充电宝") != null')" true
is "with three tickets" "$(topic 鼓包 '.samples | [length, (.[] | test("^#[0-9]+$"))]')" '[3,true,true,true]'
is "parcels are as before" "$(topic 快递 '[.complaints, .previous, .hot]')" '[14,14,false]'
is "so is the app" "$(topic app '[.complaints, .previous, .hot]')" '[7,7,false]'
is "the tickets are about it" "$(
	for n in $(topic 鼓包 '.samples[]' | tr -d '"#'); do
		in_time tickets show "$n" | grep -c 鼓包 | awk '{ print ($1 > 0) }'
	done | sort -u
)" 1
is "words of low ratings" "$(jq -c '.words_of_low_ratings | [.low, .rated, ([.list[] | select(.word == "鼓包") | [.low, .rated]])]' "$T/report.json")" \
	'[53,71,[[32,32]]]'
is "praise is not among them" "$(jq -c '[.words_of_low_ratings.list[].word | select(. == "杯子" or . == "漂亮")]' "$T/report.json")" '[]'
is "hours of the week" "$(jq -c '.week | [.days, .complaints[0][10], .complaints[3][10], .complaints[3][20], .received[3][20], .complaints[3][11]]' "$T/report.json")" \
	'[[1,1,1,1,1,1,1],3,3,8,9,0]'
is "the event of the config" "$(jq -c '.events[] | select(.name == "618") | [.first_day, .before, .during, .after]' "$T/report.json")" \
	'["2030-06-10",{"days":6,"received":30,"complaints":18},{"days":1,"received":5,"complaints":3},{"days":6,"received":66,"complaints":50}]'
is "the holiday of the file" "$(jq -c '.events[] | select(.name == "端午节") | [.first_day, .last_day, .before.days, .during, .after.days]' "$T/report.json")" \
	'["2030-06-12","2030-06-13",7,{"days":2,"received":19,"complaints":14},3]'
is "the public learns none of it" "$(report --edition public --format json | jq -c '[.topics, .words_of_low_ratings, .week, .events]')" \
	'[null,null,null,null]'

# ---- in every form

for lang in zh en; do
	for form in html md; do
		report --lang $lang -o "$T/report-$lang.$form"
	done
done
like "a page says it" "$(cat "$T/report-zh.html")" '投诉话题.*鼓包.*突增.*32 条投诉'
like "in English, too" "$(cat "$T/report-en.html")" 'What complaints are about.*鼓包.*hot.*32 complaints'
like "Markdown as well" "$(grep '鼓包' "$T/report-zh.md" | head -n 1)" '充电宝.* 32 |.* 0 |.*突增'
like "a festival has its English name" "$(grep Dragon "$T/report-en.md")" 'Dragon Boat Festival .12–13 June.'
like "a table has counts of both weeks" "$(report --format csv | grep 快递 | head -n 1)" '14,14'
if has_browser; then
	ok "pages fit and print" $python "$here/tests/system/report.py" "$shots" \
		"$T/report-zh.html" "$T/report-en.html"
else
	note "no chromium: pages were not looked at"
fi

# ---- many records, no records, and what cannot be read

write_conf "$OPTIONS sample = 40;"
is "of many every k-th is read" "$(says '.topics | [.every, (.read > 20 and .read < 40)]')" '[3,true]'
is "and counts are estimates" "$(says '.topics.complaints % 3')" 0
like "which is said" "$(report --lang en)" 'one of 3 was read'
write_conf "$OPTIONS sample = 0;"
is "or none of it" "$(says '[.topics, .received]')" '[null,71]'
write_conf "holidays = \"$T/nowhere\";"
is "no holidays, no events" "$(says .events)" '[]'
echo '{"year": 2030}' >"$T/holidays/2030.json"
write_conf "$OPTIONS"
like "a damaged file is named" "$(report --lang en)" 'Holidays were not read.*2030.json'
is "and the rest is there" "$(says '[.topics.complaints, [.events[].name]]')" '[53,["618"]]'
is "a period of which there is nothing" "$(in_time report --period 2030-W20 --json | jq -c '[.topics, .received]')" '[null,0]'
write_conf 'events = ( { name = "sale"; from = "10 June"; } );'
heard check >"$T/said" 2>&1
like "a date that is none is refused" "$(cat "$T/said")" 'events: "10 June" is no day; write "2026-11-11"'
write_conf 'events = ( { name = "sale"; from = "2030-06-10"; to = "2030-06-09"; } );'
heard check >"$T/said" 2>&1
like "so is one that ends before it begins" "$(cat "$T/said")" 'events: "sale" ends on 2030-06-09, before it begins'
no_sanitizer_reports
done_testing
