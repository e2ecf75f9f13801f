/*
 * preset.c - the table of presets, and what their files share.
 *
 * Limits are the services' own: DingTalk and WeCom robots 20 a minute, Feishu 100 a
 * minute and 5 a second (20 keeps clear of both), Slack one a second.
 *
 * Feishu and WeCom have no way to write a "<" that is none, so a customer's becomes the
 * full-width one.
 */
#include "preset.h"

#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>

const char *const hook_presets[] = {"standard", "dingtalk", "feishu",  "wecom",
				    "slack",	"aliyun",   "tencent", NULL};
const char *const hook_langs[] = {"zh", "en", NULL};

static const struct preset table[] = {
	{.check = standard_check, .build = standard_build, .judge = verdict_of},
	{.per_minute = 20,
	 .max_text = 4096,
	 .check = robot_check,
	 .build = dingtalk_build,
	 .judge = dingtalk_judge},
	{.per_minute = 20,
	 .max_text = 8192,
	 .text_lt = "＜",
	 .body_lt = "＜",
	 .check = robot_check,
	 .build = feishu_build,
	 .judge = feishu_judge},
	{.per_minute = 20,
	 .max_text = 2048,
	 .body_lt = "＜",
	 .check = robot_check,
	 .build = wecom_build,
	 .judge = wecom_judge},
	{.per_minute = 60,
	 .max_text = 4000,
	 .body_lt = "&lt;",
	 .check = robot_check,
	 .build = slack_build,
	 .judge = verdict_of},
	{.url = "https://dysmsapi.aliyuncs.com/",
	 .check = aliyun_check,
	 .build = aliyun_build,
	 .judge = aliyun_judge},
	{.url = "https://sms.tencentcloudapi.com/",
	 .check = tencent_check,
	 .build = tencent_build,
	 .judge = tencent_judge},
};

const struct preset *preset_of(const struct hook_options *o)
{
	return &table[o->preset];
}

void request_header(struct request *r, const char *format, ...)
{
	va_list ap;
	char line[2048];
	va_start(ap, format);
	int n = vsnprintf(line, sizeof(line), format, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(line))
		r->headers.failed = true;
	else
		heard_buf_add(&r->headers, line, (size_t)n + 1);
}

void request_wipe(struct heard_buf *b)
{
	if (b->ptr)
		sodium_memzero(b->ptr, b->len);
	heard_buf_release(b);
}

void preset_hmac(struct heard_str key, struct heard_str text, unsigned char out[32])
{
	verify_hmac(key, &text, 1, out);
}
