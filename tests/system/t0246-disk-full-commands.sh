#!/bin/sh
# Commands beside a full disk: each is done, or says in one sentence what is the matter
# and ends with 1; nothing that was there is lost by it.
. "$(dirname "$0")/../lib/daemon.sh"

if [ "$(id -u)" != 0 ] && [ -z "${IN_NAMESPACE:-}" ] && unshare -rm true 2>/dev/null; then
	IN_NAMESPACE=1 exec unshare -rm sh "$0"
fi
mkdir -m 700 "$STATE"
mount -t tmpfs -o size=32M,mode=700 none "$STATE" 2>/dev/null ||
	skip_all "no file system can be mounted here"
trap 'daemon_kill; umount -l "$STATE" 2>/dev/null; clean_up' EXIT

cp -R "$here/etc/models" "$T/models"
CONF_EXTRA='journal = { segment_size = "2M"; };'
conf <<-EOT
	pipelines = ( { name = "shop";
	  inputs  = ( { plugin = "http"; path = "/feedback"; channel = "web"; } );
	  filters = ( { plugin = "spam"; }, { plugin = "mask"; },
	              { plugin = "classify"; rules = "$here/etc/rules/ecommerce.cfg"; } );
	  outputs = ( { plugin = "tickets"; database = "tickets.db"; },
	              { plugin = "report"; formats = [ "html", "csv" ]; } ); } );
EOT
make_full() { dd if=/dev/zero bs=4k 2>/dev/null >"$STATE/filler"; [ -s "$STATE/filler" ]; }
post() {
	curl -s -m 20 -o /dev/null -w '%{http_code}' -H 'Content-Type: application/json' \
		-d "{\"body\":\"屏幕碎了，第 $1 次投诉，请退款\"}" "$(url public /feedback)"
}
has_tickets() { [ "$(heard tickets list --state all 2>/dev/null | grep -c 屏幕)" = "$1" ]; }

# refused WHY COMMAND...: exit 1 and one sentence; what it printed goes to $OUT
OUT=/dev/null
refused() {
	refused_why=$1
	shift
	"$@" -c "$CONF" >"$OUT" 2>"$T/said"
	[ $? = 1 ] && [ "$(wc -l <"$T/said")" = 1 ] && grep -qE "$refused_why" "$T/said" && return
	sed 's/^/# /' "$T/said"
	return 1
}

must_start
for i in 1 2 3; do post $i >/dev/null; done
ok "three tickets are there" wait_for 20 has_tickets 3

# The disk that is written to: /dev/full is one.
OUT=/dev/full
no_space='No space left on device'
ok "a list of tickets" refused "$no_space" "$HEARD" tickets list
ok "an export" refused "$no_space" "$HEARD" tickets export
ok "an export as CSV" refused "$no_space" "$HEARD" tickets export --format csv --body
ok "a report" refused "$no_space" "$HEARD" report
ok "the ledger" refused "$no_space" "$HEARD" ledger
ok "the dead letters" refused "$no_space" "$HEARD" dead list --json
ok "the state" refused "$no_space" "$HEARD" status
ok "the configuration" refused "$no_space" "$HEARD" check --print

# The disk of the state folder.
OUT=/dev/null
ok "the disk is full" make_full
ok "a report into it" refused "$no_space" "$HEARD" report -o "$STATE/report.html"
ok "keys" refused "$no_space" "$HEARD" keygen "$STATE/keys"
i=0
while [ $i -lt 30 ]; do
	i=$((i + 1))
	echo "{\"body\":\"加微信 abc$i 领取免费礼品，点击链接\"}"
done >"$T/spam.ndjson"
ok "what spam is" refused 'disk is full|No space left' "$HEARD" train spam --spam "$T/spam.ndjson"
ok "tickets can be read" has_tickets 3
ok "and exported" sh -c "[ \$('$HEARD' tickets export -c '$CONF' | wc -l) = 3 ]"
ok "the daemon lives" kill -0 "$daemon_pid"

rm "$STATE/filler"
ok "with room again it learns" sh -c "'$HEARD' train spam --spam '$T/spam.ndjson' -c '$CONF' >/dev/null"
ok "and reports" sh -c "'$HEARD' report -o '$STATE/report.html' -c '$CONF' && [ -s '$STATE/report.html' ]"
is "posts are taken" "$(post 4)" 202
ok "the ticket is there" wait_for 30 has_tickets 4
ok "the ledger balances" balanced

# Read only from the start on.
ok "the daemon stops" daemon_stop
if mount -o remount,ro "$STATE" 2>/dev/null; then
	ok "a start is refused" refused 'Read-only file system' "$HEARD" run
	ok "tickets as well" refused 'Read-only file system' "$HEARD" tickets list
	ok "learning as well" refused 'Read-only file system|may not be written' \
		"$HEARD" train spam --spam "$T/spam.ndjson"
	mount -o remount,rw "$STATE"
	ok "it starts when it may write" daemon_start
	ok "and all is there" has_tickets 4
	ok "it stops" daemon_stop
fi
no_sanitizer_reports
done_testing
