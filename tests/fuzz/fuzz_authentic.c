/*
 * Texts for authentic: what is counted of one stays within its letters, and the same text
 * says the same.
 */
#include "../../plugins/filter/authentic/wording.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct heard_list none;
	static struct phrases *phrases;
	static struct wording_lane lane;
	struct heard_str text = {(const char *)data, size};
	struct heard_error err = {0};
	struct wording w, again;

	if (phrases == NULL && (phrases = phrases_create(&none, &err)) == NULL)
		abort();
	wording_read(&w, &lane, phrases, text);
	if (w.letters > WORDING_TEXT || w.covered > w.letters ||
	    !(w.variety >= 0 && w.variety <= 1) || (w.letters == 0 && w.hash != 0))
		abort();
	wording_read(&again, &lane, phrases, text);
	if (again.hash != w.hash || again.covered != w.covered || again.praises != w.praises)
		abort();
	return 0;
}
