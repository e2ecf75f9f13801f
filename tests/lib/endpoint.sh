# endpoint.sh - sourced, after daemon.sh, by the tests of inputs that ask an endpoint:
# tests/tools/api.py, which may be killed and started again where it was.

API_PORT=0
api_start() {
	rm -f "$T/api.port"
	spawn api python3 "$here/tests/tools/api.py" "$T/api.port" "$T/api.json" "$API_PORT"
	api_pid=$spawned
	wait_for 20 test -s "$T/api.port" || return 1
	API=$(cat "$T/api.port")
	API_PORT=${API#*:}
}
api_kill() { kill -9 "$api_pid" && wait "$api_pid" 2>/dev/null; :; }
tell() { curl -fsS -m 10 -o /dev/null -X PUT -d "$2" "http://$API/_/$1"; }
asked() { curl -fsS -m 10 "http://$API/_/log" | jq "[.[] | select($1)] | length"; }
has_asked() { [ "$(asked "$1")" -ge "$2" ]; }
records() { cat "$STATE/out.ndjson" 2>/dev/null; }
