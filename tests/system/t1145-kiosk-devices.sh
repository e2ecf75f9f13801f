#!/bin/sh
# Batches of kiosk devices over HTTP: each press once, whatever is sent twice, late, out of
# order or wrong; keys, clocks, bursts, silence; figures that can be checked by hand.
. "$(dirname "$0")/../lib/daemon.sh"
. "$(dirname "$0")/../lib/clock.sh"

python=/usr/bin/python3
port=$(free_port)
KEY=1
conf_kiosk() {
	conf <<-EOT
		pipelines = (
		  { name = "shop";
		    inputs = ( { plugin = "kiosk"; url = "https://shop.example";
		      devices = ( { id = "a"; store = "南京路店"; region = "上海"; key = $KEY; },
		                  { id = "b"; store = "Airport"; }, { id = "c"; }, { id = "late"; },
		                  { id = "never"; } ); } );
		    filters = ( { plugin = "normalize"; }, { plugin = "mask"; } );
		    outputs = ( { plugin = "file"; path = "out.ndjson"; } ); },
		  { name = "four"; clear = true;
		    inputs = ( { plugin = "kiosk"; name = "kiosk4"; path = "/four"; burst = { presses = 0; };
		      devices = ( { id = "a"; } ); } );
		    outputs = ( { plugin = "tickets"; name = "desk4"; database = "four.db"; },
		                { plugin = "report"; name = "report4"; database = "four.db"; } ); },
		  { name = "five"; clear = true;
		    inputs = ( { plugin = "kiosk"; name = "kiosk5"; path = "/five"; faces = 5; burst = { presses = 0; };
		      devices = ( { id = "a"; } ); } );
		    outputs = ( { plugin = "tickets"; name = "desk5"; database = "five.db"; },
		                { plugin = "report"; name = "report5"; folder = "reports5"; database = "five.db"; } ); } );
	EOT
	sed -i "/name = \"public\"/s/127.0.0.1:0/127.0.0.1:$port/" "$CONF"
}
conf_kiosk
must_start

key_of() { heard kiosk key "$1" --json | jq -r .key; }
a=$(key_of a) b=$(key_of b)
post() { # DEVICE KEY CURL-ARGS...: $status, and the answer in $T/answer
	post_device=$1 post_key=$2
	shift 2
	status=$(curl -s -m 30 -o "$T/answer" -w '%{http_code}' -X POST "http://127.0.0.1:$port${POST_PATH:-/kiosk}/batch" \
		-H "X-Kiosk-Device: $post_device" -H "X-Kiosk-Key: $post_key" \
		-H "Content-Type: ${TYPE:-application/json}" "$@")
}
sent() { # WHAT STATUS JSON: by device a
	post a "$a" -d "$3"
	is "$1" "$status" "$2"
}
now() { echo $(($(date +%s%3N) + clock_shift)); }
answered() { jq -c "$1" "$T/answer"; }
record() { jq -c "select(.source_id == \"$1\") | $2" "$STATE/out.ndjson"; }
has_record() { [ -e "$STATE/out.ndjson" ] && [ -n "$(record "$1" .id)" ]; }
lines() { wc -l <"$STATE/out.ndjson"; }
dead() { heard dead list --json | jq length; }
logged() { grep -c "$1" "$LOG"; }

# ---- keys

is "a key is printed as an address" "$(heard kiosk key a)" "https://shop.example/kiosk#device=a&key=$a"
is "each device has its own" "$([ "$a" != "$b" ] && echo other)" other
ok "one that is in no list has none" test "$(heard kiosk key nobody 2>/dev/null | wc -l)" = 0
for wrong in "a $b" "a " "nobody $a" " $a" "a ${a}0" "A $a"; do
	post "${wrong% *}" "${wrong#* }" -d '{"seq":1,"r":3}'
	is "\"${wrong% *}\" with another's key is not let in" "$status" 401
done
is "wrong keys in a row are said once" "$(logged 'device a: came with a wrong key')" 1

# ---- one, many, twice, in any order

sent "one press" 200 "{\"seq\":1,\"ts\":$(now),\"r\":3}"
is "is safe" "$(answered '[.accepted,.dead,.safe]')" '[1,0,[1]]'
sent "the same again" 200 "$(jq -nc --argjson t "$(($(now) - 60000))" \
	'{now: ($t + 60000), presses: [range(5; 0; -1) | {seq: (. + 10), ts: ($t + . * 3000), r: (. % 4)}]}')"
sent "in another order, with others" 200 "$(jq -nc --argjson t "$(($(now) - 60000))" \
	'[[12, 16, 14, 11, 17][] | select(. > 15) | {seq: ., ts: $t, r: 0}]')"
is "each is named" "$(answered .safe)" '[16,17]'
sent "a sign of life" 200 "{\"now\":$(now),\"queue\":7,\"battery\":0.25,\"presses\":[]}"
is "brings nothing" "$(answered '[.accepted,.safe]')" '[0,[]]'
sent "the same number with another face" 409 '{"seq":1,"ts":1,"r":0}'
is "is no copy, and the device is told which" "$(answered .conflict)" '[1]'
sent "in the middle of others" 409 '[{"seq":18,"r":1},{"seq":17,"r":3},{"seq":19,"r":1}]'
is "also" "$(answered .conflict)" '[17]'
sent "then none of them was taken" 200 '[{"seq":18,"r":1},{"seq":19,"r":1}]'
ok "all is delivered" wait_for 20 is_drained
is "each once" "$(jq -s -c 'map(.source_id) | sort' "$STATE/out.ndjson")" \
	"$(jq -nc '[1, 11, 12, 13, 14, 15, 16, 17, 18, 19] | map("a/\(.)") | sort')"
is "of its shop" "$(record a/1 '[.channel,.store,.region,.rating,.rating_max,.attributes."kiosk.face"]')" \
	'["kiosk","南京路店","上海",4,4,4]'

# ---- what is wrong

before=$(lines)
sent "no JSON" 400 '{'
sent "an array without an end" 400 '[{"seq":20,"r":1}'
sent "no object" 400 '"x"'
sent "presses that are no list" 400 '{"presses":{}}'
printf '{"seq":20,"r":1,"text":"\377\376"}' >"$T/body"
post a "$a" --data-binary @"$T/body"
is "no UTF-8" "$status" 400
printf '{"seq":20,"r":1,"text":"慢"}' | iconv -t utf-16 >"$T/body"
post a "$a" --data-binary @"$T/body"
is "UTF-16" "$status" 400
printf '{"seq":20,"r":1}' | gzip >"$T/body"
post a "$a" -H 'Content-Encoding: gzip' --data-binary @"$T/body"
is "compressed" "$status" 415
TYPE=text/plain sent "another type" 415 '{"seq":20,"r":1}'
jq -nc '[range(1001) | {seq: (. + 1000), r: 1}]' >"$T/body"
post a "$a" --data-binary @"$T/body"
is "1001 presses" "$status" 413
head -c 1100000 /dev/zero | tr '\0' ' ' >"$T/body"
post a "$a" --data-binary @"$T/body"
is "more than a megabyte" "$status" 413
$python -c 'print("[" * 5000 + "]" * 5000)' >"$T/body"
post a "$a" --data-binary @"$T/body"
is "5,000 deep" "$status" 400
is "status of GET" "$(curl -s -o /dev/null -w '%{http_code}' "http://127.0.0.1:$port/kiosk/batch")" 405
is "nothing of it is kept, alive or dead" "$(lines) $(dead)" "$before 0"

jq -nc '[{seq: 20, r: 1}, {seq: 21, r: 4}, {seq: 22, r: -1}, {seq: 23, r: "3"}, {seq: 1.5, r: 1}, {r: 1},
	{seq: 24, r: 1, text: ("慢" * 2000)}, {seq: 25, r: 1, text: 7}, {seq: 26, r: 1, reason: "a b"},
	{seq: 27, r: 1, device: "b"}, {seq: 28, r: 1, ts: "soon"}, 7, {seq: 29, r: 2, device: "a", ts: null}]' >"$T/body"
post a "$a" --data-binary @"$T/body"
is "bad presses do not hold up good ones" "$status $(answered '[.accepted,.dead,.safe]')" '200 [2,11,[20,29]]'
ok "the good ones arrive" wait_for 20 has_record a/29
is "the others are dead letters" "$(dead)" 11
ok "with a reason" test "$(heard dead list --json | jq '[.[] | .reason // .why | length > 10] | all')" = true
post a "$a" --data-binary @"$T/body"
is "and again" "$status" 200

# ---- clocks

two_hours=7200000
post b "$b" -d "{\"now\":$(($(now) - two_hours)),\"presses\":[{\"seq\":1,\"ts\":$(($(now) - two_hours - 600000)),\"r\":2}]}"
post b "$b" -d "{\"now\":$(($(now) - two_hours)),\"presses\":[{\"seq\":2,\"ts\":$(($(now) - two_hours + 600000)),\"r\":2}]}"
post b "$b" -d "[{\"seq\":3,\"ts\":$(($(now) + 600000)),\"r\":2},{\"seq\":4,\"ts\":981173106000,\"r\":2},{\"seq\":5,\"r\":2}]"
post b "$b" -d "{\"now\":0,\"presses\":[{\"seq\":6,\"ts\":0,\"r\":2}]}"
ok "with whatever clock, they arrive" wait_for 20 has_record b/6
age() { # of a record when it was received, in whole minutes
	jq -c "select(.source_id == \"$1\") | [(((.received_at[:19] + \"Z\" | fromdate) - (.created_at[:19] + \"Z\" | fromdate) + 30) / 60 | floor), .attributes.\"kiosk.clock\"]" "$STATE/out.ndjson"
}
is "a slow clock is corrected" "$(age b/1)" '[10,"corrected"]'
is "not into the future" "$(age b/2)" '[0,"corrected"]'
is "nor is it let into the future" "$(age b/3)" '[0,"capped"]'
is "a time of 2001 is none" "$(age b/4)" '[0,"unusable"]'
is "and none is now" "$(age b/5)" '[0,"absent"]'
is "a clock at 1970 is one that is slow" "$(age b/6)" '[0,"corrected"]'
is "it is said once" "$(logged 'device b: its clock is')" 1
post b "$b" -d "{\"now\":$(now),\"presses\":[]}"
is "and when it is right again" "$(logged 'device b: its clock is right again')" 1

# ---- bursts

c=$(key_of c)
start=$(($(now) - 3600000))
# a child for 5 s; half a minute later 3 people; all of it late, and the middle of it first
jq -nc --argjson t $start '[range(10) | {seq: ., ts: ($t + . * 500), r: 0}] +
	[range(3) | {seq: (. + 10), ts: ($t + 30000 + . * 2500), r: 3}]' >"$T/all"
jq -c '.[4:8]' "$T/all" >"$T/part"
post c "$c" --data-binary @"$T/part"
ok "the daemon stops" daemon_stop
must_start
post c "$c" --data-binary @"$T/all"
is "a burst is taken" "$(answered .accepted)" 13
ok "and delivered" wait_for 20 is_drained
is "all of it is kept, and the first ones by time have a rating" \
	"$(jq -s -c 'map(select(.attributes."kiosk.device" == "c")) | [length, (map(select(.attributes."kiosk.burst")) | [length, (map(.rating) | unique), (map(.attributes."kiosk.face") | unique)]), (map(select(.rating) | .source_id[2:] | tonumber) | sort)]' "$STATE/out.ndjson")" \
	'[13,[2,[null],[1]],[0,1,2,3,4,5,6,7,10,11,12]]'
for i in 1 2 3 4 5 6 7 8; do
	post c "$c" -d "{\"seq\":$((100 + i)),\"ts\":$((start + 600000 + i * 300)),\"r\":0}"
	[ $i = 4 ] && wait_for 20 grep -rqs --include=devices '[^0-9]104,' "$STATE"
	[ $i = 4 ] && daemon_kill && daemon_start
done
ok "a burst of single presses, over a killed daemon" wait_for 20 has_record c/108
is "counts four" "$(jq -s -c 'map(select(.source_id | test("^c/10[0-9]")) | select(.rating)) | length' "$STATE/out.ndjson")" 4

# ---- killed again and again under a device that repeats until it is told "safe"

cat >"$T/device.py" <<'E2'
import json, sys, time, urllib.error, urllib.request
url, key, n = sys.argv[1], sys.argv[2], int(sys.argv[3])
t0 = int(time.time() * 1000) - n * 20000
left = [{"seq": i, "ts": t0 + i * 20000, "r": i % 4} for i in range(n)]
sent = 0
end = time.monotonic() + 120
while left and time.monotonic() < end:
    batch = left[:40]
    request = urllib.request.Request(url, json.dumps(batch).encode(), {
        "Content-Type": "application/json", "X-Kiosk-Device": "late", "X-Kiosk-Key": key})
    sent += 1
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            safe = set(json.load(answer)["safe"])
        if sent % 3 == 0:
            continue  # the answer is lost: all of it again
        left = [p for p in left if p["seq"] not in safe]
        time.sleep(0.02)  # a device is no load generator
    except (urllib.error.HTTPError, OSError, ValueError) as e:
        if isinstance(e, urllib.error.HTTPError) and e.code not in (503, 429):
            raise SystemExit(f"{e.code}: {e.read()[:200]}")
        time.sleep(0.1)
print(len(left), sent)
E2
spawn device $python "$T/device.py" "http://127.0.0.1:$port/kiosk/batch" "$(key_of late)" 4000
device=$spawned
arrived() { [ "$(grep -c '"source_id":"late/' "$STATE/out.ndjson")" -ge "$1" ]; }
for part in 400 1200 2400; do
	wait_for 30 arrived $part
	daemon_kill
	daemon_start
done
wait "$device"
like "the device has nothing left" "$(cat "$T/device.out" "$T/device.err")" '^0 [0-9]+$'
ok "and everything is delivered" wait_for 30 is_drained
is "each of 4,000 once, over three kills" \
	"$(jq -s -c 'map(select(.source_id | startswith("late/"))) | [length, (map(.source_id) | unique | length), (map(select(.attributes."kiosk.burst")) | length)]' "$STATE/out.ndjson")" \
	'[4000,4000,0]'
ok "the ledger balances" balanced

# ---- figures that others have published: HappyOrNot's index, best face first

index() { heard "$1" --json | jq '.kiosk_index | . + 0.5 | floor'; }
four=$(heard kiosk4 key a --json | jq -r .key)
five=$(heard kiosk5 key a --json | jq -r .key)
jq -nc --argjson t "$(now)" '[126, 60, 16, 17] | to_entries | map(. as $e | range($e.value) | 3 - $e.key) | to_entries | map({seq: .key, ts: $t, r: .value})' >"$T/four"
jq -nc --argjson t "$(now)" '[51, 23, 12, 2, 4] | to_entries | map(. as $e | range($e.value) | 4 - $e.key) | to_entries | map({seq: .key, ts: $t, r: .value})' >"$T/five"
POST_PATH=/four post a "$four" --data-binary @"$T/four"
POST_PATH=/five post a "$five" --data-binary @"$T/five"
ok "219 and 92 presses are stored" wait_for 20 is_drained
is "four faces: 126, 60, 16, 17 give 78" "$(index report4)" 78
is "five faces: 51, 23, 12, 2, 4 give 81" "$(index report5)" 81
is "presses make no tickets" "$(heard desk4 list --json | jq length)" 0

# ---- who is silent

devices() { in_time kiosk devices --json | jq -c "$1"; }
is "what is known of the devices outlives restarts" \
	"$(devices '.[] | select(.device == "a") | [.state, .store, .queue, .battery]')" '["ok","南京路店",7,0.25]'
is "one was never heard" "$(devices '.[] | select(.device == "never") | .state')" '"never heard"'
days 2
is_said() { grep -q "$1" "$LOG"; }
ok "a day without a word is said" wait_for 20 is_said 'device a has been silent for'
ok "also of one that was never heard" wait_for 20 is_said 'device never was never heard'
metric() { curl -s "$(url admin /metrics)" | sed -n "s/^$1 //p"; }
silent() { [ "$(metric 'heard_kiosk_devices_silent{pipeline="shop",instance="kiosk"}')" = "$1" ]; }
ok "and counted" wait_for 20 silent 5
post a "$a" -d "{\"now\":$(now),\"presses\":[]}"
is "so is its return" "$(logged 'device a is back after')" 1
ok "which is counted" wait_for 20 silent 4
is "one more is known of it" "$(metric 'heard_kiosk_queue{pipeline="shop",instance="kiosk",device="a"}')" 7
is "silence is said once each" "$(logged 'shop/kiosk: device a has been silent')" 1

# ---- a lost tablet

ok "the daemon stops" daemon_stop
KEY=2
conf_kiosk
must_start
post a "$a" -d '{"seq":5000,"r":3}'
is "the key that was taken back opens nothing" "$status" 401
post a "$(key_of a)" -d '{"seq":5000,"r":3}'
is "the new one does" "$status" 200
ok "the daemon stops" daemon_stop
is "no key is in the log" "$(grep -c -e "$a" -e "$b" "$LOG")" 0
sed -i 's|url = "https://shop.example";|url = "https://shop.example/";|' "$CONF"
like "an address that its pages cannot stand behind is refused" "$(heard check 2>&1)" 'url: "https://shop.example/" must be as https://shop.example,'

# ---- what the documentation says works

cp -r "$here/etc" "$T/etc"
example() { # FILE: it may write nothing where it stands
	sed 's|^state_dir.*||' "$1" >"$T/example"
	{
		echo "state_dir = \"$T/example.state\"; plugin_path = [ \"$BUILD/plugins\" ];"
		cat "$T/example"
	} >"$T/etc/heard.conf"
	"$HEARD" check -c "$T/etc/heard.conf"
}
ok "etc/pipelines/kiosk.conf is good" example "$here/etc/pipelines/kiosk.conf"
for page in kiosk.md kiosk.zh.md; do
	$python - "$here/tests/lib" "$here/docs/channels/$page" >"$T/block" <<-'PY'
		import sys
		sys.path.insert(0, sys.argv[1])
		import fenced
		print(next(text for words, _, text in fenced.fences(fenced.read(sys.argv[2])) if words == "heard.conf"))
	PY
	ok "the config of $page is good" example "$T/block"
done
no_sanitizer_reports
done_testing
