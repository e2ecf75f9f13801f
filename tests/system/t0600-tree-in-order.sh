#!/bin/sh
# What can be checked of a build without running it: symbols, descriptions,
# the code map.
. "$(dirname "$0")/../lib/daemon.sh"

for module in "$BUILD"/plugins/*/*.so; do
	name=${module#"$BUILD/plugins/"}
	stage=${name%/*} plugin=$(basename "$name" .so)
	[ "$stage" = lib ] && continue
	if [ "$VARIANT" = release ]; then
		is "$name defines one symbol" "$(nm -D --defined-only "$module" | awk '{ print $3 }')" heard_plugin
	fi
	[ -d "$here/plugins/$stage/$plugin" ] || continue
	described=$("$HEARD" describe "$stage/$plugin" 2>&1 || "$HEARD" describe "$plugin" 2>&1)
	is "heard describe $plugin works" $? 0
	like "and names it" "$described" "$plugin"
	like "heard plugins lists $name" "$("$HEARD" plugins 2>&1)" "$plugin"
	example=$(printf '%s\n' "$described" | grep -c 'plugin = ')
	ok "$name has an example" test "$example" -ge 1
done
for source in "$here"/core/*.c "$here"/core/*.cc; do
	file=$(basename "$source")
	ok "docs/architecture.md names $file" grep -qF "${file%.*}" "$here/docs/architecture.md"
done
like "heard tells its version" "$("$HEARD" --version 2>&1)" '[0-9]+\.[0-9]+'
like "heard --help lists commands" "$("$HEARD" --help 2>&1)" 'tickets'
done_testing
