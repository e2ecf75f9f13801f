# dovecot.sh - sourced after daemon.sh: a Dovecot of the test's own, in its folder.
#
#	dovecot_start [SETTINGS]   $IMAP, $IMAPS and $LMTP are ports of 127.0.0.1, $CA the
#	                           certificate; users u1, u2, ... with the password "secret"
#	dovecot_mail USER [FOLDER] <MAIL   a mail into the folder, as a delivery does it
#	dovecot_count USER all|seen|unseen|deleted [FOLDER]
#	dovecot_stop, dovecot_kill
#
# As root the mails belong to the user `mail`, since Dovecot reads none as root; else
# everything belongs to who runs the test.  After its end its ports stay bound for a
# second, so each start takes new ones unless told to keep them.

dovecot_can() { command -v dovecot >/dev/null 2>&1; }

dovecot_ports() { # N: free ports, one a line
	python3 - "$1" <<-'EOT'
	import socket, sys
	all = [socket.socket() for _ in range(int(sys.argv[1]))]
	for s in all:
	    s.bind(("127.0.0.1", 0))
	for s in all:
	    print(s.getsockname()[1])
	EOT
}

dovecot_certificate() { # FILE HOSTS: a key and a certificate that signs itself
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=test -keyout "$1.key" -out "$1.pem" \
		-addext "subjectAltName=$2" 2>/dev/null
}

# user:{PLAIN}secret:uid:gid::home
dovecot_users() {
	for n in 1 2 3 4 5; do
		echo "u$n:{PLAIN}secret:$mail_uid:$mail_gid::$D/home/u$n::"
		mkdir -p "$D/home/u$n"
	done
	[ "$(id -u)" != 0 ] || chown -R "$mail_uid:$mail_gid" "$D/home"
}

dovecot_conf() {
	internal=$(id -un) login=$(id -un)
	[ "$(id -u)" != 0 ] || internal=dovecot login=dovenull
	cat <<-EOT
		base_dir = $D/run
		state_dir = $D/state
		log_path = $D/log
		protocols = imap lmtp
		listen = 127.0.0.1
		default_internal_user = $internal
		default_internal_group = $(id -gn "$internal")
		default_login_user = $login
		first_valid_uid = 1
		mail_location = ${MAIL_LOCATION:-maildir:~/Maildir}
		mail_max_userip_connections = 100
		auth_failure_delay = 0
		auth_mechanisms = plain login
		disable_plaintext_auth = no
		ssl = yes
		ssl_cert = <$D/${CERTIFICATE:-good}.pem
		ssl_key = <$D/${CERTIFICATE:-good}.key
		passdb {
		  driver = passwd-file
		  args = scheme=PLAIN $D/users
		}
		userdb {
		  driver = passwd-file
		  args = $D/users
		}
		namespace inbox {
		  inbox = yes
		  separator = /
		}
		service imap-login {
		  chroot =
		  inet_listener imap {
		    port = $IMAP
		  }
		  inet_listener imaps {
		    port = $IMAPS
		    ssl = yes
		  }
		}
		service lmtp {
		  inet_listener lmtp {
		    address = 127.0.0.1
		    port = $LMTP
		  }
		}
		service anvil {
		  chroot =
		}
		service stats {
		  chroot =
		}
		$1
	EOT
}

dovecot_is_up() {
	kill -0 "$dovecot_pid" 2>/dev/null || return 0
	curl -sS -m 2 -u u1:secret "imap://127.0.0.1:$IMAP" -X NOOP >/dev/null 2>&1
}

dovecot_start() { # [SETTINGS]
	D=$T/dovecot
	mkdir -p "$D/run" "$D/state" "$D/home"
	chmod 755 "$T" "$D" "$D/home"
	mail_uid=$(id -u) mail_gid=$(id -g)
	[ "$mail_uid" != 0 ] || { mail_uid=$(id -u mail) mail_gid=$(id -g mail); }
	[ -f "$D/good.pem" ] || dovecot_certificate "$D/good" 'IP:127.0.0.1,DNS:localhost'
	[ -n "${KEEP_PORTS:-}" ] || {
		set -- "${1:-}" $(dovecot_ports 3)
		IMAP=$2 IMAPS=$3 LMTP=$4
	}
	CA=$D/good.pem
	dovecot_users >"$D/users"
	dovecot_conf "${1:-}" >"$D/conf"
	spawn dovecot dovecot -F -c "$D/conf"
	dovecot_pid=$spawned
	wait_for 20 dovecot_is_up && kill -0 "$dovecot_pid" 2>/dev/null || {
		cat "$D/log" "$T/dovecot.err" 2>/dev/null | tail -n 20 | sed 's/^/# /'
		return 1
	}
}

dovecot_stop() {
	kill -TERM "$dovecot_pid" 2>/dev/null
	wait "$dovecot_pid" 2>/dev/null
}

dovecot_do() { doveadm -c "$D/conf" "$@" 2>>"$D/doveadm.err"; }

# As a delivery agent does: written to tmp, then renamed into new.
dovecot_mail() { # USER [FOLDER]
	box=$D/home/$1/Maildir${2:+/.$2}
	[ -d "$box/new" ] || dovecot_do mailbox create -u "$1" "${2:-INBOX}" 2>/dev/null
	mkdir -p "$box/tmp" "$box/new" "$box/cur"
	file=$(date +%s.M%NP)$$.test
	cat >"$box/tmp/$file"
	[ "$(id -u)" != 0 ] || chown -R "$mail_uid:$mail_gid" "$D/home/$1"
	mv "$box/tmp/$file" "$box/new/$file"
}

dovecot_count() { # USER all|seen|unseen|deleted [FOLDER]
	dovecot_do search -u "$1" mailbox "${3:-INBOX}" "$2" | wc -l
}

# A plain mail, the same each time: mail NUMBER [SUBJECT]
mail() {
	cat <<-EOT
		From: Customer $1 <customer$1@example.net>
		To: help@example.org
		Subject: ${2:-matter number $1}
		Message-ID: <m$1@example.net>
		Date: Thu, 1 Oct 2026 10:00:00 +0800
		MIME-Version: 1.0
		Content-Type: text/plain; charset=utf-8

		The parcel of order $1 did not come. 包裹没有到。
	EOT
}
