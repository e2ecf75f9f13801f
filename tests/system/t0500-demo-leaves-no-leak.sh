#!/bin/sh
# `make run`'s demonstration: tickets by priority, nothing planted in clear in
# state folder, logs or outputs, and nothing left behind without KEEP.
# timeout: 300
# alone
. "$(dirname "$0")/../lib/daemon.sh"

[ -x "$here/tests/demo/run.sh" ] || skip_all "no demonstration"
cd "$here" || exit 1
mkdir "$T/tmp"
TMPDIR=$T/tmp DEMO_ONCE=1 KEEP=1 BUILD=$BUILD "$here/tests/demo/run.sh" >"$T/demo.out" 2>&1 </dev/null
is "the demonstration runs through" $? 0
[ "$tap_failed" = 0 ] || sed 's/^/# /' "$T/demo.out" | tail -n 20
like "it lists tickets of high priority" "$(cat "$T/demo.out")" 'high'
folder=$(find "$T/tmp" -mindepth 1 -maxdepth 1 -type d | head -n 1)
ok "its folder was kept" test -n "$folder"
ok "no planted private data is in it" "$here/tests/demo/scan.sh" "$folder"
rm -rf "$T/tmp" && mkdir "$T/tmp"
TMPDIR=$T/tmp DEMO_ONCE=1 KEEP='' BUILD=$BUILD "$here/tests/demo/run.sh" >"$T/demo.out" 2>&1 </dev/null
is "it runs again" $? 0
is "and leaves nothing behind" "$(find "$T/tmp" -mindepth 1 | head)" ""
no_sanitizer_reports
done_testing
