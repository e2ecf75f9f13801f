# shop.sh - sourced after daemon.sh: a shop whose customers write mail, by a real Dovecot and
# Postfix.  The user u1 is the shop, the others are customers.
#
#	shop_open DOMAIN...         both servers; mail for shop.test and these goes to Dovecot
#	shop_conf SENDER [OUTPUTS]  heard reads the shop's mail and answers it
#	box USER                    the files of the user's mails, the oldest first
#	has_box USER N              ... are there so many?
#	tickets, has_tickets N      the same of tickets, in any state
. "$here/tests/lib/dovecot.sh"
. "$here/tests/lib/postfix.sh"
. "$here/tests/lib/relay.sh"
dovecot_can || skip_all "dovecot-imapd is not installed"
postfix_can || skip_all "postfix is not installed, or this is not root"
NO_PUBLIC=1

shop_open() {
	ok "Dovecot starts" dovecot_start 'auth_username_format = %Ln'
	ok "Postfix starts" postfix_start
	for domain in shop.test "$@"; do
		postfix_deliver "$domain" "lmtp:inet:127.0.0.1:$LMTP"
	done
	"$HEARD" keygen "$T/keys" >/dev/null
	CONF_EXTRA="privacy = { public_key = \"$T/keys/heard.pub\"; private_key = \"$T/keys/heard.key\"; }; timezone = \"Asia/Shanghai\";"
}

shop_conf() { # SENDER [OUTPUTS]
	conf <<-EOT
		pipelines = (
		  { name = "mail";
		    inputs  = ( { plugin = "imap"; reply = "email"; own = [ "u1@shop.test" ]; poll = "1s";
		                  accounts = ( { host = "127.0.0.1"; port = $IMAPS; user = "u1"; password = "secret"; ca_file = "$CA"; } ); } );
		    filters = ( { plugin = "normalize"; }, { plugin = "mask"; }, { plugin = "classify"; rules = "$here/etc/rules/ecommerce.cfg"; } );
		    outputs = ( { plugin = "tickets"; database = "tickets.db"; public_url = "https://shop.test"; }, ${2:-}
		                { plugin = "email"; when = "event"; host = "127.0.0.1"; port = ${RELAY#*:}; tls = "none";
		                  from = "u1@shop.test"; sender = "$1"; public_url = "https://shop.test";
		                  retry = { first = "200ms"; max = "1s"; }; } ); }
		);
	EOT
}

box() { find "$D/home/$1/Maildir/new" "$D/home/$1/Maildir/cur" -type f 2>/dev/null | xargs -r ls -tr; }
has_box() { [ "$(box "$1" | wc -l)" -ge "$2" ]; }
tickets() { heard tickets list --state all --json | jq length; }
has_tickets() { [ "$(tickets)" -ge "$1" ]; }
