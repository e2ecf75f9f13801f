/*
 * part.c - libzip unpacks, expat parses.
 *
 * The guard is not on what the archive says of itself, but on what came out: a part
 * that unpacks to more than RATIO times its packed size, once it is larger than
 * FREE, is a bomb.  Expat holds a tag until it is whole; PENDING bounds that.
 */
#include "part.h"

#include <heard/error.h>

#include <errno.h>
#include <string.h>

enum {
	SLICE = 64 * 1024,
	DEPTH = 64,
	PENDING = 1024 * 1024,
	FREE = 16 * 1024 * 1024,
	RATIO = 300,
};

const char *part_local(const char *name)
{
	const char *colon = strrchr(name, ':');

	return colon ? colon + 1 : name;
}

const char *part_attribute(const char **attributes, const char *name)
{
	for (; attributes[0]; attributes += 2)
		if (strcmp(part_local(attributes[0]), name) == 0)
			return attributes[1];
	return NULL;
}

void part_fail(struct part *p, const char *static_sentence)
{
	if (p->why == NULL)
		p->why = static_sentence;
	XML_StopParser(p->parser, XML_FALSE);
}

static void on_start(void *arg, const char *name, const char **attributes)
{
	struct part *p = arg;

	if (++p->depth > DEPTH)
		part_fail(p, "nests deeper than a workbook does");
	else if (p->handlers->start)
		p->handlers->start(p->arg, part_local(name), attributes);
}

static void on_end(void *arg, const char *name)
{
	struct part *p = arg;

	p->depth--;
	if (p->handlers->end)
		p->handlers->end(p->arg, part_local(name));
}

static void on_text(void *arg, const char *s, int n)
{
	struct part *p = arg;

	if (p->handlers->text)
		p->handlers->text(p->arg, s, (size_t)n);
}

static void on_doctype(void *arg, const char *name, const char *system, const char *public,
		       int has_subset)
{
	(void)name;
	(void)system;
	(void)public;
	(void)has_subset;
	part_fail(arg, "has a document type, which no workbook has");
}

int part_open(struct part *p, zip_t *zip, const char *name, uint64_t limit,
	      const struct part_handlers *handlers, void *arg, struct heard_error *err)
{
	zip_int64_t at = zip_name_locate(zip, name, ZIP_FL_NOCASE);
	zip_stat_t st;

	*p = (struct part){.name = name, .limit = limit, .handlers = handlers, .arg = arg};
	if (at < 0)
		return heard_fail(err, ENOENT, "it has no part %.60s", name);
	if (zip_stat_index(zip, (zip_uint64_t)at, 0, &st) != 0)
		return heard_fail(err, EINVAL, "its part %.60s cannot be read", name);
	if ((st.valid & ZIP_STAT_ENCRYPTION_METHOD) && st.encryption_method != ZIP_EM_NONE)
		return heard_fail(err, EINVAL, "it is encrypted; save it without a password");
	p->packed = st.valid & ZIP_STAT_COMP_SIZE ? st.comp_size : 0;
	p->file = zip_fopen_index(zip, (zip_uint64_t)at, 0);
	if (p->file == NULL)
		return heard_fail(err, EINVAL, "its part %.60s cannot be read: %.100s", name,
				  zip_strerror(zip));
	p->parser = XML_ParserCreate(NULL);
	if (p->parser == NULL) {
		part_close(p);
		return heard_fail(err, ENOMEM, "no memory");
	}
	XML_SetUserData(p->parser, p);
	XML_SetElementHandler(p->parser, on_start, on_end);
	XML_SetCharacterDataHandler(p->parser, on_text);
	XML_SetStartDoctypeDeclHandler(p->parser, on_doctype);
	return 0;
}

static int check_bomb(const struct part *p, struct heard_error *err)
{
	if (p->unpacked > p->limit)
		return heard_fail(
			err, EINVAL,
			"its part %.60s unpacks to more than %llu MiB; save it as CSV", p->name,
			(unsigned long long)(p->limit >> 20));
	if (p->unpacked > FREE && p->unpacked / RATIO > p->packed)
		return heard_fail(err, EINVAL,
				  "its part %.60s unpacks to more than %d times its size, as a "
				  "bomb does; not read",
				  p->name, RATIO);
	return 0;
}

static int check_parser(const struct part *p, enum XML_Status status, struct heard_error *err)
{
	if (p->why != NULL)
		return heard_fail(err, EINVAL, "its part %.60s %s", p->name, p->why);
	if (status == XML_STATUS_OK) {
		XML_Index parsed = XML_GetCurrentByteIndex(p->parser);

		if (parsed >= 0 && p->unpacked - (uint64_t)parsed > PENDING)
			return heard_fail(err, EINVAL,
					  "its part %.60s has a tag longer than %d KiB",
					  p->name, PENDING / 1024);
		return 0;
	}
	return heard_fail(err, EINVAL, "its part %.60s is damaged: line %lu: %s", p->name,
			  (unsigned long)XML_GetCurrentLineNumber(p->parser),
			  XML_ErrorString(XML_GetErrorCode(p->parser)));
}

int part_step(struct part *p, size_t *bytes, struct heard_error *err)
{
	void *room = XML_GetBuffer(p->parser, SLICE);
	zip_int64_t n = room ? zip_fread(p->file, room, SLICE) : 0;
	enum XML_Status status;
	int result;

	if (room == NULL)
		return heard_fail(err, ENOMEM, "no memory");
	if (n < 0)
		return heard_fail(err, EINVAL, "its part %.60s is damaged: %.100s", p->name,
				  zip_file_strerror(p->file));
	p->unpacked += (uint64_t)n;
	*bytes += (size_t)n;
	result = check_bomb(p, err);
	if (result != 0)
		return result;
	status = XML_ParseBuffer(p->parser, (int)n, n == 0);
	result = check_parser(p, status, err);
	return result != 0 ? result : n > 0;
}

void part_close(struct part *p)
{
	if (p->parser)
		XML_ParserFree(p->parser);
	if (p->file)
		zip_fclose(p->file);
	p->parser = NULL;
	p->file = NULL;
}
