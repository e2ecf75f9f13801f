/*
 * verdict.c - a relay's 5xx: about this mail, or about how we come?
 *
 * Before MAIL there is no mail yet, and MAIL names our sender: what is refused there are
 * our settings, unless it is the mail's size.  Most servers put that off until RCPT
 * (Postfix: smtpd_delay_reject), where "554 5.7.1 Relay access denied" and "550 5.1.1
 * User unknown" look alike; and some until the text is there (Amazon SES: "554 Message
 * rejected: Email address is not verified").  So there codes, statuses and, as 5.7.1 is
 * said of everything, words decide.  In doubt it is about the mail.
 */
#include "verdict.h"

#include "said.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { CODE_SIZE = 4 };

enum verdict_stage verdict_stage_of(struct heard_str command)
{
	static const struct {
		const char *word;
		enum verdict_stage stage;
	} words[] = {{"MAIL FROM:", VERDICT_MAIL},
		     {"RCPT TO:", VERDICT_RCPT},
		     {"DATA\r\n", VERDICT_DATA}};
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (heard_str_starts(command, heard_str(words[i].word)))
			return words[i].stage;
	return VERDICT_BEFORE;
}

/* Commands that it does not know or take now; 530 and the 53x of logins. */
static bool is_our_code(int code)
{
	return code == 421 || code == 500 || (code >= 502 && code <= 504) ||
	       (code >= 530 && code <= 538);
}

/* RFC 3463, IANA's list, and Microsoft's: the sender's address, login, encryption, may not
 * relay, may not send as.  Gmail's 5.4.5 is "daily limit exceeded": tomorrow it takes the
 * same mail. */
static bool is_our_status(struct heard_str status)
{
	static const char *const ours[] = {"5.1.7",  "5.1.8",  "5.2.252", "5.4.5",  "5.7.3",
					   "5.7.8",  "5.7.9",  "5.7.10",  "5.7.11", "5.7.12",
					   "5.7.13", "5.7.14", "5.7.54",  "5.7.57", "5.7.60"};
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		if (heard_str_is(status, ours[i]))
			return true;
	return false;
}

static bool has_our_words(struct heard_str text)
{
	static const char *const ours[] = {
		"relay access denied",
		"relaying denied",
		"relay denied",
		"relaying not permitted",
		"relay not permitted",
		"not permitted to relay",
		"unable to relay",
		"we do not relay",
		"sender address rejected",
		"sender rejected",
		"sender verify failed",
		"client host rejected",
		"not owned by user",
		"sendas",
		"send as",
		"email address is not verified",
		"authentication required",
		"authentication is required",
		"not authenticated",
		"authenticate first",
		"auth first",
		"log in first",
		"starttls",
	};
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		for (size_t n = strlen(ours[i]), at = 0; at + n <= text.len; at++)
			if (strncasecmp(text.ptr + at, ours[i], n) == 0)
				return true;
	return false;
}

static bool is_about_size(int code, struct heard_str status)
{
	return code == 552 || heard_str_is(status, "5.3.4") || heard_str_is(status, "5.2.3");
}

bool verdict_is_about_us(enum verdict_stage stage, struct heard_str line)
{
	char digits[CODE_SIZE] = {0};
	if (line.len < CODE_SIZE)
		return false;
	memcpy(digits, line.ptr, CODE_SIZE - 1);
	int code = atoi(digits);
	struct heard_str text = heard_str_trim(heard_str_skip(line, CODE_SIZE));
	struct heard_str status = said_line_status(line);
	if (is_our_code(code))
		return true;
	if (code < 500)
		return false;
	if (stage <= VERDICT_MAIL)
		return !is_about_size(code, status);
	return !said_nobody(status) && (is_our_status(status) || has_our_words(text));
}
