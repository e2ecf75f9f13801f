#!/bin/sh
# A survey as customers answer it: with and without JavaScript, once, whatever is put in,
# over restarts and kill -9; and who hears of a bad score.
. "$(dirname "$0")/../lib/daemon.sh"
. "$here/tests/lib/browser.sh"

GUIDE=$here/docs/channels/survey
docs() { python3 "$here/tests/lib/docs.py" code "$1" survey; }
docs "$GUIDE.md" >"$T/doc.conf"
is "the pages of both languages show the same configuration" "$(docs "$GUIDE.zh.md" | cksum)" "$(cksum <"$T/doc.conf")"
is "it asks ten questions" "$(grep -c '{ id = ' "$T/doc.conf")" 10
ok "in less than 30 lines" test "$(sed -n '/plugin = "survey"/,/segments/p' "$T/doc.conf" | wc -l)" -lt 30

# The documented pipeline, with a file to count in, and three more surveys.
conf_head >"$CONF"
sed -e '/^listeners/d' -e 's/outputs = (/outputs = ( { plugin = "file"; path = "out.ndjson"; },/' \
	-e '$d' "$T/doc.conf" >>"$CONF"
cat >>"$CONF" <<-EOT
	, { name = "more"; clear = true; dedupe = "1d";
	    inputs = ( { plugin = "survey"; name = "few"; quota = 3; frames = [ "https://shop.example" ];
	                 questions = ( { id = "nps"; kind = "nps"; } ); },
	               { plugin = "survey"; name = "rush"; quota = 20; questions = ( { id = "nps"; kind = "nps"; } ); },
	               { plugin = "survey"; name = "over"; until = "2026-01-01"; questions = ( { id = "nps"; kind = "nps"; } ); },
	               { plugin = "survey"; name = "mine"; once = true; public_url = "http://x.test";
	                 questions = ( { id = "nps"; kind = "nps"; }, { id = "why"; kind = "text"; max = 20; } ); } );
	    outputs = ( { plugin = "file"; path = "more.ndjson"; } ); }
	);
EOT
must_start
PAGE=$(url public /survey/after-sales)
OUT=$STATE/out.ndjson

# fetch CURL-ARGS...: $status, $T/head and $T/page
fetch() { status=$(curl -s -m 20 -o "$T/page" -D "$T/head" -w '%{http_code}' "$@"); }
header() { tr -d '\r' <"$T/head" | sed -n "s/^$1: //Ip"; }
shown() { grep -q -- "$1" "$T/page"; }
token() { sed -n 's/.*name="once" value="\([^"]*\)".*/\1/p' "$T/page"; }
fresh() { # [SURVEY]: a token of a new page
	fetch "$(url public "/survey/${1:-after-sales}")"
	token
}
records() { wc -l <"$OUT" 2>/dev/null || echo 0; }
has_records() { [ "$(records)" -ge "$1" ]; }
last() { tail -n 1 "$OUT" | jq -c "$1"; }

# ---- the page

fetch -H 'Accept-Language: zh-CN,zh;q=0.9' "$PAGE"
is "GET shows a page" "$status" 200
ok "in Chinese" shown '<html lang="zh-CN">'
ok "without a script" sh -c "! grep -qi '<script\|onclick\|javascript:' '$T/page'"
like "which allows none, in no frame" "$(header content-security-policy)" "default-src 'none'.*frame-ancestors 'none'"
is "it is not stored, for its token" "$(header cache-control)" no-store
fetch "$PAGE?lang=en&segment=vip&product=nonsense"
ok "in English as the address says" shown '<html lang="en">'
ok "of a segment that is known" shown 'name="segment" value="vip"'
ok "and of no product that is not" sh -c "! grep -q nonsense '$T/page'"
fetch "$(url public '/survey/few?embed=1')"
like "inside the pages that the config names" "$(header content-security-policy)" "frame-ancestors 'self' https://shop.example$"
fetch "$PAGE/qr.svg?product=PB-10000"
is "its link as a QR code" "$status $(header content-type)" "200 image/svg+xml"
like "of the product" "$(cat "$T/page")" '<title>https://shop.example/survey/after-sales\?product=PB-10000</title>'
fetch "$PAGE/qr.svg?product=%3Cscript%3E"
like "and of no other" "$(cat "$T/page")" '<title>https://shop.example/survey/after-sales</title>'

# ---- an answer, once

T1=$(fresh)
bad() { # [MORE]
	fetch "$PAGE" -d "once=$T1" -d lang=zh -d segment=vip -d product=PB-10000 -d q.nps=3 \
		--data-urlencode 'q.why=外箱破了 <b>&' -d q.csat=2 -d q.ces=4 -d q.stars=3 -d q.stars.packaging=1 \
		-d q.stars.logistics=4 -d q.box=1 -d q.box=2 -d q.way=0 -d q.wait=1 -d q.unknown=1 -d department=boss "$@"
}
bad
is "an answer is thanked for" "$status" 200
ok "with regret, since it is bad" shown '很抱歉没有让您满意'
ok "and the way to its status page" shown 'href="/status/'
ok "the record is there" wait_for 20 has_records 1
is "with its scores" "$(last '[.channel,.lang,.nps,.csat,.ces,.rating,.rating_max,.ratings,.product]')" \
	'["survey","zh",3,2,4,3,5,{"packaging":1,"logistics":4},"PB-10000"]'
is "its text as it was written" "$(last .body)" '"外箱破了 <b>&"'
is "for the department of the worst part" "$(last '[.intent,.department]')" '["complaint","logistics"]'
is "and each answer by its id" "$(last '[.attributes | .["survey.name","survey.segment","survey.box","survey.way","survey.wait","survey.nps"]]')" \
	'["after-sales","vip","wet, big","phone","long",3]'
is "and nothing else" "$(last '[.attributes["survey.unknown"], .author]')" '[null,null]'
bad
is "the second click is thanked too" "$status" 200
bad -d q.idea=more
is "another answer by that page is not taken" "$status" 409
ok "and told that the first has arrived" shown '您已经回答过了'
T1=$(fresh)
for i in 1 2 3 4 5 6 7 8; do
	curl -s -o /dev/null -w '%{http_code}\n' "$PAGE" -d "once=$T1" -d q.nps=9 -d q.csat=5 >"$T/click.$i" &
	clicks="${clicks:-} $!"
done
for i in $clicks; do wait "$i"; done
is "eight clicks at once are all thanked" "$(cat "$T"/click.* | sort -u)" 200
ok "and one record" wait_for 20 has_records 2
is "no more" "$(records)" 2
fetch "$PAGE" -d "once=$(fresh)" -d lang=en -d q.nps=9 -d q.why=hidden -d q.wait=1 -d q.stars.packaging=1 -d q.way=2 -d q.wait=0
is "a packaging of one star is bad too" "$status" 200
ok "its record is there" wait_for 20 has_records 3
is "what was not asked is left out; a wordless answer has a subject" \
	"$(last '[.body,.attributes["survey.why","survey.wait"],.subject]')" '[null,null,null,"How did we do?: Packaging 1/5"]'

# ---- what is wrong is said, and the rest kept

T2=$(fresh)
fetch "$PAGE" -d "once=$T2" -d lang=en --data-urlencode 'q.idea=</textarea><script>alert(1)</script>' -d q.csat=4
is "without what is required" "$status" 422
ok "the question is marked" shown 'class="field ask w0 wrong"'
ok "the text is kept, and no markup" sh -c "grep -q '&lt;/textarea&gt;&lt;script&gt;' '$T/page' && ! grep -q '<script' '$T/page'"
ok "the choice is kept" shown 'id="q2-4" name="q.csat" value="4" checked'
ok "the token is still good" shown "$T2"
fetch "$PAGE" -d "once=$T2" -d lang=en
is "an empty answer is none" "$status" 422
fetch "$PAGE" -d "once=$T2" -d q.nps=11
is "no such score" "$status" 400
fetch "$PAGE" -d "once=$T2" -d q.nps=1 -d q.why=%ff%fe
is "bytes that are no UTF-8" "$status" 400
fetch "$PAGE" -d "once=$T2" -d q.nps=1 -d q.why=%D6%D0
is "nor GBK" "$status" 400
head -c 2000 /dev/zero | tr '\0' 'a' >"$T/long"
fetch "$PAGE" -d "once=$T2" -d q.nps=1 --data-urlencode "q.why@$T/long"
is "a text that is too long" "$status" 413
ok "is shown to be shortened" shown 'aaaaaaaa</textarea>'
head -c 70000 /dev/zero | tr '\0' 'a' >"$T/long"
fetch "$PAGE" -d "once=$T2" -d q.nps=1 --data-urlencode "q.why@$T/long"
is "a body that is far too long" "$status" 413
fetch "$PAGE" -d "once=${T2%?????}AAAAA" -d q.nps=1
is "a forged token" "$status" 400
fetch "$PAGE" -d "once=$(fresh few)" -d q.nps=1
is "another survey's token" "$status" 400
fetch "$PAGE" -H 'Content-Type: application/json' -d '{"q.nps":1}'
is "JSON is not for this path" "$status" 415
is "nothing of all that was taken" "$(records)" 3

# ---- tickets

departments() { heard tickets list --json | jq -c 'map(.department) | sort'; }
has_tickets() { [ "$(heard tickets list --json | jq length)" -ge "$1" ]; }
ok "bad answers become tickets" wait_for 20 has_tickets 2
is "of the department of the worst part, and no others" "$(departments)" '["logistics","logistics"]'

# ---- how many, how long, for whom

few() { fetch "$(url public /survey/few)" "$@"; }
for i in 1 2 3; do few -d "once=$(fresh few)" -d q.nps=$i; done
is "the third of three" "$status" 200
few
is "then it is over" "$status" 410
few -d "once=$T2" -d q.nps=1
is "also for who has a page of before" "$status" 400
fetch "$(url public /survey/over)"
is "after its last day" "$status" 410
ok "which is said" shown '调查已经结束\|This survey is over'
fetch "$(url public /survey/mine)"
is "without an invitation" "$status" 403
fetch "$(url public '/survey/mine?t=AAAAAAAAAAAAAAAAAAAAAA')"
is "with one that is none" "$status" 404
printf 'id\nann\nbob\n' | heard mine invite - -o "$T/links" 2>/dev/null
link() { sed -n "s|^$1,http://x.test||p" "$T/links" | tr -d '\r'; }
ann=$(link ann)
mine() { # TOKEN-LINK ARGS...
	mine_link=$1
	shift
	fetch "$(url public "${mine_link%%\?*}")" -d "t=${mine_link##*t=}" "$@"
}
fetch "$(url public "$ann")"
is "with one's own" "$status" 200
is "which no page that it leads to learns" "$(header referrer-policy)" no-referrer
mine "$ann" -d q.nps=10 -d q.why=good
is "it is taken" "$status" 200
mine "$ann" -d q.nps=0
is "once" "$status" 409
fetch "$(url public "$ann")"
is "and a second visit is told so kindly" "$status" 409
ok "without a form" sh -c "! grep -q '<form' '$T/page'"

# ---- restarts

ok "it stops" daemon_stop
ok "and starts" daemon_start
PAGE=$(url public /survey/after-sales)
T1=$(fresh)
few
is "what was full is full" "$status" 410
fetch "$(url public "$ann")"
is "what was used is used" "$status" 409
mine "$(link bob)" -d q.nps=8
is "the other link is not" "$status" 200
is "four answers of these surveys" "$(jq -s 'map(.nps)' -c "$STATE/more.ndjson")" '[1,2,3,10,8]'
[ "$(records)" = 3 ] || note "$(records) records"

# Forty customers, the machine dies in the middle, and everybody presses again until he is
# thanked.
for i in $(seq 40); do fresh; done >"$T/tokens"
press() { # SURVEY TOKEN N
	for _ in $(seq 200); do
		case $(curl -s -m 5 -o /dev/null -w '%{http_code}' "$(url public "/survey/$1")" \
			-d "once=$2" -d "q.nps=$3" -d q.csat=3) in
		200) echo thanked && return ;;
		410) echo full && return ;;
		esac
	done
	echo lost
}
crowd() { # SURVEY: eight at a time
	n=0
	while read -r t; do
		press "$1" "$t" $((n % 11)) >"$T/press.$n" &
		pressing="${pressing:-} $!"
		n=$((n + 1))
		[ $((n % 8)) -ne 0 ] || { for p in $pressing; do wait "$p"; done; pressing=; }
	done
	for p in $pressing; do wait "$p"; done
}
crowd after-sales <"$T/tokens" &
crowd_pid=$!
started_pids="$started_pids $crowd_pid"
ok "some are thanked" wait_for 20 has_records 10
daemon_kill
ok "it comes back" daemon_start
ok "some more are" wait_for 20 has_records 25
ok "it is told to stop in the middle" daemon_stop
ok "and comes back" daemon_start
wait $crowd_pid
is "all are thanked in the end" "$(cat "$T"/press.* | sort | uniq -c | tr -s ' ')" " 40 thanked"
ok "their records are there" wait_for 30 has_records 43
is "each once" "$(jq -r .source_id "$OUT" | sort | uniq -d | wc -l) $(records)" "0 43"
is "and counted once" "$(heard after-sales status --json | jq -c '[.answers,.invited]')" "[43,0]"

# The same for twenty places: each is given once, and none is lost.
rushed() { jq -r 'select(.attributes["survey.name"] == "rush") | .source_id' "$STATE/more.ndjson"; }
has_rushed() { [ "$(rushed | wc -l)" -ge "$1" ]; }
for i in $(seq 40); do fresh rush; done >"$T/tokens"
crowd rush <"$T/tokens" &
crowd_pid=$!
started_pids="$started_pids $crowd_pid"
ok "some have a place" wait_for 20 has_rushed 5
daemon_kill
ok "it comes back" daemon_start
wait $crowd_pid
is "half of them have one in the end" "$(cat "$T"/press.* | sort | uniq -c | tr -s ' ' | tr '\n' ';')" " 20 full; 20 thanked;"
ok "their records are there" wait_for 20 has_rushed 20
is "each once" "$(rushed | sort -u | wc -l) $(rushed | wc -l)" "20 20"
is "and counted once" "$(heard rush status --json | jq -c '[.answers,.quota]')" "[20,20]"
ok "it stops" daemon_stop
ok "and starts" daemon_start
fetch "$(url public /survey/rush)"
is "it is still full" "$status" 410
ok "the ledger is balanced" balanced

# ---- faults of the definition, all at once

cp "$CONF" "$T/good.conf"
faults() { # QUESTIONS MORE
	conf <<-EOT
		pipelines = ( { name = "p"; clear = true;
		  inputs = ( { plugin = "survey"; name = "s"; questions = ( $1 ); ${2:-} } );
		  outputs = ( { plugin = "file"; path = "o"; } ); } );
	EOT
	heard check 2>&1
}
said=$(faults '{ id = "nps"; kind = "nps"; }, { id = "Way"; kind = "choice"; }, { id = "x"; kind = "text"; when = "npss < 3"; }')
like "each is told" "$said" 'question "Way": id must be.*choices must have two.*question "x"'
like "with the word that was meant" "$said" 'did you mean "nps"'
like "a condition looks back" "$(faults '{ id = "a"; kind = "text"; when = "b < 3"; }, { id = "b"; kind = "nps"; }')" 'does not come before it'
like "and can be true" "$(faults '{ id = "a"; kind = "nps"; }, { id = "b"; kind = "text"; when = "a > 10"; }')" 'never true: "a" is 0 to 10'
like "a department has a part" "$(faults '{ id = "s"; kind = "stars"; parts = [ "packaging" ]; }' 'bad = { stars = 2; departments = { packagin = "x"; }; };')" \
	'did you mean "packaging"'
like "a last day is one" "$(faults '{ id = "a"; kind = "nps"; }' 'until = "soon";')" 'until: "soon" is no day'

# twice MORE: a survey of one name in two pipelines, at two paths
twice() {
	one='questions = ( { id = "nps"; kind = "nps"; } );'
	conf <<-EOT
		pipelines = ( { name = "p"; clear = true;
		  inputs = ( { plugin = "survey"; name = "s"; $one } ); outputs = ( { plugin = "file"; path = "o"; } ); },
		  { name = "q"; clear = true;
		  inputs = ( { plugin = "survey"; name = "s"; path = "/q"; $one ${1:-} } );
		  outputs = ( { plugin = "file"; path = "q"; } ); } );
	EOT
	heard check 2>&1
}
like "two of one name would be counted as one" "$(twice)" 'input "s": another pipeline has a survey "s" in the same file'
twice 'surveys = "q.db";' >"$T/said"
is "each in its own file is fine" "$?" 0
cp "$T/good.conf" "$CONF"

# ---- the example

mkdir "$T/etc"
cp -R "$here/etc/rules" "$T/etc/"
"$HEARD" keygen "$T/etc" >/dev/null
sed "s|^state_dir.*|state_dir = \"$T/example\"; plugin_path = [ \"$BUILD/plugins\" ];|" "$here/etc/pipelines/survey.conf" >"$T/etc/heard.conf"
ok "etc/pipelines/survey.conf is good" "$HEARD" check -c "$T/etc/heard.conf"

# ---- a browser

PAGE=$(url public /survey/after-sales)
if has_browser; then
	look() { $python "$here/tests/system/survey.py" "$@"; }
	for script in js none; do
		like "a customer answers ($script)" "$(look answer "$PAGE" "$shots" $script '箱子湿了' 2>&1)" '您的回答已经收到'
	done
	ok "both are there" wait_for 20 has_records 45
	is "as they were given" "$(tail -n 2 "$OUT" | jq -c '[.nps,.csat,.ces,.rating,.ratings.packaging,.body,.attributes["survey.box","survey.wait"]]' | uniq)" \
		'[3,2,4,3,1,"箱子湿了","wet, big","long"]'
	before=$(records)
	like "one answers where there is no network for a while" "$(look offline "$PAGE" '信号不好' 2>&1)" '您的回答已经收到'
	ok "his answer is there" wait_for 20 has_records $((before + 1))
	is "once" "$(grep -c 信号不好 "$OUT")" 1
	ok "it fits each width, and shows what is to be asked" look shots "$PAGE" "$shots"
	like "what is over says so" "$(look look "$(url public /survey/over)" "$shots/survey-over" 2>&1)" '调查已经结束'
else
	note "no chromium: pages were not looked at"
fi
ok "it stops" daemon_stop
no_sanitizer_reports
done_testing
