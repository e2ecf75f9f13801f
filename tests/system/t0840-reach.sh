#!/bin/sh
# Forty customers report the same payment failure within a minute: forty are kept, they
# are linked, they are urgent, and one answer reaches all of them.
. "$(dirname "$0")/../lib/daemon.sh"

conf <<-EOT
	pipelines = ( { name = "shop";
	  inputs  = ( { plugin = "http"; path = "/feedback"; } );
	  filters = ( { plugin = "normalize"; }, { plugin = "mask"; },
	              { plugin = "classify"; rules = "$here/etc/rules/ecommerce.cfg"; } );
	  outputs = (
	    { plugin = "tickets"; database = "tickets.db";
	      departments = ( { name = "finance"; agents = [ "feng" ]; lead = "wu"; } ); },
	    { plugin = "file"; name = "raised"; path = "raised.ndjson"; when = "event == 'raised'"; } ); } );
EOT
must_start

# The same words, as forty people write them: other numbers, blanks and full stops.
customers() {
	python3 - "$1" <<-'PY'
		import json, sys
		for i in range(int(sys.argv[1])):
		    end = ("。", "！", "", " !", "!!")[i % 5]
		    print(json.dumps({"author": {"id": f"customer-{i}"}, "channel": ("web", "app")[i % 2],
		                      "intent": "complaint", "priority": "medium", "department": "finance",
		                      "body": f"付款失败，订单 {20260000 + i} 一直提示支付超时{end}"}))
	PY
}
is_count() { [ "$(heard tickets list --state all --json | jq "[.[] | select($1)] | length")" = "$2" ]; }
count() { heard tickets list --state all --json | jq "[.[] | select($1)] | length"; }
post() { curl -fsS -m 30 -o "$T/answer" -H 'Content-Type: application/x-ndjson' --data-binary @- "$(url public /feedback)"; }

began=$(date +%s)
customers 40 >"$T/forty"
for i in $(seq 1 40); do sed -n "${i}p" "$T/forty" | post; done
ok "forty tickets are kept" wait_for 30 is_count true 40
ok "within a minute" test $(($(date +%s) - began)) -lt $((60 * SLOW))
is "each is of another customer" "$(heard tickets list --state all --json | jq '[.[].author_key] | unique | length')" 40
is "all of them know how many they are" "$(count '.reach == 40')" 40
is "all of them are urgent" "$(count '.priority == "high"')" 40
is "and due in half an hour" "$(count '((.first_response_due[0:19] + "Z" | fromdateiso8601) - (.received_at[0:19] + "Z" | fromdateiso8601)) <= 1860')" 40
heard tickets show 1 --json >"$T/first.json"
is "the first of them leads the others" "$(jq '.members | length' "$T/first.json")" 39
is "who know it" "$(heard tickets show 23 --json | jq .leader)" 1
ok "it is news" wait_for 20 test -s "$STATE/raised.ndjson"
is "once" "$(jq -rs 'map("\(.event) \(.attributes.ticket)") | join(",")' "$STATE/raised.ndjson")" "raised 1"
like "a list shows it" "$(heard tickets list --limit 1)" ' 40~ '

# One who says it again is a repeated contact, not another customer.
sed -n 7p "$T/forty" | post
has_contacts() { [ "$(heard tickets show "$1" --json | jq .contacts)" = "$2" ]; }
ok "one who comes back is counted with his own ticket" wait_for 20 has_contacts 7 2
is "and not as one more" "$(count '.reach == 40')" 40

# An idea is not urgent, however many have it.
for i in $(seq 1 8); do
	echo "{\"author\":{\"id\":\"fan-$i\"},\"intent\":\"suggestion\",\"priority\":\"medium\",\"body\":\"please add a dark mode\"}" | post
done
ok "eight have the same idea" wait_for 20 is_count '.intent == "suggestion" and .reach == 8' 8
is "which makes it no more urgent" "$(count '.intent == "suggestion" and .priority == "high"')" 0

# One answer for all of them, each in his own ticket.
ok "all of them are answered" heard tickets reply 23 "支付通道已恢复，请重试。" --all --key outage-1
ok "and once, if it is said again" heard tickets reply 23 "支付通道已恢复，请重试。" --all --key outage-1
answers() { sqlite3 -readonly "$STATE/tickets.db" "SELECT count(*) || ' ' || count(DISTINCT ticket) || ' ' || sum(fate=1) FROM answer"; }
are_sent() { [ "$(answers)" = "40 40 40" ]; }
ok "forty answers are sent, one a ticket" wait_for 30 are_sent
status=$(curl -fsS "$(url public "/status/$(heard tickets list --json | jq -r '.[] | select(.id == 40) | .token')")")
like "the fortieth customer reads it" "$status" '支付通道已恢复'
ok "everything has arrived" wait_for 20 is_drained
ok "the ledger balances" balanced
ok "it stops well" daemon_stop
no_sanitizer_reports
done_testing
