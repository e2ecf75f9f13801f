#!/bin/sh
# A full disk under the whole chain, with workers, databases and files that have had
# nothing to write yet: on a tmpfs, and on an ext4 whose blocks are smaller than a page.
# The daemon lives, also through a start without room, and nothing is lost or twice.
# timeout: 600
. "$(dirname "$0")/../lib/daemon.sh"

# Without root a namespace of one's own is enough for a tmpfs.
if [ "$(id -u)" != 0 ] && [ -z "${IN_NAMESPACE:-}" ] && unshare -rm true 2>/dev/null; then
	IN_NAMESPACE=1 exec unshare -rm sh "$0"
fi
mkdir -m 700 "$STATE"
mount_tmpfs() { mount -t tmpfs -o size=96M,mode=700 none "$STATE" 2>/dev/null; }
mount_ext4() {
	truncate -s 96M "$T/image" && mke2fs -q -t ext4 -b 1024 -m 0 -F "$T/image" 2>/dev/null &&
		mount -o loop "$T/image" "$STATE" 2>/dev/null && chmod 700 "$STATE"
}
trap 'daemon_kill; umount -l "$STATE" 2>/dev/null; clean_up' EXIT
mount_tmpfs || skip_all "no file system can be mounted here"
umount "$STATE"

cp -R "$here/etc/models" "$T/models"
CONF_EXTRA='journal = { segment_size = "2M"; };'
conf <<-EOT
	pipelines = ( { name = "shop"; dedupe = "1h";
	  inputs  = ( { plugin = "http"; path = "/feedback"; channel = "web"; } );
	  filters = ( { plugin = "normalize"; }, { plugin = "language"; }, { plugin = "spam"; },
	              { plugin = "dedupe"; }, { plugin = "mask"; }, { plugin = "sentiment"; },
	              { plugin = "classify"; rules = "$here/etc/rules/ecommerce.cfg"; },
	              { plugin = "keywords"; } );
	  outputs = ( { plugin = "tickets"; database = "tickets.db"; },
	              { plugin = "file"; path = "all.ndjson"; } ); } );
EOT

# To the last block: what was put off until it is written takes some, too.
make_full() {
	for filler in 64k 1k 1k; do
		dd if=/dev/zero bs=$filler 2>/dev/null >>"$STATE/filler"
		sync -f "$STATE"
	done
	[ -s "$STATE/filler" ]
}
make_room() { rm -f "$STATE/filler"; }
code() { curl -s -m 20 -o "$T/answer" -w '%{http_code}' "$@"; }
is_ready() { [ "$(code "$(url admin /readyz)")" = 200 ]; }
runs_again() { [ "$(grep -c 'daemon: running' "$LOG")" -gt "$runs" ]; }
post() {
	code -H 'Content-Type: application/json' -d "{\"body\":\"屏幕碎了，第 $1 次投诉，请退款\"}" "$(url public /feedback)"
}

# Posts that are sent once: 202 and an id in acks, or 503.
posts() { # COUNT
	posted=0 strange=
	while [ $posted -lt "$1" ]; do
		posted=$((posted + 1)) n=$((n + 1))
		case $(post $n) in
		202) jq -c '{key: null, ids}' "$T/answer" >>"$T/acks" ;;
		503) ;;
		*) strange="$strange $n" ;;
		esac
	done
	[ -z "$strange" ]
}

# A command beside the daemon: done, or one sentence.
told() {
	"$@" -c "$CONF" >"$T/told" 2>&1
	case $? in 0) ;; 1) [ "$(wc -l <"$T/told")" = 1 ] ;; *) false ;; esac
}

# The ids, and what was posted: nobody posts a text or an order's number twice, so what is
# there twice under two ids was committed behind a 503 and again when it came again.
each_once() {
	jq -r '.ids[]' "$T/acks" | sort >"$T/want"
	sqlite3 "$STATE/tickets.db" 'SELECT lower(hex(id)) FROM record' |
		sed -E 's/^(.{8})(.{4})(.{4})(.{4})/\1-\2-\3-\4-/' | sort >"$T/store"
	jq -r .id "$STATE/all.ndjson" | sort >"$T/file"
	jq -r '.order // .body' "$STATE/all.ndjson" | sort >"$T/said"
	note "$(wc -l <"$T/want") acknowledged, $(wc -l <"$T/store") in the store"
	[ "$(wc -l <"$T/want")" -gt 0 ] && [ -z "$(uniq -d "$T/store")$(uniq -d "$T/file")$(uniq -d "$T/said")" ] &&
		[ -z "$(comm -23 "$T/want" "$T/store")$(comm -3 "$T/store" "$T/file")" ]
}

for kind in tmpfs ext4; do
	mount_$kind || {
		note "no $kind here"
		continue
	}
	rm -f "$T/acks" "$T/loaded"
	n=0
	ok "the daemon starts on $kind" daemon_start || break
	ok "full before the first post" make_full
	ok "a post is answered with 202 or 503" posts 20
	spawn load "$TOOLS/load" -A "$STATE/listeners:public" -c 8 -n 400 -b 10 -f array -k "$kind" -l "$T/loaded" -d 300
	client=$spawned
	ok "and so are others beside many" posts 60
	ok "it lives" kill -0 "$daemon_pid" || break
	ok "a look at the tickets is done or told" told "$HEARD" tickets list
	ok "and an export" told "$HEARD" tickets export
	ok "and at the dead letters" told "$HEARD" dead list
	make_room
	ok "there is room again, and it is ready by itself" wait_for 60 is_ready
	ok "posts are taken" posts 20
	ok "full once more" make_full
	posts 20 || fail "a post was answered otherwise"
	kill -0 "$daemon_pid" || fail "it ended"
	daemon_kill
	rm -f "$STATE/listeners"
	runs=$(grep -c 'daemon: running' "$LOG")
	"$HEARD" run -c "$CONF" >>"$LOG" 2>&1 &
	daemon_pid=$!
	ok "it starts without room" wait_for 60 runs_again
	[ ! -s "$STATE/listeners" ] || posts 20 || fail "a post was answered otherwise"
	make_room
	ok "where it listens is written" wait_for 60 is_serving
	ok "it is ready by itself" wait_for 60 is_ready
	ok "every post was acknowledged in the end" wait "$client"
	cat "$T/loaded" >>"$T/acks"
	ok "posts are taken again" test "$(post last)" = 202
	jq -c '{key: null, ids}' "$T/answer" >>"$T/acks"
	ok "everything is delivered" wait_for 120 is_drained
	ok "each once" each_once
	ok "the ledger balances" balanced
	ok "and adds up" ledger_adds_up
	is "no dead letter" "$(heard dead list --json | jq length)" 0
	ok "dedupe did not tell of it again and again" test "$(grep -c 'what came of late' "$LOG")" -le 20
	ok "the daemon stops" daemon_stop
	umount "$STATE"
done
no_sanitizer_reports
done_testing
