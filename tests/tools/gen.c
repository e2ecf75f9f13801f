/*
 * gen.c - write N records of about 1 KB as NDJSON, for tests and benchmarks.
 *
 *	gen [-p PREFIX] [-s SEED] [-f FIRST] [-i SOURCE_ID] N
 *
 * The same arguments give the same bytes.  Records are numbered from FIRST
 * (default 0) in `order`; with -i each has the source_id "SOURCE_ID-NUMBER".
 */
#include "record.h"

#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	const char *prefix = "g", *source_id = NULL;
	uint64_t seed = 1, first = 0;
	static char out[1 << 20], record[RECORD_CAP];
	int option;

	while ((option = getopt(argc, argv, "p:s:f:i:")) != -1)
		switch (option) {
		case 'p': prefix = optarg; break;
		case 's': seed = strtoull(optarg, NULL, 10); break;
		case 'f': first = strtoull(optarg, NULL, 10); break;
		case 'i': source_id = optarg; break;
		default: return 2;
		}
	if (optind + 1 != argc) {
		fputs("usage: gen [-p PREFIX] [-s SEED] [-f FIRST] [-i SOURCE_ID] N\n", stderr);
		return 2;
	}
	setvbuf(stdout, out, _IOFBF, sizeof(out));
	uint64_t n = strtoull(argv[optind], NULL, 10);
	for (uint64_t i = first; i < first + n; i++) {
		size_t at, len = record_render(record, seed * 1000003 + i, prefix, i, source_id,
					       &at);
		record[len++] = '\n';
		if (fwrite(record, 1, len, stdout) != len)
			return 1;
	}
	return fflush(stdout) ? 1 : 0;
}
