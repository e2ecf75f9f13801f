/*
 * cld.cc - CLD2's guess at the language of a text, for C.
 *
 * CLD2 keeps its tables in the library, read-only, and works on the stack and heap of
 * the caller, so that any thread may ask.  Its codes are older than BCP 47 in places.
 */
#include "cld.h"

#include <cstdio> /* which CLD2's header needs and does not name */
#include <cstring>

#include <cld2/public/compact_lang_det.h>
#include <cld2/public/encodings.h>

static const char *modern(const char *code)
{
	static const char *const names[][2] = {
		{"iw", "he"}, {"jw", "jv"}, {"in", "id"}, {"zh-Hant", "zh"}, {"nb", "no"}};
	for (const auto &name : names)
		if (std::strcmp(code, name[0]) == 0)
			return name[1];
	return code;
}

/* Of bytes that are hardly text CLD2 has names that it does not know itself, beyond what
 * its enum can hold; so they are read as numbers.  Those are of no language. */
static const char *code_of(const CLD2::Language *language)
{
	int number;
	static_assert(sizeof(number) == sizeof(*language), "an enum is read as an int");
	std::memcpy(&number, language, sizeof(number));
	if (number < 0 || number >= CLD2::NUM_LANGUAGES || number == CLD2::UNKNOWN_LANGUAGE)
		return nullptr;
	return modern(CLD2::LanguageCode(static_cast<CLD2::Language>(number)));
}

void cld_ask(const char *text, int len, const char *hint, struct cld_guess *guess)
{
	CLD2::CLDHints hints = {hint, nullptr, CLD2::UNKNOWN_ENCODING, CLD2::UNKNOWN_LANGUAGE};
	CLD2::Language language[3];
	double score[3];
	int valid;

	CLD2::ExtDetectLanguageSummaryCheckUTF8(text, len, true, &hints, 0, language,
						guess->percent, score, nullptr, &guess->bytes,
						&guess->is_reliable, &valid);
	for (int i = 0; i < 3; i++)
		guess->code[i] = code_of(&language[i]);
}
