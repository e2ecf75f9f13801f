/*
 * template.c - a text with {{names}} is a list of pieces, walked each time.
 *
 * Templates are short and messages few, so nothing is compiled.  A value goes
 * through one of two doors: as it is, or escaped for a JSON string; there is no
 * third by which a customer's text could become structure.  Where the receiver reads
 * "<" as a mark ("<at user_id="all">" rings everybody's telephone) only the operator's
 * own text may have one: a value's becomes `lt`.
 */
#include "template.h"

#include <heard/batch.h>
#include <heard/buf.h>
#include <heard/error.h>
#include <heard/json.h>
#include <heard/time.h>

#include <errno.h>

enum { SUMMARY_CHARS = 120, NAME_MAX_BYTES = 64 };

struct word {
	const char *name, *in[2];
};
static const struct word words[] = {
	{"", {"新反馈", "feedback"}},
	{"created", {"新工单", "new ticket"}},
	{"assigned", {"已分派", "assigned"}},
	{"handed_over", {"再次转手", "handed over again"}},
	{"warned", {"即将超时", "due soon"}},
	{"breached", {"已超时", "overdue"}},
	{"escalated", {"已升级", "escalated"}},
	{"raised", {"多人反映，已升级", "raised: many customers"}},
	{"answered", {"已答复", "answered"}},
	{"resolved", {"已解决", "resolved"}},
	{"reopened", {"重新打开", "reopened"}},
	{"closed", {"已关闭", "closed"}},
	{"merged", {"已合并", "merged"}},
	{"follow_up", {"回访", "follow-up"}},
	{"second_round", {"二次处理", "second round"}},
	{"relapsed", {"问题复发", "came back"}},
	{"alert", {"预警", "alert"}},
	{"recovered", {"恢复正常", "recovered"}},
	{"high", {"高", "high"}},
	{"medium", {"中", "medium"}},
	{"low", {"低", "low"}},
	{"product", {"产品", "product"}},
	{"service", {"服务", "service"}},
	{"platform", {"平台", "platform"}},
	{"other", {"其他", "other"}},
	{"quality", {"质量", "quality"}},
	{"aftersales", {"售后", "after-sales"}},
	{"logistics", {"物流", "logistics"}},
	{"tech", {"技术", "tech"}},
	{"finance", {"财务", "finance"}},
	{"marketing", {"市场", "marketing"}},
	{"first_response", {"首次响应", "first response"}},
	{"next_response", {"后续响应", "next response"}},
	{"resolution", {"解决", "resolution"}},
};

static struct heard_str translate(struct heard_str word, enum template_lang lang)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (heard_str_is(word, words[i].name))
			return heard_str(words[i].in[lang]);
	return word;
}

/* ---- values */

/* The first characters of a text, on one line. */
static void put_summary(const struct heard_record *r, struct heard_buf *out)
{
	struct heard_str text = heard_str_trim(heard_get_str(r, HEARD_SUBJECT));
	if (text.len == 0)
		text = heard_str_trim(heard_get_str(r, HEARD_BODY));
	size_t chars = 0, i = 0;
	for (; i < text.len && chars <= SUMMARY_CHARS; i++) {
		unsigned char c = (unsigned char)text.ptr[i];
		chars += (c & 0xC0) != 0x80;
		if (chars <= SUMMARY_CHARS)
			heard_buf_add(out, c < ' ' ? " " : text.ptr + i, 1);
	}
	if (chars > SUMMARY_CHARS)
		heard_buf_puts(out, "…");
}

/* RFC 3339 to the minute, with the offset of the zone. */
static void put_time(const struct template_values *v, int64_t at, struct heard_buf *out)
{
	char text[HEARD_TIME_SIZE];
	int64_t offset = v->zone ? heard_zone_offset(v->zone, at) : 0;
	long long minutes = (offset < 0 ? -offset : offset) / 60000;
	heard_time_format(at + offset, text);
	heard_buf_printf(out, "%.16s%c%02lld:%02lld", text, offset < 0 ? '-' : '+',
			 minutes / 60, minutes % 60);
}

static void put_value(const struct template_values *v, const struct heard_value *value,
		      struct heard_buf *out)
{
	int64_t at;
	switch (value->type) {
	case HEARD_STR_:
		at = value->str.len == 24 && value->str.ptr[23] == 'Z'
			     ? heard_time_parse(value->str, NULL)
			     : HEARD_TIME_NONE;
		if (at != HEARD_TIME_NONE)
			put_time(v, at, out);
		else
			heard_buf_str(out, value->str);
		break;
	case HEARD_INT_: heard_json_put_int(out, value->integer); break;
	case HEARD_NUM_: heard_json_put_number(out, value->number); break;
	case HEARD_TIME_: put_time(v, value->integer, out); break;
	case HEARD_BOOL_: heard_buf_puts(out, value->boolean ? "true" : "false"); break;
	case HEARD_LIST_:
		for (size_t i = 0; i < value->list.n; i++) {
			if (i)
				heard_buf_puts(out, ", ");
			heard_buf_str(out, value->list.at[i]);
		}
		break;
	case HEARD_FILES_: heard_json_put_int(out, (int64_t)value->files.n); break;
	default: break;
	}
}

static void put_field(const struct template_values *v, struct heard_str name,
		      struct heard_buf *out)
{
	static const struct heard_str families[] = {
		[HEARD_RATINGS] = HEARD_STR("ratings."),
		[HEARD_MASKED] = HEARD_STR("masked."),
		[HEARD_ATTRIBUTES] = HEARD_STR("attributes."),
	};
	struct heard_value value = {.type = HEARD_NONE};
	int field = heard_field_find(name);
	if (field >= 0) {
		if (heard_field_table[field].care != HEARD_CONTACT)
			value = heard_get(v->record, (enum heard_field)field);
	} else {
		for (int i = 0; i < HEARD_FAMILY_COUNT; i++)
			if (heard_str_starts(name, families[i]))
				value = heard_family_get(v->record, (enum heard_family)i,
							 heard_str_skip(name, families[i].len));
	}
	put_value(v, &value, out);
}

/* {{event_name}} and the like: the field's word in the language of the reader. */
static bool put_word(const struct template_values *v, struct heard_str name,
		     struct heard_buf *out)
{
	static const struct {
		const char *name;
		enum heard_field field;
	} fields[] = {
		{"event_name", HEARD_EVENT},
		{"priority_name", HEARD_PRIORITY},
		{"category_name", HEARD_CATEGORY},
		{"department_name", HEARD_DEPARTMENT},
	};
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		if (heard_str_is(name, fields[i].name)) {
			struct heard_str word = heard_get_str(v->record, fields[i].field);
			if (word.len || fields[i].field == HEARD_EVENT)
				heard_buf_str(out, translate(word, v->lang));
			return true;
		}
	if (!heard_str_is(name, "kind_name"))
		return false;
	struct heard_value kind = heard_family_get(v->record, HEARD_ATTRIBUTES,
						   HEARD_STR_OF("kind"));
	if (kind.type == HEARD_STR_)
		heard_buf_str(out, translate(kind.str, v->lang));
	return true;
}

static void put_raw(const struct template_values *v, struct heard_str name,
		    struct heard_buf *out)
{
	if (heard_str_is(name, "id"))
		heard_buf_str(out, v->id);
	else if (heard_str_is(name, "at"))
		put_time(v, v->at, out);
	else if (v->record && heard_str_is(name, "summary"))
		put_summary(v->record, out);
	else if (v->record && !put_word(v, name, out))
		put_field(v, name, out);
}

void template_guard(struct heard_str text, const char *lt, struct heard_buf *out)
{
	while (lt && text.len) {
		const char *at = memchr(text.ptr, '<', text.len);
		size_t n = at ? (size_t)(at - text.ptr) : text.len;
		heard_buf_add(out, text.ptr, n);
		if (at)
			heard_buf_puts(out, lt);
		text = heard_str_skip(text, at ? n + 1 : n);
	}
	heard_buf_str(out, text);
}

static void put_name(const struct template_values *v, struct heard_str name,
		     struct heard_buf *out)
{
	struct heard_buf raw;
	heard_buf_init(&raw, out->cap);
	put_raw(v, name, &raw);
	template_guard(heard_buf_view(&raw), v->lt, out);
	out->failed |= raw.failed;
	heard_buf_release(&raw);
}

/* ---- the walk */

/* The next "{{name}}" in text: where it begins, its name, what is behind it. */
static bool next_name(struct heard_str text, size_t *at, struct heard_str *name,
		      struct heard_str *rest)
{
	const char *open = text.len ? memmem(text.ptr, text.len, "{{", 2) : NULL;
	if (!open)
		return false;
	*at = (size_t)(open - text.ptr);
	struct heard_str inner = heard_str_skip(text, *at + 2);
	const char *close = inner.len ? memmem(inner.ptr, inner.len, "}}", 2) : NULL;
	if (!close)
		return false;
	*name = heard_str_trim(heard_str_n(inner.ptr, (size_t)(close - inner.ptr)));
	*rest = heard_str_skip(inner, (size_t)(close - inner.ptr) + 2);
	return true;
}

static bool is_name(struct heard_str name)
{
	if (name.len == 0 || name.len > NAME_MAX_BYTES)
		return false;
	for (size_t i = 0; i < name.len; i++)
		if (strchr("{}\"\\ \t\n", name.ptr[i]))
			return false;
	return true;
}

int template_check(const char *text, const char *option, struct heard_error *err)
{
	struct heard_str rest = heard_str(text), name;
	size_t at;
	while (next_name(rest, &at, &name, &rest))
		if (!is_name(name))
			return heard_fail(err, EINVAL,
					  "%s: \"{{%.*s}}\" is not the name of a field", option,
					  HEARD_ARG(name));
	if (rest.len && memmem(rest.ptr, rest.len, "{{", 2))
		return heard_fail(err, EINVAL, "%s: a \"{{\" has no \"}}\"", option);
	return 0;
}

void template_fill_json(const char *text, const struct template_values *v,
			struct heard_buf *out)
{
	struct heard_str left = heard_str(text), name, rest;
	struct heard_buf value, quoted;
	size_t at;
	heard_buf_init(&value, out->cap);
	heard_buf_init(&quoted, out->cap);
	while (next_name(left, &at, &name, &rest)) {
		heard_buf_add(out, left.ptr, at);
		heard_buf_clear(&value);
		heard_buf_clear(&quoted);
		put_name(v, name, &value);
		heard_json_put_str(&quoted, heard_buf_view(&value));
		if (quoted.len >= 2)
			heard_buf_add(out, quoted.ptr + 1, quoted.len - 2);
		out->failed |= value.failed || quoted.failed;
		left = rest;
	}
	heard_buf_str(out, left);
	heard_buf_release(&value);
	heard_buf_release(&quoted);
}

/* One line; nothing if it has names and none of them a value. */
static void fill_line(struct heard_str line, const struct template_values *v,
		      struct heard_buf *out)
{
	struct heard_str name, rest;
	size_t at, begin = out->len, names = 0, values = 0;
	while (next_name(line, &at, &name, &rest)) {
		heard_buf_add(out, line.ptr, at);
		size_t before = out->len;
		put_name(v, name, out);
		names++;
		values += out->len > before;
		line = rest;
	}
	heard_buf_str(out, line);
	if (names && !values)
		out->len = begin;
	else
		heard_buf_puts(out, "\n");
}

void template_fill(const char *text, const struct template_values *v, struct heard_buf *out)
{
	struct heard_str left = heard_str(text);
	while (left.len) {
		const char *end = memchr(left.ptr, '\n', left.len);
		size_t n = end ? (size_t)(end - left.ptr) : left.len;
		fill_line(heard_str_n(left.ptr, n), v, out);
		left = heard_str_skip(left, end ? n + 1 : n);
	}
	while (out->len && out->ptr[out->len - 1] == '\n')
		out->len--;
	if (out->ptr)
		out->ptr[out->len] = '\0';
}
