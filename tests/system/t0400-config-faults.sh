#!/bin/sh
# Every fault of a config, all at once, as file:line: text with a suggestion.
. "$(dirname "$0")/../lib/daemon.sh"

# fault WHAT REGEX: check says it of $CONF with a place, and exits 1
fault() {
	said=$(heard check 2>&1)
	is "$1: exit 1" $? 1
	like "$1" "$said" "^(.*/)?heard\.conf:[0-9]+: .*($2)"
}
base_in='inputs = ( { plugin = "http"; path = "/feedback"; } );'
base_out='outputs = ( { plugin = "file"; path = "out.ndjson"; } );'
frame() { # TOP INPUTS FILTERS OUTPUTS MORE
	cat <<-EOT
		state_dir = "$STATE";
		plugin_path = [ "$BUILD/plugins", "$BUILD/testplugins" ];
		listeners = ( { name = "public"; address = "127.0.0.1:0"; } );
		$1
		pipelines = ( { name = "shop"; ${5-clear = true;}
		  ${2:-$base_in}
		  ${3:-}
		  ${4:-$base_out} } );
	EOT
}

frame >"$CONF"
ok "a good config has none" heard check
is "and says so by exit 0" "$(heard check >/dev/null 2>&1; echo $?)" 0

frame 'wrokers = 2;' >"$CONF"
fault "an unknown setting" 'wrokers.*workers'
frame 'workers = "two";' >"$CONF"
fault "a text for a number" 'workers'
frame 'workers = 100000;' >"$CONF"
fault "a number out of range" 'workers'
frame 'journal = { max_size = "10 apples"; };' >"$CONF"
fault "a size that is none" 'max_size'
frame 'journal = { segment_size = 99999999999; };' >"$CONF"
fault "an integer that overflows without L" 'L'
frame 'drain_timeout = "2x";' >"$CONF"
fault "a duration that is none" '2x'
frame 'timezone = "Asia/Shangai";' >"$CONF"
fault "an unknown zone" 'Shangai'
frame 'privacy = { public_key = "nosuch.pub"; };' >"$CONF"
fault "a key file that is not there" 'nosuch.pub'
frame 'log = { level = "loud"; };' >"$CONF"
fault "a word that is no choice" 'loud'
frame '' 'inputs = ( { plugin = "htpt"; path = "/x"; } );' >"$CONF"
fault "an unknown plugin" 'htpt.*http'
frame '' 'inputs = ( { plugin = "mask"; } );' >"$CONF"
fault "a plugin of another stage" 'mask.*filter'
frame '' '' '' 'outputs = ( { plugin = "webhook"; } );' >"$CONF"
fault "a required option left out" 'url'
frame '' 'inputs = ( { path = "/x"; } );' >"$CONF"
fault "an instance without a plugin" 'plugin'
frame '' 'inputs = ( { plugin = "http"; path = "/x"; chanel = "web"; } );' >"$CONF"
fault "an unknown option" 'chanel.*channel'
frame '' 'inputs = ( { plugin = "http"; path = [ "/x" ]; } );' >"$CONF"
fault "a wrong type" 'path'
frame '' 'inputs = ( { plugin = "http"; path = "/x"; }, { plugin = "http"; path = "/y"; } );' >"$CONF"
fault "a duplicate instance" 'http'
frame '' 'inputs = ( { plugin = "http"; path = "/x"; }, { plugin = "http"; name = "b"; path = "/x"; } );' >"$CONF"
fault "two routes on one path" '/x'
frame '' 'inputs = ( { plugin = "http"; listener = "pubic"; path = "/x"; } );' >"$CONF"
fault "an unknown listener" 'pubic.*public'
frame '' "inputs = ( { plugin = \"file\"; path = \"$T\"; } );" >"$CONF"
fault "an unused listener" 'public'
frame '' '' '' '' '' >"$CONF"
fault "a pipeline without mask" 'mask|clear'
frame '' '' 'filters = ( { plugin = "mask"; when = "lang == '"'zh'"'"; } );' '' '' >"$CONF"
fault "a conditional mask" 'mask|clear'
frame '' '' 'filters = ( { plugin = "normalize"; when = "body ==="; } );' >"$CONF"
fault "a condition that is no Lua" 'when'
frame '' '' '' 'outputs = ( { plugin = "file"; path = "o"; retry = { first = "soon"; }; } );' >"$CONF"
fault "a wrong retry" 'soon'
frame '' '' '' 'outputs = ( { plugin = "file"; path = "o"; on_full = "explode"; } );' >"$CONF"
fault "a wrong on_full" 'explode'
frame '' '' '' 'outputs = ( { plugin = "webhook"; url = "not a url"; } );' >"$CONF"
fault "a URL that is none" 'url'
frame '' '' '' 'outputs = ( { plugin = "webhook"; url = "https://example.org/"; secret = "${env:HEARD_NO_SUCH}"; } );' >"$CONF"
fault "a secret that is not there" 'HEARD_NO_SUCH'
frame '' '' 'filters = ( { plugin = "classify"; rules = "nosuch.cfg"; } );' >"$CONF"
said=$(heard check 2>&1)
is "a rules file that is not there: exit 1" $? 1
like "and which" "$said" 'nosuch\.cfg'
{ frame; echo 'listeners = ('; } >"$CONF"
fault "a syntax error" '.'
echo 'state_dir = "x";' >"$CONF"
fault "no pipeline" 'pipeline'
{ frame | sed 's/address = "[^"]*"/address = "nonsense"/'; } >"$CONF"
fault "an address that is none" 'nonsense'

frame 'wrokers = 2; drain_timeout = "2x";' 'inputs = ( { plugin = "htpt"; } );' '' \
	'outputs = ( { plugin = "file"; path = "o"; on_full = "explode"; } );' >"$CONF"
said=$(heard check 2>&1)
is "four faults are told at once" \
	"$(echo "$said" | grep -Eo 'wrokers|2x|htpt|explode' | sort -u | wc -l)" 4
is "in the order of their lines" "$(echo "$said" | grep -Eo 'conf:[0-9]+' | cut -d: -f2 | sort -nc 2>&1)" ""

# Faults that only opening shows, with those of the config: of every kind at once.
printf 'rules = ( { nonsense = 1; } );\n' >"$T/rules.cfg"
cat >"$CONF" <<-EOT
	state_dir = "$STATE";
	plugin_path = [ "$BUILD/plugins", "$BUILD/testplugins" ];
	wrokers = 2;
	timezone = "Asia/Shangai";
	listeners = (
	  { name = "public"; address = "127.0.0.1:0"; },
	  { name = "spare"; address = "127.0.0.1:0"; },
	  { name = "named"; address = "127.0.0.1:0"; },
	  { name = "safe"; address = "127.0.0.1:0"; tls = { certificate = "no.crt"; key = "no.key"; }; },
	  { name = "also"; address = "127.0.0.1:0"; tls = { certificate = "nor.crt"; key = "nor.key"; }; } );
	pipelines = ( { name = "shop"; clear = true;
	  inputs = ( { plugin = "http"; path = "/x"; },
	    { plugin = "http"; name = "b"; path = "/x"; },
	    { plugin = "http"; name = "c"; path = "/y"; listener = "pubic"; },
	    { plugin = "http"; name = "d"; path = "/z"; listener = "named"; chanel = "web"; },
	    { plugin = "http"; name = "e"; path = "/e"; listener = "safe"; },
	    { plugin = "http"; name = "f"; path = "/f"; listener = "also"; } );
	  filters = ( { plugin = "classify"; rules = "rules.cfg"; },
	    { plugin = "classify"; name = "c2"; rules = "nosuch.cfg"; } );
	  outputs = ( { plugin = "file"; path = "o"; on_full = "explode"; },
	    { plugin = "webhook"; url = "not a url"; } ); },
	  { inputs = ( { plugin = "http"; path = "/x"; } );
	    outputs = ( { plugin = "file"; path = "o"; } ); } );
EOT
said=$(heard check 2>&1)
is "faults of both kinds: exit 1" $? 1
for wanted in ':3: .*wrokers' ':4: .*Shangai' ':7: listener "spare" is used by no route' \
	':9: listener "safe": .*no\.crt' ':10: listener "also": .*nor\.crt' \
	':13: input "b": .*"/x"' ':14: input "c": .*pubic.*public' ':15: input "d": .*chanel.*channel' \
	':18: filter "classify": .*rules\.cfg:1: .*nonsense' ':19: filter "c2": .*nosuch\.cfg' \
	':20: .*explode' ':21: output "webhook": .*url' ':22: .*"name"' ':22: input "http": .*"/x"'; do
	like "is told: $wanted" "$said" "heard\.conf$wanted"
done
is "each with its place in the config" "$(echo "$said" | grep -vc 'heard\.conf:[0-9]*: ')" 0
is "and a listener of a faulty instance is not unused" "$(echo "$said" | grep -c '"named"')" 0
is "run says the same" "$("$HEARD" run -c "$CONF" 2>&1)" "$said"

CONF_OLD=$CONF
CONF=$T/nosuch.conf
said=$(heard check 2>&1)
is "a config that is not there: exit 1" $? 1
like "and which" "$said" 'nosuch.conf'
CONF=$T
said=$(heard check 2>&1)
is "a folder for a config: exit 1" $? 1
CONF=$CONF_OLD
head -c 100000 /dev/urandom >"$CONF"
said=$(heard check 2>&1)
is "noise for a config: exit 1" $? 1

frame >"$CONF"
is "an unknown command: exit 2" "$(heard frobnicate >/dev/null 2>&1; echo $?)" 2
is "an unknown flag: exit 2" "$("$HEARD" check --frobnicate >/dev/null 2>&1; echo $?)" 2
like "and a near name is offered" "$(heard chek 2>&1)" 'check'
if [ ! -e /etc/heard/heard.conf ]; then
	said=$("$HEARD" chek 2>&1)
	is "without a config, too: exit 2" $? 2
	like "and a near name" "$said" '"chek" is no command.*did you mean "check"'
	said=$("$HEARD" frobnicate 2>&1)
	is "a far one: exit 2" $? 2
	like "and where to look" "$said" 'heard help'
	said=$("$HEARD" tickets --help)
	is "the commands of a plugin without a config: exit 0" $? 0
	like "and which" "$said" 'usage: heard tickets COMMAND'
fi
for command in run check filter plugins describe send ledger dead replay forget status reload stop \
	keygen reveal train; do
	said=$("$HEARD" $command --help 2>"$T/err")
	is "$command --help: exit 0" $? 0
	like "its usage, on stdout" "$said" "^usage: heard $command"
	is "and nothing else" "$(cat "$T/err")" ""
done
frame '' '' '' 'outputs = ( { plugin = "tickets"; name = "desk"; } );' >"$CONF"
said=$("$HEARD" desk --help -c "$CONF")
is "an instance --help: exit 0" $? 0
like "on stdout" "$said" 'usage: heard desk COMMAND'
like "a near instance is offered" "$("$HEARD" deks -c "$CONF" 2>&1)" 'did you mean "desk"'
frame 'wrokers = 2;' >"$CONF"
like "plugin_path counts though something is wrong" "$(heard describe filter/crash 2>&1)" '^crash .*filter'
said=$(heard describe filter/otherabi 2>&1)
is "a plugin that cannot be loaded: exit 1" $? 1
is "told with its reason only" "$(echo "$said" | grep -c 'did you mean')$(echo "$said" | wc -l)" 01

printf 'whsec_aHVudGVyMmh1bnRlcjJodW50ZXIy\n' >"$T/secret"
frame '' '' '' "outputs = ( { plugin = \"webhook\"; url = \"https://example.org/\"; secret = \"\${file:$T/secret}\"; } );" >"$CONF"
ok "a secret from a file is read" heard check
is "and never printed" "$(heard check --print 2>&1 | grep -c aHVudGVy)" 0
no_sanitizer_reports
done_testing
