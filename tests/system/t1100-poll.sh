#!/bin/sh
# Input poll: each item of an endpoint once, by whatever pages it has and whoever dies.
# timeout: 300
. "$(dirname "$0")/../lib/daemon.sh"
NO_PUBLIC=1
. "$here/tests/lib/endpoint.sh"

FIELDS='fields = { source_id = "id"; subject = "title"; body = "body"; created_at = "created_at"; updated = "updated_at";
	rating = "stars"; rating_max = "=5"; author_id = "user.id"; author_name = "user.name"; tags = "tags"; };'
# An input that is asked as often as it may be: NAME PATH OPTIONS
input() { echo "{ plugin = \"poll\"; name = \"$1\"; channel = \"forum\"; every = \"${EVERY:-1s}\"; rate = 0; allow_private = true;
	retry_first = \"100ms\"; retry_max = \"${RETRY_MAX:-500ms}\"; timeout = \"5s\"; max_answer = \"1M\"; url = \"http://$API$2\"; $3 },"; }
poll_conf() { # INPUTS
	conf <<-EOT
		pipelines = (
		  { name = "shop";
		    inputs  = ( ${1%,} );
		    filters = ( { plugin = "mask"; } );
		    outputs = ( { plugin = "file"; path = "out.ndjson"; } ); }
		);
	EOT
}
"$HEARD" keygen "$T/keys" >/dev/null
CONF_EXTRA="privacy = { public_key = \"$T/keys/heard.pub\"; }; drain_timeout = \"5s\";"
of() { records | jq -c "select(.source == \"shop/$1\")"; }
count() { of "$1" | wc -l; }
counts() { records | jq -r .source | sort | uniq -c | awk '{ sub("shop/", "", $2); printf "%s%s=%d", (NR > 1 ? " " : ""), $2, $1 }'; }
are() { [ "$(counts)" = "$1" ]; }
# Are all ids from 1 to N there, each once?
each_once() { [ "$(of "$1" | jq -r .source_id | sort -n | uniq | wc -l)" = "$2" ] && [ "$(count "$1")" = "$2" ]; }
fresh() { # CONFIG: another state
	daemon_stop
	rm -rf "$STATE"
	: >"$LOG"
	poll_conf "$1"
	daemon_start
}

ok "the endpoint starts" api_start
tell add '{"n": 25}'

# ---- faults of the configuration
says() { # WHAT INPUT REGEX
	poll_conf "$2"
	like "$1" "$(heard check 2>&1)" "$3"
}
says "a map needs an id" "$(input a /page 'fields = { body = "body"; };')" 'source_id is missing'
says "a field is one" "$(input a /page 'fields = { source_id = "id"; bodi = "b"; };')" "'bodi' is no field"
says "a path is one" "$(input a /page 'fields = { source_id = "a..b"; };')" 'fields.source_id: "a..b" is no path'
says "pages need a parameter" "$(input a /page 'paging = { kind = "page"; };')" 'paging.parameter is missing'
says "a cursor needs a path" "$(input a /page 'paging = { kind = "cursor"; parameter = "c"; };')" 'paging.path is missing'
says "a key needs a secret" "$(input a /page 'auth = { kind = "bearer"; };')" 'auth.secret is missing'
says "no secret in clear" "{ plugin = \"poll\"; url = \"http://h.test/\"; auth = { kind = \"bearer\"; secret = \"x\"; }; }" 'in clear'
says "a URL is one" '{ plugin = "poll"; url = "ftp://h.test/"; }' 'must begin with https://'

# ---- every way of paging
many=$(
	input page /page "items = \"data.list\"; paging = { kind = \"page\"; parameter = \"page\"; }; $FIELDS"
	input offset /offset "items = \"data.list\"; paging = { kind = \"offset\"; parameter = \"offset\"; first = 0; }; $FIELDS"
	input cursor /cursor "items = \"list\"; paging = { kind = \"cursor\"; parameter = \"c\"; path = \"next\"; }; $FIELDS"
	input link /link "paging = { kind = \"link\"; }; $FIELDS"
	input newest /newest "paging = { kind = \"since\"; parameter = \"since_id\"; below = \"max_id\"; path = \"id\"; }; $FIELDS"
	input since /since "paging = { kind = \"since\"; parameter = \"since_id\"; path = \"id\"; }; $FIELDS"
	input changes /changes "items = \"list\"; paging = { kind = \"cursor\"; keep = true; parameter = \"c\"; path = \"cursor\"; more = \"has_more\"; }; $FIELDS"
	input all /all "$FIELDS"
	input stale /stale "items = \"data.list\"; paging = { kind = \"page\"; parameter = \"page\"; }; $FIELDS"
	input rss /rss ''
	input atom /atom ''
)
poll_conf "$many"
must_start
ok "each way of paging brings every item, once" wait_for 30 are \
	"all=25 atom=10 changes=25 cursor=25 link=25 newest=25 offset=25 page=25 rss=10 since=25 stale=10"
is "an item has its fields" "$(of page | jq -c 'select(.source_id == "7") | [.subject, .body, .created_at, .revision, .rating, .rating_max, .channel, .tags, .author.name[:7], .author.id[:7]]')" \
	'["Title 7","Words & 文字 7","2026-01-01T00:07:00.000Z",1767226020000,3,5,"forum",["a","b"],"sealed:","sealed:"]'
is "an item of RSS" "$(of rss | jq -c 'select(.source_id == "20") | [.subject, .body, .created_at]')" '["Title 20 好用","Words & 文字 20","2026-01-01T00:20:00.000Z"]'
is "and of Atom" "$(of atom | jq -c 'select(.source_id == "urn:20") | [.subject, .body, .created_at, .revision, .author.name[:7]]')" \
	'["Title 20","Words & 文字 20","2026-01-01T00:20:00.000Z",1767226800000,"sealed:"]'
is "no name is in the state folder" "$(grep -rac 'User 1' "$STATE" 2>/dev/null | awk -F: '{ n += $2 } END { print n + 0 }')" 0
unchanged=$(asked '.status == 304')
ok "what did not change is not sent again" wait_for 20 has_asked '.status == 304' $((unchanged + 8))

tell add '{"n": 12}'
ok "new items come, each once; a feed shows but the newest" wait_for 30 are \
	"all=37 atom=20 changes=37 cursor=37 link=37 newest=37 offset=37 page=37 rss=20 since=37 stale=20"
tell edit '{"id": 36}'
ok "an edit is seen where the item is shown again, and has a time" wait_for 30 are \
	"all=38 atom=21 changes=37 cursor=38 link=38 newest=37 offset=38 page=38 rss=20 since=37 stale=21"
is "and is a higher revision" "$(of page | jq -s -c '[.[] | select(.source_id == "36") | [.body, .revision]]')" \
	'[["Words & 文字 36",1767227760000],["Other words 36",1767312036000]]'
same="all=38 atom=21 changes=37 cursor=38 link=38 newest=37 offset=38 page=38 rss=20 since=37 stale=21"
ok "the daemon stops" daemon_stop
before=$(asked true)
must_start
ok "it goes on after a restart" wait_for 30 has_asked true $((before + 22))
is "and nothing comes twice" "$(counts)" "$same"
api_kill
ok "the endpoint goes down" wait_for 20 grep -q 'it is asked again, at growing pauses' "$LOG"
api_start
tell add '{"n": 1}'
ok "and comes back" wait_for 30 are "all=39 atom=22 changes=38 cursor=39 link=39 newest=38 offset=39 page=39 rss=21 since=38 stale=22"
ok "which is said" wait_for 10 grep -q 'it answers again' "$LOG"
ok "the ledger balances" balanced

# ---- an endpoint that goes wrong
one=$(input one /page "items = \"data.list\"; paging = { kind = \"page\"; parameter = \"page\"; }; $FIELDS")
daemon_stop # its requests would meet them
tell fault '[500, "cut", "reset", "garbage", "huge", 302, {"status": 429, "after": 1}, "none", 503, "slow", "latin", "cut"]'
ok "a daemon with faults ahead starts" fresh "$one"
ok "whatever goes wrong, every item comes once" wait_for 60 each_once one 38
is "all of it went wrong" "$(asked '.fault != "none" and (.path == "/page")')" 11
ok "bytes in a wrong encoding cost their characters only" [ "$(of one | grep -c '�')" -le 1 ]
like "the log says what was wrong" "$(cat "$LOG")" 'shop/one: items: status 500; it is asked again'
tell fault '["latin", "latin"]'
tell add '{"n": 10}'
ok "a page in a wrong encoding is read" wait_for 30 each_once one 48
like "and says so" "$(of one | grep -c '�')" '^[12]$' # one, or the first of each page
tell add '{"n": 1}'
waits='.fault | type == "object"'
before=$(asked "$waits")
tell fault '[{"status": 429, "after": 2}]'
ok "the service asks us to wait" wait_for 20 has_asked "$waits" $((before + 1))
n=$(asked true)
sleep 1
is "so nothing is asked for a while" "$(asked true)" "$n"
ok "and then it is" wait_for 20 each_once one 49

# ---- encodings of feeds
tell set '{"encoding": "gb2312"}'
ok "a feed in GB2312" fresh "$(input rss /rss '')"
ok "is read" wait_for 20 each_once rss 10
is "as Chinese" "$(of rss | jq -r 'select(.source_id == "49") | .subject, .body')" "$(printf 'Title 49 好用\nWords & 文字 49')"
tell set '{"encoding": null}'

# ---- keys
login() { # KIND CONFIG AUTH_OF_THE_ENDPOINT
	tell set "{\"auth\": $3}"
	ok "$1: a daemon with the key" fresh "$(input key /all "$FIELDS auth = { kind = \"$1\"; $2 };")"
	ok "$1: is let in" wait_for 20 each_once key 49
}
login bearer 'secret = "s3cret";' '{"kind": "bearer", "secret": "s3cret"}'
login basic 'secret = "s3:cret"; user = "me";' '{"kind": "basic", "secret": "s3:cret", "user": "me"}'
login header 'secret = "s3cret"; name = "Api-Key";' '{"kind": "header", "secret": "s3cret", "name": "Api-Key"}'
login query 'secret = "s3 cret&"; name = "token";' '{"kind": "query", "secret": "s3 cret&", "name": "token"}'
login hmac 'secret = "s3cret"; user = "shop";' '{"kind": "hmac", "secret": "s3cret", "user": "shop"}'
before=$(asked '.status == 401')
RETRY_MAX=1h
fresh "$(input key /all "$FIELDS auth = { kind = \"bearer\"; secret = \"wrong-key\"; };")"
ok "a wrong key is said" wait_for 20 grep -q 'key: items: status 401: the key is wrong' "$LOG"
sleep 1
is "once, and asked once" "$(($(asked '.status == 401') - before)) $(grep -c 'the key is wrong' "$LOG")" "1 1"
is "the log tells no key" "$(grep -c 'wrong-key\|s3' "$LOG")" 0
tell set '{"auth": null}'
RETRY_MAX=

# ---- the examples, against a server made after the public documentation
mkdir -p "$T/etc/secrets"
cp -R "$here/etc/rules" "$T/keys/heard.pub" "$T/etc"
echo x >"$T/etc/secrets/forum-key"
chmod 600 "$T/etc/secrets/forum-key"
sed "s|^state_dir.*|state_dir = \"$T/example\"; plugin_path = [ \"$BUILD/plugins\" ];|" "$here/etc/pipelines/poll.conf" >"$T/etc/heard.conf"
ok "etc/pipelines/poll.conf is good" "$HEARD" check -c "$T/etc/heard.conf"
sed -i 's/^#key//' "$T/etc/heard.conf"
ok "also with what it only proposes" "$HEARD" check -c "$T/etc/heard.conf"
fences() { python3 - "$here/docs/channels/$1" <<-'EOT'
	import sys
	sys.path.insert(0, "tests/lib")
	from fenced import fences, read
	print("".join(text for words, _, text in fences(read(sys.argv[1])) if words == "conf"))
	EOT
}
cd "$here" || exit 1
for page in poll.md poll.zh.md; do
	fences "$page" >"$T/fenced"
	poll_conf "$(cat "$T/fenced")"
	is "docs/channels/$page has three configurations" "$(grep -c 'plugin = "poll"' "$T/fenced")" 3
	ok "which are good" env FORUM_TOKEN=x "$HEARD" check -c "$CONF"
done
daemon_stop
rm -rf "$STATE"
sed "s|https://forum.example.org|http://$API|; s|https://itunes.apple.com/cn|http://$API|; s|https://news.example.org/complaints.rss|http://$API/rss|
	s|^state_dir.*|state_dir = \"$STATE\"; plugin_path = [ \"$BUILD/plugins\" ];|; s|outside.ndjson|out.ndjson|; s|127.0.0.1:8081|127.0.0.1:0|
	s|plugin = \"poll\";|plugin = \"poll\"; allow_private = true;|; s|every = \"[^\"]*\"|every = \"1s\"|; s|rate = 20|rate = 0|" \
	"$here/etc/pipelines/poll.conf" >"$T/etc/heard.conf"
tell add '{"n": 71}'
CONF=$T/etc/heard.conf
must_start
shown() { [ "$(records | jq -r .source | sort | uniq -c | tr -s ' \n' ' ')" = " $1 outside/app-store $2 outside/forum $3 outside/news " ]; }
ok "Discourse to the first post, the App Store to its tenth page, each once" wait_for 40 shown 100 120 10
is "a post" "$(records | jq -c 'select(.source == "outside/forum" and .source_id == "66") | [.subject, .body, .thread, .channel, .author.id[:7]]')" '["Title 66","Words & 文字 66","122","forum","sealed:"]'
is "a review" "$(records | jq -c 'select(.source_id == "5000000066") | [.subject, .body, .rating, .rating_max, .region, .attributes.version]')" '["Title 66","Words 66",2,5,"cn","1.2"]'
tell add '{"n": 3}'
ok "and go on" wait_for 30 shown 103 123 13
CONF=$T/heard.conf

# ---- kill -9, of either side, at any moment
four=$(
	input page /page "items = \"data.list\"; paging = { kind = \"page\"; parameter = \"page\"; }; max_pages = 2; $FIELDS"
	input link /link "paging = { kind = \"link\"; }; $FIELDS"
	input newest /newest "paging = { kind = \"since\"; parameter = \"since_id\"; below = \"max_id\"; path = \"id\"; }; $FIELDS"
	input changes /changes "items = \"list\"; paging = { kind = \"cursor\"; keep = true; parameter = \"c\"; path = \"cursor\"; more = \"has_more\"; }; $FIELDS"
)
ok "a daemon to be killed" fresh "$four"
for kill in 1 2 3 4 5 6 7 8; do
	tell add "{\"n\": $((kill * 7))}"
	[ $((kill % 4)) -ne 0 ] || api_kill
	sleep 0.$((kill * 83 % 10))
	daemon_kill
	[ $((kill % 4)) -ne 0 ] || api_start
	daemon_start || fail "the daemon comes up after kill $kill"
done
n=$((123 + 252))
for kind in page link newest changes; do
	ok "$kind: every item once" wait_for 60 each_once "$kind" $n
done
ok "the ledger balances in the end" balanced
ok "the daemon stops" daemon_stop
no_sanitizer_reports
done_testing
