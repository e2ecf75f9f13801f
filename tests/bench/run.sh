#!/usr/bin/env bash
# Speed, as medians after a warm-up: tests/bench/run.sh [a b c d e f g h i j sentiment dedupe keywords]
#
#	a  500,000 NDJSON records of 1 KB: file -> normalize, mask, classify -> file
#	b  single POSTs of 1 KB over 64 kept-alive connections, acknowledged after
#	   fdatasync (the same three filters, output file)
#	c  posts of 100 records
#	d  into the ticket store that holds a million rows: file -> filters -> tickets
#	e  the journal alone    f  mask alone    (from tests/bench/bench_*.c)
#	g  what people ask for, of a store with a million rows and 200,000 tickets,
#	   while 2,000 records arrive each second: list, search, report of a month
#	h  MAILS (20,000) mails of 400 bytes that lie in a local Dovecot: imap -> normalize,
#	   mask, classify -> tickets, each marked as seen.  Dovecot runs on the same cores
#	i  PRESSES (100,000) of 1,000 kiosks over as many connections to a local Mosquitto, at
#	   5,000 a second and then as fast as it goes: kiosk -> the same filters -> file.
#	   Broker and kiosks run on the same cores; a press that is in the file was
#	   acknowledged to the broker after fdatasync
#	j  RECORDS with texts of 200 bytes, half of them Chinese (tests/tools/says.c), posted
#	   by curl in pieces of 1,000: http -> the nine filters that read texts -> file
#	dedupe  that filter and authentic, on one core, records of 200 bytes
#	sentiment  that filter alone on one core, texts of 200 bytes (bench_filter)
#	keywords  likewise
#
# The clock of a, c and d begins with the first byte offered to a daemon that
# waits, and stops when the ledger shows the last record delivered, which the
# outputs say after their own fdatasync.  RUNS (5), RECORDS, ROWS change the size;
# BENCH_DIR puts the work elsewhere than in $TMPDIR.
set -u
cd "$(dirname "$0")/../.." || exit 2
TMPDIR=${BENCH_DIR:-${TMPDIR:-/tmp}}
export TMPDIR
. tests/lib/daemon.sh
. tests/lib/dovecot.sh
. tests/lib/mosquitto.sh
here=$PWD
RUNS=${RUNS:-5}
RECORDS=${RECORDS:-500000}
ROWS=${ROWS:-1000000}
which=${*:-a b c d e f g h i j sentiment dedupe keywords}
rows=()

median() { sort -n | awk '{ v[NR] = $1 } END { if (NR) printf "%.10g\n", NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }
largest() { sort -n | tail -n 1; }
smallest() { sort -n | head -n 1; }
seconds() { date +%s.%N; }
since() { awk "BEGIN { printf \"%.6f\", $(seconds) - $1 }"; }
thousands() { printf "%'.0f" "$1" 2>/dev/null || printf '%.0f' "$1"; }
peak() { awk '/^VmHWM/ { print $2 }' "/proc/$daemon_pid/status"; }

row() { # NAME FIGURE UNIT TARGET EXTRA
	rows+=("$(printf '%-46s %12s %-10s %-18s %s' "$1" "$2" "$3" "$4" "$5")")
	echo "${rows[-1]}"
}
verdict() { awk "BEGIN { print ($1 >= $2) ? \"reached\" : \"below\" }"; }

filters='filters = ( { plugin = "normalize"; }, { plugin = "mask"; },
	{ plugin = "classify"; rules = "'$here'/etc/rules/ecommerce.cfg"; } );'

# All that read texts, as they are shipped: models and rules lie beside the config.
all_filters='filters = ( { plugin = "language"; }, { plugin = "spam"; }, { plugin = "dedupe"; },
	{ plugin = "mask"; }, { plugin = "moderate"; }, { plugin = "sentiment"; },
	{ plugin = "classify"; rules = "rules/ecommerce.cfg"; }, { plugin = "authentic"; },
	{ plugin = "keywords"; } );'

bench_conf() { # INPUTS OUTPUTS
	cat >"$CONF" <<-EOT
		state_dir = "$STATE";
		plugin_path = [ "$BUILD/plugins" ];
		log = { level = "warn"; };
		workers = 2;
		listeners = ( { name = "admin"; address = "127.0.0.1:0"; }, { name = "public"; address = "127.0.0.1:0"; } );
		pipelines = ( { name = "bench"; dedupe = "${DEDUPE:-7d}";
		  inputs = ( { plugin = "http"; path = "/feedback"; }$1 );
		  $filters
		  outputs = ( $2 ); } );
	EOT
}

delivered() { # records delivered by the first output
	curl -s -m 10 "$(url admin /metrics)" |
		awk '/^heard_records_delivered_total\{/ { n += $NF } END { print n + 0 }'
}
wait_delivered() { # COUNT
	local end=$((SECONDS + 900))
	while [ "$(delivered)" -lt "$1" ]; do
		[ $SECONDS -lt $end ] || { echo "only $(delivered) of $1 were delivered" >&2; return 1; }
		sleep 1 # curl, awk: looking takes of the cores that are measured, and clocks nothing
	done
}
# When the output file noted its last position, right after its last fdatasync.
file_ended() { stat -c %.9Y "$STATE/instances/bench/output/file/position"; }
fresh() {
	daemon_stop
	rm -rf "$STATE" "$T/drop"
	mkdir -p "$T/drop"
	sync # what the last run left is not this one's work
}
offer() { # FILE: in one rename, into the watched folder
	mv "$1" "$T/drop/$(basename "$1")"
}

ends_well() { # EXPECTED: the ledger agrees, or the figure is worth nothing
	balanced && [ "$(ledger | jq '.pipelines[0].journaled')" -ge "$1" ] && return 0
	echo "the ledger does not agree:" >&2
	ledger >&2
	return 1
}

# One run of file -> filters -> OUTPUT; prints records/s and KB of peak memory.
file_run() { # OUTPUT
	fresh
	bench_conf ", { plugin = \"file\"; path = \"$T/drop\"; done = \"delete\"; }" "$1"
	daemon_start || { tail "$LOG" >&2; return 1; }
	cp "$T/input.ndjson" "$T/drop/.input" && cat "$T/drop/.input" >/dev/null
	sync
	local from
	from=$(seconds)
	mv "$T/drop/.input" "$T/drop/input.ndjson"
	wait_delivered "$RECORDS" || return 1
	local took
	took=$(awk "BEGIN { print $(file_ended) - $from }")
	ends_well "$RECORDS" || return 1
	echo "$(awk "BEGIN { print $RECORDS / $took }") $(peak)"
	daemon_stop
}

input_file() { [ -s "$T/input.ndjson" ] || "$TOOLS/gen" -p b "$RECORDS" >"$T/input.ndjson"; }

bench_a() {
	local i line rates=() peaks=()
	input_file
	file_run '{ plugin = "file"; path = "out.ndjson"; }' >/dev/null || return 1 # warm up
	for i in $(seq "$RUNS"); do
		line=$(file_run '{ plugin = "file"; path = "out.ndjson"; }') || return 1
		rates+=("${line% *}") peaks+=("${line#* }")
	done
	local rate
	rate=$(printf '%s\n' "${rates[@]}" | median)
	row "(a) file -> 3 filters -> file" "$(thousands "$rate")" "records/s" ">= 200,000" \
		"$(verdict "$rate" 200000); $(thousands "$(printf '%s\n' "${rates[@]}" | smallest)") to $(thousands "$(printf '%s\n' "${rates[@]}" | largest)")"
	local most
	most=$(printf '%s\n' "${peaks[@]}" | largest)
	row "    peak RSS" "$(awk "BEGIN { printf \"%.1f\", $most / 1024 }")" "MB" "< 64" "$(awk "BEGIN { print ($most < 65536) ? \"reached\" : \"above\" }")"
}

# post_run N LOAD-OPTIONS...: prints load's own line
post_run() {
	local n=$1
	shift
	fresh
	bench_conf "" '{ plugin = "file"; path = "out.ndjson"; }'
	daemon_start || return 1
	"$TOOLS/load" -a "$(address public)" -n 500 -k warm -d 30 "$@" >/dev/null
	"$TOOLS/load" -a "$(address public)" -n "$n" -k bench -d 60 "$@" || return 1
	wait_for 120 is_drained
	balanced || return 1
	daemon_stop
}
value() { sed -E "s/.* $1=([0-9.]+).*/\1/" <<<" $2"; }

bench_posts() { # NAME TARGET N LOAD-OPTIONS...
	local name=$1 target=$2 n=$3 i line rates=() p50=() p99=()
	shift 3
	for i in $(seq 0 "$RUNS"); do
		line=$(post_run "$n" "$@") || { echo "$line" >&2; return 1; }
		[ "$i" = 0 ] && continue # warm up
		rates+=("$(value rate "$line")") p50+=("$(value p50_us "$line")") p99+=("$(value p99_us "$line")")
	done
	local rate
	rate=$(printf '%s\n' "${rates[@]}" | median)
	row "$name" "$(thousands "$rate")" "records/s" ">= $(thousands "$target")" \
		"$(verdict "$rate" "$target"); $(thousands "$(printf '%s\n' "${rates[@]}" | smallest)") to $(thousands "$(printf '%s\n' "${rates[@]}" | largest)")"
	row "    p50 / p99 of a post" "$(awk "BEGIN { printf \"%.2f / %.2f\", $(printf '%s\n' "${p50[@]}" | median) / 1000, $(printf '%s\n' "${p99[@]}" | median) / 1000 }")" "ms" "${P99:-}" ""
}
bench_b() { P99="p99 < 5" bench_posts "(b) single posts, 64 connections" 45000 "${POSTS:-500000}" -c 64; }
bench_c() { bench_posts "(c) posts of 100 records" 150000 "${BATCHES:-10000}" -c 64 -b 100 -f ndjson; }

# How many records were delivered when, "TIME COUNT" a line, until COUNT of them are.  One
# process over one connection: to start some for each look took a seventh of two cores.
watch_delivered() { # COUNT
	python3 - "$(address admin)" "$1" <<-'EOT'
		import http.client, sys, time
		wanted, n = int(sys.argv[2]), -1
		admin = http.client.HTTPConnection(sys.argv[1], timeout=10)
		end = time.time() + 900
		while n < wanted and time.time() < end:
		    admin.request("GET", "/metrics")
		    lines = admin.getresponse().read().decode().splitlines()
		    n = sum(int(l.split()[-1]) for l in lines
		            if l.startswith("heard_records_delivered_total{"))
		    print(f"{time.time():.6f} {n}", flush=True)
		    time.sleep(0.1)
		sys.exit(n < wanted)
	EOT
}

# The longest time in which no record reached the store, from samples.
longest_pause() { # SAMPLES: "TIME COUNT" a line
	awk 'NR == 1 { at = $1; n = $2; next } $2 > n { if ($1 - at > most) most = $1 - at; at = $1; n = $2 } END { printf "%.2f\n", most }' "$1"
}

bench_d() {
	local i rates=() follows=() watcher from chunk=100000 had=0 took at
	fresh
	DEDUPE=1h bench_conf ", { plugin = \"file\"; path = \"$T/drop\"; done = \"delete\"; }" '{ plugin = "tickets"; database = "tickets.db"; }'
	daemon_start || return 1
	while [ $had -lt "$ROWS" ]; do # fill it to where measuring begins
		"$TOOLS/gen" -p d -s $had -f $had $chunk >"$T/drop/.fill"
		mv "$T/drop/.fill" "$T/drop/fill$had.ndjson"
		had=$((had + chunk))
		wait_delivered $((had - chunk)) || return 1
	done
	wait_delivered $had || return 1
	wait_indexed || echo "the index was still behind when measuring began" >&2
	for i in $(seq "$RUNS"); do
		"$TOOLS/gen" -p d -s $had -f $had $chunk >"$T/drop/.more"
		watch_delivered $((had + chunk)) >"$T/samples" &
		watcher=$!
		wait_for 10 test -s "$T/samples"
		at=$(indexed)
		from=$(seconds)
		mv "$T/drop/.more" "$T/drop/more$had.ndjson"
		had=$((had + chunk))
		wait $watcher || return 1
		took=$(awk "END { print \$1 - $from }" "$T/samples")
		follows+=("$(awk "BEGIN { print ($(indexed) - $at) / $took }")")
		rates+=("$(awk "BEGIN { print $chunk / $took }")")
		longest_pause "$T/samples" >>"$T/pauses"
	done
	local rate
	rate=$(printf '%s\n' "${rates[@]}" | median)
	row "(d) into the store at $(thousands $ROWS) rows" "$(thousands "$rate")" "records/s" ">= 80,000" "$(verdict "$rate" 80000)"
	row "    longest time without an insert" "$(largest <"$T/pauses")" "s" "<= 0.5" ""
	from=$(seconds)
	local behind
	behind=$(indexed_behind)
	wait_indexed
	took=$(since "$from")
	row "    search index meanwhile" "$(thousands "$(printf '%s\n' "${follows[@]}" | median)")" "records/s" ">= 20,000" \
		"$(thousands "$behind") behind at the end, and $(printf '%.1f' "$took") s later none"
	daemon_stop
}
# How many records the search index, in a file of its own, has still to take in.
indexed_behind() {
	local rows
	rows=$(sqlite3 "file:$STATE/tickets.db?mode=ro" 'select coalesce(max(n), 0) from record')
	echo $((rows - $(indexed)))
}
indexed() { sqlite3 "file:$STATE/tickets-search.db?mode=ro" 'select position from state'; }
is_indexed() { [ "$(indexed_behind)" -le 0 ]; }
wait_indexed() { wait_for 600 is_indexed; }

bench_e() { bench_program "(e) the journal alone" bench_journal "$T/bench-journal"; }
bench_dedupe() { bench_program "(dedupe) and authentic, 200 bytes, one core" bench_dedupe "$T/bench-journal"; }
bench_f() { bench_program "(f) mask alone, one core" bench_mask "$BUILD/plugins"; }
bench_sentiment() { bench_program "(sentiment) alone, 200 bytes, one core; 80,000" bench_filter "$BUILD/plugins" sentiment; }
bench_keywords() { bench_program "(keywords) alone, 200 bytes, one core" bench_filter "$BUILD/plugins" keywords; }
bench_program() { # NAME PROGRAM ARGUMENTS...: its last line is "FIGURE UNIT[ MORE]"
	[ -e "tests/bench/$2.c" ] || { row "$1" "-" "" "" "tests/bench/$2.c is not there"; return; }
	local i line lines=()
	make --no-print-directory -s BUILD="$BUILD" "$BUILD/tests/bench/$2" || return 1
	for i in $(seq 0 "$RUNS"); do
		rm -rf "$T/bench-journal"
		mkdir "$T/bench-journal"
		line=$("$BUILD/tests/bench/$2" "${@:3}" | tail -n 1)
		[ -n "$line" ] || return 1
		[ "$i" = 0 ] || lines+=("$line") # the first warms up
	done
	local figure
	figure=$(printf '%s\n' "${lines[@]}" | awk '{ print $1 }' | median)
	row "$1" "$(thousands "$figure")" "$(awk '{ print $2 }' <<<"${lines[0]}")" "" "$(cut -d' ' -f3- <<<"${lines[-1]}")"
}

# Milliseconds that a command takes, of RUNS times.
asked() { # NAME TARGET COMMAND...
	local name=$1 target=$2 i from times=()
	shift 2
	for i in $(seq "$RUNS"); do
		from=$(seconds)
		heard "$@" >"$T/asked.out" || { echo "failed: heard $*" >&2; return 1; }
		times+=("$(awk "BEGIN { print 1000 * ($(seconds) - $from) }")")
	done
	local figure
	figure=$(printf '%s\n' "${times[@]}" | median)
	row "$name" "$(thousands "$figure")" "ms" "< $(thousands "$target")" \
		"$(awk "BEGIN { print ($figure < $target) ? \"reached\" : \"above\" }"), largest $(thousands "$(printf '%s\n' "${times[@]}" | largest)")"
}
bench_g() {
	make --no-print-directory -s BUILD="$BUILD" "$BUILD/tests/bench/bench_report" || return 1
	fresh
	bench_conf "" '{ plugin = "tickets"; database = "tickets.db"; }'
	daemon_start && daemon_stop || return 1 # the folder is the daemon's to make
	rm -f "$STATE"/tickets*
	"$BUILD/tests/bench/bench_report" "$STATE" "$ROWS" $((ROWS / 5)) 35 >"$T/filled" || return 1
	daemon_start || return 1
	wait_indexed || echo "the index was still behind when measuring began" >&2
	spawn load "$TOOLS/load" -a "$(address public)" -c 16 -r 2000 -k g -d $((RUNS * 8 + 10))
	wait_delivered 4000 || return 1
	asked "(g) tickets list, the first 50" 50 tickets list &&
		asked "    tickets search 充电" 100 tickets search 充电 &&
		asked "    report of the month, HTML" 3000 report --period month --format html
	local code=$?
	kill "$spawned" 2>/dev/null
	wait "$spawned"
	row "    records that arrived meanwhile" "$(thousands "$(value rate "$(cat "$T/load.out")")")" "records/s" "2,000" ""
	return $code
}

# One run: prints mails/s, KB of peak memory, and CPU seconds of ours and of Dovecot.
mail_run() {
	local box=$D/home/u1/Maildir from took ticks
	fresh
	rm -rf "$box"
	mkdir -p "$box"
	chown "$mail_uid:$mail_gid" "$box" 2>/dev/null
	python3 tests/tools/maildrop.py "$box" 0 "$MAILS" 0
	curl -sS -u u1:secret "imap://127.0.0.1:$IMAP" -X "STATUS INBOX (MESSAGES)" >/dev/null # it looks at them once
	bench_conf ", { plugin = \"imap\"; insecure_login = true; in_flight = \"8M\";
		accounts = ( { host = \"127.0.0.1\"; port = $IMAP; tls = \"none\"; user = \"u1\"; password = \"secret\"; } ); }" \
		'{ plugin = "tickets"; database = "tickets.db"; }'
	sync
	from=$(seconds)
	daemon_start || { tail "$LOG" >&2; return 1; }
	until [ "$(delivered)" -ge "$MAILS" ]; do sleep 0.1; done
	took=$(since "$from")
	ticks=$(awk '{ print $14 + $15 }' "/proc/$daemon_pid/stat")
	ends_well "$MAILS" || return 1
	echo "$(awk "BEGIN { print $MAILS / $took }") $(peak) $(awk "BEGIN { print $ticks / 100 }")"
	daemon_stop
}
bench_h() {
	MAILS=${MAILS:-20000}
	dovecot_can || { row "(h) imap" "-" "" "" "dovecot-imapd is not installed"; return; }
	dovecot_start || return 1
	local i line rates=() peaks=() rate
	for i in $(seq 0 "$RUNS"); do
		line=$(mail_run) || return 1
		[ "$i" = 0 ] && continue # warm up
		read -r rate most cpu <<<"$line"
		rates+=("$rate") peaks+=("$most")
	done
	rate=$(printf '%s\n' "${rates[@]}" | median)
	row "(h) mails from Dovecot -> 3 filters -> tickets" "$(thousands "$rate")" "mails/s" ">= 1,000" \
		"$(verdict "$rate" 1000); $(thousands "$(printf '%s\n' "${rates[@]}" | smallest)") to $(thousands "$(printf '%s\n' "${rates[@]}" | largest)")"
	row "    peak RSS, CPU of the daemon" "$(awk "BEGIN { printf \"%.1f\", $(printf '%s\n' "${peaks[@]}" | largest) / 1024 }")" "MB" "" "$cpu s of $(awk "BEGIN { printf \"%.1f\", $MAILS / $rate }") s"
	dovecot_stop
}

# One run: prints mqttload's own line, and KB of peak memory.
press_run() { # MQTTLOAD-OPTIONS...
	fresh
	bench_conf ", { plugin = \"kiosk\"; devices = ( $kiosks );
		mqtt = { host = \"127.0.0.1\"; port = $MQTT; tls = false; insecure_login = true; user = \"heard\"; password = \"secret\"; ${MQTT_OPTIONS:-} }; }" \
		'{ plugin = "file"; path = "out.ndjson"; }'
	daemon_start || { tail "$LOG" >&2; return 1; }
	"$TOOLS/mqttload" -p "$MQTT" -P secret -t 100 -n "$PRESSES" -w "$STATE/out.ndjson" "$@" || return 1
	ends_well "$PRESSES" || return 1
	peak
	daemon_stop
}
bench_i() {
	PRESSES=${PRESSES:-100000}
	mosquitto_can || { row "(i) kiosks" "-" "" "" "mosquitto is not installed"; return; }
	[ -n "${Q:-}" ] || mosquitto_setup 1000
	kiosks=$(seq -f '{ id = "kiosk-%04g"; },' 0 999 | sed '$s/,$//')
	mosquitto_start || return 1
	local i line rates=() p50=() p99=() most=() max=() rate
	for i in $(seq 0 "$RUNS"); do
		line=$(press_run -r 5000) || { echo "$line" >&2; return 1; }
		[ "$i" = 0 ] && continue # warm up
		rates+=("$(value record_rate "$(head -n 1 <<<"$line")")") most+=("$(tail -n 1 <<<"$line")")
		p50+=("$(value record_p50_us "$(head -n 1 <<<"$line")")") p99+=("$(value record_p99_us "$(head -n 1 <<<"$line")")")
		line=$(press_run) || { echo "$line" >&2; return 1; }
		max+=("$(value record_rate "$(head -n 1 <<<"$line")")")
	done
	rate=$(printf '%s\n' "${rates[@]}" | median)
	# A run ends when the last press was seen: a little less than the 5,000 that are offered.
	row "(i) 1,000 kiosks -> Mosquitto -> 3 filters -> file" "$(thousands "$rate")" "presses/s" ">= 5,000 offered" \
		"$(verdict "$rate" 4950); $(thousands "$(printf '%s\n' "${rates[@]}" | smallest)") to $(thousands "$(printf '%s\n' "${rates[@]}" | largest)")"
	row "    p50 / p99 from publish to record" "$(awk "BEGIN { printf \"%.1f / %.1f\", $(printf '%s\n' "${p50[@]}" | median) / 1000, $(printf '%s\n' "${p99[@]}" | median) / 1000 }")" "ms" "" ""
	rate=$(printf '%s\n' "${max[@]}" | median)
	row "    as fast as it goes" "$(thousands "$rate")" "presses/s" "" "$(thousands "$(printf '%s\n' "${max[@]}" | smallest)") to $(thousands "$(printf '%s\n' "${max[@]}" | largest)")"
	row "    peak RSS at 5,000/s" "$(awk "BEGIN { printf \"%.1f\", $(printf '%s\n' "${most[@]}" | largest) / 1024 }")" "MB" "" ""
	mosquitto_stop
}

# One run; prints records/s and KB of peak memory.
chain_run() { # [WORKERS]
	local from took
	fresh
	filters=$all_filters bench_conf "" '{ plugin = "file"; path = "out.ndjson"; }'
	sed -i "s/workers = 2/workers = ${1:-2}/" "$CONF"
	daemon_start || { tail "$LOG" >&2; return 1; }
	for piece in "$T"/pieces/*; do
		printf 'url = "%s"\ndata-binary = "@%s"\nheader = "Content-Type: application/x-ndjson"\noutput = "/dev/null"\nnext\n' \
			"$(url public /feedback)" "$piece"
	done | sed '$d' >"$T/posts"
	sync
	from=$(seconds)
	curl -sf -Z --parallel-max 16 -K "$T/posts" 2>"$T/posted" || { tail -n 3 "$T/posted" >&2; return 1; }
	wait_delivered "$RECORDS" || return 1
	took=$(awk "BEGIN { print $(file_ended) - $from }")
	ends_well "$RECORDS" || return 1
	local ticks
	ticks=$(awk '{ print $14 + $15 }' "/proc/$daemon_pid/stat")
	echo "$(awk "BEGIN { print $RECORDS / $took }") $(peak) $(awk "BEGIN { print $ticks * 10000 / $RECORDS }")"
	daemon_stop
}
bench_j() {
	local i line rates=() peaks=() cpus=() rate most cpu
	ln -sfn "$here/etc/models" "$T/models"
	ln -sfn "$here/etc/rules" "$T/rules"
	[ -d "$T/pieces" ] || { mkdir "$T/pieces" && "$TOOLS/says" "$RECORDS" | split -a 4 -l 1000 - "$T/pieces/"; }
	for i in $(seq 0 "$RUNS"); do
		line=$(chain_run) || return 1
		[ "$i" = 0 ] && continue # warm up
		read -r rate most cpu <<<"$line"
		rates+=("$rate") peaks+=("$most") cpus+=("$cpu")
	done
	rate=$(printf '%s\n' "${rates[@]}" | median)
	row "(j) http -> 9 filters that read -> file" "$(thousands "$rate")" "records/s" ">= 30,000" \
		"$(verdict "$rate" 30000); $(thousands "$(printf '%s\n' "${rates[@]}" | smallest)") to $(thousands "$(printf '%s\n' "${rates[@]}" | largest)")"
	cpu=$(printf '%s\n' "${cpus[@]}" | median)
	row "    processor time of a record" "$cpu" "us" "" "two cores of its own would do $(thousands "$(awk "BEGIN { print 2e6 / $cpu }")")"
	most=$(printf '%s\n' "${peaks[@]}" | largest)
	row "    peak RSS" "$(awk "BEGIN { printf \"%.1f\", $most / 1024 }")" "MB" "< 150" "$(awk "BEGIN { print ($most < 153600) ? \"reached\" : \"above\" }")"
	line=$(chain_run 4) || return 1 # models are in it once, whatever the workers
	read -r rate most cpu <<<"$line"
	row "    likewise with 4 workers" "$(awk "BEGIN { printf \"%.1f\", $most / 1024 }")" "MB" "" ""
}

echo "$(nproc) cores, $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1), Linux $(uname -r), load $(cut -d' ' -f1-3 /proc/loadavg), $(df -T "$T" | awk 'NR == 2 { print $2 }') in $TMPDIR"
echo "medians of $RUNS runs after a warm-up, $(date -u +%F)"
echo
code=0
for name in $which; do
	"bench_$name" || { echo "($name) failed" >&2; code=1; }
	daemon_stop
done
echo
echo "load now $(cut -d' ' -f1-3 /proc/loadavg)"
exit $code
