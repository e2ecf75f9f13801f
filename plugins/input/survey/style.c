/*
 * style.c - rules for scales, choices and conditions.
 *
 * A page of ours has no script.  A question with a condition is hidden by a rule and
 * shown by another that looks whether one of the boxes is ticked that fulfil it:
 *
 *	form:has(#q0-0:checked,#q0-1:checked) .w1{display:block}
 *
 * A browser too old for :has() passes over all of that and shows every question; the
 * server leaves out what was not asked, so the answer is the same.  Names in the rules
 * are numbers of questions: no word of the config gets into them.
 */
#include "style.h"

#include "form.h"

#include <heard/buf.h>

_Static_assert(FORM_QUESTIONS <= 64, "a bit each");

static const char rules[] =
	".ask{padding-top:4px}.ask+.ask{margin-top:30px}"
	".ask>legend,.ask>label{font-size:1.0625rem;line-height:1.45;margin-bottom:10px}"
	".ask "
	"small{font-weight:400}.must{color:var(--bad);font-weight:400;font-size:.8125rem;white-"
	"space:nowrap}"
	".scale{display:grid;gap:6px;position:relative}"
	".scale.n11{grid-template-columns:repeat(6,1fr)}"
	".scale.n7{grid-template-columns:repeat(7,1fr)}"
	".scale input,.pick input{position:absolute;opacity:0;width:1px;"
	"height:1px;margin:0}"
	".scale label{border:1px solid #8793a3;border-radius:10px;min-height:46px;display:flex;"
	"align-items:center;justify-content:center;cursor:pointer;font-weight:600;margin:0;"
	"background:var(--card);font-variant-numeric:tabular-nums;padding:4px;text-align:"
	"center}"
	".scale.words label{justify-content:flex-start;padding:8px 14px;font-weight:400;"
	"text-align:left}"
	".scale label:hover,.pick:hover{border-color:var(--main)}"
	".scale input:checked+label{background:var(--main);border-color:var(--main);"
	"color:var(--on-main)}"
	".scale input:focus-visible+label,.pick input:focus-visible+span{outline:3px solid "
	"var(--main);outline-offset:2px}"
	".ends{display:flex;justify-content:space-between;gap:20px;color:var(--soft);"
	"font-size:.8125rem;margin-top:6px}.ends span:last-child{text-align:right}"
	".parts{display:grid;gap:2px 20px;margin-top:10px;border-top:1px solid var(--line)}"
	".part{display:flex;align-items:center;justify-content:space-between;gap:12px;border:0;"
	"padding:0;margin:0;min-width:0;border-top:1px solid var(--line)}"
	".part:first-child{border-top:0}"
	".part .stars{flex:none}.part .said{min-width:0}"
	".stars label{width:42px}"
	".picks{display:grid;gap:8px;position:relative}"
	".pick{display:block;cursor:pointer;margin:0;font-weight:400;position:relative}"
	".pick span{display:flex;align-items:center;gap:12px;border:1px solid #8793a3;"
	"border-radius:10px;padding:9px 14px;min-height:46px;background:var(--card)}"
	".pick span:before{content:\"\";flex:none;width:18px;height:18px;border-radius:50%;"
	"border:2px solid #8793a3;background:var(--card)}"
	".pick.many span:before{border-radius:5px}"
	".pick input:checked+span{border-color:var(--main);box-shadow:inset 0 0 0 1px "
	"var(--main)}"
	".pick input:checked+span:before{border-color:var(--main);background:var(--main);"
	"box-shadow:inset 0 0 0 3px var(--card)}"
	".ask textarea{min-height:6.5em}"
	".wrong>legend,.wrong>label{color:var(--bad)}"
	".wrong{border-left:4px solid var(--bad);padding-left:14px}"
	".send{margin-top:30px}.send .button{min-width:160px}"
	"@media(max-width:420px){.send .button{width:100%}}"
	"@media(min-width:600px){.scale.n11{grid-template-columns:repeat(11,1fr)}"
	".scale.words{grid-template-columns:repeat(5,1fr)}.scale.words label{"
	"justify-content:center;text-align:center;padding:8px 6px;font-size:.9375rem}"
	".picks.two{grid-template-columns:1fr 1fr}}";

/* The boxes that fulfil a term: "#q0-1:checked,#q0-2:checked". */
static void put_boxes(struct heard_buf *out, const struct form *form,
		      const struct when_term *term)
{
	const struct question *q = &form->at[term->question];
	bool is_first = true;
	for (int64_t v = q->least; v <= q->most; v++) {
		if (!when_allows(term, v))
			continue;
		heard_buf_printf(out, "%s#q%zu", is_first ? "" : ",", term->question);
		if (term->part >= 0)
			heard_buf_printf(out, "p%d", term->part);
		heard_buf_printf(out, "-%lld:checked", (long long)v);
		is_first = false;
	}
}

static void put_what(struct heard_buf *out, const size_t *shown)
{
	if (shown)
		heard_buf_printf(out, " .ask.w%zu", *shown);
}

/* "form:has(...):has(...),form:has(...)", each before what it shows. */
static void put_condition(struct heard_buf *out, const struct form *form,
			  const struct when *when, const size_t *shown)
{
	for (size_t k = 0; k < when->n; k++) {
		if (when->terms[k].is_or) {
			put_what(out, shown);
			heard_buf_puts(out, ",");
		}
		if (k == 0 || when->terms[k].is_or)
			heard_buf_puts(out, "form");
		heard_buf_puts(out, ":has(");
		put_boxes(out, form, &when->terms[k]);
		heard_buf_puts(out, ")");
	}
	put_what(out, shown);
}

/* The questions that must be asked for question i to be, and that have a condition
 * themselves, a bit each; an "or" may do without any of its own. */
static uint64_t asks_for(const struct form *form, size_t i)
{
	const struct when *when = &form->at[i].when;
	uint64_t all = 0;
	for (size_t k = 0; k < when->n; k++) {
		if (when->terms[k].is_or)
			return 0;
		if (form->at[when->terms[k].question].when.n)
			all |= UINT64_C(1) << when->terms[k].question;
	}
	return all;
}

/* What asks for a question that is hidden is hidden too, and what asks for that: whatever
 * is still ticked, the server would leave it out. */
static void put_ancestors(struct heard_buf *out, const struct form *form, size_t i)
{
	uint64_t all = asks_for(form, i);
	for (size_t j = i; j-- > 0;) { /* a condition looks back only */
		if (!(all >> j & 1))
			continue;
		all |= asks_for(form, j);
		heard_buf_puts(out, "form:not(");
		put_condition(out, form, &form->at[j].when, NULL);
		heard_buf_printf(out, ") .ask.w%zu{display:none!important}", i);
	}
}

void style_write(struct heard_buf *out, const struct form *form)
{
	heard_buf_puts(out, rules);
	heard_buf_puts(out, "@supports selector(:has(a)){");
	for (size_t i = 0; i < form->n; i++) {
		if (form->at[i].when.n == 0)
			continue;
		heard_buf_printf(out, ".ask.w%zu{display:none}", i);
		put_condition(out, form, &form->at[i].when, &i);
		heard_buf_puts(out, "{display:block}");
		put_ancestors(out, form, i);
	}
	heard_buf_puts(out, "}\n");
}
