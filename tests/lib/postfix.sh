# postfix.sh - sourced after daemon.sh: a Postfix of the test's own, in its folder.
#
#	postfix_start              $RELAY is 127.0.0.1:PORT; it takes mail for anybody
#	postfix_deliver DOMAIN TO  mail for DOMAIN goes there: an LMTP or SMTP server,
#	                           lmtp:inet:127.0.0.1:PORT or smtp:[127.0.0.1]:PORT
#	postfix_stop
#
# What it has no way for is bounced at once; nothing leaves the loopback interface.
# It needs root (it changes to its own users) and the package, which is installed only
# where no other mail server is: the test says that it was skipped.

postfix_can() { [ "$(id -u)" = 0 ] && [ -x /usr/sbin/postfix ]; }

postfix_start() {
	P=$T/postfix
	mkdir -p "$P/etc" "$P/spool" "$P/data"
	chmod 755 "$T" "$P" "$P/etc"
	chown postfix "$P/data"
	RELAY=127.0.0.1:$(free_port)
	: >"$P/etc/transport"
	cat >"$P/etc/main.cf" <<-EOT
		compatibility_level = 3.6
		queue_directory = $P/spool
		data_directory = $P/data
		command_directory = /usr/sbin
		daemon_directory = /usr/lib/postfix/sbin
		mail_owner = postfix
		setgid_group = postdrop
		myhostname = relay.test
		mydestination =
		local_recipient_maps =
		inet_interfaces = 127.0.0.1
		inet_protocols = ipv4
		mynetworks = 127.0.0.0/8
		smtp_host_lookup = native
		smtp_dns_support_level = disabled
		default_transport = error:5.1.1 nobody of that name
		relay_transport = error:5.1.1 nobody of that name
		relay_domains = static:all
		smtpd_relay_restrictions = permit_mynetworks,reject
		transport_maps = regexp:$P/etc/transport
		lmtp_connect_timeout = 5s
		smtp_connect_timeout = 5s
		minimal_backoff_time = 1s
		maximal_backoff_time = 2s
		queue_run_delay = 1s
		maillog_file = $P/log
		maillog_file_prefixes = $P
		alias_maps =
		message_size_limit = 67108864
		smtpd_client_connection_count_limit = 0
		default_process_limit = 20
	EOT
	sed -e "s/^smtp      inet.*/$RELAY inet n - n - - smtpd/" -e '/^pickup/d' \
		/usr/share/postfix/master.cf.dist |
		awk '/^#/ || NF == 0 { next } { if (NF > 7 && $5 == "y") $5 = "n"; print }' >"$P/etc/master.cf"
	grep -q '^postlog ' "$P/etc/master.cf" ||
		echo 'postlog unix-dgram n - n - 1 postlogd' >>"$P/etc/master.cf"
	spawn postfix /usr/sbin/postfix -c "$P/etc" start-fg
	wait_for 30 relay_is_up || { cat "$P/log" "$T/postfix.err" 2>/dev/null | sed 's/^/# /'; return 1; }
}

relay_is_up() { curl -sS -m 2 "smtp://$RELAY" -X NOOP >/dev/null 2>&1; }

postfix_deliver() { # DOMAIN TRANSPORT
	printf '/@%s$/ %s\n' "$(printf %s "$1" | sed 's/\./\\./g')" "$2" >>"$P/etc/transport"
	postfix -c "$P/etc" reload >/dev/null 2>&1
}

postfix_stop() { postfix -c "$P/etc" stop >/dev/null 2>&1; }
