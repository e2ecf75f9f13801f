#!/bin/sh
# The models of sentiment and classify: another valid file and a reload change what the
# same text is called, while records come in and none is lost; a damaged one is refused and
# the old one goes on; `heard train classify` and `heard train sentiment`, killed at any
# moment, leave the old model or the new one.
# timeout: 600
. "$(dirname "$0")/../lib/daemon.sh"

mkdir -p "$T/models"
cp "$here"/etc/models/sentiment-* "$T/models/"
echo 'rules = ( { words = [ "ruled" ]; intent = "praise"; } );' >"$T/rules.cfg"
conf <<-EOT
	pipelines = (
	  { name = "shop"; clear = true;
	    inputs  = ( { plugin = "http"; path = "/feedback"; } );
	    filters = ( { plugin = "sentiment"; models = "$T/models"; },
	                { plugin = "classify"; rules = "$T/rules.cfg"; } );
	    outputs = ( { plugin = "file"; path = "out.ndjson"; } ); } );
EOT
model=$STATE/classify/intent.model

# The same model turned round: slope and offset of its first label with the other sign, and
# the checksum that goes with it.
turned() { # FROM TO
	python3 - "$1" "$2" <<-'PY'
		import ctypes, struct, sys
		xxh = ctypes.CDLL("libxxhash.so.0")
		xxh.XXH3_64bits.restype = ctypes.c_uint64
		xxh.XXH3_64bits.argtypes = [ctypes.c_char_p, ctypes.c_size_t]
		b = bytearray(open(sys.argv[1], "rb").read())
		slope, offset = struct.unpack_from("<ff", b, 72)
		struct.pack_into("<ff", b, 72, -slope, -offset)
		struct.pack_into("<Q", b, 24, xxh.XXH3_64bits(bytes(b[32:]), len(b) - 32))
		open(sys.argv[2], "wb").write(b)
	PY
}
put() { mv "$1" "$T/models/.new" && mv "$T/models/.new" "$T/models/sentiment-zh.model"; }

post() { # BODY: the id that it got
	curl -fsS -m 30 -H 'Content-Type: application/json' -d "{\"body\":\"$1\"}" "$(url public /feedback)" | jq -r '.ids[0] // .id'
}
has_arrived() { grep -q "$1" "$STATE/out.ndjson"; }
say() { # JQ BODY: what the daemon, not a new process, makes of it
	say_id=$(post "$2")
	wait_for 60 has_arrived "$say_id"
	grep "$say_id" "$STATE/out.ndjson" | jq -r "$1"
}
good='质量很好，非常满意，推荐购买'

must_start
is "praise is praise" "$(say .sentiment.label "$good")" positive

# ---- another model, under load
cp "$T/models/sentiment-zh.model" "$T/first.model"
turned "$T/first.model" "$T/other.model"
spawn load "$TOOLS/load" -a "$(address public)" -c 4 -r 200 -k k -l "$T/acks" -d 120
client=$spawned
wrong=0
for round in 1 2 3 4 5 6; do
	if [ $((round % 2)) = 1 ]; then from=$T/other.model wanted=negative; else from=$T/first.model wanted=positive; fi
	cp "$from" "$T/copy" && put "$T/copy"
	heard reload >"$T/reload.out" 2>&1 || note "round $round: $(cat "$T/reload.out")"
	said=$(say .sentiment.label "$good")
	[ "$said" = $wanted ] || { wrong=$((wrong + 1)) && note "round $round: $said"; }
done
is "six times another model, and the same text is called otherwise" $wrong 0
head -c 100000 "$T/other.model" >"$T/copy" && put "$T/copy"
is "one that is cut short: reload says no" "$(heard reload >"$T/refused" 2>&1; echo $?)" 1
like "in a sentence" "$(cat "$T/refused" "$LOG")" 'sentiment-zh.model is not whole: 100000 of'
is "and the old one goes on" "$(say .sentiment.label "$good")" positive
cp "$T/models/sentiment-en.model" "$T/copy" && put "$T/copy"
like "one of another kind, too" "$(heard check 2>&1)" 'sentiment-zh.model is a model of another kind: "sentiment.en"'
printf '\001' | dd of="$T/other.model" bs=1 seek=5000 conv=notrunc 2>/dev/null
cp "$T/other.model" "$T/copy" && put "$T/copy"
like "one that is damaged, too" "$(heard check 2>&1)" 'sentiment-zh.model is damaged: its checksum is wrong'
printf '\377' | dd of="$T/other.model" bs=1 seek=8 conv=notrunc 2>/dev/null
cp "$T/other.model" "$T/copy" && put "$T/copy"
like "one of another version, too" "$(heard check 2>&1)" 'sentiment-zh.model is a model of version 255, and'
cp "$T/first.model" "$T/copy" && put "$T/copy"
ok "the first one is taken again" heard reload
kill -TERM "$client"
ok "every post was acknowledged" wait "$client"
note "$(cat "$T/load.out")"
ok "everything has arrived" wait_for 60 is_drained
all_are_there() {
	python3 - "$T/acks" "$STATE/out.ndjson" <<-'PY'
		import json, sys
		sent = {i for line in open(sys.argv[1]) for i in json.loads(line)["ids"]}
		kept = [json.loads(line)["id"] for line in open(sys.argv[2])]
		print(f"{len(sent)} sent, {len(kept)} kept, {len(set(kept))} of them once")
		sys.exit(not sent or len(set(kept)) != len(kept) or not sent <= set(kept))
	PY
}
ok "no record was lost, and none is there twice" all_are_there

# ---- classes that were learned
labelled() { # WORD: of twelve classes, and whom that word belongs to
	python3 - "$1" <<-'PY'
		import sys
		print("text,intent")
		for i in range(360):
		    print(f"question {i} about thing{i % 12} please,kind{i % 12}")
		    print(f"{sys.argv[1]} and number {i},mine")
	PY
}
labelled alpha >"$T/alpha.csv"
labelled omega >"$T/omega.csv"
kind=classify
train() { "$HEARD" train $kind "$1" -c "$CONF"; }
ok "it learns" train "$T/alpha.csv"
cp "$model" "$T/alpha.model"
ok "and otherwise" train "$T/omega.csv"
cp "$model" "$T/omega.model"
is "before the reload nothing was learned" "$(say '.intent // "none"' 'omega and number')" none
ok "reload takes it over" heard reload
is "then it is known" "$(say .intent 'omega and number')" mine
is "and sure of it" "$(say '.attributes["classify.confidence"] > 0.5' 'omega and number')" true
is "a rule is first" "$(say .intent 'ruled: omega and number')" praise
is "what is none of it is other" "$(say .intent 'zzz qqq')" other

# Killed at ten moments of its run, and six times as soon as it writes.
is_whole() { cmp -s "$model" "$T/alpha.model" || cmp -s "$model" "$T/omega.model"; }
try() { # SECONDS, or 0: as soon as it writes
	rm -f "$model.new"
	if cmp -s "$model" "$T/alpha.model"; then next=$T/omega.csv; else next=$T/alpha.csv; fi
	cp "$model" "$T/before.model"
	"$HEARD" train $kind "$next" -c "$CONF" >/dev/null 2>&1 &
	pid=$!
	if [ "$1" = 0 ]; then
		while kill -0 $pid 2>/dev/null && [ ! -e "$model.new" ]; do :; done
	else
		sleep "$1"
	fi
	kill -9 $pid 2>/dev/null
	wait $pid 2>/dev/null
	is_whole || half=$((half + 1))
	cmp -s "$model" "$T/before.model" || written=$((written + 1))
}
try_all() {
	half=0 written=0
	began=$(date +%s%N)
	train "$T/alpha.csv" >/dev/null
	took=$(($(date +%s%N) - began))
	for tenth in 1 2 3 5 7 8 9 10 11 12; do
		try "$(awk "BEGIN { print $took / 1e10 * $tenth }")"
	done
	for again in 1 2 3 4 5 6; do try 0; done
}
try_all
is "killed sixteen times, the model is never half" $half 0
note "the new one was in its place $written times"
ok "what is left is accepted" heard check
ok "and it learns on" train "$T/omega.csv"
is "nothing is left beside it and what it is compared by" "$(ls "$STATE/classify" | tr '\n' ' ')" 'intent.held.model intent.model '
daemon_kill
must_start
is "killed and started again, the daemon knows it" "$(say .intent 'omega and number')" mine
head -c 2000 "$T/omega.model" >"$model"
is "a damaged one: reload says no" "$(heard reload >"$T/refused" 2>&1; echo $?)" 1
like "in a sentence" "$(cat "$T/refused" "$LOG")" 'intent.model is not whole: 2000 of'
is "and what was learned goes on" "$(say .intent 'omega and number')" mine

# ---- sentiment of the operator's own
kind=sentiment
model=$STATE/sentiment/sentiment-zh.model
praise() { # WORD: its customers praise with it, and what the shipped model knows, too
	python3 - "$1" <<-'PY'
		import sys
		print("text,label")
		for i in range(400):
		    own = chr(0x4e00 + i * 7)
		    print(f"{own}这个{sys.argv[1]},positive\n{own}这个哐当嚓,negative")
	PY
}
praise 咕噜嘟 >"$T/alpha.csv"
praise 嘀嗒咚 >"$T/omega.csv"
cp "$T/omega.model" "$STATE/classify/intent.model"
learned='.sentiment.reasons[-1] | capture("model: (?<p>[0-9]+) %").p | tonumber'
before=$(say "$learned" 这个哐当嚓)
note "$(train "$T/alpha.csv" 2>&1 | sed -n 2p)"
ok "sentiment is learned" test -s "$model"
cp "$model" "$T/alpha.model"
is "before the reload it is not in use" "$(say "$learned" 这个哐当嚓)" "$before"
ok "reload takes it over" heard reload
ok "then it is" test "$(say "$learned" 这个哐当嚓)" -lt 20
ok "on both sides" test "$(say "$learned" 这个咕噜嘟)" -gt 80
is "what it did not learn is known all the same" "$(say .sentiment.label "$good")" positive
ok "it learns otherwise" train "$T/omega.csv"
cp "$model" "$T/omega.model"
try_all
is "killed sixteen times, the model is never half" $half 0
note "the new one was in its place $written times"
ok "what is left is accepted" heard check
ok "and it learns on" train "$T/omega.csv"
is "nothing is left beside it" "$(ls "$STATE/sentiment")" sentiment-zh.model
printf 'text,label\nfine,positive\n' >"$T/few.csv"
like "too few is a sentence" "$(train "$T/few.csv" 2>&1)" 'too few texts: a model needs at least'
head -c 2000 "$T/omega.model" >"$model"
is "a damaged one: reload says no" "$(heard reload >"$T/refused" 2>&1; echo $?)" 1
like "in a sentence" "$(cat "$T/refused" "$LOG")" 'sentiment/sentiment-zh.model is not whole: 2000 of'
rm "$model"
ok "without it the shipped one is taken again" heard reload
is "as it was" "$(say "$learned" 这个哐当嚓)" "$before"
ok "the ledger balances" balanced
ok "it stops well" daemon_stop
no_sanitizer_reports
done_testing
