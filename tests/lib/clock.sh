# clock.sh - sourced by tests in which time passes: the daemon's clock, and that of
# commands given by in_time, is ahead of the real one (tests/tools/shim_clock.c).

PRELOAD=shim_clock
export SHIM_CLOCK="$T/clock"
clock_shift=0 # milliseconds
head -c 8 /dev/zero >"$SHIM_CLOCK"

clock_ahead() { # MILLISECONDS of the real time, which may be fewer than before
	clock_shift=$1
	python3 - "$1" "$SHIM_CLOCK" <<-'PY'
		import struct, sys
		with open(sys.argv[2], "r+b") as f:
		    f.write(struct.pack("<q", int(sys.argv[1])))
	PY
	[ -z "$daemon_pid" ] || heard status >/dev/null # a process asleep does not see it
}
clock_at() { # TIME, as `date` reads it in the zone ZONE
	clock_ahead $((($(TZ=${ZONE:-UTC} date -d "$1" +%s) - $(date +%s)) * 1000))
}
minutes() { clock_ahead $((clock_shift + $1 * 60000)); }
days() { minutes $(($1 * 1440)); }

# A command whose clock is the daemon's.
in_time() { env LD_PRELOAD="$(preload_list)" "$HEARD" "$@" -c "$CONF"; }
