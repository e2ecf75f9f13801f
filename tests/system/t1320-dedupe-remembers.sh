#!/usr/bin/env bash
# dedupe knows after a stop, after SIGKILL and after a reload what was said before, and
# begins anew, with a sentence, when what it kept is damaged.
. "$(dirname "$0")/../lib/daemon.sh"
. "$(dirname "$0")/../lib/chain.sh"
PIPELINE='clear = true; dedupe = "1h";'

folder=$STATE/instances/shop/filter/dedupe
chain '{ plugin = "dedupe"; count = 1000; }'
post() { send "\"author\":{\"id\":\"$1\"},\"body\":\"$2\""; } # AUTHOR TEXT
field() { jq -r "$1 // \"none\"" "$T/last"; }
repeats() { [ "$(field .duplicate_of)" = "$first" ]; }
is_kept() { [ -s "$folder/newer" ] && [ "$(stat -c %s "$folder/newer")" -gt "${1:-24}" ]; }

must_start
post 7 "The parcel has not moved for three days, please look into it"
first=$(field .id)
ok "the first repeats nothing" test "$(field .duplicate_of)" = none
post 7 "the parcel has not moved for three days. Please look into it!"
ok "the second repeats the first" repeats
ok "what was said is on disk" wait_for 10 is_kept
ok "and holds no word of it" sh -c "! grep -a -i -q parcel '$folder/newer'"
daemon_kill
ok "it starts after SIGKILL" daemon_start
post 7 "The parcel has not moved for three days, please look into it"
ok "and knows what was said" repeats
post 8 "The parcel has not moved for three days, please look into it"
ok "another person's is related" test "$(jq -r ".related | index(\"$first\") != null" "$T/last")" = true
ok "and no duplicate" test "$(field .duplicate_of)" = none
ok "it stops" daemon_stop
ok "it starts after a stop" daemon_start
post 7 "The parcel has not moved for three days, please look into it"
ok "and knows what was said then, too" repeats

# A reload is a new process: it reads what the one before it wrote.
post 7 "The kettle leaks at the handle after only one week of use"
second=$(field .id)
sed -i 's/count = 1000/count = 900/' "$CONF"
ok "it reloads" heard reload
ok "it serves again" wait_for 30 is_serving
post 7 "the kettle leaks at the handle, after only one week of use!"
is "and knows what was said right before" "$(field .duplicate_of)" "$second"
post 7 "The parcel has not moved for three days, please look into it"
ok "and long before" repeats
daemon_stop
printf 'garbage' >"$folder/newer"
ok "it starts with a damaged file" daemon_start
ok "and says so" grep -q 'is not what this version of heard keeps; what was said before is not known' "$LOG"
post 9 "The kettle leaks at the handle after only one week of use"
first=$(field .id)
post 9 "The kettle leaks at the handle after only one week of use"
ok "it goes on from there" repeats
daemon_stop
no_sanitizer_reports
done_testing
