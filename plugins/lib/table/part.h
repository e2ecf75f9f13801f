/*
 * part.h - one XML file inside of a workbook, read in slices.
 *
 * Everything in it comes from outside: how far it unpacks, how deep it nests and how
 * long one tag is are bounded, a document type (and with it every entity) is
 * refused, and nothing is held but what the handlers keep.
 */
#ifndef TABLE_PART_H
#define TABLE_PART_H

#include <expat.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <zip.h>

struct heard_error;

/* Names come without their prefix; attributes as expat has them.  A handler that
 * cannot go on says so by part_fail(). */
struct part_handlers {
	void (*start)(void *arg, const char *name, const char **attributes);
	void (*end)(void *arg, const char *name);
	void (*text)(void *arg, const char *s, size_t n);
};

struct part {
	const char *name; /* for the sentence */
	zip_file_t *file;
	XML_Parser parser;
	const struct part_handlers *handlers;
	void *arg;
	uint64_t packed, unpacked, limit;
	int depth;
	const char *why; /* a handler cannot go on */
};

/* limit: most bytes unpacked.  -ENOENT: there is no such part; -EINVAL. */
int part_open(struct part *, zip_t *, const char *name, uint64_t limit,
	      const struct part_handlers *, void *arg, struct heard_error *);
/* 1: there is more; 0: the end; -EINVAL, -ENOMEM with a sentence.  Adds to *bytes. */
int part_step(struct part *, size_t *bytes, struct heard_error *);
void part_fail(struct part *, const char *static_sentence);
void part_close(struct part *);

/* An attribute's value, or NULL. */
const char *part_attribute(const char **attributes, const char *name);
/* "x:row" is "row". */
const char *part_local(const char *name);

#endif
