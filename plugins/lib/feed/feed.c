/*
 * feed.c - a document, its items, and each of them a record.
 *
 * JSON goes through simdjson (heard/json.h), XML through expat (xml.c); behind that the
 * two are one tree.  A feed is only read once it is made, so all workers share it.
 */
#include "feed.h"

#include "item.h"
#include "xml.h"

#include <text/utf8.h>

#include <heard/batch.h>
#include <heard/error.h>

#include <errno.h>
#include <stdlib.h>

enum { TREE_BYTES = 256 << 20, JSON_BYTES = 64 << 20 };

const char *const feed_formats[] = {"auto", "json", "xml", NULL};

struct feed {
	int format;
	const char *items, *needs, *part, *channel;
	size_t max_items, n_fields;
	struct item_field fields[FIELDS_MAX];
};

struct feed_page {
	struct heard_json_doc *json;
	struct tree tree;
	const struct heard_json *root, *first;
	size_t n;
};

/* ---- options */

/* RSS, Atom and JSON Feed (jsonfeed.org) by their specifications. */
static const struct feed_field usual[] = {
	{"source_id", "guid|id|link"},
	{"subject", "title"},
	{"body", "content:encoded|description|content|summary|content_text|content_html"},
	{"created_at", "pubDate|dc:date|published|date_published|updated"},
	{"updated", "updated|date_modified"},
	{"author.name", "dc:creator|author.name|authors.0.name|author"},
	{NULL, NULL},
};

static int add_field(struct feed *f, const char *name, const char *paths,
		     struct heard_error *err)
{
	struct item_field *field = &f->fields[f->n_fields];
	if (f->n_fields == FIELDS_MAX)
		return heard_fail(err, EINVAL, "fields: there are more than %d", FIELDS_MAX);
	if (!item_target(name, field))
		return heard_fail(
			err, EINVAL,
			"fields: '%.80s' is no field that an item can fill; see `heard "
			"describe`, or write attributes.%.80s",
			name, name);
	if (feed_check_path(paths, err) != 0)
		return heard_error_wrap(err, "fields.%.80s", name);
	field->paths = paths;
	f->n_fields++;
	return 0;
}

static bool has_field(const struct feed *f, enum heard_field wanted)
{
	for (size_t i = 0; i < f->n_fields; i++)
		if (f->fields[i].kind == ITEM_FIELD && f->fields[i].field == (int)wanted)
			return true;
	return false;
}

static int add_fields(struct feed *f, const struct feed_options *o, struct heard_error *err)
{
	const struct heard_map *given = &o->fields;
	const struct feed_field *fixed = o->table ? o->table : usual;
	int code = 0;
	for (; given->n == 0 && fixed->name && code == 0; fixed++)
		code = add_field(f, fixed->name, fixed->paths, err);
	for (size_t i = 0; i < given->n && code == 0; i++)
		code = add_field(f, given->names[i], given->values[i], err);
	if (code == 0 && !has_field(f, HEARD_SOURCE_ID))
		code = heard_fail(
			err, EINVAL,
			"fields: source_id is missing; name the path of an item's id, "
			"so that none comes twice");
	return code;
}

struct feed *feed_create(const struct feed_options *o, struct heard_error *err)
{
	struct feed *f = calloc(1, sizeof(*f));
	if (f == NULL) {
		heard_fail(err, ENOMEM, "no memory");
		return NULL;
	}
	f->format = o->format;
	f->items = o->items ? o->items : "";
	f->needs = o->needs ? o->needs : "";
	f->part = o->part ? o->part : "";
	f->channel = o->channel ? o->channel : "";
	f->max_items = o->max_items > 0 ? (size_t)o->max_items : 10000;
	int code = add_fields(f, o, err);
	if (code == 0 && f->items[0] && (code = feed_check_path(f->items, err)) != 0)
		heard_error_wrap(err, "items");
	if (code == 0 && f->needs[0] && (code = feed_check_path(f->needs, err)) != 0)
		heard_error_wrap(err, "needs");
	if (code == 0)
		return f;
	free(f);
	return NULL;
}

void feed_destroy(struct feed *f)
{
	free(f);
}

/* ---- documents */

/* Bytes that are not UTF-8 cost their characters, not the page. */
static struct heard_json_doc *parse_json(struct heard_str raw, struct heard_error *err)
{
	static const struct heard_str bom = HEARD_STR("\xef\xbb\xbf");
	struct heard_buf whole;
	struct heard_json_doc *doc;
	if (heard_str_starts(raw, bom))
		raw = heard_str_skip(raw, bom.len);
	if (text_is_valid(raw))
		return heard_json_parse(raw, JSON_BYTES, err);
	heard_buf_init(&whole, JSON_BYTES);
	text_repair(raw, &whole);
	doc = heard_json_parse(heard_buf_view(&whole), JSON_BYTES, err);
	heard_buf_release(&whole);
	return doc;
}

/* Is the value there in which the list would be?  Then it is empty: the App Store leaves
 * out "entry" where there is no review. */
static bool has_parent(const struct feed *f, const struct heard_json *root)
{
	char parent[512];
	const char *dot = strrchr(f->items, '.');
	if (dot == NULL || (size_t)(dot - f->items) >= sizeof(parent))
		return false;
	memcpy(parent, f->items, (size_t)(dot - f->items));
	parent[dot - f->items] = '\0';
	return feed_get(root, parent) != NULL;
}

static const struct heard_json *find_list(const struct feed *f, const struct heard_json *root)
{
	const struct heard_json *list = NULL;
	if (f->items[0])
		return feed_get(root, f->items);
	if (root->type == HEARD_JSON_OBJECT)
		list = heard_json_member(root, "items");
	return list ? list : root;
}

/* What is made of XML has an object where there is but one item; the App Store's JSON was
 * made so, too. */
static int find_items(const struct feed *f, struct feed_page *p, struct heard_error *err)
{
	const struct heard_json *list = find_list(f, p->root);
	if (list == NULL && has_parent(f, p->root))
		return 0;
	if (list && list->type == HEARD_JSON_OBJECT && f->items[0]) {
		p->first = list;
		p->n = 1;
		return 0;
	}
	if (list == NULL || list->type != HEARD_JSON_ARRAY)
		return heard_fail(err, EPROTO,
				  "there is no list of items at %s%s; set `items` to its path",
				  f->items[0] ? "the path " : "the root", f->items);
	p->first = list->first;
	for (const struct heard_json *i = list->first; i; i = i->next)
		p->n++;
	if (p->n > f->max_items)
		return heard_fail(
			err, EPROTO,
			"it has %zu items, more than max_items (%zu); raise it, or ask "
			"for smaller pages",
			p->n, f->max_items);
	return 0;
}

struct feed_page *feed_page_read(const struct feed *f, struct heard_str raw,
				 struct heard_error *err)
{
	struct feed_page *p = calloc(1, sizeof(*p));
	if (p == NULL) {
		heard_fail(err, ENOMEM, "no memory");
		return NULL;
	}
	p->tree.cap = TREE_BYTES;
	if (f->format == FEED_XML || (f->format == FEED_AUTO && xml_is_likely(raw)))
		p->root = xml_parse(&p->tree, raw, err);
	else if ((p->json = parse_json(raw, err)) != NULL)
		p->root = heard_json_root(p->json);
	if (p->root == NULL || find_items(f, p, err) != 0) {
		feed_page_destroy(p);
		return NULL;
	}
	return p;
}

const struct heard_json *feed_page_root(const struct feed_page *p)
{
	return p->root;
}

const struct heard_json *feed_page_first(const struct feed_page *p, size_t *n_r)
{
	*n_r = p->n;
	return p->first;
}

void feed_page_destroy(struct feed_page *p)
{
	if (p == NULL)
		return;
	heard_json_destroy(p->json);
	tree_release(&p->tree);
	free(p);
}

const struct heard_json *feed_part(const struct feed *f, const struct heard_json *item)
{
	const struct heard_json *part = f->part[0] ? feed_get(item, f->part) : NULL;
	return part ? part : item;
}

struct heard_str feed_field_text(const struct feed *f, const struct heard_json *item,
				 const char *field, char *scratch, size_t size)
{
	struct item_field wanted;
	if (!item_target(field, &wanted))
		return heard_str_n(NULL, 0);
	for (size_t i = 0; i < f->n_fields; i++) {
		const struct item_field *at = &f->fields[i];
		if (at->kind == wanted.kind && at->field == wanted.field &&
		    heard_str_eq(at->name, wanted.name))
			return heard_str_trim(
				feed_text(feed_part(f, item), at->paths, scratch, size));
	}
	return heard_str_n(NULL, 0);
}

/* ---- records */

static int bury(struct heard_batch *batch, const struct heard_json *item, size_t i,
		const struct heard_error *why)
{
	struct heard_buf text;
	heard_buf_init(&text, JSON_BYTES);
	tree_write(item, &text);
	int code = heard_batch_dead(batch, heard_buf_view(&text), (int64_t)i + 1,
				    "item %zu: %s", i + 1, why->text);
	heard_buf_release(&text);
	return code;
}

static int fill(const struct feed *f, const struct item *item, struct heard_record *r)
{
	int code = f->channel[0] ? heard_set_str(r, HEARD_CHANNEL, heard_str(f->channel)) : 0;
	return code == 0 ? item_set(item, f->fields, f->n_fields, r) : code;
}

struct decoding {
	const struct feed *feed;
	struct heard_batch *batch;
	int (*each)(void *arg, const struct heard_json *item, struct heard_record *,
		    struct heard_error *);
	void *arg;
	struct item item; /* of the moment */
};

static int decode_one(struct decoding *d, const struct heard_json *json, size_t i)
{
	struct heard_error why = {0};
	const struct feed *f = d->feed;
	if (item_read(&d->item, f->fields, f->n_fields, feed_part(f, json),
		      heard_batch_zone(d->batch), &why) != 0)
		return bury(d->batch, json, i, &why);
	struct heard_record *r = heard_batch_add(d->batch);
	if (r == NULL || fill(f, &d->item, r) != 0)
		return -ENOMEM;
	int code = d->each ? d->each(d->arg, json, r, &why) : 0;
	if (code == 0 || code == -ENOMEM || code == -EAGAIN || code == -ENOSPC || code == -EIO)
		return code;
	heard_record_quarantine(r, "item %zu: %s", i + 1, why.text);
	return 0;
}

bool feed_is_skipped(struct heard_str skip, size_t i)
{
	return i / 8 < skip.len && ((unsigned char)skip.ptr[i / 8] >> i % 8 & 1);
}

int feed_decode_some(const struct feed *f, struct heard_str raw, struct heard_str skip,
		     struct heard_batch *batch,
		     int (*each)(void *arg, const struct heard_json *item,
				 struct heard_record *, struct heard_error *),
		     void *arg, struct heard_error *err)
{
	struct feed_page *p = feed_page_read(f, raw, err);
	struct decoding *d = malloc(sizeof(*d));
	size_t i = 0;
	int code = p == NULL ? -err->code : d == NULL ? -ENOMEM : 0;
	for (const struct heard_json *j = p ? p->first : NULL; j && code == 0;
	     j = j->next, i++) {
		*d = (struct decoding){.feed = f, .batch = batch, .each = each, .arg = arg};
		if (!feed_is_skipped(skip, i) && (f->needs[0] == '\0' || feed_get(j, f->needs)))
			code = decode_one(d, j, i);
		if (i + 1 == p->n)
			break; /* a single one of XML has siblings that are none */
	}
	if (code != 0 && err->code == 0)
		heard_fail(err, -code, "no memory");
	free(d);
	feed_page_destroy(p);
	return code;
}

int feed_decode(const struct feed *f, struct heard_str raw, struct heard_batch *batch,
		int (*each)(void *arg, const struct heard_json *item, struct heard_record *,
			    struct heard_error *),
		void *arg, struct heard_error *err)
{
	return feed_decode_some(f, raw, heard_str_n(NULL, 0), batch, each, arg, err);
}

int feed_fill(const struct feed *f, const struct heard_json *json, struct heard_record *r,
	      struct heard_error *err)
{
	struct heard_zone *zone = heard_batch_zone(heard_record_batch(r));
	struct item *item = calloc(1, sizeof(*item));
	int code = item ? item_read(item, f->fields, f->n_fields, feed_part(f, json), zone, err)
			: -ENOMEM;
	if (code == 0)
		code = fill(f, item, r);
	free(item);
	return code == -ENOMEM ? heard_fail(err, ENOMEM, "no memory") : code;
}
