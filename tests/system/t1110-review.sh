#!/bin/sh
# Input review: each review once, with its edits, its deletion and its pictures, posted or
# pulled, whoever sends it twice, out of order, badly signed or dies.
# timeout: 300
. "$(dirname "$0")/../lib/daemon.sh"
. "$here/tests/lib/endpoint.sh"

"$HEARD" keygen "$T/keys" >/dev/null
"$HEARD" keygen --api shop >"$T/api.key"
KEY=$(sed -n 's/^.*\(heard_[A-Za-z0-9_-]*\).*$/\1/p' "$T/api.key" | head -n 1)
HASH=$(grep -o '"shop:[^"]*"' "$T/api.key" | head -n 1)
CONF_EXTRA="privacy = { public_key = \"$T/keys/heard.pub\"; private_key = \"$T/keys/heard.key\"; }; drain_timeout = \"5s\";"
review_conf() { # INPUTS
	conf <<-EOT
		pipelines = (
		  { name = "shop";
		    inputs  = ( ${1%,} );
		    filters = ( { plugin = "mask"; }, { plugin = "classify"; rules = "$here/etc/rules/ecommerce.cfg"; } );
		    outputs = ( { plugin = "file"; path = "out.ndjson"; }, { plugin = "tickets"; database = "tickets.db"; } ); }
		);
	EOT
}
fresh() { # INPUTS: another state
	daemon_stop
	rm -rf "$STATE"
	: >"$LOG"
	review_conf "$1"
	daemon_start
}
count() { records | wc -l; }
has() { [ "$(count)" -ge "$1" ]; }
# A sender hears 200 when its review is safe, and the file is written behind that.
of() {
	wait_for 10 is_drained
	records | jq -c "select(.source_id == \"$1\") | $2"
}
says() { # WHAT INPUT REGEX: a fault of the configuration
	review_conf "$2"
	like "$1" "$(heard check 2>&1)" "$3"
}

ok "the endpoint starts" api_start
ok "there is a key" test -n "$KEY" -a -n "$HASH"

# ---- faults of the configuration
says "there must be something to do" '{ plugin = "review"; }' 'nothing to do: set path'
says "nobody posts without a key" '{ plugin = "review"; path = "/reviews"; }' 'anybody could write and delete'
says "a signature has a secret" '{ plugin = "review"; path = "/r"; signature = { scheme = "github"; }; }' 'signature: secret'
says "a token has a header" '{ plugin = "review"; path = "/r"; signature = { scheme = "token"; secret = "x"; }; }' 'signature.header is missing'
says "an app has a number" '{ plugin = "review"; app_store = { id = "app"; }; }' 'app_store.id is no number'
says "a country has two letters" '{ plugin = "review"; app_store = { id = "1"; countries = [ "China" ]; }; }' "'China' is no country"
says "the store has an input of its own" '{ plugin = "review"; url = "https://h.test/"; app_store = { id = "1"; }; }' 'an input of its own'
says "a path is one" '{ plugin = "review"; url = "https://h.test/"; ratings = "a..b"; }' 'ratings: "a..b" is no path'
says "a field is one" '{ plugin = "review"; url = "https://h.test/"; fields = { bodi = "b"; }; }' "'bodi' is no field"
CONF_KEPT=$CONF_EXTRA
CONF_EXTRA=
says "pictures are sealed" '{ plugin = "review"; url = "https://h.test/"; media = "fetch"; }' 'privacy.public_key'
CONF_EXTRA=$CONF_KEPT

# ---- posted
post() { # BODY [CURL OPTIONS]: the status; the answer is in $T/answer
	post_body=$1
	shift
	printf '%s' "$post_body" | curl -sS -m 20 -o "$T/answer" -w '%{http_code}' -H "Authorization: Bearer $KEY" \
		-H "Content-Type: ${TYPE:-application/json}" --data-binary @- "$@" "$(url public /reviews)"
}
push="{ plugin = \"review\"; path = \"/reviews\"; api_keys = [ $HASH ]; max_body = \"64K\"; items = \"data\"; }"
review_conf "$push"
must_start
is "a review is taken" "$(post '{"id": "r1", "rating": 2, "rating_max": 5, "content": "盒子破了", "user": {"id": "u7", "name": "Li"}, "product": {"name": "灯"},
	"created_at": "2026-01-05T08:00:00+08:00", "ratings": {"logistics": 1, "service": "4分", "外观": "五星"},
	"questions": [{"question": "尺码", "answer": ["偏小", "合身"]}], "images": ["https://h.test/a.png", {"url": "//h.test/b.png"}]}') $(cat "$T/answer")" '200 {"accepted":1}'
is "with all it says" "$(of r1 '[.channel, .rating, .rating_max, .body, .product, .created_at, .thread, .ratings, .attributes, .author.name[:7], .author.id[:7]]')" \
	'["review",2,5,"盒子破了","灯","2026-01-05T00:00:00.000Z","r1",{"logistics":1,"service":4,"外观":5},{"question.尺码":"偏小, 合身","media.0":"https://h.test/a.png","media.1":"//h.test/b.png"},"sealed:","sealed:"]'
is "a list is taken" "$(post '[{"id": "r2", "stars": 5, "text": "Good"}, {"id": "r3", "rating": "1/5", "review": "Bad",
	"follow_up": {"content": "两周后坏了", "time": "2026-02-01"}, "user_name": "Wang"}]') $(cat "$T/answer")" '200 {"accepted":3}'
is "a follow-up is a record of its own" "$(of r3+followup '[.body, .thread, .in_reply_to, .tags, .created_at, .author.name[:7]]')" \
	'["两周后坏了","r3","r3",["follow_up"],"2026-02-01T00:00:00.000Z","sealed:"]'
TYPE=application/x-ndjson
is "lines are taken" "$(post '{"id": "r4", "rating": 5, "body": "此用户没有填写评价。"}
{"id": "r5", "questions": {"味道": "太甜"}, "append": ["再买", "不买了"]}
') $(cat "$T/answer")" '200 {"accepted":4}'
TYPE=
is "words that nobody wrote are none" "$(of r4 '[.rating, .body, .tags]')" '[5,null,["default_text"]]'
is "answers are what was said" "$(of r5 .body)" '"味道: 太甜"'
is "each follow-up counts" "$(of r5+followup2 .body)" '"不买了"'
is "an envelope is opened" "$(post '{"event": "new", "data": {"id": "r6", "rating": 3}}')" 200
n=$(count)
is "so far" "$n" 9
same='[{"id": "r2", "stars": 5, "text": "Good"}]'
is "the same again is taken" "$(post "$same") $(post "$same")" "200 200"
is "the same with an addition, too" "$(post '{"id": "r2", "stars": 5, "text": "Good", "follow_up": "Still good"}')" 200
is "other words without a revision are not" "$(post '{"id": "r2", "stars": 1, "text": "Changed"}')" 422
like "which is said" "$(cat "$T/answer")" 'an edit needs a higher revision'
is "only the addition is new" "$(count)" $((n + 1))

# ---- edits and deletions
edit() { post "{\"id\": \"e1\", \"rating\": $1, \"body\": \"$2\", \"updated_at\": \"2026-01-0$3T00:00:00Z\", \"created_at\": \"2026-01-01\"${4:-}}"; }
is "a review, its third words, and late its second" "$(edit 1 first 1) $(edit 4 third 3 ', "op": "update"') $(edit 2 second 2)" "200 200 200"
is "a deletion that comes before its review" "$(post '{"id": "e2", "op": "delete"}') $(post '{"id": "e2", "rating": 1, "body": "awful", "updated_at": "2026-01-01"}')" "200 200"
is "and one at the time of the edit" "$(post '{"id": "e3", "rating": 1, "body": "bad", "updated_at": "2026-01-04"}') $(post '{"id": "e3", "rating": 1, "body": "bad", "updated_at": "2026-01-04", "deleted": true}')" "200 200"
is "all are kept" "$(of e1 .revision | tr '\n' ' ')$(of e2 '[.op, .revision]' | tr '\n' ' ')$(of e3 '[.op, .revision]' | tr '\n' ' ')" \
	'1767225600000 1767398400000 1767312000000 ["delete",253402300799999] [null,1767225600000] [null,1767484800000] ["delete",1767484800001] '
ok "all of it is in the store" wait_for 20 is_drained
heard tickets list --state all --json | jq -r '.[].id' | while read -r id; do heard tickets show "$id" --json; done >"$T/shown"
of_ticket() { jq -c "select(.conversation | any(.record.source_id == \"$1\")) | $2" "$T/shown"; }
fates='[.conversation[] | [.text, .fate]]'
is "a ticket has the last words" "$(of_ticket e1 "$fates")" '[["first","superseded"],["third","current"],["second","superseded"]]'
is "and says what came late" "$(of_ticket e1 '[.history[].reason | select(. == "an older revision came late")] | length')" 1
is "a deletion marks the review, and is told" "$(of_ticket e3 '[.conversation[0].fate, (.history | length)]')" '["removed",2]'
is "a deleted one that comes late opens none" "$(of_ticket e2 .id)" ""

# ---- what is refused, and leaves nothing
n=$(count)
refused() { # WHAT WANTED REGEX BODY [CURL OPTIONS]
	refused_what=$1 refused_code=$2 refused_why=$3
	shift 3
	is "$refused_what: $refused_code" "$(post "$@")" "$refused_code"
	like "$refused_what is said" "$(cat "$T/answer")" "$refused_why"
}
refused "half a list" 400 'item 2: it has no id' '[{"id": "x1", "rating": 1}, {"rating": 2}]'
refused "nothing to say" 400 'item 1: neither a text nor a score' '{"id": "x1"}'
refused "no JSON" 400 '.' '{"id": "x1"'
refused "a score beyond its scale" 400 'above rating_max' '{"id": "x1", "rating": 9, "rating_max": 5}'
refused "a list in a list" 400 '.' '[[]]'
refused "an empty list" 400 'no review' '[]'
TYPE=application/x-ndjson
refused "a line that is none" 400 'line 2' '{"id": "x1", "rating": 1}
oops'
TYPE=
refused "GBK" 400 'not UTF-8' "$(printf '{"id": "x1", "body": "\304\343\272\303"}')"
TYPE='application/json; charset=gbk'
refused "what says that it is GBK" 415 'in UTF-8' '{"id": "x1", "rating": 1}'
TYPE=text/xml
refused "XML" 415 'application/json' '<a/>'
TYPE=
refused "what is compressed" 415 'not compressed' '{}' -H 'Content-Encoding: gzip'
refused "a body too long" 413 '.' "{\"id\": \"x1\", \"body\": \"$(head -c 70000 /dev/zero | tr '\0' a)\"}"
KEPT=$KEY
KEY=wrong
refused "a wrong key" 403 '.' '{"id": "x1", "rating": 1}'
KEY=$KEPT
is "nothing of it was taken" "$(count)" "$n"

# ---- signatures and clocks
signed="{ plugin = \"review\"; path = \"/reviews\"; signature = { scheme = \"standard\"; secret = \"whsec_$(printf heard-review-test | base64)\"; tolerance = \"60s\"; }; }"
ok "a daemon that wants signatures" fresh "$signed"
mac() { printf '%s' "$1.$2.$3" | openssl dgst -sha256 -hmac heard-review-test -binary | base64; }
send() { # ID SECONDS BODY [SIGNED_BODY]
	post "$3" -H "webhook-id: $1" -H "webhook-timestamp: $(($(date +%s) + $2))" -H "webhook-signature: v1,$(mac "$1" "$(($(date +%s) + $2))" "${4:-$3}")"
}
is "what is signed is taken" "$(send m1 0 '{"id": "s1", "rating": 4}')" 200
is "again, too" "$(send m2 -20 '{"id": "s1", "rating": 4}')" 200
is "not what is old" "$(send m3 -120 '{"id": "s2", "rating": 4}')" 401
is "nor of the future" "$(send m4 120 '{"id": "s2", "rating": 4}')" 401
is "nor what was changed" "$(send m5 0 '{"id": "s2", "rating": 5}' '{"id": "s2", "rating": 4}')" 401
is "nor what is not signed" "$(post '{"id": "s2", "rating": 4}')" 401
is "one came in" "$(count)" 1

# ---- pictures
fetching="{ plugin = \"review\"; path = \"/reviews\"; api_keys = [ $HASH ]; media = \"fetch\"; media_size = \"1M\"; media_count = 4; media_time = \"2s\"; media_private = true; }"
ok "a daemon that fetches pictures" fresh "$fetching"
m="http://$API/media"
is "a review with two" "$(post "{\"id\": \"p1\", \"rating\": 1, \"images\": [\"$m/one.png\", \"$m/two.mp4\", \"$m/one.png\"]}")" 200
is "has them as attachments" "$(of p1 '[[.attachments[] | [.name, .type, .size, (.sha256 | length)]], .attributes]')" \
	'[[["image-1","image/png",15,64],["video-2","video/mp4",19,64]],null]'
digest=$(of p1 '.attachments[0].sha256' | tr -d '"')
is "which are what was there" "$digest" "$(curl -fsS "$m/one.png" | sha256sum | cut -d' ' -f1)"
ok "and kept sealed" test -s "$STATE/attachments/$(echo "$digest" | cut -c1-2)/$digest"
is "what is no picture, too large, gone" "$(post "[{\"id\": \"p2\", \"rating\": 1, \"images\": [\"$m/lies.png\", \"$m/ok.png\"]},
	{\"id\": \"p3\", \"rating\": 1, \"photos\": [\"$m/big.png\"]}, {\"id\": \"p4\", \"rating\": 1, \"media\": \"$m/gone\"},
	{\"id\": \"p5\", \"rating\": 1, \"image\": \"$m/moved.png\"}, {\"id\": \"p6\", \"rating\": 1, \"image\": \"file:///etc/passwd\"},
	{\"id\": \"p7\", \"rating\": 1, \"pics\": [\"$m/1.png\", \"$m/2.png\", \"$m/3.png\", \"$m/4.png\", \"$m/5.png\"]}]") $(cat "$T/answer")" '200 {"accepted":6}'
is "is a link, and says why" "$(records | jq -r 'select(.source_id | test("p[2-7]")) | "\(.source_id) \(.attachments | length) \((.attributes // {}) | [.["media.left_out"], .["media.why"], .["media.0"] != null] | join(" "))"' | tr '\n' ',')" \
	'p2 1 1 type true,p3 0 1 size true,p4 0 1 no answer true,p5 0 1 no answer true,p6 0 1 address true,p7 4 1 too many false,'
begin=$(date +%s)
is "a slow one is not waited for" "$(post "{\"id\": \"p8\", \"rating\": 1, \"images\": [\"$m/slow.png\"]}")" 200
ok "for long" [ $(($(date +%s) - begin)) -lt 5 ]
is "and is a link" "$(of p8 '.attributes["media.why"]')" '"no time"'
slow='.path == "/media/slow.png"'
before=$(asked "$slow")
{ post "{\"id\": \"p10\", \"rating\": 1, \"images\": [\"$m/slow.png\"]}" >"$T/stopped"; } &
waiting=$!
ok "while one waits for its picture" wait_for 10 has_asked "$slow" $((before + 1))
ok "the daemon stops" daemon_stop
wait "$waiting"
like "and it was taken, or is to be sent again" "$(cat "$T/stopped") $(records | jq -c 'select(.source_id == "p10") | .source_id')" '^(503 |200 "p10")$'
ok "a daemon with the guard up" fresh "$(echo "$fetching" | sed 's/media_private = true;//')"
before=$(asked '.path | startswith("/media")')
is "takes the review" "$(post "{\"id\": \"p9\", \"rating\": 1, \"images\": [\"$m/one.png\", \"http://localhost:$API_PORT/media/one.png\"]}")" 200
is "but asks no private address" "$(of p9 '[.attributes["media.left_out"], .attributes["media.why"]]') $(asked '.path | startswith("/media")')" "[2,\"address\"] $before"

# ---- killed while posted to: whoever hears nothing sends it again
ok "a daemon to be killed" fresh "$fetching"
sender() { # FROM TO
	for i in $(seq "$1" "$2"); do
		until [ "$(post "[{\"id\": \"k$i\", \"rating\": $((i % 5 + 1)), \"images\": [\"$m/$((i % 9)).png\"]}, {\"id\": \"k$i\", \"rating\": 1, \"body\": \"edit $i\", \"updated_at\": \"2026-01-02\"}]" 2>/dev/null)" = 200 ]; do sleep 0.05; done
	done
}
port=$(address public)
review_conf "$fetching"
sed -i "s|name = \"public\"; address = \"127.0.0.1:0\"|name = \"public\"; address = \"$port\"|" "$CONF"
daemon_stop
ok "at one address" daemon_start
sender 1 60 &
sending=$!
started_pids="$started_pids $sending"
for kill in 1 2 3 4 5; do
	sleep 0.$((kill * 37 % 10))
	daemon_kill
	daemon_start || fail "the daemon comes up after kill $kill"
done
wait "$sending"
is "every review and every edit once" "$(records | jq -r '"\(.source_id) \(.revision)"' | sort | uniq -c | awk '{ print $1 }' | sort | uniq -c | tr -s ' ')" " 120 1"
is "with its picture" "$(records | jq -r 'select(.revision == null) | .attachments | length' | sort | uniq -c | tr -s ' ')" " 60 1"
ok "the ledger balances" balanced

# ---- pulled, with deletions
pulled="{ plugin = \"review\"; url = \"http://$API/page\"; items = \"data.list\"; paging = { kind = \"page\"; parameter = \"page\"; };
	every = \"1s\"; rate = 0; allow_private = true; retry_first = \"100ms\"; retry_max = \"500ms\"; timeout = \"5s\"; media = \"fetch\"; media_private = true; media_time = \"2s\";
	deleted = { url = \"http://$API/deleted\"; }; fields = { rating_max = \"=5\"; deleted = \"gone\"; }; }"
each_once() { [ "$(records | jq -r "select($1) | .source_id" | sort | uniq | wc -l)" = "$2" ] && [ "$(records | jq -c "select($1)" | wc -l)" = "$2" ]; }
tell add '{"n": 25}'
ok "a daemon that pulls" fresh "$pulled"
ok "every review comes once" wait_for 30 each_once '.op == null' 25
is "with what is usual" "$(of 7 '[.subject, .body, .rating, .rating_max, .revision, .created_at, .tags, .author.id[:7]]')" \
	'["Title 7","Words & 文字 7",3,5,1767226020000,"2026-01-01T00:07:00.000Z",["a","b"],"sealed:"]'
tell edit '{"id": 24}'
ok "an edit is a revision" wait_for 30 each_once '.revision == 1767312024000' 1
tell set '{"deleted": [3, {"id": 4, "deleted_at": "2026-03-01"}]}'
ok "a list of deleted ones is read" wait_for 30 each_once '.op == "delete"' 2
is "with a time or for ever" "$(records | jq -c 'select(.op == "delete") | [.source_id, .revision]' | tr '\n' ' ')" '["3",253402300799999] ["4",1772323200001] '
jq '.items[19].gone = true | .items[18].images = ["'"$m"'/late.png"] | .items[18].updated_at = "2026-04-01T00:00:00Z"' "$T/api.json" >"$T/next.json"
tell set "$(jq -c '{items}' "$T/next.json")"
ok "a flag is seen, too" wait_for 30 each_once '.op == "delete"' 3
ok "and a picture is fetched before its review comes" wait_for 30 each_once '.attachments | length == 1' 1
n=$(count)
is "in all" "$n" 30
ok "the daemon stops" daemon_stop
before=$(asked 'true')
must_start
ok "goes on" wait_for 30 has_asked true $((before + 6))
is "and nothing comes twice" "$(count)" "$n"
api_kill
ok "the endpoint goes down" wait_for 20 grep -q 'it is asked again, at growing pauses' "$LOG"
api_start
for kill in 1 2 3 4; do
	tell add '{"n": 13}'
	sleep 0.$((kill * 61 % 10))
	daemon_kill
	daemon_start || fail "the daemon comes up after kill $kill"
done
ok "killed again and again, every review comes once" wait_for 60 each_once '.op == null and (.revision | . != 1767312024000 and . < 1775001600000)' 77
is "nothing else" "$(count)" $((n + 52))
ok "the ledger balances in the end" balanced

# ---- the App Store
store="{ plugin = \"review\"; every = \"1s\"; rate = 0; allow_private = true; app_store = { id = \"123456789\"; countries = [ \"cn\", \"us\" ]; base_url = \"http://$API\"; }; }"
tell set '{"items": []}'
tell add '{"n": 12}'
ok "a daemon that reads the App Store" fresh "$store"
# The test's server shows the same reviews in both countries: one country's are the other's again.
ok "reviews of both countries come" wait_for 30 each_once '.region == "us"' 12
is "as they are" "$(records | jq -c 'select(.source_id == "5000000007" and .region == "cn") | [.subject, .body, .rating, .rating_max, .attributes.version, .channel]')" '["Title 7","Words 7",3,5,"1.2","review"]'
tell edit '{"id": 3}'
ok "an edit has a higher revision" wait_for 30 each_once '.source_id == "5000000003" and .region == "cn" and .revision == 1767312003000' 1
is "nothing comes twice" "$(records | jq -r '"\(.source_id) \(.region) \(.revision)"' | sort | uniq -d | wc -l)" 0

# ---- the examples
mkdir -p "$T/etc/secrets"
cp -R "$here/etc/rules" "$T/keys/heard.pub" "$T/etc"
echo x >"$T/etc/secrets/reviews"
chmod 600 "$T/etc/secrets/reviews"
sed "s|^state_dir.*|state_dir = \"$T/example\"; plugin_path = [ \"$BUILD/plugins\" ];|" "$here/etc/pipelines/review.conf" >"$T/etc/heard.conf"
ok "etc/pipelines/review.conf is good" "$HEARD" check -c "$T/etc/heard.conf"
fences() { python3 - "$here/docs/channels/$1" <<-'EOT'
	import sys
	sys.path.insert(0, "tests/lib")
	from fenced import fences, read
	print("".join(text for words, _, text in fences(read(sys.argv[1])) if words == "conf"))
	EOT
}
cd "$here" || exit 1
for page in review.md review.zh.md; do
	fences "$page" >"$T/fenced"
	review_conf "$(cat "$T/fenced")"
	is "docs/channels/$page has three configurations" "$(grep -c 'plugin = "review"' "$T/fenced")" 3
	ok "which are good" env REVIEW_SECRET=whsec_aGVhcmQtcmV2aWV3LXRlc3Q= REVIEW_TOKEN=x "$HEARD" check -c "$CONF"
done
ok "the daemon stops in the end" daemon_stop
no_sanitizer_reports
done_testing
