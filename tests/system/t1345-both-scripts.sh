#!/usr/bin/env bash
# Traditional and simplified Chinese find each other, both ways, in rules, improper words,
# duplicates and search; and what was written stays as it was written.
. "$(dirname "$0")/../lib/daemon.sh"

mkdir -p "$T/improper"
printf '[abuse]\n臭垃圾\n髒東西\n' >"$T/improper/zh.txt"
cat >"$T/rules.cfg" <<-EOT
	rules = (
	  { category = "product";  words = [ "项链" ]; },
	  { category = "service";  words = [ "沒有回覆" ]; },
	  { category = "delivery"; patterns = [ "等着?了?[0-9]+天" ]; },
	  { category = "other";    patterns = [ "睡著了?也吵" ]; } );
EOT
conf <<-EOT
	pipelines = ( { name = "shop"; clear = true; dedupe = "1h";
	  inputs = ( { plugin = "http"; path = "/feedback"; } );
	  filters = ( { plugin = "dedupe"; },
	              { plugin = "moderate"; lists = "$T/improper"; words = [ "坑錢貨" ]; },
	              { plugin = "classify"; rules = "$T/rules.cfg"; } );
	  outputs = ( { plugin = "file"; path = "$T/out.ndjson"; },
	              { plugin = "tickets"; database = "tickets.db"; } ); } );
EOT

n=0
# post TEXT: then $T/last is the record as it was written
post() {
	n=$((n + 1))
	jq -n --arg b "$1" '{channel: "web", author: {id: "7"}, body: $b}' |
		curl -fsS -m 20 -o /dev/null -H 'Content-Type: application/json' -d @- "$(url public /feedback)" &&
		wait_for 20 has_lines && tail -n 1 "$T/out.ndjson" >"$T/last"
}
has_lines() { [ "$(cat "$T/out.ndjson" 2>/dev/null | wc -l)" -ge $n ]; }
field() { jq -r "$1 // \"none\"" "$T/last"; }
is_of() { post "$1" && [ "$(field .category)" = "$2" ]; }
is_improper() { post "$1" && [ "$(field '.attributes["improper.'"$2"'"]')" = 1 ]; }
# Those whose body has the word, as the search of tickets finds them: written in either.
finds() { heard tickets search "$1" >"$T/found" && grep -q "$2" "$T/found" && grep -q "$3" "$T/found"; }

must_start

ok "a rule in simplified finds simplified" is_of "收到的项链断了" product
ok "and traditional" is_of "收到的項鍊斷了" product
ok "a rule in traditional finds traditional" is_of "客服一直沒有回覆" service
ok "and simplified" is_of "这家店的客服总没有回复" service
ok "a pattern in simplified finds traditional" is_of "等著3天還沒到" delivery
ok "and simplified" is_of "说好次日达却等着5天" delivery
ok "a pattern in traditional finds simplified" is_of "机器晚上睡着了也吵" other

ok "an improper word in simplified is found in traditional" is_improper "這個店是臭垃圾" abuse
ok "one in traditional is found in simplified" is_improper "卖的什么脏东西" abuse
ok "and in traditional" is_improper "賣的甚麼髒東西" abuse
ok "one of the option, too" is_improper "真是坑钱货，再也不来" own

post "充電器用了兩天就發熱，客服沒有回覆，請儘快處理"
first=$(field .id)
is "the text stays as it was written" "$(field .body)" "充電器用了兩天就發熱，客服沒有回覆，請儘快處理"
post "充电器用了两天就发热，客服没有回复，请尽快处理"
is "what is said again in simplified is a duplicate" "$(field .duplicate_of)" "$first"
is "and stays as it was written" "$(field .body)" "充电器用了两天就发热，客服没有回复，请尽快处理"
post "耳機戴著不舒服，跟說明書寫的不一樣，我要退貨"
first=$(field .id)
post "耳机戴着不舒服，跟说明书写的不一样，我要退货"
is "as is simplified in traditional" "$(field .duplicate_of)" "$first"

ok "a search in simplified finds both" wait_for 20 finds 项链 项链 項鍊
ok "and one in traditional" wait_for 20 finds 項鍊 项链 項鍊
ok "where the word decides, too" wait_for 20 finds 沒有回覆 沒有回覆 没有回复
ok "either way" wait_for 20 finds 没有回复 沒有回覆 没有回复

daemon_stop
no_sanitizer_reports
done_testing
