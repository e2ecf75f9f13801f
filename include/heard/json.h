/*
 * heard/json.h - JSON in and out, behind one header.
 *
 * Reading: simdjson (measured in docs/decisions) fills a small tree in memory
 * that the caller names; depth, size and number of nodes are capped.  Writing:
 * straight into a heard_buf, strings escaped as RFC 8259 asks and no more.
 */
#ifndef HEARD_JSON_H
#define HEARD_JSON_H

#include <heard/api.h>
#include <heard/buf.h>
#include <heard/str.h>

#include <stdbool.h>
#include <stdint.h>

struct heard_error;

enum heard_json_type {
	HEARD_JSON_NULL = 1,
	HEARD_JSON_BOOL,
	HEARD_JSON_INT,	   /* fits int64_t */
	HEARD_JSON_NUMBER, /* any other    */
	HEARD_JSON_STRING,
	HEARD_JSON_ARRAY,
	HEARD_JSON_OBJECT,
};

struct heard_json {
	enum heard_json_type type;
	bool boolean;
	int64_t integer;
	double number; /* also set for INT */
	struct heard_str string;
	struct heard_str key;		/* when a member of an object            */
	const struct heard_json *first; /* child of an array or object           */
	const struct heard_json *next;	/* sibling                               */
};

#define HEARD_JSON_DEPTH 64 /* deeper text is refused */

struct heard_json_doc;
/* The tree lives until destroy; NULL with a sentence.  `text` must be UTF-8,
 * one value, at most `cap` bytes.  [any] */
HEARD_API struct heard_json_doc *heard_json_parse(struct heard_str text, size_t cap,
						  struct heard_error *);
HEARD_API const struct heard_json *heard_json_root(const struct heard_json_doc *);
HEARD_API void heard_json_destroy(struct heard_json_doc *);
/* A member by name, or NULL; NULL object is fine. */
HEARD_API const struct heard_json *heard_json_member(const struct heard_json *object,
						     const char *key);
/* The member's string, or empty. */
HEARD_API struct heard_str heard_json_string(const struct heard_json *object, const char *key);

/* "text" with quotes, escaped; invalid UTF-8 becomes U+FFFD. */
HEARD_API void heard_json_put_str(struct heard_buf *, struct heard_str);
HEARD_API void heard_json_put_number(struct heard_buf *, double);
HEARD_API void heard_json_put_int(struct heard_buf *, int64_t);

/* A writer that places the commas: object_begin(w, NULL); str(w, "a", s); ... */
struct heard_json_out {
	struct heard_buf *buf;
	bool comma;
};
HEARD_API void heard_json_begin(struct heard_json_out *, const char *key_or_null,
				char open); /* '{' or '[' */
HEARD_API void heard_json_end(struct heard_json_out *, char close);
HEARD_API void heard_json_str(struct heard_json_out *, const char *key_or_null,
			      struct heard_str);
HEARD_API void heard_json_int(struct heard_json_out *, const char *key_or_null, int64_t);
HEARD_API void heard_json_num(struct heard_json_out *, const char *key_or_null, double);
HEARD_API void heard_json_bool(struct heard_json_out *, const char *key_or_null, bool);
HEARD_API void heard_json_null(struct heard_json_out *, const char *key_or_null);

#endif
