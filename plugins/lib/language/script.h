/*
 * script.h - the letters of a text, counted by the script they are of.
 *
 * Most scripts are written in by one language that matters, so that a few letters tell
 * it, in texts of any length: that is asked before any model is.
 */
#ifndef LANGUAGE_SCRIPT_H
#define LANGUAGE_SCRIPT_H

#include <heard/str.h>

enum script {
	SCRIPT_HAN,
	SCRIPT_KANA,
	SCRIPT_HANGUL,
	SCRIPT_LATIN, /* this and the next three: of many languages */
	SCRIPT_CYRILLIC,
	SCRIPT_ARABIC,
	SCRIPT_DEVANAGARI,
	SCRIPT_GREEK,
	SCRIPT_HEBREW,
	SCRIPT_ARMENIAN,
	SCRIPT_GEORGIAN,
	SCRIPT_THAI,
	SCRIPT_LAO,
	SCRIPT_KHMER,
	SCRIPT_BURMESE,
	SCRIPT_BENGALI,
	SCRIPT_GURMUKHI,
	SCRIPT_GUJARATI,
	SCRIPT_TAMIL,
	SCRIPT_TELUGU,
	SCRIPT_KANNADA,
	SCRIPT_MALAYALAM,
	SCRIPT_SINHALA,
	SCRIPT_AMHARIC,
	SCRIPT_TIBETAN,
	SCRIPTS
};

struct script_count {
	unsigned letters[SCRIPTS];
	unsigned words;	  /* in Latin letters; addresses of pages and mail are none */
	unsigned english; /* of them, the commonest of English                      */
};

/* Malformed bytes are passed over. */
void script_count(struct heard_str text, struct script_count *);
/* The language that is written in it most: "th" of Thai; "ru" of Cyrillic. */
const char *script_language(enum script);
/* The script of a language by its code; Latin of one that is not known. */
enum script script_of(struct heard_str code);

#endif
