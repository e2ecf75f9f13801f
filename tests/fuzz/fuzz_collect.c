/* What a page says of the next one: the header Link, a URL, and a state that was kept. */
#include "collect/position.h"
#include "collect/url.h"

#include <heard/buf.h>

#include <stdlib.h>
#include <string.h>
#include <strings.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct heard_str base = HEARD_STR("https://host.example:8443/a/b?page=1");

/* Wherever a link leads, it stays at the host. */
static void join(struct heard_str next)
{
	struct heard_buf url, without;
	heard_buf_init(&url, 1 << 18);
	heard_buf_init(&without, 1 << 18);
	if (url_join(base, next, &url)) {
		struct heard_str theirs = url_origin(heard_buf_view(&url));
		if (theirs.len != url_origin(base).len ||
		    strncasecmp(theirs.ptr, base.ptr, theirs.len) != 0)
			abort();
		url_without(heard_buf_view(&url), "token", &without);
		if (without.len > url.len)
			abort();
	}
	heard_buf_release(&url);
	heard_buf_release(&without);
}

/* A state that was read is written as it is read again. */
static void keep(struct heard_str state)
{
	static struct position first, second;
	struct heard_buf text;
	heard_buf_init(&text, 1 << 20);
	position_parse(state, 1, &first);
	position_format(&first, &text);
	position_parse(heard_buf_view(&text), 1, &second);
	if (memcmp(first.next, second.next, strlen(first.next) + 1) != 0 ||
	    first.old.n != second.old.n || first.fresh.n != second.fresh.n ||
	    first.top != second.top)
		abort();
	heard_buf_release(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct heard_str text = heard_str_n((const char *)data + 1, size - (size > 0));
	if (size == 0)
		return 0;
	if (data[0] % 2)
		keep(text);
	else
		join(url_next_link(text));
	if (data[0] % 2 == 0)
		join(text);
	return 0;
}
