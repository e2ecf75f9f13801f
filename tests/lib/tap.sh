# tap.sh - sourced by tests: points in the Test Anything Protocol, and waiting.
#
# A script calls ok/is/fail for each point and done_testing at its end.  What a
# failed point has to say goes to lines that begin with #.

tap_n=0
tap_failed=0

tap_point() { # RESULT WHAT
	tap_n=$((tap_n + 1))
	echo "$1 $tap_n - $2"
	[ "$1" = ok ] || tap_failed=$((tap_failed + 1))
}

# ok WHAT COMMAND...: the command succeeds.
ok() {
	tap_what=$1
	shift
	if "$@" >"$T/tap.out" 2>&1; then
		tap_point ok "$tap_what"
	else
		tap_point "not ok" "$tap_what"
		echo "# failed: $*" | head -c 400
		echo
		sed 's/^/# /' "$T/tap.out" | tail -n 20
	fi
}

# is WHAT GOT WANTED: two texts are equal.
is() {
	if [ "$2" = "$3" ]; then
		tap_point ok "$1"
	else
		tap_point "not ok" "$1"
		printf '%s\n' "$2" | head -n 20 | cut -c1-400 | sed 's/^/# got:    /'
		printf '%s\n' "$3" | head -n 20 | cut -c1-400 | sed 's/^/# wanted: /'
	fi
}

# like WHAT GOT REGEX: the text has a match (extended regular expression).
like() {
	if printf '%s\n' "$2" | grep -Eq -- "$3"; then
		tap_point ok "$1"
	else
		tap_point "not ok" "$1"
		printf '%s\n' "$2" | head -n 20 | cut -c1-400 | sed 's/^/# got:    /'
		echo "# wanted: /$3/"
	fi
}

pass() { tap_point ok "$1"; }
fail() { tap_point "not ok" "$1"; }
note() { echo "# $*"; }

skip_all() {
	echo "1..0 # SKIP $1"
	exit 0
}

# Without a point nothing was tested: that is a failure too.
done_testing() {
	echo "1..$tap_n"
	[ "$tap_n" -gt 0 ] && [ "$tap_failed" -eq 0 ]
	exit
}

# wait_for SECONDS COMMAND...: until the command succeeds; 1 when the time is up.
wait_for() {
	tap_end=$(($(date +%s) + $1 * ${SLOW:-1}))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$(date +%s)" -lt "$tap_end" ] || return 1
		sleep 0.05
	done
}
