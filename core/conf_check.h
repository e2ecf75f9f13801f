/*
 * conf_check.h - what a config must keep to beyond its tables.
 */
#ifndef CORE_CONF_CHECK_H
#define CORE_CONF_CHECK_H

#include "conf.h"

struct heard_error;

/* Letters, digits, '_' and '-': names become folders, metrics and URLs. */
int conf_check_name(const char *name, struct heard_error *);
/* "127.0.0.1:8080" or "[::1]:8080". */
int conf_check_address(const char *address, struct heard_error *);
/* "10.0.0.0/8", "::1". */
int conf_check_network(const char *network, struct heard_error *);
/* What can be said only of the whole: names used twice, text stored unmasked,
 * stages left empty. */
void conf_check_whole(const struct conf *, struct faults *);

#endif
