/*
 * names.c - names of accounts and tags: in options, in texts and in lists.
 */
#include "social.h"

#include <heard/error.h>
#include <heard/json.h>
#include <heard/plugin.h>

#include <errno.h>
#include <string.h>
#include <strings.h>

/* ---- in options */

int social_check_name(const char *option, const char *name, char sign, struct heard_error *err)
{
	if (name[0] == '\0')
		return heard_fail(err, EINVAL, "%s: a name is empty", option);
	if (name[0] == sign)
		return heard_fail(err, EINVAL, "%s is written with %c: write it without %c",
				  option, sign, sign);
	return 0;
}

int social_check_names(const char *option, const struct heard_list *names, char sign,
		       struct heard_error *err)
{
	int result = 0;
	if (names->n >= SOCIAL_PULLS)
		return heard_fail(err, EINVAL, "%s: at most %d", option, SOCIAL_PULLS - 1);
	for (size_t i = 0; i < names->n && result == 0; i++)
		result = social_check_name(option, names->at[i], sign, err);
	return result;
}

/* ---- in what comes */

bool social_is(struct heard_str name, const char *of)
{
	return name.len > 0 && name.len == strlen(of) &&
	       strncasecmp(name.ptr, of, name.len) == 0;
}

static bool goes_on(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       c == '_';
}

bool social_is_named(struct heard_str text, const char *name)
{
	size_t n = strlen(name);
	for (size_t i = 0; n > 0 && i + n < text.len; i++)
		if (text.ptr[i] == '@' && strncasecmp(text.ptr + i + 1, name, n) == 0 &&
		    (i + 1 + n == text.len || !goes_on(text.ptr[i + 1 + n])))
			return true;
	return false;
}

bool social_has(const struct heard_json *list, const char *member, const char *name)
{
	for (const struct heard_json *i = list ? list->first : NULL; i; i = i->next)
		if (social_is(heard_json_string(i, member), name))
			return true;
	return false;
}

bool social_has_any(const struct heard_json *list, const char *member,
		    const struct heard_list *names)
{
	for (size_t i = 0; i < names->n; i++)
		if (social_has(list, member, names->at[i]))
			return true;
	return false;
}
