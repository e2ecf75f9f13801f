#!/bin/sh
# scan.sh FOLDER...: fail if any string of planted.txt is in any file below, as it
# is, inside zstd frames, or in the text of an SQLite database.
set -eu
[ $# -gt 0 ] || { echo "usage: scan.sh FOLDER..." >&2; exit 2; }
planted=$(cd "$(dirname "$0")" && pwd)/planted.txt
found=0

# Which planted strings are in standard input: said with the file they are in.
look() {
	if hits=$(LC_ALL=C grep -aoFf "$planted" | sort -u); then
		[ -n "$hits" ] || return 0
		printf '%s: %s\n' "$1" "$(printf '%s' "$hits" | tr '\n' '|')"
		return 1
	fi
}

is_sqlite() {
	[ "$(head -c 15 "$1" | tr -d '\0')" = "SQLite format 3" ]
}

is_zstd() {
	[ "$(od -An -tx1 -N4 "$1" | tr -d ' \n')" = 28b52ffd ]
}

list=$(mktemp)
trap 'rm -f "$list"' EXIT
find "$@" -type f -size +0 >"$list"
while IFS= read -r file; do
	look "$file" <"$file" || found=1
	if is_sqlite "$file"; then # text may lie across two pages of the file
		sqlite3 -readonly "$file" .dump | look "$file (tables)" || found=1
	elif is_zstd "$file"; then
		zstd -dcq "$file" | look "$file (unpacked)" || found=1
	fi
done <"$list"
if [ "$found" = 0 ]; then
	echo "none of $(($(wc -l <"$planted"))) planted strings in $(($(wc -l <"$list"))) files"
fi
exit "$found"
