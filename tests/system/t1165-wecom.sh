#!/bin/sh
# Input wechat with kind = "wecom": a callback says that there is something, sync_msg gives
# it page by page, send_msg answers; restarts, lost callbacks, lost answers, recalls.
. "$(dirname "$0")/../lib/daemon.sh"
. "$here/tests/lib/wechat.sh"
EVENT='{"Event":"kf_msg_or_event","Token":"pull-me","OpenKfId":"wk1"}'
call() { "$WECHATD" send "$(url public /wecom)" --wecom --aes $AES --app corp1 --type event --more "$EVENT" "$@"; }
live() { records | jq -r 'select(.op != "delete") | .source_id' | sort -u | wc -l; }
tickets() { heard tickets list --state all --json | jq length; }
put() { # FIRST COUNT: so many messages of customers
	python3 - "$1" "$2" <<-'PY' | curl -fsS -o /dev/null -d @- "$NETWORK/_put"
		import json, sys, time
		first, n = map(int, sys.argv[1:])
		print(json.dumps([{"msgid": f"m{i}", "open_kfid": "wk1", "external_userid": f"wm-user-{i}",
		    "send_time": int(time.time()), "origin": 3, "msgtype": "text",
		    "text": {"content": f"第 {i} 条：东西坏了"}} for i in range(first, first + n)]))
	PY
}

ok "the local WeCom starts" server_start
write_conf() { # EVERY
	chat_conf "{ plugin = \"wechat\"; kind = \"wecom\"; path = \"/wecom\"; token = \"callback-token\"; aes_key = \"$AES\";
		app_id = \"corp1\"; secret = \"app-secret\"; base_url = \"$NETWORK\"; allow_private = true; every = \"$1\"; rate = 0; }"
}

# ---- callbacks
put 0 3
write_conf 1h
must_start
ok "what is there at the first start is read" wait_for 20 has_records 3
is "the handshake is decrypted" "$("$WECHATD" shake "$(url public /wecom)" --wecom --aes $AES --app corp1 --text 1616140317555161061)" "200 1616140317555161061"
like "not another corp's" "$("$WECHATD" shake "$(url public /wecom)" --wecom --aes $AES --app corp2)" '^403'
like "nor under another token" "$("$WECHATD" shake "$(url public /wecom)" --wecom --aes $AES --app corp1 --token other)" '^403 .*signature'
put 3 1
is "a callback" "$(call)" "200 success"
ok "has it read at once" wait_for 20 has_records 4
is "with its token" "$(network '.asked[-1][1]')" "pull-me"
put 4 1
like "an old callback is refused" "$(call --age 400)" '^403 .*too far'
like "a changed one" "$(call --tamper)" '^403 .*signature'
sleep 0.5
is "neither has it read" "$(records | wc -l)" 4
call --count 5 --times 2 >/dev/null
ok "ten callbacks for one message" wait_for 20 has_records 5
is "are one record" "$(live)" 5
is "a record" "$(records | jq -r 'select(.source_id == "m3") | [.channel, .body, .attributes["wechat.account"] // .attributes.wechat.account, .author.id[0:7]] | join("|")')" "wechat|第 3 条：东西坏了|wk1|sealed:"
is "external ids are nowhere" "$(grep -rl wm-user- "$STATE" | wc -l)" 0

# ---- what a page holds
curl -fsS -o /dev/null -d @- "$NETWORK/_put" <<-'EOT'
	[ {"msgid":"p1","open_kfid":"wk1","external_userid":"wm-user-p","send_time":1700000000,"origin":3,"msgtype":"image","image":{"media_id":"media-1"}},
	  {"msgid":"p2","open_kfid":"wk1","external_userid":"wm-user-p","send_time":1700000001,"origin":5,"servicer_userid":"li","msgtype":"text","text":{"content":"a colleague"}},
	  {"msgid":"p3","open_kfid":"wk1","send_time":1700000002,"origin":4,"msgtype":"event","event":{"event_type":"enter_session","open_kfid":"wk1","external_userid":"wm-user-p","welcome_code":"c"}},
	  {"msgid":"p4","open_kfid":"wk1","external_userid":"wm-user-p","send_time":1700000003,"origin":3,"msgtype":"channels_shop_order","channels_shop_order":{"order_id":"3707123","product_titles":"充电宝"}},
	  {"msgid":"p5","open_kfid":"wk1","external_userid":"wm-user-p","send_time":1700000004,"origin":3,"msgtype":"location","location":{"latitude":23.1,"longitude":113.3,"name":"广州塔"}},
	  {"msgid":"p6","open_kfid":"wk1","send_time":1700000005,"origin":4,"msgtype":"event","event":{"event_type":"user_recall_msg","open_kfid":"wk1","external_userid":"wm-user-p","recall_msgid":"p1"}} ]
EOT
call >/dev/null
ok "a picture, an order, a place and a recall" wait_for 20 has_records 9
is "are what they are" "$(records | tail -n 4 | jq -r '[.source_id, .op // "create", .body // "-", .order // "-"] | join("|")' | sort)" "p1|create|[图片]|-
p1|delete|-|-
p4|create|[未知类型的消息] 充电宝|3707123
p5|create|[位置] 广州塔|-"
is "a colleague's words are none of it" "$(records | grep -c 'a colleague')" 0
is "an event is counted" "$(ledger | jq '.pipelines[0].dropped')" 1

# ---- answers
before=$(tickets)
put 100 1
tell wrote '{"user":"wm-user-100"}'
call >/dev/null
ok "a complaint is a ticket" wait_for 20 eval '[ "$(tickets)" -gt "$before" ]'
ticket=$(last_ticket)
tell mode '{"drop":{"/cgi-bin/kf/send_msg":1}}'
heard tickets reply "$ticket" '您好，已处理。' >/dev/null
ok "an answer whose word back is lost" wait_for 30 is_fate "$ticket" sent
is "is sent once, by its msgid" "$(network '[(.sent | length), .calls.send_msg, .sent[0].to, .sent[0].kf, .sent[0].text] | join("|")')" "1|2|wm-user-100|wk1|您好，已处理。"
tell mode '{"errcodes":[95018]}'
heard tickets reply "$ticket" 'again' >/dev/null
ok "while a person has the session" wait_for 20 is_fate "$ticket" refused
like "the desk is told" "$(reason "$ticket")" 'with a person in WeCom'
for i in 2 3 4 5 6; do heard tickets reply "$ticket" "answer $i" >/dev/null; done
ok "five answers are sent" wait_for 20 has_sent 5
ok "the sixth is refused" wait_for 20 is_fate "$ticket" refused
like "with SMS offered" "$(reason "$ticket")" 'SMS or mail'

# ---- restarts, pages, lost callbacks
daemon_stop
write_conf 1s
tell mode '{"page":7}'
had=$(records | wc -l)
daemon_start
put 1000 200
for i in 1 2 3; do
	sleep 0.15
	daemon_kill
	put $((2000 + i * 100)) 20
	daemon_start
done
server_kill
sleep 1
ok "WeCom starts again" server_start
put 3000 40
ok "300 messages, without a callback" wait_for 40 has_records $((had + 300))
sleep 1.2
is "are 300 records" "$(records | wc -l)" $((had + 300))
is "each once" "$(records | jq -r 'select(.op != "delete") | .source_id' | sort | uniq -d | wc -l)" 0
tell mode '{"errcodes":[-1, 95007, 40001]}'
put 4000 2
ok "errors are gone over" wait_for 60 has_records $((had + 302))
ok "the ledger adds up" ledger_adds_up
ok "and is balanced" balanced
daemon_stop
is "no secret is in the log" "$(grep -c -e app-secret -e callback-token -e tok- -e wm-user "$LOG")" 0
no_sanitizer_reports
done_testing
