#!/usr/bin/env bash
# The cases of one plugin: tests/plugins/run.sh STAGE/NAME
#
# For each tests/plugins/STAGE/NAME/NN-what.in (one record as JSON a line) the
# records go through `heard filter`, and what comes out is compared with
# NN-what.out: line by line, each field that a line of .out names must have that
# value; "__absent__" says the field must be missing, "__id:N__" is the id that the
# N-th record got.  So an .out names what the
# case is about and stays silent about ids and times.
#
# The pipeline holds the plugin with the options of NN-what.conf (the inside of
# its group), or, where that file has a line with "filters", what the file says.
# In it @HERE@ is the folder of the cases and @ETC@ that of the shipped files.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/lib/daemon.sh
here=$PWD
case $# in 1) ;; *) echo "usage: tests/plugins/run.sh STAGE/NAME" >&2; exit 2 ;; esac
stage=${1%/*} name=${1#*/}
folder=$here/tests/plugins/$1

compare() { # EXPECTED GOT
	python3 - "$1" "$2" <<-'EOT'
	import json, sys

	def fields(value, name=""):
	    if isinstance(value, dict) and (value or not name):
	        for key, inner in value.items():
	            yield from fields(inner, f"{name}.{key}" if name else key)
	    else:
	        yield name, value

	def lines(path):
	    with open(path, encoding="utf-8") as f:
	        return [json.loads(line) for line in f if line.strip()]

	def resolve(value):
	    if isinstance(value, list):
	        return [resolve(v) for v in value]
	    if isinstance(value, str) and value.startswith("__id:"):
	        return got[int(value[5:-2]) - 1]["id"]
	    return value

	wanted, got = lines(sys.argv[1]), lines(sys.argv[2])
	bad = []
	if len(wanted) != len(got):
	    bad.append(f"{len(wanted)} records expected, {len(got)} came out")
	for i, (want, have) in enumerate(zip(wanted, got), 1):
	    have = dict(fields(have))
	    for name, value in fields(want):
	        value = resolve(value)
	        if value == "__absent__":
	            if any(k == name or k.startswith(name + ".") for k in have):
	                bad.append(f"line {i}: {name} should be missing")
	        elif name not in have:
	            bad.append(f"line {i}: {name} is missing, wanted {json.dumps(value, ensure_ascii=False)}")
	        elif have[name] != value:
	            bad.append(f"line {i}: {name} is {json.dumps(have[name], ensure_ascii=False)}, "
	                       f"wanted {json.dumps(value, ensure_ascii=False)}")
	print("\n".join(bad))
	sys.exit(1 if bad else 0)
	EOT
}

write_conf() { # CASE'S CONF
	{
		conf_head | sed '/^listeners = (/,/^);/d'
		echo 'listeners = ( { name = "public"; address = "127.0.0.1:0"; } );'
		echo 'pipelines = ( { name = "case"; clear = true;'
		echo '  inputs = ( { plugin = "http"; path = "/x"; } );'
		if [ -f "$1" ] && grep -q '^ *filters *=' "$1"; then
			sed "s|@ETC@|$here/etc|g; s|@HERE@|$folder|g" "$1"
		else
			printf '  filters = ( { plugin = "%s";\n' "$name"
			[ -f "$1" ] && sed "s|@ETC@|$here/etc|g; s|@HERE@|$folder|g" "$1"
			echo '  } );'
		fi
		echo "  outputs = ( { plugin = \"file\"; path = \"out.ndjson\"; } ); } );"
	} >"$CONF"
}

for case_in in "$folder"/*.in; do
	case_name=$(basename "$case_in" .in)
	write_conf "${case_in%.in}.conf"
	if ! heard filter --pipeline case "$case_in" >"$T/got" 2>"$T/err"; then
		fail "$case_name"
		sed 's/^/# /' "$T/err" | head -n 20
		continue
	fi
	ok "$case_name" compare "${case_in%.in}.out" "$T/got"
done
[ "$stage" = filter ] || note "only filters have cases"
no_sanitizer_reports
done_testing
