#!/bin/sh
# Memory and descriptors stay flat.  SOAK=10000000 for the long one;
# SOAK_INTO=tickets for the store.
# timeout: 7200
. "$(dirname "$0")/../lib/daemon.sh"
NO_PUBLIC=1

SOAK=${SOAK:-200000}
SOAK_INTO=${SOAK_INTO:-file}
case $SOAK_INTO in
tickets) output='{ plugin = "tickets"; database = "tickets.db"; }' ;;
*) output='{ plugin = "file"; path = "out.ndjson"; rotate = "64M"; compress = "zstd"; }' ;;
esac
mkdir -p "$T/drop"
conf <<-EOT
	pipelines = (
	  { name = "shop"; dedupe = "10s";
	    inputs  = ( { plugin = "file"; path = "$T/drop"; done = "delete"; } );
	    filters = ( { plugin = "normalize"; }, { plugin = "mask"; },
	                { plugin = "classify"; rules = "$here/etc/rules/ecommerce.cfg"; } );
	    outputs = ( $output ); }
	);
EOT
rss() { awk '/^VmRSS/ { print $2 }' "/proc/$daemon_pid/status"; }
descriptors() { ls "/proc/$daemon_pid/fd" | wc -l; }
is_empty() { [ -z "$(ls "$T/drop")" ]; }

must_start
step=$((SOAK / 20)) given=0 part=0
while [ $part -lt 20 ]; do
	"$TOOLS/gen" -p s -s $part -f $given $step >"$T/drop/.next"
	mv "$T/drop/.next" "$T/drop/$part.ndjson"
	given=$((given + step)) part=$((part + 1))
	wait_for 120 is_empty || break
	# what was made of them is not what is tested here
	[ "$SOAK_INTO" = tickets ] || rm -f "$STATE"/out.ndjson.*
	if [ $part -eq 5 ]; then
		wait_for 120 is_drained
		early_rss=$(rss) early_descriptors=$(descriptors)
	fi
done
ok "all is delivered" wait_for 600 is_drained
late_rss=$(rss) late_descriptors=$(descriptors)
note "after $((SOAK / 4)): $early_rss KB, $early_descriptors descriptors; after $SOAK: $late_rss KB, $late_descriptors"
is "the ledger has all" "$(ledger | jq '.pipelines[0].journaled')" "$given"
ok "resident memory is flat" test "$late_rss" -le $((early_rss + early_rss / 10 + 8192 * SLOW))
ok "descriptors are flat" test "$late_descriptors" -le $((early_descriptors + 8))
ok "the ledger balances" balanced
ok "the daemon stops" daemon_stop
no_sanitizer_reports
done_testing
