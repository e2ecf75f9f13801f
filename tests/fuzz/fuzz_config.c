/*
 * fuzz_config.c - any bytes as the config: faults, or a config that prints as
 * one that loads and prints the same.
 *
 * The plugins of build/release are offered when they are built; a table with
 * every type of option reads the top level in any case.
 */
#include "conf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* libconfig 1.5 forgets the buffer of a text that a syntax error cuts off. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libconfig";
}

struct inner {
	int64_t first;
	const char *must;
};

struct self {
	bool flag;
	int64_t count, size, pause;
	double share;
	const char *text, *path, *store, *password;
	int mode;
	struct heard_list list;
	struct inner group;
	struct heard_rows rows;
	struct heard_map map;
};

static const char *const modes[] = {"redact", "partial", "hash", NULL};
static const struct heard_option inner[] = {
	{"first", HEARD_DURATION(struct inner, first), .value = "1s", .help = "First"},
	{"must", HEARD_STRING(struct inner, must), .help = "Demanded"},
	{.name = NULL},
};
static const struct heard_option table[] = {
	{"flag", HEARD_BOOL(struct self, flag), .value = "true", .help = "Flag"},
	{"count", HEARD_INT(struct self, count), .value = "3", .min = 1, .max = 9,
	 .help = "Count"},
	{"size", HEARD_SIZE(struct self, size), .value = "64K", .help = "Size"},
	{"pause", HEARD_DURATION(struct self, pause), .value = "2s", .help = "Pause"},
	{"share", HEARD_REAL(struct self, share), .value = "0.5", .help = "Share"},
	{"text", HEARD_STRING(struct self, text), .value = "web", .help = "Text"},
	{"path", HEARD_PATH(struct self, path), .value = "x", .help = "Path"},
	{"store", HEARD_STATE_PATH(struct self, store), .value = "x", .help = "Store"},
	{"password", HEARD_SECRET(struct self, password), .value = "", .help = "Password"},
	{"mode", HEARD_CHOICE(struct self, mode), .value = "hash", .choices = modes,
	 .help = "Mode"},
	{"list", HEARD_LIST(struct self, list), .value = "[ \"a\" ]", .help = "List"},
	{"group", HEARD_GROUP(struct self, group, inner), .help = "Group"},
	{"rows", HEARD_TABLE(struct self, rows, inner, struct inner), .value = "",
	 .help = "Rows"},
	{"map", HEARD_MAP(struct self, map), .value = "", .help = "Map"},
	{.name = NULL},
};

struct memory_file {
	int fd;
	char path[32];
};

static struct memory_file create_file(const void *bytes, size_t n)
{
	struct memory_file file = {.fd = memfd_create("config", MFD_CLOEXEC)};
	if (file.fd < 0 || write(file.fd, bytes, n) != (ssize_t)n)
		abort();
	snprintf(file.path, sizeof file.path, "/proc/self/fd/%d", file.fd);
	return file;
}

static void read_table(const char *path)
{
	config_t config;
	struct arena arena;
	struct faults faults;
	struct self self = {0};
	config_init(&config);
	arena_init(&arena, 16 << 20);
	faults_init(&faults);
	struct option_context ctx = {.config_folder = "/nonexistent",
				     .state_dir = "/nonexistent",
				     .arena = &arena,
				     .faults = &faults};
	if (config_read_file(&config, path))
		option_parse(&ctx, table, config_root_setting(&config), NULL, &self);
	faults_release(&faults);
	arena_release(&arena);
	config_destroy(&config);
}

static struct conf *load(const char *path)
{
	struct faults faults;
	faults_init(&faults);
	struct conf *conf = conf_load(path, &(struct conf_flags){.no_secrets = true}, &faults);
	if ((conf == NULL) != (faults.n > 0))
		abort();
	faults_release(&faults);
	return conf;
}

static char *print(const struct conf *conf, size_t *size)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, size);
	conf_print(conf, out);
	fclose(out);
	return text;
}

/* What was printed loads, and prints the same. */
static void check_round_trip(const struct conf *conf)
{
	size_t size, again_size;
	char *text = print(conf, &size);
	struct memory_file file = create_file(text, size);
	struct conf *again = load(file.path);
	if (again == NULL)
		abort();
	char *again_text = print(again, &again_size);
	if (size != again_size || memcmp(text, again_text, size) != 0)
		abort();
	conf_destroy(again);
	close(file.fd);
	free(text);
	free(again_text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 4096);
	int n = 0;
	if (memmem(data, size, "plugin_path", 11) == NULL) {
		char *plugins = realpath("build/release/plugins", NULL);
		if (plugins)
			n = snprintf(text, 4096, "plugin_path = [ \"%.4000s\" ];", plugins);
		free(plugins);
	}
	memcpy(text + n, data, size);
	struct memory_file file = create_file(text, size + (size_t)n);
	free(text);
	struct conf *conf = load(file.path);
	if (conf)
		check_round_trip(conf);
	conf_destroy(conf);
	if (memmem(data, size, "@include", 8) == NULL) /* conf.c looks before libconfig does */
		read_table(file.path);
	close(file.fd);
	return 0;
}
