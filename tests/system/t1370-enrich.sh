#!/bin/sh
# Filter enrich: what is known elsewhere, from a database, a list and a service that goes wrong.
# timeout: 300
. "$(dirname "$0")/../lib/daemon.sh"
. "$(dirname "$0")/../lib/chain.sh"

post() { send "\"body\":\"${2:-x}\",$1"; } # FIELDS [BODY]
gives() { post "$1" && last_is "$2" "$3"; } # FIELDS JQ WANTED
figure() { curl -fsS -m 10 "$(url admin /metrics)" | sed -n "s/^heard_enrich_lookups{.*result=\"$1\".*} //p"; }
figure_is() { [ "$(figure "$1")" = "$2" ]; }

# ---- faults of the configuration
QUERY='query = "SELECT tier, orders, first_order, last_order, scores FROM customers WHERE id = ?";'
sqlite3 "$T/crm.db" "CREATE TABLE customers(id TEXT PRIMARY KEY, tier TEXT, orders INT, first_order TEXT,
	last_order TEXT, scores TEXT, name TEXT);
	CREATE TABLE wechat(openid TEXT PRIMARY KEY, phone TEXT); INSERT INTO wechat VALUES('o-1', '13812345678');
	INSERT INTO customers VALUES('c1', 'gold', 7, '2020-01-02', date('now', '-9 days'), '5,4,5', '张三'),
	('c2', 'basic', 0, NULL, NULL, '1,2', '李四')"
MASK='{ plugin = "mask"; }'
says "a source needs a key" "{ plugin = \"enrich\"; database = \"$T/crm.db\"; $QUERY }, $MASK" 'by is missing'
says "a key needs a source" "{ plugin = \"enrich\"; by = \"order\"; }, $MASK" 'one of database, file and url is missing'
says "one source is enough" "{ plugin = \"enrich\"; by = \"order\"; file = \"a.csv\"; url = \"http://x/{key}\"; }, $MASK" 'only one of'
says "a database that is not there" "{ plugin = \"enrich\"; by = \"order\"; database = \"no.db\"; $QUERY }, $MASK" \
	'heard.conf:[0-9]+: filter "enrich": .*no.db: unable to open'
says "a query that writes" "{ plugin = \"enrich\"; by = \"order\"; database = \"$T/crm.db\"; query = \"DELETE FROM customers WHERE id = ?\"; }, $MASK" \
	'must be a SELECT'
says "a column that is not selected" "{ plugin = \"enrich\"; by = \"order\"; database = \"$T/crm.db\"; $QUERY fields = { region = \"city\"; }; }, $MASK" \
	'no column "city"'
says "a field that is ours" "{ plugin = \"enrich\"; by = \"order\"; database = \"$T/crm.db\"; $QUERY fields = { segment_need = \"tier\"; }; }, $MASK" \
	'"segment_need" is none that can be filled'
says "a URL whose host is the key" "{ plugin = \"enrich\"; by = \"order\"; url = \"http://{key}/\"; }, $MASK" 'in the path or the query'

# ---- the examples of the documentation
printf '商品编号,产品线,价格\np1,厨房,99.5\n' >"$T/products.csv"
echo secret >"$T/erp-token"
example() { # NAME
	chain "$(python3 "$here/tests/lib/docs.py" code "$here/docs/understanding.md" "$1" | sed "s|/srv/shop|$T|")" &&
		heard check
}
for name in database list service person rules; do
	ok "the example \"$name\" is good" example $name
done

# ---- a database
LOYAL='loyalty = { orders = "orders"; since = "first_order"; last = "last_order"; }; satisfaction = { scores = "scores"; };'
chain "$MASK, { plugin = \"enrich\"; by = \"author.id\"; database = \"$T/crm.db\"; $QUERY
	fields = { attributes_tier = \"tier\"; attributes_orders = \"orders\"; }; $LOYAL }"
must_start
ok "a customer is found" gives '"author":{"id":"c1"},"csat":4,"intent":"complaint"' '[.attributes.tier, .attributes.orders]' '["gold",7]'
is "and is loyal, content, and expects it" "$(last .segment)" '{"need":"expected","satisfaction":"high","loyalty":"loyal"}'
ok "another is none any more" gives '"author":{"id":"c2"}' '[.segment.satisfaction, .segment.loyalty]' '["low","none"]'
ok "a stranger is no customer" gives '"author":{"id":"zz"}' '.segment.loyalty' none
ok "a record without a key is as it was" gives '"subject":"y"' '.segment // "none"' none
ok "a key is a parameter, not SQL" gives '"author":{"id":"c1'"' OR 1=1 --"'"}' '.attributes // "none"' none
sqlite3 "$T/crm.db" "UPDATE customers SET tier = 'platinum' WHERE id = 'c1'"
ok "what is written meanwhile is seen" gives '"author":{"id":"c1"}' .attributes.tier platinum
ok "the metric counts" wait_for 20 figure_is found 3
is "and those it does not know" "$(figure none)" 2
cp "$T/crm.db" "$T/good.db"
sqlite3 "$T/crm.db" "ALTER TABLE customers RENAME TO gone"
ok "without its table records go on as they are" gives '"author":{"id":"c1"}' '.segment.loyalty // "none"' none
ok "and once more" gives '"author":{"id":"c1"}' '.attributes // "none"' none
is "the log says it once" "$(logged 'shop/enrich: the database does not help: .*; records go on as configured')" 1
sqlite3 "$T/crm.db" "ALTER TABLE gone RENAME TO customers"
ok "it is back without a restart" gives '"author":{"id":"c1"}' .attributes.tier platinum
ok "which is told" has_logged 'the database helps again'
daemon_stop

# ---- one customer on two channels
forget_all
chain "$(python3 "$here/tests/lib/docs.py" code "$here/docs/understanding.md" person | sed "s|/srv/shop|$T|; s|channel == 'social'|author.id ~= ''|; s|{ plugin = \"dedupe\"; },||")"
must_start
post '"author":{"phone":"138 1234 5678"}'
person=$(last .author.key)
ok "who is found by another id is the same person" gives '"author":{"id":"o-1"}' .author.key "$person"
post '"author":{"id":"o-2"}'
ok "who is not, is another" test "$(last .author.key)" != "$person"
ok "and has a key, too" test "$(last .author.key)" != null
is "no contact is written without a key to seal it" "$(last '.author | keys | join(" ")')" key
daemon_stop

# ---- a list, read anew by a reload
list() { printf '客户号,等级,城市\r\nc1,%s,杭州\r\nc2,银卡,Flat 4 12 High Street\r\n' "$1" | iconv -f UTF-8 -t GB18030 >"$T/list.csv"; }
list 金卡
forget_all
chain "$MASK, { plugin = \"enrich\"; by = \"author.id\"; file = \"list.csv\"; column = \"客户号\";
	fields = { attributes_tier = \"等级\"; region = \"城市\"; }; }"
must_start
ok "a row in GB18030 is found" gives '"author":{"id":"c1"}' '[.attributes.tier, .region]' '["金卡","杭州"]'
ok "behind mask what is no label is left out" gives '"author":{"id":"c2"}' '[.attributes.tier, .region]' '["银卡",null]'
ok "and the log says so" has_logged 'a value is neither a label nor a figure'
list 白金卡
ok "before a reload it is as it was" gives '"author":{"id":"c1"}' .attributes.tier 金卡
ok "a reload" heard reload
ok "reads it anew" wait_for 30 gives '"author":{"id":"c1"}' .attributes.tier 白金卡
printf 'a,b\n1,2\n' >"$T/list.csv"
like "a list without its columns is refused" "$(heard reload 2>&1)" 'list.csv: line 1: there is no column "客户号"'
ok "and the old one stays" gives '"author":{"id":"c1"}' .attributes.tier 白金卡
daemon_stop

# ---- a service
spawn crm python3 "$here/tests/tools/crmd.py" "$T/crm.port"
wait_for 20 test -s "$T/crm.port"
CRM=$(cat "$T/crm.port")
tell() { curl -fsS -m 10 -o /dev/null -X PUT "http://$CRM/_/$1"; }
asked() { curl -fsS -m 10 "http://$CRM/_/log" | jq "[.[] | select(.path | contains(\"$1\"))] | length"; }
forget_all
: >"$LOG"
service() { # MORE
	chain "$MASK, { plugin = \"enrich\"; by = \"author.id\"; url = \"http://$CRM/c/{key}?a=1\"; token = \"s3cret\";
		allow_private = true; timeout = \"${TIMEOUT:-4s}\"; $1
		fields = { attributes_tier = \"profile.level\"; attributes_orders = \"profile.orders\"; author_name = \"name\"; };
		loyalty = { orders = \"profile.orders\"; since = \"first\"; }; satisfaction = { scores = \"scores\"; }; }"
}
service ''
must_start
of() { echo "\"author\":{\"id\":\"$1\"}"; }
ok "a service is asked" gives "$(of abcd)" '[.attributes.tier, .attributes.orders, .segment.loyalty, .segment.satisfaction]' '["gold",4,"loyal","high"]'
is "with its token" "$(curl -fsS "http://$CRM/_/log" | jq -r '.[0].authorization')" 'Bearer s3cret'
ok "the second time from memory" gives "$(of abcd)" .attributes.orders 4
is "so it was asked once" "$(asked /c/abcd)" 1
ok "a key is encoded" gives "$(of 'a/b?c=1&d #张')" .attributes.tier gold
is "and stands whole in the path" "$(asked '/c/a%2Fb%3Fc%3D1%26d%20%23%E5%BC%A0?a=1')" 1
ok "404 is nobody" gives "$(of none)" '[.attributes, .segment.loyalty]' '[null,"none"]'
ok "which is kept, too" gives "$(of none)" .segment.loyalty none
is "so it was asked once" "$(asked /c/none)" 1
ok "null is nobody" gives "$(of empty)" .segment.loyalty none
ok "a phone number is no level" gives "$(of private)" '[.attributes.tier, .attributes.orders]' '[null,7]'
wrong() { # KEY: the record is as it was, and the next is asked again
	gives "$(of "$1")" '[.attributes, .segment]' '[null,null]' && gives "$(of "ok$n")" .attributes.tier gold
}
ok "500" wrong e500
ok "401" wrong e401
ok "no JSON" wrong garbage
ok "more than max_answer" wrong huge
ok "a redirect is not followed" wrong redirect
is "to nobody" "$(asked /c/other)" 0
ok "slow" wrong slow
ok "each failure begins a line" has_logged 'shop/enrich: the service does not help: it answers with status 500' 1
ok "and each end of it" has_logged 'the service helps again, after 1 failures' 6
ok "the metric counts failures" wait_for 20 figure_is failed 6

# Down: three failures, then it rests, and nobody waits for it.
tell down
before=$(asked /c/)
for i in 1 2 3 4 5 6 7 8 9; do post "$(of "down$i")"; done
is "while it is down records go on as they are" "$(tail -n 9 "$STATE/out.ndjson" | jq -c '[.attributes, .segment]' | sort -u)" '[null,null]'
ok "and it is left alone" test $(($(asked /c/) - before)) -lt 9
tell up
ok "it is asked again by itself" wait_for 30 gives "$(of up)" .attributes.tier gold
ok "nothing private is in the log" test "$(grep -Ec '138|s3cret|张三|abcd' "$LOG")" = 0
ok "the ledger balances" balanced
ok "it stops" daemon_stop

# One customer's slow answer holds nobody up.
forget_all
TIMEOUT=60s && service 'patience = "60s";'
must_start
send() { curl -fsS -m 60 -o /dev/null -H 'Content-Type: application/json' -d "{\"channel\":\"web\",\"body\":\"$1\",$2}" "$(url public /feedback)"; }
send late "$(of held)" &
held_pid=$!
is_asked() { [ "$(asked /c/held)" = 1 ]; }
ok "a customer is asked about" wait_for 20 is_asked
ok "and others are taken meanwhile" send quick '"subject":"y"'
n=1
ok "and written" wait_for 20 has_lines
is "they alone" "$(jq -r .body "$STATE/out.ndjson")" quick
tell release
wait $held_pid
is "then the first one, too" $? 0
n=2
ok "is written" wait_for 20 has_lines
is "with what is known" "$(tail -n 1 "$STATE/out.ndjson" | jq -rc '[.body, .attributes.tier]')" '["late","gold"]'
ok "the ledger balances" balanced
ok "it stops" daemon_stop
TIMEOUT=4s

# on_failure = "wait": the sender is told to come again, and nothing is taken.
forget_all
tell down
service 'on_failure = "wait";'
must_start
status() { curl -sS -m 30 -o /dev/null -w '%{http_code}' -H 'Content-Type: application/json' -d "{\"channel\":\"web\",\"body\":\"x\",$1}" "$(url public /feedback)"; }
is "without an answer the sender is to come again" "$(status "$(of down)")" 503
is "and nothing is written" "$(cat "$STATE/out.ndjson" 2>/dev/null | wc -l)" 0
tell up
accepted() { [ "$(status "$(of up)")" = 202 ]; }
ok "until it answers" wait_for 30 accepted
n=1
ok "then it is taken" wait_for 20 has_lines
is "with what is known" "$(jq -r .attributes.tier "$STATE/out.ndjson" | sort -u)" gold
ok "the ledger balances" balanced
ok "it stops" daemon_stop
no_sanitizer_reports
done_testing
