/*
 * proxy.c - the client's address behind proxies of ours.
 *
 * Each proxy appends the address it was spoken to from, so only the right end
 * of X-Forwarded-For is made by machines we trust; everything left of the
 * first untrusted entry is the client's own claim.  We therefore walk from the
 * right and stop at the first entry that is not trusted, or that is no address.
 */
#include "proxy.h"

#include <heard/error.h>

#include <errno.h>
#include <stdlib.h>

static int net_parse(struct heard_str text, struct proxy_net *out)
{
	const char *slash = memchr(text.ptr, '/', text.len);
	struct heard_str host = slash ? heard_str_n(text.ptr, (size_t)(slash - text.ptr))
				      : text;
	if (!address_parse(host, &out->net))
		return -EINVAL;
	unsigned all = address_is_v4(&out->net) && !memchr(host.ptr, ':', host.len) ? 32 : 128;
	unsigned bits = all;
	if (slash) {
		struct heard_str digits = heard_str_skip(text, host.len + 1);
		if (digits.len < 1 || digits.len > 3)
			return -EINVAL;
		bits = 0;
		for (size_t i = 0; i < digits.len; i++) {
			if (digits.ptr[i] < '0' || digits.ptr[i] > '9')
				return -EINVAL;
			bits = bits * 10 + (unsigned)(digits.ptr[i] - '0');
		}
	}
	if (bits > all)
		return -EINVAL;
	out->bits = bits + (128 - all);
	return 0;
}

int proxy_init(struct proxy *p, const struct heard_list *networks, struct heard_error *err)
{
	*p = (struct proxy){0};
	if (networks == NULL || networks->n == 0)
		return 0;
	p->at = calloc(networks->n, sizeof(*p->at));
	if (p->at == NULL)
		return heard_fail(err, ENOMEM, "out of memory");
	for (size_t i = 0; i < networks->n; i++) {
		if (net_parse(heard_str(networks->at[i]), &p->at[p->n]) < 0) {
			proxy_release(p);
			return heard_fail(
				err, EINVAL,
				"trusted_proxies: \"%s\" is not an address or a network "
				"such as 10.0.0.0/8",
				networks->at[i]);
		}
		p->n++;
	}
	return 0;
}

void proxy_release(struct proxy *p)
{
	free(p->at);
	*p = (struct proxy){0};
}

bool proxy_trusts(const struct proxy *p, const struct address *a)
{
	for (size_t i = 0; i < p->n; i++)
		if (address_in(a, &p->at[i].net, p->at[i].bits))
			return true;
	return false;
}

bool proxy_walk(const struct proxy *p, struct heard_str list, struct address *at)
{
	while (list.len && proxy_trusts(p, at)) {
		const char *comma = memrchr(list.ptr, ',', list.len);
		size_t start = comma ? (size_t)(comma - list.ptr) + 1 : 0;
		struct address hop;
		if (!address_parse(heard_str_skip(list, start), &hop))
			return false;
		*at = hop;
		list.len = comma ? start - 1 : 0;
	}
	return proxy_trusts(p, at);
}
