# daemon.sh - sourced by system tests: one daemon in a folder of its own.
#
#	. tests/lib/daemon.sh
#	conf <<-EOT                  pipelines; the head is written here
#	daemon_start && ...; daemon_stop
#
# $T is the test's folder, $STATE the daemon's state folder, $LOG what it said.
# PRELOAD names shims to load into the daemon (tests/tools/shim_*.c).

here=$(cd "$(dirname "$0")/../.." && pwd)
BUILD=${BUILD:-build/release}
case $BUILD in /*) ;; *) BUILD=$here/$BUILD ;; esac
VARIANT=${VARIANT:-release}
HEARD=$BUILD/heard
TOOLS=$BUILD/tools
export LC_ALL=C.UTF-8 TZ=UTC HEARD
. "$here/tests/lib/tap.sh"

case $VARIANT in
asan) SLOW=4 SANITIZER=$(${CC:-cc} -print-file-name=libasan.so) ;;
tsan) SLOW=8 SANITIZER=$(${CC:-cc} -print-file-name=libtsan.so) ;;
*) SLOW=1 SANITIZER= ;;
esac

T=$(mktemp -d "${TMPDIR:-/tmp}/heard-test.XXXXXX")
STATE=$T/state
export CONF=$T/heard.conf
LOG=$T/log
daemon_pid=
started_pids=
# The leak checker walks what threads of plugins' libraries have of their own memory, and dies
# when one (a resolver of libcurl's) has just ended: it is not to remember those.
export ASAN_OPTIONS="detect_leaks=1:intercept_tls_get_addr=0:log_path=$T/sanitizer:${ASAN_OPTIONS:-}"
export TSAN_OPTIONS="suppressions=$here/tests/lib/tsan.supp:log_path=$T/sanitizer:${TSAN_OPTIONS:-}"
export UBSAN_OPTIONS="print_stacktrace=1:${UBSAN_OPTIONS:-}"
# GLib's own allocator hides from them what is freed, and its locks are unknown to them.
[ -n "$SANITIZER" ] && export G_SLICE=always-malloc
export LSAN_OPTIONS="suppressions=$here/tests/lib/lsan.supp:${LSAN_OPTIONS:-}"

clean_up() {
	for clean_pid in $daemon_pid $started_pids; do
		kill -9 "$clean_pid" 2>/dev/null
	done
	if [ "${tap_failed:-0}" -gt 0 ] && [ -s "$LOG" ]; then
		echo "# the daemon's log ends:"
		tail -n 30 "$LOG" | cut -c1-300 | sed 's/^/#   /'
	fi
	if [ -n "${KEEP_TEST:-}" ]; then echo "# kept: $T"; else rm -rf "$T"; fi
}
trap clean_up EXIT
trap 'exit 143' TERM INT

# Start a helper that clean_up may end: spawn NAME COMMAND...  Its pid: $spawned
spawn() {
	spawn_name=$1
	shift
	"$@" >"$T/$spawn_name.out" 2>"$T/$spawn_name.err" &
	spawned=$!
	started_pids="$started_pids $spawned"
}

# conf_head: state folder, plugins and a public and an admin listener on free
# ports.  Set CONF_EXTRA for more settings, LISTENER for more of the public one,
# NO_PUBLIC where no input would use that.
conf_head() {
	cat <<-EOT
		state_dir = "$STATE";
		plugin_path = [ "$BUILD/plugins", "$BUILD/testplugins" ];
		log = { level = "${LEVEL:-info}"; format = "text"; };
		workers = 2;
		listeners = (
		  ${NO_PUBLIC:+#} { name = "public"; address = "127.0.0.1:0"; ${LISTENER:-} },
		  { name = "admin";  address = "127.0.0.1:0"; }
		);
		${CONF_EXTRA:-}
	EOT
}
conf() {
	{
		conf_head
		cat
	} >"$CONF"
}

heard() { "$HEARD" "$@" -c "$CONF"; }

# LD_PRELOAD for the daemon: the sanitizer's runtime must come first.
preload_list() {
	preload=$SANITIZER
	for shim in ${PRELOAD:-}; do
		preload="$preload${preload:+ }$TOOLS/$shim"
	done
	[ -n "${PRELOAD:-}" ] && echo "$preload"
}

# "127.0.0.1:PORT" of a listener, as the daemon wrote it.
address() { sed -n "s/^$1 //p" "$STATE/listeners" 2>/dev/null; }
url() { echo "http://$(address "${1:-public}")$2"; }
free_port() { # [N]: ports that nobody listens on, one by default
	python3 - "${1:-1}" <<-'EOT'
	import socket, sys
	all = [socket.socket() for _ in range(int(sys.argv[1]))]
	for s in all:
	    s.bind(("127.0.0.1", 0))
	print(*(s.getsockname()[1] for s in all))
	EOT
}

is_serving() {
	kill -0 "$daemon_pid" 2>/dev/null || return 0 # gone: nothing to wait for
	[ -s "$STATE/listeners" ] && [ -n "$(address admin)" ] &&
		curl -fsS -m 2 -o /dev/null "$(url admin /healthz)"
}

# Starts it and waits until it answers; 1 if it did not come up.
daemon_start() {
	rm -f "$STATE/listeners"
	preloaded=$(preload_list)
	if [ -n "$preloaded" ]; then
		env LD_PRELOAD="$preloaded" "$HEARD" run -c "$CONF" "$@" >>"$LOG" 2>&1 &
	else
		"$HEARD" run -c "$CONF" "$@" >>"$LOG" 2>&1 &
	fi
	daemon_pid=$!
	wait_for "${START_SECONDS:-30}" is_serving && kill -0 "$daemon_pid" 2>/dev/null
}

# A point for the start; without a daemon there is nothing to go on with.
must_start() {
	ok "the daemon starts" daemon_start
	[ "$tap_failed" -eq 0 ] || {
		sed 's/^/# /' "$LOG" | tail -n 20
		done_testing
	}
}

# TERM, and its exit code.
daemon_stop() {
	[ -n "$daemon_pid" ] || return 0
	kill -TERM "$daemon_pid" 2>/dev/null
	wait "$daemon_pid"
	daemon_code=$?
	daemon_pid=
	return $daemon_code
}

daemon_kill() {
	[ -n "$daemon_pid" ] || return 0
	kill -9 "$daemon_pid" 2>/dev/null
	wait "$daemon_pid" 2>/dev/null
	daemon_pid=
}

# Wait for the daemon to end by itself (it refused to start, or crashed).
daemon_wait() {
	wait "$daemon_pid"
	daemon_code=$?
	daemon_pid=
	return $daemon_code
}

sink_start() { # [MORE OPTIONS]: a webhook receiver; $SINK is its address
	echo ok >"$T/sink.mode"
	rm -f "$T/sink.port"
	spawn sink "$TOOLS/sink" -P "$T/sink.port" -l "$T/sink.log" -m "$T/sink.mode" "$@"
	sink_pid=$spawned
	wait_for 30 test -s "$T/sink.port"
	SINK=$(cat "$T/sink.port")
}

ledger() { heard ledger --json; }

# Nothing is on its way any more: every output's pending and deferred are 0.
is_drained() {
	[ "$(ledger | jq '[.pipelines[].outputs[] | .pending + .deferred] | add')" = 0 ]
}

# Ask the ledger a question that must be answered with true.
ledger_says() { # JQ
	[ "$(ledger | jq "(.pipelines | length > 0) and ($1)")" = true ]
}

balanced() { ledger_says '[.pipelines[] | .balanced, .outputs[].balanced] | all'; }

# The two equations of the ledger, done again by the reader.
ledger_adds_up() {
	ledger_says '[.pipelines[] | . as $p |
		(.received + .added == .journaled + .duplicate + .dropped + .dead),
		(.outputs[] | $p.journaled + .replayed == .delivered + .duplicate + .skipped + .dead + .pending)
	] | all'
}

# A point for the sanitizers: nothing was reported during this test.
no_sanitizer_reports() {
	if ls "$T"/sanitizer.* >/dev/null 2>&1 || grep -q 'runtime error:' "$LOG" 2>/dev/null; then
		fail "the sanitizers have nothing to say"
		head -n 60 "$T"/sanitizer.* 2>/dev/null | sed 's/^/# /'
		grep -A 20 'runtime error:' "$LOG" | sed 's/^/# /' | head -n 40
	else
		pass "the sanitizers have nothing to say"
	fi
}
