# relay.sh - sourced after daemon.sh: a mail relay that does wrong what it is told to, and
# keeps what it takes (tests/tools/smtpd.py).
#
#	relay_start [OPTIONS]      $SMTP and $SMTPS are its ports
#	relay_mode MODE            see smtpd.py; "ok" to begin with
#	taken                      how many mails it has
#	taken_text [FILE...]       subject, a blank, and the text of each, decoded
#	taken_header NAME [FILE]   that header of all mails, one a line, decoded

relay_start() {
	R=$T/relay
	mkdir -p "$R"
	rm -f "$R/ports"
	spawn relay python3 "$here/tests/tools/smtpd.py" "$R" "$@"
	relay_pid=$spawned
	wait_for 20 test -s "$R/ports" || return 1
	read -r SMTP SMTPS <"$R/ports"
}

relay_mode() { echo "$*" >"$R/mode"; }
relay_stop() {
	kill "$relay_pid" 2>/dev/null
	wait "$relay_pid" 2>/dev/null
}

taken() { find "$R/mail" -name '*[0-9]' 2>/dev/null | wc -l; }
has_taken() { [ "$(taken)" -ge "$1" ]; }

# The mails of smtpd.py, or of a Maildir.
mail_header() { # NAME FILES...
	python3 - "$@" <<-'PY'
	import email, email.policy, sys
	for path in sys.argv[2:]:
	    raw = open(path, "rb").read()
	    if raw.startswith((b"FROM:", b"from:")):
	        raw = raw.split(b"\n", 2)[2]
	    m = email.message_from_bytes(raw, policy=email.policy.default)
	    for value in m.get_all(sys.argv[1], []):
	        print(" ".join(str(value).split()))
	PY
}
mail_text() { # TYPE FILES...: the parts of that type
	python3 - "$@" <<-'PY'
	import email, email.policy, sys
	for path in sys.argv[2:]:
	    raw = open(path, "rb").read()
	    if raw.startswith((b"FROM:", b"from:")):
	        raw = raw.split(b"\n", 2)[2]
	    m = email.message_from_bytes(raw, policy=email.policy.default)
	    for part in m.walk():
	        if part.get_content_type() == sys.argv[1]:
	            print(part.get_content())
	PY
}
taken_header() { mail_header "$1" "$R"/mail/*[0-9]; }
taken_text() { mail_text text/plain "$R"/mail/*[0-9]; }
