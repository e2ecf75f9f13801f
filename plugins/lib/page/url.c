/*
 * url.c - what we are reached by, as an option says it: a query or a fragment behind it
 * would swallow the path.
 */
#include "page.h"

#include <heard/error.h>

#include <errno.h>
#include <string.h>

int page_check_url(const char *option, const char *url, struct heard_error *err)
{
	size_t len = strlen(url);
	if (len == 0)
		return 0;
	bool is_good = strncmp(url, "https://", 8) == 0 || strncmp(url, "http://", 7) == 0;
	for (size_t i = 0; i < len; i++)
		is_good = is_good && url[i] > ' ' && url[i] < 127 &&
			  !strchr("\"\\<>?#", url[i]);
	return is_good && url[len - 1] != '/'
		       ? 0
		       : heard_fail(err, EINVAL,
				    "%s: \"%.100s\" must be as https://shop.example, without a "
				    "slash at its end",
				    option, url);
}
