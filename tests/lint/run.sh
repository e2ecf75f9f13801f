#!/usr/bin/env bash
# What a machine can check of the source: tests/lint/run.sh [WORD...]
# With words, only those checks: format tidy spelling map units shell symbols.
set -u
cd "$(dirname "$0")/../.." || exit 2
BUILD=${BUILD:-build/release}
good=0 bad=0
words=" $* "

mapfile -t sources < <(git ls-files '*.c' '*.h' '*.cc' '*.hh')

check() { # NAME WHAT COMMAND...
	local name=$1 what=$2 said
	shift 2
	[ "$words" = "  " ] || [[ $words == *" $name "* ]] || return 0
	if said=$("$@" 2>&1); then
		good=$((good + 1))
		printf 'ok    %s\n' "$what"
	else
		bad=$((bad + 1))
		printf 'FAIL  %s\n' "$what"
		printf '%s\n' "$said" | head -n "${LINES_SHOWN:-60}" | sed 's/^/      /'
	fi
}

formatted() { clang-format --dry-run -Werror "${sources[@]}"; }

spelled() {
	git ls-files -z | grep -zvE '^(plugins/filter/mask/([a-z]+\.inc|gen/except\.txt)$|(tests/fuzz/seeds|tests/plugins|etc/rules|etc/models|tests/demo)/)' |
		xargs -0 codespell -q 3 --ignore-words tests/lint/words
}

# The compiler's own command line for a file, from make, so that it is written once.
tidy_one() {
	local object=$BUILD/${1%.*}.o flags
	flags=$(make --no-print-directory -n -W "$1" BUILD="$BUILD" CC=clang CXX=clang++ "$object" 2>/dev/null |
		grep -E -- ' -c ' | tail -n 1 | sed -E 's/^[^ ]+ //; s/ -c .*//; s/-MMD -MP//')
	# shellcheck disable=SC2086
	clang-tidy --quiet "$1" -- $flags 2>/dev/null
}
export -f tidy_one
export BUILD

tidy() {
	git ls-files 'core/*.c' 'plugins/*.c' | xargs -P 2 -I{} bash -c 'tidy_one {}'
}

mapped() {
	local file missing=0
	for file in core/*.c core/*.cc; do
		[ -e "$file" ] || continue
		file=$(basename "$file")
		grep -qE "\b${file%.*}(\.cc?|\.\[|\b)" docs/architecture.md || { echo "$file is not in docs/architecture.md" && missing=1; }
	done
	return $missing
}

has_cases() {
	local folder missing=0
	for folder in plugins/filter/*/; do
		[ -n "$(find "tests/$folder" -name '*.in' 2>/dev/null)" ] || { echo "$folder has no cases in tests/$folder" && missing=1; }
	done
	return $missing
}

one_symbol() {
	local module names wrong=0
	make --no-print-directory -s BUILD="$BUILD" all || return 1
	for module in "$BUILD"/plugins/{input,filter,output}/*.so; do
		names=$(nm -D --defined-only "$module" | awk '{ print $3 }' | tr '\n' ' ')
		[ "$names" = "heard_plugin " ] || { echo "$module defines: $names" && wrong=1; }
	done
	return $wrong
}

scripts_parse() {
	local file wrong=0
	while read -r file; do
		bash -n "$file" || wrong=1
	done < <(git ls-files '*.sh' .ci/run)
	return $wrong
}

no_leftovers() {
	! git grep -nE '\b(TODO|FIXME|XXX)\b' -- '*.c' '*.h' '*.cc' '*.sh' ':!tests/lint/run.sh'
}

check format "clang-format changes nothing" formatted
check spelling "codespell finds nothing" spelled
check map "docs/architecture.md names every core file" mapped
check units "every filter has cases" has_cases
check shell "every script parses" scripts_parse
check leftovers "nothing is left to do in the source" no_leftovers
check symbols "every plugin exports one symbol" one_symbol
check tidy "clang-tidy finds nothing" tidy
echo "$good passed, $bad failed"
[ $bad -eq 0 ]
