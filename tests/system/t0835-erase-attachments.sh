#!/bin/sh
# Files of attachments end with the last record that names them: erased by person or by
# time, not while another customer's record names the same file, not while one that was
# sent again may be on its way, and also after a kill in between.
. "$(dirname "$0")/../lib/daemon.sh"
. "$(dirname "$0")/../lib/clock.sh"

"$HEARD" keygen "$T" >/dev/null
CONF_EXTRA="privacy = { public_key = \"$T/heard.pub\"; private_key = \"$T/heard.key\"; };"
conf <<-EOT
	pipelines = ( { name = "shop"; clear = true;
	  inputs  = ( { plugin = "http"; path = "/feedback";
	                attachments = { max_count = 2; max_size = "64K"; }; } );
	  outputs = ( { plugin = "tickets"; database = "tickets.db"; retain = { praise = "30d"; }; } ); } );
EOT
must_start

printf '\211PNG\r\n\032\n a parcel' >"$T/parcel.png"
printf '\211PNG\r\n\032\n a name on a label' >"$T/label.png"
# post WHO FILES...: a complaint with these files
post() {
	who=$1
	shift
	for f; do
		shift
		set -- "$@" -F "attachments=@$T/$f.png"
	done
	curl -fsS -m 20 -o "$T/answer" -F "author.email=$who@example.org" -F "body=$who is angry" \
		-F intent="${INTENT:-complaint}" "$@" "$(url public /feedback)"
}
desk() { in_time tickets "$@"; }
erase() { desk erase --person "$(desk list --state all --json | jq -r ".[] | select(.id == $1) | .author_key")" --reason "asked"; }
path_of() { sum=$(sha256sum <"$T/$1.png" | cut -c-64); echo "$STATE/attachments/$(echo "$sum" | cut -c-2)/$sum"; }
kept() { [ -e "$(path_of "$1")" ]; }
fails() { ! "$@"; }
has_records() { [ "$(sqlite3 -readonly "$STATE/tickets.db" 'SELECT count(*) FROM record')" = "$1" ]; }
gone() { sqlite3 -readonly "$STATE/tickets.db" 'SELECT count(*) FROM gone'; }
is_settled() { [ "$(gone)" = 0 ]; }

post ada parcel label
ok "a complaint with two pictures" wait_for 20 has_records 1
post bob parcel
ok "another with one of them" wait_for 20 has_records 2
ok "are kept" kept label
ok "the first customer is erased" erase 1
is "and one of the pictures is to go" "$(gone)" 1
minutes 2
ok "not at once" kept label
minutes 61
ok "an hour after it was sent it goes" wait_for 20 fails kept label
ok "and is forgotten" wait_for 20 is_settled
ok "the other one stays" kept parcel
ok "and opens" heard reveal "sha256:$(basename "$(path_of parcel)")" --reason "ticket 2" -o "$T/opened.png"

# ---- sent again between erasure and removal

post carl label
ok "the first picture comes again" wait_for 20 has_records 3
ok "who sent it is erased" erase 3
daemon_kill
minutes 61
ok "after a kill it runs again" daemon_start
post dora label
ok "the picture has come again at once" wait_for 20 has_records 4
minutes 61
minutes 2
ok "and everything is delivered" wait_for 20 is_drained
ok "so it stays" kept label
ok "until that one is erased too" erase 4
minutes 61
ok "and then it goes" wait_for 20 fails kept label

# ---- by time

INTENT=praise post erin label
ok "praise with a picture" wait_for 20 has_records 5
ok "is kept" kept label
minutes $((31 * 1440))
ok "as long as praise is" wait_for 20 fails kept label
ok "a complaint's is kept on" kept parcel

is "the log quotes nobody" "$(grep -c 'angry\|example.org' "$LOG")" 0
ok "the ledger balances" balanced
ok "it stops well" daemon_stop
no_sanitizer_reports
done_testing
