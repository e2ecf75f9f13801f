/*
 * feed.h - the items of a JSON, RSS or Atom document as records.
 *
 * `items` is the path to the list, `fields` says which path of an item is which field of
 * a record.  A path is names and indexes with dots, "author.name.label", "tags.0" (-1: the
 * last); several that stand for one another, "content|summary", the first that is there
 * counts; "=text" is a constant.  What an item has and no path names is left out: a feed says
 * much that is none of our business.
 *
 * Fields are those of a record that a source may give (heard/field.h), `tags`,
 * `attributes.NAME`, `ratings.NAME` (the first dot of a name may be written as an underline,
 * author_name, since libconfig has no dots in names), and
 *
 *	updated   when it was edited: the record's revision, so the newest wins
 *	deleted   true, or a time: the record says that it was deleted
 *	op        create, update or delete
 *
 * Without any `fields` the usual ones of RSS, Atom and JSON Feed are taken.
 *
 * RSS (0.9x without DTD, 1.0, 2.0) and Atom (RFC 4287) are read into the same tree: an
 * element is a member under its name with its usual prefix ("dc:creator"), its text as the
 * member, or with attributes as {"text", "attribute"...}; repeated ones are a list; `items`
 * is set.  A path that ends at such an object or list means its text, or its first.
 *
 * Values become what the field is: numbers, scores ("4/5", 五星), times (RFC 3339, RFC
 * 5322, Weibo's, seconds and milliseconds since 1970), text; HTML becomes text.
 *
 * Caps: depth 64, items of a page, bytes of a field.  An item that cannot be read is a
 * dead letter with the reason, and the others go on; a document that cannot be read is
 * refused as a whole.  DTDs and entities of one's own are refused.  Bytes that are not
 * UTF-8 become U+FFFD; XML may say that it is GB2312, GBK, GB18030, Big5, UTF-16 or Latin-1.
 */
#ifndef FEED_FEED_H
#define FEED_FEED_H

#include <heard/plugin.h>
#include <heard/str.h>

#include <stdbool.h>
#include <stdint.h>

struct feed;
struct heard_batch;
struct heard_error;
struct heard_json;
struct heard_record;

enum feed_format { FEED_AUTO, FEED_JSON, FEED_XML };
extern const char *const feed_formats[];

struct feed_field {
	const char *name, *paths;
};

struct feed_options {
	int format;
	const char *items;	 /* "" : the root, or the items of RSS and Atom */
	struct heard_map fields; /* field -> paths                              */
	/* The same for a channel whose items are always alike; ends with {NULL}. */
	const struct feed_field *table;
	/* Paths to the part of an item that `fields` are of: a status in a notification.  Of an
	 * item without it they are of itself.  NULL or "": always. */
	const char *part;
	const char *channel;
	int64_t max_items; /* of one page */
	const char *needs; /* path: what has it not is no item for us; NULL or "": all */
};

/* ---- a path */

enum { FEED_PATH_STEPS = 16 };
/* The value at a path in a tree of heard/json.h; NULL: not there. */
const struct heard_json *feed_get(const struct heard_json *, const char *path);
/* The same as text: strings as they are, numbers and booleans as JSON has them; empty. */
struct heard_str feed_text(const struct heard_json *, const char *path, char *scratch,
			   size_t size);
/* The same as a whole number: 0 if it is none. */
int64_t feed_int(const struct heard_json *, const char *path);
bool feed_is(const struct heard_json *, const char *path); /* is it true? */
/* For open(): is it well formed? */
int feed_check_path(const char *path, struct heard_error *);

/* ---- a page [worker], create and destroy [main] */

struct feed *feed_create(const struct feed_options *, struct heard_error *);
void feed_destroy(struct feed *); /* NULL is fine */
/* Every item a record, but for those whose bit is set in `skip` (item i: byte i / 8, bit
 * i % 8; what is behind its end is not skipped).  `each`, if it is not NULL, sees a record
 * after its fields are set, with its item: it may add to it, or return an error to make it a
 * dead letter. */
int feed_decode_some(const struct feed *, struct heard_str raw, struct heard_str skip,
		     struct heard_batch *,
		     int (*each)(void *arg, const struct heard_json *item,
				 struct heard_record *, struct heard_error *),
		     void *arg, struct heard_error *);
bool feed_is_skipped(struct heard_str skip, size_t i);
/* All of them. */
int feed_decode(const struct feed *, struct heard_str raw, struct heard_batch *,
		int (*each)(void *arg, const struct heard_json *item, struct heard_record *,
			    struct heard_error *),
		void *arg, struct heard_error *);
/* One item that the caller has already (a webhook's body).  On failure the record is as it
 * was. */
int feed_fill(const struct feed *, const struct heard_json *item, struct heard_record *,
	      struct heard_error *);

/* ---- a page looked at before it is emitted [any] */

struct feed_page;
/* NULL with a sentence: -EPROTO: it is no such document. */
struct feed_page *feed_page_read(const struct feed *, struct heard_str raw,
				 struct heard_error *);
const struct heard_json *feed_page_root(const struct feed_page *);
/* The first item; the others by ->next, in the order that feed_decode_some() counts. */
const struct heard_json *feed_page_first(const struct feed_page *, size_t *n_r);
void feed_page_destroy(struct feed_page *); /* NULL is fine */
/* The part of an item that its fields are of. */
const struct heard_json *feed_part(const struct feed *, const struct heard_json *item);
/* The text that a field would be made of: the item's id by "source_id".  Empty if no path
 * is given or nothing is there. */
struct heard_str feed_field_text(const struct feed *, const struct heard_json *item,
				 const char *field, char *scratch, size_t size);

#endif
