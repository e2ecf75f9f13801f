#!/bin/sh
# A GBK CSV and an XLSX of 100,000 reviews each: imported in bounded memory, exactly
# once over kills, with every bad row listed.  ROWS=, KILLS= for other sizes.
# timeout: 600
. "$(dirname "$0")/../lib/daemon.sh"
NO_PUBLIC=1

ROWS=${ROWS:-$((100000 / SLOW))}
KILLS=${KILLS:-$((4 / SLOW + 2))}
DROP=$T/drop
RSS_LIMIT=128 # MiB, of which an idle daemon takes about 20
mkdir -p "$DROP"
conf <<-EOT
	timezone = "Asia/Shanghai";
	pipelines = (
	  { name = "shop"; dedupe = "1h";
	    inputs  = ( { plugin = "file"; path = "$DROP"; columns = "taobao"; done = "move"; } );
	    filters = ( { plugin = "mask"; },
	                { plugin = "classify"; rules = "$here/etc/rules/ecommerce.cfg"; when = "order == 'C1' or order == 'C2'"; } );
	    outputs = ( { plugin = "file"; path = "out.ndjson"; },
	                { plugin = "tickets"; when = "order == 'C1' or order == 'C2'"; } ); }
	);
EOT
PEAK=0
peak() {
	hwm=$(awk '/VmHWM/ { print int($2 / 1024) }' "/proc/$daemon_pid/status" 2>/dev/null)
	[ "${hwm:-0}" -gt "$PEAK" ] && PEAK=$hwm
}
is_moved() { [ -z "$(find "$DROP" -maxdepth 1 -type f)" ]; }
put() { cp "$1" "$DROP/.new" && mv "$DROP/.new" "$DROP/${1##*/}"; }
# The reviews of the orders A..., B...: how many, and how many different.
firsts() { jq -r "select(.in_reply_to == null) | .order | select(startswith(\"$1\"))" "$STATE/out.ndjson"; }
followups() { jq -r "select(.in_reply_to != null) | .order | select(startswith(\"$1\"))" "$STATE/out.ndjson"; }

/usr/bin/python3 "$here/tests/lib/reviews.py" csv "$ROWS" "$T/export.csv" A || fail "the CSV is made"
/usr/bin/python3 "$here/tests/lib/reviews.py" xlsx "$ROWS" "$T/export.xlsx" B || fail "the XLSX is made"
note "rows: $ROWS; $(wc -c <"$T/export.csv") bytes of CSV, $(wc -c <"$T/export.xlsx") of XLSX"

must_start
for file in export.xlsx export.csv; do
	put "$T/$file"
	kills=0
	while [ "$kills" -lt "$((KILLS / 2))" ] && ! is_moved; do
		sleep "0.$(((kills * 377 + 150) % 700 + 100))"
		peak
		daemon_kill
		kills=$((kills + 1))
		daemon_start || fail "the daemon comes up after kill $kills"
	done
	note "$file: killed $kills times"
	ok "$file is read to its end and moved away" wait_for $((60 * SLOW)) is_moved
done
ok "all is delivered" wait_for $((60 * SLOW)) is_drained
peak
bad=$((ROWS / 10000)) later=$((ROWS / 10000))
[ $((ROWS % 10000)) -ge 5000 ] && later=$((later + 1))
good=$((ROWS - bad - later))
followed=$((ROWS / 10 - bad - later))
for word in A B; do
	firsts $word >"$T/firsts"
	followups $word >"$T/followups"
	is "$word: every good row arrived" "$(wc -l <"$T/firsts")" "$good"
	is "$word: and once" "$(sort -u "$T/firsts" | wc -l)" "$good"
	is "$word: follow-ups too" "$(sort -u "$T/followups" | wc -l)/$(wc -l <"$T/followups")" "$followed/$followed"
done
heard dead list --json >"$T/dead"
is "every bad row is listed" "$(jq length "$T/dead")" "$((2 * (bad + later)))"
if [ "$later" -gt 0 ]; then
	like "of the CSV with file and line" "$(jq -r '.[].reason' "$T/dead")" "'export.csv' line [0-9]+: rating: no score"
	like "of the XLSX with file and row" "$(jq -r '.[].reason' "$T/dead")" "'export.xlsx' row 5001: rating: no score"
	is "without a customer's words" "$(grep -c '说不清\|昨天' "$T/dead")" 0
fi
grep '"order":"A0000001"' "$STATE/out.ndjson" >"$T/first"
is "GBK, quotes and line ends are right" "$(jq -r .body "$T/first")" '第1条评价：用着"还行",就是
充电有点慢'
is "times are in the configured zone" "$(jq -r .created_at "$T/first")" 2026-02-01T17:01:00.000Z
is "words are scores" "$(jq -r '"\(.rating)/\(.rating_max) \(.channel)"' "$T/first")" '3/5 review'
note "peak memory: $PEAK MiB"
[ "$SLOW" -gt 1 ] || ok "memory was bounded" test "$PEAK" -le "$RSS_LIMIT"

# The same files under other names: nothing new.
before=$(wc -l <"$STATE/out.ndjson")
cp "$T/export.csv" "$T/again.csv"
put "$T/again.csv"
ok "the same export under another name is read" wait_for $((60 * SLOW)) is_moved
ok "and settles" wait_for $((60 * SLOW)) is_drained
is "and adds nothing" "$(wc -l <"$STATE/out.ndjson")" "$before"

# By hand.
is "heard send takes the same table, and says so" "$(heard send --format csv "$T/export.csv" --json | jq '.accepted + .dead')" \
	"$((good + followed + bad + later))"
printf 'colour;size\nred;5\n' >"$T/other.csv"
heard send --format csv "$T/other.csv" >"$T/said" 2>&1
is "a table of something else is refused" "$?" 1
like "with what was found and expected" "$(cat "$T/said")" 'found: colour, size; expected: 评价内容'

for format in csv ndjson; do
	heard send --format $format "$T" >"$T/said" 2>&1
	is "what cannot be read as $format is no success" "$?" 1
	like "and is told" "$(cat "$T/said")" 'cannot be read'
done

# What a platform wrote for a customer is no ticket; what one wrote is.
printf '订单编号,评价内容,评价等级\nC1,此用户没有填写评价。,差评\nC2,充电的时候起火了,差评\n' >"$T/words.csv"
put "$T/words.csv"
ok "reviews without words are read" wait_for 20 is_moved
ok "and delivered" wait_for 20 is_drained
is "the one with words is a ticket, the other is not" \
	"$(heard tickets list --json | jq -r 'map(.channel + " " + .priority) | join(",")')" "review high"
is "its score is kept" "$(grep '"order":"C1"' "$STATE/out.ndjson" | jq -c '[.rating, .body, .tags]')" '[1,null,["default_text"]]'

# What is no workbook, in one sentence each.
head -c 3000 "$T/export.xlsx" >"$T/cut.xlsx"
printf '\320\317\021\340\241\261\032\341secret' >"$T/locked.xlsx"
printf '<html><table><tr><td>x</td></tr></table></html>' >"$T/page.xls"
cp "$T/other.csv" "$T/prices.csv"
for file in cut.xlsx locked.xlsx page.xls prices.csv; do put "$T/$file"; done
said() { grep -q "$1" "$LOG"; }
ok "a workbook that was cut off is refused" wait_for 20 said "'cut.xlsx': .*cut off\|'cut.xlsx': .*its end is missing"
ok "one with a password is refused" wait_for 20 said "'locked.xlsx': .*without a password"
ok "a web page is refused" wait_for 20 said "'page.xls': .*web page"
ok "a table of something else is refused" wait_for 20 said "'prices.csv': .*found: colour, size"
ok "and they are left where they were" test -f "$DROP/cut.xlsx" -a -f "$DROP/locked.xlsx" -a -f "$DROP/page.xls" -a -f "$DROP/prices.csv"
ok "the ledger balances" balanced
ok "and adds up" ledger_adds_up
ok "the daemon stops" daemon_stop
no_sanitizer_reports
done_testing
