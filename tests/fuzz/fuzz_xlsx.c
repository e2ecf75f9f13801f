/* Workbooks.  An input is either an archive, or parts of one between NUL bytes
 * (sheet, strings, styles), which are packed here: a fuzzer makes no good sums. */
#include "table/xlsx.h"

#include <heard/error.h>

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zip.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void on_row(void *arg, const struct xlsx_row *row)
{
	size_t *sum = arg;

	for (size_t i = 0; i < row->n; i++)
		for (size_t k = 0; k < row->cells[i].len; k++)
			*sum += (unsigned char)row->cells[i].ptr[k];
}

static void read_book(int fd)
{
	size_t sum = 0, bytes = 0;
	struct heard_error err = {0};
	struct xlsx_options o = {.sheet = "",
				 .max_strings = 4 << 20,
				 .max_row = 65536,
				 .row = on_row,
				 .arg = &sum};
	struct xlsx *x = xlsx_create(fd, &o, &err);

	while (x != NULL && xlsx_step(x, &bytes, &err) > 0)
		;
	xlsx_destroy(x);
}

static void put(zip_t *zip, const char *name, const void *bytes, size_t n)
{
	zip_int64_t at = zip_file_add(zip, name, zip_source_buffer(zip, bytes, n, 0), 0);

	if (at >= 0)
		zip_set_file_compression(zip, (zip_uint64_t)at, ZIP_CM_STORE, 0);
}

/* In memory: files would be slow. */
static int pack(const uint8_t *data, size_t size)
{
	static const char *const names[] = {"xl/s.xml", "xl/strings.xml", "xl/styles.xml"};
	static const char book[] = "<w xmlns:r=\"r\"><sheet name=\"a\" r:id=\"i\"/></w>",
			  rels[] = "<r><Relationship Id=\"i\" Type=\"/worksheet\" "
				   "Target=\"s.xml\"/><Relationship Id=\"j\" Type=\"/styles\" "
				   "Target=\"styles.xml\"/><Relationship Id=\"k\" "
				   "Type=\"/sharedStrings\" Target=\"strings.xml\"/></r>";
	zip_source_t *source = zip_source_buffer_create(NULL, 0, 0, NULL);
	zip_t *zip = zip_open_from_source(source, ZIP_TRUNCATE, NULL);
	int fd = memfd_create("fuzz", 0);

	zip_source_keep(source);
	put(zip, "xl/workbook.xml", book, sizeof(book) - 1);
	put(zip, "xl/_rels/workbook.xml.rels", rels, sizeof(rels) - 1);
	for (size_t i = 0; i < 3 && size > 0; i++) {
		const uint8_t *end = memchr(data, 0, size);
		size_t n = end ? (size_t)(end - data) : size;

		put(zip, names[i], data, n);
		data += n + (end != NULL);
		size -= n + (end != NULL);
	}
	if (zip_close(zip) == 0 && zip_source_open(source) == 0) {
		char bytes[4096];
		zip_int64_t n;

		while ((n = zip_source_read(source, bytes, sizeof(bytes))) > 0)
			if (write(fd, bytes, (size_t)n) != n)
				break;
		zip_source_close(source);
	}
	zip_source_free(source);
	return fd;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bool is_archive = size > 2 && memcmp(data, "PK", 2) == 0;
	int fd = is_archive ? memfd_create("fuzz", 0) : pack(data, size);

	if (!is_archive || write(fd, data, size) == (ssize_t)size)
		read_book(fd);
	close(fd);
	return 0;
}
