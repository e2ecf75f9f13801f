/*
 * choices.c - what a report may be asked for in one word, by options and commands alike.
 */
#include "report.h"

#include <string.h>

const char *const format_words[] = {"html", "md", "csv", "json", NULL};
const char *const edition_words[] = {"management", "public", NULL};
const char *const lang_words[] = {"zh", "en", NULL};

int choice_of(const char *const *words, const char *word)
{
	for (int i = 0; words[i]; i++)
		if (strcmp(words[i], word) == 0)
			return i;
	return -1;
}
