/*
 * kept.h - the newest refresh token, in a file of the instance's state folder.
 */
#ifndef TOKEN_KEPT_H
#define TOKEN_KEPT_H

#include <heard/str.h>

struct heard_error;
struct heard_host;
struct token_options;

/* In memory of the caller's; NULL if none was kept. */
char *kept_load(struct heard_host *, const struct token_options *);
int kept_save(struct heard_host *, const struct token_options *, struct heard_str text,
	      struct heard_error *);
/* Overwrites, frees and forgets; of NULL, nothing. */
void kept_wipe(char **text);

#endif
