#!/bin/sh
# 50 reloads under load: no connection refused, no record lost, same process.
# timeout: 600
. "$(dirname "$0")/../lib/daemon.sh"
. "$(dirname "$0")/../lib/delivery.sh"

RELOADS=${RELOADS:-50}
sink_start
delivery_conf
: >"$T/orders"
must_start
where=$(address public)
spawn load "$TOOLS/load" -a "$where" -c 16 -r 400 -k k -l "$T/acks" -d 120
client=$spawned

is_ready() { curl -fsS -m 2 -o /dev/null "$(url admin /readyz)"; }
good=0
for round in $(seq "$RELOADS"); do
	if heard reload >"$T/reload.out" 2>&1 && wait_for 30 is_ready; then
		good=$((good + 1))
	else
		note "round $round: $(cat "$T/reload.out")"
	fi
	# connections opened just now, beside the kept-alive ones
	"$TOOLS/load" -a "$where" -c 4 -n 8 -k "r$round" -l "$T/fresh.acks" >>"$T/fresh" 2>&1
done
is "every reload went well" "$good" "$RELOADS"
ok "it is the same process" kill -0 "$daemon_pid"
is "on the same port" "$(address public)" "$where"
kill -TERM "$client"
ok "every post was acknowledged" wait "$client"
note "$(cat "$T/load.out")"
like "no connection was refused" "$(cat "$T/load.out")" 'refused_connects=0 '
is "nor a fresh one" "$(grep -cv 'refused_connects=0 ' "$T/fresh")" 0
ok "everything is delivered" wait_for 60 is_drained
cat "$T/fresh.acks" >>"$T/acks"
ok "exactly once" arrived "$T/acks" "$T/orders"
note "$(head -n 1 "$T/tap.out")"

cp "$CONF" "$T/good.conf"
sed 's/plugin = "mask"/plugin = "maks"/' "$T/good.conf" >"$CONF"
is "a bad config is refused" "$(heard reload >"$T/refused" 2>&1; echo $?)" 1
like "with the reason" "$(cat "$T/refused" "$LOG")" 'maks'
ok "and the daemon goes on as it was" is_ready
cp "$T/good.conf" "$CONF"
ok "the ledger balances" balanced
ok "and adds up" ledger_adds_up
ok "the daemon stops" daemon_stop
no_sanitizer_reports
done_testing
