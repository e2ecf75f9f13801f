/*
 * key.h - by what a record is joined: a field, trimmed, and its print.
 *
 * The key is a customer's number or address.  What is remembered of it, in the cache and
 * in the index of a file, is a print: 128 bits by a secret of this process.
 */
#ifndef ENRICH_KEY_H
#define ENRICH_KEY_H

#include <heard/plugin.h>
#include <heard/str.h>

#include <stdbool.h>

struct heard_error;
struct heard_record;

enum { KEY_MAX = 256, PRINT_SIZE = 16 };

struct key {
	int field;	       /* enum heard_field, or -1: an attribute */
	struct heard_str name; /* of the attribute                      */
	bool folds;	       /* an address: upper and lower case are the same */
	unsigned char secret[16];
};

/* `by` is a text field of a record, or attributes.NAME. */
int key_init(struct key *, const char *by, struct heard_error *);
/* The record's; empty if it has none that could be one.  Writes into buffer. */
struct heard_str key_of(const struct key *, const struct heard_record *, char buffer[KEY_MAX]);
/* As the record's would be. */
struct heard_str key_fold(const struct key *, struct heard_str, char buffer[KEY_MAX]);
void key_print(const struct key *, struct heard_str, unsigned char print[PRINT_SIZE]);

#endif
