#!/bin/sh
# A plugin that is missing, truncated, foreign or of another ABI is refused by
# name and with the reason, before anything runs.
. "$(dirname "$0")/../lib/daemon.sh"

mkdir -p "$T/plugins/filter"
CONF_EXTRA=
with_filter() { # PLUGIN
	conf <<-EOT
		pipelines = (
		  { name = "shop"; clear = true;
		    inputs  = ( { plugin = "http"; path = "/feedback"; } );
		    filters = ( { plugin = "$1"; } );
		    outputs = ( { plugin = "file"; path = "out.ndjson"; } ); }
		);
	EOT
	sed -i "s|^plugin_path = .*|plugin_path = [ \"$BUILD/plugins\", \"$BUILD/testplugins\", \"$T/plugins\" ];|" "$CONF"
}

refused() { # WHAT PLUGIN REGEX
	with_filter "$2"
	said=$(heard check 2>&1)
	is "check refuses $1" $? 1
	like "$1: why, and where" "$said" "heard.conf:[0-9]+: .*($3)"
	said=$("$HEARD" run -c "$CONF" 2>&1)
	is "run refuses $1" $? 1
	like "$1: run says it too" "$said" "$3"
}

refused "a missing plugin" nosuch 'nosuch'
refused "a near name" "maks" '[Dd]id you mean.*mask'
head -c 3000 "$BUILD/plugins/filter/mask.so" >"$T/plugins/filter/cut.so"
refused "a truncated one" cut 'cut'
: >"$T/plugins/filter/empty.so"
refused "an empty one" empty 'empty'
echo "this is no shared object" >"$T/plugins/filter/text.so"
refused "a text file" text 'text'
refused "a shared object that is no plugin" noentry 'noentry.*'
refused "another ABI" otherabi 'ABI'
cp "$BUILD/plugins/output/file.so" "$T/plugins/filter/stray.so"
refused "one of another stage" stray 'stray.*'
refused "a path for a name" "../filter/mask" '[./]'
mkdir "$T/plugins/filter/folder.so"
refused "a folder" folder 'folder'

with_filter mask
said=$(heard plugins 2>&1)
is "heard plugins works with bad ones about" $? 0
like "and lists the good" "$said" 'mask'
like "and the bad with the reason" "$said" 'otherabi.*ABI'
no_sanitizer_reports
done_testing
