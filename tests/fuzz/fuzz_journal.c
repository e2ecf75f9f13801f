/*
 * fuzz_journal.c - recovery and reading on segment files of any content.
 *
 * The input is the first segment's bytes, with every header's checksum and
 * segment id put right where it bears the magic, so that mutations reach the
 * code behind the checksums.
 */
#include "../../core/frame.h"
#include "../../core/hash.h"
#include "../../core/journal.h"
#include "../../core/log.h"
#include "../../core/wire.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <heard/error.h>

enum { SIZE = 64 << 10 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static int64_t now(void)
{
	return 1700000000000;
}

static void put_right(unsigned char *bytes)
{
	for (size_t at = 0; at + FRAME_HEADER <= SIZE; at += FRAME_ALIGN) {
		unsigned char *h = bytes + at;
		if (h[0] != 'h' || h[2] != 'J')
			continue;
		struct frame f = {.type = h[4] % FRAME_TYPES,
				  .length = wire_get32(h + 12) % (uint32_t)(SIZE - at),
				  .n = wire_get32(h + 20),
				  .first_seq = wire_get64(h + 24),
				  .pipeline = wire_get64(h + 32),
				  .only_output = wire_get64(h + 40),
				  .segment = 1};
		if (at + FRAME_HEADER + f.length <= SIZE)
			f.payload_crc = hash_crc32c(0, h + FRAME_HEADER, f.length);
		frame_encode(&f, h);
	}
}

static bool see(void *arg, const struct journal_dead *d)
{
	(void)arg;
	(void)d;
	return true;
}

static void read_all(struct journal *j)
{
	struct journal_reader *r = journal_reader_create(j, 0);
	struct journal_view v;

	for (int i = 0; i < 10000 && journal_reader_next(r, &v, NULL) == 1; i++)
		if (!v.damaged && v.lines.len && v.ends[v.n - 1] != v.lines.len)
			abort();
	journal_reader_destroy(r);
	journal_dead_each(j, true, see, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static unsigned char bytes[SIZE];
	static char folder[64];
	char command[160], name[100];
	struct journal *j;
	struct heard_error err;

	if (folder[0] == '\0') {
		log_open(&(struct log_options){.level = HEARD_ERROR, .file = "/dev/null"});
		snprintf(folder, sizeof(folder), "/dev/shm/heard-fuzz-%d", (int)getpid());
	}
	memset(bytes, 0, SIZE);
	memcpy(bytes, data, n < SIZE ? n : SIZE);
	put_right(bytes);
	mkdir(folder, 0700);
	snprintf(name, sizeof(name), "%s/seg-0000000000000001", folder);
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd < 0 || write(fd, bytes, SIZE) != SIZE)
		abort();
	close(fd);
	struct journal_options o = {.folder = folder,
				    .segment_size = SIZE,
				    .max_size = 1 << 20,
				    .dedupe_ms = 3600000,
				    .now = now};
	if (journal_open(&j, &o, &err) == 0) {
		read_all(j);
		journal_close(j);
	}
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command) == 0 ? 0 : -1;
}
