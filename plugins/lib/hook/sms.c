/*
 * sms.c - SMS by Aliyun and by Tencent Cloud: templates that the service approved,
 * filled with values; never free text.
 *
 * Signatures: ACS3-HMAC-SHA256 (help.aliyun.com, "V3 request body and signature") and
 * TC3-HMAC-SHA256 (cloud.tencent.com, "signature method v3").  Both hash a canonical
 * request; Tencent derives its key by date and service.
 *
 * A number is the operator's own or "customer": then the record's sealed phone is
 * opened for this one request, put in E.164 as a mainland number if it has no country
 * code, and wiped.  A customer without a phone cannot be sent to: refused.
 */
#include "sms.h"
#include "preset.h"
#include "template.h"

#include <heard/answer.h>
#include <heard/error.h>
#include <heard/json.h>
#include <heard/record.h>
#include <heard/time.h>

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum { HEX = SMS_HEX, HOUR_MS = 3600 * 1000, NUMBER_MAX = 24 };

const struct heard_option hook_sms_table[] = {
	{"key_id", HEARD_STRING(struct hook_sms, key_id), .value = "",
	 .help = "Access key id (Aliyun) or secret id (Tencent); its secret is `secret`"},
	{"app_id", HEARD_STRING(struct hook_sms, app_id), .value = "",
	 .help = "SmsSdkAppId (Tencent)"},
	{"region", HEARD_STRING(struct hook_sms, region), .value = "ap-guangzhou",
	 .help = "Region (Tencent)"},
	{"sign_name", HEARD_STRING(struct hook_sms, sign_name), .value = "",
	 .help = "Approved signature, shown before the text"},
	{"template_id", HEARD_STRING(struct hook_sms, template_id), .value = "",
	 .help = "Approved template: its code (Aliyun) or id (Tencent)"},
	{"to", HEARD_LIST(struct hook_sms, to), .value = "",
	 .help = "Numbers such as +8613800000000, or customer: the record's own contact, "
		 "which needs privacy.private_key"},
	{"params", HEARD_MAP(struct hook_sms, params), .value = "",
	 .help = "Values of the template: names (Aliyun) or any words in order (Tencent) to "
		 "templates such as \"{{attributes.ticket}}\""},
	{.name = NULL},
};

/* ---- numbers */

/* "+8613800000000" of what a person typed; false if that is no number. */
static bool to_e164(struct heard_str text, char out[NUMBER_MAX])
{
	size_t n = 0;
	bool has_plus = text.len && text.ptr[0] == '+';
	char digits[NUMBER_MAX];
	for (size_t i = has_plus; i < text.len; i++) {
		char c = text.ptr[i];
		if (c == ' ' || c == '-' || c == '(' || c == ')')
			continue;
		if (c < '0' || c > '9' || n + 1 >= sizeof(digits))
			return false;
		digits[n++] = c;
	}
	digits[n] = '\0';
	if (!has_plus && n > 4 && strncmp(digits, "00", 2) == 0)
		snprintf(out, NUMBER_MAX, "+%.20s", digits + 2);
	else if (has_plus)
		snprintf(out, NUMBER_MAX, "+%.20s", digits);
	else if (n == 11 && digits[0] == '1')
		snprintf(out, NUMBER_MAX, "+86%.20s", digits);
	else
		return false;
	return strlen(out) >= 8 && strlen(out) <= 16;
}

static int customer_number(const struct preset_call *call, char out[NUMBER_MAX],
			   struct heard_error *err)
{
	struct heard_buf plain;
	struct heard_str sealed = {0};
	if (call->message && call->message->record)
		sealed = heard_get_str(call->message->record, HEARD_AUTHOR_PHONE);
	if (sealed.len == 0)
		return heard_fail(err, EINVAL, "the customer left no phone number");
	heard_buf_init(&plain, 256);
	int result = heard_unseal(call->host, sealed, &plain, err);
	if (result == 0 && !to_e164(heard_str_trim(heard_buf_view(&plain)), out))
		result = heard_fail(err, EINVAL, "the customer's phone number is malformed");
	request_wipe(&plain);
	return result;
}

/* Calls put() with each receiver's number. */
static int each_number(const struct preset_call *call, struct heard_error *err, void *arg,
		       void (*put)(void *arg, const char *number))
{
	const struct heard_list *to = &call->options->sms.to;
	for (size_t i = 0; i < to->n; i++) {
		char number[NUMBER_MAX];
		if (strcmp(to->at[i], "customer") != 0)
			to_e164(heard_str(to->at[i]), number); /* checked at open */
		else if (customer_number(call, number, err) != 0)
			return -err->code;
		put(arg, number);
		sodium_memzero(number, sizeof(number));
	}
	return 0;
}

static int check_common(const struct hook_options *o, struct heard_error *err)
{
	const struct hook_sms *s = &o->sms;
	char number[NUMBER_MAX];
	if (!*s->key_id || !*o->secret || !*s->sign_name || !*s->template_id || s->to.n == 0)
		return heard_fail(err, EINVAL,
				  "sms: key_id, sign_name, template_id, to and the option "
				  "secret are all required");
	for (size_t i = 0; i < s->to.n; i++)
		if (strcmp(s->to.at[i], "customer") != 0 &&
		    !to_e164(heard_str(s->to.at[i]), number))
			return heard_fail(err, EINVAL,
					  "sms.to: entry %zu is neither a number such as "
					  "+8613800000000 nor customer",
					  i + 1);
	for (size_t i = 0; i < s->params.n; i++)
		if (template_check(s->params.values[i], "sms.params", err) != 0)
			return -err->code;
	return 0;
}

int aliyun_check(const struct hook_options *o, struct heard_error *err)
{
	return check_common(o, err);
}

int tencent_check(const struct hook_options *o, struct heard_error *err)
{
	if (!*o->sms.app_id)
		return heard_fail(err, EINVAL, "sms: app_id is required");
	return check_common(o, err);
}

/* ---- hashing */

static void hex_hash(struct heard_str text, char out[HEX])
{
	unsigned char hash[crypto_hash_sha256_BYTES];
	crypto_hash_sha256(hash, (const unsigned char *)text.ptr, text.len);
	sodium_bin2hex(out, HEX, hash, sizeof(hash));
}

static void hex_mac(struct heard_str key, struct heard_str text, char out[HEX])
{
	unsigned char mac[32];
	preset_hmac(key, text, mac);
	sodium_bin2hex(out, HEX, mac, sizeof(mac));
}

/* The host of an absolute URL. */
static struct heard_str host_of(const char *url)
{
	const char *host = strstr(url, "://");
	host = host ? host + 3 : url;
	return heard_str_n(host, strcspn(host, "/?#"));
}

static const char *url_of(const struct preset_call *call)
{
	return *call->options->url ? call->options->url : preset_of(call->options)->url;
}

/* ---- Aliyun */

/* RFC 3986, as ACS3 wants it. */
static void put_encoded(struct heard_buf *b, struct heard_str s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];
		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    (c >= '0' && c <= '9') || strchr("-_.~", c))
			heard_buf_add(b, &c, 1);
		else
			heard_buf_printf(b, "%%%02X", (unsigned)(unsigned char)c);
	}
}

void aliyun_sign(struct heard_str secret, const struct aliyun_request *q, char signature[HEX])
{
	struct heard_buf text;
	char hash[HEX];
	heard_buf_init(&text, 1 << 16);
	heard_buf_printf(&text,
			 "POST\n/\n%.*s\nhost:%.*s\nx-acs-action:%s\nx-acs-content-sha256:%s\n"
			 "x-acs-date:%s\nx-acs-signature-nonce:%s\nx-acs-version:%s\n\n"
			 "%s\n%s",
			 HEARD_ARG(q->query), HEARD_ARG(q->host), q->action, q->body_hash,
			 q->date, q->nonce, q->version, ALIYUN_SIGNED, q->body_hash);
	hex_hash(heard_buf_view(&text), hash);
	heard_buf_clear(&text);
	heard_buf_printf(&text, "ACS3-HMAC-SHA256\n%s", hash);
	hex_mac(secret, heard_buf_view(&text), signature);
	heard_buf_release(&text);
}

static void put_number_comma(void *arg, const char *number)
{
	struct heard_buf *b = arg;
	if (b->len)
		heard_buf_puts(b, ",");
	/* A mainland number goes without its country code. */
	heard_buf_puts(b, strncmp(number, "+86", 3) == 0 ? number + 3 : number + 1);
}

static void put_params_object(const struct preset_call *call, struct heard_buf *b)
{
	struct heard_json_out out = {.buf = b};
	struct heard_buf value;
	heard_buf_init(&value, 4096);
	heard_json_begin(&out, NULL, '{');
	for (size_t i = 0; i < call->options->sms.params.n; i++) {
		heard_buf_clear(&value);
		template_fill(call->options->sms.params.values[i], call->values, &value);
		heard_json_str(&out, call->options->sms.params.names[i],
			       heard_buf_view(&value));
	}
	heard_json_end(&out, '}');
	heard_buf_release(&value);
}

static void put_pair(struct heard_buf *query, const char *name, struct heard_str value)
{
	if (query->len)
		heard_buf_puts(query, "&");
	heard_buf_printf(query, "%s=", name);
	put_encoded(query, value);
}

/* Parameters in the order of their names, as the signature needs them. */
static int aliyun_query(const struct preset_call *call, struct heard_buf *query,
			struct heard_error *err)
{
	struct heard_buf numbers, params;
	heard_buf_init(&numbers, 1 << 14);
	heard_buf_init(&params, 1 << 14);
	int result = each_number(call, err, &numbers, put_number_comma);
	put_params_object(call, &params);
	put_pair(query, "PhoneNumbers", heard_buf_view(&numbers));
	put_pair(query, "SignName", heard_str(call->options->sms.sign_name));
	put_pair(query, "TemplateCode", heard_str(call->options->sms.template_id));
	put_pair(query, "TemplateParam", heard_buf_view(&params));
	query->failed |= numbers.failed || params.failed;
	request_wipe(&numbers);
	heard_buf_release(&params);
	return result;
}

int aliyun_build(const struct preset_call *call, struct request *r, struct heard_error *err)
{
	struct heard_buf query;
	char time[HEARD_TIME_SIZE], date[24], nonce[33], body_hash[HEX], signature[HEX];
	unsigned char random[16];
	const char *url = url_of(call);
	heard_buf_init(&query, 1 << 15);
	if (aliyun_query(call, &query, err) != 0) {
		request_wipe(&query);
		return -err->code;
	}
	heard_time_format(call->now, time);
	snprintf(date, sizeof(date), "%.19sZ", time);
	randombytes_buf(random, sizeof(random));
	sodium_bin2hex(nonce, sizeof(nonce), random, sizeof(random));
	hex_hash(HEARD_STR_OF(""), body_hash);
	struct aliyun_request q = {heard_buf_view(&query),
				   host_of(url),
				   "SendSms",
				   "2017-05-25",
				   date,
				   nonce,
				   body_hash};
	aliyun_sign(heard_str(call->options->secret), &q, signature);
	heard_buf_printf(&r->url, "%s?", url);
	heard_buf_str(&r->url, heard_buf_view(&query));
	r->url.failed |= query.failed;
	request_header(r, "x-acs-action: %s", q.action);
	request_header(r, "x-acs-version: %s", q.version);
	request_header(r, "x-acs-date: %s", date);
	request_header(r, "x-acs-signature-nonce: %s", nonce);
	request_header(r, "x-acs-content-sha256: %s", body_hash);
	request_header(r,
		       "Authorization: ACS3-HMAC-SHA256 Credential=%s,SignedHeaders=%s,"
		       "Signature=%s",
		       call->options->sms.key_id, ALIYUN_SIGNED, signature);
	request_wipe(&query);
	return 0;
}

/* ---- Tencent */

void tencent_sign(struct heard_str secret, const struct tencent_request *q, char signature[HEX])
{
	struct heard_buf text;
	char hash[HEX];
	unsigned char key[32];
	heard_buf_init(&text, 1 << 16);
	hex_hash(q->body, hash);
	heard_buf_printf(&text,
			 "POST\n/\n\ncontent-type:application/json; charset=utf-8\nhost:%.*s\n"
			 "x-tc-action:sendsms\n\ncontent-type;host;x-tc-action\n%s",
			 HEARD_ARG(q->host), hash);
	hex_hash(heard_buf_view(&text), hash);
	heard_buf_clear(&text);
	heard_buf_puts(&text, "TC3");
	heard_buf_str(&text, secret);
	preset_hmac(heard_buf_view(&text), heard_str_n(q->date, 10), key);
	preset_hmac(heard_str_n((char *)key, 32), HEARD_STR_OF("sms"), key);
	preset_hmac(heard_str_n((char *)key, 32), HEARD_STR_OF("tc3_request"), key);
	if (text.ptr)
		sodium_memzero(text.ptr, text.len);
	heard_buf_clear(&text);
	heard_buf_printf(&text, "TC3-HMAC-SHA256\n%lld\n%.10s/sms/tc3_request\n%s",
			 (long long)q->seconds, q->date, hash);
	hex_mac(heard_str_n((char *)key, 32), heard_buf_view(&text), signature);
	sodium_memzero(key, sizeof(key));
	heard_buf_release(&text);
}

static void put_number_json(void *arg, const char *number)
{
	heard_json_str(arg, NULL, heard_str(number));
}

static int tencent_body(const struct preset_call *call, struct heard_buf *body,
			struct heard_error *err)
{
	const struct hook_sms *s = &call->options->sms;
	struct heard_json_out out = {.buf = body};
	struct heard_buf value;
	heard_json_begin(&out, NULL, '{');
	heard_json_begin(&out, "PhoneNumberSet", '[');
	int result = each_number(call, err, &out, put_number_json);
	heard_json_end(&out, ']');
	heard_json_str(&out, "SmsSdkAppId", heard_str(s->app_id));
	heard_json_str(&out, "SignName", heard_str(s->sign_name));
	heard_json_str(&out, "TemplateId", heard_str(s->template_id));
	heard_json_begin(&out, "TemplateParamSet", '[');
	heard_buf_init(&value, 4096);
	for (size_t i = 0; i < s->params.n; i++) {
		heard_buf_clear(&value);
		template_fill(s->params.values[i], call->values, &value);
		heard_json_str(&out, NULL, heard_buf_view(&value));
	}
	heard_buf_release(&value);
	heard_json_end(&out, ']');
	heard_json_end(&out, '}');
	return result;
}

int tencent_build(const struct preset_call *call, struct request *r, struct heard_error *err)
{
	const char *url = url_of(call);
	char date[HEARD_TIME_SIZE], signature[HEX];
	if (tencent_body(call, &r->body, err) != 0)
		return -err->code;
	heard_time_format(call->now, date);
	struct tencent_request q = {heard_buf_view(&r->body), host_of(url), date,
				    call->now / 1000};
	tencent_sign(heard_str(call->options->secret), &q, signature);
	heard_buf_puts(&r->url, url);
	request_header(r, "Content-Type: application/json; charset=utf-8");
	request_header(r, "X-TC-Action: SendSms");
	request_header(r, "X-TC-Version: 2021-01-11");
	request_header(r, "X-TC-Region: %s", call->options->sms.region);
	request_header(r, "X-TC-Timestamp: %lld", (long long)q.seconds);
	request_header(r,
		       "Authorization: TC3-HMAC-SHA256 Credential=%s/%.10s/sms/tc3_request, "
		       "SignedHeaders=content-type;host;x-tc-action, Signature=%s",
		       call->options->sms.key_id, date, signature);
	return 0;
}

/* ---- answers */

/* The service's word in place of a number; only letters, digits, dots. */
static void judge_word(struct verdict *v, struct heard_str code)
{
	static const char *const limits[] = {"isv.BUSINESS_LIMIT_CONTROL", "LimitExceeded",
					     "Throttling", "RequestLimitExceeded"};
	static const char *const bad[] = {"isv.MOBILE_NUMBER_ILLEGAL",
					  "isv.MOBILE_COUNT_OVER_LIMIT",
					  "InvalidParameterValue.IncorrectPhoneNumber",
					  "FailedOperation.PhoneNumberInBlacklist"};
	for (size_t i = 0; i < code.len; i++)
		if (code.ptr[i] < '.' || code.ptr[i] > 'z')
			code.len = i;
	snprintf(v->reason, sizeof(v->reason), "the SMS service says %.*s",
		 code.len ? (int)(code.len < 80 ? code.len : 80) : 7,
		 code.len ? code.ptr : "nothing");
	for (size_t i = 0; i < sizeof(limits) / sizeof(*limits); i++)
		if (heard_str_starts(code, heard_str(limits[i]))) {
			verdict_retry(v, HOUR_MS, NULL);
			return;
		}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (heard_str_is(code, bad[i])) {
			v->outcome = HEARD_REFUSED;
			return;
		}
	verdict_retry(v, 0, "check key, secret, signature, template and balance");
}

void aliyun_judge(const struct heard_fetch_answer *a, struct verdict *v)
{
	struct heard_error err;
	verdict_of(a, v);
	if (a->error_code != 0 || a->status >= 500)
		return;
	struct heard_json_doc *doc = heard_json_parse(a->body, a->body.len, &err);
	struct heard_str code = heard_json_string(doc ? heard_json_root(doc) : NULL, "Code");
	if (!heard_str_is(code, "OK"))
		judge_word(v, code);
	heard_json_destroy(doc);
}

void tencent_judge(const struct heard_fetch_answer *a, struct verdict *v)
{
	struct heard_error err;
	struct heard_str code = {0};
	verdict_of(a, v);
	if (a->error_code != 0 || a->status >= 500)
		return;
	struct heard_json_doc *doc = heard_json_parse(a->body, a->body.len, &err);
	const struct heard_json *answer = doc ? heard_json_member(heard_json_root(doc),
								  "Response")
					      : NULL;
	const struct heard_json *error = heard_json_member(answer, "Error");
	const struct heard_json *set = heard_json_member(answer, "SendStatusSet");
	if (error)
		code = heard_json_string(error, "Code");
	else if (set && set->type == HEARD_JSON_ARRAY)
		for (const struct heard_json *at = set->first; at; at = at->next) {
			code = heard_json_string(at, "Code");
			if (!heard_str_is(code, "Ok"))
				break;
		}
	if (!heard_str_is(code, "Ok"))
		judge_word(v, code);
	heard_json_destroy(doc);
}
