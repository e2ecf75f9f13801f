#!/usr/bin/env bash
# Run the tests of a build tree: units, plugin cases, system and fault tests.
#
#	BUILD=build/release VARIANT=release tests/run.sh [WORD...]
#
# With words, only the tests whose name contains one of them.  Every test speaks
# TAP; one line is printed for each test, the end of its output if it failed,
# and last "N passed, N failed[, N skipped]", which counts points.  A comment
# "# alone" in a script keeps others from running beside it, "# timeout: N"
# gives it N seconds (300), "# variants: a b" names the only variants it runs in.
set -u
cd "$(dirname "$0")/.." || exit 2
BUILD=${BUILD:-build/release}
VARIANT=${VARIANT:-release}
JOBS=${JOBS:-2}
export BUILD VARIANT LC_ALL=C.UTF-8
case $VARIANT in asan) factor=4 ;; tsan) factor=8 ;; *) factor=1 ;; esac
logs=$BUILD/test-logs
rm -rf "$logs"
mkdir -p "$logs"
passed=0 failed=0 skipped=0
declare -A names=()

wanted() { # NAME
	[ ${#words[@]} -eq 0 ] && return 0
	local word
	for word in "${words[@]}"; do
		[[ $1 == *"$word"* ]] && return 0
	done
	return 1
}
words=("$@")

# run_one NAME SECONDS COMMAND...: its output and, in the last line, its code and time.
run_one() {
	local log=$logs/${1//\//.} limit=$2 from=$EPOCHREALTIME code plan points
	shift 2
	timeout -k 10 "$limit" "$@" >"$log" 2>&1 </dev/null
	code=$?
	[ $code -eq 124 ] && echo "not ok - took longer than $limit s" >>"$log"
	plan=$(sed -n 's/^1\.\.\([0-9][0-9]*\).*/\1/p' "$log" | head -n 1)
	points=$(grep -cE '^(not )?ok ' "$log")
	[ $code -eq 0 ] && [ "${plan:-$points}" -ne "$points" ] &&
		echo "not ok - it ended with 0 after $points points of $plan" >>"$log"
	echo "#end $code $(((${EPOCHREALTIME/./} - ${from/./}) / 1000))" >>"$log"
}

tell() { # NAME: count and print one finished test
	local log=$logs/${1//\//.} good bad skips code ms word
	read -r _ code ms < <(tail -n 1 "$log")
	# cmocka says a skipped test was not ok, others that it was
	skips=$(grep -cE '^(not )?ok .*# SKIP|^1\.\.0 # SKIP' "$log")
	good=$(($(grep -c '^ok ' "$log") - $(grep -cE '^ok .*# SKIP' "$log")))
	bad=$(grep '^not ok' "$log" | grep -vc '# SKIP')
	[ "$code" != 0 ] && [ "$bad" -eq 0 ] && bad=1 # it crashed
	[ "$code" = 0 ] && [ $((good + bad + skips)) -eq 0 ] && bad=1 # it tested nothing
	passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + skips))
	word=ok
	[ "$skips" -gt 0 ] && [ "$good" -eq 0 ] && word=skip
	[ "$bad" -gt 0 ] && word=FAIL
	printf '%-4s  %-48s %4d %8.1f s' $word "$1" $((good + bad)) "$((ms))e-3"
	[ "$skips" -gt 0 ] && printf '  %s' "$(sed -n 's/.*# SKIP */skipped: /p' "$log" | head -n 1)"
	echo
	if [ "$bad" -gt 0 ]; then
		echo "      exit $code; the end of $log:"
		grep -v -E '^ok |^#end ' "$log" | tail -n 50 | cut -c1-400 | sed 's/^/      | /'
	fi
}

reap() { # until fewer than $1 run
	local pid
	while [ ${#names[@]} -ge "$1" ] && [ ${#names[@]} -gt 0 ]; do
		wait -n -p pid
		[ -n "${pid:-}" ] && [ -n "${names[$pid]:-}" ] || continue
		tell "${names[$pid]}"
		unset "names[$pid]"
	done
}

start() { # NAME SECONDS ALONE COMMAND...
	local name=$1 limit=$2 alone=$3
	shift 3
	wanted "$name" || return 0
	if [ "$alone" = yes ]; then reap 1; else reap "$JOBS"; fi
	run_one "$name" $((limit * factor)) "$@" &
	names[$!]=$name
	[ "$alone" = yes ] && reap 1
	return 0
}

script() { # NAME FILE
	local only seconds alone=no
	only=$(sed -n 's/^# variants: *//p' "$2" | head -n 1)
	seconds=$(sed -n 's/^# timeout: *//p' "$2" | head -n 1)
	grep -q '^# alone' "$2" && alone=yes
	if [ -n "$only" ] && [[ " $only " != *" $VARIANT "* ]]; then return 0; fi
	start "$1" "${seconds:-300}" $alone sh "$2"
}

trap 'kill $(jobs -p) 2>/dev/null; exit 143' INT TERM

export CMOCKA_MESSAGE_OUTPUT=TAP
export ASAN_OPTIONS="detect_leaks=1:${ASAN_OPTIONS:-}"
export UBSAN_OPTIONS="print_stacktrace=1:${UBSAN_OPTIONS:-}"
export TSAN_OPTIONS="suppressions=$PWD/tests/lib/tsan.supp:${TSAN_OPTIONS:-}"
export LSAN_OPTIONS="suppressions=$PWD/tests/lib/lsan.supp:${LSAN_OPTIONS:-}"

for source in tests/unit/test_*.c; do
	[ -e "$source" ] || continue
	name=$(basename "$source" .c)
	start "unit/${name#test_}" 120 no "$BUILD/tests/unit/$name"
done
for folder in tests/plugins/*/*/; do
	[ "$(echo "$folder"*.in)" != "$folder*.in" ] || continue
	name=${folder#tests/plugins/}
	start "plugins/${name%/}" 300 no tests/plugins/run.sh "${name%/}"
done
for file in tests/system/t[0-9]*.sh tests/fault/t[0-9]*.sh; do
	[ -e "$file" ] || continue
	name=$(basename "$file" .sh)
	script "$(basename "$(dirname "$file")")/$name" "$file"
done
reap 1

printf '%d passed, %d failed' $passed $failed
[ $skipped -gt 0 ] && printf ', %d skipped' $skipped
echo
[ $failed -eq 0 ] && [ $passed -gt 0 ]
