#!/bin/sh
# The feedback form as browsers use it: without JavaScript, once, whatever is put in.
. "$(dirname "$0")/../lib/daemon.sh"

"$HEARD" keygen "$T" >/dev/null
CONF_EXTRA="privacy = { public_key = \"$T/heard.pub\"; private_key = \"$T/heard.key\"; };"
conf <<-EOT
	pipelines = (
	  { name = "shop"; clear = true;
	    inputs  = ( { plugin = "http"; path = "/feedback"; cors = [ "https://shop.example" ];
	                  consent = { text_zh = "同意<b>处理</b>"; version = "2026-03"; };
	                  attachments = { max_count = 2; max_size = "64K"; }; },
	                { plugin = "http"; name = "plain"; path = "/plain"; form = false; },
	                { plugin = "http"; name = "other"; path = "/other"; } );
	    outputs = ( { plugin = "file"; path = "out.ndjson"; } ); }
	);
EOT
# The disk is full for attachments while that file is there.
export SHIM_ROOT="$STATE/attachments" SHIM_FULL="$T/full"
PRELOAD=shim_fail
must_start
FORM=$(url public /feedback)

# fetch CURL-ARGS...: $status, $T/head and $T/page
fetch() {
	status=$(curl -s -m 20 -o "$T/page" -D "$T/head" -w '%{http_code}' "$@")
}
# Where a form leads to, without the moment it was sent.
way() { header location | sed 's/&sent=[0-9]*$//'; }
header() { tr -d '\r' <"$T/head" | sed -n "s/^$1: //Ip"; }
token() { sed -n 's/.*name="once" value="\([^"]*\)".*/\1/p' "$T/page"; }
fresh() { # a token
	fetch "$FORM"
	token
}
shown() { grep -q -- "$1" "$T/page"; }
records() { wc -l <"$STATE/out.ndjson"; }
# The record whose body that is, once it is there.
record() { jq -c "select(.body == \"$1\")" "$STATE/out.ndjson"; }
has_record() { [ -n "$(record "$1")" ]; }

# ---- the page

fetch -H 'Accept-Language: zh-CN,zh;q=0.9,en;q=0.5' "$FORM"
is "GET shows a page" "$status" 200
ok "in Chinese for a Chinese browser" shown '<html lang="zh-CN">'
ok "with the operator's words on consent, escaped" shown '同意&lt;b&gt;处理&lt;/b&gt;'
ok "without a script" sh -c "! grep -qi '<script\|onclick\|javascript:' '$T/page'"
like "that allows none" "$(header content-security-policy)" "default-src 'none'.*frame-ancestors 'none'"
is "is not stored, for its token" "$(header cache-control)" no-store
is "is not sniffed" "$(header x-content-type-options)" nosniff
fetch -H 'Accept-Language: fr, en;q=0.8, zh;q=0.1' "$FORM"
ok "in English for an English one" shown '<html lang="en">'
fetch -H 'Accept-Language: zh' "$FORM?lang=en"
ok "and as the address says" shown '<html lang="en">'
fetch "$FORM?lang=%22%3E%3Cscript%3E&embed=1"
ok "a query is not echoed" sh -c "! grep -q '<script' '$T/page'"
like "inside other pages only of the origins named" "$(header content-security-policy)" \
	"frame-ancestors 'self' https://shop.example$"
fetch "$(url public /plain)"
is "form = false shows none" "$status" 405
fetch "$FORM/widget.js"
is "the widget is there" "$status $(header content-type)" "200 text/javascript; charset=utf-8"

# ---- a post, once

T1=$(fresh)
post() { fetch "$FORM" --data-urlencode "once=$1" -d lang=zh -d consent=2026-03 "$@"; }
send1() {
	fetch "$FORM" --data-urlencode "once=$T1" -d lang=zh --data-urlencode 'body=充电宝坏了 <b>&' \
		-d rating=2 -d order=2026030500017 --data-urlencode 'author.phone=13812345678' \
		-d source_id=mine -d priority=high -d attributes.x=y -d consent=2026-03
}
send1
is "a form is answered by the way to its status page" "$status" 303
first=$(way)
like "which is a token" "$first" '^/status/[A-Za-z0-9_-]{22}\?lang=zh$'
like "and says since when it can be awaited" "$(header location)" '&sent=[0-9]{10}$'
send1
is "the second click leads there too" "$(way)" "$first"
ok "the record arrives" wait_for 20 has_record '充电宝坏了 <b>&'
is "once" "$(records)" 1
is "with the version of the consent" "$(jq -r .attributes.consent "$STATE/out.ndjson")" 2026-03
is "with its fields" "$(jq -c '[.channel,.lang,.rating,.rating_max,.order]' "$STATE/out.ndjson")" \
	'["web","zh",2,5,"2026030500017"]'
like "the phone is sealed" "$(jq -r .author.phone "$STATE/out.ndjson")" '^sealed:'
is "only fields of the form are taken" \
	"$(jq -c '[.source_id == "mine", .priority, .attributes.x]' "$STATE/out.ndjson")" '[false,null,null]'

fetch "$FORM" -d "once=$T1" --data-urlencode 'body=another "text"' -d consent=2026-03 -d lang=en
is "a token that was used with other text" "$status" 409
ok "keeps the text" shown 'another &quot;text&quot;'
ok "and offers a new token" sh -c "grep -q 'name=\"once\"' '$T/page' && ! grep -q '$T1' '$T/page'"

# ---- what is wrong is said, and the text kept

XSS='</textarea><script>alert(1)</script>"onfocus="x'
fetch "$FORM" -d "once=${T1%?????}AAAAA" --data-urlencode "body=$XSS" \
	--data-urlencode "author.name=$XSS" -d consent=2026-03 -d lang=en
is "a forged token is refused" "$status" 400
ok "the page is shown again" shown 'Please write\|please send it again'
ok "the text stands in it, escaped" shown '&lt;/textarea&gt;&lt;script&gt;alert(1)'
ok "and is no markup" sh -c "! grep -q '<script\|\" *onfocus=\"' '$T/page'"
fetch "$(url public /other)"
OTHER=$(token)
fetch "$FORM" -d "once=$OTHER" -d body=x -d consent=2026-03
is "so is another form's token" "$status" 400
T2=$(fresh)
fetch "$FORM" -d "once=$T2" --data-urlencode 'body=  ' -d consent=2026-03 -d lang=en
is "an empty message" "$status" 422
fetch "$FORM" -d "once=$T2" -d 'body=no consent' -d consent=2025-01 -d lang=en
is "consent to another version" "$status" 422
ok "the text is kept" shown 'no consent</textarea>'
ok "and the token still good" shown "$T2"
fetch "$FORM" -d "once=$T2" -d 'body=%ff' -d consent=2026-03
is "bytes that are no text" "$status" 400
head -c 70000 /dev/zero | tr '\0' 'a' >"$T/long"
fetch "$FORM" -d "once=$T2" --data-urlencode "body@$T/long" -d consent=2026-03
is "far too long a message" "$status" 413
fetch "$FORM" -d "once=$T2" -d 'body=mended' -d consent=2026-03
is "and then it can be sent" "$status" 303
fetch "$FORM" -d "once=$(fresh)" -d lang=zh -d 'body=framed' -d consent=2026-03 -d embed=1
is "in a frame thanks are shown" "$status" 200
ok "with the way to the status page" shown 'target=_blank.*href="/status/'

# ---- programs are answered as ever

fetch "$FORM" -d body=curl -d size=XL
is "a form without token" "$status" 202
like "gets JSON" "$(jq -c '[.accepted, (.status | length)]' "$T/page")" '^\[1,1\]$'
ok "with any field" wait_for 20 has_record curl
is "as attributes" "$(record curl | jq -r .attributes.size)" XL
fetch "$FORM" -H 'Content-Type: application/json' -d '{"body":"json"}'
is "JSON" "$status" 202
fetch "$FORM" -H 'Accept: text/html,*/*' -d body=static
is "a page of one's own is led to the status page" "$status" 303

# ---- attachments

printf '\211PNG\r\n\032\n picture of a box' >"$T/box.png"
printf '\211PNG\r\n\032\n another picture' >"$T/two.png"
printf '<html><script>alert(1)</script>' >"$T/page.png"
{ printf '\377\330\377'; head -c 70000 /dev/zero; } >"$T/huge.jpg"
upload() { # FILES as curl's -F arguments
	fetch "$FORM" -F "once=$T3" -F lang=en -F 'body=with files' -F consent=2026-03 "$@"
}
blobs() { find "$STATE/attachments" -type f 2>/dev/null | wc -l; }
T3=$(fresh)
upload -F "attachments=@$T/page.png;type=image/png"
is "a page that calls itself a picture" "$status" 415
ok "is told" shown 'not of a type'
upload -F "attachments=@$T/huge.jpg"
is "too large a file" "$status" 413
upload -F "attachments=@$T/box.png" -F "attachments=@$T/two.png" -F "attachments=@$T/box.png"
is "too many" "$status" 413
upload -F "attachments=@$T/box.png" -F "attachments=@$T/page.png"
is "one good and one bad" "$status" 415
is "nothing was kept of these" "$(blobs)" 0
upload -F "attachments=@$T/box.png;filename=../../box \"1\".png;type=text/html" -F "attachments=;filename="
is "a picture" "$status" 303
link=$(way)
upload -F "attachments=@$T/box.png;filename=../../box \"1\".png;type=text/html" -F "attachments=;filename="
is "twice is once, though the boundary is another" "$(way)" "$link"
ok "arrives" wait_for 20 has_record 'with files'
sum=$(sha256sum <"$T/box.png" | cut -d' ' -f1)
is "by its content" "$(record 'with files' | jq -c '.attachments | map([.type, .size, .sha256])')" \
	"[[\"image/png\",$(wc -c <"$T/box.png"),\"$sum\"]]"
like "under a plain name" "$(record 'with files' | jq -r '.attachments[0].name')" '^box .*1.*\.png$'
is "is kept once" "$(blobs)" 1
is "for our eyes only" "$(find "$STATE/attachments" -type f -printf %m) $(find "$STATE/attachments" \
	-type d -printf '%m\n' | sort -u)" "600 700"
ok "and sealed" sh -c "! grep -q 'picture of a box' '$STATE/attachments/$(echo "$sum" | cut -c1-2)/$sum'"
T3=$(fresh)
touch "$T/full"
upload -F "attachments=@$T/two.png"
is "a full disk is not the customer's fault" "$status" 503
like "who may try again" "$(header retry-after)" '^[0-9]+$'
ok "with what he wrote" shown 'with files</textarea>'
rm "$T/full"
upload -F "attachments=@$T/two.png"
is "and does" "$status" 303
fetch "$FORM" -F body=api -F "f=@$T/two.png"
is "a program may send files too" "$status" 202
head -c 300000 /dev/zero >"$T/flood"
fetch "$FORM" -F body=x -F "f=@$T/flood"
is "longer than all files may be" "$status" 413
head -c 2000000 /dev/zero >"$T/flood"
fetch "$FORM" -F body=x -F "f=@$T/flood"
is "longer than the path takes" "$status $(header content-type)" "413 application/problem+json"
fetch "$FORM" -H 'Accept: text/html,*/*;q=0.8' -F body=x -F "f=@$T/flood"
like "which a browser shows as a page" "$status $(header content-type)" '^413 text/html'
ok "that can be read" shown '太大'
fetch "$(url public /other)" -F body=x -F "f=@$T/two.png"
like "elsewhere none are taken" "$status $(jq -r .error "$T/page")" '^400 No attachments'
printf -- '--b\r\nContent-Disposition: form-data; name="body"\r\n\r\ncut' >"$T/cut"
fetch "$FORM" -H 'Content-Type: multipart/form-data; boundary=b' --data-binary "@$T/cut"
is "a body that is cut short" "$status" 400
fetch "$FORM" -H 'Content-Type: multipart/form-data' --data-binary "@$T/cut"
is "or has no boundary" "$status" 400

# ---- opening one

ok "reveal opens it" heard reveal "sha256:$sum" --reason "ticket 1" -o "$T/opened.png"
ok "as it was" cmp "$T/box.png" "$T/opened.png"
is "and notes it" "$(tail -n 1 "$STATE/audit.log" | jq -c '[.what,.attachment,.reason]')" \
	"[\"reveal\",\"$sum\",\"ticket 1\"]"
ok "never over another file" sh -c "! '$HEARD' reveal 'sha256:$sum' --reason again -o '$T/opened.png' -c '$CONF'"
ok "not without a reason" sh -c "! '$HEARD' reveal 'sha256:$sum' -o '$T/x' -c '$CONF'"

ok "all is delivered" wait_for 20 is_drained
ok "the ledger balances" balanced
is "the log quotes nobody" "$(grep -c '充电宝\|alert(1)\|13812345678\|with files' "$LOG")" 0
ok "the daemon stops" daemon_stop
no_sanitizer_reports

# ---- a config that cannot keep what it asks for

unset CONF_EXTRA
conf <<-EOT
	pipelines = ( { name = "shop"; clear = true;
	    inputs  = ( { plugin = "http"; attachments = { max_count = 2; }; } );
	    outputs = ( { plugin = "file"; path = "out.ndjson"; } ); } );
EOT
like "attachments without a public key are a fault" "$(heard check 2>&1)" 'attachments are kept sealed'
done_testing
