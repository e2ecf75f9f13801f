/*
 * test_survey_hook.c - what other survey tools send, as records: bodies in the form of
 * each tool's public documentation.
 */
#define heard_emit	      test_emit
#define heard_is_paused	      test_is_paused
#define heard_now	      test_now
#define heard_log	      test_log
#define heard_http_header     test_header
#define heard_http_body	      test_body
#define heard_http_take_body  test_take_body
#define heard_http_reply      test_reply
#define heard_http_problem    test_problem
#define heard_http_set_header test_set_header
#define heard_http_mount      test_mount
#include "input/survey/hook.c"
#include "input/survey/hook_answer.c"
#include "input/survey/hook_formbricks.c"
#include "input/survey/hook_limesurvey.c"
#include "input/survey/hook_tally.c"
#include "input/survey/hook_target.c"
#include "input/survey/hook_tool.c"
#include "input/survey/hook_typeform.c"
#include "lib/intake/intake.c"
#define decode verify_decode
#include "lib/verify/mac.c"
#include "lib/verify/verify.c"
#undef decode

#include "batch.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define WHSEC_TEST "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

static struct {
	struct hook_row row;
	struct hooks *hooks;
	struct heard_batch *batch;
	struct heard_buf line;
	struct heard_route route;
	/* a request */
	const char *type, *body, *signature;
	int n_emitted, status, n_logged;
	struct heard_emission emission;
} t;

void test_emit(struct heard_host *h, const struct heard_emission *e)
{
	struct heard_receipt good = {.n = 1};
	(void)h;
	t.n_emitted++;
	t.emission = *e;
	assert_true(hooks_own(e->context));
	e->receipt(e->arg, &good);
}

bool test_is_paused(const struct heard_host *h)
{
	(void)h;
	return false;
}

int64_t test_now(const struct heard_host *h)
{
	(void)h;
	return 1614265330000;
}

HEARD_PRINTF(3, 4)
void test_log(struct heard_host *h, enum heard_level level, const char *format, ...)
{
	(void)h, (void)level, (void)format;
	t.n_logged++;
}

struct heard_str test_header(const struct heard_http *r, const char *name)
{
	(void)r;
	if (strcmp(name, "Content-Type") == 0)
		return heard_str(t.type);
	if (strstr(name, "ignature"))
		return heard_str(t.signature);
	return (struct heard_str){0};
}

struct heard_str test_body(const struct heard_http *r)
{
	(void)r;
	return heard_str(t.body);
}

struct heard_str test_take_body(struct heard_http *r, void (**fn)(void *), void **arg)
{
	(void)r;
	*fn = NULL, *arg = NULL;
	return heard_str(t.body);
}

void test_reply(struct heard_http *r, int status, const char *type, struct heard_str body)
{
	(void)r, (void)type, (void)body;
	t.status = status;
}

HEARD_PRINTF(3, 4) void test_problem(struct heard_http *r, int status, const char *format, ...)
{
	(void)r, (void)format;
	t.status = status;
}

void test_set_header(struct heard_http *r, const char *name, const char *value)
{
	(void)r, (void)name, (void)value;
}

int test_mount(struct heard_host *h, const struct heard_route *route, struct heard_error *err)
{
	(void)h, (void)err;
	t.route = *route;
	return 0;
}

/* ---- one hook, of a tool and with questions */

static void close_all(void)
{
	hooks_close(t.hooks);
	batch_destroy(t.batch);
	heard_buf_release(&t.line);
	memset(&t, 0, sizeof(t));
}

static int open_hook(const char *tool, const char *survey, const struct hook_question *q,
		     size_t n, struct heard_error *err)
{
	struct heard_rows rows = {&t.row, 1};
	close_all();
	t.row = (struct hook_row){.path = "/h",
				  .secret = "s3cret",
				  .survey = survey,
				  .max_body = 1 << 20,
				  .questions = {q, n}};
	while (strcmp(hook_tools[t.row.tool], tool) != 0)
		t.row.tool++;
	if (t.row.tool == 0)
		t.row.secret = WHSEC_TEST;
	return hooks_open(&t.hooks, NULL, "public", &rows, err);
}

static void with(const char *tool, const char *survey, const struct hook_question *q, size_t n)
{
	assert_int_equal(open_hook(tool, survey, q, n, NULL), 0);
}

/* JSON as we write it here: with ' for ", there and back. */
static char *quoted(char *text, char from, char to)
{
	for (char *c = text; *c; c++)
		if (*c == from)
			*c = to;
	return text;
}

static int decode_body(const char *body, struct heard_error *err)
{
	char *text = quoted(strdup(body), '\'', '"');
	struct hook_context c = {.mark = HOOK_MARK};
	batch_destroy(t.batch);
	t.batch = batch_create(16 << 20);
	int result = hooks_decode(t.hooks, heard_str(text), heard_str_n((char *)&c, sizeof(c)),
				  t.batch, err);
	free(text);
	return result;
}

/* The record of the body as one canonical line. */
static const char *line_of(const char *body)
{
	struct heard_error err = {0};
	if (decode_body(body, &err) < 0)
		fail_msg("refused: %s", err.text);
	assert_int_equal(heard_batch_size(t.batch), 1);
	heard_buf_release(&t.line);
	heard_buf_init(&t.line, 1 << 20);
	record_encode(heard_batch_at(t.batch, 0), &t.line);
	assert_false(t.line.failed);
	t.line.ptr[t.line.len - 1] = '\0'; /* its newline */
	return quoted(t.line.ptr, '"', '\'');
}
#define IS(body, expected) assert_string_equal(line_of(body), expected)

static void refused(const char *body)
{
	struct heard_error err = {0};
	assert_int_equal(decode_body(body, &err), -EBADMSG);
	assert_true(err.text[0] != '\0');
}

static void dropped(const char *body)
{
	assert_int_equal(decode_body(body, NULL), 0);
	assert_int_equal(heard_batch_size(t.batch), 1);
	assert_int_equal(record_fate(heard_batch_at(t.batch, 0)), RECORD_DROPPED);
	assert_string_equal(record_reason(heard_batch_at(t.batch, 0)), "unfinished");
}

/* ---- Typeform */

#define TYPEFORM(hidden, fields, answers)                                           \
	"{'event_id':'01HEVENT','event_type':'form_response','form_response':{"     \
	"'form_id':'lT4Z3j','token':'a3a12ec67a1365927098a606107fac15',"            \
	"'landed_at':'2026-01-18T18:07:02Z','submitted_at':'2026-01-18T18:17:02Z'," \
	"'hidden':{" hidden "},'calculated':{'score':9},"                           \
	"'definition':{'id':'lT4Z3j','title':'After the "                           \
	"purchase','fields':[" fields "]},'answers':[" answers "]}}"
#define TYPEFORM_HEAD                                                                  \
	"{'source_id':'typeform:a3a12ec67a1365927098a606107fac15','channel':'survey'," \
	"'created_at':'2026-01-18T18:17:02.000Z'"
#define TYPEFORM_TAIL "'survey.name':'after','survey.tool':'typeform','survey.form':'lT4Z3j'"

static void typeform_maps_by_its_types_of_questions(void **state)
{
	(void)state;
	with("typeform", "after", NULL, 0);
	IS(TYPEFORM("'order_id':'DD7','segment':'gold'",
		    "{'id':'f1','title':'Would you recommend "
		    "us?','type':'nps'},{'id':'f2','title':'Why?','type':'long_text'}",
		    "{'type':'number','number':3,'field':{'id':'f1','type':'nps','ref':'r-1'}},"
		    "{'type':'text','text':'物流太慢','field':{'id':'f2','type':'long_text','"
		    "ref':'r-2'}},{'type':'number','number':2,'field':{'id':'f3','type':'"
		    "rating','ref':'r-3'}},{'type':'number','number':1,'field':{'id':'f4','"
		    "type':'rating','ref':'packaging'}},{'type':'number','number':7,'field':{'"
		    "id':'f5','type':'opinion_scale','ref':'scale'}},{'type':'choice','choice':"
		    "{'label':'App'},'field':{'id':'f6','type':'multiple_choice','ref':'way'}},"
		    "{'type':'choices','choices':{'labels':['a','b'],'other':'c'},'field':{'id'"
		    ":'f7','type':'multiple_choice','ref':'many'}},{'type':'boolean','boolean':"
		    "true,'field':{'id':'f8','type':'yes_no','ref':'again'}},{'type':'email','"
		    "email':'a@b.example','field':{'id':'f9','type':'email','ref':'r-9'}},{'"
		    "type':'phone_number','phone_number':'+8613800138000','field':{'id':'fa','"
		    "type':'phone_number'}}"),
	   TYPEFORM_HEAD ",'body':'物流太慢','author':{'email':'a@b.example','phone':'+"
			 "8613800138000'},'rating':2,'rating_max':5,'nps':3,'order':'DD7','"
			 "ratings':{'packaging':1},'attributes':{" TYPEFORM_TAIL
			 ",'survey.scale':7,'survey.way':'App','survey.many':'a, b, "
			 "c','survey.again':true,'survey.segment':'gold'}}");
}

static void config_says_more_than_the_type(void **state)
{
	static const struct hook_question q[] = {{"f1", "csat", "", 1, 10},
						 {"ease", "ces", "", 7, 1},
						 {"f3", "ratings.service", "", 0, 10},
						 {"f4", "choice", "channel", 0, 0},
						 {"f5", "ignore", "", 0, 0},
						 {"f6", "order", "", 0, 0},
						 {"f7", "stars", "", 0, 10}};
	(void)state;
	with("typeform", "after", q, 7);
	IS(TYPEFORM("", "",
		    "{'type':'number','number':10,'field':{'id':'f1','type':'nps'}},{'type':'"
		    "number','number':2,'field':{'id':'f2','ref':'ease'}},{'type':'number','"
		    "number':5,'field':{'id':'f3'}},{'type':'text','text':'shop','field':{'id':"
		    "'f4'}},{'type':'text','text':'secret','field':{'id':'f5'}},{'type':'"
		    "number','number':20260101,'field':{'id':'f6'}},{'type':'number','number':"
		    "8,'field':{'id':'f7'}}"),
	   TYPEFORM_HEAD ",'rating':8,'rating_max':10,'csat':5,'ces':6,'order':'20260101','"
			 "ratings':{'service':3},'attributes':{" TYPEFORM_TAIL
			 ",'survey.channel':'shop'}}");
}

static void stars_may_be_counted_from_either_end(void **state)
{
	static const struct hook_question q[] = {{"f1", "stars", "", 10, 1}};
	(void)state;
	with("typeform", "after", q, 1);
	IS(TYPEFORM("", "", "{'type':'number','number':2,'field':{'id':'f1'}}"),
	   TYPEFORM_HEAD ",'rating':9,'rating_max':10,'attributes':{" TYPEFORM_TAIL "}}");
	IS(TYPEFORM("", "", "{'type':'number','number':0,'field':{'id':'f1'}}"),
	   TYPEFORM_HEAD ",'attributes':{" TYPEFORM_TAIL ",'survey.f1':0}}");
}

static void what_is_no_score_is_kept_as_it_is(void **state)
{
	static const struct hook_question q[] = {{"f1", "nps", "", 0, 0},
						 {"f2", "nps", "", 0, 0},
						 {"f3", "csat", "", 0, 0},
						 {"f4", "ces", "", 0, 0}};
	(void)state;
	with("typeform", "after", q, 4);
	IS(TYPEFORM("", "",
		    "{'type':'number','number':9,'field':{'id':'f1'}},{'type':'number','number'"
		    ":8,'field':{'id':'f2'}},{'type':'number','number':6,'field':{'id':'f3'}},{"
		    "'type':'text','text':'easy','field':{'id':'f4'}},{'type':'number','number'"
		    ":1e300,'field':{'id':'f5'}}"),
	   TYPEFORM_HEAD
	   ",'nps':9,'attributes':{" TYPEFORM_TAIL
	   ",'survey.f2':8,'survey.f3':6,'survey.f4':'easy','survey.f5':1e+300}}");
}

static void several_texts_stand_under_their_titles(void **state)
{
	(void)state;
	with("typeform", "after", NULL, 0);
	IS(TYPEFORM("", "{'id':'f1','title':'Good?'},{'id':'f2','title':'Bad?'}",
		    "{'type':'text','text':'x','field':{'id':'f1','type':'short_text'}},{'type'"
		    ":'text','text':'','field':{'id':'f3','type':'short_text'}},{'type':'text',"
		    "'text':'y','field':{'id':'f2','type':'long_text'}}"),
	   TYPEFORM_HEAD ",'body':'Good?\\nx\\n\\nBad?\\ny','attributes':{" TYPEFORM_TAIL "}}");
}

static void other_events_are_dropped_and_counted(void **state)
{
	(void)state;
	with("typeform", "", NULL, 0);
	dropped("{'event_type':'form_response_partial','form_response':{'token':'a'}}");
	dropped("{}");
	with("tally", "", NULL, 0);
	dropped("{'eventType':'FORM_CREATED'}");
	with("limesurvey", "", NULL, 0);
	dropped("{'event':'beforeSurveyPage'}");
	with("formbricks", "", NULL, 0);
	dropped("{'event':'responseCreated','data':{'id':'a','finished':false}}");
	dropped("{'event':'responseFinished','data':{'id':'a','finished':false}}");
	dropped("{'event':'responseFinished','data':{'id':'a'}}");
}

/* ---- Formbricks */

#define FORMBRICKS(data)                                                           \
	"{'webhookId':'wh1','event':'responseFinished','data':{'id':'cm8',"        \
	"'createdAt':'2026-01-02T03:04:05.000Z','updatedAt':'2026-01-02T03:04:06." \
	"000Z',"                                                                   \
	"'surveyId':'sv1','finished':true,'language':'default','tags':[],"         \
	"'meta':{'url':'https://a.example/?u=1','country':'CN'},"                  \
	"'contact':{'id':'ct1','userId':'u-7'},'data':{" data "}}}"
#define FORMBRICKS_HEAD                                                           \
	"{'source_id':'formbricks:cm8','revision':1767323046,'channel':'survey'," \
	"'created_at':'2026-01-02T03:04:05.000Z'"
#define FORMBRICKS_TAIL \
	"'attributes':{'survey.name':'sv1','survey.tool':'formbricks','survey.form':'sv1'"

static void formbricks_maps_by_the_names_of_questions(void **state)
{
	(void)state;
	with("formbricks", "", NULL, 0);
	IS(FORMBRICKS("'nps':10,'csat':'4','ces':7,'comment':'好','way':['a','b'],'"
		      "cl9k2x8f70000':'x'"),
	   FORMBRICKS_HEAD
	   ",'body':'好','author':{'id':'u-7'},'nps':10,'csat':4,'ces':7," FORMBRICKS_TAIL
	   ",'survey.way':'a, b','survey.q_dczkxn':'x'}}");
}

static void a_dismissed_question_is_no_answer(void **state)
{
	(void)state;
	with("formbricks", "", NULL, 0);
	IS(FORMBRICKS("'nps':'dismissed','csat':'','ces':null,'way':[]"),
	   FORMBRICKS_HEAD ",'author':{'id':'u-7'}," FORMBRICKS_TAIL "}}");
}

/* ---- Tally */

static void tally_maps_by_its_types_and_tells_what_was_chosen(void **state)
{
	static const struct hook_question q[] = {{"How likely?", "nps", "", 0, 0}};
	(void)state;
	with("tally", "", q, 1);
	IS("{'eventId':'e1','eventType':'FORM_RESPONSE','createdAt':'2026-01-02T03:04:05.000Z',"
	   "'data':{'responseId':'r1','submissionId':'s1','respondentId':'p1','formId':'VwbNEw'"
	   ",'formName':'店铺回访','createdAt':'2026-01-02T03:04:05.000Z','fields':[{'key':'"
	   "question_a','label':'How "
	   "likely?','type':'LINEAR_SCALE','value':9},{'key':'question_b','label':'Stars','"
	   "type':'RATING','value':4},{'key':'question_c','label':'Say','type':'TEXTAREA','"
	   "value':'fine'},{'key':'question_d','label':'One','type':'MULTIPLE_CHOICE','value':["
	   "'o2'],'options':[{'id':'o1','text':'A'},{'id':'o2','text':'B'}]},{'key':'question_"
	   "e','label':'Boxes','type':'CHECKBOXES','value':['o1','o9'],'options':[{'id':'o1','"
	   "text':'A'}]},{'key':'question_e_o1','label':'Boxes "
	   "(A)','type':'CHECKBOXES','value':true},{'key':'question_f','label':'Mail','type':'"
	   "INPUT_EMAIL','value':'a@b.example'},{'key':'question_g','label':'order','type':'"
	   "HIDDEN_FIELDS','value':'7'},{'key':'question_h','label':'File','type':'FILE_UPLOAD'"
	   ",'value':[{'id':'x'}]},{'key':'question_i','label':'Empty','type':'INPUT_TEXT','"
	   "value':null}]}}",
	   "{'source_id':'tally:s1','channel':'survey','created_at':'2026-01-02T03:04:05.000Z',"
	   "'body':'fine','author':{'email':'a@b.example'},'rating':4,'rating_max':5,'nps':9,'"
	   "order':'7','attributes':{'survey.name':'店铺回访','survey.tool':'tally','survey."
	   "form':'VwbNEw','survey.One':'B','survey.Boxes':'A, o9'}}");
}

/* ---- LimeSurvey */

static void limesurvey_maps_by_codes_and_leaves_out_its_bookkeeping(void **state)
{
	static const struct hook_question q[] = {{"G01Q02", "csat", "", 0, 0},
						 {"G01Q03", "text", "", 0, 0}};
	(void)state;
	with("limesurvey", "returns", q, 2);
	IS("{'api_token':'s3cret','survey':123456,'event':'afterSurveyComplete','respondId':42,"
	   "'response':{'id':'42','submitdate':'2026-01-02 "
	   "03:04:05','lastpage':'2','startlanguage':'zh-Hans','seed':'1','ipaddr':'10.0.0.1','"
	   "refurl':'x','token':'abc','nps':'A7','G01Q02':'4','G01Q03':'退货慢','G01Q04_SQ001':"
	   "'Y','G01Q05':''},'response_pretty':{},'submitDate':'2026-01-02 "
	   "03:04:05','token':'abc','participant':{'firstname':'三','lastname':'张','email':'a@"
	   "b.example'}}",
	   "{'source_id':'limesurvey:123456.42','channel':'survey','created_at':'2026-01-02T03:"
	   "04:05.000Z','lang':'zh-Hans','body':'退货慢','author':{'name':'三 "
	   "张','email':'a@b.example'},'nps':7,'csat':4,'attributes':{'survey.name':'returns','"
	   "survey.tool':'limesurvey','survey.form':'123456','survey.q_kxlfnz':'Y'}}");
}

static void a_participant_may_be_a_text(void **state)
{
	static const struct hook_question q[] = {{"name", "text", "", 0, 0}};
	(void)state;
	with("limesurvey", "returns", q, 1);
	IS("{'api_token':'s3cret','survey':1,'event':'afterSurveyComplete','respondId':2,"
	   "'response':{'comment':'late'},'participant':{'firstname':'Ada','lastname':'"
	   "Lovelace'"
	   "}}",
	   "{'source_id':'limesurvey:1.2','channel':'survey','body':'late\\n\\nAda Lovelace',"
	   "'attributes':{'survey.name':'returns','survey.tool':'limesurvey','survey.form':'1'"
	   "}}");
}

/* ---- what cannot be read */

static void bad_bodies_are_refused_whole(void **state)
{
	static const char *const bad[] = {
		"",
		"[]",
		"42",
		"{",
		"{'event_type':'form_response'}",
		"{'event_type':'form_response','form_response':[]}",
		"{'event_type':'form_response','form_response':{'token':7}}",
		"{'event_type':'form_response','form_response':{'token':'\xff'}}"};
	char big[6000], *p = big;
	(void)state;
	with("typeform", "", NULL, 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		refused(bad[i]);
	p += sprintf(p, "{'event_type':'form_response','form_response':{'token':'");
	memset(p, 'a', ID_MAX + 1);
	strcpy(p + ID_MAX + 1, "'}}");
	refused(big);
	p = big +
	    sprintf(big,
		    "{'event_type':'form_response','form_response':{'token':'a','hidden':{");
	for (int i = 0; i <= HOOK_ANSWERS; i++)
		p += sprintf(p, "%s'a':1", i ? "," : "");
	strcpy(p, "}}}");
	refused(big);
}

static void odd_shapes_are_passed_over(void **state)
{
	(void)state;
	with("typeform", "after", NULL, 0);
	IS(TYPEFORM("'a':{'b':1},'b':null,'c':[[1],{}]", "1,null,{'id':5}",
		    "1,null,{},{'type':7},{'type':'choice','choice':{}},{'type':'text','text':{"
		    "'label':[]}},{'type':'a-type-that-is-longer-than-any-that-there-is'},{'"
		    "type':'text','text':'x','field':[]}"),
	   TYPEFORM_HEAD ",'attributes':{" TYPEFORM_TAIL ",'survey.q_dpzdia':'x'}}");
}

/* ---- options */

static void faults_of_options_are_told(void **state)
{
	static const struct hook_question bad[] = {{"", "nps", "", 0, 0},
						   {"a", "npss", "", 0, 0},
						   {"a", "ratings.1", "", 0, 0},
						   {"a", "received_at", "", 0, 0},
						   {"a", "choice", "with blank", 0, 0}};
	static const struct hook_question twice[] = {{"a", "nps", "", 0, 0},
						     {"a", "csat", "", 0, 0}};
	struct heard_error err = {0};
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_int_equal(open_hook("tally", "", &bad[i], 1, &err), -EINVAL);
		assert_non_null(strstr(err.text, "hooks: /h: questions: "));
	}
	assert_int_equal(open_hook("tally", "", twice, 2, &err), -EINVAL);
	assert_non_null(strstr(err.text, "twice"));
	close_all();
	t.row = (struct hook_row){.path = "/h", .secret = ""};
	struct heard_rows rows = {&t.row, 1}, none = {NULL, 0};
	assert_int_equal(hooks_open(&t.hooks, NULL, "public", &rows, &err), -EINVAL);
	assert_non_null(strstr(err.text, "hooks: /h: secret: "));
	hooks_close(t.hooks);
	assert_int_equal(hooks_open(&t.hooks, NULL, "public", &none, &err), 0);
	assert_null(t.hooks);
}

/* ---- requests */

static int post(const char *type, const char *body, const char *signature)
{
	char *text = quoted(strdup(body), '\'', '"');
	t.type = type, t.body = text, t.signature = signature;
	t.status = t.n_emitted = 0;
	t.route.handle(t.route.arg, NULL);
	free(text);
	return t.status;
}

static void only_what_is_signed_is_taken(void **state)
{
	static const char body[] = "{'event_id':'01H','event_type':'form_response'}";
	static const char sum[] = "uaRBy8IRXBIYCexu5Trm7rh/IS80+rPpNqLNNzYdf3E=";
	(void)state;
	with("tally", "", NULL, 0);
	assert_int_equal(post("application/json", body, sum), 200);
	assert_int_equal(t.n_emitted, 1);
	assert_int_equal(post("application/json", body, sum + 1), 401);
	assert_int_equal(post("application/json", body, NULL), 401);
	assert_int_equal(post("text/plain", body, sum), 415);
	assert_int_equal(t.n_emitted, 0);
	assert_int_equal(t.n_logged, 2);
}

static void limesurvey_has_its_secret_in_the_body(void **state)
{
	(void)state;
	with("limesurvey", "", NULL, 0);
	assert_int_equal(post("application/json", "{'api_token':'s3cret'}", NULL), 200);
	assert_int_equal(post("application/json", "{'api_token':'s3cre'}", NULL), 401);
	assert_int_equal(post("application/json", "{'api_token':[]}", NULL), 401);
	assert_int_equal(post("application/json", "{}", "s3cret"), 401);
	assert_int_equal(post("application/json", "s3cret", NULL), 401);
	assert_int_equal(post("application/json", "", NULL), 401);
}

static int end(void **state)
{
	(void)state;
	close_all();
	return 0;
}
#define TEST(name) cmocka_unit_test_teardown(name, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(typeform_maps_by_its_types_of_questions),
		TEST(config_says_more_than_the_type),
		TEST(stars_may_be_counted_from_either_end),
		TEST(what_is_no_score_is_kept_as_it_is),
		TEST(several_texts_stand_under_their_titles),
		TEST(other_events_are_dropped_and_counted),
		TEST(formbricks_maps_by_the_names_of_questions),
		TEST(a_dismissed_question_is_no_answer),
		TEST(tally_maps_by_its_types_and_tells_what_was_chosen),
		TEST(limesurvey_maps_by_codes_and_leaves_out_its_bookkeeping),
		TEST(a_participant_may_be_a_text),
		TEST(bad_bodies_are_refused_whole),
		TEST(odd_shapes_are_passed_over),
		TEST(faults_of_options_are_told),
		TEST(only_what_is_signed_is_taken),
		TEST(limesurvey_has_its_secret_in_the_body),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
