#!/bin/sh
# The pages that customers see: status, follow-up, board and promise, in both languages,
# to curl that lies and to a real browser without JavaScript.
. "$(dirname "$0")/../lib/daemon.sh"
. "$(dirname "$0")/../lib/clock.sh"
. "$(dirname "$0")/../lib/browser.sh"

browse="$here/tests/system/pages.py"

XSS='"><script>alert(1)</script>'
CONF_EXTRA='timezone = "Asia/Shanghai";'
conf <<-EOT
	pipelines = (
	  { name = "shop"; clear = true;
	    inputs  = ( { plugin = "http"; path = "/feedback"; } );
	    outputs = (
	      { plugin = "tickets"; database = "tickets.db";
	        calendar = { hours = "09:00-12:00,13:00-18:00"; days = "mon-fri"; };
	        departments = ( { name = "service"; agents = [ "he", "lv" ]; lead = "chen"; } );
	        follow_up = { after = "1s"; expires = "1h"; };
	        promise = { channels = [ "网页：填写反馈表", "电话：400-000-0000（每天 9 点到 18 点）",
	                                 "门店：任何一家门店的服务台" ];
	                    channels_en = [ "On the web: the feedback form",
	                                    "By phone: 400-000-0000, from 9 to 18 every day",
	                                    "In any of our shops: the service desk" ];
	                    contact = "客户权益部 care@shop.example <b>";
	                    contact_en = "Customer care, care@shop.example"; }; },
	      { plugin = "file"; name = "events"; path = "events.ndjson"; when = "event ~= nil"; } ); },
	  { name = "other"; clear = true;
	    inputs  = ( { plugin = "http"; path = "/other"; } );
	    outputs = ( { plugin = "tickets"; name = "shelf"; database = "other.db"; } ); }
	);
EOT
must_start

fetch() { # CURL-ARGS...: $status, $T/head and $T/page
	status=$(curl -s -m 20 -o "$T/page" -D "$T/head" -w '%{http_code}' "$@")
}
header() { tr -d '\r' <"$T/head" | sed -n "s/^$1: //Ip"; }
shown() { grep -q -- "$1" "$T/page"; }
hidden() { ! grep -q -- "$1" "$T/page"; }
desk() { in_time tickets "$@"; }
is_there() { [ "$(curl -s -m 20 -o /dev/null -w '%{http_code}' "$(url public "$1")")" = 200 ]; }
send() { # PATH LANG BODY: $link, of a ticket that is there
	link=$(jq -n --arg b "$3" --arg l "$2" \
		'{body: $b, lang: $l, intent: "complaint", category: "platform", department: "service"}' |
		curl -s -m 20 "$(url public "$1")" -H 'Content-Type: application/json' -d @- |
		jq -r '.status[0]')
	ok "what was sent has a page" wait_for 20 is_there "$link"
}
states() { # "received open answered" of a link
	curl -s -m 20 -H 'Accept: application/json' "$(url public "$1")" | jq -r '[.steps[].what] | join(" ")'
}

# ---- a ticket on its way

send /feedback zh "付款失败，我的电话是 13812345678 $XSS"
zh=$link
fetch "$(url public "$zh")"
is "a new ticket has a page" "$status" 200
ok "in the customer's language" shown '<html lang="zh-CN">'
ok "it is received" shown '我们已收到您的反馈'
ok "an answer is promised" shown '最晚答复'
ok "in the zone of the config" shown "$(TZ=Asia/Shanghai date +%Y年%-m月%-d日)"
ok "nothing of what was written" hidden '付款失败\|13812345678\|alert(1)'
is "it is not stored" "$(header cache-control)" no-store
is "no referrer is sent" "$(header referrer-policy)" no-referrer
like "it is not indexed" "$(header x-robots-tag)" noindex
like "no script may run" "$(header content-security-policy)" "default-src 'none'.*frame-ancestors 'none'"
ok "and there is none" hidden '<script\|onclick\|javascript:'
fetch -H 'Accept-Language: en' "$(url public "$zh")"
ok "the record's language before the browser's" shown '<html lang="zh-CN">'
fetch "$(url public "$zh?lang=en")"
ok "the address before both" shown 'We have your feedback, and somebody'
fetch -I "$(url public "$zh")"
is "HEAD is answered" "$status" 200
fetch -X POST "$(url public "$zh")"
is "POST is not" "$status" 405

fetch -H 'Accept: application/json' "$(url public "$zh")"
is "a program gets JSON" "$status $(header content-type) $(header cache-control)" "200 application/json no-store"
is "with these members" "$(jq -c '[keys[], .state, (.steps|length), (.answers|length), .resolved_at]' "$T/page")" \
	'["answers","expected_at","received_at","resolved_at","state","steps","new",1,0,null]'
fetch -H 'Accept: text/html,application/json' "$(url public "$zh")"
like "a browser a page" "$(header content-type)" '^text/html'

# see TEXT-ZH TEXT-EN: after a move, in both languages
see() {
	fetch "$(url public "$zh?lang=zh")"
	ok "$1" shown "$1"
	fetch "$(url public "$zh?lang=en")"
	ok "$2" shown "$2"
}
ok "it is opened" desk status 1 open
see '我们正在处理您的反馈' 'We are working on your feedback'
ok "it is answered" desk reply 1 "您好，<b>付款</b>通道已修复。
请再试一次 & 告诉我们。"
see '通道已修复。<br>' '&lt;b&gt;付款&lt;/b&gt;'
ok "no markup in an answer" hidden '<b>付款'
ok "the next news are promised" shown 'Next news by\|Our answer'
ok "it waits" desk status 1 waiting
see '需要您回复' 'We have a question for you'
ok "no time is promised" hidden 'Answer by\|Next news by'
ok "it is resolved" desk status 1 resolved --reason solved
see '已经处理完毕' 'has been dealt with'
see '还没有解决' 'Still not solved'
ok "whom to turn to, escaped" sh -c "curl -s '$(url public "$zh")' | grep -q 'care@shop.example &lt;b&gt;'"
ok "the link of the question is not there" hidden 'follow-up/'
is "the way so far" "$(states "$zh")" "received open answered waiting resolved"
ok "it is taken up again" desk reopen 1 --reason "it is not"
see '重新处理' 'once more'
ok "it is closed" desk status 1 closed
see '已经处理结束' 'dealt with and closed'

send /feedback en 'I want my money back'
spam=$link
fetch "$(url public "$spam")" && cp "$T/page" "$T/before"
fetch -H 'Accept: application/json' "$(url public "$spam")" && cp "$T/page" "$T/before.json"
ok "one is taken for spam" desk status 2 spam
fetch "$(url public "$spam")"
ok "its sender reads what all read first" shown 'We have your feedback'
ok "and no word of it" hidden '[Ss]pam'
ok "the page is what it was, to the byte" cmp "$T/before" "$T/page"
fetch -H 'Accept: application/json' "$(url public "$spam")"
ok "so is what a program gets" cmp "$T/before.json" "$T/page"
is "nor does a program" "$(curl -s -H 'Accept: application/json' "$(url public "$spam")" | jq -r .state)" new
send /other en 'of another pipeline'
ok "a second store shares the path" is_there "$link"

# ---- links that lead nowhere

token=${zh##*/}
nowhere() { # WHAT PATH
	fetch -H 'Accept-Language: en' --path-as-is "$(url public "$2")"
	is "$1: not found" "$status" 404
	ok "$1: the same page as for all of them" cmp -s "$T/page" "$T/nowhere"
}
fetch -H 'Accept-Language: en' "$(url public /status/AAAAAAAAAAAAAAAAAAAAAA)"
cp "$T/page" "$T/nowhere"
ok "an unknown token is told in a page" shown 'Nothing to show here'
is "that is not stored" "$(header cache-control)" no-store
nowhere "no token" /status/
nowhere "a token cut short" "/status/${token%?}"
nowhere "a token too long" "/status/${token}A"
nowhere "spare bits set" "/status/${token%?}_"
nowhere "a number of a ticket" /status/1
nowhere "a quote" "/status/1'%20OR%20'1'='1"
nowhere "a line end" '/status/%0d%0aSet-Cookie:%20a=b'
ok "which sets no header" test -z "$(header set-cookie)"
nowhere "markup" '/status/%3Cscript%3Ealert(1)%3C/script%3E'
fetch --path-as-is "$(url public /status/../../etc/passwd)"
is "a folder up" "$status" 400
fetch "$(url public "/status/${token%???}%00aa")"
is "a NUL" "$status" 400
nowhere "a status token at the question" "/follow-up/$token"
fetch -H 'Accept: application/json' "$(url public /status/x)"
is "a program gets a problem document" "$status $(header content-type)" "404 application/problem+json"
fetch "$(url public "/status/AAAAAAAAAAAAAAAAAAAAAA?lang=en&sent=$(date +%s)")"
ok "one that was just sent is on its way" shown 'Your feedback is safe with us'
ok "so the page looks again" shown 'http-equiv=refresh'
fetch "$(url public "/status/AAAAAAAAAAAAAAAAAAAAAA?lang=en&sent=$(($(date +%s) - 600))")"
ok "not for ever" hidden 'http-equiv=refresh'
fetch "$(url public "$zh?lang=%22%3E%3Cscript%3E&x=%0d%0aSet-Cookie:a")"
ok "a query is not echoed" hidden '<script\|Set-Cookie'

# ---- how did it go?

asked() { # TICKET: the path of its question
	jq -r "select(.event == \"follow_up\" and .attributes.ticket == $1) | .attributes.follow_up" \
		"$STATE/events.ndjson" | tail -n 1
}
is_asked() { [ -n "$(asked "$1")" ]; }
n=2
solved() { # LANG BODY: $link is the question's path, $n the ticket's number
	send /feedback "$1" "$2"
	n=$((n + 1))
	desk assign $n --to he --reason test >/dev/null 2>&1
	ok "ticket $n is resolved" desk status $n resolved --reason solved
	ok "and its customer is asked" wait_for 20 is_asked $n
	link=$(asked $n)
}
kept() { sqlite3 -readonly "$STATE/tickets.db" "SELECT score, coalesce(text, '') FROM follow_up WHERE ticket=$1 AND answered_at IS NOT NULL"; }
answer() { fetch "$(url public "$link")" "$@"; }
stands() { desk list --state all --json | jq -r ".[] | select(.id == $1) | [.state, .assignee, .round] | @tsv"; }

solved zh '快递三天没有更新'
fetch "$(url public "$link")"
is "a question is shown" "$status $(header cache-control) $(header referrer-policy)" "200 no-store no-referrer"
ok "in the customer's language" shown '您对处理结果满意吗'
ok "without a script" hidden '<script\|onclick'
ok "nor what was written" hidden '快递三天'
answer -d text=x -H 'Content-Type: application/json'
is "JSON is refused" "$status $(header content-type)" "415 application/problem+json"
is "which is not stored either" "$(header cache-control) $(header referrer-policy)" "no-store no-referrer"
answer -F score=1
is "so is multipart" "$status" 415
answer -X PUT -d score=5
is "so is another method" "$status" 405
head -c 40000 /dev/zero | tr '\0' a >"$T/long"
answer -d score=5 --data-urlencode "text@$T/long"
is "and far too long a text" "$status" 413
for score in '' 0 6 55 -1 5.0 五 %00 '5%0a'; do
	answer -d "score=$score" --data-urlencode "text=$XSS 不太好"
	is "the score '$score' is none" "$status" 422
done
ok "the text is kept, escaped" shown '&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt; 不太好</textarea>'
ok "and is no markup" hidden '<script'
is "nothing was stored" "$(kept $n)" ""
answer -d score=2 -d score=5 --data-urlencode 'text=电话 138 1234-5678，１３８１２３４５６７８，邮箱 a.b@example.com。订单慢 3 天'
is "an answer sends on" "$status" 303
like "by GET, to the same page" "$(header location)" "^$link\\?done=1&lang=zh$"
is "the text has no contact any more" "$(kept $n)" '2|电话 ***，邮箱 ***。订单慢 3 天'
fetch "$(url public "$(header location)")"
ok "thanks, and that we look again" shown '很抱歉没有让您满意'
is "a bad score opens a second round with another owner" "$(stands $n)" "$(printf 'reopened\tlv\t2')"
fetch "$(url public "$link")"
ok "later it says that it was answered" shown '您已经评价过了'
answer -d score=5 -d text=again
is "a second answer" "$status" 409
ok "is thanked for" shown '谢谢'
is "and changes nothing" "$(kept $n)" '2|电话 ***，邮箱 ***。订单慢 3 天'

solved en 'the lamp flickers'
for i in 1 2 3 4; do
	curl -s -m 20 -o /dev/null -w '%{http_code}\n' "$(url public "$link")" -d score=5 >"$T/race.$i" &
	racers="${racers:-} $!"
done
wait $racers
is "of four at once one counts" "$(cat "$T"/race.* | sort | tr '\n' ' ')" "303 409 409 409 "
fetch "$(url public "$link?done=1")"
ok "a good score is thanked for" shown 'It helps us to do better'
is "and leaves the ticket resolved" "$(stands $n | cut -f1)" resolved

# Somebody else writes for longer than we wait: nothing is lost but time.
solved zh '少发了一件'
cat >"$T/hold.py" <<-'PY'
	import os, sqlite3, sys, time
	db = sqlite3.connect(sys.argv[1], isolation_level=None)
	db.execute("BEGIN IMMEDIATE")
	open(sys.argv[2], "w").close()
	while os.path.exists(sys.argv[2]):
	    time.sleep(0.05)
	db.execute("ROLLBACK")
PY
spawn hold $python "$T/hold.py" "$STATE/tickets.db" "$T/held"
wait_for 20 test -e "$T/held"
answer -m 60 -H 'Accept-Language: en' -d score=4
is "a store that is locked says try again" "$status" 503
ok "in a page" shown 'try again in a minute'
like "with a time" "$(header retry-after)" '^[0-9]+$'
rm "$T/held"
wait $spawned
answer -d score=4
is "and then it is taken" "$status" 303

solved zh '发票抬头开错了'
question=$link
solved en 'the box was wet'
keys=$link
solved zh '赠品没有收到'
over=$link

# ---- the board, and what is promised

fetch "$(url public /board)"
ok "an empty board says so" shown '目前没有已知问题'
has_browser && ok "without being too wide" $python "$browse" shots "$shots" "board-empty=$(url public /board)"
send /feedback zh '会员日支付页面打不开，付不了款'
n=$((n + 1))
board=$n
send /feedback zh '优惠券不能用'
n=$((n + 1))
ok "an issue is published" desk publish $board '部分用户支付页面打不开'
ok "and one with markup" desk publish $n "优惠券提示“不可用” <i>$XSS</i> 这是一个很长很长的标题用来看看手机屏幕上会怎样换行"
ok "and one that is solved" desk publish 1 '银行卡支付失败'
desk status $board open >/dev/null
fetch "$(url public /board?lang=zh)"
is "the board may be kept for a while" "$status $(header cache-control)" "200 no-cache"
ok "it shows titles" shown '部分用户支付页面打不开'
ok "escaped" shown '&lt;i&gt;&quot;&gt;&lt;script&gt;'
ok "and no markup" hidden '<script\|<i>'
ok "what is done stands apart" shown '已经解决'
ok "with the category" shown '平台'
ok "not what customers wrote" hidden '会员日\|付不了款'
fetch "$(url public /board?lang=en)"
ok "in English too" shown 'Being worked on'

fetch "$(url public /promise)"
is "there is a promise" "$status" 200
ok "with the channels" shown '门店：任何一家门店的服务台'
ok "the deadlines" shown '30 分钟，全天候'
ok "in working time" shown '4 小时，按工作时间'
ok "which is said" shown '周一至周五 09:00–12:00、13:00–18:00'
ok "and whose clock" shown 'Asia/Shanghai'
fetch "$(url public /promise?lang=en)"
ok "the same in English" shown '4 hours of working time'
ok "with its own channels" shown 'In any of our shops'

# ---- in a browser

if has_browser; then
	ok "pages at 390 and 1280 px, light and dark, are not too wide" $python "$browse" shots "$shots" \
		"board=$(url public /board)" "promise=$(url public /promise)" \
		"promise-en=$(url public /promise?lang=en)" "follow-up=$(url public "$question")" \
		"follow-up-en=$(url public "$question?lang=en")" "nowhere=$(url public /status/x)" \
		"sent=$(url public "/status/x?sent=$(date +%s)")" "answered=$(url public "$link?done=1")"
	out=$($python "$browse" answer "$(url public "$question")" "$shots" '还可以' 2>&1)
	like "a face and a text without JavaScript" "$out" '谢谢您的评价'
	out=$($python "$browse" keyboard "$(url public "$keys")" 2>&1)
	like "the faces by keys alone" "$out" 'Thank you'
else
	note "chromium and chromium-driver are not installed: no browser"
fi

# ---- time goes by

send /feedback zh '充电器发烫'
n=$((n + 1))
new=$link
fresh=$(url public "$new")
has_browser && ok "a new one is not too wide" $python "$browse" shots "$shots" "status-new=$fresh"
desk status $n open >/dev/null
days 10
fetch "$fresh"
ok "who is late says so" shown '我们超过了承诺的时间'
fetch "$(url public "$over")"
is "a question expires" "$status" 410
ok "and says so" shown '链接已过期'
link=$over
answer -d score=5
is "its answer comes too late" "$status" 410
is "and is not kept" "$(kept $n)" ""

# They are counted while the page is shown.
has_figures() { fetch "$(url public /promise?lang=en)" && shown 'How we did last month'; }
fetch "$(url public /promise?lang=en)"
month=$(TZ=Asia/Shanghai date -d '10 days' +%Y-%m)
if [ "$(TZ=Asia/Shanghai date +%Y-%m)" != "$month" ]; then
	ok "last month's figures are there" wait_for 20 has_figures
	like "all of them" "$(tr -d '\n' <"$T/page")" '<b>[0-9]+</b><span>matters handled'
else
	ok "without figures of last month none are shown" hidden 'How we did last month'
fi

if has_browser; then
	desk reply 1 '您好！支付页面打不开是服务商升级造成的，现在已经恢复。给您带来不便非常抱歉，已为您补发一张 10 元优惠券，请在“我的—卡包”中查看。' >/dev/null
	ok "nor are late, expired and closed ones" $python "$browse" shots "$shots" "status-late=$fresh" "promise-figures=$(url public /promise)" "expired=$(url public "$over")" \
		"status-closed=$(url public "$zh")" "status-closed-en=$(url public "$zh?lang=en")"
fi

ok "it ends well" daemon_stop
no_sanitizer_reports
done_testing
