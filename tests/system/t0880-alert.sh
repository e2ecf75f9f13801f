#!/bin/sh
# Forty customers report the same payment failure in a minute: one alert with samples,
# not again after a restart, and a word when it is over.  A warning raised by hand is
# passed on, also in quiet hours.
. "$(dirname "$0")/../lib/daemon.sh"
. "$(dirname "$0")/../lib/clock.sh"

sink_start -B "$T/bodies"
conf <<-EOT
	pipelines = (
	  { name = "shop";
	    inputs  = ( { plugin = "http"; path = "/feedback"; } );
	    filters = ( { plugin = "mask"; } );
	    outputs = ( { plugin = "alert"; url = "http://$SINK/alert"; allow_private = true; } ); }
	);
EOT
must_start

# The alerts that arrived with this word as their type.
alerts() { grep -ao "\"type\":\"alert\.$1\"" "$T/bodies" 2>/dev/null | wc -l; }
are() { [ "$(alerts "$1")" -ge "$2" ]; }
report() { # FIRST LAST
	for n in $(seq "$1" "$2"); do
		echo "{\"channel\":\"app\",\"category\":\"platform\",\"rating\":1,\"body\":\"支付失败！订单 88${n}，电话 1381234$((5000 + n))\"}"
	done | curl -fsS -o /dev/null -H 'Content-Type: application/x-ndjson' --data-binary @- "$(url public /feedback)"
}

ok "a few say the same" report 1 8
ok "they are counted" wait_for 20 is_drained
is "and nobody is told" "$(alerts opened)" 0
ok "forty say it" report 9 40
ok "an alert comes within a minute" wait_for 60 are opened 1
ok "no record waits" is_drained
body=$(grep -a '"type":"alert\.opened' "$T/bodies" | head -n 1)
like "it tells how many" "$body" '"total":40'
like "with samples" "$body" '"samples":\["支付失败'
like "that are masked" "$body" '138\*+'
is "no number is in it" "$(grep -ac '1381234[0-9]' "$T/bodies")" 0
like "and where" "$body" '"kind":"channel","name":"app","count":40,"of":40'

ok "it stops" daemon_stop
ok "it starts again" daemon_start
ok "more say it" report 41 60
ok "they are counted, too" wait_for 20 is_drained
ok "somebody raises a warning" heard alert raise --text "充电宝批次 B7 可能过热" --product "充电宝"
ok "it is passed on" wait_for 20 are warning 1
like "as it was said" "$(grep -a 'alert\.warning' "$T/bodies")" 'B7 可能过热'
is "an alert is told once" "$(alerts opened)" 1
is "and is not worse" "$(alerts worse)" 0

clock_ahead 3600000
over() { heard status >/dev/null && are recovered 1; }
ok "an hour later it is over" wait_for 60 over
is "which is told once" "$(alerts recovered)" 1
is "a warning without a text is refused" "$(heard alert raise >/dev/null 2>&1; echo $?)" 2
ok "it stops" daemon_stop

printf 'heardalr damaged' >"$STATE/instances/shop/output/alert/learned"
ok "with a damaged file it starts" daemon_start
like "and tells so" "$(cat "$LOG")" 'learning what is usual begins anew'
ok "the ledger balances" balanced
daemon_kill
ok "after a kill it starts" daemon_start
ok "it stops at the end" daemon_stop
no_sanitizer_reports
done_testing
