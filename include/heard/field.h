/*
 * heard/field.h - the well-known fields of a record, in one table.
 *
 * JSON, conditions, ticket columns, `heard describe` and the reference page
 * are made from this table and from nothing else.  Order is the order in
 * canonical JSON: names that share a prefix ("author.") stand together.
 *
 *	X(SYMBOL, "name", TYPE, CARE, "meaning")
 *
 * TYPE: STR, INT (int64_t), NUM (double), TIME (ms, heard/time.h), LIST (of
 * strings), FILES (attachments).
 *
 * CARE says what must happen before the field may be written in clear:
 *	SAFE     made by us, or a label or a figure.  What a source gives is looked
 *	         at before the filters (core/admit.c): it is taken away if only we
 *	         say it, and becomes an attribute if it does not look like a label
 *	         or is too large for a score.  So it holds no private data.
 *	WORK     working data (order numbers, ids): kept as it was given, in clear
 *	TEXT     written by people: `mask` cleans it
 *	CONTACT  sealed by the core at the gate, whatever the filters did
 */
#ifndef HEARD_FIELD_H
#define HEARD_FIELD_H

#include <heard/api.h>
#include <heard/str.h>

/* clang-format off */
#define HEARD_FIELDS(X) \
X(ID,              "id",              STR,  SAFE,    "UUIDv7 given at acceptance") \
X(SOURCE,          "source",          STR,  SAFE,    "pipeline/instance that took it in") \
X(SOURCE_ID,       "source_id",       STR,  WORK,    "the source's own id; redelivery is harmless") \
X(REVISION,        "revision",        INT,  SAFE,    "an edit is a new revision; the highest wins") \
X(OP,              "op",              STR,  SAFE,    "create, update or delete") \
X(EVENT,           "event",           STR,  SAFE,    "what happened to a ticket, on records that tell of it") \
X(CHANNEL,         "channel",         STR,  SAFE,    "email, web, app, survey, kiosk, social, review, chat, forum, phone, authority, file, ...") \
X(RECEIVED_AT,     "received_at",     TIME, SAFE,    "when heard took it in") \
X(CREATED_AT,      "created_at",      TIME, SAFE,    "when the customer wrote it") \
X(LANG,            "lang",            STR,  SAFE,    "BCP 47: zh, en") \
X(SUBJECT,         "subject",         STR,  TEXT,    "title, plain text") \
X(BODY,            "body",            STR,  TEXT,    "what the customer said, plain text") \
X(AUTHOR_NAME,     "author.name",     STR,  CONTACT, "who, sealed before the journal") \
X(AUTHOR_EMAIL,    "author.email",    STR,  CONTACT, "e-mail address, sealed before the journal") \
X(AUTHOR_PHONE,    "author.phone",    STR,  CONTACT, "phone number, sealed before the journal") \
X(AUTHOR_ID,       "author.id",       STR,  CONTACT, "the source's id of the person, sealed before the journal") \
X(AUTHOR_KEY,      "author.key",      STR,  SAFE,    "keyed pseudonym: same person, same key") \
X(RATING,          "rating",          NUM,  SAFE,    "overall score") \
X(RATING_MAX,      "rating_max",      NUM,  SAFE,    "the best score there is") \
X(NPS,             "nps",             NUM,  SAFE,    "0 to 10") \
X(CSAT,            "csat",            NUM,  SAFE,    "1 to 5") \
X(CES,             "ces",             NUM,  SAFE,    "1 to 7") \
X(PRODUCT,         "product",         STR,  TEXT,    "what it is about") \
X(ORDER,           "order",           STR,  WORK,    "order number") \
X(STORE,           "store",           STR,  TEXT,    "which shop") \
X(REGION,          "region",          STR,  TEXT,    "where") \
X(THREAD,          "thread",          STR,  WORK,    "conversation it belongs to") \
X(IN_REPLY_TO,     "in_reply_to",     STR,  WORK,    "source id of the message it answers") \
X(ATTACHMENTS,     "attachments",     FILES, TEXT,   "name, type, size and sha256 of each file") \
X(SPAM_SCORE,      "spam.score",      NUM,  SAFE,    "0 to 1") \
X(SPAM_VERDICT,    "spam.verdict",    STR,  SAFE,    "ham, unsure or spam") \
X(SPAM_REASONS,    "spam.reasons",    LIST, SAFE,    "why") \
X(AUTHENTIC_SCORE, "authentic.score", NUM,  SAFE,    "how likely a genuine customer, 0 to 1") \
X(AUTHENTIC_REASONS, "authentic.reasons", LIST, SAFE, "evidence") \
X(DUPLICATE_OF,    "duplicate_of",    STR,  SAFE,    "id of a record of the same person that this one repeats") \
X(RELATED,         "related",         LIST, SAFE,    "ids of other people's records that say the same") \
X(SENTIMENT_LABEL, "sentiment.label", STR,  SAFE,    "positive, neutral or negative") \
X(SENTIMENT_SCORE, "sentiment.score", NUM,  SAFE,    "-1 to 1") \
X(SENTIMENT_EMOTION, "sentiment.emotion", STR, SAFE, "angry, disappointed, ...") \
X(SENTIMENT_REASONS, "sentiment.reasons", LIST, SAFE, "why") \
X(INTENT,          "intent",          STR,  SAFE,    "complaint, question, suggestion or praise") \
X(CATEGORY,        "category",        STR,  SAFE,    "product, service, platform or other") \
X(SUBCATEGORY,     "subcategory",     STR,  SAFE,    "finer") \
X(PRIORITY,        "priority",        STR,  SAFE,    "high, medium or low") \
X(DEPARTMENT,      "department",      STR,  SAFE,    "who is to act") \
X(SEGMENT_NEED,    "segment.need",    STR,  SAFE,    "basic, expected or delight") \
X(SEGMENT_SATISFACTION, "segment.satisfaction", STR, SAFE, "high, medium or low") \
X(SEGMENT_LOYALTY, "segment.loyalty", STR,  SAFE,    "loyal, potential or none") \
X(KEYWORDS,        "keywords",        LIST, TEXT,    "words that tell it apart") \
X(TAGS,            "tags",            LIST, TEXT,    "free labels") \
X(ANSWER_ID,       "answer.id",       STR,  SAFE,    "suggested knowledge-base article") \
X(ANSWER_TITLE,    "answer.title",    STR,  SAFE,    "its title") \
X(ANSWER_SCORE,    "answer.score",    NUM,  SAFE,    "how well it fits, 0 to 1")
/* clang-format on */

enum heard_field {
#define X(symbol, name, type, care, meaning) HEARD_##symbol,
	HEARD_FIELDS(X)
#undef X
		HEARD_FIELD_COUNT
};

/* Families hold free names: ratings.* (number), masked.* (count) and
 * attributes.* (string, number or bool; nested ones are flattened, "a.0.b").
 * Names are not cleaned, so a source's name with six digits, an @ or more than 64
 * bytes becomes "member_N", and its text the attribute "member_N_name". */
#define HEARD_FAMILIES(X)                                                           \
	X(RATINGS, "ratings",                                                       \
	  "sub-scores: appearance, function, value, packaging, logistics, service") \
	X(MASKED, "masked", "how many of each kind of private data were masked")    \
	X(ATTRIBUTES, "attributes", "anything else the source sent")

enum heard_family {
#define X(symbol, name, meaning) HEARD_##symbol,
	HEARD_FAMILIES(X)
#undef X
		HEARD_FAMILY_COUNT
};

enum heard_type {
	HEARD_NONE, /* absent */
	HEARD_STR_,
	HEARD_INT_,
	HEARD_NUM_,
	HEARD_TIME_,
	HEARD_BOOL_,
	HEARD_LIST_,
	HEARD_FILES_,
};

enum heard_care { HEARD_SAFE, HEARD_WORK, HEARD_TEXT, HEARD_CONTACT };

struct heard_field_info {
	struct heard_str name;
	enum heard_type type;
	enum heard_care care;
	const char *meaning;
};

/* HEARD_FIELD_COUNT entries, in order. */
HEARD_API extern const struct heard_field_info heard_field_table[HEARD_FIELD_COUNT];
/* The field of that dotted name, or -1. */
HEARD_API int heard_field_find(struct heard_str name);

#endif
