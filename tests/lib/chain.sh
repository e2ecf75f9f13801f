# shellcheck shell=sh
# Records through a chain of filters, one after the other: http in, a file out.  Behind
# daemon.sh.  Set PIPELINE for more settings of the pipeline.

n=0 # so many were sent
OUT=$STATE/out.ndjson

chain() { # FILTERS
	conf <<-EOT
		pipelines = ( { name = "shop"; ${PIPELINE:-}
		  inputs = ( { plugin = "http"; path = "/feedback"; } );
		  filters = ( $1 );
		  outputs = ( { plugin = "file"; path = "$OUT"; } ); } );
	EOT
}
forget_all() {
	rm -rf "$STATE"
	n=0
}
has_lines() { [ "$(cat "$OUT" 2>/dev/null | wc -l)" -ge "${1:-$n}" ]; }
# send MEMBERS: a record; then $T/last is it as it was written
send() {
	n=$((n + 1))
	curl -fsS -m 60 -o /dev/null -H 'Content-Type: application/json' -d "{\"channel\":\"web\",$1}" \
		"$(url public /feedback)" && wait_for 30 has_lines && tail -n 1 "$OUT" >"$T/last"
}
# send_file FILE: its lines, each a record; then $T/last is the last one
send_file() {
	n=$((n + $(wc -l <"$1")))
	curl -fsS -m 60 -o /dev/null -H 'Content-Type: application/x-ndjson' --data-binary "@$1" \
		"$(url public /feedback)" && wait_for 30 has_lines && tail -n 1 "$OUT" >"$T/last"
}
last() { jq -rc "$1" "$T/last"; }
last_is() { # JQ WANTED
	[ "$(last "$1")" = "$2" ] || { cat "$T/last"; return 1; }
}
says() { # WHAT FILTERS REGEX: heard check does
	chain "$2"
	like "$1" "$(heard check 2>&1)" "$3"
}
logged() { grep -Ec "$1" "$LOG"; }
has_logged() { [ "$(logged "$1")" -ge "${2:-1}" ]; }
