#!/bin/sh
# Input wechat and a local WeChat: handshake, plain and safe mode, what is refused, what is
# counted, and the whole story from a message to the answer in the customer's chat.
. "$(dirname "$0")/../lib/daemon.sh"
. "$here/tests/lib/wechat.sh"
call() { "$WECHATD" send "$(url public "$WHERE")" "$@"; }
all_taken() { sort "$T/answers" | uniq -c | sed 's/^ *//'; }
publish() { url public "$WHERE" >"$T/url"; }

write_conf() { # MORE OPTIONS
	chat_conf "{ plugin = \"wechat\"; token = \"callback-token\"; app_id = \"${APP-wx1}\"; secret = \"app-secret\";
		base_url = \"${NETWORK:-http://127.0.0.1:1}\"; allow_private = true; $1 }"
}
WHERE=/wechat

# ---- faults of the configuration
says "a key of another length is refused" 'aes_key = "short";' 'aes_key must have 43'
says "one with other letters too" "aes_key = \"${AES%?}!\";" 'aes_key may have letters'
says "WeCom needs a key" 'kind = "wecom";' 'needs aes_key and secret'
says "files of WeCom are not fetched" "kind = \"wecom\"; aes_key = \"$AES\"; media = \"fetch\";" 'is for kind = "wechat"'
APP=
says "safe mode needs the AppID" "aes_key = \"$AES\";" 'app_id is empty: the AppID'
unset APP
NETWORK=nothing
says "the base URL is one" '' 'base_url: '

# ---- the pages for operators
cp -R "$T/keys" "$T/docs"
export WECHAT_TOKEN=callback-token WECHAT_AES_KEY=$AES WECHAT_SECRET=app-secret
for page in wechat.md wechat.zh.md; do
	for i in 0 1; do
		{
			NO_PUBLIC='' CONF_EXTRA='' conf_head
			python3 -c 'import sys; sys.path.insert(0, sys.argv[1]); import fenced; print([b for w, _, b in fenced.fences(fenced.read(sys.argv[2])) if w == "heard.conf"][int(sys.argv[3])])' \
				"$here/tests/lib" "$here/docs/channels/$page" $i
		} >"$T/docs/heard.conf"
		ok "configuration $((i + 1)) of $page is good" "$HEARD" check -c "$T/docs/heard.conf"
	done
done

ok "the local WeChat starts" server_start

# ---- plain mode
write_conf 'events = [ "unsubscribe" ];'
must_start
is "the handshake is answered with echostr" "$("$WECHATD" shake "$(url public /wechat)" --text 5836)" "200 5836"
like "by whoever knows the token" "$("$WECHATD" shake "$(url public /wechat)" --text 5836 --token other)" '^403 .*signature is wrong'
like "and has a clock" "$("$WECHATD" shake "$(url public /wechat)" --age 400)" '^403 .*too far from ours'
is "a message is taken" "$(call --text '你好，订单 4711 没有到，我要退款')" "200 success"
ok "it is a record" wait_for 10 has_records 1
is "of its channel, id and text" "$(field '[.channel, .source_id, .body] | join("|")')" "wechat|23000000000000000|你好，订单 4711 没有到，我要退款"
is "whose author nobody can read" "$(field '.author.id[0:7] + (.thread | length | tostring)')" "sealed:32"
is "the open id is nowhere" "$(grep -rl openid-0 "$STATE" | wc -l)" 0
is "again: taken, not stored" "$(call --text '你好，订单 4711 没有到，我要退款') $(records | wc -l)" "200 success 1"
like "a wrong signature" "$(call --id 1 --token other)" '^403 .*signature is wrong'
like "an old time" "$(call --id 1 --age 301)" '^403 .*too far'
# Half a minute beyond the edge: it comes nearer while the request is on its way.
like "a time to come" "$(call --id 1 --age -330)" '^403 .*too far'
is "a little off is fine" "$(call --id 2 --age 200)" "200 success"
is "JSON of a mini-program" "$(call --id 3 --json)" "200 success"
n=10
for what in 'image {"PicUrl":"http://mmbiz.test/1","MediaId":"m1"}' 'voice {"MediaId":"m2","Format":"amr","Recognition":"我想退货"}' 'video {"MediaId":"m3","ThumbMediaId":"m4"}' \
	'location {"Location_X":"23.134521","Label":"广州大道"}' 'link {"Title":"标题","Description":"说明","Url":"https://x.test/a"}' 'miniprogrampage {"Title":"商品","PagePath":"pages/p"}' 'hologram {}'; do
	n=$((n + 1))
	is "a message of type ${what%% *}" "$(call --id $n --user someone --type "${what%% *}" --more "${what#* }")" "200 success"
done
ok "each is a record" wait_for 10 has_records 10
bodies=$(records | jq -c 'select(.source_id | tonumber | . > 10 and . < 20) | [.body, .attributes["wechat.type"] // .attributes.wechat.type]' | sort)
like "with what was said" "$bodies" '"我想退货","voice"'
like "or in brackets what it is" "$bodies" '"\[图片\]","image"'
like "also what is new" "$bodies" '"\[未知类型的消息\]","hologram"'
like "a link with its title" "$bodies" '标题\\n说明\\nhttps://x.test/a'
is "a place without coordinates" "$(records | grep -c 23.134)" 0
for event in subscribe unsubscribe CLICK user_enter_tempsession; do
	is "event $event" "$(call --type event --user follower --more "{\"Event\":\"$event\",\"EventKey\":\"k\"}")" "200 success"
done
ok "one is wanted" wait_for 10 has_records 11
is "the others are counted" "$(ledger | jq '.pipelines[0].dropped')" 3

# ---- what is bad
hostile() { # WHAT WANTED
	is "$1" "$(call --raw "$T/raw" | cut -c1-60)" "$2"
}
head='<FromUserName>a</FromUserName><MsgType>text</MsgType><MsgId>77</MsgId>'
printf '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;"><!ENTITY c "&b;&b;&b;">]><xml>%s<Content>&c;</Content></xml>' "$head" >"$T/raw"
hostile "a billion laughs" "200 success"
printf '<!DOCTYPE x SYSTEM "file:///etc/passwd"><xml>%s</xml>' "$head" >"$T/raw"
hostile "a document type" "200 success"
printf '<xml>%s<Content>\304\343\272\303</Content></xml>' "$head" >"$T/raw"
hostile "GBK that says it is UTF-8" "200 success"
printf '<?xml version="1.0" encoding="utf-16"?><xml>%s<Content>x</Content></xml>' "$head" | iconv -t utf-16 >"$T/raw"
hostile "UTF-16" "200 success"
{ echo '<xml>'; for i in 1 2 3 4 5 6 7 8 9; do printf '<a>'; done; } >"$T/raw"
hostile "a deep one" "200 success"
printf '<xml>%s<Content>half' "$head" >"$T/raw"
hostile "half of one" "200 success"
echo '{"MsgType":"text","MsgId":1}' >"$T/raw"
hostile "from nobody" "200 success"
printf '[1,2]' >"$T/raw"
hostile "an array" "200 success"
ok "are dead letters" wait_for 10 eval '[ "$(dead)" = 8 ]'
like "with a reason" "$(heard dead list)" 'document type'
head -c 70000 /dev/zero | tr '\0' x >"$T/raw"
like "too large a one is refused" "$(call --raw "$T/raw")" '^413'
is "nothing of that is a record" "$(records | wc -l)" 11
ok "the books are balanced" balanced

# ---- the story
tell wrote '{"user":"story-0"}'
had=$(heard tickets list --state all --json | jq length)
is "a customer writes" "$(call --id 900 --user story-%d --text '东西坏了，要求退款')" "200 success"
ok "it is a ticket" wait_for 10 has_tickets $((had + 1))
ticket=$(last_ticket)
ok "an agent answers" heard tickets reply "$ticket" '您好，已为您重新发货。'
ok "it is in the customer's chat" wait_for 15 has_sent 1
is "as it was written" "$(network '.sent[0] | .to + " " + .text')" "story-0 您好，已为您重新发货。"
tell mode '{"expire":true}'
ok "the access token ends" heard tickets reply "$ticket" 'second'
ok "and is fetched again" wait_for 15 has_sent 2
is "once" "$(network '[.tokens, .calls.custom_send] | join(" ")')" "2 3"
tell mode '{"errcodes":[-1]}'
heard tickets reply "$ticket" 'third' >/dev/null
long=$(head -c 2100 /dev/zero | tr '\0' x)
heard tickets reply "$ticket" "$long" >/dev/null
ok "one that is too long is refused" wait_for 15 is_fate "$ticket" refused
like "with a reason" "$(reason "$ticket")" '2100 bytes, and the network takes 2048'
ok "a busy platform is asked again" wait_for 30 has_sent 3
for i in 4 5; do heard tickets reply "$ticket" "answer $i" >/dev/null; done
ok "five answers go out" wait_for 15 has_sent 5
calls=$(network .calls.custom_send)
heard tickets reply "$ticket" 'a sixth' >/dev/null
ok "the sixth does not" wait_for 15 is_fate "$ticket" refused
like "the desk is told, and offered SMS" "$(reason "$ticket")" '5 within 48 hours.*SMS or mail'
is "without asking the platform" "$(network .calls.custom_send)" "$calls"
tell wrote '{"user":"story-0"}'
is "the customer writes again" "$(call --id 901 --user story-%d --text '谢谢')" "200 success"
heard tickets reply "$ticket" 'a seventh' >/dev/null
ok "then there is an answer" wait_for 15 has_sent 6
is "each was sent once" "$(network '[.sent[].text] | sort | unique | length')" 6

# ---- safe mode, and restarts
daemon_stop
write_conf "aes_key = \"$AES\"; path = \"/safe\";"
WHERE=/safe
must_start
publish
is "an encrypted message is taken" "$(call --aes $AES --id 1000)" "200 success"
is "an encrypted JSON, too" "$(call --aes $AES --id 1001 --json)" "200 success"
like "one that was changed is not" "$(call --aes $AES --id 1002 --tamper)" '^403 .*signature'
like "nor one for another account" "$(call --aes $AES --id 1002 --app wx2)" '^403 .*another account'
like "nor one under another key" "$(call --aes "Z${AES#?}" --id 1002)" '^403 .*(decrypt|another account)'
like "nor one in clear" "$(call --id 1002)" '^403 .*safe mode'
before=$(records | wc -l)
"$WECHATD" send none --url-file "$T/url" --aes $AES --id 5000 --count 60 --times 3 --shuffle --patient 40 --text '消息 %d' >"$T/answers" &
sender=$!
for i in 1 2; do
	sleep 0.7
	daemon_kill
	daemon_start
	publish
done
wait $sender
is "killed and started again twice, every message is answered" "$(all_taken)" "180 200 success"
ok "60 messages, each sent three times, are 60 records" wait_for 20 has_records $((before + 60))
is "each once" "$(field '.source_id | select(startswith("50"))' | sort | uniq -d | wc -l)" 0
server_kill
ticket=$(last_ticket)
user=$(records | tail -n 1 | jq -r .body | tr -cd 0-9)
heard tickets reply "$ticket" 'while WeChat is down' >/dev/null
sleep 0.5
curl -s -o /dev/null "$NETWORK" # nobody is there
ok "the local WeChat starts again" server_start
for i in $(seq 0 59); do echo "openid-$i"; done | while read -r who; do tell wrote "{\"user\":\"$who\"}"; done
daemon_kill
ok "the daemon, too" daemon_start
ok "the answer is sent" wait_for 40 has_sent 7
ok "the ledger adds up" ledger_adds_up
daemon_stop

# ---- pictures and voices
zeros() { head -c "$1" /dev/zero | od -An -tx1 -v | tr -d ' \n'; }
was_asked() { [ "$(network .calls.media_get)" = "$1" ]; }
WHERE=/wechat
write_conf 'media = "fetch"; media_size = "64K";'
must_start
before=$(records | wc -l)
printf '{"pic":"ffd8ffe0%s","voice":"2321414d520a00","page":"3c68746d6c3e","large":"ffd8ffe0%s"}' "$(zeros 500)" "$(zeros 70000)" >"$T/files"
tell files "@$T/files"
n=8900
for what in 'image pic' 'voice voice' 'image page' 'image large' 'image gone' 'image video' 'image slow'; do
	n=$((n + 1))
	is "a message with a file: $what" "$(call --id $n --user someone --type "${what% *}" --more "{\"MediaId\":\"${what#* }\"}")" "200 success"
done
ok "each is a record" wait_for 10 has_records $((before + 7))
is "with its file, if it came and is one that is wanted" \
	"$(records | tail -n 7 | jq -r '(.attributes["wechat.media_id"] // .attributes.wechat.media_id) as $id | .attachments[]? | "\($id) \(.name) \(.type) \(.size)"' | sort | tr '\n' ',')" \
	'pic image-1 image/jpeg 504,voice audio-1 audio/amr 7,'
digest=$(records | tail -n 7 | jq -r '.attachments[0].sha256 // empty' | head -n 1)
ok "which is kept sealed" test -s "$STATE/attachments/$(echo "$digest" | cut -c1-2)/$digest"
is "each is noted by its media id" "$(records | tail -n 7 | jq -r '.attributes["wechat.media_id"] // .attributes.wechat.media_id' | sort | tr '\n' ' ')" "gone large page pic slow video voice "
call --id 8950 --user someone --type image --more '{"MediaId":"slow 2"}' >"$T/answer" &
waiting=$!
ok "a message waits for its picture" wait_for 5 was_asked 8
daemon_stop
wait $waiting
like "and is taken without it or to come again when the daemon stops" "$(cat "$T/answer")" '^(200 success|503 )'
daemon_start
is "as it does" "$(call --id 8950 --user someone --type image --more '{"MediaId":"pic"}')" "200 success"
ok "once" wait_for 10 has_records $((before + 8))
ok "the ledger adds up after that, too" ledger_adds_up
daemon_stop
is "the secrets are not in the log" "$(grep -c -e app-secret -e callback-token -e tok- "$LOG")" 0
is "nor is an open id" "$(grep -c -e openid- -e story-0 "$LOG")" 0
no_sanitizer_reports
done_testing
