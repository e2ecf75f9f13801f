# rspamd.sh - sourced after daemon.sh: an rspamd of the test's own, in its folder.
#
#	rspamd_start     at http://127.0.0.1:$RSPAMD; a text with "miracle pills" gets 12.5 of 15
#	rspamd_stop
#
# It has no rules but that one and asks nobody: no DNS, no lists, no statistics.  Debian's
# package cannot be installed beside libvectorscan5, with which heard is built; so it may
# also lie unpacked in a folder:
#
#	apt-get download rspamd libhyperscan5 libluajit2-5.1-2 libunwind8
#	for f in *.deb; do dpkg -x "$f" DIR; done      and HEARD_RSPAMD=DIR

rspamd_root=${HEARD_RSPAMD:-}
rspamd_can() {
	if [ -n "$rspamd_root" ]; then [ -x "$rspamd_root/usr/bin/rspamd" ]; else command -v rspamd >/dev/null 2>&1; fi
}

rspamd_is_up() { curl -fsS -m 5 -o /dev/null "http://127.0.0.1:$RSPAMD/ping" 2>/dev/null; }

rspamd_start() {
	R=$T/rspamd share=$rspamd_root/usr/share/rspamd
	mkdir -p "$R"
	: "${RSPAMD:=$(free_port)}"
	printf '// ===BEGIN ICANN DOMAINS===\ncom\norg\nexample\n' >"$R/tld"
	cat >"$R/rules.lua" <<-'EOT'
	rspamd_config:register_symbol { name = "TEST_WORDS", score = 12.5, callback = function(task)
	  for _, part in ipairs(task:get_text_parts() or {}) do
	    if tostring(part:get_content()):find("miracle pills", 1, true) then return true end
	  end
	  return false
	end }
	EOT
	cat >"$R/rspamd.conf" <<-EOT
	options {
	  dns { nameserver = ["127.0.0.1:1"]; timeout = 100ms; retransmits = 1; }
	  disable_monitoring = true;
	  url_tld = "$R/tld";
	  hs_cache_dir = "$R";
	  tempdir = "$R";
	  pidfile = "$R/pid";
	  filters = "";
	}
	logging { type = "console"; level = "error"; }
	actions { reject = 15; add_header = 6; }
	worker "normal" { bind_socket = "127.0.0.1:$RSPAMD"; count = 1; task_timeout = 20s; }
	lua = "$R/rules.lua";
	EOT
	spawn rspamd env LD_LIBRARY_PATH="$rspamd_root/usr/lib/x86_64-linux-gnu:$rspamd_root/usr/lib/rspamd" \
		"$rspamd_root/usr/bin/rspamd" -f -u "$(id -un)" -g "$(id -gn)" --insecure -c "$R/rspamd.conf" \
		--var="LUALIBDIR=$share/lualib" --var="RULESDIR=$share/rules" --var="SHAREDIR=$share" \
		--var="DBDIR=$R" --var="RUNDIR=$R"
	rspamd_pid=$spawned
	wait_for 60 rspamd_is_up || { cat "$T/rspamd.err"; return 1; }
}

rspamd_stop() {
	kill "$rspamd_pid" 2>/dev/null
	wait "$rspamd_pid" 2>/dev/null
}
