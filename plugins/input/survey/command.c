/*
 * command.c - `heard SURVEY invite | remind | status | qr`.
 */
#include "command.h"
#include "qr.h"

#include <heard/error.h>
#include <heard/json.h>

#include <campaign/campaign.h>
#include <errno.h>
#include <string.h>

int command_failed(const struct heard_call *call, const struct heard_error *err)
{
	fprintf(call->err, "survey: %s\n", err->text);
	return FAILED;
}

static int invite(void *self, const struct heard_call *call)
{
	return command_ask(self, call, false);
}

static int remind(void *self, const struct heard_call *call)
{
	return command_ask(self, call, true);
}

/* ---- status */

static void show_status(const struct survey *self, const struct heard_call *call,
			const struct campaign_figures *f)
{
	struct heard_buf text;
	heard_buf_init(&text, 4096);
	struct heard_json_out out = {.buf = &text};
	bool has_rate = f->invited > 0;
	double rate = has_rate ? (double)f->answered / (double)f->invited : 0;
	if (!call->json) {
		fprintf(call->out, "invited   %lld\nreminded  %lld\nanswered  %lld",
			(long long)f->invited, (long long)f->reminded, (long long)f->answered);
		if (has_rate)
			fprintf(call->out, "  (%.1f %%)", 100 * rate);
		fprintf(call->out, "\nanswers   %lld", (long long)f->answers);
		if (self->quota)
			fprintf(call->out, " of %lld", (long long)self->quota);
		fputs("\n", call->out);
		return;
	}
	heard_json_begin(&out, NULL, '{');
	heard_json_str(&out, "survey", heard_str(self->name));
	heard_json_int(&out, "invited", f->invited);
	heard_json_int(&out, "reminded", f->reminded);
	heard_json_int(&out, "answered", f->answered);
	if (has_rate)
		heard_json_num(&out, "response_rate", rate);
	else
		heard_json_null(&out, "response_rate");
	heard_json_int(&out, "answers", f->answers);
	heard_json_int(&out, "quota", self->quota);
	heard_json_end(&out, '}');
	fprintf(call->out, "%s\n", text.failed ? "{}" : text.ptr);
	heard_buf_release(&text);
}

static int status(void *arg, const struct heard_call *call)
{
	struct survey *self = arg;
	struct heard_error err = {0};
	struct campaign_figures f = {0};
	struct campaign *campaign = NULL;
	if (call->argc != 1)
		return USAGE;
	int result = survey_settle(self, call->host, &err);
	if (result == 0 && !(campaign = campaign_open(self->database, false, false, &err)))
		result = -err.code;
	if (result == 0)
		result = campaign_figures(campaign, self->name, INT64_MIN, INT64_MAX, &f, &err);
	if (result == 0)
		show_status(self, call, &f);
	campaign_close(campaign);
	survey_release(self);
	return result ? command_failed(call, &err) : DONE;
}

/* ---- qr */

struct place {
	const char *segment, *product;
};

static int read_place(const struct heard_call *call, const struct survey *self,
		      struct place *place)
{
	for (int i = 1; i < call->argc; i += 2) {
		bool is_segment = strcmp(call->argv[i], "--segment") == 0;
		if (i + 1 >= call->argc ||
		    (!is_segment && strcmp(call->argv[i], "--product") != 0))
			return USAGE;
		const char *value = call->argv[i + 1];
		const struct heard_list *list = is_segment ? &self->segments : &self->products;
		if (survey_known(list, heard_str(value)).len == 0) {
			fprintf(call->err, "survey: the option %s does not have \"%s\"\n",
				is_segment ? "segments" : "products", value);
			return FAILED;
		}
		*(is_segment ? &place->segment : &place->product) = value;
	}
	return DONE;
}

static int qr(void *arg, const struct heard_call *call)
{
	struct survey *self = arg;
	struct heard_error err = {0};
	struct place place = {"", ""};
	struct heard_buf link, svg;
	int result = read_place(call, self, &place);
	if (result != DONE)
		return result;
	if (survey_settle(self, call->host, &err) == 0 &&
	    (self->once || self->public_url[0] == '\0'))
		heard_fail(&err, EINVAL,
			   self->once ? "once is set: a link for all would show nobody anything"
				      : "public_url is not set");
	heard_buf_init(&link, 4096);
	heard_buf_init(&svg, 1 << 20);
	if (err.code == 0) {
		survey_link(self, place.segment, place.product, "", &link);
		if (link.failed || !qr_svg(&svg, link.ptr))
			heard_fail(&err, E2BIG, "the link is too long for a QR code");
	}
	result = err.code ? command_failed(call, &err)
		 : fwrite(svg.ptr, 1, svg.len, call->out) == svg.len ? DONE
								     : FAILED;
	heard_buf_release(&link);
	heard_buf_release(&svg);
	survey_release(self);
	return result;
}

const struct heard_command survey_commands[] = {
	{"invite", "LIST.csv [-o FILE]",
	 "one link for each customer of a list, but for who was asked lately", invite},
	{"remind", "LIST.csv [-o FILE] [--after 3d]",
	 "those of the list who were invited and have not answered, once", remind},
	{"status", "", "how many were invited, and how many have answered", status},
	{"qr", "[--segment S] [--product P]", "the survey's link as a QR code, an SVG", qr},
	{.name = NULL},
};
