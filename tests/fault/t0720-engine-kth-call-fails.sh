#!/bin/sh
# The engine with all its parts, inside a test: the k-th allocation fails, and the
# k-th call that writes.  FAULTS=0 tries every k, else so many of them.
# timeout: 900
# variants: release debug asan
FAULTS=${FAULTS-60}
[ "$FAULTS" -gt 0 ] || FAULTS=1000000
code=0
"$BUILD/tests/fault/engine" malloc "$FAULTS" | sed 's/^1\.\.1$//' || code=1
"$BUILD/tests/fault/engine" write "$FAULTS" | sed 's/^ok 1/ok 2/; s/^not ok 1/not ok 2/; s/^1\.\.1$/1..2/' || code=1
exit $code
