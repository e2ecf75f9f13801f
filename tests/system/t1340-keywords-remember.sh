#!/usr/bin/env bash
# keywords knows after a stop what all say, keeps no word of it on disk, and begins anew, with
# a sentence, when what it kept is damaged; a list that is missing is named at the start.
. "$(dirname "$0")/../lib/daemon.sh"
. "$(dirname "$0")/../lib/chain.sh"
PIPELINE='clear = true;'

here=$(cd "$(dirname "$0")/../.." && pwd)
folder=$STATE/instances/shop/filter/keywords
write_conf() { chain "{ plugin = \"keywords\"; lists = \"$1\"; }"; } # LISTS
words() { jq -r '.keywords | join(" ")' "$T/last"; }

for i in $(seq 300); do
	printf '{"channel":"web","body":"parcel, courier %s"}\n' "$i"
done >"$T/many"
printf '%s\n' '{"channel":"web","body":"the parcel and the kettle"}' >"$T/one"

write_conf "$here/etc/models"
must_start
send_file "$T/one"
ok "at first each word tells" test "$(words)" = "parcel kettle"
send_file "$T/many"
send_file "$T/one"
ok "what all say tells nothing" test "$(words)" = kettle
ok "it stops" daemon_stop
ok "what was counted is on disk" test -s "$folder/background"
ok "and holds no word of it" sh -c "! grep -a -i -q -e parcel -e courier '$folder/background'"
ok "it starts again" daemon_start
send_file "$T/one"
ok "and knows what all say" test "$(words)" = kettle
daemon_stop
printf 'garbage' >"$folder/background"
ok "it starts with a damaged file" daemon_start
ok "and says so" grep -q 'the background of words is gathered anew' "$LOG"
send_file "$T/one"
ok "it begins anew" test "$(words)" = "parcel kettle"
daemon_stop
write_conf "$T/nowhere"
"$HEARD" check -c "$CONF" >"$T/said" 2>&1
ok "a missing list is named" grep -q 'nowhere/keywords.words cannot be read' "$T/said"
no_sanitizer_reports
done_testing
