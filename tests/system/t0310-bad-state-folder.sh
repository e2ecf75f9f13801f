#!/bin/sh
# A state folder that cannot be used is refused with a sentence, and left alone.
. "$(dirname "$0")/../lib/daemon.sh"

pipeline() {
	conf <<-EOT
		pipelines = (
		  { name = "shop"; clear = true;
		    inputs  = ( { plugin = "http"; path = "/feedback"; } );
		    outputs = ( { plugin = "file"; path = "out.ndjson"; } ); }
		);
	EOT
}

refused() { # WHAT FOLDER REGEX
	STATE=$2
	pipeline
	said=$(timeout 30 "$HEARD" run -c "$CONF" 2>&1)
	is "$1: refused" $? 1
	like "$1: why" "$said" "$3"
}

good=$STATE
echo x >"$T/file"
refused "a file instead of a folder" "$T/file" "$T/file"
refused "below a file" "$T/file/state" "$T/file"
if mount -t tmpfs -o ro,mode=700 none "$(mkdir -p "$T/ro" && echo "$T/ro")" 2>/dev/null; then
	refused "a read-only one" "$T/ro" '[Rr]ead-only'
	umount "$T/ro"
elif [ "$(id -u)" != 0 ]; then
	mkdir -m 500 "$T/ro"
	refused "an unwritable one" "$T/ro" '[Pp]ermission'
fi
refused "one in /proc" /proc/heard '/proc/heard'

# somebody else's files where the journal would be
mkdir -p "$T/foreign/journal"
echo "not a segment" >"$T/foreign/journal/notes.txt"
head -c 100000 /dev/urandom >"$T/foreign/journal/photo.jpg"
before=$(cd "$T/foreign/journal" && md5sum notes.txt photo.jpg)
STATE=$T/foreign
pipeline
timeout 20 "$HEARD" run -c "$CONF" >"$T/said" 2>&1 &
daemon_pid=$!
wait_for 10 sh -c "! kill -0 $daemon_pid || test -s '$STATE/listeners'" || note "neither up nor down"
daemon_stop
is "strangers' files in it are not touched" "$(cd "$T/foreign/journal" && md5sum notes.txt photo.jpg)" "$before"

STATE=$good
pipeline
ok "a good one works" daemon_start
said=$(timeout 30 "$HEARD" run -c "$CONF" 2>&1)
is "a second daemon on it is refused" $? 1
like "because it is locked" "$said" '[Aa]nother|[Ll]ock|already'
ok "the first goes on" curl -fsS -m 10 -o /dev/null "$(url admin /healthz)"
ok "and stops" daemon_stop
ok "after that there is no lock" daemon_start
daemon_kill
ok "nor after a kill" daemon_start
is "the folder is its owner's only" "$(stat -c %a "$STATE")" 700
ok "it stops" daemon_stop
no_sanitizer_reports
done_testing
