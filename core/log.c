/*
 * log.c - one line, one write(2).
 *
 *	2026-11-21T20:00:00.123Z notice journal: recovered 12 groups
 *	{"ts":"2026-11-21T20:00:00.123Z","level":"notice","who":"journal","text":"..."}
 *
 * Limits.  A place in the code that speaks more than BURST times a minute is
 * silent for the rest of that minute; what was held back is counted and said
 * when the minute is over, by whatever line comes next.  A place is who and
 * format, and not the whole text, since texts that differ by a number would
 * pass any limit; only where the format says nothing ("%s") the text counts.
 * Lines for debugging are not limited: who asks for them wants them all.
 *
 * This is the one place of the core with process-wide state that changes: logs
 * must be possible from any thread, before there is a daemon and after it, and
 * a handle passed to every function only to be able to complain helps nobody.
 */
#include "log.h"

#include "utf8.h"

#include <heard/json.h>
#include <heard/time.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum {
	BURST = 20,  /* lines of one place in one minute */
	PLACES = 64, /* remembered at once               */
	TEXT = 1024, /* bytes of one line's text         */
	WHO = 48,
	MINUTE_MS = 60000,
};

struct place {
	uint64_t key;	  /* 0: free slot */
	uint64_t born;	  /* counts up, to find the oldest */
	int64_t since_ms; /* when its minute began */
	unsigned said, held;
	enum heard_level level;
	char who[WHO];
};

static struct {
	_Atomic(int) level;
	_Atomic(int) fd;
	atomic_bool json;
	char *file;	      /* as given to log_open; main thread only */
	pthread_mutex_t lock; /* guards what follows */
	struct place places[PLACES];
	int64_t swept_ms;
	uint64_t births;
} state = {.level = HEARD_INFO, .fd = STDERR_FILENO, .lock = PTHREAD_MUTEX_INITIALIZER};

const char *const log_levels[] = {"error", "warn", "notice", "info", "debug", NULL};

static int64_t wall_clock_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t steady_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- writing */

static void write_all(struct heard_str line)
{
	int fd = atomic_load(&state.fd);
	while (line.len) {
		ssize_t n = write(fd, line.ptr, line.len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return; /* there is nobody left to tell */
		line = heard_str_skip(line, (size_t)n);
	}
}

static void put_text_line(struct heard_buf *b, const char *ts, enum heard_level level,
			  const char *who, const char *text)
{
	heard_buf_printf(b, "%s %s ", ts, log_levels[level]);
	if (who)
		heard_buf_printf(b, "%s: ", who);
	size_t start = b->len;
	heard_buf_puts(b, text);
	for (size_t i = start; i < b->len; i++) /* one line stays one line */
		if ((unsigned char)b->ptr[i] < 0x20 || b->ptr[i] == 0x7F)
			b->ptr[i] = ' ';
	heard_buf_puts(b, "\n");
}

static void put_json_line(struct heard_buf *b, const char *ts, enum heard_level level,
			  const char *who, const char *text)
{
	struct heard_json_out out = {.buf = b};
	heard_json_begin(&out, NULL, '{');
	heard_json_str(&out, "ts", heard_str(ts));
	heard_json_str(&out, "level", heard_str(log_levels[level]));
	if (who)
		heard_json_str(&out, "who", heard_str(who));
	heard_json_str(&out, "text", heard_str(text));
	heard_json_end(&out, '}');
	heard_buf_puts(b, "\n");
}

static void write_line(enum heard_level level, const char *who, const char *text)
{
	char ts[HEARD_TIME_SIZE];
	heard_time_format(wall_clock_ms(), ts);
	struct heard_buf b;
	heard_buf_init(&b, 8 * TEXT);
	if (atomic_load(&state.json))
		put_json_line(&b, ts, level, who, text);
	else
		put_text_line(&b, ts, level, who, text);
	if (!b.failed)
		write_all(heard_buf_view(&b));
	heard_buf_release(&b);
}

/* ---- limits */

static uint64_t mix(uint64_t h, unsigned char byte)
{
	return (h ^ byte) * 0x100000001B3u;
}

static uint64_t place_key(const char *who, const char *format, const char *text)
{
	uint64_t h = 0xCBF29CE484222325u;
	for (const char *p = who ? who : ""; *p; p++)
		h = mix(h, (unsigned char)*p);
	h = mix(h, 0);
	bool says_nothing = strcmp(format, "%s") == 0;
	for (const char *p = says_nothing ? text : format; *p; p++)
		if (!says_nothing || *p < '0' || *p > '9')
			h = mix(h, (unsigned char)*p);
	return h ? h : 1;
}

static void forget(struct place *p)
{
	if (p->held) {
		char text[128];
		snprintf(text, sizeof text, "%u more lines like an earlier one were not logged",
			 p->held);
		write_line(p->level, p->who[0] ? p->who : NULL, text);
	}
	p->key = 0;
}

/* Free the places whose minute is over, and say what they held back. */
static void sweep(int64_t now_ms)
{
	if (now_ms - state.swept_ms < 1000)
		return;
	state.swept_ms = now_ms;
	for (unsigned i = 0; i < PLACES; i++)
		if (state.places[i].key && now_ms - state.places[i].since_ms >= MINUTE_MS)
			forget(&state.places[i]);
}

/* The slot of that key, or one to use for it: free, else the oldest. */
static struct place *find_place(uint64_t key)
{
	struct place *best = &state.places[0];
	for (unsigned i = 0; i < PLACES; i++) {
		struct place *p = &state.places[i];
		if (p->key == key)
			return p;
		if (best->key && (p->key == 0 || p->born < best->born))
			best = p;
	}
	return best;
}

static bool may_speak(enum heard_level level, const char *who, uint64_t key, int64_t now_ms)
{
	sweep(now_ms);
	struct place *p = find_place(key);
	if (p->key != key) {
		if (p->key)
			forget(p);
		*p = (struct place){
			.key = key, .born = ++state.births, .since_ms = now_ms, .level = level};
		snprintf(p->who, sizeof p->who, "%s", who ? who : "");
	}
	if (p->said == BURST) {
		p->held++;
		return false;
	}
	p->said++;
	return true;
}

static bool is_limited(enum heard_level level, const char *who, const char *format,
		       const char *text)
{
	if (level == HEARD_DEBUG)
		return false;
	uint64_t key = place_key(who, format, text);
	pthread_mutex_lock(&state.lock);
	bool ok = may_speak(level, who, key, steady_ms());
	pthread_mutex_unlock(&state.lock);
	return !ok;
}

/* ---- public */

static int open_file(const char *file)
{
	return open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0640);
}

void log_open(const struct log_options *options)
{
	atomic_store(&state.level, (int)options->level);
	atomic_store(&state.json, options->json);
	free(state.file);
	state.file = options->file ? strdup(options->file) : NULL;
	int old = atomic_load(&state.fd);
	int fd = state.file ? open_file(state.file) : STDERR_FILENO;
	atomic_store(&state.fd, fd >= 0 ? fd : STDERR_FILENO);
	if (fd < 0)
		log_line(HEARD_ERROR, "log", "%s: %s; logging to stderr instead", state.file,
			 strerror(errno));
	if (old != STDERR_FILENO)
		close(old);
}

/* The descriptor keeps its number, so that threads in write(2) never see it
 * closed. */
void log_reopen(void)
{
	if (state.file == NULL)
		return;
	int fresh = open_file(state.file);
	if (fresh < 0) {
		log_line(HEARD_ERROR, "log", "%s: %s; keeping the old file", state.file,
			 strerror(errno));
		return;
	}
	int fd = atomic_load(&state.fd);
	if (fd == STDERR_FILENO) {
		atomic_store(&state.fd, fresh);
		return;
	}
	dup3(fresh, fd, O_CLOEXEC);
	close(fresh);
}

bool log_wants(enum heard_level level)
{
	return (int)level <= atomic_load_explicit(&state.level, memory_order_relaxed);
}

void log_vline(enum heard_level level, const char *who, const char *format, va_list ap)
{
	if (!log_wants(level))
		return;
	char text[TEXT];
	int wanted = vsnprintf(text, sizeof text, format, ap);
	if (wanted < 0)
		return;
	if ((size_t)wanted >= sizeof text) {
		struct heard_str whole = heard_str_n(text, sizeof text - 1);
		memcpy(text + heard_str_cut(whole, sizeof text - 5).len, "...", sizeof "...");
	}
	if (!is_limited(level, who, format, text))
		write_line(level, who, text);
}

void log_line(enum heard_level level, const char *who, const char *format, ...)
{
	va_list ap;
	va_start(ap, format);
	log_vline(level, who, format, ap);
	va_end(ap);
}

/* ---- quoting */

enum { QUOTED = 200 };

/* Writes the next character of *rest, as it is or escaped. */
static char *quote_one(char *p, struct heard_str *rest)
{
	unsigned char c = (unsigned char)rest->ptr[0];
	size_t n = utf8_sequence(*rest);
	/* U+0080..U+009F are controls to a terminal, too. */
	bool is_control = c < 0x20 || c == 0x7F ||
			  (c == 0xC2 && n == 2 && (unsigned char)rest->ptr[1] < 0xA0);
	if (n == 0 || is_control) {
		p += sprintf(p, "\\x%02x", c);
		n = 1;
	} else {
		if (c == '"' || c == '\\')
			*p++ = '\\';
		memcpy(p, rest->ptr, n);
		p += n;
	}
	*rest = heard_str_skip(*rest, n);
	return p;
}

const char *log_quote(struct heard_str s)
{
	/* Per thread, because the result is used in the arguments of a call. */
	static _Thread_local char ring[4][QUOTED];
	static _Thread_local unsigned next;
	char *start = ring[next++ % 4], *p = start;
	char *last = start + QUOTED - sizeof "\\xff...\"";
	*p++ = '"';
	while (s.len && p < last)
		p = quote_one(p, &s);
	const char *end = s.len ? "...\"" : "\"";
	memcpy(p, end, strlen(end) + 1);
	return start;
}
