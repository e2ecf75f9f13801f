/*
 * address.h - an internet address as 16 bytes; IPv4 is kept v4-mapped.
 *
 * One form for both families makes comparing, hashing and network matching one
 * piece of code, and a v4-mapped address cannot slip past a rule about IPv4.
 */
#ifndef CORE_ADDRESS_H
#define CORE_ADDRESS_H

#include <heard/str.h>

#include <stdbool.h>
#include <sys/socket.h>

struct address {
	unsigned char ip[16]; /* network order; ::ffff:a.b.c.d for IPv4 */
};

#define ADDRESS_TEXT 46 /* the longest text of an address, and a NUL */

/* "192.0.2.1", "2001:db8::1", also with a port: "192.0.2.1:80", "[::1]:80". */
bool address_parse(struct heard_str, struct address *);
/* False if it is neither AF_INET nor AF_INET6. */
bool address_from_sockaddr(const struct sockaddr *, struct address *);
void address_format(const struct address *, char out[ADDRESS_TEXT]);
/* Whom limits count as one: an IPv4 address, or the /64 that an IPv6 customer has. */
void address_key(const struct address *, unsigned char key[16]);
bool address_is_v4(const struct address *);
/* Do the first `bits` of the 128 agree? */
bool address_in(const struct address *, const struct address *net, unsigned bits);
/* Private, loopback, link-local, multicast or otherwise not a public host, by
 * the IANA special-purpose registries (RFC 6890).  Addresses that carry an
 * IPv4 address inside (mapped, 6to4, NAT64) are judged by that one. */
bool address_is_special(const struct address *);

#endif
