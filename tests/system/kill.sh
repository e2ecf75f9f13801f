# kill.sh - the kill test, sourced by t0200 (SIGKILL) and t0210 (power loss).
#
# Clients post, retrying under the same key, and files are dropped, while the
# daemon is killed KILLS times at random moments.  The caller defines
# after_kill, run while the daemon is dead.

KILLS=${KILLS:-20}
SEED=${SEED:-$(od -An -N2 -tu2 /dev/urandom | tr -d ' ')}

kill_test() {
	note "kills=$KILLS seed=$SEED"
	sink_start
	delivery_conf
	: >"$T/orders"
	must_start
	spawn single "$TOOLS/load" -A "$STATE/listeners:public" -c 8 -r "${RATE:-400}" -k one -g 50 -l "$T/one.acks" -d 120
	single=$spawned
	spawn batch "$TOOLS/load" -A "$STATE/listeners:public" -c 2 -r 5 -b 50 -f ndjson -k many -g 20 -l "$T/many.acks" -d 120
	batch=$spawned

	random=$SEED kills=0 starts=0
	while [ "$kills" -lt "$KILLS" ]; do
		"$TOOLS/gen" -p "f$kills" -s "$kills" 200 >"$T/f$kills.ndjson"
		jq -r .order "$T/f$kills.ndjson" >>"$T/orders"
		drop "$T/f$kills.ndjson"
		random=$(((random * 1103515245 + 12345) % 2147483648))
		sleep "0.$(printf '%03d' $((random / 65536 % (600 * SLOW) % 1000)))"
		daemon_kill
		kills=$((kills + 1))
		after_kill || return 1
		# Some deaths are during the start itself.
		if [ $((random / 131072 % 5)) -eq 0 ]; then
			START_SECONDS=0
			daemon_start
			START_SECONDS=30
			sleep "0.0$((random / 262144 % 90 + 10))"
			daemon_kill
			kills=$((kills + 1))
			after_kill || return 1
		fi
		if ! daemon_start; then
			fail "the daemon comes up after kill $kills"
			return 1
		fi
	done
	pass "the daemon came up after each of $kills kills"

	kill -TERM "$single" "$batch"
	ok "every single post was acknowledged, repeats with the same id" wait "$single"
	ok "every batch was, too" wait "$batch"
	note "single: $(cat "$T/single.out")"
	note "batch: $(cat "$T/batch.out")"
	ok "every dropped file was taken" wait_for 60 drop_is_empty
	ok "everything is delivered" wait_for 120 is_drained
	cat "$T/one.acks" "$T/many.acks" >"$T/acks"
	ok "exactly once in store and file, at least once at the receiver" arrived "$T/acks" "$T/orders"
	note "$(head -n 1 "$T/tap.out")"
	ok "the ledger agrees with file and receiver" counts_agree
	ok "the ledger balances" balanced
	ok "and adds up" ledger_adds_up
	ok "the store is sound" sh -c "[ \"\$(sqlite3 '$STATE/tickets.db' 'pragma integrity_check')\" = ok ]"
	ok "the daemon stops" daemon_stop
	no_sanitizer_reports
}
