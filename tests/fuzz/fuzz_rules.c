/* Rules files for classify, and a text for each that loads. */
#include "../../plugins/filter/classify/match.c"
#include "../../plugins/filter/classify/negation.c"
#include "../../plugins/filter/classify/reader.c"
#include "../../plugins/filter/classify/rules.c"

#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void search(const struct rules *rules, struct heard_str text)
{
	struct heard_error err = {0};
	struct match match;

	if (match_init(&match, rules, &err) == 0) {
		match_begin(&match);
		match_texts(&match, HEARD_STR_OF("refund"), text);
		match_begin(&match);
		match_texts(&match, text,
			    HEARD_STR_OF("没有漏电 not a leak, 起火 fire refund"));
	}
	match_release(&match);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[] = "/tmp/heard-fuzz-rules-XXXXXX";
	struct heard_error err = {0};
	int fd = mkstemp(path);

	/* A file may include others; a fuzzer shall not read this machine's. */
	if (fd < 0 || memmem(data, size, "@include", 8)) {
		if (fd >= 0) {
			close(fd);
			unlink(path);
		}
		return 0;
	}
	if (write(fd, data, size) == (ssize_t)size) {
		struct rules *rules = rules_load(path, &err);

		if (rules)
			search(rules, heard_str_n((const char *)data, size));
		rules_destroy(rules);
	}
	close(fd);
	unlink(path);
	return 0;
}
