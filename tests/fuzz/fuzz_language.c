/* Texts for language: whatever the bytes, the answer is empty or a code. */
#include <language/language.h>
#include <language/script.h>

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const codes[] = {"zh", "en", "fr", "ru"};
	struct heard_str text = heard_str_n((const char *)data, size);
	struct script_count count;
	struct languages expected;

	if (languages_init(&expected, codes, size ? data[0] % 5 : 0, NULL))
		abort();
	struct heard_str code = language_of(&expected, text);
	script_count(text, &count);
	if (code.len > 11 || count.english > count.words || count.letters[SCRIPT_LATIN] > size)
		abort();
	return 0;
}
