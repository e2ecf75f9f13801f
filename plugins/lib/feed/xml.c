/*
 * xml.c - expat's elements as members of objects.
 *
 * An element without attributes and children is its text; any other an object with its
 * attributes, its children, and its text, if it has any, as "text".  The second of one
 * name makes a list of both.  Names have the prefix that is usual for their namespace,
 * whatever the document calls it, and none in the namespace of the root.
 *
 * Markup that is XML itself (Atom's type="xhtml") becomes the text of the element around
 * it, with its tags, as if it had been escaped.
 *
 * A document type is refused: it could define entities, and no feed needs one.  Depth,
 * members of one element and memory are capped.
 */
#include "xml.h"

#include <table/charset.h>
#include <text/utf8.h>

#include <heard/error.h>

#include <errno.h>
#include <expat.h>
#include <stdlib.h>
#include <strings.h>

enum {
	NAMES_MAX = 256,      /* different members of one element           */
	TEXT_MAX = 16 << 20,  /* of one element                             */
	NAME_MAX_BYTES = 128, /* of a name with its prefix                  */
	HEAD = 256,	      /* bytes in which the encoding is looked for  */
};

static const char separator = '\n'; /* cannot be in a name */

struct element {
	struct tree_node *node; /* an object                       */
	struct heard_buf text;
	size_t names; /* different ones among its members */
};

struct reader {
	XML_Parser parser;
	struct tree *tree;
	struct heard_error *err;
	struct element stack[HEARD_JSON_DEPTH];
	size_t depth;
	size_t markup; /* elements of XHTML that are open                 */
	char root_space[NAME_MAX_BYTES];
	const struct tree_node *result;
	bool is_bad;
};

static void refuse(struct reader *r, int code, const char *why)
{
	if (!r->is_bad)
		heard_fail(r->err, code, "%s", why);
	r->is_bad = true;
	XML_StopParser(r->parser, XML_FALSE);
}

/* ---- names */

static const struct {
	const char *space, *prefix;
} usual[] = {
	{"http://purl.org/dc/elements/1.1/", "dc"},
	{"http://purl.org/dc/terms/", "dcterms"},
	{"http://purl.org/rss/1.0/modules/content/", "content"},
	{"http://purl.org/rss/1.0/modules/slash/", "slash"},
	{"http://purl.org/rss/1.0/", ""},
	{"http://wellformedweb.org/CommentAPI/", "wfw"},
	{"http://www.w3.org/2005/Atom", "atom"},
	{"http://purl.org/syndication/thread/1.0", "thr"},
	{"http://search.yahoo.com/mrss/", "media"},
	{"http://itunes.apple.com/rss", "im"},
	{"http://www.itunes.com/dtds/podcast-1.0.dtd", "itunes"},
	{"http://www.w3.org/XML/1998/namespace", "xml"},
};

static const char xhtml[] = "http://www.w3.org/1999/xhtml";

/* What expat gives is "space\nname\nprefix", or fewer of these. */
struct name {
	struct heard_str space, local, prefix;
};

static struct name split(const char *given)
{
	struct heard_str parts[3] = {{NULL, 0}, {NULL, 0}, {NULL, 0}};
	size_t n = 0;
	for (const char *p = given; n < 3; p++) {
		const char *end = strchr(p, separator);
		parts[n++] = end ? heard_str_n(p, (size_t)(end - p)) : heard_str(p);
		if (end == NULL)
			break;
		p = end;
	}
	if (n == 1)
		return (struct name){{NULL, 0}, parts[0], {NULL, 0}};
	return (struct name){parts[0], parts[1], parts[2]};
}

static struct heard_str prefix_of(const struct reader *r, const struct name *n)
{
	if (n->space.len == 0 || heard_str_is(n->space, r->root_space))
		return heard_str("");
	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
		if (heard_str_is(n->space, usual[i].space))
			return heard_str(usual[i].prefix);
	return n->prefix;
}

static struct heard_str key_of(struct reader *r, const struct name *n)
{
	struct heard_str prefix = prefix_of(r, n);
	size_t len = prefix.len + (prefix.len > 0) + n->local.len;
	char *text = len <= NAME_MAX_BYTES ? tree_alloc(r->tree, len + 1) : NULL;
	if (text == NULL) {
		refuse(r, E2BIG, "a name in it is too long, or it is too large as a whole");
		return heard_str_n(NULL, 0);
	}
	if (prefix.len) {
		memcpy(text, prefix.ptr, prefix.len);
		text[prefix.len] = ':';
	}
	memcpy(text + len - n->local.len, n->local.ptr, n->local.len);
	return heard_str_n(text, len);
}

/* ---- members */

static struct tree_node *find(const struct tree_node *object, struct heard_str key)
{
	for (const struct heard_json *c = object->json.first; c; c = c->next)
		if (heard_str_eq(c->key, key))
			return (struct tree_node *)(uintptr_t)c; /* we made it */
	return NULL;
}

/* A second one of that name: from now on a list in its place. */
static struct tree_node *make_list(struct reader *r, struct tree_node *one)
{
	struct tree_node *copy = tree_node(r->tree, one->json.type);
	if (copy == NULL)
		return NULL;
	const struct heard_json *next = one->json.next;
	*copy = *one;
	copy->json.key = heard_str_n(NULL, 0);
	*one = (struct tree_node){.json = {.type = HEARD_JSON_ARRAY, .key = one->json.key}};
	one->json.next = next;
	tree_append(one, copy);
	return one;
}

static void add_member(struct reader *r, struct element *e, struct heard_str key,
		       struct tree_node *value)
{
	struct tree_node *same = find(e->node, key);
	if (same && same->json.type != HEARD_JSON_ARRAY)
		same = make_list(r, same);
	else if (same == NULL && ++e->names > NAMES_MAX)
		refuse(r, E2BIG, "an element in it has too many different members");
	if (value == NULL || r->is_bad)
		return;
	if (same) {
		tree_append(same, value);
	} else {
		value->json.key = key;
		tree_append(e->node, value);
	}
}

/* ---- markup inside of text */

static void add_text(struct reader *r, struct heard_str text)
{
	struct heard_buf *b = &r->stack[r->depth - 1].text;
	for (; r->markup && text.len; text = heard_str_skip(text, 1)) {
		if (text.ptr[0] == '<')
			heard_buf_puts(b, "&lt;");
		else if (text.ptr[0] == '&')
			heard_buf_puts(b, "&amp;");
		else
			heard_buf_add(b, text.ptr, 1);
	}
	heard_buf_str(b, text);
	if (b->failed)
		refuse(r, E2BIG, "a text in it is too long");
}

static bool begin_markup(struct reader *r, const struct name *n)
{
	struct heard_buf *b;
	if (r->depth == 0 || !heard_str_is(n->space, xhtml) ||
	    heard_str_is(n->space, r->root_space))
		return false;
	b = &r->stack[r->depth - 1].text;
	heard_buf_printf(b, "<%.*s>", HEARD_ARG(n->local));
	if (++r->markup > HEARD_JSON_DEPTH || b->failed)
		refuse(r, E2BIG, "its markup is nested too deeply");
	return true;
}

static void end_markup(struct reader *r, const struct name *n)
{
	heard_buf_printf(&r->stack[r->depth - 1].text, "</%.*s>", HEARD_ARG(n->local));
	r->markup--;
}

/* ---- expat's calls */

static void on_begin(void *arg, const XML_Char *given, const XML_Char **attributes)
{
	struct reader *r = arg;
	struct name n = split(given);
	if (r->is_bad || begin_markup(r, &n))
		return;
	if (r->depth == HEARD_JSON_DEPTH) {
		refuse(r, E2BIG, "its elements are nested too deeply");
		return;
	}
	if (r->depth == 0 && n.space.len < sizeof(r->root_space)) {
		memcpy(r->root_space, n.space.ptr ? n.space.ptr : "", n.space.len);
		r->root_space[n.space.len] = '\0';
	}
	struct element *e = &r->stack[r->depth++];
	*e = (struct element){.node = tree_node(r->tree, HEARD_JSON_OBJECT)};
	heard_buf_init(&e->text, TEXT_MAX);
	if (e->node)
		e->node->json.key = key_of(r, &n);
	else
		refuse(r, E2BIG, "it is too large");
	for (; attributes[0] && !r->is_bad; attributes += 2) {
		struct name a = split(attributes[0]);
		add_member(r, e, key_of(r, &a), tree_text(r->tree, heard_str(attributes[1])));
	}
}

/* The finished element: its text alone, or an object. */
static struct tree_node *close_element(struct reader *r, struct element *e)
{
	struct heard_str text = heard_str_trim(heard_buf_view(&e->text));
	if (e->node->n == 0) {
		struct tree_node *t = tree_text(r->tree, text);
		if (t)
			t->json.key = e->node->json.key;
		return t;
	}
	if (text.len)
		add_member(r, e, heard_str("text"), tree_text(r->tree, text));
	return e->node;
}

static void on_end(void *arg, const XML_Char *given)
{
	struct reader *r = arg;
	struct name n = split(given);
	if (r->is_bad)
		return;
	if (r->markup) {
		end_markup(r, &n);
		return;
	}
	struct element *e = &r->stack[--r->depth];
	struct tree_node *done = close_element(r, e);
	heard_buf_release(&e->text);
	if (done == NULL)
		refuse(r, E2BIG, "it is too large");
	else if (r->depth == 0)
		r->result = done;
	else
		add_member(r, &r->stack[r->depth - 1], done->json.key, done);
}

static void on_text(void *arg, const XML_Char *text, int len)
{
	struct reader *r = arg;
	if (!r->is_bad && r->depth > 0)
		add_text(r, heard_str_n(text, (size_t)len));
}

static void on_doctype(void *arg, const XML_Char *name, const XML_Char *system_id,
		       const XML_Char *public_id, int has_subset)
{
	(void)name, (void)system_id, (void)public_id, (void)has_subset;
	refuse(arg, EPROTO, "it has a document type (DTD), which is refused");
}

/* ---- encodings */

static enum charset declared(struct heard_str text)
{
	static const struct {
		const char *name;
		enum charset charset;
	} known[] = {{"gb2312", CHARSET_GB18030},
		     {"gbk", CHARSET_GB18030},
		     {"gb18030", CHARSET_GB18030},
		     {"big5", CHARSET_BIG5},
		     {"utf-8", CHARSET_UTF8}};
	struct heard_str head = heard_str_n(text.ptr, text.len < HEAD ? text.len : HEAD);
	const char *end = head.len ? memmem(head.ptr, head.len, "?>", 2) : NULL;
	const char *at = end ? memmem(head.ptr, (size_t)(end - head.ptr), "encoding", 8) : NULL;
	size_t room = at ? (size_t)(end - at) : 0;
	for (; room > 0 && *at != '"' && *at != '\''; at++)
		room--;
	for (size_t i = 0; room > 0 && i < sizeof(known) / sizeof(known[0]); i++) {
		size_t n = strlen(known[i].name);
		if (room > n + 1 && strncasecmp(at + 1, known[i].name, n) == 0 &&
		    at[n + 1] == *at)
			return known[i].charset;
	}
	if (room > 0 || (head.len > 1 && (head.ptr[0] == '\0' || head.ptr[1] == '\0' ||
					  (unsigned char)head.ptr[0] >= 0xfe)))
		return CHARSET_AUTO; /* expat knows some more; or UTF-16 */
	return CHARSET_UTF8;
}

/* A line that is not of its charset keeps what can be read of it. */
static void convert(enum charset from, struct heard_str text, struct heard_buf *out)
{
	while (text.len) {
		const char *end = memchr(text.ptr, '\n', text.len);
		size_t n = end ? (size_t)(end - text.ptr) + 1 : text.len, before = out->len;
		struct heard_str line = heard_str_n(text.ptr, n);
		if (from == CHARSET_UTF8 || !charset_convert(from, line, out)) {
			if (out->failed)
				return;
			out->len = before;
			text_repair(line, out);
		}
		text = heard_str_skip(text, n);
	}
}

/* ---- the document */

/* RSS and Atom have their items at different places. */
static const struct heard_json *items_of(const struct heard_json *root)
{
	const struct heard_json *channel = heard_json_member(root, "channel"), *list;
	if ((list = heard_json_member(root, "entry")) != NULL)
		return list;
	if ((list = heard_json_member(root, "item")) != NULL) /* RSS 1.0 */
		return list;
	return channel && channel->type == HEARD_JSON_OBJECT
		       ? heard_json_member(channel, "item")
		       : NULL;
}

static const struct heard_json *with_items(struct reader *r)
{
	const struct heard_json *list = items_of(&r->result->json);
	struct tree_node *root = (struct tree_node *)(uintptr_t)r->result;
	if (root->json.type == HEARD_JSON_OBJECT &&
	    heard_json_member(&root->json, "items") == NULL) {
		struct tree_node *items = tree_node(r->tree, HEARD_JSON_ARRAY);
		if (items == NULL)
			return NULL;
		if (list && list->type == HEARD_JSON_ARRAY) {
			items->json.first = list->first;
		} else if (list) { /* a single one: a list of it */
			struct tree_node *one = tree_node(r->tree, list->type);
			if (one == NULL)
				return NULL;
			one->json = *list;
			tree_append(items, one);
		}
		items->json.key = heard_str("items");
		tree_append(root, items);
	}
	return &root->json;
}

static void setup(struct reader *r)
{
	XML_SetReturnNSTriplet(r->parser, 1);
	XML_SetUserData(r->parser, r);
	XML_SetElementHandler(r->parser, on_begin, on_end);
	XML_SetCharacterDataHandler(r->parser, on_text);
	XML_SetStartDoctypeDeclHandler(r->parser, on_doctype);
}

static const struct heard_json *parse(struct tree *tree, struct heard_str text,
				      const char *encoding, struct heard_error *err)
{
	struct reader r = {
		.tree = tree, .err = err, .parser = XML_ParserCreateNS(encoding, separator)};
	const struct heard_json *root = NULL;
	if (r.parser == NULL) {
		heard_fail(err, ENOMEM, "no memory");
		return NULL;
	}
	setup(&r);
	if (XML_Parse(r.parser, text.ptr, (int)text.len, 1) == XML_STATUS_ERROR && !r.is_bad)
		heard_fail(err, EPROTO, "it is not well-formed XML: line %lu: %s",
			   XML_GetCurrentLineNumber(r.parser),
			   XML_ErrorString(XML_GetErrorCode(r.parser)));
	else if (!r.is_bad && r.result && (root = with_items(&r)) == NULL)
		heard_fail(err, E2BIG, "it is too large");
	while (r.depth > 0)
		heard_buf_release(&r.stack[--r.depth].text);
	XML_ParserFree(r.parser);
	return root;
}

bool xml_is_likely(struct heard_str text)
{
	static const struct heard_str bom = HEARD_STR("\xef\xbb\xbf");
	if (heard_str_starts(text, bom))
		text = heard_str_skip(text, bom.len);
	if (text.len >= 2 && (unsigned char)text.ptr[0] >= 0xfe) /* UTF-16 */
		return true;
	text = heard_str_trim(text);
	return text.len > 0 && text.ptr[0] == '<';
}

const struct heard_json *xml_parse(struct tree *tree, struct heard_str text,
				   struct heard_error *err)
{
	enum charset from = declared(text);
	if (text.len == 0 || text.len > INT32_MAX / 4) {
		heard_fail(err, EPROTO, "it is empty or too large");
		return NULL;
	}
	if (from == CHARSET_AUTO || (from == CHARSET_UTF8 && text_is_valid(text)))
		return parse(tree, text, from == CHARSET_UTF8 ? "UTF-8" : NULL, err);
	struct heard_buf utf8;
	const struct heard_json *root = NULL;
	heard_buf_init(&utf8, text.len * 3 + 16);
	convert(from, text, &utf8);
	if (utf8.failed)
		heard_fail(err, ENOMEM, "no memory");
	else
		root = parse(tree, heard_buf_view(&utf8), "UTF-8", err);
	heard_buf_release(&utf8);
	return root;
}
