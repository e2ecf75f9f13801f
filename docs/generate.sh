#!/bin/sh
# Write what the code knows of itself: docs/reference/*.md, and the generated
# part of docs/heard.conf.5.
#
#	docs/generate.sh [OUT]    into OUT instead of docs/
#	HEARD                     the binary to ask (build/release/heard)
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")
out=${1:-$here}
heard=${HEARD:-$root/build/release/heard}
none=$here/none.conf # of no config, so that the plugins beside the binary are asked

mkdir -p "$out/reference"

describe() { # WHAT...: without the place of the module, which is another everywhere
	"$heard" describe "$@" -c "$none" | sed '/^  from \//d'
}

page() { # TITLE, then the text as `heard describe` writes it
	printf '# %s\n\nMade by `docs/generate.sh`; do not edit.\n\n```\n' "$1"
	cat
	printf '```\n'
}

plugins() { # STAGE/NAME, in the order of a pipeline
	for stage in input filter output; do
		for folder in "$root/plugins/$stage"/*/; do
			echo "$stage/$(basename "$folder")"
		done
	done
}

fields() {
	cat <<-'EOT'
		# Fields of a record

		Made by `docs/generate.sh` from `include/heard/field.h`; do not edit.

		Care: SAFE holds no private data; WORK is kept as given; TEXT was written by
		people, and `mask` cleans it; CONTACT is sealed before anything is written.
		Beside these a record has the families `ratings.*` (numbers), `masked.*`
		(counts) and `attributes.*` (whatever else the source sent).

		| field | type | care | meaning |
		|---|---|---|---|
	EOT
	sed -n 's/^X([A-Z_]*, *"\([^"]*\)", *\([A-Z]*\), *\([A-Z]*\), *"\([^"]*\)").*/| `\1` | \2 | \3 | \4 |/p' \
		"$root/include/heard/field.h"
}

index() {
	printf '# Reference\n\nMade by `docs/generate.sh`; do not edit.\n\n'
	printf -- '- [core.md](core.md): sections of the core\n'
	printf -- '- [fields.md](fields.md): fields of a record\n'
	for plugin in $(plugins); do
		name=$(echo "$plugin" | tr / -)
		printf -- '- [%s.md](%s.md): %s\n' "$name" "$name" \
			"$(describe "$plugin" | sed -n '1s/^[^:]*: //p')"
	done
}

# The page with everything between the two marks replaced by stdin.
between_marks() { # PAGE
	awk -v generated=/dev/stdin '
		/^\.\\" END GENERATED/ { is_inside = 0 }
		!is_inside { print }
		/^\.\\" BEGIN GENERATED/ {
			is_inside = 1
			while ((getline line < generated) > 0)
				print line
		}' "$1"
}

for plugin in $(plugins); do
	describe "$plugin" | page "${plugin%/*} ${plugin#*/}" \
		>"$out/reference/$(echo "$plugin" | tr / -).md"
done
describe --core | page "Sections of the core" >"$out/reference/core.md"
fields >"$out/reference/fields.md"
index >"$out/reference/README.md"
{
	echo '.Sh SECTIONS'
	describe --core --mdoc
	echo '.Sh PLUGINS'
	for plugin in $(plugins); do
		describe --mdoc "$plugin"
	done
} | between_marks "$here/heard.conf.5" >"$out/heard.conf.5.new"
mv "$out/heard.conf.5.new" "$out/heard.conf.5"
