/*
 * says.c - write N records as says.h makes them, as NDJSON.
 *
 *	says [-f FIRST] N
 */
#include "says.h"

#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	static char out[1 << 20], record[SAYS_CAP + 1];
	uint64_t first = 1000000; /* those that repeat one have some before them */
	int option;

	while ((option = getopt(argc, argv, "f:")) != -1) {
		if (option != 'f')
			return 2;
		first += strtoull(optarg, NULL, 10);
	}
	if (optind + 1 != argc) {
		fputs("usage: says [-f FIRST] N\n", stderr);
		return 2;
	}
	setvbuf(stdout, out, _IOFBF, sizeof(out));
	uint64_t n = strtoull(argv[optind], NULL, 10);
	for (uint64_t i = first; i < first + n; i++) {
		size_t len = says_render(record, i);
		record[len++] = '\n';
		if (fwrite(record, 1, len, stdout) != len)
			return 1;
	}
	return fflush(stdout) ? 1 : 0;
}
