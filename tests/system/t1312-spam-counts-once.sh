#!/bin/sh
# A record that its source has to bring again and again, since it cannot be taken yet, is no
# flood: neither of its author nor of its text.  What others send is.  `keywords` learns its
# words once, for `authentic` its author is no busier, and for `dedupe` it is no repeat.
. "$(dirname "$0")/../lib/daemon.sh"

spawn crm python3 "$here/tests/tools/crmd.py" "$T/crm.port"
wait_for 20 test -s "$T/crm.port"
CRM=$(cat "$T/crm.port")
tell() { curl -fsS -m 10 -o /dev/null -X PUT "http://$CRM/_/$1"; }
touch "$T/in.ndjson"
LEVEL=debug # each refusal, and not the first of a minute
conf <<-EOT
	pipelines = ( { name = "shop"; clear = true;
	  inputs = ( { plugin = "file"; path = "$T/in.ndjson"; }, { plugin = "http"; path = "/feedback"; } );
	  filters = (
	    { plugin = "dedupe"; },
	    { plugin = "spam"; text_model = "$here/etc/models/spam-text.model"; mail_model = "$here/etc/models/spam-mail.model";
	      made_model = "$here/etc/models/spam-made.model"; sender_model = "$here/etc/models/spam-sender.model";
	      program_model = "$here/etc/models/spam-program.model"; route_model = "$here/etc/models/spam-route.model"; flood = 2; repeats = 2; window = "24h"; },
	    { plugin = "keywords"; lists = "$here/etc/models"; },
	    { plugin = "authentic"; busy = 2; },
	    { plugin = "enrich"; by = "author.email"; url = "http://$CRM/c/{key}"; allow_private = true; on_failure = "wait"; } );
	  outputs = ( { plugin = "file"; path = "out.ndjson"; } ); } );
EOT
says() { # AUTHOR
	echo "{\"body\":\"收到的杯子碎了两只，客服一直没有回复我，请尽快给我补发\",\"author\":{\"email\":\"$1@example.org\"}}" >>"$T/in.ndjson"
}
has_lines() { [ "$(cat "$STATE/out.ndjson" 2>/dev/null | wc -l)" -ge "$1" ]; }
is_refused() { [ "$(grep -c 'goes back to its source' "$LOG")" -ge 4 ]; }

must_start
tell down
says a
ok "it is not taken, however often it comes" wait_for 60 is_refused
tell up
ok "until it can be" wait_for 60 has_lines 1
is "and is no flood" "$(jq -rc '[.spam.verdict, .spam.reasons]' "$STATE/out.ndjson")" '["ham",null]'
like "nor is its author busy" "$(jq -rc '.authentic.reasons' "$STATE/out.ndjson")" '^null$'
says b
ok "another says the same" wait_for 60 has_lines 2
like "that is one" "$(tail -n 1 "$STATE/out.ndjson" | jq -rc '.spam.reasons[]')" 'the same text came many times'

post() {
	curl -sS -m 20 -o "$T/answer" -w '%{http_code}' -H 'Content-Type: application/json' -H 'Idempotency-Key: one' \
		-d '[{"body":"发票上的公司名称写错了","author":{"email":"c@example.org"}},{"body":"发票上的公司名称写错了，请重开","author":{"email":"c@example.org"}}]' "$(url public /feedback)"
}
is_taken() { [ "$(post)" = 202 ]; }
tell down
is "a post cannot be taken" "$(post)" 503
is "nor the next time" "$(post)" 503
tell up
ok "until it can be" wait_for 60 is_taken
ok "with both of its records" wait_for 60 has_lines 4
first=$(sed -n 3p "$STATE/out.ndjson" | jq -r .id)
is "of which the first repeats none, and the second the first" \
	"$(tail -n 2 "$STATE/out.ndjson" | jq -r '.duplicate_of // "none"' | sed "s/$first/first/" | tr '\n' ' ')" "none first "
is "the same key again is the same records" "$(post) $(jq -r '.ids[0]' "$T/answer")" "202 $first"
ok "it stops" daemon_stop
background=$STATE/instances/shop/filter/keywords/background
is "keywords counted each once, too" "$(od -An -t u8 -j 24 -N 8 "$background" | tr -d ' ')" 3
no_sanitizer_reports
done_testing
