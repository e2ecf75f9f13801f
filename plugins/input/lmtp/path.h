/*
 * path.h - the words behind MAIL FROM: and RCPT TO:.
 */
#ifndef INPUT_LMTP_PATH_H
#define INPUT_LMTP_PATH_H

#include <heard/str.h>

#include <stdbool.h>
#include <stdint.h>

enum { PATH_LONGEST = 512 }; /* of an address; RFC 5321 has 254, others have more */

/* Cut "<address>" off the front of *rest; the address may be empty, and a route before
 * it ("@a,@b:") is dropped.  False: there is none. */
bool path_cut(struct heard_str *rest, struct heard_str *address);
/* Can it be an address: without blanks and control characters outside of quotes? */
bool path_is_good(struct heard_str address, bool may_be_empty);
/* Has it bytes beyond ASCII, which only SMTPUTF8 allows? */
bool path_is_wide(struct heard_str address);

struct path_parameters { /* of MAIL */
	uint64_t size;	 /* 0: not said */
	bool is_utf8;
};
enum path_fault {
	PATH_GOOD,
	PATH_UNKNOWN, /* a parameter that we have not offered */
	PATH_WRONG,   /* a value that is none                 */
};
enum path_fault path_parameters(struct heard_str rest, struct path_parameters *);

#endif
