#!/bin/sh
# Somebody deletes the state folder, or deletes or moves the journal's files, under a daemon that runs:
# nothing is acknowledged that is nowhere.
. "$(dirname "$0")/../lib/daemon.sh"

CONF_EXTRA='journal = { segment_size = "1M"; };'
conf <<-EOT
	pipelines = ( { name = "shop"; clear = true;
	  inputs  = ( { plugin = "http"; path = "/feedback"; } );
	  outputs = ( { plugin = "file"; path = "$T/out.ndjson"; } ); },
	{ name = "keyed"; clear = true; dedupe = "1h";
	  inputs  = ( { plugin = "http"; path = "/keyed"; } );
	  outputs = ( { plugin = "file"; path = "$T/keyed.ndjson"; } ); } );
EOT
post() {
	curl -s -m 20 -o "$T/answer" -w '%{http_code}' -H 'Content-Type: application/json' \
		-d "{\"body\":\"$1\"}" "$public" || printf ' %d' $?
}
post_key() {
	curl -s -m 20 -o "$T/answer" -w '%{http_code}' -H 'Content-Type: application/json' \
		-H "Idempotency-Key: $1" -d "{\"body\":\"$1\"}" "$keyed" || printf ' %d' $?
}
# Each 100 KB, so that ten of them fill a segment.
post_large() {
	for i in $(seq "$1"); do
		head -c 100000 /dev/zero | tr '\0' a | sed 's/^/{"body":"large /;s/$/"}/' |
			curl -s -m 20 -o "$T/answer" -w '%{http_code}\n' --data-binary @- \
				-H 'Content-Type: application/json' "$public"
	done | sort | uniq -c | tr -s ' '
}
is_gone() { ! kill -0 "$daemon_pid" 2>/dev/null; }
ends() { wait_for 20 is_gone || { kill -9 "$daemon_pid" && false; }; }
# Told so, or cut off by the end of the daemon; not a connection that nobody took.
refused='^(503|000 5[26])$'

must_start
public=$(url public /feedback)
is "a post is taken" "$(post one)" 202
rm -rf "$STATE"
like "with the folder gone none is acknowledged" "$(post two)" "$refused"
ok "the daemon ends" ends
daemon_wait
is "as one that failed" $? 1
like "and says why" "$(cat "$LOG")" 'its files were deleted or moved away; stopping, so that nothing is acknowledged that is not safe'

ok "it starts on a fresh folder" daemon_start
keyed=$(url public /keyed)
rm -rf "$STATE"
like "a post with a key is not acknowledged either" "$(post_key two)" "$refused"
ok "and ends the daemon" ends
daemon_wait
is "as one that failed, too" $? 1

ok "it starts on the next one" daemon_start
public=$(url public /feedback)
is "and takes posts" "$(post three)" 202

# One file of it: the next group goes into another one.
rm "$STATE"/journal/seg-*1
is "with its file gone a post is taken all the same" "$(post four)" 202
like "and the log says that it was" "$(cat "$LOG")" 'the group is written to a new segment'
ok "it is delivered" wait_for 20 grep -q four "$T/out.ndjson"
daemon_kill
ok "it starts" daemon_start
public=$(url public /feedback)
is "and takes posts" "$(post five)" 202
ok "all is delivered" wait_for 20 grep -q five "$T/out.ndjson"
is "each once" "$(jq -r .body "$T/out.ndjson" | sort | tr '\n' ' ')" "five four one three "

# The file that is written to is moved away: no start would find what is in it.
current=$(grep -l five "$STATE"/journal/seg-*)
mkdir "$T/away"
mv "$current" "$T/away/"
is "with its file moved away a post is taken" "$(post six)" 202
ok "it is in one that a start finds" grep -q six "$STATE"/journal/seg-*
# Another is put in its place.
current=$(grep -l six "$STATE"/journal/seg-*)
cp "$current" "$T/copy" && mv "$T/copy" "$current"
is "with another in its place, too" "$(post seven)" 202
ok "that is in one that a start finds" grep -q seven "$STATE"/journal/seg-*

# The spare ones are deleted, the one written to is not.
current=$(grep -l seven "$STATE"/journal/seg-*)
find "$STATE/journal" -name 'seg-*' ! -path "$current" -exec rm {} +
is "without spare ones all posts are taken" "$(post_large 25)" " 25 202"
like "the log says that they are gone" "$(cat "$LOG")" \
	'the spare segment cannot be opened: No such file or directory; another is taken'
daemon_kill
ok "it starts again" daemon_start
ok "all of them are delivered" wait_for 20 sh -c "[ \$(grep -c large '$T/out.ndjson') -ge 25 ]"

# The folder is moved away whole, and then back.
public=$(url public /feedback)
mv "$STATE/journal" "$T/journal"
like "with the journal moved away a post is not acknowledged" "$(post eight)" "$refused"
ok "that ends the daemon" ends
daemon_wait
is "as one that failed" $? 1
ok "nothing was put in its place" test ! -e "$STATE/journal"
mv "$T/journal" "$STATE/journal"
ok "with the folder back it starts" daemon_start
keyed=$(url public /keyed)
mv "$STATE" "$T/elsewhere"
like "nor with all of the state moved away" "$(post_key eight)" "$refused"
ok "that ends it, too" ends
daemon_wait
is "likewise" $? 1
rm -rf "$STATE"
mv "$T/elsewhere" "$STATE"
ok "and with that back it starts" daemon_start
public=$(url public /feedback)
is "and takes posts" "$(post nine)" 202
ok "which are delivered" wait_for 20 grep -q nine "$T/out.ndjson"
is "once" "$(grep -c nine "$T/out.ndjson")" 1
keyed=$(url public /keyed)
is "what was refused is taken when it comes again" "$(post_key eight)" 202
ok "and delivered" wait_for 20 grep -q eight "$T/keyed.ndjson"
is "once, too" "$(grep -c eight "$T/keyed.ndjson")" 1

ok "the daemon stops" daemon_stop
no_sanitizer_reports
done_testing
