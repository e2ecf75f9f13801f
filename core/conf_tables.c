/*
 * conf_tables.c - the option tables of the core's own sections.
 *
 * These read, check, print and document the config as a plugin's table does
 * for its instances.
 */
#include "conf_tables.h"

#include "log.h"

const struct heard_option conf_place_table[] = {
	{"state_dir", HEARD_PATH(struct conf_top, state_dir), .value = "/var/lib/heard",
	 .help = "Folder for all that heard writes"},
	{"plugin_path", HEARD_LIST(struct conf_top, plugin_path), .value = "",
	 .help = "Folders to look for plugins in, before those beside the binary"},
	{.name = NULL},
};

static const char *const formats[] = {"text", "json", NULL};
static const struct heard_option log_table[] = {
	{"level", HEARD_CHOICE(struct conf_top_log, level), .value = "info",
	 .choices = log_levels, .help = "The least important lines that are written"},
	{"format", HEARD_CHOICE(struct conf_top_log, format), .value = "text",
	 .choices = formats, .help = "How a line looks"},
	{"file", HEARD_STATE_PATH(struct conf_top_log, file), .value = "",
	 .help = "Where lines go; empty is standard error"},
	{.name = NULL},
};

static const struct heard_option privacy_table[] = {
	{"public_key", HEARD_PATH(struct conf_privacy, public_key), .value = "",
	 .help = "The heard.pub that contacts are sealed to; without it none are stored"},
	{"private_key", HEARD_PATH(struct conf_privacy, private_key), .value = "",
	 .help = "The heard.key that opens them, only where somebody answers"},
	{.name = NULL},
};

static const struct heard_option journal_table[] = {
	{"max_size", HEARD_SIZE(struct conf_journal, max_size), .value = "10G", .min = 2097152,
	 .max = 1125899906842624.,
	 .help = "Disk space for all segments; when it is used up, inputs wait"},
	{"segment_size", HEARD_SIZE(struct conf_journal, segment_size), .value = "64M",
	 .min = 1048576, .max = 1073741824, .help = "Size of one segment file"},
	{"keep", HEARD_DURATION(struct conf_journal, keep), .value = "0s",
	 .help = "How long delivered records are kept for `heard replay`"},
	{"encrypt", HEARD_STATE_PATH(struct conf_journal, encrypt), .value = "",
	 .help = "Key file to encrypt the journal with, made if absent; empty is off"},
	{.name = NULL},
};

const struct heard_option conf_top_table[] = {
	{"log", HEARD_GROUP(struct conf_top, log, log_table),
	 .help = "What is logged, and how"},
	{"workers", HEARD_INT(struct conf_top, workers), .value = "0", .min = 0, .max = 256,
	 .help = "Threads that decode and filter; 0 is one for each core"},
	{"timezone", HEARD_STRING(struct conf_top, timezone), .value = "UTC",
	 .help = "Zone of reports, calendars and of times that name none"},
	{"privacy", HEARD_GROUP(struct conf_top, privacy, privacy_table),
	 .help = "Keys made by `heard keygen`"},
	{"journal", HEARD_GROUP(struct conf_top, journal, journal_table),
	 .help = "Where records are safe before they are acknowledged"},
	{"drain_timeout", HEARD_DURATION(struct conf_top, drain_timeout), .value = "30s",
	 .min = 0, .max = 86400000,
	 .help = "How long a stop waits for outputs to finish what they hold"},
	{.name = NULL},
};

static const struct heard_option tls_table[] = {
	{"certificate", HEARD_PATH(struct conf_tls, certificate),
	 .help = "Certificate chain, PEM"},
	{"key", HEARD_PATH(struct conf_tls, key), .help = "Its private key, PEM"},
	{.name = NULL},
};

const struct heard_option conf_listener_table[] = {
	{"name", HEARD_STRING(struct conf_listener, name),
	 .help = "What plugins call it by, such as \"public\""},
	{"address", HEARD_STRING(struct conf_listener, address),
	 .help = "Address and port to listen on, \"127.0.0.1:8080\" or \"[::1]:8080\""},
	{"tls", HEARD_GROUP(struct conf_listener, tls, tls_table),
	 .help = "Certificate and key; without them it speaks plain HTTP"},
	{"trusted_proxies", HEARD_LIST(struct conf_listener, trusted_proxies), .value = "",
	 .help = "Networks whose X-Forwarded-For is believed, as \"10.0.0.0/8\""},
	{"rate_limit", HEARD_INT(struct conf_listener, rate_limit), .value = "0", .min = 0,
	 .max = 1000000, .help = "Requests a second from one address; 0 is no limit"},
	{"rate_burst", HEARD_INT(struct conf_listener, rate_burst), .value = "0", .min = 0,
	 .max = 1000000,
	 .help = "Requests that may come at once before rate_limit counts; 0 is twice that"},
	{"max_connections", HEARD_INT(struct conf_listener, max_connections), .value = "2048",
	 .min = 1, .max = 65536, .help = "Connections at a time"},
	{"max_connections_per_address",
	 HEARD_INT(struct conf_listener, max_connections_per_address), .value = "256", .min = 0,
	 .max = 65536, .help = "Of these, from one address; 0 is no limit"},
	{"header_timeout", HEARD_DURATION(struct conf_listener, header_timeout), .value = "10s",
	 .min = 100, .max = 600000, .help = "Time for a request's header to arrive"},
	{"body_timeout", HEARD_DURATION(struct conf_listener, body_timeout), .value = "30s",
	 .min = 100, .max = 3600000, .help = "Time for a request's body to arrive"},
	{"idle_timeout", HEARD_DURATION(struct conf_listener, idle_timeout), .value = "60s",
	 .min = 100, .max = 3600000, .help = "How long a silent connection is kept open"},
	{"max_header", HEARD_SIZE(struct conf_listener, max_header), .value = "16K",
	 .min = 1024, .max = 1048576, .help = "Size of a request's header"},
	{.name = NULL},
};

static const char *const acknowledges[] = {"journaled", "delivered", NULL};

const struct heard_option conf_pipeline_table[] = {
	{"name", HEARD_STRING(struct conf_pipeline, name),
	 .help = "Name of the pipeline, part of every record's source"},
	{"acknowledge", HEARD_CHOICE(struct conf_pipeline, acknowledge), .value = "journaled",
	 .choices = acknowledges, .help = "When a source is told that its feedback is safe"},
	{"dedupe", HEARD_DURATION(struct conf_pipeline, dedupe), .value = "7d",
	 .help = "How long a redelivered record is recognised; 0 is not at all"},
	{"max_in_flight", HEARD_SIZE(struct conf_pipeline, max_in_flight), .value = "64M",
	 .min = 1048576, .max = 17179869184.,
	 .help = "Bytes taken in and not yet journaled; past it inputs wait"},
	{"clear", HEARD_BOOL(struct conf_pipeline, clear), .value = "false",
	 .help = "True allows texts to be stored without a filter that masks them"},
	{.name = NULL},
};

static const struct heard_option retry_table[] = {
	{"first", HEARD_DURATION(struct conf_retry, first), .value = "1s", .min = 10,
	 .max = 86400000, .help = "Pause before the second try; it doubles from try to try"},
	{"max", HEARD_DURATION(struct conf_retry, max), .value = "5m", .min = 10,
	 .max = 86400000, .help = "Longest pause between two tries"},
	{"give_up", HEARD_DURATION(struct conf_retry, give_up), .value = "3d",
	 .help = "Age at which a record that still fails becomes a dead letter"},
	{.name = NULL},
};

static const char *const on_fulls[] = {"pause", "dead_letter", NULL};

/* The stages share their first options: each table goes on where another ends. */
#define EVERY_INSTANCE                                                                     \
	{"plugin", HEARD_STRING(struct conf_instance, plugin),                             \
	 .help = "Which plugin it is an instance of"},                                     \
	{                                                                                  \
		"name", HEARD_STRING(struct conf_instance, name),                          \
			.value = "", .help = "Name of the instance; empty is the plugin's" \
	}
#define HAS_WHEN                                                                      \
	{                                                                             \
		"when", HEARD_STRING(struct conf_instance, when),                     \
			.value = "",                                                  \
			.help = "Only records that meet this condition; empty is all" \
	}

static const struct heard_option input_table[] = {
	EVERY_INSTANCE,
	{"reply", HEARD_STRING(struct conf_instance, reply), .value = "",
	 .help = "Output of the same pipeline that carries answers to this input's customers; "
		 "empty is the input itself, if it can"},
	{.name = NULL},
};
static const struct heard_option filter_table[] = {EVERY_INSTANCE, HAS_WHEN, {.name = NULL}};
static const struct heard_option output_table[] = {
	EVERY_INSTANCE,
	HAS_WHEN,
	{"retry", HEARD_GROUP(struct conf_instance, retry, retry_table),
	 .help = "How a failed delivery is tried again"},
	{"on_full", HEARD_CHOICE(struct conf_instance, on_full), .value = "pause",
	 .choices = on_fulls,
	 .help = "What happens when deferred_max is reached: wait, or a dead letter"},
	{"deferred_max", HEARD_INT(struct conf_instance, deferred_max), .value = "10000",
	 .min = 1, .max = 10000000,
	 .help = "Records that wait for another try while later ones go on"},
	{.name = NULL},
};

const struct heard_option *conf_instance_table(enum heard_stage stage)
{
	return stage == HEARD_INPUT    ? input_table
	       : stage == HEARD_FILTER ? filter_table
				       : output_table;
}

const struct conf_section conf_sections[] = {
	{"", conf_place_table},
	{"", conf_top_table},
	{"listeners", conf_listener_table},
	{"pipelines", conf_pipeline_table},
	{"inputs", input_table},
	{"filters", filter_table},
	{"outputs", output_table},
	{NULL, NULL},
};
