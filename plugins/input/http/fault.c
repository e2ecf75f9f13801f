/*
 * fault.c - the table of faults.
 */
#include "fault.h"

#include <heard/error.h>

#include <errno.h>
#include <string.h>

static const struct {
	struct page_phrase says;
	int status, code;
} faults[FAULTS] = {
	[FAULT_NONE] = {{{"", ""}}, 200, 0},
	[FAULT_EMPTY] = {{{"请写下您想告诉我们的内容，再提交。",
			   "Please write what you would like to tell us, then send again."}},
			 422,
			 EBADMSG},
	[FAULT_CONSENT] =
		{{{"提交前，请阅读个人信息说明并勾选同意。",
		   "Before you send, please read the notice on personal data and tick "
		   "the box."}},
		 422,
		 EBADMSG},
	[FAULT_EXPIRED] =
		{{{"这个页面打开得太久了，没有提交成功。您写的内容都还在，请再提交一次。",
		   "This page was open for too long, and nothing was sent. Your text is "
		   "still here: please send it again."}},
		 400,
		 EBADMSG},
	[FAULT_SENT_BEFORE] =
		{{{"这份表单已经提交过，内容与现在的不同。如果要再提交一条，请再点一次“提交”。",
		   "This form was sent before, with other text. To send this as one "
		   "more message, press Send again."}},
		 409,
		 EEXIST},
	[FAULT_TOO_LONG] = {{{"内容太长了，请缩短后再提交。",
			      "This is too long. Please make it shorter and send again."}},
			    413,
			    EFBIG},
	[FAULT_FILE_TYPE] =
		{{{"有一个附件不是可以接收的类型，什么都没有提交。请换一个文件。",
		   "One attachment is not of a type that can be taken, so nothing was "
		   "sent. Please choose another file."}},
		 415,
		 EBADMSG},
	[FAULT_FILE_SIZE] =
		{{{"有一个附件太大，什么都没有提交。请换一个小一些的文件。",
		   "One attachment is too large, so nothing was sent. Please choose a "
		   "smaller file."}},
		 413,
		 EFBIG},
	[FAULT_FILE_COUNT] = {{{"附件太多，什么都没有提交。请减少几个。",
				"There are too many attachments, so nothing was sent. Please "
				"choose fewer."}},
			      413,
			      EFBIG},
	[FAULT_NO_FILES] = {{{"这里不接收附件，什么都没有提交。",
			      "No attachments can be taken here, so nothing was sent."}},
			    422,
			    EBADMSG},
	[FAULT_MALFORMED] = {{{"没有读懂提交的内容，请再试一次。",
			       "What was sent could not be read. Please try again."}},
			     400,
			     EBADMSG},
	[FAULT_BUSY] =
		{{{"现在暂时无法保存，没有提交成功。您写的内容都还在，请过一会儿再提交。",
		   "It cannot be saved at the moment, and nothing was sent. Your text is "
		   "still here: please send it again in a while."}},
		 503,
		 EAGAIN},
};

struct page_phrase fault_phrase(enum form_fault f)
{
	return faults[f].says;
}

int fault_status(enum form_fault f)
{
	return faults[f].status;
}

enum form_fault fault_find(const char *sentence)
{
	for (int f = FAULT_EMPTY; f < FAULTS; f++)
		if (sentence && strcmp(sentence, faults[f].says.in[PAGE_EN]) == 0)
			return (enum form_fault)f;
	return FAULT_MALFORMED;
}

int fault_fail(struct heard_error *err, enum form_fault f)
{
	return heard_fail(err, faults[f].code, "%s", faults[f].says.in[PAGE_EN]);
}
