#!/bin/sh
# Filter enrich: no key leads to another place than its own, and a database that is slow for
# each of many keys holds a batch up for no longer than `patience`.
. "$(dirname "$0")/../lib/daemon.sh"
. "$(dirname "$0")/../lib/chain.sh"
PIPELINE='clear = true;'

gives() { send "\"body\":\"x\",$1" && last_is "$2" "$3"; } # FIELDS JQ WANTED
by_author() { chain "{ plugin = \"enrich\"; by = \"author.id\"; $1 }"; } # OPTIONS

# ---- an endpoint
spawn crm python3 "$here/tests/tools/crmd.py" "$T/crm.port"
wait_for 20 test -s "$T/crm.port"
CRM=$(cat "$T/crm.port")
asked() { curl -fsS -m 10 "http://$CRM/_/log" | jq length; }
by_author "url = \"http://$CRM/c/{key}?a=1\"; allow_private = true; fields = { attributes_tier = \"profile.level\"; };
	loyalty = { orders = \"profile.orders\"; };"
must_start
ok "a customer is found" gives '"author":{"id":"c.1"}' .attributes.tier gold
before=$(asked)
for id in . .. ../ ../../x 'a/..' '..\\'; do
	ok "\"$id\" is nobody" gives "\"author\":{\"id\":\"$id\"}" '[.attributes, .segment.loyalty]' '[null,"none"]'
done
is "and nobody is asked" "$(asked)" "$before"
ok "a customer is still found" gives '"author":{"id":"c.2"}' .attributes.tier gold
ok "it stops" daemon_stop

# ---- a database that takes long for each
forget_all
sqlite3 "$T/crm.db" "CREATE TABLE c(id TEXT, tier TEXT); INSERT INTO c VALUES('c1', 'gold')"
by_author "database = \"$T/crm.db\"; timeout = \"60s\"; patience = \"500ms\"; fields = { attributes_tier = \"tier\"; };
	query = \"WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < 1000000)
	  SELECT 'gold' AS tier FROM s WHERE ?1 <> '' AND i = 1000000\";"
must_start
for i in $(seq 200); do echo "{\"channel\":\"web\",\"body\":\"x\",\"author\":{\"id\":\"k$i\"}}"; done >"$T/many"
ok "many at once" curl -fsS -m 60 -o /dev/null -H 'Content-Type: application/x-ndjson' --data-binary @"$T/many" "$(url public /feedback)"
n=200
ok "arrive" wait_for 30 has_lines
found=$(jq -r .attributes.tier "$STATE/out.ndjson" | grep -c gold)
ok "of the first some is known" test "$found" -ge 1
ok "and for the others nobody waited" test "$found" -lt 50
figure() { curl -fsS -m 10 "$(url admin /metrics)" | sed -n "s/^heard_enrich_lookups{.*result=\"$1\".*} //p"; }
figure_is() { [ "$(figure "$1")" = "$2" ]; }
ok "which is counted" wait_for 20 figure_is failed $((200 - found))
ok "the ledger balances" balanced
ok "it stops" daemon_stop
no_sanitizer_reports
done_testing
