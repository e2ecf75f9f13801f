/*
 * fuzz_mqtt.c - any bytes as what an MQTT broker sends.
 *
 * The first byte says how long a payload may be, the rest is read packet by packet as
 * the client does.  What must hold: it comes to an end; a packet is the same when its
 * bytes come one by one; nothing is read beyond what there is; a message's payload is no
 * longer than allowed, and its topic is a text without wildcards.
 */
#include <mqtt/packet.h>

#include <errno.h>
#include <stdlib.h>

#include <heard/error.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static int read_some(const unsigned char *data, size_t n, size_t max, struct mqtt_packet *p,
		     size_t *used, char **copy)
{
	struct heard_error err = {0};
	free(*copy);
	*copy = malloc(n + !n);
	must(*copy != NULL);
	if (n)
		memcpy(*copy, data, n);
	*used = 0;
	int result = mqtt_read(heard_str_n(*copy, n), max, p, used, &err);
	must(result == 0 || result == 1 || (result == -EPROTO && err.text[0]));
	return result;
}

static void look(const struct mqtt_packet *p, size_t max, size_t used)
{
	must(used >= 2);
	if (p->type != MQTT_PUBLISH)
		return;
	must(p->payload.len <= max && p->payload.len <= p->size && p->size < used);
	must(p->payload.len == max || p->payload.len == p->size);
	must(p->topic.len > 0 && (p->id != 0) == (p->qos == 1));
	for (size_t i = 0; i < p->topic.len; i++)
		must(p->topic.ptr[i] != '\0' && p->topic.ptr[i] != '+' &&
		     p->topic.ptr[i] != '#');
}

/* It must not say anything else to a part of it than "more". */
static void check_parts(const unsigned char *data, size_t needed, size_t max, int result,
			char **copy)
{
	struct mqtt_packet p;
	size_t used;
	for (size_t i = 0; i < needed && i < 64; i++) {
		int part = read_some(data, i, max, &p, &used, copy);
		must(part == 0 || part == result);
	}
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n)
{
	struct mqtt_packet p;
	size_t used, at = 1;
	char *copy = NULL;
	if (n < 1)
		return 0;
	size_t max = data[0] * 4;
	while (at < n) {
		int result = read_some(data + at, n - at, max, &p, &used, &copy);
		if (result == 1)
			look(&p, max, used);
		if (result < 0)
			check_parts(data + at, n - at, max, result, &copy);
		if (result != 1)
			break;
		at += used < n - at ? used : n - at;
	}
	free(copy);
	return 0;
}
