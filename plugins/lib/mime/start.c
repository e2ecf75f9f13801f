/*
 * start.c - GMime made ready, by one thread, before others use it.
 */
#include "reader.h"

#include <heard/error.h>

/* GMime forgets to free a type that is registered again: some bytes, once a process.
 * The leak checker is told, for from its stack alone they could be anybody's. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_LEAK_CHECKER 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(HAS_LEAK_CHECKER)
#include <sanitizer/lsan_interface.h>
#define LEAKS_ARE_KNOWN(yes) ((yes) ? __lsan_disable() : __lsan_enable())
#else
#define LEAKS_ARE_KNOWN(yes) ((void)(yes))
#endif

/* Does GMime read nested messages itself, still? */
static bool is_registered(void)
{
	GMimeObject *o = g_mime_object_new_type(NULL, "message", "rfc822");
	bool is_part = GMIME_IS_PART(o);

	g_object_unref(o);
	return is_part;
}

/* GLib makes a class with its first object, and workers that do so all at once wait for
 * each other; here it is one thread that makes those of an ordinary mail. */
static void make_classes(void)
{
	static const char sample[] =
		"From: a@example.org\nContent-Type: multipart/mixed; boundary=x\n\n"
		"--x\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\nYQ==\n"
		"--x\nContent-Type: text/html\nContent-Transfer-Encoding: "
		"quoted-printable\n\n<p>=61\n"
		"--x\nContent-Type: message/rfc822\n\nSubject: b\n\nb\n"
		"--x\nContent-Type: message/delivery-status\n\nAction: failed\n"
		"--x--\n";
	struct mime_limits limits = MIME_LIMITS_DEFAULT;
	struct mime_self self = {0};
	struct mime_message m;
	struct heard_error err;
	if (mime_read(heard_str(sample), &limits, &self, &m, &err) == 0)
		mime_release(&m);
}

void mime_init(void)
{
	static const char *const types[] = {"rfc822", "rfc2822", "global", "news"};

	LEAKS_ARE_KNOWN(true);
	g_mime_init();
	/* Nested messages are parts like others to GMime; we read them, with our limits and
	 * without its address parser. */
	if (!is_registered())
		for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
			g_mime_object_register_type("message", types[i], GMIME_TYPE_PART);
	make_classes();
	LEAKS_ARE_KNOWN(false);
}
