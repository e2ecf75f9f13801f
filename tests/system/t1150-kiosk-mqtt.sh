#!/bin/sh
# Kiosks by a real Mosquitto, with the settings of docs/channels/kiosk-mqtt.md: each press
# that the broker has acknowledged to its device is one record, whatever is stopped,
# restarted or killed in between.  KILLS=100 for more.
. "$(dirname "$0")/../lib/daemon.sh"
. "$(dirname "$0")/../lib/mosquitto.sh"
mosquitto_can || skip_all "mosquitto is not installed"
DEVICES=${DEVICES:-1000}
KILLS=${KILLS:-20}
SEED=${SEED:-$(od -An -N2 -tu2 /dev/urandom | tr -d ' ')}
OUT=$STATE/out.ndjson

devices=$(seq -f '{ id = "kiosk-%04g"; },' 0 $((DEVICES - 1)) | sed '$s/,$//')
kiosk_conf() { # MQTT-OPTIONS
	conf <<-EOT
		pipelines = (
		  { name = "shops"; dedupe = "7d";
		    inputs  = ( { plugin = "kiosk"; burst = { presses = 0; };
		                  mqtt = { host = "127.0.0.1"; retry_first = "50ms"; retry_max = "300ms"; $1 };
		                  devices = ( $devices ); } );
		    filters = ( { plugin = "mask"; } );
		    outputs = ( { plugin = "file"; path = "$OUT"; } ); }
		);
	EOT
}
plain() { echo "port = $MQTT; tls = false; insecure_login = true; user = \"heard\"; password = \"${1:-secret}\";"; }
is_connected() { curl -fsS -m 5 "$(url admin /metrics)" | grep -q '^heard_kiosk_mqtt_connected{.*} 1'; }
load() { "$TOOLS/mqttload" -p "$MQTT" -d "$DEVICES" -P secret -t 120 "$@" >"$T/load.out" 2>"$T/load.err"; }
lines() { wc -l <"$OUT" 2>/dev/null || echo 0; }
has() { [ "$(lines)" -ge "$1" ]; }
# Of all that there are: lines, and different presses among them.
presses() { jq -r .source_id "$OUT" | awk '{ n++; k += !seen[$0]++ } END { print n + 0, k + 0 }'; }
dead() { ledger | jq '.pipelines[0].dead'; }
has_dead() { [ "$(dead)" -ge "$1" ]; }
says() { grep -q -- "$1" "$LOG"; }
complains() { # WHAT OPTIONS REGEX
	kiosk_conf "$2"
	like "$1" "$(heard check 2>&1)" "$3"
}

mosquitto_setup $((DEVICES + 1)) # one more than heard knows

# ---- faults of the configuration
complains "a password in clear must be meant" 'tls = false; user = "u"; password = "p";' 'insecure_login = true if that is meant'
complains "a topic needs a place for the device" 'tls = false; topics = [ "kiosk/press" ];' 'must have one "\+"'
complains "one place" 'tls = false; topics = [ "+/+/press" ];' 'must have one "\+"'
complains "authorities must be there" "ca_file = \"$T/none.crt\";" 'cannot be read'

# ---- twice, and out of order
ok "the broker starts with the settings of the page" mosquitto_start
kiosk_conf "$(plain)"
must_start
ok "it connects" wait_for 20 is_connected
total=10000
ok "$DEVICES devices publish $total presses, some twice and none in order" load -n $total -D 10 -R
note "$(cat "$T/load.out")"
ok "they arrive" wait_for 60 has $total
is "each once" "$(presses)" "$total $total"
is "what came twice was recognised" "$(ledger | jq '.pipelines[0].duplicate')" "$(sed 's/.* again=\([0-9]*\).*/\1/' "$T/load.out")"
is "none is dead" "$(dead)" 0

# ---- what is no press
ok "no JSON" press kiosk-0001 -m 'happy'
printf '{"seq": 900001, "r": 2, "text": "\xc4\xe3\xba\xc3"}' >"$T/gbk"
ok "GBK" press kiosk-0001 -f "$T/gbk"
ok "somebody else's name" press kiosk-0001 -m '{"device": "kiosk-0002", "seq": 900002, "r": 2}'
ok "a known number with another face" press kiosk-0001 -m '{"seq": 1, "ts": 1, "r": 1}'
ok "nothing at all" press kiosk-0001 -n
head -c 3000000 /dev/zero | tr '\0' '9' >"$T/large"
ok "3 MB" press kiosk-0001 -f "$T/large"
ok "a device that is in no list" press "$(printf 'kiosk-%04d' "$DEVICES")" -m '{"seq": 1, "r": 2}'
ok "a good one behind them" press kiosk-0001 -m '[{"seq": 900003, "ts": 1767225600000, "r": 0}, {"seq": 900004, "r": 3}]'
total=$((total + 2))
ok "arrives" wait_for 20 has $total
ok "seven are dead letters" wait_for 20 has_dead 7
ok "the log tells of the large one" says 'a message of 3000000 bytes is larger than 1048576'
ok "who may not publish there is not heard" mosquitto_pub -h 127.0.0.1 -p "$MQTT" -u kiosk-0001 -P secret -q 1 -t kiosk/kiosk-0002/press -m '{"seq": 900005, "r": 0}'
ok "QoS 0 is taken" press kiosk-0003 -q 0 -m '{"seq": 900006, "ts": 1767225600000, "r": 1}'
ok "retained, too" press kiosk-0003 -r -m '{"seq": 900007, "ts": 1767225600000, "r": 1}'
total=$((total + 2))
ok "both arrive" wait_for 20 has $total
ok "and a warning of QoS 0" says 'publishes with QoS 0'

# ---- heard is away, and the broker is stopped and started meanwhile
ok "the daemon stops" daemon_stop
ok "presses are published meanwhile" load -n 5000 -f 101
mosquitto_stop
ok "the broker starts again" mosquitto_start
daemon_start
total=$((total + 5000))
ok "they are brought" wait_for 60 has $total
is "each once, and the retained one is known" "$(presses)" "$total $total"

# ---- the broker is restarted under load, heard stays
spawn load "$TOOLS/mqttload" -p "$MQTT" -d "$DEVICES" -P secret -t 120 -n 6000 -r 2000 -f 201
loader=$spawned
for i in 1 2 3; do
	sleep 0.6
	mosquitto_stop
	mosquitto_start || fail "the broker starts again"
done
wait "$loader"
is "devices and heard find it again" "$?" 0
note "$(cat "$T/load.out")"
total=$((total + 6000))
ok "all arrive" wait_for 60 has $total
is "each press once" "$(presses)" "$total $total"
# What the broker had not read when it ended makes a reset of its last segment.
ok "it was told of" says '\(the server closed the connection\|Connection reset by peer\|Broken pipe\); trying again'
mosquitto_stop
ok "without a broker" wait_for 20 says 'Connection refused; trying again'
daemon_stop
is "the daemon stops, too" "$daemon_code" 0

# ---- a full disk: the broker keeps what heard cannot
ok "the broker starts" mosquitto_start
if [ "$VARIANT" = release ]; then
	export SHIM_ROOT="$STATE" SHIM_FULL="$T/full"
	PRELOAD=shim_fail
	daemon_start
	ok "it connects" wait_for 20 is_connected
	: >"$SHIM_FULL"
	ok "the broker takes presses though the disk of heard is full" load -n 20000 -f 251
	# /readyz says so by turns only: the file system, which is asked, has room.
	ok "heard says that its disk is full" wait_for 60 says 'inputs wait until there is space again'
	had=$(lines)
	rm -f "$SHIM_FULL"
	total=$((total + 20000))
	ok "there is room again, and all arrive" wait_for 60 has $total
	is "each once" "$(presses)" "$total $total"
	is "of them, before there was room" "$had" $((total - 20000))
	note "memory: $(awk '/^VmHWM/ { print $2 }' "/proc/$daemon_pid/status") KB"
	note "$(grep 'left with the broker' "$LOG" | tail -n 1)"
	daemon_stop
	PRELOAD=
fi

# ---- who is not let in
kiosk_conf "$(plain wrong)"
daemon_start
ok "a wrong password is an error with a reason" wait_for 20 says 'error.*mqtt: 127.0.0.1: the broker refuses us: '
daemon_stop
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=other -keyout "$T/other.key" -out "$T/other.crt" 2>/dev/null
kiosk_conf "port = $MQTTS; user = \"heard\"; password = \"secret\"; ca_file = \"$T/other.crt\";"
daemon_start
ok "so is another authority's certificate" wait_for 20 says "the server's certificate is not accepted"
daemon_stop

# ---- killed at random, over TLS
kiosk_conf "port = $MQTTS; user = \"heard\"; password = \"secret\"; ca_file = \"$MQTT_CA\"; window = 200;"
daemon_start
ok "over TLS it connects" wait_for 20 is_connected
ok "a device over TLS is heard" mosquitto_pub -h 127.0.0.1 -p "$MQTTS" --cafile "$MQTT_CA" -u kiosk-0004 -P secret -q 1 -t kiosk/kiosk-0004/press -m '{"seq": 900008, "r": 0}'
more=$((KILLS * 600))
spawn load "$TOOLS/mqttload" -p "$MQTT" -d "$DEVICES" -P secret -t 300 -n $more -r 1000 -f 301 -D 5
loader=$spawned
note "kills=$KILLS seed=$SEED"
random=$SEED kills=0
while [ "$kills" -lt "$KILLS" ]; do
	random=$(((random * 1103515245 + 12345) % 2147483648))
	sleep "0.$(printf '%03d' $((random / 65536 % 600 + 20)))"
	daemon_kill
	kills=$((kills + 1))
	daemon_start || { fail "the daemon comes up after kill $kills"; break; }
done
pass "the daemon came up after each of $kills kills"
wait "$loader"
is "every press was acknowledged by the broker" "$?" 0
note "$(cat "$T/load.out")"
total=$((total + 1 + more))
ok "all arrive" wait_for 60 has $total
ok "nothing is on its way" wait_for 30 is_drained
is "each press is one record" "$(presses)" "$total $total"
note "recognised as known: $(ledger | jq '.pipelines[0].duplicate')"
is "none became a dead letter" "$(dead)" 7
ok "the ledger balances" balanced
ok "and adds up" ledger_adds_up
ok "the daemon stops" daemon_stop

# ---- the configs of the pages, as they stand there
echo secret >"$T/password"
page() { # PAGE: its config, with paths and port of this test
	python3 - "$here" "$here/docs/channels/$1" <<-'EOT' | sed "s|broker.example.org\"|127.0.0.1\"; port = $MQTTS|; s|/etc/heard/mqtt-password|$T/password|; s|/etc/heard/broker-ca.crt|$MQTT_CA|" | conf
		import sys
		sys.path.insert(0, sys.argv[1] + "/tests/lib")
		import fenced
		print(next(text for words, _, text in fenced.fences(fenced.read(sys.argv[2])) if words == "heard.conf"))
	EOT
}
settings() { sed -n '/^```\(mosquitto.conf\|acl\)$/,/^```$/p' "$here/docs/channels/$1"; }
is "both pages have the same settings for the broker" "$(settings kiosk-mqtt.zh.md)" "$(settings kiosk-mqtt.md)"
page kiosk-mqtt.zh.md
ok "the config of the Chinese page is good" heard check
STATE=$T/state2
page kiosk-mqtt.md
ok "with that of the English one it runs" daemon_start
ok "and connects over TLS" wait_for 20 is_connected
ok "a press" press kiosk-0001 -m '{"seq": 1, "r": 0}'
ok "arrives in the store" wait_for 20 ledger_says '.pipelines[0].outputs[0].delivered == 1'
ok "it stops" daemon_stop
mosquitto_stop
no_sanitizer_reports
done_testing
