/*
 * files.c - see files.h.
 *
 * The assembler puts the files into the object as they are, so they can be read, edited
 * and checked as what they are.  Their paths begin at the top of the tree, where make
 * runs.
 */
#include "files.h"

#include <stddef.h>

#define FILE_OF(symbol, path)                                     \
	__asm__(".pushsection .rodata\n"                          \
		".hidden kiosk_" #symbol "_begin\n"               \
		".hidden kiosk_" #symbol "_end\n"                 \
		".global kiosk_" #symbol "_begin\n"               \
		".global kiosk_" #symbol "_end\n"                 \
		"kiosk_" #symbol "_begin: .incbin \"" path "\"\n" \
		"kiosk_" #symbol "_end: .byte 0\n"                \
		".popsection\n");                                 \
	extern const char kiosk_##symbol##_begin[], kiosk_##symbol##_end[]

FILE_OF(app_js, "plugins/input/kiosk/app.js");
FILE_OF(queue_js, "plugins/input/kiosk/queue.js");
FILE_OF(sw_js, "plugins/input/kiosk/sw.js");
FILE_OF(app_css, "plugins/input/kiosk/app.css");
FILE_OF(icon_svg, "plugins/input/kiosk/icon.svg");

static const char script[] = "text/javascript; charset=utf-8";

static const struct files_one files[] = {
	{"app.js", script, kiosk_app_js_begin, kiosk_app_js_end},
	{"queue.js", script, kiosk_queue_js_begin, kiosk_queue_js_end},
	{"sw.js", script, kiosk_sw_js_begin, kiosk_sw_js_end},
	{"app.css", "text/css; charset=utf-8", kiosk_app_css_begin, kiosk_app_css_end},
	{"icon.svg", "image/svg+xml", kiosk_icon_svg_begin, kiosk_icon_svg_end},
	{.name = NULL},
};

const struct files_one *files_find(struct heard_str name)
{
	for (const struct files_one *f = files; f->name != NULL; f++)
		if (heard_str_is(name, f->name))
			return f;
	return NULL;
}

const struct files_one *files_at(unsigned i)
{
	return i + 1 < sizeof(files) / sizeof(files[0]) ? &files[i] : NULL;
}
