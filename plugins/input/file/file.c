/*
 * file.c - input: feedback that lies in files: one JSON object a line, or tables.
 *
 *	file.c      this: options and the plugin
 *	reader.c    whose turn it is; what is in flight
 *	folder.c    which files there are; what becomes of them afterwards
 *	watch.c     inotify
 *	tail.c      one file: read, emit, hear the receipt
 *	csv.c       the same for a table: whole rows behind its header
 *	workbook.c  the same for a workbook, row by row
 *	table.c     what kind of file it is
 *	lines.c     decode, on the workers; tables by plugins/lib/table
 *	identity.c  which file it is, and the resume token
 *	chunk.c     buffers
 *
 * The promise: a line is taken in once, whenever the process dies.  Every emission
 * carries the offset behind it as the file's resume token, and the core commits
 * the two together.
 */
#include "lines.h"
#include "reader.h"
#include "table.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include <heard/error.h>
#include <heard/host.h>
#include <heard/plugin.h>

struct file {
	const char *path; /* options */
	int format;
	const char *channel;
	bool follow;
	int done;
	int64_t max_line;
	struct heard_map columns;
	int charset;
	const char *sheet;
	int64_t max_strings;

	struct map map;
	struct lines_options lines; /* read by the workers, never changed        */
	struct reader reader;
	bool is_open;
};

static int file_open(void *self, struct heard_host *host, struct heard_error *err)
{
	struct file *f = self;

	if (map_init(&f->map, &f->columns, err) != 0)
		return -err->code;
	f->lines = (struct lines_options){heard_str(f->channel), f->max_line, &f->map};
	f->reader.host = host;
	f->reader.path = f->path;
	f->reader.follow = f->follow;
	f->reader.done = (enum done)f->done;
	f->reader.format = (enum format)f->format;
	f->reader.max_line = f->max_line;
	f->reader.map = &f->map;
	f->reader.charset = charset_named((size_t)f->charset);
	f->reader.sheet = f->sheet;
	f->reader.max_strings = f->max_strings;
	f->is_open = true;
	return reader_init(&f->reader, err);
}

/* The log of another program may come later; a folder, or a file to be read once,
 * must be there, or a slip of the pen would wait for ever. */
static int check_path(const struct file *f, struct heard_error *err)
{
	struct stat st;

	if (stat(f->path, &st) == 0) {
		if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
			return heard_fail(err, EINVAL, "'%s' is neither a file nor a folder",
					  f->path);
		return 0;
	}
	if (errno == ENOENT && f->follow && table_reads(FORMAT_AUTO, f->reader.only) &&
	    stat(f->reader.folder, &st) == 0)
		return 0;
	return heard_fail(err, errno, "'%s': %s; make the folder, or name a file", f->path,
			  strerror(errno));
}

static int file_start(void *self, struct heard_error *err)
{
	struct file *f = self;
	int result = check_path(f, err);

	return result ? result : reader_start(&f->reader, err);
}

static void file_stop(void *self, struct heard_done *take_done)
{
	reader_stop(&((struct file *)self)->reader);
	heard_done(take_done);
}

static void file_close(void *self)
{
	struct file *f = self;

	if (f->is_open)
		reader_release(&f->reader);
	f->is_open = false;
	map_release(&f->map);
}

static void file_resume(void *self)
{
	reader_wake(&((struct file *)self)->reader);
}

static int file_decode(void *self, struct heard_str raw, struct heard_str context,
		       struct heard_batch *batch, struct heard_error *err)
{
	const struct file *f = self;

	return lines_decode(&f->lines, raw, context, batch, err);
}

static const char *const formats[] = {"auto", "ndjson", "csv", "xlsx", NULL};
static const char *const dones[] = {"mark", "move", "delete", NULL};
static const struct heard_option options[] = {
	{"path", HEARD_PATH(struct file, path), .value = NULL,
	 .help = "File to read, or folder whose files are read as they come"},
	{"format", HEARD_CHOICE(struct file, format), .value = "auto", .choices = formats,
	 .help = "What is in the files; auto goes by name and content: .ndjson, .jsonl and "
		 ".json, .csv, .tsv and .txt, .xlsx and .xls are read"},
	{"columns", HEARD_MAP(struct file, columns), .value = "", .choices = map_names,
	 .help = "Of a table: which column is which field, { body = \"Header|Other header\"; "
		 "rating_max = \"=10\"; }, or a map that comes with heard; auto takes the one "
		 "that fits best"},
	{"charset", HEARD_CHOICE(struct file, charset), .value = "auto",
	 .choices = charset_names,
	 .help = "Of a CSV file; auto tells UTF-8, UTF-16 with a mark, and GB18030 apart"},
	{"sheet", HEARD_STRING(struct file, sheet), .value = "",
	 .help = "Name of the sheet of a workbook; empty is the first"},
	{"max_strings", HEARD_SIZE(struct file, max_strings), .value = "64M", .min = 1 << 20,
	 .max = 2147483648.0,
	 .help = "Memory for the texts that the cells of a workbook share; a file with more "
		 "is refused"},
	{"channel", HEARD_STRING(struct file, channel), .value = "file",
	 .help = "Channel of records that do not say theirs"},
	{"follow", HEARD_BOOL(struct file, follow), .value = "true",
	 .help = "Wait for more lines and files, instead of stopping at the end"},
	{"done", HEARD_CHOICE(struct file, done), .value = "mark", .choices = dones,
	 .help = "When a file of the folder was read and is safe: remember it, move it to the "
		 "folder done inside, or delete it"},
	{"max_line", HEARD_SIZE(struct file, max_line), .value = "1M", .min = 1024,
	 .max = 16 << 20, .help = "Longest line or row; longer ones become dead letters"},
	{.name = NULL},
};

const struct heard_plugin heard_plugin = {
	HEARD_ABI,
	.stage = HEARD_INPUT,
	.name = "file",
	.version = "1.0",
	.summary = "read feedback from a file or a watched folder: NDJSON, CSV, XLSX",
	.options = options,
	.writes = "channel source_id; of tables also what `columns` names, thread in_reply_to "
		  "tags",
	.example = "{ plugin = \"file\"; path = \"/var/spool/feedback\"; done = \"move\"; }",
	.self_size = sizeof(struct file),
	.open = file_open,
	.start = file_start,
	.stop = file_stop,
	.close = file_close,
	.resume = file_resume,
	.decode = file_decode,
};
