#!/usr/bin/env bash
# answer takes articles that were added while it runs, and leaves out those that cannot be
# used.
. "$(dirname "$0")/../lib/daemon.sh"
. "$(dirname "$0")/../lib/chain.sh"
PIPELINE='clear = true;'

mkdir -p "$T/articles"
printf -- '---\nid: pay\ntitle: 支付失败\n---\n换一种付款方式。\n' >"$T/articles/pay.md"
chain "{ plugin = \"answer\"; folder = \"$T/articles\"; check = \"20ms\"; }"
finds() { send "\"body\":\"$1\"" && [ "$(last '.answer.id // "none"')" = "$2" ]; }
says() { send '"body":"支付失败"' && has_logged "$1"; }
refuses() { ! "$HEARD" check -c "$CONF" >"$T/said" 2>&1 && grep -q "$1" "$T/said"; }

must_start
ok "an article is found" finds "我的支付失敗了" pay
ok "what there is no article for has no answer" finds "my card was declined" none
printf '# Card declined\n\nTry another card.\n' >"$T/articles/card.md"
ok "a new article is found without a reload" wait_for 20 finds "my card was declined" card
printf -- '---\ntitle: x\n' >"$T/articles/bad.md"
ok "a faulty file is told" wait_for 20 says 'bad.md: its front matter does not end'
ok "and left out" says 'an article is left out'
ok "the others are still found" finds "my card was declined" card
printf '# Where is the invoice\n' >"$T/articles/bad.md"
ok "once it is mended it is found, too" wait_for 20 finds "where is my invoice" bad
rm "$T/articles/card.md"
ok "an article that was removed is no answer" wait_for 20 finds "my card was declined" none
rm "$T/articles/pay.md" "$T/articles/bad.md"
ok "an empty folder leaves those of before" wait_for 20 says 'those of before stay'
ok "which are found" finds "我的支付失敗了" pay
ok "a folder without articles is refused" refuses 'there is no article in it'
ok "it stops" daemon_stop
no_sanitizer_reports
done_testing
