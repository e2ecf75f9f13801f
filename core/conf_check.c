/*
 * conf_check.c - what a config must keep to beyond its tables.
 *
 * The checks of the whole run even when there were faults before, so that all
 * are told together; therefore they expect names and modules to be missing.
 */
#include "conf_check.h"

#include "hash.h"
#include "option.h"

#include <heard/error.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_LONGEST = 64, HOST_SIZE = 128 };

int conf_check_name(const char *name, struct heard_error *err)
{
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
	size_t n = strspn(name, letters);
	if (name[n] != '\0')
		return heard_fail(err, EINVAL,
				  "a name holds only letters, digits, \"_\" and \"-\"");
	if (n == 0)
		return heard_fail(err, EINVAL, "a name must not be empty");
	if (n > NAME_LONGEST)
		return heard_fail(err, EINVAL, "a name is at most %d characters long",
				  NAME_LONGEST);
	return 0;
}

/* ---- addresses */

static bool is_numeric(int family, const char *host)
{
	unsigned char address[sizeof(struct in6_addr)];
	return inet_pton(family, host, address) == 1;
}

static bool is_port(const char *text)
{
	size_t n = strspn(text, "0123456789");
	return n > 0 && n <= 5 && text[n] == '\0' && atoi(text) <= 65535;
}

int conf_check_address(const char *address, struct heard_error *err)
{
	char host[HOST_SIZE];
	bool is_v6 = address[0] == '[';
	const char *colon = strrchr(address, ':'), *start = address + is_v6;
	const char *end = is_v6 ? strchr(address, ']') : colon;
	if (colon == NULL || end == NULL || colon != end + is_v6 || end - start >= HOST_SIZE)
		return heard_fail(err, EINVAL,
				  "\"%.80s\" is not an address and a port, such as "
				  "\"127.0.0.1:8080\" or \"[::1]:8080\"",
				  address);
	snprintf(host, sizeof host, "%.*s", (int)(end - start), start);
	if (!is_port(colon + 1))
		return heard_fail(err, EINVAL, "\"%.20s\" is not a port: 0 to 65535",
				  colon + 1);
	if (is_numeric(is_v6 ? AF_INET6 : AF_INET, host))
		return 0;
	if (host[0] == '\0' || strcmp(host, "*") == 0)
		return heard_fail(err, EINVAL,
				  "for every address write \"0.0.0.0:%s\" or "
				  "\"[::]:%s\"",
				  colon + 1, colon + 1);
	if (strcmp(host, "localhost") == 0)
		return heard_fail(err, EINVAL,
				  "write the address: \"127.0.0.1:%s\" or "
				  "\"[::1]:%s\"",
				  colon + 1, colon + 1);
	return heard_fail(err, EINVAL, "\"%.80s\" is not a numeric address", host);
}

int conf_check_network(const char *network, struct heard_error *err)
{
	char host[HOST_SIZE];
	const char *slash = strchr(network, '/');
	size_t n = slash ? (size_t)(slash - network) : strlen(network);
	snprintf(host, sizeof host, "%.*s", n < HOST_SIZE ? (int)n : 0, network);
	bool is_v6 = strchr(host, ':') != NULL;
	if (!is_numeric(is_v6 ? AF_INET6 : AF_INET, host))
		return heard_fail(
			err, EINVAL,
			"\"%.80s\" is not a network, such as \"10.0.0.0/8\" or \"::1\"",
			network);
	if (slash && (!is_port(slash + 1) || atoi(slash + 1) > (is_v6 ? 128 : 32)))
		return heard_fail(err, EINVAL, "\"%.20s\" is not a prefix length: 0 to %d",
				  slash + 1, is_v6 ? 128 : 32);
	return 0;
}

/* ---- the whole */

static bool is_same(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

static bool is_any_port(const char *address)
{
	const char *colon = strrchr(address, ':');
	return colon && strcmp(colon, ":0") == 0;
}

static void check_listeners(const struct conf *conf, struct faults *faults)
{
	for (size_t i = 0; i < conf->n_listeners; i++) {
		const struct conf_listener *l = &conf->listeners[i];
		for (size_t j = 0; j < i; j++) {
			const struct conf_listener *other = &conf->listeners[j];
			if (is_same(l->name, other->name))
				faults_add(
					faults, l->file, l->line,
					"listener \"%s\": there is one of that name in line %d",
					l->name, other->line);
			else if (is_same(l->address, other->address) &&
				 !is_any_port(l->address))
				faults_add(faults, l->file, l->line,
					   "listener \"%s\": \"%s\" has the address %s already",
					   l->name ? l->name : "",
					   other->name ? other->name : "", l->address);
		}
	}
}

static void check_instance_names(enum heard_stage stage, const struct conf_instance *at,
				 size_t n, struct faults *faults)
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < i; j++)
			if (is_same(at[i].name, at[j].name)) {
				faults_add(faults, at[i].file, at[i].line,
					   "%s \"%s\": there is one of that name in line %d; "
					   "give this one a name",
					   stage_name(stage), at[i].name, at[j].line);
				break;
			}
}

static void check_masks(const struct conf_pipeline *p, struct faults *faults)
{
	const struct conf_instance *conditional = NULL;
	for (size_t i = 0; i < p->n_filters; i++) {
		const struct conf_instance *f = &p->filters[i];
		if (f->module == NULL)
			return; /* it might be the one: its own fault is told */
		if (!(f->module->plugin.flags & HEARD_MASKS))
			continue;
		if (f->when == NULL)
			return;
		conditional = f;
	}
	if (p->clear || p->name == NULL)
		return;
	if (conditional)
		faults_add(
			faults, conditional->file, conditional->line,
			"filter \"%s\": its \"when\" lets records be stored unmasked; take it "
			"away, or say clear = true; in the pipeline if that is meant",
			conditional->name);
	else
		faults_add(faults, p->file, p->line,
			   "pipeline \"%s\": no filter masks private data before it is stored; "
			   "add { plugin = \"mask\"; } to its filters, or say clear = true; if "
			   "that is meant",
			   p->name);
}

static const struct conf_instance *find_output(const struct conf_pipeline *p, const char *name)
{
	for (size_t i = 0; i < p->n_outputs; i++)
		if (is_same(p->outputs[i].name, name))
			return &p->outputs[i];
	return NULL;
}

static const char *nearest_output(const struct conf_pipeline *p, const char *name)
{
	enum { MOST = 256 }; /* outputs of a pipeline: conf.c */
	const char *names[MOST + 1];
	size_t n = 0;
	for (size_t i = 0; i < p->n_outputs && n < MOST; i++)
		if (p->outputs[i].name)
			names[n++] = p->outputs[i].name;
	names[n] = NULL;
	return suggest(name, names);
}

/* The output that an input names must be there, and carry answers. */
static void check_reply(const struct conf_pipeline *p, const struct conf_instance *in,
			struct faults *faults)
{
	const struct conf_instance *carrier = find_output(p, in->reply);
	const char *own = in->name ? in->name : "";
	if (carrier == NULL) {
		const char *near = nearest_output(p, in->reply);
		faults_add(faults, in->file, in->line,
			   "input \"%s\": reply: the pipeline has no output \"%.80s\"%s%s%s",
			   own, in->reply, near ? "; did you mean \"" : "", near ? near : "",
			   near ? "\"?" : "");
	} else if (carrier->module && carrier->module->plugin.reply == NULL) {
		faults_add(faults, in->file, in->line,
			   "input \"%s\": reply: the output \"%s\" cannot carry answers; "
			   "`heard describe` says which plugins can",
			   own, carrier->name);
	}
}

static void check_pipeline(const struct conf_pipeline *p, bool as_written,
			   struct faults *faults)
{
	char name[NAME_LONGEST + 8] = "";
	if (p->name)
		snprintf(name, sizeof name, " \"%.*s\":", NAME_LONGEST, p->name);
	if (p->n_inputs == 0)
		faults_add(faults, p->file, p->line, "pipeline%s has no inputs", name);
	if (p->n_outputs == 0)
		faults_add(faults, p->file, p->line, "pipeline%s has no outputs", name);
	check_instance_names(HEARD_INPUT, p->inputs, p->n_inputs, faults);
	check_instance_names(HEARD_FILTER, p->filters, p->n_filters, faults);
	check_instance_names(HEARD_OUTPUT, p->outputs, p->n_outputs, faults);
	check_masks(p, faults);
	for (size_t i = 0; i < p->n_inputs; i++) {
		const char *reply = p->inputs[i].reply;
		if (reply && !(as_written && strstr(reply, "${")))
			check_reply(p, &p->inputs[i], faults);
	}
}

/* The journal's frames name a pipeline by the hash of its name. */
static void check_against(const struct conf_pipeline *p, const struct conf_pipeline *other,
			  struct faults *faults)
{
	if (is_same(p->name, other->name))
		faults_add(faults, p->file, p->line,
			   "pipeline \"%s\": there is one of that name in line %d", p->name,
			   other->line);
	else if (p->name && other->name && hash_name(p->name) == hash_name(other->name))
		faults_add(faults, p->file, p->line,
			   "pipeline \"%s\": the journal cannot tell its name from \"%s\"; "
			   "change one of them",
			   p->name, other->name);
}

void conf_check_whole(const struct conf *conf, struct faults *faults)
{
	check_listeners(conf, faults);
	if (conf->n_pipelines == 0)
		faults_add(faults, conf->file, 1,
			   "there are no pipelines; nothing would be heard");
	for (size_t i = 0; i < conf->n_pipelines; i++) {
		check_pipeline(&conf->pipelines[i], conf->as_written, faults);
		for (size_t j = 0; j < i; j++)
			check_against(&conf->pipelines[i], &conf->pipelines[j], faults);
	}
	if (conf->journal.max_size && conf->journal.max_size < 2 * conf->journal.segment_size)
		faults_add(faults, conf->file, 1,
			   "journal: max_size must hold two segments of segment_size at least");
}
