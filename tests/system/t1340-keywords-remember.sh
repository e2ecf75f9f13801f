#!/usr/bin/env bash
# keywords knows after a stop what all say, keeps no word of it on disk, and begins anew, with
# a sentence, when what it kept is damaged; a list that is missing is named at the start.
. "$(dirname "$0")/../lib/daemon.sh"

here=$(cd "$(dirname "$0")/../.." && pwd)
folder=$STATE/instances/shop/filter/keywords
write_conf() { # LISTS
	conf <<-EOT
		pipelines = ( { name = "shop"; clear = true;
		  inputs = ( { plugin = "http"; path = "/feedback"; } );
		  filters = ( { plugin = "keywords"; lists = "$1"; } );
		  outputs = ( { plugin = "file"; path = "$T/out.ndjson"; } ); } );
	EOT
}

n=0
# post FILE: then $T/last is the last record as it was written
post() {
	n=$((n + $(wc -l <"$1")))
	curl -fsS -m 20 -o /dev/null -H 'Content-Type: application/x-ndjson' \
		--data-binary "@$1" "$(url public /feedback)" &&
		wait_for 20 has_lines && tail -n 1 "$T/out.ndjson" >"$T/last"
}
has_lines() { [ "$(cat "$T/out.ndjson" 2>/dev/null | wc -l)" -ge $n ]; }
words() { jq -r '.keywords | join(" ")' "$T/last"; }

for i in $(seq 300); do
	printf '{"channel":"web","body":"parcel, courier %s"}\n' "$i"
done >"$T/many"
printf '%s\n' '{"channel":"web","body":"the parcel and the kettle"}' >"$T/one"

write_conf "$here/etc/models"
must_start
post "$T/one"
ok "at first each word tells" test "$(words)" = "parcel kettle"
post "$T/many"
post "$T/one"
ok "what all say tells nothing" test "$(words)" = kettle
ok "it stops" daemon_stop
ok "what was counted is on disk" test -s "$folder/background"
ok "and holds no word of it" sh -c "! grep -a -i -q -e parcel -e courier '$folder/background'"
ok "it starts again" daemon_start
post "$T/one"
ok "and knows what all say" test "$(words)" = kettle
daemon_stop
printf 'garbage' >"$folder/background"
ok "it starts with a damaged file" daemon_start
ok "and says so" grep -q 'the background of words is gathered anew' "$LOG"
post "$T/one"
ok "it begins anew" test "$(words)" = "parcel kettle"
daemon_stop
write_conf "$T/nowhere"
"$HEARD" check -c "$CONF" >"$T/said" 2>&1
ok "a missing list is named" grep -q 'nowhere/keywords.words cannot be read' "$T/said"
no_sanitizer_reports
done_testing
