#!/bin/sh
# The way of a record: posted or dropped, masked, classified, kept, counted.
. "$(dirname "$0")/../lib/daemon.sh"
. "$(dirname "$0")/../lib/delivery.sh"

sink_start -B "$T/requests"
delivery_conf
ok "the config has no fault" heard check
must_start

post() { curl -sS -m 20 -X POST "$@" "$(url public /feedback)"; }

answer=$(post -H 'Content-Type: application/json' -H 'Idempotency-Key: one' \
	-d '{"subject":"Refund","body":"The charger caught fire! Call me at 13812345678, I want my money back.","channel":"web","author":{"name":"Ann Lee","email":"ann@example.org"}}')
is "a post is accepted" "$(echo "$answer" | jq -r .accepted)" 1
id=$(echo "$answer" | jq -r '.ids[0]')
like "with a UUIDv7" "$id" '^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$'

again=$(post -H 'Content-Type: application/json' -H 'Idempotency-Key: one' \
	-d '{"subject":"Refund","body":"The charger caught fire! Call me at 13812345678, I want my money back.","channel":"web","author":{"name":"Ann Lee","email":"ann@example.org"}}')
is "the same key again gets the same id" "$(echo "$again" | jq -r '.ids[0]')" "$id"
is "another body under the same key is refused" \
	"$(post -o /dev/null -w '%{http_code}' -H 'Content-Type: application/json' -H 'Idempotency-Key: one' -d '{"body":"other"}')" 422

is "an array is taken whole" "$(post -H 'Content-Type: application/json' \
	-d '[{"body":"请问这个怎么退货？"},{"body":"质量太差，要投诉"}]' | jq -c '[.accepted, (.ids|length)]')" '[2,2]'
is "and so is NDJSON" "$(printf '{"body":"Great phone"}\n{"body":"建议增加夜间模式"}\n' |
	post -H 'Content-Type: application/x-ndjson' --data-binary @- | jq -r .accepted)" 2
is "gzip too" "$(printf '{"body":"packed"}' | gzip |
	post -H 'Content-Type: application/json' -H 'Content-Encoding: gzip' --data-binary @- | jq -r .accepted)" 1
is "a bad line refuses the body" "$(printf '{"body":"a"}\n{"body":\n' |
	post -H 'Content-Type: application/x-ndjson' --data-binary @- | jq -r .line)" 2
is "another method is not allowed" \
	"$(curl -s -m 20 -o /dev/null -w '%{http_code}' -X PUT "$(url public /feedback)")" 405
is "metrics are not public" "$(curl -s -m 20 -o /dev/null -w '%{http_code}' "$(url public /metrics)")" 404

"$TOOLS/gen" -p f 100 >"$T/hundred.ndjson"
jq -r .order "$T/hundred.ndjson" >"$T/orders"
drop "$T/hundred.ndjson"
ok "a dropped file is taken and deleted" wait_for 20 drop_is_empty
ok "everything is delivered" wait_for 30 is_drained

printf '{"key":"one","ids":["%s"]}\n' "$id" >"$T/acks"
ok "each record is where it belongs" arrived "$T/acks" "$T/orders"
ok "the ledger agrees with the outputs" counts_agree
ok "the ledger balances" balanced
ok "and adds up" ledger_adds_up
is "the repeated post is a duplicate there" "$(ledger | jq '.pipelines[0].duplicate')" 1

like "the phone number is masked" "$(grep "$id" "$OUT" | jq -r .body)" 'Call me at 138\*\*\*\*5678'
is "and counted" "$(grep "$id" "$OUT" | jq -r .masked.phone)" 1
is "the contact is not there in clear" "$(grep -c 'ann@example.org\|Ann Lee' "$OUT")" 0
like "tickets are listed by priority" "$(heard tickets list --json | jq -r '.[0].priority')" '^high$'
like "a ticket tells its history" "$(heard tickets show 1 --json | jq -r '.history | length')" '^[1-9]'
ok "search finds two Chinese characters" sh -c "
	. '$here/tests/lib/tap.sh'
	T=$T
	wait_for 20 sh -c '\"$HEARD\" tickets search 退货 --json -c \"$CONF\" | jq -e \"length >= 1\"'"

metrics=$(curl -sS -m 20 "$(url admin /metrics)")
like "metrics count deliveries" "$metrics" '^heard_records_delivered_total\{.*output="file".*\} 1[0-9][0-9]'
is "and end as OpenMetrics does" "$(echo "$metrics" | tail -n 1)" '# EOF'
ok "it is ready" curl -fsS -m 20 -o /dev/null "$(url admin /readyz)"
ok "status answers" heard status
like "the webhook is signed" "$(cat "$T/requests")" '^[Ww]ebhook-[Ii]d: '

ok "it stops" daemon_stop
ok "it starts again" daemon_start
is "and delivers nothing twice" "$(wc -l <"$OUT")" 106
ok "the ledger still adds up" ledger_adds_up
ok "it stops again" daemon_stop
no_sanitizer_reports
done_testing
