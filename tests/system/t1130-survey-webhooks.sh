#!/bin/sh
# Answers that survey tools push, and files of answers: each one record, whatever is sent
# twice, out of order, badly signed, badly written or interrupted, with exact counts; and
# the report has the right NPS, CSAT and CES.
. "$(dirname "$0")/../lib/daemon.sh"
OUT=$STATE/out.ndjson
DROP=$T/paper
KILLS=${KILLS:-4}
mkdir -p "$DROP"

STANDARD=whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw
RETIRED=whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
"$HEARD" keygen "$T/keys" >/dev/null
CONF_EXTRA="privacy = { public_key = \"$T/keys/heard.pub\"; };"
conf <<-EOT
	pipelines = (
	  { name = "shop"; dedupe = "7d";
	    inputs  = (
	      { plugin = "survey";
	        hooks = (
	          { tool = "formbricks"; path = "/hooks/formbricks"; secret = "$RETIRED $STANDARD"; survey = "app"; max_body = "64K"; },
	          { tool = "typeform"; path = "/hooks/typeform"; secret = "tf-secret"; survey = "web";
	            questions = ( { id = "f2"; is = "csat"; }, { id = "ref-f3"; is = "ces"; } ); },
	          { tool = "tally"; path = "/hooks/tally"; secret = "ta-secret"; survey = "shop";
	            questions = ( { id = "How likely?"; is = "nps"; }, { id = "question_b"; is = "csat"; },
	                          { id = "question_c"; is = "ces"; } ); },
	          { tool = "limesurvey"; path = "/hooks/limesurvey"; secret = "ls-secret"; survey = "returns";
	            questions = ( { id = "G01Q04"; is = "text"; } ); }
	        ); },
	      { plugin = "file"; path = "$DROP"; done = "move"; } );
	    filters = ( { plugin = "normalize"; }, { plugin = "mask"; } );
	    outputs = ( { plugin = "file"; path = "$OUT"; }, { plugin = "tickets"; database = "desk.db"; },
	                { plugin = "report"; database = "desk.db"; } ); }
	);
EOT

secret_of() {
	case $1 in
	formbricks) echo "$STANDARD" ;;
	typeform) echo tf-secret ;;
	tally) echo ta-secret ;;
	limesurvey) echo ls-secret ;;
	esac
}
tool() { # TOOL FIRST LAST [OPTIONS]
	tool_name=$1
	shift
	/usr/bin/python3 "$here/tests/tools/surveytool.py" "$tool_name" "$STATE/listeners" "/hooks/$tool_name" \
		"${SECRET:-$(secret_of "$tool_name")}" "$@"
}
# Records of a tool and how many different ones: "40 40".
records() { jq -r --arg t "$1:" 'select(.source_id | startswith($t)) | .source_id' "$OUT" | awk '{ n++; k += !seen[$0]++ } END { print n + 0, k + 0 }'; }
lines() { wc -l <"$OUT" 2>/dev/null || echo 0; }
has() { [ "$(lines)" -ge "$1" ]; }
count() { ledger | jq ".pipelines[0].$1"; }
says() { grep -c -- "$1" "$LOG"; }

must_start

# ---- each tool, three times each and in no order
for t in formbricks typeform tally limesurvey; do
	is "$t: 40 answers, three times, shuffled" "$(tool $t 1 40 --repeat 3 --shuffle)" "200 120"
done
ok "they arrive" wait_for 20 has 160
for t in formbricks typeform tally limesurvey; do
	is "$t: each is one record" "$(records $t)" "40 40"
done
is "the others were recognised" "$(count duplicate)" 320
is "scores are where they belong" \
	"$(jq -sc '[.[] | [.source_id, .nps, .csat, .ces, .body, .attributes["survey.name"]]
		| select(.[0] | endswith("-9") or endswith(".9"))] | sort | .[]' "$OUT" | tr '\n' ' ')" \
	'["formbricks:fb-9",9,5,3,"answer 9","app"] ["limesurvey:123456.9",9,5,3,"answer 9","returns"] ["tally:ta-9",9,5,3,"answer 9","shop"] ["typeform:tf-9",9,5,3,"answer 9","web"] '
is "with the time the tool says" "$(jq -r 'select(.source_id == "tally:ta-9") | .created_at' "$OUT")" "2026-01-05T08:09:00.000Z"
is "a person's id is sealed" "$(grep -c 'user-[0-9]' "$OUT")" 0
is "no address of a respondent is kept" "$(grep -c '192.0.2.1' "$OUT")" 0

# ---- signatures and clocks
refused() { # WHAT TOOL [OPTIONS]
	refused_what=$1 refused_tool=$2
	shift 2
	is "$refused_what is refused" "$(tool "$refused_tool" 900 902 "$@")" "401 3"
}
for t in formbricks typeform tally; do
	refused "$t: a body that was changed" $t --tamper
	refused "$t: no signature" $t --unsigned
done
for t in typeform tally limesurvey; do
	SECRET=other refused "$t: another secret" $t
done
SECRET=whsec_BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB refused "formbricks: another secret" formbricks
refused "formbricks: a time six minutes ago" formbricks --old 360
refused "formbricks: a time six minutes ahead" formbricks --old -360
is "four minutes are the clocks'" "$(tool formbricks 41 41 --old 240)" "200 1"
is "the retired secret is good yet" "$(SECRET=$RETIRED tool formbricks 42 42)" "200 1"
ok "the operator is told" [ "$(says 'hook /hooks/tally: refused')" -ge 1 ]
is "and no secret is in the log" "$(grep -c 'ta-secret\|ls-secret\|tf-secret\|whsec_' "$LOG")" 0

# ---- what cannot be read, and what is not wanted
is "half a body" "$(tool tally 900 901 --cut)" "400 2"
is "a body in GBK" "$(tool typeform 900 901 --charset gbk --word 好)" "400 2"
is "a body in UTF-16" "$(tool typeform 900 900 --charset utf-16)" "400 1"
is "another type" "$(tool tally 900 900 --type text/plain)" "415 1"
is "too long a body" "$(tool formbricks 900 901 --pad 70000)" "413 2"
is "another method" "$(curl -s -m 5 -o /dev/null -w '%{http_code}' "$(url public /hooks/tally)")" 405
before=$(count dropped)
for t in formbricks typeform tally limesurvey; do
	is "$t: an answer in the making is taken note of" "$(tool $t 900 904 --partial)" "200 5"
done
is "and counted" "$(($(count dropped) - before))" 20
is "a dismissed question" "$(tool formbricks 43 43 --dismissed)" "200 1"
is "the same answer with another text is a conflict" "$(tool tally 9 9 --word '!')" "422 1"
ok "all is delivered" wait_for 20 is_drained
is "a dismissed question has no score" "$(jq -c 'select(.source_id == "formbricks:fb-43") | [.nps, .csat]' "$OUT")" '[null,4]'
is "nothing else was kept" "$(lines)" 163
is "none is dead" "$(count dead)" 0

# ---- killed at any moment, while tools try again
for t in typeform tally; do
	tool $t 1001 1300 --shuffle --retry 60 --repeat 2 >"$T/$t.said" &
	started_pids="$started_pids $!"
	eval "pid_$t=\$!"
done
killed=0
while [ "$killed" -lt "$KILLS" ]; do
	sleep "0.$(((killed * 377 + 211) % 600 + 100))"
	daemon_kill
	killed=$((killed + 1))
	daemon_start || fail "it comes up after kill $killed"
done
wait "$pid_typeform"
wait "$pid_tally"
note "killed $killed times"
is "Typeform heard 200 for each in the end" "$(cat "$T/typeform.said")" "200 600"
is "Tally too" "$(cat "$T/tally.said")" "200 600"
ok "all is delivered" wait_for $((30 * SLOW)) is_drained
is "Typeform: each is one record" "$(records typeform)" "340 340"
is "Tally: each is one record" "$(records tally)" "340 340"

# ---- the tool is killed and begins again
tool typeform 2001 2200 --retry 30 >/dev/null &
started_pids="$started_pids $!"
first=$!
sleep 0.3
kill -9 "$first" 2>/dev/null
wait "$first" 2>/dev/null
is "the tool begins again" "$(tool typeform 2001 2200)" "200 200"
ok "all is delivered" wait_for $((30 * SLOW)) is_drained
is "each is one record" "$(records typeform)" "540 540"

# ---- files: paper forms in GBK, an export in English, and rows that are wrong
put() { cat >"$DROP/.new" && mv "$DROP/.new" "$DROP/$1"; }
is_read() { [ -z "$(find "$DROP" -maxdepth 1 -type f)" ]; }
iconv -t gb18030 <<-EOT | put paper.csv
	问卷名称,序号,填表日期,1、推荐意愿,2、总体满意度,3、费力度,4、物流满意度,5、您的建议,姓名
	纸质,1,2026/1/5,10,5,7,5,很好,张三
	纸质,2,2026/1/5,9,4分,6,4,,李四
	纸质,3,2026年1月6日,6,很不满意,1,1,送货太慢,王五
	纸质,4,2026/1/6,,,,,没有意见,赵六
	纸质,5,2026/1/6,11,3,4,3,超出范围,钱七
	纸质,6,01/05/2026,8,3,4,3,日期不明,孙八
	纸质,7,2026/1/6,7,3
EOT
put export.csv <<-EOT
	#,How likely are you to recommend us?,Overall satisfaction,How easy was it?,What could we do better?,Submit Date (UTC),Survey
	a1,10,5,7,nothing,2026-01-05 12:00:00,export
	a2,3,2,2,"faster, please",2026-01-05 12:01:00,export
EOT
ok "both are read to their ends" wait_for 30 is_read
ok "and delivered" wait_for 30 is_drained
files() { jq -c --arg n "$1" "select(.attributes[\"survey.name\"] == \$n) | $2" "$OUT"; }
is "four paper forms" "$(files 纸质 '[.channel, .nps, .csat, .ces, .ratings.logistics, .body]')" \
	'["survey",10,5,7,5,"很好"]
["survey",9,4,6,4,null]
["survey",6,1,1,1,"送货太慢"]
["survey",null,null,null,null,"没有意见"]'
is "and an export" "$(files export '[.nps, .csat, .ces, .body, .created_at]')" \
	'[10,5,7,"nothing","2026-01-05T12:00:00.000Z"]
[3,2,2,"faster, please","2026-01-05T12:01:00.000Z"]'
heard dead list --json >"$T/dead"
is "three rows are dead letters" "$(jq length "$T/dead")" 3
like "a score beyond its scale" "$(jq -r '.[].reason' "$T/dead")" "'paper.csv' line 6: a score beyond its scale"
like "a date of unknown order" "$(jq -r '.[].reason' "$T/dead")" "'paper.csv' line 7: created_at"
like "a row cut short" "$(jq -r '.[].reason' "$T/dead")" "'paper.csv' line 8: fewer columns"
is "no name is in clear" "$(grep -c '张三\|李四' "$OUT")" 0

# ---- the report, counted by hand.  App, 1 to 43: of 42 nps (the 43rd was dismissed) the rests
# by 11 that are 9 or 10 are 7, those of 7 or 8 are 8, so 27 detractors: (7 - 27) / 42; csat of
# 4 or 5: 17; ces: six times 1 + ... + 7, and 2.  Paper: nps 10 9 6, csat 5 4 1, ces 7 6 1.
# Export: nps 10 3, csat 5 2, ces 7 2.
heard report --json >"$T/report.json"
survey() { # NAME NPS-ANSWERS ANSWERS: figures times answers, which are whole numbers
	jq -c --arg n "$1" --argjson k "$2" --argjson m "$3" '.surveys[] | select(.name == $n)
		| [.answers, (.nps * $k | round), (.csat * $m | round), (.ces * $m | round)]' "$T/report.json"
}
is "the survey in the app" "$(survey app 42 43)" '[43,-2000,17,170]'
is "on paper" "$(survey 纸质 3 3)" '[4,100,2,14]'
is "from an export" "$(survey export 2 2)" '[2,0,1,9]'
is "all surveys are there" "$(jq -c '[.surveys[].name]' "$T/report.json")" '["app","export","returns","shop","web","纸质"]'
is "and all answers" "$(jq '[.surveys[].answers] | add' "$T/report.json")/$(jq .received "$T/report.json")" "$(lines)/$(lines)"

is "the books are in balance" "$(balanced && echo yes)" yes
ok "the ledger adds up" ledger_adds_up
daemon_stop
is "it ends well" "$?" 0

# ---- the configurations of the pages
block() { # PAGE BLOCK: with the places of this test
	python3 - "$here" "$here/docs/channels/$1" "$2" <<-'PY' |
		import sys
		sys.path.insert(0, sys.argv[1] + "/tests/lib")
		import fenced
		print(next(text for words, _, text in fenced.fences(fenced.read(sys.argv[2])) if words == sys.argv[3]))
	PY
		sed "/^listeners/d; s|/etc/heard/rules|$here/etc/rules|; s|/etc/heard/|$T/|; s|/var/spool/heard/surveys|$DROP|" | conf
}
for t in formbricks typeform tally; do secret_of $t >"$T/$t-secret"; done
secret_of limesurvey >"$T/limesurvey-token"
for page in survey-webhooks.md survey-webhooks.zh.md; do
	for name in "heard.conf files" "heard.conf own" "heard.conf"; do
		block "$page" "$name"
		ok "$page: $name" heard check
	done
done
STATE=$T/page
block survey-webhooks.md heard.conf
rm -rf "$T/state"
ok "the daemon runs with the page's settings" daemon_start
is "a bad answer comes in" "$(tool formbricks 11 11)" "200 1"
has_ticket() { [ "$(heard tickets list --json | jq length)" = 1 ]; }
ok "and is a ticket" wait_for 20 has_ticket
is "with an intent" "$(heard tickets list --json | jq -r '.[0].intent')" complaint
ok "somebody answers it" heard tickets reply 1 'Sorry.'
fate() { heard tickets show 1 --json | jq -r '[.. | .fate? // empty] | last // "none"'; }
is_refused() { [ "$(fate)" = refused ]; }
ok "which cannot go back by the tool, and is not said to have" wait_for 20 is_refused
daemon_stop
is "it ends well, too" "$?" 0
no_sanitizer_reports
done_testing
