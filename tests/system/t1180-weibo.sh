#!/bin/sh
# Input weibo and a local server of Weibo's API: mentions and comments, pages newest first,
# error codes, and what is left of it all after kills.
. "$(dirname "$0")/../lib/daemon.sh"
. "$here/tests/lib/social.sh"
NO_PUBLIC=1
write_conf() { # MORE OPTIONS
	chat_conf "{ plugin = \"weibo\"; base_url = \"${NETWORK:-http://127.0.0.1:1}\"; token = \"${TOKEN-social-token}\"; uid = \"42\";
		allow_private = true; every = \"1s\"; rate = 0; retry_first = \"100ms\"; retry_max = \"500ms\"; $1 }"
}
last() { records | tail -n 1 | jq -r "$1"; }
S=/2/statuses/mentions.json C=/2/comments/mentions.json

says "something must be asked for" 'what = [];' 'what is empty'
says "and known" 'what = [ "x" ];' 'mentions'
NETWORK=nothing
says "the base URL is one" '' 'base_url: '
unset NETWORK
ok "the local server starts" server_start

# ---- what there is at the first start
tell weibo '{"list":"statuses/mentions","count":70,"id":5000}'
tell mode '{"bare":true}'
write_conf ''
must_start
ok "the first page is taken, no history" wait_for 10 has_records 50
a_round $S
is "and no more" "$(records | wc -l)" 50
tell weibo '{"list":"comments/mentions","id":6000,"text":"@小店 质量太差 &lt;生气&gt; [怒]","more":{"created_at":"Wed Jun 01 00:50:25 +0800 2011"}}'
ok "a comment" wait_for 10 has_records 51
is "is a record" "$(last '[.channel, .source_id, .in_reply_to, .body, .created_at] | join("|")')" "social|c6000|s99|@小店 质量太差 <生气> [怒]|2011-05-31T16:50:25.000Z"
is "whose author nobody can read" "$(last '.author.id[0:7] + .author.name[0:7] + (.thread | length | tostring)')" "sealed:sealed:32"
is "the number is nowhere" "$(grep -rls 1404376560 "$STATE" | wc -l)" 0
tell weibo '{"list":"comments/to_me","id":6000,"text":"@小店 质量太差 &lt;生气&gt; [怒]","more":{"created_at":"Wed Jun 01 00:50:25 +0800 2011"}}'
tell weibo '{"list":"comments/to_me","id":6001,"text":"our own","user":{"id":42,"idstr":"42"}}'
tell weibo '{"list":"comments/to_me","id":6002,"text":"received"}'
ok "what stands in two lists is one, our own is none" wait_for 10 has_records 52
is "and counted" "$(ledger | jq '.pipelines[0] | [.dropped, .duplicate] | join(" ")')" '"1 1"'
tell mode '{"shuffle":true,"page":7}'
tell weibo '{"list":"statuses/mentions","count":130,"id":7000}'
ok "130 come in short pages, in any order" wait_for 20 has_records 182
is "each once" "$(ids)" 182
a_round $S
is "then there is nothing new" "$(records | wc -l)" 182
tell mode '{}'

# ---- error codes, limits, what is bad
tell mode '{"codes":[10022,10023],"status":403}'
tell weibo '{"list":"statuses/mentions","id":8000}'
a_round $C 3
daemon_stop
must_start
ok "after a limit it goes on" wait_for 20 has_records 183
tell mode '{"codes":[20003,20003,20003,20003],"status":200}'
a_round $C 4
ok "an error inside 200 is said" logged 'Weibo says error_code 20003'
tell mode '{"statuses":[500,502]}'
tell weibo '{"list":"statuses/mentions","id":8001}'
ok "5xx pass" wait_for 20 has_records 184
tell raw "{\"$C\":\"{\\\"comments\\\":[{\\\"id\\\":6100,\\\"text\\\":\\\"\\u00c4\\u00e3\\\",\\\"status\\\":{},\\\"user\\\":{\\\"id\\\":7}},{\\\"text\\\":\\\"x\\\"},{\\\"id\\\":6101,\\\"status\\\":{}},9]}\"}"
ok "bytes that are not UTF-8 cost their characters" wait_for 10 has_records 185
ok "what cannot be read is dead letters" wait_for 10 has_dead 3
make_no_sense $C
ok "answers that make no sense are said" logged 'comments: the answer is no list that can be read'
say_too_much $C
is "too large an answer is nothing" "$(records | wc -l)" 185

# ---- kill -9 of either side, in the middle of a walk
tell mode '{"page":10}'
tell weibo '{"list":"statuses/mentions","count":200,"id":9000}'
kill_both 185 20 tell weibo '{"list":"statuses/mentions","count":30,"id":9500}'
ok "killed three times, 230 statuses are 230 records" wait_for 20 has_records 415
is "each once" "$(ids)" 415
ok "the books are balanced" balanced

# ---- a token that has ended
tell mode '{"codes":[21327,21327,21327]}'
ok "that the token has ended is said" wait_for 20 logged 'the access token has ended or is wrong \(error_code 21327\): authorise the account again'
ok "the ledger adds up" ledger_adds_up
daemon_stop
is "the token is not in the log" "$(grep -c social-token "$LOG")" 0
pages weibo 1
no_sanitizer_reports
done_testing
