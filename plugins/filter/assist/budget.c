/*
 * budget.c - two windows and a small file.
 */
#include "budget.h"

#include <heard/buf.h>
#include <heard/error.h>
#include <heard/file.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { FILE_MAX = 256, HOUR_MS = 3600000, DAY_MS = 86400000, PATH_SIZE = 4096 };

/* ---- windows */

/* A window of the past is over.  One of the future is kept: the clock was set back, or it
 * was wrong by more than a window, and then it was wrong. */
static bool is_over(int64_t window, int64_t now)
{
	return window < now || window > now + 1;
}

static void budget_turn(struct budget *b, int64_t now)
{
	int64_t hour = now / HOUR_MS, day = now / DAY_MS;
	if (is_over(b->hour, hour)) {
		b->hour = hour;
		b->hour_calls = 0;
	}
	if (is_over(b->day, day)) {
		b->day = day;
		b->day_calls = b->day_tokens = 0;
	}
}

const char *budget_take(struct budget *b, int64_t now)
{
	budget_turn(b, now);
	if (b->hour_calls >= b->limits->calls_per_hour)
		return "the calls of this hour";
	if (b->day_calls >= b->limits->calls_per_day)
		return "the calls of this day";
	if (b->day_tokens >= b->limits->tokens_per_day)
		return "the tokens of this day";
	b->hour_calls++;
	b->day_calls++;
	return NULL;
}

void budget_give_back(struct budget *b)
{
	b->hour_calls -= b->hour_calls > 0;
	b->day_calls -= b->day_calls > 0;
}

void budget_spend(struct budget *b, int64_t tokens)
{
	b->day_tokens += tokens;
}

/* ---- the file: "heard budget 1 HOUR CALLS DAY CALLS TOKENS" */

bool budget_read(struct budget *b, struct heard_str text)
{
	char line[FILE_MAX];
	int64_t at[5];
	char end;
	if (text.len == 0 || text.len >= sizeof(line) ||
	    memchr(text.ptr, '\0', text.len) != NULL)
		return false;
	memcpy(line, text.ptr, text.len);
	line[text.len] = '\0';
	if (strspn(line, "heard budgt0123456789 \n") != text.len ||
	    sscanf(line,
		   "heard budget 1 %18" SCNd64 " %18" SCNd64 " %18" SCNd64 " %18" SCNd64
		   " %18" SCNd64 "%c",
		   &at[0], &at[1], &at[2], &at[3], &at[4], &end) != 6 ||
	    end != '\n')
		return false;
	b->hour = at[0];
	b->hour_calls = at[1];
	b->day = at[2];
	b->day_calls = at[3];
	b->day_tokens = at[4];
	return true;
}

int budget_load(struct budget *b, const char *path, struct heard_error *err)
{
	struct heard_buf text;
	heard_buf_init(&text, FILE_MAX);
	int rc = heard_file_read(path, &text, err);
	if (rc == 0 && !budget_read(b, heard_buf_view(&text)))
		rc = heard_fail(err, EBADMSG, "%s is damaged", path);
	heard_buf_release(&text);
	return rc;
}

int budget_save(const struct budget *b, const char *path, struct heard_error *err)
{
	char text[FILE_MAX], next[PATH_SIZE];
	int n = snprintf(text, sizeof(text),
			 "heard budget 1 %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64
			 " %" PRId64 "\n",
			 b->hour, b->hour_calls, b->day, b->day_calls, b->day_tokens);
	if (snprintf(next, sizeof(next), "%s.next", path) >= (int)sizeof(next))
		return heard_fail(err, ENAMETOOLONG, "%s is too long a name", path);
	int fd = open(next, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return heard_fail(err, errno, "%s: %s", next, strerror(errno));
	ssize_t written = write(fd, text, (size_t)n);
	int code = written == n ? 0 : written < 0 ? errno : ENOSPC;
	close(fd);
	if (code == 0 && rename(next, path) != 0)
		code = errno;
	return code != 0 ? heard_fail(err, code, "%s: %s", path, strerror(code)) : 0;
}
