/* Headers and bodies of a webhook: nobody who has not the secret is believed. */
#include "lib/verify/mac.c"
#include "lib/verify/verify.c"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LINES = 4 };

static struct heard_str give(const void *arg, const char *name)
{
	const struct heard_str *lines = arg;
	if (strstr(name, "-id"))
		return lines[1];
	if (strstr(name, "imestamp"))
		return lines[2];
	return lines[0];
}

/* The first byte: the scheme.  Then signature, id, time and body, a line each. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char secret[] = "whsec_dGhpcyBpcyBub3Qga25vd24gdG8gbGliRnV6emVy";
	struct heard_str lines[LINES] = {{0}}, rest;
	struct verify v;
	char out[VERIFY_SIGNATURES];

	if (size < 1)
		return 0;
	rest = heard_str_n((const char *)data + 1, size - 1);
	for (int i = 0; i < LINES; i++) {
		const char *end = rest.len ? memchr(rest.ptr, '\n', rest.len) : NULL;
		size_t n = end && i < LINES - 1 ? (size_t)(end - rest.ptr) : rest.len;
		lines[i] = heard_str_n(rest.ptr, n);
		rest = heard_str_skip(rest, n + (end != NULL));
	}
	enum verify_scheme scheme = (enum verify_scheme)(data[0] % VERIFY_NONE);
	if (verify_init(&v, scheme, secret, NULL) < 0)
		abort();
	if (verify_check(&v, give, lines, lines[3], 1614265330000) == VERIFY_GOOD)
		abort();
	/* What we sign ourselves is good, whatever the id and the body are. */
	if (scheme == VERIFY_STANDARD && lines[1].len) {
		struct heard_str ours[LINES] = {
			{0}, lines[1], HEARD_STR_OF("1614265330"), lines[3]};
		verify_sign(&v, lines[1], 1614265330, lines[3], out);
		ours[0] = heard_str(out);
		if (verify_check(&v, give, ours, lines[3], 1614265330000) != VERIFY_GOOD)
			abort();
	}
	verify_release(&v);
	/* Secrets of all kinds: refused with a sentence, or taken. */
	char text[512];
	size_t n = lines[3].len < sizeof(text) - 1 ? lines[3].len : sizeof(text) - 1;
	struct heard_error err = {0};
	if (n)
		memcpy(text, lines[3].ptr, n);
	text[n] = '\0';
	if (verify_init(&v, scheme, text, &err) < 0 && err.text[0] == '\0')
		abort();
	verify_release(&v);
	return 0;
}
