#!/bin/sh
# A ticket's life: owners, merges, repeated contact, deadlines that a clock and kills
# cannot make happen twice, answers, reopening, and how its text ends.
. "$(dirname "$0")/../lib/daemon.sh"
. "$(dirname "$0")/../lib/clock.sh"

conf <<-EOT
	pipelines = ( { name = "shop"; clear = true;
	  inputs  = ( { plugin = "http"; path = "/feedback"; } );
	  outputs = (
	    { plugin = "tickets"; database = "tickets.db"; public_url = "https://shop.example";
	      departments = ( { name = "logistics"; agents = [ "li", "wang" ]; lead = "chen"; },
	                      { name = "tech"; agents = [ "zheng" ]; lead = "wu"; } );
	      sla = ( { name = "ordinary"; priority = "medium"; first_response = "1h"; } );
	      retain = { complaint = "60d"; praise = "30d"; }; },
	    { plugin = "file"; name = "lead"; path = "lead.ndjson"; when = "event == 'handed_over'"; },
	    { plugin = "file"; name = "events"; path = "events.ndjson"; when = "event ~= nil"; },
	    { plugin = "file"; path = "out.ndjson"; } ); } );
EOT
must_start

# post WHO BODY [FIELDS]: a complaint to logistics
post() {
	curl -fsS -m 20 -o "$T/answer" -H 'Content-Type: application/json' --data-binary @- \
		"$(url public /feedback)" <<-EOT
			{"author":{"email":"$1@example.org"},"body":"$2","department":"logistics",
			 "intent":"complaint","priority":"medium"${3:+,$3}}
		EOT
}
desk() { in_time tickets "$@"; }
fails() { ! "$@"; }
field() { desk list --state all --json | jq -r ".[] | select(.id == $1) | .$2"; }
is_field() { [ "$(field "$1" "$2")" = "$3" ]; }
shows() { [ "$(desk show "$1" --json | jq "$2")" = "${3:-true}" ]; }
events() { # JQ: how many of them
	[ -s "$STATE/events.ndjson" ] || { echo 0; return; }
	jq -s "[.[] | select($1)] | length" "$STATE/events.ndjson"
}
has_events() { [ "$(events "$1")" = "$2" ]; }
# The outbox is empty and what was in it has arrived.
is_told() {
	[ "$(sqlite3 -readonly "$STATE/tickets.db" 'SELECT count(*) FROM event')" = 0 ] && is_drained
}

# ---- owners

post ada "包裹三天没有动静"
post bob "the box came open"
ok "two complaints are two tickets" wait_for 20 is_field 2 state new
is "the department's agents take turns" "$(field 1 assignee) $(field 2 assignee)" "li wang"
ok "a change of owner needs a reason" fails desk assign 1 --to wang
ok "and is done with one" desk assign 1 --to wang --reason "li is on leave"
ok "what was told has arrived" wait_for 20 is_told
ok "the first change is no news for the lead" test ! -s "$STATE/lead.ndjson"
ok "a second change is done too" desk assign 1 --to zheng --reason "a fault of the app"
ok "and told" wait_for 20 test -s "$STATE/lead.ndjson"
is "to the lead, with the reason" \
	"$(jq -r '"\(.event) \(.attributes.lead) \(.attributes.assignee) \(.attributes.reason)"' "$STATE/lead.ndjson")" \
	"handed_over chen zheng a fault of the app"
ok "an agent nobody knows is refused" fails desk assign 1 --to zhegn --reason typo
is "events carry no contact in clear" "$(grep -c example.org "$STATE/events.ndjson")" 0

# ---- merging

token=$(field 2 token)
ok "one ticket becomes a part of another" desk merge 2 1 --reason "the same parcel"
ok "its token leads there" test "$(desk show "$token" --json | jq .id)" = 1
ok "with what was said" shows 1 '[.conversation[] | select(.kind == "record")] | length == 2'
ok "and cannot be merged again" fails desk merge 2 1

# ---- repeated contact

for i in 1 2 3; do post carl "my parcel is still not here, where is it"; done
ok "who says it again joins his ticket" wait_for 20 is_field 3 contacts 3
is "and there is no other" "$(desk list --state all --json | jq length)" 3
ok "the third time escalates it" wait_for 20 has_events '.event == "escalated" and .attributes.ticket == 3' 1
ok "and raises it" is_field 3 priority high

# ---- deadlines, over kills and jumps of the clock

post dora "no invoice in the parcel"
ok "there is a fourth ticket" wait_for 20 is_field 4 state new
of='.attributes.ticket == 4 and .attributes.kind == "first_response"'
warned=".event == \"warned\" and $of" breached=".event == \"breached\" and $of"
escalated=".event == \"escalated\" and $of"
minutes 44
ok "what is not due is not told" wait_for 20 is_told
is "no warning before three quarters of its time" "$(events "$warned")" 0
minutes 2
ok "then a warning" wait_for 20 has_events "$warned" 1
daemon_kill
ok "after a kill it runs again" daemon_start
minutes 15
ok "at the deadline it is breached" wait_for 20 has_events "$breached" 1
daemon_kill
minutes -40
ok "and runs again on a clock that was set back" daemon_start
ok "what was told is told" wait_for 20 is_told
minutes 41
minutes 60
ok "as late again, it goes to the lead" wait_for 20 has_events "$escalated" 1
daemon_kill
daemon_start
ok "nothing is left to tell" wait_for 20 is_told
is "each of them was told exactly once" \
	"$(events "$warned") $(events "$breached") $(events "$escalated")" "1 1 1"
is "no event has come twice" \
	"$(jq -r .source_id "$STATE/events.ndjson" | sort | uniq -d | wc -l)" 0

# ---- an answer

ok "an answer is taken" sh -c "echo '抱歉，发票今天补发。' | env LD_PRELOAD='$(preload_list)' '$HEARD' tickets reply 4 - --key a1 -c '$CONF'"
ok "and delivered" wait_for 20 shows 4 '[.conversation[] | select(.kind == "answer") | .fate] == ["sent"]'
ok "twice with one key is once" desk reply 4 "again" --key a1
ok "as it was" shows 4 '[.conversation[] | select(.kind == "answer")] | length == 1'
ok "the missed service level is kept" shows 4 '.levels[0] | .kind == "first_response" and .met == false and .at != null'
curl -fsS "$(url public "/status/$(field 4 token)")" >"$T/status.html"
ok "the customer sees it" grep -q '发票今天补发' "$T/status.html"
ok "an answer is an event" wait_for 20 has_events '.event == "answered" and .attributes.ticket == 4' 1
curl -fsS "$(url admin /metrics)" >"$T/metrics"
like "open tickets are a metric" "$(cat "$T/metrics")" 'heard_tickets_open\{.*department="logistics",priority="medium"\} [0-9]'
like "and overdue ones" "$(cat "$T/metrics")" '^heard_tickets_overdue'

# ---- resolved, asked, reopened, and not for ever

ok "it is resolved" desk status 4 resolved
minutes 61
follow=".event == \"follow_up\" and .attributes.ticket == 4"
ok "an hour later the customer is asked" wait_for 20 has_events "$follow" 1
like "by a link to our own pages" "$(jq -r "select($follow) | .attributes.follow_up" "$STATE/events.ndjson")" \
	'^https://shop\.example/follow-up/[A-Za-z0-9_-]{22}$'
ok "it can be reopened" desk reopen 4 --reason "the customer called"
ok "as its second round" is_field 4 round 2
ok "and is resolved again" desk status 4 resolved
days 15
ok "but not after two weeks" fails desk reopen 4 --reason "too late"
like "which is said" "$(desk reopen 4 --reason late 2>&1)" 'more than 14 days'

# ---- erased: by person, and by time

post erin "my name is Erin Secretperson" '"subject":"Secretperson"'
ok "a person complains" wait_for 20 is_field 5 state new
person=$(field 5 author_key)
ok "is found" sh -c "'$HEARD' tickets search secretperson -c '$CONF' | grep -q Secretperson"
ok "is erased on request" desk erase --person "$person" --reason "asked by letter"
on_disk() { cat "$STATE"/tickets*.db "$STATE"/tickets*.db-wal 2>/dev/null | grep -aqi secretperson; }
ok "and is in no byte of store and index" wait_for 30 fails on_disk
is "not found" "$(desk search secretperson)" "Nothing found."
is "not exported" "$(desk export --format csv | grep -ci secretperson)" 0
ok "the ticket still counts" is_field 5 intent complaint
ok "and its history says who and why" shows 5 'any(.history[]; .what == "erased" and .reason == "asked by letter")'

post fred "lovely kettle" '"intent":"praise"'
is_erased() { [ "$(desk search "$1")" = "Nothing found." ]; }
has_records() { [ "$(sqlite3 -readonly "$STATE/tickets.db" 'SELECT count(*) FROM record')" = "$1" ]; }
ok "a praise is kept" wait_for 20 has_records 8
days 31
ok "for its time" wait_for 20 is_erased kettle
ok "a complaint for its own" shows 4 'any(.conversation[]; .text == "no invoice in the parcel")'
days 61
ok "which ends too" wait_for 20 shows 4 '[.conversation[] | .text] | all(. == "")'
ok "but not while somebody has to act" shows 1 'any(.conversation[]; .text == "包裹三天没有动静")'

# ---- the books

ok "everything has arrived" wait_for 20 is_told
is "events went to nobody who did not ask" "$(grep -c '"event":' "$STATE/out.ndjson")" 0
is "and records to nobody who asked for events" "$(jq -r 'select(.event == null)' "$STATE/events.ndjson")" ""
ok "the ledger balances" balanced
ok "and adds up" ledger_adds_up
is "no text of a customer is in the log" "$(grep -ci 'parcel\|secretperson\|发票' "$LOG")" 0

# ---- a store that is made anew uses the numbers of events again, but its own name

has_ticket() { [ "$(desk list --json | jq length)" = 1 ]; }
for who in gina hank; do
	daemon_stop
	rm "$STATE"/tickets*.db*
	ok "without its store it starts" daemon_start
	post $who "the lid is broken"
	ok "and makes tickets" wait_for 20 has_ticket
	ok "and tells of them" wait_for 30 is_told
done
ok "each is told to whom it concerns" wait_for 20 is_drained
is "both tickets were told of, though they have one number" \
	"$(events '.event == "created" and .attributes.ticket == 1 and .body == "the lid is broken"')" 2
ok "it stops well" daemon_stop
no_sanitizer_reports
done_testing
