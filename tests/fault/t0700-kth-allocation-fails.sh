#!/bin/sh
# The k-th allocation of ours fails, for k = 1, 2, 3 ...: a sentence and exit 1,
# or no matter; never a crash.  FAULTS=0 tries every k, else so many of them.
# A sanitizer keeps malloc to itself, so no shim is asked there: see t0720.
# timeout: 1800
# variants: release debug
. "$(dirname "$0")/../lib/daemon.sh"

FAULTS=${FAULTS-15}
conf <<-EOT
	pipelines = (
	  { name = "shop";
	    inputs  = ( { plugin = "http"; path = "/feedback"; } );
	    filters = ( { plugin = "normalize"; }, { plugin = "mask"; },
	                { plugin = "classify"; rules = "$here/etc/rules/ecommerce.cfg"; when = "channel == 'web'"; } );
	    outputs = ( { plugin = "file"; path = "out.ndjson"; },
	                { plugin = "tickets"; database = "tickets.db"; } ); }
	);
EOT
"$TOOLS/gen" 20 >"$T/in"

# each WHAT COMMAND...: the command under every k
each() {
	what=$1
	shift
	rm -f "$T/count"
	LD_PRELOAD=$TOOLS/shim_fail SHIM_KTH="malloc 0 12" SHIM_COUNT="$T/count" "$@" >"$T/whole" 2>&1
	is "$what works when nothing fails" $? 0
	n=$(cat "$T/count") k=1 step=1 tried=0 crashed='' silent=''
	[ "$FAULTS" -gt 0 ] && [ "$n" -gt "$FAULTS" ] && step=$((n / FAULTS))
	while [ $k -le "$n" ]; do
		LD_PRELOAD=$TOOLS/shim_fail SHIM_KTH="malloc $k 12" "$@" >"$T/out" 2>"$T/err"
		code=$?
		[ $code -lt 126 ] || crashed="$crashed $k:$code"
		[ $code -eq 0 ] || [ -s "$T/err" ] || [ -s "$T/out" ] || silent="$silent $k"
		tried=$((tried + 1))
		k=$((k + step))
	done
	note "$what: $n allocations, $tried tried"
	is "$what never crashes for want of memory" "$crashed" ""
	is "$what never fails without a word" "$silent" ""
}

each "check" "$HEARD" check -c "$CONF"
each "filter" "$HEARD" filter -c "$CONF" --pipeline shop "$T/in"
done_testing
