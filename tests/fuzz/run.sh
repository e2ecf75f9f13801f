#!/usr/bin/env bash
# Run each fuzz target for FUZZ_SECONDS (60) with clang's libFuzzer, ASan and
# UBSan: tests/fuzz/run.sh [WORD...]
#
# Targets are tests/fuzz/fuzz_*.c; they link the core, built in build/fuzz.  Seeds
# and every input that ever crashed lie in tests/fuzz/seeds/NAME and are run
# first; what the fuzzer finds worth keeping stays in build/fuzz/corpus/NAME.
set -u
cd "$(dirname "$0")/../.." || exit 2
FUZZ_SECONDS=${FUZZ_SECONDS:-60}
BUILD=${FUZZ_BUILD:-build/fuzz}
JOBS=${JOBS:-2}
FLAGS='-O1 -g -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined'
export ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1 UBSAN_OPTIONS=print_stacktrace=1
export LSAN_OPTIONS=suppressions=$PWD/tests/lib/lsan.supp

targets=()
for source in tests/fuzz/fuzz_*.c; do
	[ -e "$source" ] || continue
	name=$(basename "$source" .c)
	[ $# -eq 0 ] && targets+=("$name")
	for word in "$@"; do
		[[ $name == *"$word"* ]] && targets+=("$name") && break
	done
done
[ ${#targets[@]} -gt 0 ] || { echo "no fuzz target matches: $*" >&2; exit 1; }

make --no-print-directory -s -j2 CC=clang CXX=clang++ CFLAGS="$FLAGS" CXXFLAGS="$FLAGS" BUILD="$BUILD" \
	"${targets[@]/#/$BUILD/fuzz/}" || exit 1

fuzz_one() { # NAME
	local name=$1 short=${1#fuzz_} log=$BUILD/$1.log
	mkdir -p "$BUILD/corpus/$short" "$BUILD/crashes/$short"
	local seeds=()
	[ -d "tests/fuzz/seeds/$short" ] && seeds=("tests/fuzz/seeds/$short")
	"$BUILD/fuzz/$name" -max_total_time="$FUZZ_SECONDS" -timeout=10 -rss_limit_mb=2048 -max_len=65536 \
		-print_final_stats=1 -artifact_prefix="$BUILD/crashes/$short/" \
		"$BUILD/corpus/$short" "${seeds[@]}" >"$log" 2>&1
	local code=$?
	local execs
	execs=$(sed -n 's/^stat::number_of_executed_units: //p' "$log")
	echo "$code" >"$log.code"
	printf '%-16s %12s runs  %6s inputs kept  %s\n' "$short" "${execs:-?}" \
		"$(find "$BUILD/corpus/$short" -type f | wc -l)" "$([ $code -eq 0 ] && echo clean || echo "FAILED, see $log")"
	[ $code -eq 0 ] || grep -E 'ERROR|SUMMARY|runtime error|Test unit written' "$log" | head -n 8 | sed 's/^/    /'
}

for name in "${targets[@]}"; do
	while [ "$(jobs -rp | wc -l)" -ge "$JOBS" ]; do wait -n; done
	fuzz_one "$name" &
done
wait
good=0 bad=0
for name in "${targets[@]}"; do
	if [ "$(cat "$BUILD/$name.log.code")" = 0 ]; then good=$((good + 1)); else bad=$((bad + 1)); fi
done
echo "$good passed, $bad failed"
[ $bad -eq 0 ]
