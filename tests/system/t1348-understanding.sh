#!/usr/bin/env bash
# The shipped pipeline of all filters that read texts: it is good, its order is, and each of
# them says something about a few records; a wrong order is told.
. "$(dirname "$0")/../lib/daemon.sh"

mkdir "$T/etc"
cp -R "$here/etc/models" "$here/etc/rules" "$T/etc"
"$HEARD" keygen "$T/etc" >/dev/null 2>&1
CONF=$T/etc/heard.conf
sed -e "s|^state_dir.*|state_dir = \"$STATE\"; plugin_path = [ \"$BUILD/plugins\" ];|" \
	-e "s|127.0.0.1:808[01]|127.0.0.1:0|" "$here/etc/pipelines/understanding.conf" >"$CONF"
"$HEARD" check -c "$CONF" >"$T/said" 2>&1
is "etc/pipelines/understanding.conf is good" $? 0
is "and nothing in it stands in a wrong place" "$(grep -c 'change places' "$T/said")" 0
"$HEARD" check -c "$here/etc/heard.conf" --state-dir "$T/none" >"$T/said" 2>&1
is "nor in etc/heard.conf" "$(grep -c 'change places' "$T/said")" 0

n=0
# post AUTHOR TEXT: then $T/last is the record as it was written
post() {
	n=$((n + 1))
	jq -n --arg a "$1" --arg b "$2" '{author: {id: $a}, product: "p1", rating: 1, body: $b}' |
		curl -fsS -m 20 -o /dev/null -H 'Content-Type: application/json' -d @- "$(url public /feedback)" &&
		wait_for 20 has_lines && tail -n 1 "$STATE/feedback.ndjson" >"$T/last"
}
has_lines() { [ "$(cat "$STATE/feedback.ndjson" 2>/dev/null | wc -l)" -ge $n ]; }
field() { jq -r "$1 // \"none\"" "$T/last"; }

must_start
post 1 "充电器用了两天就坏了，特别失望，真他妈的垃圾！电话13812345678，请马上退款"
first=$(field .id)
is "language" "$(field .lang)" zh
is "sentiment" "$(field .sentiment.label)" negative
is "classify" "$(field .intent)" complaint
is "moderate" "$(field '.tags | index("improper") != null')" true
ok "keywords" test "$(field '.keywords | length')" -gt 0
ok "authentic" jq -e '.authentic.score > 0.3' "$T/last"
is "spam" "$(field .spam.verdict)" ham
ok "mask" sh -c "! grep -q 13812345678 '$T/last'"
post 1 "充電器用了兩天就壞了，特別失望，真他媽的垃圾！電話13812345678，請馬上退款"
is "dedupe" "$(field .duplicate_of)" "$first"
post 2 "加微信 shua888 刷单返现，日赚三百，代开发票，联系QQ 88321456"
ok "advertisement is no ham" test "$(field .spam.verdict)" != ham
post 3 "The parcel never arrived and support does not answer. I am very disappointed."
is "English, too" "$(field .lang) $(field .sentiment.label)" "en negative"

# ---- a wrong order

sed -i 's|{ plugin = "normalize"; },|& { plugin = "authentic"; name = "early"; },|' "$CONF"
"$HEARD" check -c "$CONF" >"$T/said" 2>&1
is "is no fault" $? 0
ok "and is told" grep -q 'filter "early" reads related, which "dedupe" behind it writes; change places' "$T/said"
sed -i 's|{ plugin = "authentic"; name = "early"; },|{ plugin = "keywords"; name = "early"; },|' "$CONF"
"$HEARD" check -c "$CONF" >"$T/said" 2>&1
ok "so are keywords before mask" grep -q 'filter "early" takes words from texts that "mask" behind it masks; change places' "$T/said"

daemon_stop
no_sanitizer_reports
done_testing
