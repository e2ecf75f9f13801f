/*
 * xlsx.c - from the archive to the sheet: which part is which, and in what order
 * they are read.
 *
 *	_rels/.rels            where the workbook is
 *	xl/workbook.xml        the sheets' names; from which year days are counted
 *	xl/_rels/...           where sheets, styles and shared strings are
 *	xl/styles.xml          which cells are dates
 *	xl/sharedStrings.xml   texts
 *	xl/worksheets/...      rows
 *
 * One part is open at a time.  Parts that may be missing are passed over.
 */
#include "xlsx.h"

#include "sheet.h"
#include "zipend.h"

#include <heard/error.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum {
	NAME_SIZE = 256,
	SMALL = 16 << 20, /* bytes unpacked of workbook, relations, styles */
};
static const uint64_t large = 4ull << 30; /* of strings and of the sheet */

enum phase { PACKAGE, BOOK, RELATIONS, STYLES, STRINGS, SHEET, DONE };

struct xlsx {
	struct xlsx_options options;
	zip_t *zip;
	uint64_t print;
	enum phase phase;
	bool is_open; /* the part of this phase */
	struct part part;

	char book[NAME_SIZE], folder[NAME_SIZE]; /* "xl/workbook.xml", "xl/"    */
	char relations[NAME_SIZE];
	char sheet_id[NAME_SIZE]; /* r:id of the one to read, "": not found */
	char path[3][NAME_SIZE];  /* of styles, strings, sheet              */
	bool is_1904;

	struct styles styles;
	struct strings strings;
	struct shared shared;
	struct sheet sheet;
};

static void copy_name(char out[NAME_SIZE], const char *text)
{
	snprintf(out, NAME_SIZE, "%s", text);
}

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && strcmp(s + n - m, end) == 0;
}

/* ---- handlers of the small parts */

static void package_start(void *arg, const char *name, const char **attributes)
{
	struct xlsx *x = arg;
	const char *type = part_attribute(attributes, "Type"),
		   *target = part_attribute(attributes, "Target");

	if (strcmp(name, "Relationship") == 0 && type != NULL && target != NULL &&
	    ends_with(type, "/officeDocument"))
		copy_name(x->book, target[0] == '/' ? target + 1 : target);
}

static void book_start(void *arg, const char *name, const char **attributes)
{
	struct xlsx *x = arg;
	const char *sheet = part_attribute(attributes, "name"), *id = NULL;

	if (strcmp(name, "workbookPr") == 0) {
		const char *is_1904 = part_attribute(attributes, "date1904");

		x->is_1904 = is_1904 != NULL && (is_1904[0] == '1' || is_1904[0] == 't');
		return;
	}
	if (strcmp(name, "sheet") != 0 || sheet == NULL || x->sheet_id[0])
		return;
	for (; attributes[0]; attributes += 2) /* r:id, and not sheetId */
		if (strcmp(part_local(attributes[0]), "id") == 0)
			id = attributes[1];
	if (id != NULL && (x->options.sheet[0] == '\0' || strcmp(sheet, x->options.sheet) == 0))
		copy_name(x->sheet_id, id);
}

static void relations_start(void *arg, const char *name, const char **attributes)
{
	static const char *const types[] = {"/styles", "/sharedStrings"};
	struct xlsx *x = arg;
	const char *id = part_attribute(attributes, "Id"),
		   *type = part_attribute(attributes, "Type"),
		   *target = part_attribute(attributes, "Target");
	int which = -1;

	if (strcmp(name, "Relationship") != 0 || id == NULL || type == NULL || target == NULL)
		return;
	for (int i = 0; i < 2; i++)
		if (ends_with(type, types[i]))
			which = i;
	if (strcmp(id, x->sheet_id) == 0)
		which = 2;
	if (which >= 0)
		snprintf(x->path[which], NAME_SIZE, "%.120s%.120s",
			 target[0] == '/' ? "" : x->folder,
			 target[0] == '/' ? target + 1 : target);
}

static const struct part_handlers package_handlers = {package_start, NULL, NULL};
static const struct part_handlers book_handlers = {book_start, NULL, NULL};
static const struct part_handlers relations_handlers = {relations_start, NULL, NULL};

/* ---- phases */

static int open_part(struct xlsx *x, const char *name, uint64_t limit,
		     const struct part_handlers *handlers, void *arg, struct heard_error *err)
{
	return part_open(&x->part, x->zip, name, limit, handlers, arg, err);
}

static int open_phase(struct xlsx *x, struct heard_error *err)
{
	switch (x->phase) {
	case PACKAGE: return open_part(x, "_rels/.rels", SMALL, &package_handlers, x, err);
	case BOOK: return open_part(x, x->book, SMALL, &book_handlers, x, err);
	case RELATIONS: return open_part(x, x->relations, SMALL, &relations_handlers, x, err);
	case STYLES: return open_part(x, x->path[0], SMALL, &styles_handlers, &x->styles, err);
	case STRINGS: return open_part(x, x->path[1], large, &shared_handlers, &x->shared, err);
	default:
		x->sheet.is_1904 = x->is_1904;
		return open_part(x, x->path[2], large, &sheet_handlers, &x->sheet, err);
	}
}

/* "xl/workbook.xml" has its relations in "xl/_rels/workbook.xml.rels". */
static void find_relations(struct xlsx *x)
{
	const char *slash = strrchr(x->book, '/'), *base = slash ? slash + 1 : x->book;

	snprintf(x->folder, NAME_SIZE, "%.*s", (int)(base - x->book), x->book);
	snprintf(x->relations, NAME_SIZE, "%.100s_rels/%.100s.rels", x->folder, base);
}

static int end_phase(struct xlsx *x, struct heard_error *err)
{
	if (x->phase == PACKAGE)
		find_relations(x);
	if (x->phase == BOOK && x->sheet_id[0] == '\0')
		return x->options.sheet[0]
			       ? heard_fail(err, EINVAL, "it has no sheet '%.60s'; set `sheet`",
					    x->options.sheet)
			       : heard_fail(err, EINVAL, "it has no sheet");
	if (x->phase == RELATIONS && x->path[2][0] == '\0')
		return heard_fail(err, EINVAL, "its sheet cannot be found; save it again");
	x->phase++;
	return 1;
}

/* A workbook may do without these. */
static bool may_be_missing(const struct xlsx *x)
{
	return x->phase == PACKAGE || x->phase == STYLES || x->phase == STRINGS;
}

static int not_a_workbook(struct heard_error *err)
{
	err->code = EINVAL;
	return heard_error_wrap(err, "it is no workbook");
}

int xlsx_step(struct xlsx *x, size_t *bytes, struct heard_error *err)
{
	int result;

	if (x->phase == DONE)
		return 0;
	if (!x->is_open) {
		result = open_phase(x, err);
		if (result == -ENOENT && may_be_missing(x))
			return end_phase(x, err);
		if (result == -ENOENT)
			return not_a_workbook(err);
		if (result != 0)
			return result;
		x->is_open = true;
	}
	result = part_step(&x->part, bytes, err);
	if (result > 0)
		return 1;
	part_close(&x->part);
	x->is_open = false;
	if (result == 0)
		result = end_phase(x, err);
	return result < 0 ? result : x->phase != DONE;
}

/* ---- life */

/* FNV-1a: against accidents. */
static void add_print(uint64_t *sum, uint64_t value)
{
	for (int i = 0; i < 8; i++)
		*sum = (*sum ^ (value >> 8 * i & 0xff)) * 0x100000001b3;
}

static uint64_t print_of(zip_t *zip)
{
	uint64_t sum = 0xcbf29ce484222325;
	zip_stat_t st;

	for (zip_int64_t i = 0; i < zip_get_num_entries(zip, 0); i++) {
		if (zip_stat_index(zip, (zip_uint64_t)i, 0, &st) != 0)
			continue;
		for (const char *p = st.name; p && *p; p++)
			add_print(&sum, (unsigned char)*p);
		add_print(&sum, st.crc);
		add_print(&sum, st.size);
		add_print(&sum, st.comp_size);
	}
	return sum ? sum : 1;
}

static int open_zip(struct xlsx *x, int fd, struct heard_error *err)
{
	char magic[4] = "";
	int code = 0, copy, result;

	if (pread(fd, magic, sizeof(magic), 0) == 4 &&
	    memcmp(magic, "\xd0\xcf\x11\xe0", 4) == 0)
		return heard_fail(err, EINVAL,
				  "it is an old or password-protected Excel file: save it as "
				  ".xlsx without a password");
	result = zipend_check(fd, err);
	if (result != 0)
		return result;
	copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	x->zip = copy >= 0 ? zip_fdopen(copy, 0, &code) : NULL;
	if (x->zip == NULL) {
		if (copy >= 0)
			close(copy);
		return heard_fail(err, EINVAL,
				  "it is no .xlsx file, or it was cut off; send it again");
	}
	x->print = print_of(x->zip);
	return 0;
}

struct xlsx *xlsx_create(int fd, const struct xlsx_options *options, struct heard_error *err)
{
	struct xlsx *x = calloc(1, sizeof(*x));

	if (x == NULL) {
		heard_fail(err, ENOMEM, "no memory");
		return NULL;
	}
	x->options = *options;
	copy_name(x->book, "xl/workbook.xml");
	strings_init(&x->strings, options->max_strings);
	heard_buf_init(&x->shared.text, options->max_row);
	heard_buf_init(&x->shared.plain, options->max_row);
	heard_buf_init(&x->sheet.row, options->max_row);
	heard_buf_init(&x->sheet.text, options->max_row);
	x->shared.part = x->sheet.part = x->styles.part = &x->part;
	x->shared.strings = &x->strings;
	x->sheet.options = &x->options;
	x->sheet.strings = &x->strings;
	x->sheet.styles = &x->styles;
	if (open_zip(x, fd, err) != 0) {
		xlsx_destroy(x);
		return NULL;
	}
	return x;
}

uint64_t xlsx_print(const struct xlsx *x)
{
	return x->print;
}

void xlsx_destroy(struct xlsx *x)
{
	if (x == NULL)
		return;
	if (x->is_open)
		part_close(&x->part);
	if (x->zip)
		zip_discard(x->zip);
	strings_release(&x->strings);
	heard_buf_release(&x->shared.text);
	heard_buf_release(&x->shared.plain);
	heard_buf_release(&x->sheet.row);
	heard_buf_release(&x->sheet.text);
	free(x);
}
