#!/bin/sh
# 100 MB, gzip bombs and the like: refused early, with memory to show for it.
. "$(dirname "$0")/../lib/daemon.sh"

conf <<-EOT
	pipelines = (
	  { name = "shop"; clear = true;
	    inputs  = ( { plugin = "http"; path = "/feedback"; } );
	    outputs = ( { plugin = "file"; path = "out.ndjson"; } ); }
	);
EOT
must_start
peak() { awk '/^VmHWM/ { print $2 }' "/proc/$daemon_pid/status"; }
before=$(peak)

send() { # FILE [HEADER...]
	file=$1
	shift
	curl -s -m 60 -o "$T/answer" -w '%{http_code}' -X POST -H 'Content-Type: application/json' "$@" \
		--data-binary @"$file" "$(url public /feedback)"
}

{ printf '{"body":"'; head -c 100000000 /dev/zero | tr '\0' 'a'; printf '"}'; } >"$T/huge"
is "100 MB are too large" "$(send "$T/huge" -H 'Expect:')" 413
is "also with 100-continue" "$(send "$T/huge" -H 'Expect: 100-continue')" 413
is "also chunked" "$(send "$T/huge" -H 'Transfer-Encoding: chunked' -H 'Expect:')" 413
gzip -c "$T/huge" >"$T/bomb"
is "a gzip bomb is refused" "$(send "$T/bomb" -H 'Content-Encoding: gzip')" 413
gzip -c "$T/bomb" >"$T/bomb2"
like "a bomb in a bomb is refused" "$(send "$T/bomb2" -H 'Content-Encoding: gzip')" '^(400|413)$'
echo "no gzip at all" >"$T/not"
is "what is no gzip is refused" "$(send "$T/not" -H 'Content-Encoding: gzip')" 400
printf '{"body":"cut"}' | gzip | head -c 20 >"$T/cut"
is "a cut one is refused" "$(send "$T/cut" -H 'Content-Encoding: gzip')" 400
is "an unknown coding is refused" "$(send "$T/not" -H 'Content-Encoding: br')" 415
{ printf '{"body":"'; head -c 900000 /dev/zero | tr '\0' 'b'; printf '"}'; } >"$T/large"
is "900 KB are fine" "$(send "$T/large")" 202
case $VARIANT in
release | debug) ok "memory stayed small: $before to $(peak) KB" test "$(peak)" -lt $((before + 65536)) ;;
esac
ok "the one arrives" wait_for 20 is_drained
is "and nothing else" "$(wc -l <"$STATE/out.ndjson")" 1
ok "the ledger balances" balanced
ok "the daemon stops" daemon_stop
no_sanitizer_reports
done_testing
