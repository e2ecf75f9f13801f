/*
 * path.c - finding a value in a tree by a path of the config.
 *
 * XML does not say whether an element may be repeated, so a path reads both: a name goes
 * into the first of a list, and the index 0 of what is no list is that itself.  The index
 * -1 is the last.
 */
#include "feed.h"

#include <heard/buf.h>
#include <heard/error.h>
#include <heard/json.h>

#include <errno.h>
#include <stdio.h>

enum { PATH_MAX_BYTES = 512 };

/* The next part of *rest up to `mark`.  False: none is left. */
static bool next(struct heard_str *rest, char mark, struct heard_str *out)
{
	if (rest->ptr == NULL)
		return false;
	const char *end = rest->len ? memchr(rest->ptr, mark, rest->len) : NULL;
	*out = heard_str_n(rest->ptr, end ? (size_t)(end - rest->ptr) : rest->len);
	*rest = end ? heard_str_skip(*rest, out->len + 1) : heard_str_n(NULL, 0);
	return true;
}

static long index_of(struct heard_str step)
{
	long value = 0;
	for (size_t i = 0; i < step.len; i++) {
		if (step.ptr[i] < '0' || step.ptr[i] > '9' || i > 5)
			return -1;
		value = value * 10 + (step.ptr[i] - '0');
	}
	return step.len ? value : -1;
}

static const struct heard_json *member(const struct heard_json *object, struct heard_str key)
{
	for (const struct heard_json *c = object->first; c; c = c->next)
		if (heard_str_eq(c->key, key))
			return c;
	return NULL;
}

static const struct heard_json *last_of(const struct heard_json *list)
{
	const struct heard_json *c = list->first;
	while (c && c->next)
		c = c->next;
	return c;
}

static const struct heard_json *step_into(const struct heard_json *j, struct heard_str step)
{
	long i = index_of(step);
	if (heard_str_is(step, "-1"))
		return j->type == HEARD_JSON_ARRAY ? last_of(j) : j;
	if (j->type == HEARD_JSON_ARRAY && i >= 0) {
		const struct heard_json *c = j->first;
		while (c && i-- > 0)
			c = c->next;
		return c;
	}
	if (j->type == HEARD_JSON_ARRAY)
		j = j->first;
	const struct heard_json *found = j && j->type == HEARD_JSON_OBJECT ? member(j, step)
									   : NULL;
	return found || i != 0 ? found : j;
}

static const struct heard_json *walk(const struct heard_json *j, struct heard_str path)
{
	struct heard_str step;
	while (j && next(&path, '.', &step))
		j = step.len ? step_into(j, step) : j;
	return j;
}

/* Null and empty texts say nothing: the next path may know more. */
static bool is_there(const struct heard_json *j)
{
	return j && j->type != HEARD_JSON_NULL &&
	       !(j->type == HEARD_JSON_STRING && j->string.len == 0);
}

const struct heard_json *feed_get(const struct heard_json *tree, const char *path)
{
	struct heard_str rest = heard_str(path), one;
	while (tree && next(&rest, '|', &one)) {
		if (one.len && one.ptr[0] == '=')
			continue;
		const struct heard_json *found = walk(tree, one);
		if (is_there(found))
			return found;
	}
	return NULL;
}

/* Of a list its first, of an element with attributes its text. */
static const struct heard_json *plain(const struct heard_json *j)
{
	if (j && j->type == HEARD_JSON_ARRAY)
		j = j->first;
	if (j && j->type == HEARD_JSON_OBJECT)
		j = heard_json_member(j, "text");
	return j;
}

static struct heard_str number_text(const struct heard_json *j, char *scratch, size_t size)
{
	struct heard_buf b;
	struct heard_str text = {NULL, 0};
	heard_buf_init(&b, 64);
	if (j->type == HEARD_JSON_INT)
		heard_json_put_int(&b, j->integer);
	else
		heard_json_put_number(&b, j->number);
	if (!b.failed && b.len < size) {
		memcpy(scratch, b.ptr, b.len);
		text = heard_str_n(scratch, b.len);
	}
	heard_buf_release(&b);
	return text;
}

struct heard_str feed_text(const struct heard_json *tree, const char *path, char *scratch,
			   size_t size)
{
	struct heard_str rest = heard_str(path), one;
	while (next(&rest, '|', &one)) {
		if (one.len && one.ptr[0] == '=')
			return heard_str_skip(one, 1);
		const struct heard_json *j = tree ? plain(walk(tree, one)) : NULL;
		if (!is_there(j))
			continue;
		switch (j->type) {
		case HEARD_JSON_STRING: return j->string;
		case HEARD_JSON_INT:
		case HEARD_JSON_NUMBER: return number_text(j, scratch, size);
		case HEARD_JSON_BOOL: return heard_str(j->boolean ? "true" : "false");
		default: break;
		}
	}
	return heard_str_n(NULL, 0);
}

int64_t feed_int(const struct heard_json *tree, const char *path)
{
	const struct heard_json *j = feed_get(tree, path);
	return j && j->type == HEARD_JSON_INT ? j->integer : 0;
}

bool feed_is(const struct heard_json *tree, const char *path)
{
	const struct heard_json *j = feed_get(tree, path);
	return j && j->type == HEARD_JSON_BOOL && j->boolean;
}

int feed_check_path(const char *path, struct heard_error *err)
{
	struct heard_str rest = heard_str(path), one, step;
	if (rest.len > PATH_MAX_BYTES)
		return heard_fail(err, EINVAL, "the path is longer than %d bytes",
				  PATH_MAX_BYTES);
	while (next(&rest, '|', &one)) {
		int n = 0;
		if (one.len && one.ptr[0] == '=')
			continue;
		while (next(&one, '.', &step)) {
			if (step.len == 0)
				return heard_fail(
					err, EINVAL,
					"\"%.80s\" is no path: a name is missing beside a "
					"dot or a bar",
					path);
			if (++n > FEED_PATH_STEPS)
				return heard_fail(err, EINVAL,
						  "\"%.80s\" has more than %d steps", path,
						  FEED_PATH_STEPS);
		}
	}
	return 0;
}
