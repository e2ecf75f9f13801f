#!/bin/sh
# variants: release asan
# docs/guide.md, done from top to bottom on a machine of its own: what it says to type is
# typed, what it says to write is written, and what comes must look as it shows.
#
# The machine is $T/root.  Its places, and what stands in for them here:
#
#	/etc/heard, /etc/systemd, /var       the same under $T/root
#	http://127.0.0.1:8080 and :8081      the ports that the daemon was given
#	https://oapi.dingtalk.com            tests/tools/robot.py
#	https://www.myshop.example           nobody: links only
#	sudo, chown, useradd                 the command itself; nothing; nothing
#	systemctl start, stop, ...           the installed heard, started and stopped
#	journalctl                           warnings and errors of its log
#	make, make install                   the build tree at hand, DESTDIR=$T/root
#	heard                                the installed one as the alias runs it, for ann,
#	                                     with -c and with the clock that
#	                                     <!-- later SPAN --> puts ahead
. "$(dirname "$0")/../lib/daemon.sh"
cd "$here" || exit 2
guide() { python3 tests/lib/guide.py "$@"; }

R=$T/root STATE=$T/root/var/lib/heard CONF=$T/root/etc/heard/heard.conf
export T R BUILD VARIANT STATE CONF LOG here
export SHIM_CLOCK="$T/clock" ROBOT_SECRET=SECthe-secret-of-the-robot
mkdir -p "$T/bin" "$T/blocks" "$R/var/lib" "$R/var/backups" "$R/etc/systemd/system" "$T/home"
head -c 8 /dev/zero >"$SHIM_CLOCK"

# ---- the two languages

guide commands docs/guide.md >"$T/en"
guide commands docs/guide.zh.md >"$T/zh"
ok "both languages have the same commands" diff "$T/en" "$T/zh"
headings() { grep '^#' "$1" | sed 's/ .*//'; }
is "and the same structure" "$(headings docs/guide.zh.md)" "$(headings docs/guide.md)"
ok "few blocks are not run" test "$(grep -c '^\[sh not-run\]' "$T/en")" -le 4
guide split docs/guide.md "$T/blocks"
is "the guide can be read" $? 0

# ---- the machine

spawn robot python3 tests/tools/robot.py "$T/robot.port" "$T/robot.log" 1
wait_for 20 test -s "$T/robot.port"
robot=$(cat "$T/robot.port")

cat >"$T/places" <<-PLACES
	s|/etc/|$R/etc/|g; s|-C /etc |-C $R/etc |g
	s|/var/|$R/var/|g
	s|http://127.0.0.1:8080|\$(at public)|g
	s|http://127.0.0.1:8081|\$(at admin)|g
PLACES
# The shipped configuration: its ports are free ones, its robot is ours.
cat >"$T/shipped" <<-PLACES
	s|"/var/|"$R/var/|g
	s|127.0.0.1:808[01]|127.0.0.1:0|
	s|https://oapi.dingtalk.com|http://$robot|
	s|preset = "dingtalk";|& allow_private = true;|
PLACES

stand_in() { # NAME, and what it does on stdin
	{
		echo '#!/bin/sh'
		cat
	} >"$T/bin/$1"
	chmod +x "$T/bin/$1"
}
stand_in heard <<-'EOT'
	case " $* " in *" keygen "* | *" -c "*) exec "$R/usr/local/bin/heard" "$@" ;; esac
	exec env SUDO_USER=ann LD_PRELOAD="$HEARD_PRELOAD" "$R/usr/local/bin/heard" "$@" -c "$CONF"
EOT
stand_in at <<-'EOT'
	echo "http://$(sed -n "s/^$1 //p" "$STATE/listeners")"
EOT
stand_in sudo <<-'EOT'
	[ "$1" = -u ] && shift 2
	exec "$@"
EOT
stand_in journalctl <<-'EOT'
	grep -E '^[^ ]+ (warn|error) ' "$LOG"
EOT
stand_in chown </dev/null
stand_in useradd </dev/null
stand_in make <<-'EOT'
	real=$(PATH=/usr/local/bin:/usr/bin:/bin command -v make)
	cd "$here" && "$real" --no-print-directory -s VARIANT="$VARIANT" BUILD="$BUILD" DESTDIR="$R" "$@" || exit
	[ "$*" != install ] || sed -i -f "$T/shipped" "$R/etc/heard/pipelines/shop.conf"
EOT
stand_in systemctl <<-'EOT'
	is_ready() { curl -fsS -m 2 -o /dev/null "$(at admin)/readyz" 2>/dev/null; }
	for verb; do
		case $verb in start | stop | restart | --now) break ;; esac
	done
	case $verb in
	stop | restart) heard stop >/dev/null ;;
	esac
	case $verb in
	start | restart | --now)
		rm -f "$STATE/listeners"
		heard run >>"$LOG" 2>&1 &
		echo $! >"$T/pid"
		tries=600
		until is_ready; do
			tries=$((tries - 1))
			[ $tries -gt 0 ] && kill -0 "$(cat "$T/pid")" || exit 1
			sleep 0.05
		done
		;;
	esac
EOT
HEARD_PRELOAD=$(PRELOAD=shim_clock preload_list)
export HEARD_PRELOAD PATH="$T/bin:$PATH"
HEARD=$T/bin/heard
heard() { "$HEARD" "$@"; }

# Nothing is under way: outputs, events and answers.
is_quiet() {
	is_drained &&
		[ "$(sqlite3 -readonly "$STATE/tickets.db" 'SELECT count(*) FROM event')" = 0 ]
}
settle() {
	[ ! -s "$T/pid" ] || wait_for 30 is_quiet || true
}

# ---- the guide

later() { # 61m, or until that time of tomorrow in the zone of the configuration: 09:00
	python3 - "$1" "$SHIM_CLOCK" <<-'PY'
		import datetime, struct, sys, time, zoneinfo
		word, path = sys.argv[1:]
		with open(path, "r+b") as f:
		    shift = struct.unpack("<q", f.read(8))[0]
		    if ":" in word:
		        zone = zoneinfo.ZoneInfo("Asia/Shanghai")
		        now = datetime.datetime.fromtimestamp(time.time() + shift / 1000, zone)
		        at = datetime.time.fromisoformat(word)
		        then = datetime.datetime.combine(now.date() + datetime.timedelta(1), at, zone)
		        span = round((then - now).total_seconds() * 1000)
		    else:
		        span = int(word[:-1]) * {"m": 60000, "h": 3600000, "d": 86400000}[word[-1]]
		    f.seek(0)
		    f.write(struct.pack("<q", shift + span))
	PY
	heard reload >/dev/null # a process asleep does not see it
}

run_block() { # FILE KIND LINE ARGUMENT
	block=$T/blocks/$1 what="line $3: $(sed -n 1p "$T/blocks/$1" | tr -d '\\#' | cut -c1-70)"
	case $2 in
	sh)
		sed -i -f "$T/places" "$block"
		ok "$what" sh -euc "cd '$T/home'; . '$block'"
		;;
	console)
		sed -i -f "$T/places" "$block"
		ok "$what" sh -c "cd '$T/home' && python3 '$here/tests/lib/guide.py' console '$block' $((${LIMIT:-20} * SLOW))"
		;;
	conf)
		file=$(printf '%s' "$4" | sed -f "$T/places")
		mkdir -p "$(dirname "$file")"
		sed -f "$T/places" "$block" >"$file"
		pass "line $3: $4 is written"
		;;
	conf-part)
		ok "line $3: this is in $4" guide excerpt "$block" "$here/$(printf '%s' "$4" | sed 's|^/etc/heard/|etc/|')"
		;;
	later) later "$4" ;;
	sh-not-run | html | nginx) ;;
	*) fail "line $3: nobody knows what to do with $2" ;;
	esac
	settle
}

while read -r name kind line argument <&3; do
	run_block "$name" "$kind" "$line" "$argument"
	[ ! -s "$T/pid" ] || started_pids="$spawned $(cat "$T/pid")"
	[ "$tap_failed" -lt 5 ] || break # the rest would only fail after it, slowly
done 3<"$T/blocks/order"

# ---- what the guide does not show

is "the robot got what it could read" "$(jq -s 'map(.good) | all' "$T/robot.log")" true
ok "a first call that was refused came again" test "$(wc -l <"$T/robot.log")" -ge 2
for word in 新工单 主管：chen 二次处理 "A12 请停止发货" 发起人：ann; do
	ok "and told the team: $word" grep -q "$word" "$T/robot.log"
done
ok "no message shows a number" sh -c "! jq .body '$T/robot.log' | grep -q '1234'"
ok "no number is in any file in clear" sh -c "! grep -rqa '138 1234 5678\|13812345678' '$STATE' '$LOG' '$T/robot.log'"
ok "what was done is noted under the name of who did it" \
	sh -c "heard tickets show 1 | grep -q ' ann  *assigned  *li -> wang'"
ok "the ledger balances" balanced
if command -v systemd-analyze >/dev/null; then
	sed "s|/usr/local/bin/heard|$R/usr/local/bin/heard|" "$here/etc/heard.service" >"$T/heard.service"
	cat "$R/etc/systemd/system/heard.service.d/shop.conf" >>"$T/heard.service"
	ok "systemd takes the unit with what is added" systemd-analyze verify --man=no "$T/heard.service"
fi
heard stop >/dev/null
no_sanitizer_reports
done_testing
