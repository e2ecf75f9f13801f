/*
 * fields.c - header fields in a part's bytes: delivery reports, returned headers.
 *
 * These are of the form of headers but no part's headers, so that GMime does not
 * read them for us.
 */
#include "reader.h"

#include <strings.h>

/* A line without its end; it is taken off *rest. */
static struct heard_str take_line(struct heard_str *rest)
{
	const char *end = memchr(rest->ptr, '\n', rest->len);
	struct heard_str line = heard_str_n(rest->ptr,
					    end ? (size_t)(end - rest->ptr) : rest->len);

	*rest = heard_str_skip(*rest, line.len + (end != NULL));
	if (line.len && line.ptr[line.len - 1] == '\r')
		line.len--;
	return line;
}

int mime_fields_next(struct heard_str *rest, struct heard_str *name, struct heard_str *value)
{
	while (rest->len) {
		struct heard_str line = take_line(rest);
		const char *colon = line.len ? memchr(line.ptr, ':', line.len) : NULL;

		if (heard_str_trim(line).len == 0)
			return FIELDS_BLANK;
		if (colon == NULL) /* no field: as if it were not there */
			continue;
		*name = heard_str_trim(heard_str_n(line.ptr, (size_t)(colon - line.ptr)));
		while (rest->len && (rest->ptr[0] == ' ' || rest->ptr[0] == '\t')) {
			struct heard_str more = take_line(rest);

			if (heard_str_trim(more).len == 0)
				break;
			line.len = (size_t)(more.ptr + more.len - line.ptr);
		}
		*value = heard_str_trim(
			heard_str_n(colon + 1, (size_t)(line.ptr + line.len - (colon + 1))));
		return FIELDS_FIELD;
	}
	return FIELDS_END;
}

bool mime_field_is(struct heard_str name, const char *wanted)
{
	return name.len == strlen(wanted) && strncasecmp(name.ptr, wanted, name.len) == 0;
}
