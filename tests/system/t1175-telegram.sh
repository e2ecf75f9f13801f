#!/bin/sh
# Input telegram and a local server of the Bot API: updates that are asked for and updates
# that are posted, what of groups is taken, what is refused, and a story from a message to
# the answer.
. "$(dirname "$0")/../lib/daemon.sh"
. "$here/tests/lib/social.sh"
write_conf() { # MORE OPTIONS
	chat_conf "{ plugin = \"telegram\"; base_url = \"${NETWORK:-http://127.0.0.1:1}\"; token = \"${TOKEN-4711:bot-token}\"; username = \"shop_bot\";
		poll = \"2s\"; allow_private = true; rate = 0; retry_first = \"100ms\"; retry_max = \"500ms\"; $1 }"
}
last() { records | tail -n 1 | jq -r "$1"; }
U=/bot4711:bot-token/getUpdates

# ---- faults of the configuration
TOKEN=nonsense
says "a token has a number before it" '' 'token is not of the form'
unset TOKEN
says "a webhook has a secret" 'webhook = "/telegram";' 'webhook_secret'
NETWORK=nothing
says "the base URL is one" '' 'base_url: '
unset NETWORK
ok "the local server starts" server_start

# ---- what comes, asked for
tell updates '{"count":3,"text":"订单 %d 没有到"}'
write_conf ''
must_start
ok "messages are records" wait_for 10 has_records 3
is "as they were written" "$(last '[.channel, .body, .created_at] | join("|")')" "social|订单 2 没有到|2026-02-02T02:40:02.000Z"
is "whose author nobody can read" "$(last '.author.id[0:7] + .author.name[0:7] + (.thread | length | tostring) + (.source_id | length | tostring)')" "sealed:sealed:3232"
tell updates '{"at":3,"text":"an edit","more":{"message_id":3},"edit":60}'
ok "an edit is a revision" wait_for 10 has_records 4
is "of the same message" "$(field .source_id | sort -u | wc -l) $(last .revision)" "3 1770000063003"
G='{"id":-100200,"type":"supergroup","title":"g"}'
tell updates "{\"at\":10,\"chat\":$G,\"text\":\"just talk\"}"
tell updates "{\"at\":11,\"chat\":$G,\"text\":\"@Shop_Bot 退款\"}"
tell updates "{\"at\":12,\"chat\":$G,\"more\":{\"reply_to_message\":{\"message_id\":1,\"from\":{\"id\":4711,\"is_bot\":true}}}}"
tell updates "{\"at\":13,\"chat\":$G,\"text\":\"another bot\",\"more\":{\"from\":{\"id\":7,\"is_bot\":true}}}"
tell updates '{"at":14,"text":"/start"}'
tell updates '{"at":15,"text":"channel","chat":{"id":-9,"type":"channel"}}'
ok "a group that speaks to the bot is heard" wait_for 10 has_records 6
tell updates '{"at":20,"more":{"text":null,"caption":"破了","photo":[{"file_id":"small"},{"file_id":"large"}]}}'
tell updates '{"at":21,"more":{"text":null,"voice":{"file_id":"v"}}}'
tell updates '{"at":22,"more":{"text":null,"document":{"file_id":"d","file_name":"发票.pdf"}}}'
tell updates '{"at":23,"more":{"text":null,"contact":{"phone_number":"+8613800138000","first_name":"Li","user_id":500}}}'
tell updates '{"at":24,"more":{"text":null,"dice":{"value":3}}}'
ok "what has no words is noted" wait_for 10 has_records 11
is "as what it is" "$(field .body | tail -n 5 | tr '\n' ' ')" "破了 [语音] [文件] [名片] [消息] "
is "with the largest picture" "$(records | tail -n 5 | head -n 1 | jq -r '.attributes["telegram.file_id"] // .attributes.telegram.file_id')" large
is "a contact is sealed" "$(records | tail -n 2 | head -n 1 | jq -r '.author.phone[0:7]')" 'sealed:'
is "what is no feedback is counted" "$(ledger | jq '.pipelines[0].dropped')" 4
is "nobody's number is in clear" "$(grep -rls -e 13800138000 -e '"500' -e '100200' "$STATE" | grep -vc answers.db)" 0
ok "all is confirmed" wait_for 10 eval '[ "$(network ".updates | length")" = 0 ]'

# ---- what is bad
tell raw "{\"$U\":\"{\\\"ok\\\":true,\\\"result\\\":[{\\\"update_id\\\":9030,\\\"message\\\":{\\\"message_id\\\":1,\\\"text\\\":\\\"\\u00c4\\u00e3 gbk\\\",\\\"from\\\":{\\\"id\\\":9},\\\"chat\\\":{\\\"id\\\":9,\\\"type\\\":\\\"private\\\"}}},7,{\\\"message\\\":{}},{\\\"update_id\\\":9031,\\\"message\\\":{\\\"from\\\":{\\\"id\\\":9},\\\"chat\\\":{\\\"id\\\":9,\\\"type\\\":\\\"private\\\"}}}]}\"}"
ok "bytes that are not UTF-8 cost their characters" wait_for 10 has_records 12
ok "what cannot be read is dead letters" wait_for 10 has_dead 3
for raw in '[]' '{' '<html>'; do
	tell raw "{\"$U\":\"$raw\"}"
	a_round $U
done
ok "answers that make no sense are said" logged 'updates: the answer is no list that can be read'
tell mode '{"statuses":[429,500],"parameters":{"retry_after":1}}'
tell updates '{"at":40}'
ok "429 and 500 pass" wait_for 20 has_records 13
tell mode '{"webhook":true}'
ok "somebody else's webhook is said" wait_for 20 logged 'status 409: a webhook is set'
tell mode '{}'

# ---- the story
had=$(heard tickets list --state all --json | jq length)
tell updates '{"at":50,"user":77,"text":"东西坏了，要求退款"}'
ok "a complaint is a ticket" wait_for 20 has_tickets $((had + 1))
ticket=$(last_ticket)
ok "an agent answers" heard tickets reply "$ticket" '您好，已为您重新发货。'
ok "it is in the chat" wait_for 15 has_sent 1
is "below the message" "$(network '.sent[0] | [.to, .text, .below] | join("|")')" "77|您好，已为您重新发货。|51"
tell mode '{"statuses":[429],"parameters":{"retry_after":1}}'
heard tickets reply "$ticket" 'second' >/dev/null
ok "429 is waited for" wait_for 30 has_sent 2
heard tickets reply "$ticket" "$(head -c 4097 /dev/zero | tr '\0' x)" >/dev/null
ok "one that is too long is refused" wait_for 15 is_fate "$ticket" refused
like "and the desk is told" "$(reason "$ticket")" '4097 characters, and the network takes 4096'
tell blocked '[77]'
heard tickets reply "$ticket" 'third' >/dev/null
ok "a customer who has blocked the bot is not answered" wait_for 15 eval 'reason "$ticket" | grep -q blocked'
is "each was sent once" "$(network '[.sent[].text] | unique | length')" 2
is "to nobody else" "$(network '[.sent[].to] | unique | tostring')" '[77]'
[ "$tap_failed" = 0 ] || note "$(network '{sent, blocked, mode, calls} | tostring')"

# ---- kill -9 of either side
before=$(records | wc -l)
tell updates '{"at":100,"count":250,"text":"kill %d"}'
kill_both "$before" 50
ok "killed three times, 250 messages are 250 records" wait_for 20 has_records $((before + 250))
is "each once" "$(field 'select((.body // "") | test("^kill")) | .source_id' | sort | uniq -d | wc -l)" 0

# ---- posted to us
daemon_stop
write_conf 'webhook = "/telegram"; webhook_secret = "hook-secret";'
must_start
publish() { url public /telegram >"$T/url"; }
post() { "$SOCIALSRV" post "$(url public /telegram)" "$@"; }
publish
before=$(records | wc -l)
is "an update is taken" "$(post --at 500)" 200
is "again: taken, not stored" "$(post --at 500) $(records | wc -l)" "200 $((before + 1))"
is "a wrong secret is refused" "$(post --at 501 --secret other)" 401
is "and none" "$(post --at 501 --secret '')" 401
is "an edit" "$(post --at 500 --edit 5 --first 9001 --text edited)" 200
is "a second one of the same second" "$(post --at 500 --edit 5 --first 9002 --text 'edited more')" 200
ok "are records" wait_for 10 has_records $((before + 3))
letters=$(dead)
for raw in '{"update_id":1,' '{}' '[1]' '{"update_id":2,"message":{"from":{"id":3},"chat":{"id":3,"type":"private"}}}'; do
	printf '%s' "$raw" >"$T/raw"
	is "what makes no sense is taken, so that what is behind it comes: $raw" "$(post --raw "$T/raw")" 200
done
printf '{"update_id":3,"message":{"message_id":9,"text":"\304\343","from":{"id":3},"chat":{"id":3,"type":"private"}}}' >"$T/raw"
is "bytes that are not UTF-8" "$(post --raw "$T/raw")" 200
ok "cost their characters" wait_for 10 has_records $((before + 4))
ok "the others are dead letters" wait_for 10 has_dead $((letters + 4))
head -c 300000 /dev/zero | tr '\0' x >"$T/raw"
is "too large a one is refused" "$(post --raw "$T/raw")" 413
before=$(records | wc -l)
"$SOCIALSRV" post none --url-file "$T/url" --at 1000 --count 60 --times 3 --shuffle --patient 40 >"$T/answers" &
sender=$!
for i in 1 2; do
	sleep 0.5
	daemon_kill
	daemon_start
	publish
done
wait $sender
is "killed and started again twice, every update is answered" "$(sort "$T/answers" | uniq -c | sed 's/^ *//')" "180 200"
ok "60 messages, each posted three times, are 60 records" wait_for 20 has_records $((before + 60))
daemon_stop
TOKEN=4711:wrong
write_conf ''
must_start
ok "a wrong token is said" wait_for 10 logged 'status 401: the token is not that of a bot'
ok "the ledger adds up" ledger_adds_up
daemon_stop
is "the secrets are not in the log" "$(grep -c -e bot-token -e hook-secret "$LOG")" 0
pages telegram 2
no_sanitizer_reports
done_testing
