#!/bin/sh
# Input mastodon and a local server of Mastodon's API: mentions, tags, edits and deletions,
# by asking and by the stream, what is refused, and a story from a mention to the answer.
. "$(dirname "$0")/../lib/daemon.sh"
. "$here/tests/lib/social.sh"
NO_PUBLIC=1
write_conf() { # MORE OPTIONS
	chat_conf "{ plugin = \"mastodon\"; base_url = \"${NETWORK:-http://127.0.0.1:1}\"; account = \"${ACCOUNT-shop}\"; token = \"${TOKEN-social-token}\";
		allow_private = true; every = \"${EVERY:-1s}\"; rate = 0; retry_first = \"100ms\"; retry_max = \"500ms\"; $1 }"
}
N=/api/v1/notifications
is_streaming() { [ "$(network .streams)" -ge "$1" ]; }

# ---- faults of the configuration
ACCOUNT=@shop
says "an account is written without @" '' 'account is written with @'
unset ACCOUNT
says "a tag without #" 'tags = [ "#x" ];' 'without #'
NETWORK=nothing
says "the base URL is one" '' 'base_url: '
unset NETWORK
ok "the local server starts" server_start

# ---- what there is at the first start, and the stream
tell toot '{"count":50,"content":"<p>@shop old %d</p>"}'
EVERY=1h
write_conf 'tags = [ "小店" ]; stream = "user";'
must_start
ok "the first page is taken, no history" wait_for 10 has_records 40
ok "the stream is up" wait_for 10 is_streaming 1
tell toot '{"acct":"alice@other.test","content":"<p><span>@shop</span> 订单 4711 没有到 &amp; 我要退款<br>第二行</p><p>谢谢</p>","spoiler_text":"投诉","visibility":"unlisted","tags":["小店"]}'
ok "a mention comes by the stream at once" wait_for 10 has_records 41
last() { records | tail -n 1 | jq -r "$1"; }
is "as text, with what stands above it" "$(last '[.channel, .body, .lang] | join("|")')" "$(printf 'social|投诉\n@shop 订单 4711 没有到 & 我要退款\n第二行\n\n谢谢|zh')"
is "with its visibility" "$(last '.attributes["mastodon.visibility"] // .attributes.mastodon.visibility')" unlisted
is "whose author nobody can read" "$(last '.author.id[0:7] + .author.name[0:7] + (.thread | length | tostring)')" "sealed:sealed:32"
is "the account is nowhere" "$(grep -rls -e 'other.test' "$STATE" | wc -l)" 0
id=$(last .source_id)
tell edit "{\"id\":\"$id\",\"content\":\"<p>已改</p>\",\"edited_at\":\"2026-10-01T00:00:00.000Z\"}"
ok "an edit is a revision of it" wait_for 10 has_records 42
is "under the same id" "$(last '[.source_id, .revision] | join(" ")')" "$id 1790812800000"
tell edit "{\"id\":\"$id\",\"content\":\"<p>已改</p>\",\"edited_at\":\"2026-10-01T00:00:00.000Z\"}"
tell delete "{\"id\":\"$id\"}"
ok "a deletion takes it back" wait_for 10 has_records 43
is "also under the same id" "$(last '[.source_id, .op] | join(" ")')" "$id delete"
tell toot '{"acct":"shop","content":"<p>our own</p>"}'
tell toot '{"type":"favourite","content":"<p>liked</p>"}'
tell event '{"name":"status.update","data":"{\"id\":\"1\",\"content\":\"of somebody else\",\"mentions\":[]}"}'
tell event '{"name":"notification","data":"{\"type\":\"mention\""}'
tell event '{"name":"delete","data":""}'
tell toot '{"content":"","name":"","silent":true}'
tell toot '{"content":"<p>@shop %d</p>","count":3,"bot":true}'
ok "what is not for us is left out, what has no words is not" wait_for 10 has_records 47
is "our own and others are counted" "$(ledger | jq '.pipelines[0].dropped')" 2
ok "the books are balanced" balanced

# ---- a restart of the server, and of the stream
server_kill
ok "the server starts again" server_start
ok "the stream comes back" wait_for 20 is_streaming 1
tell toot '{"content":"<p>@shop after</p>"}'
ok "and tells" wait_for 10 has_records 48

# ---- tags, and what arrives late
daemon_stop
EVERY=1s
write_conf 'tags = [ "小店", "shop" ]; stream = "none"; max_pages = 2;'
must_start
T1=120000000000000000
tell toot "{\"id\":$T1,\"mention\":false,\"tags\":[\"shop\"],\"count\":3,\"content\":\"<p>tag %d</p>\"}"
ok "posts under a tag" wait_for 10 has_records 51
tell toot "{\"id\":$((T1 - 65536 * 60000)),\"mention\":false,\"tags\":[\"shop\",\"小店\"],\"content\":\"<p>late</p>\"}"
ok "one that another server sent late, under two tags" wait_for 10 has_records 52
a_round /api/v1/timelines/tag/shop
is "is taken once" "$(records | wc -l) $(ids)" "52 50"
tell mode '{"shuffle":true}'
tell toot "{\"id\":$((T1 + 100)),\"mention\":false,\"tags\":[\"shop\"],\"count\":130,\"content\":\"<p>many %d</p>\"}"
ok "130 come in pages, in any order, cut by max_pages" wait_for 20 has_records 182
tell mode '{}'

# ---- limits, faults and a wrong token
tell mode '{"statuses":[500,429,502],"headers":{"Retry-After":"1"}}'
tell toot '{"content":"<p>@shop busy</p>"}'
ok "429 and 5xx pass" wait_for 20 has_records 183
ok "they are said" logged 'mentions: status 50|tag:.*: status 50'
tell raw "{\"$N\":\"[{\\\"type\\\":\\\"mention\\\",\\\"status\\\":{\\\"id\\\":\\\"1\\\",\\\"content\\\":\\\"\\u00c4\\u00e3\\\",\\\"account\\\":{\\\"acct\\\":\\\"gbk@x\\\"}}},{\\\"status\\\":{\\\"id\\\":\\\"\\\"}},7,{\\\"type\\\":\\\"mention\\\",\\\"status\\\":{\\\"id\\\":\\\"2\\\"}}]\"}"
ok "bytes that are not UTF-8 cost their characters" wait_for 10 has_records 184
like "only" "$(last .body)" '^.{1,4}$'
ok "what cannot be read is dead letters" wait_for 10 has_dead 3
like "with the reason" "$(heard dead list)" 'no id'
make_no_sense $N
ok "answers that make no sense are said" logged 'mentions: the answer is no list that can be read'
say_too_much $N
is "nothing of that is a record" "$(records | wc -l)" 184

# ---- the story
daemon_stop
write_conf 'stream = "user";'
must_start
had=$(heard tickets list --state all --json | jq length)
tell toot '{"acct":"bob@far.test","content":"<p>@shop 东西坏了，要求退款</p>","visibility":"direct"}'
ok "a complaint is a ticket" wait_for 10 has_tickets $((had + 1))
ticket=$(last_ticket)
tell mode '{"drop":1}'
ok "an agent answers" heard tickets reply "$ticket" '您好，已为您重新发货。'
ok "the answer is below the customer's post" wait_for 15 has_sent 1
is "to him, as visible as his" "$(network '.sent[0] | [.text, .visibility, .to] | join("|")')" "@bob@far.test 您好，已为您重新发货。|direct|$(last .source_id)"
ok "its word was lost, so it is said again" wait_for 20 is_fate "$ticket" sent
is "under the same key, and posted once" "$(network '[(.asked | length), (.asked | map(.key) | unique | length), (.sent | length)] | join(" ")')" "2 1 1"
heard tickets reply "$ticket" "$(head -c 600 /dev/zero | tr '\0' x)" >/dev/null
ok "one that is too long is refused" wait_for 15 is_fate "$ticket" refused
like "and the desk is told" "$(reason "$ticket")" '614 characters, and the network takes 500: write it in two'
tell mode '{"statuses":[429],"headers":{"Retry-After":"1"}}'
heard tickets reply "$ticket" 'second' >/dev/null
ok "429 is waited for" wait_for 30 has_sent 2
tell delete "{\"id\":\"$(last .source_id)\"}"
ok "the customer deletes his post" wait_for 10 eval '[ "$(last .op)" = delete ]'
heard tickets reply "$ticket" 'third' >/dev/null
ok "then nothing can be written below it" wait_for 15 is_fate "$ticket" refused
like "and the desk is told why" "$(reason "$ticket")" 'not there any more'

# ---- kill -9 of either side
before=$(records | wc -l)
tell toot '{"count":150,"content":"<p>@shop kill %d</p>","silent":true}'
ticket=$(last_ticket)
kill_both "$before" 30
ok "killed three times, 150 mentions are 150 records" wait_for 20 has_records $((before + 150))
is "each once" "$(field 'select((.body // "") | test("kill")) | .source_id' | sort | uniq -d | wc -l)" 0

# ---- a token that is wrong
daemon_stop
TOKEN=wrong
write_conf ''
must_start
ok "a wrong token is said" wait_for 10 logged 'mentions: status 401: the key is wrong.*see the key'
ok "the ledger adds up" ledger_adds_up
daemon_stop
is "the token is not in the log, nor who wrote" "$(grep -c -e social-token -e far.test -e other.test "$LOG")" 0
pages mastodon 1
example
no_sanitizer_reports
done_testing
