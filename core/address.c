/*
 * address.c - parsing, matching and judging internet addresses.
 *
 * The judgement is an allow-list for IPv6: only 2000::/3 is global unicast, so
 * everything outside of it is special without being listed, and ranges that
 * IANA hands out later for special purposes stay refused.  IPv4 has no such
 * frame and lists its special ranges.
 */
#include "address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

struct range {
	unsigned char net[16];
	unsigned bits;
};

/* https://www.iana.org/assignments/iana-ipv4-special-registry, and multicast */
static const struct range special_v4[] = {
	{{0}, 8},	      /* this network               */
	{{10}, 8},	      /* private                    */
	{{100, 64}, 10},      /* shared, carrier-grade NAT  */
	{{127}, 8},	      /* loopback                   */
	{{169, 254}, 16},     /* link-local, cloud metadata */
	{{172, 16}, 12},      /* private                    */
	{{192, 0, 0}, 24},    /* protocol assignments       */
	{{192, 0, 2}, 24},    /* documentation              */
	{{192, 88, 99}, 24},  /* 6to4 relays, deprecated    */
	{{192, 168}, 16},     /* private                    */
	{{198, 18}, 15},      /* benchmarks                 */
	{{198, 51, 100}, 24}, /* documentation              */
	{{203, 0, 113}, 24},  /* documentation              */
	{{224}, 4},	      /* multicast                  */
	{{240}, 4},	      /* reserved, and broadcast    */
};

/* https://www.iana.org/assignments/iana-ipv6-special-registry, within 2000::/3 */
static const struct range special_v6[] = {
	{{0x20, 0x01}, 23},		/* protocol assignments, Teredo */
	{{0x20, 0x01, 0x0d, 0xb8}, 32}, /* documentation                */
	{{0x3f, 0xff}, 20},		/* documentation                */
};

static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
static const unsigned char nat64[12] = {0x00, 0x64, 0xff, 0x9b};

static bool prefix_agrees(const unsigned char *a, const unsigned char *b, unsigned bits)
{
	unsigned bytes = bits / 8, rest = bits % 8;
	if (memcmp(a, b, bytes) != 0)
		return false;
	return rest == 0 || ((a[bytes] ^ b[bytes]) >> (8 - rest)) == 0;
}

static bool in_any(const unsigned char *ip, const struct range *ranges, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (prefix_agrees(ip, ranges[i].net, ranges[i].bits))
			return true;
	return false;
}

static bool is_special_v4(const unsigned char ip[4])
{
	return in_any(ip, special_v4, sizeof(special_v4) / sizeof(special_v4[0]));
}

/* The text of the host in "host", "v4:port" or "[v6]:port". */
static struct heard_str without_port(struct heard_str s)
{
	if (s.len && s.ptr[0] == '[') {
		const char *close = memchr(s.ptr, ']', s.len);
		if (close == NULL)
			return heard_str_n(s.ptr, 0);
		return heard_str_n(s.ptr + 1, (size_t)(close - s.ptr) - 1);
	}
	const char *colon = s.len ? memchr(s.ptr, ':', s.len) : NULL;
	if (colon && memchr(colon + 1, ':', s.len - (size_t)(colon - s.ptr) - 1) == NULL)
		s.len = (size_t)(colon - s.ptr);
	return s;
}

bool address_parse(struct heard_str text, struct address *out)
{
	char copy[ADDRESS_TEXT];
	struct heard_str host = without_port(heard_str_trim(text));
	if (host.len == 0 || host.len >= sizeof(copy) || memchr(host.ptr, '\0', host.len))
		return false;
	memcpy(copy, host.ptr, host.len);
	copy[host.len] = '\0';
	memcpy(out->ip, mapped, sizeof(mapped));
	return inet_pton(AF_INET, copy, out->ip + 12) == 1 ||
	       inet_pton(AF_INET6, copy, out->ip) == 1;
}

bool address_from_sockaddr(const struct sockaddr *sa, struct address *out)
{
	if (sa->sa_family == AF_INET) {
		const struct sockaddr_in *in = (const void *)sa;
		memcpy(out->ip, mapped, sizeof(mapped));
		memcpy(out->ip + 12, &in->sin_addr, 4);
		return true;
	}
	if (sa->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const void *)sa;
		memcpy(out->ip, &in6->sin6_addr, 16);
		return true;
	}
	return false;
}

void address_format(const struct address *a, char out[ADDRESS_TEXT])
{
	if (address_is_v4(a))
		inet_ntop(AF_INET, a->ip + 12, out, ADDRESS_TEXT);
	else
		inet_ntop(AF_INET6, a->ip, out, ADDRESS_TEXT);
}

bool address_is_v4(const struct address *a)
{
	return memcmp(a->ip, mapped, sizeof(mapped)) == 0;
}

void address_key(const struct address *a, unsigned char key[16])
{
	memset(key, 0, 16);
	memcpy(key, a->ip, address_is_v4(a) ? 16 : 8);
}

bool address_in(const struct address *a, const struct address *net, unsigned bits)
{
	return prefix_agrees(a->ip, net->ip, bits);
}

bool address_is_special(const struct address *a)
{
	static const unsigned char global[1] = {0x20}, six_to_four[2] = {0x20, 0x02};

	if (address_is_v4(a) || memcmp(a->ip, nat64, sizeof(nat64)) == 0)
		return is_special_v4(a->ip + 12);
	if (!prefix_agrees(a->ip, global, 3))
		return true;
	if (prefix_agrees(a->ip, six_to_four, 16))
		return is_special_v4(a->ip + 2);
	return in_any(a->ip, special_v6, sizeof(special_v6) / sizeof(special_v6[0]));
}
