#!/bin/sh
# A record that its source has to bring again and again, since it cannot be taken yet, is no
# flood: neither of its author nor of its text.  What others send is.  And `keywords` learns
# its words once.
. "$(dirname "$0")/../lib/daemon.sh"

spawn crm python3 "$here/tests/tools/crmd.py" "$T/crm.port"
wait_for 20 test -s "$T/crm.port"
CRM=$(cat "$T/crm.port")
tell() { curl -fsS -m 10 -o /dev/null -X PUT "http://$CRM/_/$1"; }
touch "$T/in.ndjson"
conf <<-EOT
	pipelines = ( { name = "shop"; clear = true;
	  inputs = ( { plugin = "file"; path = "$T/in.ndjson"; }, { plugin = "http"; path = "/feedback"; } );
	  filters = (
	    { plugin = "spam"; text_model = "$here/etc/models/spam-text.model"; mail_model = "$here/etc/models/spam-mail.model";
	      made_model = "$here/etc/models/spam-made.model"; flood = 2; repeats = 2; window = "24h"; },
	    { plugin = "keywords"; lists = "$here/etc/models"; },
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
says b
ok "another says the same" wait_for 60 has_lines 2
like "that is one" "$(tail -n 1 "$STATE/out.ndjson" | jq -rc '.spam.reasons[]')" 'the same text came many times'
ok "it stops" daemon_stop
background=$STATE/instances/shop/filter/keywords/background
is "keywords counted each once, too" "$(od -An -t u8 -j 24 -N 8 "$background" | tr -d ' ')" 2
no_sanitizer_reports
done_testing
