/*
 * heard/record.h - one piece of feedback: typed access to its fields.
 *
 * A record belongs to a batch and so does all its text: what a getter returns
 * lives as long as the batch, what a setter is given is copied, except by the
 * _borrowed ones, whose text must come from heard_batch_alloc() of the same
 * batch or be static.  A setter returns 0, -ENOMEM (the batch's cap) or
 * -EINVAL (not that field's type).  Setting an absent text ({NULL, 0}) removes
 * the field.  All functions: [worker] in decode and process, [home] in write,
 * where records may not be changed.
 */
#ifndef HEARD_RECORD_H
#define HEARD_RECORD_H

#include <heard/api.h>
#include <heard/field.h>
#include <heard/str.h>

#include <stdbool.h>
#include <stdint.h>

struct heard_record;
struct heard_batch;

struct heard_file { /* one attachment */
	struct heard_str name, type, sha256;
	int64_t size;
};

struct heard_value {
	enum heard_type type;
	union {
		struct heard_str str;
		int64_t integer; /* INT, TIME */
		double number;
		bool boolean;
		struct {
			const struct heard_str *at;
			size_t n;
		} list;
		struct {
			const struct heard_file *at;
			size_t n;
		} files;
	};
};

/* ---- well-known fields */

HEARD_API bool heard_has(const struct heard_record *, enum heard_field);
/* type HEARD_NONE when absent */
HEARD_API struct heard_value heard_get(const struct heard_record *, enum heard_field);
/* empty when absent */
HEARD_API struct heard_str heard_get_str(const struct heard_record *, enum heard_field);
/* INT, NUM: the value as a number, or `otherwise` when absent */
HEARD_API double heard_get_number(const struct heard_record *, enum heard_field,
				  double otherwise);
/* HEARD_TIME_NONE when absent */
HEARD_API int64_t heard_get_time(const struct heard_record *, enum heard_field);

HEARD_API int heard_set_str(struct heard_record *, enum heard_field, struct heard_str);
HEARD_API int heard_set_str_borrowed(struct heard_record *, enum heard_field, struct heard_str);
HEARD_API int heard_set_number(struct heard_record *, enum heard_field, double);
HEARD_API int heard_set_int(struct heard_record *, enum heard_field, int64_t);
HEARD_API int heard_set_time(struct heard_record *, enum heard_field, int64_t ms);
HEARD_API int heard_set_list(struct heard_record *, enum heard_field,
			     const struct heard_str *at, size_t n);
HEARD_API int heard_list_add(struct heard_record *, enum heard_field, struct heard_str);
HEARD_API int heard_file_add(struct heard_record *, const struct heard_file *);
HEARD_API void heard_unset(struct heard_record *, enum heard_field);

/* ---- families: ratings.*, masked.*, attributes.* */

HEARD_API size_t heard_family_size(const struct heard_record *, enum heard_family);
/* The i-th member in the order they were set. */
HEARD_API struct heard_value heard_family_at(const struct heard_record *, enum heard_family,
					     size_t i, struct heard_str *name_r);
HEARD_API struct heard_value heard_family_get(const struct heard_record *, enum heard_family,
					      struct heard_str name);
/* STR, INT, NUM or BOOL; replaces one of the same name. */
HEARD_API int heard_family_set(struct heard_record *, enum heard_family, struct heard_str name,
			       struct heard_value);
/* Without those whose names begin so: "mail." */
HEARD_API void heard_family_drop(struct heard_record *, enum heard_family,
				 struct heard_str prefix);
/* masked.<kind> += n */
HEARD_API int heard_masked_add(struct heard_record *, struct heard_str kind, int64_t n);

/* ---- every text that people wrote
 *
 * Walks the values whose care is TEXT: fields, the strings of lists, file
 * names, string attributes and attribute names excepted.
 *
 *	struct heard_text t = {0};
 *	while (heard_text_next(rec, &t))
 *		if (changed)
 *			heard_text_set(rec, &t, cleaned);   borrowed, see above
 */
struct heard_text {
	int field;	       /* enum heard_field, or -1 - family           */
	struct heard_str name; /* dotted name without family, for attributes */
	struct heard_str text;
	size_t at, sub; /* the walk's own                             */
};
HEARD_API bool heard_text_next(struct heard_record *, struct heard_text *);
HEARD_API int heard_text_set(struct heard_record *, const struct heard_text *,
			     struct heard_str borrowed);

/* ---- where it is from
 *
 * Which piece of its source it is: the same number when the source brings it again, since
 * it could not be taken, and for another revision of it.  0: nothing tells it from others, or
 * a filter made it.  It is made of `source` and `source_id`, under a key of this
 * installation, so it may be stored.  Without a `source_id` it is made of the emission's, the
 * place there and who was authenticated; then one that an operator replays may have another
 * number, or none.  A filter that counts needs it (lib/seen).  Since 1.3. */
HEARD_API uint64_t heard_record_origin(const struct heard_record *);

/* ---- fate [worker] */

/* Not wanted: counted under the reason (a short constant word), not kept. */
HEARD_API void heard_record_drop(struct heard_record *, const char *static_reason);
/* Cannot be processed: becomes a dead letter.  The reason is stored and
 * listed, so it names what is wrong and never quotes the customer. */
HEARD_API void heard_record_quarantine(struct heard_record *, const char *format, ...)
	HEARD_PRINTF(2, 3);
/* Neither dropped nor quarantined. */
HEARD_API bool heard_record_is_live(const struct heard_record *);
HEARD_API struct heard_batch *heard_record_batch(const struct heard_record *);

#endif
