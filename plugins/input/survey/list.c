/*
 * list.c - reading a list of customers.
 *
 * Only three columns say something to us; all of them go into the file that is written
 * back, with the link behind, so that the gateway that sends it out finds what it wants.
 */
#include "list.h"

#include <heard/error.h>

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>
#include <table/charset.h>
#include <table/csv.h>

enum { LIST_MAX = 128 << 20, PIECE = 64 * 1024, ROW_MAX = 64 * 1024 };

static const char *const column_names[LIST_COLUMNS][8] = {
	[LIST_ID] = {"id", "customer", "customer_id", "客户", "客户编号", "客户号", "会员号",
		     "会员编号"},
	[LIST_SEGMENT] = {"segment", "group", "分组", "分群", "客户分组"},
	[LIST_PRODUCT] = {"product", "商品", "产品", "商品名称", "产品名称"},
};

static int read_file(FILE *in, struct heard_buf *bytes, struct heard_error *err)
{
	for (size_t n = 1; n > 0;) {
		char *room = heard_buf_room(bytes, PIECE);
		if (room == NULL)
			return heard_fail(err, EFBIG, "the list is longer than %d MiB",
					  LIST_MAX >> 20);
		n = fread(room, 1, PIECE, in);
		heard_buf_used(bytes, n);
	}
	return ferror(in) ? heard_fail(err, EIO, "the list cannot be read: %m") : 0;
}

static int convert(struct list *list, struct heard_str bytes, struct heard_error *err)
{
	size_t mark = 0;
	enum charset charset = charset_detect(CHARSET_AUTO, bytes, &mark);
	if (charset == CHARSET_ANY || charset == CHARSET_AUTO)
		charset = CHARSET_UTF8;
	if (!charset_convert(charset, heard_str_skip(bytes, mark), &list->text))
		return heard_fail(err, EBADMSG,
				  "the list is neither UTF-8 nor GB18030 nor UTF-16; save it "
				  "as \"CSV UTF-8\"");
	return 0;
}

/* The next row that is not empty, without its end; false at the end of the list. */
static bool take_row(struct list *list, struct heard_str *row)
{
	const struct csv_dialect dialect = {CHARSET_UTF8, list->separator};
	for (;;) {
		struct heard_str rest = heard_str_skip(heard_buf_view(&list->text), list->at);
		if (rest.ptr == NULL || rest.len == 0)
			return false;
		struct csv_cut cut = csv_cut(&dialect, rest, true, 1);
		if (cut.bytes == 0) { /* a quote that is never closed */
			*row = rest;
			list->at = list->text.len;
			return true;
		}
		*row = heard_str_n(rest.ptr, cut.bytes);
		list->at += cut.bytes;
		list->line += cut.lines > 0 ? cut.lines : 1;
		while (row->len &&
		       (row->ptr[row->len - 1] == '\n' || row->ptr[row->len - 1] == '\r'))
			row->len--;
		if (heard_str_trim(*row).len)
			return true;
	}
}

static bool is_named(struct heard_str field, enum list_column column)
{
	field = heard_str_trim(field);
	for (size_t i = 0; i < 8 && column_names[column][i]; i++)
		if (field.len == strlen(column_names[column][i]) &&
		    strncasecmp(field.ptr, column_names[column][i], field.len) == 0)
			return true;
	return false;
}

static int find_columns(struct list *list, struct heard_str head, struct heard_error *err)
{
	struct heard_str fields[CSV_COLUMNS_MAX];
	list->separator = csv_separator(head);
	int n = list->n = csv_split(head, list->separator, &list->scratch, fields);
	for (int column = 0; column < LIST_COLUMNS; column++) {
		list->columns[column] = -1;
		for (int i = 0; i < n; i++)
			if (list->columns[column] < 0 &&
			    is_named(fields[i], (enum list_column)column))
				list->columns[column] = i;
	}
	return list->columns[LIST_ID] >= 0
		       ? 0
		       : heard_fail(err, EINVAL,
				    "no column of the list is called id, customer_id, 客户编号 "
				    "or 会员号; its first line must name the columns");
}

int list_read(struct list *list, const char *path, FILE *standard, struct heard_str *head,
	      struct heard_error *err)
{
	struct heard_buf bytes;
	bool is_standard = strcmp(path, "-") == 0;
	*list = (struct list){.separator = ','};
	heard_buf_init(&list->text, 2 * LIST_MAX);
	heard_buf_init(&list->scratch, ROW_MAX * 2);
	heard_buf_init(&bytes, LIST_MAX);
	FILE *in = is_standard ? standard : fopen(path, "re");
	int result = in ? read_file(in, &bytes, err)
			: heard_fail(err, errno, "%s cannot be read: %m", path);
	if (in && !is_standard)
		fclose(in);
	if (result == 0)
		result = convert(list, heard_buf_view(&bytes), err);
	heard_buf_release(&bytes);
	if (result == 0 && !take_row(list, head))
		result = heard_fail(err, EINVAL, "the list is empty");
	return result == 0 ? find_columns(list, *head, err) : result;
}

void list_release(struct list *list)
{
	heard_buf_release(&list->text);
	heard_buf_release(&list->scratch);
}

int list_next(struct list *list, struct list_row *row, struct heard_error *err)
{
	struct heard_str fields[CSV_COLUMNS_MAX];
	*row = (struct list_row){.raw = {NULL, 0}};
	if (!take_row(list, &row->raw))
		return 0;
	int n = row->raw.len > ROW_MAX
			? -1
			: csv_split(row->raw, list->separator, &list->scratch, fields);
	if (n < 0)
		return heard_fail(err, EBADMSG,
				  "line %lld of the list is no row: it is too long, or a quote "
				  "is not closed",
				  (long long)list->line);
	if (n > list->n)
		return heard_fail(err, EBADMSG,
				  "line %lld of the list has more fields than its first line "
				  "names",
				  (long long)list->line);
	row->lacks = list->n - n;
	for (int column = 0; column < LIST_COLUMNS; column++)
		if (list->columns[column] >= 0 && list->columns[column] < n)
			row->of[column] = heard_str_trim(fields[list->columns[column]]);
	return 1;
}
