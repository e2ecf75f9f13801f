/*
 * english.c - the commonest words of English, by their first letter.
 *
 * They are a third to a half of any English sentence, and of a message too short or too
 * careless for a model: "u" and "ur" are among them.  Left out is what is as common in
 * a language near by: German "die", "was", "in"; French "me", "on"; Spanish "a", "no".
 */
#include "english.h"

static const char *const words[26] = {
	" about after again all also always am and any anything are aren't as ask at away ",
	" back bad be because been before being best better between bought both but buy by ",
	" call can't cannot check could couldn't cos ",
	" day did didn't do does doesn't doing don't done dont down ",
	" each easy enough even ever every everything ",
	" feel few find first for found from full ",
	" get gets getting give go goes going gonna good got great ",
	" had happy has hasn't have haven't having he help her here him his home hope how ",
	" i i'd i'll i'm i've if i into is isn't it it's its im ",
	" just ",
	" keep know knew ",
	" last later let like little long look lot love lol ",
	" made make many maybe might money more most much must my myself msg ",
	" need never new next nice not nothing now ",
	" of off ok okay one only or other our out over ",
	" people phone please pls price product ",
	" quality quite ",
	" really reply right ",
	" said same say see send she should since so some someone something soon sorry still "
	"stuff such sure ",
	" take tell text than thank thanks that that's the their them then there they thing "
	"things think this those though time to today tomorrow tonight too tried txt try ",
	" u until up ur us use used using ",
	" very ",
	" wait wanna want wants was wasn't way we week well were what what's when where which "
	"while who why will with without won't work works would ",
	" ",
	" yeah year years yes yet you you'll you're you've your yours yup ya ",
	" ",
};

bool english_has(struct heard_str word)
{
	unsigned letter = (unsigned char)word.ptr[0] - (unsigned)'a';

	if (letter >= 26)
		return false;
	for (const char *s = words[letter] + 1; *s; s += strcspn(s, " ") + 1)
		if (strncmp(s, word.ptr, word.len) == 0 && s[word.len] == ' ')
			return true;
	return false;
}
