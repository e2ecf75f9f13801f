#!/bin/sh
# Hostile bodies: refused whole, with a place; nothing of them is kept.
. "$(dirname "$0")/../lib/daemon.sh"

conf <<-EOT
	pipelines = (
	  { name = "shop";
	    inputs  = ( { plugin = "http"; path = "/feedback"; } );
	    filters = ( { plugin = "normalize"; }, { plugin = "mask"; } );
	    outputs = ( { plugin = "file"; path = "out.ndjson"; } ); }
	);
EOT
must_start

# refused WHAT STATUS [TYPE]: what stands in $T/body gets that status
refused() {
	code=$(curl -s -m 30 -o "$T/answer" -w '%{http_code}' -X POST -H "Content-Type: ${3:-application/json}" \
		--data-binary @"$T/body" "$(url public /feedback)")
	is "$1" "$code" "$2"
	[ "$2" = 400 ] && like "$1: it says why" "$(jq -r '.error // .detail // .title' "$T/answer" 2>&1)" '[a-z]{3}'
}
body() { printf "$@" >"$T/body"; }

body '{"body":"x"'; refused "an object without an end" 400
body '{"body":"x",}'; refused "a comma too many" 400
body '{"body":x}'; refused "a bare word" 400
body ''; refused "nothing" 400
body '42'; refused "a number" 400
body '"text"'; refused "a string" 400
body 'null'; refused "null" 400
body '[{"body":"ok"},42]'; refused "an array with a number in it" 400
body '{"body":"x"}garbage'; refused "garbage behind it" 400
body '{"body":{"a":1}}'; refused "an object for a text" 400
body '{"rating":"five","body":"x"}'; refused "a text for a number" 400
body '{"body":"a\000b"}'; refused "a NUL byte" 400
body '{"body":"\377\376"}'; refused "invalid UTF-8" 400
body '{"body":"\355\240\200"}'; refused "a surrogate in UTF-8" 400
body '{"body":"a\\u0000b"}'; refused "an escaped NUL" 400
body '{"body":"\\ud800"}'; refused "half a surrogate pair" 400
python3 -c 'print("[" * 10000 + "]" * 10000, end="")' >"$T/body"; refused "10,000 deep arrays" 400
python3 -c 'print("{\"a\":" * 10000 + "1" + "}" * 10000, end="")' >"$T/body"; refused "10,000 deep objects" 400
body '{"body":"x"}'; refused "a type that is no JSON" 415 image/png
body '{"body":"fine"}\n{"body":\n'; refused "NDJSON with a bad second line" 400 application/x-ndjson
is "with the line" "$(jq .line "$T/answer")" 2

# what is odd and yet right
taken() {
	code=$(curl -s -m 30 -o "$T/answer" -w '%{http_code}' -X POST -H 'Content-Type: application/json' \
		--data-binary @"$T/body" "$(url public /feedback)")
	is "$1" "$code" 202
}
body '{"body":"x","attributes":{"a":{"b":{"c":1}}}}'; taken "nested attributes"
body '{"body":"\\ud83d\\ude00 \360\237\230\200"}'; taken "emoji both ways"
body '{"body":"x","unheard_of":[1,2,{"a":null}],"id":"mine"}'; taken "fields nobody knows, and an id"

ok "all that was taken arrives" wait_for 20 is_drained
is "and nothing else" "$(wc -l <"$STATE/out.ndjson")" 3
is "an id from outside counts for nothing" "$(grep -c '"id":"mine"' "$STATE/out.ndjson")" 0
ok "each line is JSON" jq -e . "$STATE/out.ndjson"
is "no dead letter was made of them" "$(heard dead list --json | jq length)" 0
ok "the ledger balances" balanced
ok "the daemon stops" daemon_stop
is "no customer's words are in the log" "$(grep -c 'fine' "$LOG")" 0
no_sanitizer_reports
done_testing
