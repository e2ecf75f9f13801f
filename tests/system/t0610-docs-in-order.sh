#!/bin/sh
# variants: release asan
# The documentation says what is so: pages made from the code are as the code
# makes them, commands of the operator's guide run, the plugin of the author's
# guide builds and works, links lead somewhere.
. "$(dirname "$0")/../lib/daemon.sh"
cd "$here" || exit 2
docs() { python3 tests/lib/docs.py "$@"; }

# ---- pages

ok "the reference can be made" docs/generate.sh "$T/docs"
ok "the reference is as the tree has it" diff -r docs/reference "$T/docs/reference"
ok "and so is heard.conf(5)" diff docs/heard.conf.5 "$T/docs/heard.conf.5"
for page in docs/heard.8 docs/heard.conf.5; do
	ok "mandoc finds nothing in $page" mandoc -T lint -W warning "$page"
done
for command in $("$HEARD" help | sed -n 's/^  \([a-z]*\)  .*/\1/p'); do
	ok "heard(8) tells of $command" grep -Eq "^\.It Cm $command( |$)" docs/heard.8
done
# shellcheck disable=SC2046
ok "links lead somewhere" docs links README.md CONTRIBUTING.md CHANGELOG.md $(find docs -name '*.md')
for page in docs/operating.md docs/operating.zh.md; do
	# shellcheck disable=SC2046
	ok "$page tells of each warning and error" \
		docs logs "$page" $(find core plugins -name '*.c' -o -name '*.cc')
done
ok "the shipped configuration is good" "$HEARD" check -c etc/heard.conf --state-dir "$T/unused"

# ---- the plugin of the author's guide

mkdir "$T/author"
docs code docs/writing-plugins.md lengthgate.c >"$T/author/lengthgate.c"
docs code docs/writing-plugins.md lengthgate.conf >"$T/author/lengthgate.conf"
docs code docs/writing-plugins.md build >"$T/author/build"
docs code docs/writing-plugins.md run >"$T/author/run"
in_author() { # BLOCK
	(
		cd "$T/author" || exit
		HEARD_INCLUDE=$here/include
		heard() { "$HEARD" "$@"; }
		cc() { command ${CC:-cc} -Werror "$@"; }
		. "./$1"
	)
}
ok "its plugin builds with the contract's headers only" in_author build
is "and exports one symbol" \
	"$(nm -D --defined-only "$T/author/plugins/filter/lengthgate.so" | awk '{ print $3 }')" heard_plugin
in_author run >"$T/author/out" 2>"$T/author/err"
is "its commands work" $? 0
is "a short text is tagged, another is not" \
	"$(grep '^{' "$T/author/out" | jq -c .tags | paste -sd' ')" '["short"] null'
is "what it says of itself" "$(grep -c 'min: integer, default 3, 1 to 4096' "$T/author/out")" 1

docs code docs/writing-plugins.md letterbox.c >"$T/author/letterbox.c"
mkdir "$T/author/plugins/output"
ok "its output that answers builds" ${CC:-cc} -std=c11 -O2 -Wall -Wextra -Werror -D_GNU_SOURCE -fPIC \
	-fvisibility=hidden -shared -Iinclude -o "$T/author/plugins/output/letterbox.so" "$T/author/letterbox.c"
sed 's|plugin = "http";|& reply = "letterbox";|; s|outputs = (|& { plugin = "letterbox"; folder = "x"; },|' \
	"$T/author/lengthgate.conf" >"$T/author/letterbox.conf"
ok "and an input can name it" "$HEARD" check -c "$T/author/letterbox.conf"
"$HEARD" describe letterbox -c "$T/author/letterbox.conf" >"$T/author/out"
is "it says that it carries answers" "$(grep -c 'carries answers to customers' "$T/author/out")" 1

# ---- the operator's guide

STATE=$T/lib/heard CONF=$T/etc/heard.conf
mkdir -p "$T/lib" "$T/tmp" "$T/spool"
ok "it installs" make --no-print-directory -s VARIANT="$VARIANT" BUILD="$BUILD" DESTDIR="$T/root" install
for file in usr/local/bin/heard usr/local/share/man/man8/heard.8 usr/local/share/man/man5/heard.conf.5 \
	usr/local/lib/systemd/system/heard.service usr/local/include/heard/plugin.h etc/heard/heard.conf; do
	ok "$file is there" test -s "$T/root/$file"
done
echo '# edited' >>"$T/root/etc/heard/heard.conf"
make --no-print-directory -s VARIANT="$VARIANT" BUILD="$BUILD" DESTDIR="$T/root" install >/dev/null 2>&1
is "a second time leaves the configuration alone" "$(tail -n 1 "$T/root/etc/heard/heard.conf")" "# edited"
is "the installed one finds its plugins" "$("$T/root/usr/local/bin/heard" plugins | grep -c ' 1\.')" \
	"$(find "$T/root/usr/local/lib/heard/plugins" -name '*.so' | wc -l)"
mv "$T/root/etc/heard" "$T/etc"

# The shipped configuration, with its keys, in this folder and on free ports.
sed -e "s|/var/lib/heard|$STATE|; s|/var/spool/heard|$T/spool|; s|127.0.0.1:808[01]|127.0.0.1:0|" \
	-e 's|^# privacy = .*|privacy = { public_key = "heard.pub"; private_key = "heard.key"; };|' \
	-e "s|^state_dir|plugin_path = [ \"$BUILD/plugins\" ]; journal = { keep = \"1d\"; };\n&|" \
	etc/heard.conf >"$CONF"

has_dead() { [ "$(heard dead list --json | jq length)" -gt 0 ]; }
systemctl() {
	case "$1" in
	start)
		daemon_start || return 1
		[ -e "$T/spool/bad.ndjson" ] && return
		echo 'no JSON' >"$T/spool/bad.ndjson" # for the section on dead letters
		wait_for 20 has_dead
		;;
	stop) daemon_stop ;;
	esac
}

# One line of the guide, with the places of this test.  It may have to wait for
# what the line before began.
run_line() {
	line=$(printf '%s\n' "$1" | sed "s|/tmp/|$T/tmp/|g; s|/etc/heard|$T/etc|g; s|/var/lib|$T/lib|g
		s|http://127.0.0.1:8080|\$(url public)|g; s|http://127.0.0.1:8081|\$(url admin)|g")
	wait_for 10 eval "$line" || eval "$line" || return 1
	[ -z "$daemon_pid" ] || wait_for 20 is_drained || true
}

docs blocks docs/operating.md >"$T/lines"
ok "the guide has commands to try" test "$(wc -l <"$T/lines")" -gt 20
while IFS= read -r command <&3; do
	ok "$(printf '%s' "$command" | tr -d '\\' | cut -c1-90)" run_line "$command"
done 3<"$T/lines"

# The key that the guide makes fits a journal that is there already.
echo 'journal = { encrypt = "journal.key"; keep = "1d"; };' >"$T/encrypt"
sed -i "s|journal = { keep = \"1d\"; };|$(cat "$T/encrypt")|" "$CONF"
ok "encryption can be switched on by a reload" heard reload
before=$(ledger | jq '.pipelines[0].journaled')
ok "and feedback is taken" curl -fsS -o /dev/null -H 'Content-Type: application/json' \
	-d '{"body":"zebrafish"}' "$(url public /feedback)"
ok "and delivered" wait_for 20 is_drained
is "and counted" "$(ledger | jq '.pipelines[0].journaled')" $((before + 1))
ok "and not in the journal in clear" sh -c "! grep -rq zebrafish '$STATE/journal'"
ok "the ledger balances" balanced
ok "it stops" daemon_stop

# What the guide says of a state folder that is older than a store outside it.
sed -i "s|database = \"tickets.db\"|database = \"$T/out/tickets.db\"|" "$CONF"
mkdir "$T/out" && rm -rf "$STATE"
post() { curl -fsS -o /dev/null -H 'Content-Type: application/json' -d "$1" "$(url public /feedback)"; }
daemon_start && post '{"body":"one broken lid"}' && wait_for 20 is_drained
daemon_stop
cp -a "$STATE" "$T/older"
daemon_start && post '{"body":"two broken lids"}' && wait_for 20 is_drained
daemon_stop
rm -rf "$STATE" && mv "$T/older" "$STATE"
daemon_start
like "an older state folder is refused" "$(tail -n 3 "$LOG")" 'its data is ahead of the journal'
mv "$STATE/journal" "$T/journal.away"
ok "without its journal it starts" daemon_start
post '{"body":"three broken lids"}'
ok "and goes on" wait_for 20 is_drained
is "with every ticket" "$(heard tickets list --json | jq length)" 3
ok "it stops again" daemon_stop

# ---- the two languages

docs blocks docs/operating.zh.md >"$T/lines.zh"
ok "both guides have the same commands" diff "$T/lines" "$T/lines.zh"
headings() { grep '^#' "$1" | sed 's/ .*//'; }
is "and the same structure" "$(headings docs/operating.zh.md)" "$(headings docs/operating.md)"

if command -v systemd-analyze >/dev/null; then
	sed "s|/usr/local/bin/heard|$HEARD|" etc/heard.service >"$T/heard.service"
	ok "systemd takes the unit" systemd-analyze verify --man=no "$T/heard.service"
else
	note "there is no systemd-analyze to look at the unit"
fi
no_sanitizer_reports
done_testing
