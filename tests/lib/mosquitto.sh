# mosquitto.sh - sourced after daemon.sh: a Mosquitto of the test's own, in its folder.
#
#	mosquitto_setup DEVICES    users kiosk-0000, ... and heard, password "secret" each
#	mosquitto_start            with the settings of the page MQTT_PAGE (the fenced block
#	                           mosquitto.conf); $MQTT is a plain port of 127.0.0.1, $MQTTS
#	                           the one with TLS, $MQTT_CA its certificate
#	mosquitto_stop
#	press DEVICE [OPTIONS]     mosquitto_pub to the device's topic
#
# Its ports stay the same when it is started again.  Settings in the page that name
# folders and ports of a server are changed to those of the test, nothing else is.

mosquitto_can() { command -v mosquitto >/dev/null 2>&1 && command -v mosquitto_pub >/dev/null 2>&1; }

mosquitto_setup() { # DEVICES
	Q=$T/mosquitto
	mkdir -p "$Q/data"
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=test -keyout "$Q/broker.key" -out "$Q/broker.crt" \
		-addext "subjectAltName=IP:127.0.0.1" 2>/dev/null
	cp "$Q/broker.crt" "$Q/ca.crt"
	MQTT_CA=$Q/ca.crt
	{
		echo heard:secret
		seq -f 'kiosk-%04g:secret' 0 $(($1 - 1))
	} >"$Q/passwd"
	mosquitto_passwd -U "$Q/passwd"
	set -- $(free_port 2)
	MQTT=$1 MQTTS=$2
}

mosquitto_conf() {
	python3 - "$here" "${MQTT_PAGE:-$here/docs/channels/kiosk-mqtt.md}" <<-'EOT' >"$Q/page" || return 1
	import sys
	sys.path.insert(0, sys.argv[1] + "/tests/lib")
	import fenced
	blocks = {words: text for words, _, text in fenced.fences(fenced.read(sys.argv[2]))}
	print(blocks["mosquitto.conf"], end="")
	print("@@")
	print(blocks["acl"], end="")
	EOT
	sed -n '/^@@$/,$p' "$Q/page" | sed 1d >"$Q/acl"
	{
		sed '/^@@$/,$d' "$Q/page" | sed "s|^listener 8883.*|listener $MQTTS 127.0.0.1|
			s|^listener 1883.*|listener $MQTT 127.0.0.1|
			s|/etc/mosquitto/certs/|$Q/|; s|/etc/mosquitto/|$Q/|; s|/var/lib/mosquitto/|$Q/data/|"
		echo "user $(id -un)"
		echo "log_dest file $Q/log"
	} >"$Q/conf"
	chmod 700 "$Q/acl" "$Q/passwd"
}

mosquitto_is_up() {
	kill -0 "$mosquitto_pid" 2>/dev/null || return 0
	mosquitto_pub -h 127.0.0.1 -p "$MQTT" -u heard -P secret -t test -m '' >/dev/null 2>&1
}

mosquitto_start() {
	[ -s "$Q/conf" ] || mosquitto_conf || return 1
	spawn mosquitto mosquitto -c "$Q/conf"
	mosquitto_pid=$spawned
	wait_for 20 mosquitto_is_up && kill -0 "$mosquitto_pid" 2>/dev/null || {
		tail -n 20 "$Q/log" "$T/mosquitto.err" | sed 's/^/# /'
		return 1
	}
}

mosquitto_stop() {
	kill -TERM "$mosquitto_pid" 2>/dev/null
	wait "$mosquitto_pid" 2>/dev/null
}

press() { # DEVICE [OPTIONS]
	press_device=$1
	shift
	mosquitto_pub -h 127.0.0.1 -p "$MQTT" -u "$press_device" -P secret -q 1 -t "kiosk/$press_device/press" "$@"
}
