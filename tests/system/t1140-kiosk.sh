#!/bin/sh
# The kiosk's page in a real browser: how it looks on a small and on a large screen; and
# 10,000 presses without a network, over 72 hours of the page's clock, through a killed
# browser, a server that is away and a server that is killed while they are sent.
. "$(dirname "$0")/../lib/daemon.sh"
. "$(dirname "$0")/../lib/browser.sh"

kiosk="$here/tests/system/kiosk.py"
PRESSES=${PRESSES:-10000}
HOURS=72
port=$(free_port)

# The address of a page is its storage's name, so the port stays the same.
conf_kiosk() { # MORE
	conf <<-EOT
		pipelines = ( { name = "shop"; clear = true;
		  inputs = ( { plugin = "kiosk"; url = "http://127.0.0.1:$port";
		    devices = ( { id = "shop-3"; store = "南京路店"; }, { id = "spare"; } );
		    reasons = ( { id = "queue"; zh = "排队太久"; en = "Long queue"; },
		                { id = "staff"; zh = "店员态度"; en = "Staff"; },
		                { id = "stock"; zh = "缺货"; en = "Out of stock"; },
		                { id = "clean"; zh = "不够干净"; en = "Not clean"; },
		                { id = "price"; zh = "价格太高"; en = "Prices"; },
		                { id = "sound"; zh = "太吵"; en = "Too loud"; },
		                { id = "returns"; zh = "退换货麻烦"; en = "Returning things"; },
		                { id = "parking"; zh = "停车不便"; en = "No place to park"; },
		                { id = "other"; zh = "其他原因"; en = "Something else"; } );
		    $1 } );
		  outputs = ( { plugin = "file"; path = "out.ndjson"; } ); } );
	EOT
	sed -i "/name = \"public\"/s/127.0.0.1:0/127.0.0.1:$port/" "$CONF"
}
key_of() { heard kiosk key "$1"; }
taken() { [ -e "$STATE/out.ndjson" ] || return 1; [ "$(wc -l <"$STATE/out.ndjson")" -ge "$1" ]; }
out() { jq -s "$@" "$STATE/out.ndjson"; }

has_browser || skip_all "there is no chromium with its driver"

# ---- how it looks

for faces in 4 5; do
	conf_kiosk "text = true; faces = $faces;"
	must_start
	mkdir -p "$shots/$faces"
	ok "$faces faces: the screens fit 800x480 and 1920x1080, in both languages" \
		$python "$kiosk" shots "$shots/$faces" "$(key_of spare)" 800x480 1920x1080
	[ $faces = 5 ] || ok "what was pressed for it has arrived" wait_for 20 taken 2
	ok "the daemon stops" daemon_stop
done
is "with reason and text" "$(out '[.[] | [.attributes."kiosk.reason", .body, .lang]] | unique | map(join(" ")) | join("|")')" \
	'"queue 收银台只开了一个，等了二十分钟 zh"'

# ---- three days without a network

conf_kiosk "reasons_for = 1; idle = \"3s\";"
rm -f "$STATE/out.ndjson"
must_start
profile=$T/profile
mkdir -p "$profile"
half=$((PRESSES / 2))
rest=$((PRESSES - half))
ok "a device is enrolled by its address, and sends; one who walks away resets it" \
	$python "$kiosk" enrol "$profile" "$(key_of shop-3)"
page=http://127.0.0.1:$port/kiosk
$python "$kiosk" press "$profile" "$page" $half 0 $HOURS "$shots/offline.png" >"$T/said" 2>&1
is "presses are kept while there is no network" "$(tail -n 1 "$T/said")" $half
ok "the server goes, too" daemon_stop
$python "$kiosk" press "$profile" "$page" $rest $half $HOURS "$shots/offline-2.png" >"$T/said" 2>&1
is "the page comes without a server and has all, also those of the killed browser" \
	"$(tail -n 1 "$T/said")" "$PRESSES"
is "until now two presses have arrived, also that of him who walked away" \
	"$(out -c 'map([.rating, .lang, .attributes."kiosk.reason"])')" '[[4,"zh",null],[1,"en",null]]'

must_start
$python "$kiosk" send "$profile" "$page" >"$T/said" 2>&1 &
sender=$!
ok "the network returns, and it sends" wait_for 60 taken $((PRESSES / 5))
daemon_kill
is "killed in the midst, the server had not all of it" "$(taken $((PRESSES + 2)) && echo all)" ""
must_start
ok "then everything is sent" wait "$sender"
ok "and has arrived" wait_for 60 taken $((PRESSES + 2))
ok "and is delivered" wait_for 20 is_drained

# ---- each once, and as it was pressed

out '.[2:]' >"$T/all.json"
is "every press once, and nothing else" "$(jq -c '[length, (map(.source_id) | unique | length)]' "$T/all.json")" \
	"[$PRESSES,$PRESSES]"
is "each face as often as it was touched" "$(jq -c '[group_by(.rating)[] | [.[0].rating, length]]' "$T/all.json")" \
	"[[1,$((PRESSES / 4))],[2,$((PRESSES / 4))],[3,$((PRESSES / 4))],[4,$((PRESSES / 4))]]"
is "reasons with the worst face only, and no burst" \
	"$(jq -c '[(map(select(.attributes."kiosk.reason")) | [length, (map(.rating) | unique)]),
		(map(select(.attributes."kiosk.burst")) | length)]' "$T/all.json")" \
	"[[$($python -c "print(sum(1 for i in range(0, $PRESSES, 4) if i % 3))"),[1]],0]"
is "the times are those of the presses, over $HOURS hours" \
	"$(jq 'map(.created_at | sub("\\.[0-9]+Z"; "Z") | fromdate) | ((max - min) / 3600 * 10000 / '"$PRESSES"' | round)' "$T/all.json")" $HOURS
is "and none is out of the shop" "$(jq -c 'map([.store, .attributes."kiosk.device"]) | unique' "$T/all.json")" \
	'[["南京路店","shop-3"]]'

# ---- two tabs

before=$(out length)
ok "the page is opened twice while a reason is asked for" $python "$kiosk" tabs "$profile" "$page"
ok "the presses have arrived" wait_for 20 taken $((before + 4))
ok "the device has nothing left to send" wait_for 20 is_drained
is "once each" "$(($(out length) - before))" 4
is "with the reason and the words of those who were still at it" \
	"$(out -c ".[$before:] | map([.attributes.\"kiosk.reason\", .body])")" \
	'[[null,null],["staff","店员很忙"],[null,null],["queue",null]]'

# ---- what cannot be read

ok "one that cannot be read holds up no other" $python "$kiosk" spoilt "$profile" "$page"
ok "and has arrived" wait_for 60 taken $((PRESSES + 8))
is "half a character is no reason to lose the rest" "$(out -c '.[-2:] | map([.rating, .body])')" \
	'[[2,"half �"],[3,null]]'
ok "the ledger balances" balanced
is "the device has nothing left to send" "$(heard kiosk devices --json | jq '.[] | select(.device == "shop-3") | .state')" '"ok"'
ok "the daemon stops" daemon_stop
is "no key is in the log" "$(grep -c "$(heard kiosk key shop-3 --json | jq -r .key)" "$LOG")" 0
no_sanitizer_reports
done_testing
