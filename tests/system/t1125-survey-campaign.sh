#!/bin/sh
# A campaign: a list of customers, a link each, a reminder, nobody twice in 90 days; and
# what the report makes of the answers, against sums done by hand.
PRELOAD=shim_clock
. "$(dirname "$0")/../lib/daemon.sh"
. "$here/tests/lib/clock.sh"
. "$here/tests/lib/browser.sh"

survey() { # NAME MORE
	printf '{ plugin = "survey"; name = "%s"; public_url = "https://shop.example"; %s\n' "$1" "${2:-}"
	printf 'questions = ( { id = "nps"; kind = "nps"; }, { id = "csat"; kind = "csat"; }, { id = "ces"; kind = "ces"; }, { id = "why"; kind = "text"; } ); }'
}
conf <<-EOT
	pipelines = ( { name = "shop"; dedupe = "7d"; clear = true;
	  inputs = ( { plugin = "http"; path = "/feedback"; }, $(survey after 'products = [ "PB-1" ];'), $(survey other) );
	  outputs = ( { plugin = "tickets"; database = "tickets.db"; }, { plugin = "file"; path = "out.ndjson"; } ); } );
EOT
clock_at '2030-11-05 09:00'
must_start

OUT=$STATE/out.ndjson
run() { in_time "$@" 2>"$T/said"; }
said() { cat "$T/said"; }
has_records() { [ "$(wc -l <"$OUT" 2>/dev/null || echo 0)" -ge "$1" ]; }
# answer FILE CUSTOMER ARGS...: by the link of the file; the status
answer() {
	answer_link=$(tr -d '\r' <"$1" | grep "^$2[,;]" | sed 's|.*https://shop.example||')
	shift 2
	curl -s -m 20 -o "$T/page" -w '%{http_code}' "$(url public "${answer_link%%\?*}")" -d "t=${answer_link##*t=}" "$@"
}

# ---- inviting

{
	echo 'id,email,phone,segment,product'
	for i in 01 02 03 04 05 06 07 08 09 10; do echo "c$i,c$i@customer.test,1380000${i}00,vip,PB-1"; done
	echo ',nobody@customer.test,,,'
	echo 'c01,again@customer.test,,,'
	echo '"c11","a ""quoted"" one",,新客,'
} >"$T/list.csv"
ok "a list is invited" run after invite "$T/list.csv" -o "$T/links.csv"
is "but for who is there twice, or has no id" "$(said)" "To invite: 11; asked lately: 1; without id: 1"
is "the list comes back with links" "$(head -n 1 "$T/links.csv" | tr -d '\r') $(wc -l <"$T/links.csv")" "id,email,phone,segment,product,link 12"
like "each of its own" "$(sed -n 2p "$T/links.csv")" '^c01,c01@customer.test,13800000100,vip,PB-1,https://shop.example/survey/after\?t=[A-Za-z0-9_-]{22}'
is "which differ" "$(sed 's/.*t=//' "$T/links.csv" | sort | uniq -d | wc -l)" 0
is "for its owner's eyes" "$(stat -c %a "$T/links.csv")" 600
ok "the same list once more" run after invite "$T/list.csv" -o "$T/none.csv"
is "invites nobody" "$(said) $(wc -l <"$T/none.csv")" "To invite: 0; asked lately: 12; without id: 1 1"
is "a file that is there is not written over" "$(run after invite "$T/list.csv" -o "$T/links.csv"; echo $?) $(wc -l <"$T/links.csv")" "1 12"
like "which is said" "$(said)" 'links.csv is there already'
ok "nor does another survey" run other invite "$T/list.csv" -o "$T/none-2.csv"
like "within 90 days" "$(said)" "^To invite: 0; asked lately: 12"
printf 'id\nnew\n%s\n' "x,\"open" >"$T/broken.csv"
printf 'id,segment\nnew,%s\n' "$(head -c 70 /dev/zero | tr '\0' a)" >"$T/long.csv"
is "a list that is wrong somewhere is refused" "$(run after invite "$T/long.csv" >/dev/null; echo $?)" 1
like "with its line" "$(said)" 'line 2: a segment or product has more than 63 bytes'
is "one that cannot be written is, too" "$(printf 'id\nnew\n' | run after invite - -o "$T/no/such"; echo $?)" 1
is "so is one without customers" "$(printf 'name\nnew\n' | run after invite - >/dev/null; echo $?)" 1
is "and nobody was invited by them" "$(printf 'id,name\nnew\n' | run after invite - --json 2>/dev/null | tee "$T/new.csv" | wc -l) $(jq -c '[.invited,.rest]' "$T/said")" "2 [1,0]"
like "the link of a short row stands in its column" "$(sed -n 2p "$T/new.csv")" '^new,,https://shop.example/'
printf 'id\nodd,\n' >"$T/odd.csv"
is "a long row is refused" "$(run after invite "$T/odd.csv" -o "$T/odd.out"; echo $?) $([ -e "$T/odd.out" ] && echo left)" "1 "
like "with its line" "$(said)" 'line 2 of the list has more fields'

printf '\277\315\273\247\261\340\272\305,a\ngbk1,\304\372\272\303\260\241\n' >"$T/gbk.csv"
ok "a list in GBK" run other invite "$T/gbk.csv" -o "$T/gbk.out"
like "is written in UTF-8" "$(cat "$T/gbk.out")" '^gbk1,您好啊,https://'
is "in surveys.db is no customer and no link" \
	"$(strings -n 4 "$STATE"/surveys.db* | grep -c -e customer.test -e c01 -e 1380000 -e "$(sed -n '2s/.*t=//p' "$T/links.csv" | tr -d '\r')")" 0

# ---- answering: NPS 10, 9, 9, 8, 3 and 0; CSAT 5, 4, 2; CES 7, 4; one with nothing but a word

A=$T/links.csv
is "a customer answers" "$(answer "$A" c01 -d q.nps=10 -d q.csat=5 -d q.ces=7)" 200
is "and another" "$(answer "$A" c02 -d q.nps=9 -d q.csat=4 -d q.ces=4)" 200
is "and more" "$(answer "$A" c03 -d q.nps=9 -d q.csat=2)$(answer "$A" c04 -d q.nps=8)$(answer "$A" c05 -d q.nps=3)" 200200200
is "one leaves the scores out" "$(answer "$A" c06 -d q.why=nothing)" 200
is "who dismisses all of it has not answered" "$(answer "$A" c07 -d q.why=)" 422
is "who answers again is thanked" "$(answer "$A" c01 -d q.nps=0)" 409
curl -s -o "$T/page" "$(url public /survey/after)"
curl -s -o /dev/null "$(url public /survey/after)" -d "once=$(sed -n 's/.*name="once" value="\([^"]*\)".*/\1/p' "$T/page")" -d q.nps=0 -d segment=mine
ok "the records are there" wait_for 20 has_records 7
is "each once" "$(jq -r .source_id "$OUT" | sort -u | wc -l) $(wc -l <"$OUT")" "7 7"
is "with segment and product of the invitation, and a pseudonym" \
	"$(head -n 1 "$OUT" | jq -c '[.attributes["survey.segment"], .product, (.author.key | length)]')" '["vip","PB-1",32]'
is "who answers by the page is nobody's" "$(tail -n 1 "$OUT" | jq -c '[.attributes["survey.segment"], .author]')" '[null,null]'
status() { in_time "$1" status --json | jq -c '[.invited,.reminded,.answered,.answers]'; }
is "six of twelve, and one more" "$(status after)" "[12,0,6,7]"
like "for people too" "$(in_time after status)" 'answered  6  \(50.0 %\)'

# Who writes a survey's name that is none, by another way.
curl -s -o /dev/null -H 'Content-Type: application/json' "$(url public /feedback)" \
	-d '{"channel":"survey","nps":1,"body":"x","attributes":{"survey":{"name":7}}}'
ok "a survey that is a number" wait_for 20 has_records 8

# ---- reminding

ok "on the same day" run after remind "$T/list.csv" -o "$T/none-3.csv"
like "nobody is reminded" "$(said)" '^To remind: 0; have answered: 7; invited only just now: 5'
days 4
ok "after four days" run after remind "$T/list.csv" -o "$T/again.csv"
is "those who have not answered" "$(said)" "To remind: 5; have answered: 7; without id: 1"
is "by the same links" "$(sort "$T/again.csv" | grep -c -F -x -f "$T/links.csv")" 6
ok "and then" run after remind "$T/list.csv" -o "$T/none-4.csv"
like "nobody twice" "$(said)" "^To remind: 0; have answered: 7; reminded before: 5"
printf 'id\nstranger\n' | run after remind - >/dev/null
like "nor a stranger" "$(said)" "never invited: 1"
is "one answers" "$(answer "$T/again.csv" c08 -d q.nps=9)" 200
daemon_kill
ok "it is killed and comes back" daemon_start
is "who has answered has" "$(answer "$T/again.csv" c08 -d q.nps=9)" 409
is "another can" "$(answer "$T/again.csv" c09 -d q.nps=6 -d q.csat=3)" 200
ok "the records are there" wait_for 20 has_records 10
is "eight of twelve" "$(status after)" "[12,5,8,9]"

# ---- the report.  NPS of 10, 9, 9, 8, 3, 0, 9, 6: four promoters, three detractors of eight,
# 12.5.  CSAT of 5, 4, 2, 3: two of four.  CES of 7, 4: 5.5.  Answers: nine.

has_report() { in_time report --period 2030-11 --json | jq -e '.surveys[0].answers == 9' >/dev/null; }
ok "the report has them" wait_for 20 has_report
in_time report --period 2030-11 --json >"$T/report.json"
is "by survey" "$(jq -c '.surveys[0] | [.name,.answers,.invited,(.response_rate * 1000 | floor),.nps,.csat,.ces]' "$T/report.json")" \
	'["after",9,12,666,12.5,0.5,5.5]'
is "also one that nobody has answered yet" "$(jq -c '.surveys[1] | [.name,.answers,.invited,.response_rate,.nps]' "$T/report.json")" '["other",0,1,0,null]'
is "with one of nobody's survey in all" "$(jq -c '[(.nps * 9 | round),.csat,.ces,.answers.nps]' "$T/report.json")" '[0,0.5,5.5,9]'
like "in Markdown" "$(in_time report --period 2030-11 --lang en)" '\| after +\| +9 \| +12 \| +66\.7% \| +\+1[23] \| +50\.0% \| +5\.5'
like "in a table" "$(in_time report --period 2030-11 --lang en --format csv)" '"Surveys","after · NPS",12\.5000,'
in_time report --period 2030-11 -o "$T/report.html"
like "on a page" "$(cat "$T/report.html")" '<h2>问卷调查</h2>'
is "the public learns nothing of it" "$(in_time report --period 2030-11 --edition public --json | jq .surveys)" null
if has_browser; then
	ok "the page fits" $python "$here/tests/system/survey.py" look "file://$T/report.html" "$shots/survey-report"
fi

# ---- after 90 days

days 91
ok "after 90 days" run after invite "$T/list.csv" -o "$T/next.csv"
like "they may be asked again" "$(said)" '^To invite: 11; asked lately: 1'
is "by links that are new" "$(sed 1d "$T/next.csv" | grep -c -F -x -f "$T/links.csv")" 0
is "those of then still work for who has not used them" "$(answer "$T/links.csv" c10 -d q.nps=7)" 200
is "and the new one is another answer" "$(answer "$T/next.csv" c01 -d q.nps=2)" 200
ok "both are there" wait_for 20 has_records 12
ok "it stops" daemon_stop
no_sanitizer_reports
done_testing
