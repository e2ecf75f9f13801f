#!/bin/sh
# The filter spam learns: from files, from what the desk calls spam and takes back; one
# author cannot teach it much; killed while it learns, nothing is half done; a damaged
# model is refused in a sentence.
# timeout: 300
. "$(dirname "$0")/../lib/daemon.sh"
MADE="sender_model = \"$here/etc/models/spam-sender.model\"; made_model = \"$here/etc/models/spam-made.model\"; program_model = \"$here/etc/models/spam-program.model\"; route_model = \"$here/etc/models/spam-route.model\";"
MODELS="text_model = \"$here/etc/models/spam-text.model\"; mail_model = \"$here/etc/models/spam-mail.model\"; $MADE"
write_conf() {
	conf <<-EOT
		pipelines = (
		  { name = "shop";
		    inputs  = ( { plugin = "http"; path = "/feedback"; } );
		    filters = ( { plugin = "spam"; $1 }, { plugin = "mask"; } );
		    outputs = ( { plugin = "file"; path = "out.ndjson"; }, { plugin = "tickets"; name = "desk"; } ); }
		);
	EOT
}
write_conf "$MODELS"
post() { # AUTHOR BODY
	curl -fsS -o /dev/null -H 'Content-Type: application/json' \
		-d "{\"body\":\"$2\",\"intent\":\"question\",\"author\":{\"email\":\"$1@example.org\"}}" "$(url public /feedback)"
}
score() { # BODY: of a text that nobody has sent
	printf '{"body":"%s"}\n' "$1" | heard filter --pipeline shop - | jq -r .spam.score
}
above() { awk "BEGIN { exit !($1 > $2) }"; }
tickets() { heard desk list --state all --json 2>/dev/null | jq -r '.[].id'; }
has_tickets() { [ "$(tickets | wc -l)" -eq "$1" ]; }

must_start
for n in 1 2 3 4 5 6 7 8 9 10; do
	post "seller$n" "专营高仿名表第${n}季，一比一复刻，支持验货，款式齐全，价格面议"
done
ok "nobody knew: there are tickets" wait_for 20 has_tickets 10
new='专营高仿名表新款，一比一复刻，支持验货，款式齐全'
ham='手表收到了，走时准确，包装很好，满意'
before=$(score "$new")
ham_before=$(score "$ham")
for id in $(tickets); do
	heard desk status "$id" spam >/dev/null 2>&1
done
said=$(heard train spam)
is "train: exit 0" $? 0
like "from the desk" "$said" '10 verdicts of the desk'
like "of short texts" "$said" 'spam-text: 10 corrections, 10 of them spam'
after=$(score "$new")
note "score before $before, after $after; ham before $ham_before, after $(score "$ham")"
ok "its like is known now" above "$after" 0.35
ok "and a customer's text is ham" above 0.35 "$(score "$ham")"
ok "reload takes it over" heard reload
post seller9 "$new"
is_judged() { tail -n 1 "$STATE/out.ndjson" | jq -e '.spam.score > 0.35' >/dev/null; }
ok "in the daemon, too" wait_for 20 is_judged
ok "and says why" sh -c "tail -n 1 '$STATE/out.ndjson' | jq -e '.spam.reasons | length > 0' >/dev/null"

for id in $(heard desk list --state spam --json | jq -r '.[].id'); do
	heard desk status "$id" open >/dev/null 2>&1
done
heard train spam >/dev/null
ok "taken back, it is forgotten" above 0.1 "$(score "$new")"

# Killed while the desk says it, a verdict is there or not, and what is there is learned.
ids=$(tickets)
for id in $ids; do
	heard desk status "$id" spam >/dev/null 2>&1 &
	said_pid=$!
	[ "$id" = "$(echo "$ids" | sed -n 5p)" ] && daemon_kill
	wait $said_pid 2>/dev/null
done
must_start
judged=$(sqlite3 -readonly "$STATE/tickets.db" "SELECT count(*) FROM ticket WHERE state = 'spam'" 2>/dev/null ||
	heard desk list --state spam --json | jq length)
said=$(heard train spam)
is "killed while the desk said it: exit 0" $? 0
like "it learns $judged verdicts that are there" "$said" "spam-text: 10 corrections, $judged of them spam"
for id in $(tickets); do heard desk status "$id" open >/dev/null 2>&1; done
heard train spam >/dev/null
ok "and is taught back" above 0.1 "$(score "$new")"

# Many texts without an author are as of one: they teach little.
nameless() { curl -fsS -o /dev/null -H 'Content-Type: application/json' \
	-d "{\"body\":\"$1\",\"intent\":\"question\"}" "$(url public /feedback)"; }
for n in 1 2 3 4 5 6 7 8 9 10; do nameless "第${n}次说了，包裹一直没有收到，请帮我查一下物流"; done
ok "ten more tickets" wait_for 20 has_tickets 20
for id in $(heard desk list --state all --json | jq -r '.[] | select(.state != "spam") | .id'); do
	heard desk show "$id" --json 2>/dev/null | grep -q '物流' && heard desk status "$id" spam >/dev/null 2>&1
done
heard train spam >/dev/null
ok "nobody poisons it without a name" above 0.3 "$(score '包裹一直没有收到，请帮我查一下物流')"

# Files: a mail, texts, records; and standard input.
printf 'From: a@shop.example\nSubject: replica watches\nDate: Thu, 1 Jan 2026 10:00:00 +0000\n\nBuy now\n' >"$T/mail"
printf 'first text of a file\nsecond text of a file\n' >"$T/texts"
said=$(printf '{"body":"a record of a file"}\n' | heard train spam --spam "$T/mail" "$T/texts" --ham -)
is "files: exit 0" $? 0
like "4 examples" "$said" '4 examples of files'
like "one is a mail" "$said" 'spam-mail: 1 corrections, 1 of them spam'
is "a wrong word: exit 2" "$(heard train spam --what x >/dev/null 2>&1; echo $?)" 2
like "and how it is right" "$(heard train spam --what x 2>&1)" 'usage: heard train spam \[--spam'
like "its help, too" "$(heard train spam --help)" '^usage: heard train spam \[--spam'
like "by its other name, too" "$(heard spam train --help)" '^usage: heard spam train \[--spam'
is "no such file: exit 1" "$(heard train spam --spam "$T/none" >/dev/null 2>&1; echo $?)" 1
like "and why" "$(heard train spam --spam "$T/none" 2>&1)" "$T/none cannot be read"
is "no text is kept" "$(grep -c 'replica\|first text' "$STATE/spam/corrections.db")" 0

# Killed at any moment, the next run brings it together.
seq 1 3000 | sed 's/.*/buy replica number & of the series/' >"$T/many"
for wait in 0.02 0.05 0.1 0.2 0.3 0.5; do
	"$HEARD" train spam --spam "$T/many" -c "$CONF" >/dev/null 2>&1 &
	pid=$!
	sleep $wait
	kill -9 $pid 2>/dev/null
	wait $pid 2>/dev/null
	heard check >/dev/null 2>"$T/err" || fail "killed after ${wait}s: $(cat "$T/err")"
done
ok "killed six times, the models are whole" heard check
ok "and it learns on" heard train spam --spam "$T/many"
# Four at once: each waits for the others, and the last one has learned from all.
for n in 1 2 3 4; do
	seq $((n * 10000)) $((n * 10000 + 300)) | sed 's/.*/buy replica number & of the series/; s/[0-9]/&x/g' >"$T/part$n"
	"$HEARD" train spam --spam "$T/part$n" -c "$CONF" >"$T/said$n" 2>&1 &
	eval "pid$n=\$!"
done
for n in 1 2 3 4; do
	eval "wait \$pid$n"
	is "at once, $n: exit 0" $? 0
done
cp "$STATE/spam/spam-text.model" "$T/together.model"
heard train spam >/dev/null
ok "the model is of what all have said" cmp "$STATE/spam/spam-text.model" "$T/together.model"
python3 - "$STATE/spam/corrections.db" >"$T/holder" <<-'EOT' &
	import sqlite3, sys, time
	db = sqlite3.connect(sys.argv[1], isolation_level=None)
	db.execute("BEGIN IMMEDIATE")
	print("held", flush=True)
	time.sleep(60)
EOT
holder=$!
is_held() { grep -q held "$T/holder"; }
ok "somebody has the corrections" wait_for 20 is_held
like "who waits too long says for what" "$(heard train spam 2>&1)" 'another `heard train` is at work on it'
kill $holder
wait $holder 2>/dev/null

# One person, whose feedback is erased, taught nothing any more.
key=$(heard desk list --state all --json | jq -r '.[0].id' | xargs -I{} "$HEARD" desk show {} --json -c "$CONF" | jq -r .author_key)
rows() { sqlite3 "$STATE/spam/corrections.db" 'SELECT count(*) FROM correction'; }
before=$(rows)
ok "the desk erases a person" heard desk erase --person "$key" --reason 'asked by letter'
like "and spam forgets the same" "$(heard train spam --forget-person "$key")" '^1 corrections of this person.s texts are forgotten'
is "it is gone" "$(rows)" $((before - 1))
heard train spam >/dev/null
is "and does not come back" "$(rows)" $((before - 1))
said=$(heard train spam --forget-person nobody 2>&1)
is "nobody by that key: exit 1" $? 1
like "and says so" "$said" 'nothing was found of nobody'
printf 'From: Ann.Lee@Shop.example\nSubject: replica bags\nDate: Thu, 1 Jan 2026 10:00:00 +0000\n\nBuy now\n' >"$T/ann"
for as in Ann.Lee@Shop.example ann.lee@shop.example ANN.LEE@SHOP.EXAMPLE; do
	heard train spam --spam "$T/ann" >/dev/null
	is "a wrong word behind it forgets nothing, and says nothing" \
		"$(heard train spam --forget-person $as --what x 2>/dev/null)" ''
	like "found by $as" "$(heard train spam --forget-person $as)" '^1 corrections of this person.s'
	is "and gone" "$(rows)" $((before - 1))
done
is "a key is missing: exit 2" "$(heard train spam --forget-person >/dev/null 2>&1; echo $?)" 2

# A table of version 1 is dropped by the first run; another one, which waits for it, finds its.
rm -rf "$STATE"/spam/corrections.db*
heard train spam --spam "$T/ann" >/dev/null
python3 - "$STATE/spam/corrections.db" "$T/go" >"$T/holder" <<-'EOT' &
	import os, sqlite3, sys, time
	db = sqlite3.connect(sys.argv[1], isolation_level=None)
	db.execute("PRAGMA user_version=1")
	db.execute("BEGIN IMMEDIATE")
	print("held again", flush=True)
	while not os.path.exists(sys.argv[2]):
	    time.sleep(0.02)
	db.execute("PRAGMA user_version=2")
	db.execute("COMMIT")
EOT
holder=$!
is_held_again() { grep -q 'held again' "$T/holder"; }
ok "a first run is at work" wait_for 20 is_held_again
rows_before=$(rows)
"$HEARD" train spam -c "$CONF" >"$T/said" 2>&1 &
pid=$!
waits() { ls -l /proc/$pid/fd | grep -q 'corrections.db-wal'; }
ok "another one waits for it" wait_for 8 waits
: >"$T/go"
wait $holder
wait $pid
is "it learns: exit 0" $? 0
is "and has dropped nothing" "$([ "$(rows)" -ge "$rows_before" ] && sqlite3 "$STATE/spam/corrections.db" \
	'SELECT count(*) FROM correction WHERE kind = 1')" 1

said=$(heard train spam --forget)
like "forgotten: only the desk counts" "$said" 'spam-mail: 0 corrections'

head -c 1000 "$here/etc/models/spam-text.model" >"$T/short.model"
write_conf "text_model = \"$T/short.model\"; mail_model = \"$here/etc/models/spam-mail.model\"; $MADE"
said=$(heard check 2>&1)
is "a damaged model: exit 1" $? 1
like "in a sentence" "$said" 'short.model'
ok "reload refuses it" sh -c "! '$HEARD' reload -c '$CONF' >/dev/null 2>&1"
write_conf "text_model = \"$here/etc/models/spam-mail.model\"; mail_model = \"$here/etc/models/spam-mail.model\";"
like "one of another kind, too" "$(heard check 2>&1)" 'of another kind'
write_conf "text_model = \"$T/none.model\"; mail_model = \"$T/none.model\";"
like "one that is not there, too" "$(heard check 2>&1)" 'none.model cannot be read'
daemon_stop
no_sanitizer_reports
done_testing
