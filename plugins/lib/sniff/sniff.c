/*
 * sniff.c - the first bytes of files that people send.
 *
 * Only what is on the list is told: all else is nothing, however well it may be known.
 */
#include "sniff.h"

#include <heard/plugin.h>

#include <string.h>

const char *const sniff_types[] = {
	"image/jpeg",	   "image/png",	 "image/gif",	    "image/webp",
	"image/heic",	   "image/avif", "application/pdf", "video/mp4",
	"video/quicktime", "video/webm", "audio/mpeg",	    "audio/wav",
	"audio/ogg",	   "audio/mp4",	 "audio/amr",	    NULL};

/* ISO base media: a box "ftyp" whose brand says what is in it. */
static const char *sniff_brand(struct heard_str s)
{
	static const struct {
		const char brand[5];
		const char *type;
	} brands[] = {
		{"heic", "image/heic"}, {"heix", "image/heic"},	     {"hevc", "image/heic"},
		{"mif1", "image/heic"}, {"msf1", "image/heic"},	     {"avif", "image/avif"},
		{"avis", "image/avif"}, {"qt  ", "video/quicktime"}, {"M4A ", "audio/mp4"},
		{"M4B ", "audio/mp4"},	{"isom", "video/mp4"},	     {"iso2", "video/mp4"},
		{"iso4", "video/mp4"},	{"iso5", "video/mp4"},	     {"iso6", "video/mp4"},
		{"mp41", "video/mp4"},	{"mp42", "video/mp4"},	     {"avc1", "video/mp4"},
		{"M4V ", "video/mp4"},	{"MSNV", "video/mp4"},	     {"dash", "video/mp4"},
		{"3gp4", "video/mp4"},	{"3gp5", "video/mp4"},
	};
	if (s.len < 12 || memcmp(s.ptr + 4, "ftyp", 4) != 0)
		return NULL;
	for (size_t i = 0; i < sizeof(brands) / sizeof(brands[0]); i++)
		if (memcmp(s.ptr + 8, brands[i].brand, 4) == 0)
			return brands[i].type;
	return NULL;
}

/* RIFF: the form type stands at 8. */
static const char *sniff_riff(struct heard_str s)
{
	if (s.len < 12 || memcmp(s.ptr, "RIFF", 4) != 0)
		return NULL;
	if (memcmp(s.ptr + 8, "WEBP", 4) == 0)
		return "image/webp";
	return memcmp(s.ptr + 8, "WAVE", 4) == 0 ? "audio/wav" : NULL;
}

const char *sniff_type(struct heard_str s)
{
	static const struct {
		struct heard_str magic;
		const char *type;
	} known[] = {
		{HEARD_STR("\xff\xd8\xff"), "image/jpeg"},
		{HEARD_STR("\x89PNG\r\n\x1a\n"), "image/png"},
		{HEARD_STR("GIF87a"), "image/gif"},
		{HEARD_STR("GIF89a"), "image/gif"},
		{HEARD_STR("%PDF-"), "application/pdf"},
		{HEARD_STR("\x1a\x45\xdf\xa3"), "video/webm"},
		{HEARD_STR("OggS"), "audio/ogg"},
		{HEARD_STR("ID3"), "audio/mpeg"},
		{HEARD_STR("\xff\xfb"), "audio/mpeg"},
		{HEARD_STR("\xff\xf3"), "audio/mpeg"},
		{HEARD_STR("#!AMR"), "audio/amr"},
	};
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (heard_str_starts(s, known[i].magic))
			return known[i].type;
	const char *type = sniff_riff(s);
	return type ? type : sniff_brand(s);
}

bool sniff_is_in(const struct heard_list *types, const char *type)
{
	for (size_t i = 0; type != NULL && i < types->n; i++)
		if (strcmp(type, types->at[i]) == 0)
			return true;
	return false;
}
