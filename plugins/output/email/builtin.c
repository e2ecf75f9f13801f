/*
 * builtin.c - the words that are built in.
 *
 * They say what happened, what happens next and what the reader can do; they name the
 * ticket and give the link, and nothing of what the customer wrote.  The HTML is one
 * column without images or scripts, all its style inline, as mail programs want it.
 */
#include "template.h"

/* clang-format off */
#define FONT "font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,'PingFang SC'," \
	"'Microsoft YaHei','Noto Sans CJK SC',sans-serif"

#define HEAD(lang, title)                                                                    \
	"<!DOCTYPE html>\n<html lang=\"" lang "\">\n<head>\n<meta charset=\"utf-8\">\n"      \
	"<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"          \
	"<title>" title "</title>\n</head>\n"                                                \
	"<body style=\"margin:0;padding:0;background:#f3f5f7\">\n"                           \
	"<div style=\"padding:24px 12px;background:#f3f5f7\">\n"                             \
	"<div style=\"box-sizing:border-box;max-width:600px;margin:0 auto;background:#ffffff;" \
	"border:1px solid #dfe4ea;border-radius:10px;padding:28px;color:#1d2733;"            \
	"font-size:16px;line-height:1.65;" FONT "\">\n"                                      \
	"{{#sender}}<p style=\"margin:0 0 18px;padding:0 0 14px;border-bottom:1px solid #e8ecf0;" \
	"font-size:14px;color:#5b6775\">{{sender}}</p>\n{{/sender}}"                         \
	"<h1 style=\"margin:0 0 16px;font-size:21px;line-height:1.35\">" title "</h1>\n"

#define P(text) "<p style=\"margin:0 0 14px\">" text "</p>\n"
#define FACTS "<table role=\"presentation\" cellpadding=\"0\" cellspacing=\"0\" style=\"" \
	"width:100%;margin:4px 0 18px;background:#f6f8fa;border-radius:8px;font-size:15px\">\n"
#define FACT(label, value)                                                                   \
	"<tr><td style=\"padding:9px 8px 9px 14px;color:#5b6775;white-space:nowrap;width:1%;vertical-align:top\">" \
	label "</td><td style=\"padding:9px 14px 9px 8px\"><b>" value "</b></td></tr>\n"
#define FACTS_END "</table>\n"
#define BUTTON(label)                                                                        \
	"{{#link}}<p style=\"margin:20px 0 22px\"><a href=\"{{link}}\" style=\""             \
	"display:inline-block;padding:11px 22px;background:#1558b0;color:#ffffff;"           \
	"text-decoration:none;border-radius:7px\">" label "</a></p>\n{{/link}}"
#define QUIET(text) "<p style=\"margin:20px 0 0;padding:14px 0 0;border-top:1px solid #e8ecf0;" \
	"font-size:13px;color:#6b7683\">" text "</p>\n"
#define END "</div>\n</div>\n</body>\n</html>\n"

#define ZH_TICKET FACTS FACT("工单号", "{{ticket}}")
#define EN_TICKET FACTS FACT("Ticket", "{{ticket}}")
#define ZH_SIGN "{{#sender}}\n{{sender}}\n{{/sender}}"
#define EN_SIGN "{{#sender}}\n{{sender}}\n{{/sender}}"
#define ZH_AUTO "这是自动发出的邮件。需要补充时，直接回复即可，内容会并入这张工单。"
#define EN_AUTO "This mail was sent automatically. To add something, just reply: it will " \
	"be added to this ticket."

const char *const template_builtin[TEMPLATE_KINDS][TEMPLATE_LANGS][TEMPLATE_FORMS] = {
[TEMPLATE_ANSWER] = {
	{
		"答复您的反馈 [#{{token}}]",
		"{{text}}\n"
		"\n-- \n{{#sender}}{{sender}}\n{{/sender}}"
		"工单号：{{ticket}}\n"
		"{{#link}}查看进度：{{link}}\n{{/link}}"
		"如有疑问，请直接回复本邮件。\n",
		HEAD("zh-CN", "我们的答复")
		P("{{text}}")
		BUTTON("查看进度")
		QUIET("工单号 {{ticket}}。如有疑问，请直接回复本邮件。")
		END,
	}, {
		"Our answer to your feedback [#{{token}}]",
		"{{text}}\n"
		"\n-- \n{{#sender}}{{sender}}\n{{/sender}}"
		"Ticket: {{ticket}}\n"
		"{{#link}}How far it is: {{link}}\n{{/link}}"
		"If anything is open, just reply to this mail.\n",
		HEAD("en", "Our answer")
		P("{{text}}")
		BUTTON("See how far it is")
		QUIET("Ticket {{ticket}}. If anything is open, just reply to this mail.")
		END,
	},
},
[TEMPLATE_CREATED] = {
	{
		"已收到您的反馈 [#{{token}}]",
		"您好：\n\n我们已收到您的反馈，感谢您告诉我们。\n\n"
		"工单号：{{ticket}}\n"
		"{{#due}}最晚答复时间：{{due}}\n{{/due}}"
		"{{#link}}查看进度：{{link}}\n{{/link}}"
		"\n接下来会有专人查看并处理，结果会用邮件告诉您。\n"
		ZH_SIGN
		"\n" ZH_AUTO "\n",
		HEAD("zh-CN", "已收到您的反馈")
		P("您好，我们已收到您的反馈，感谢您告诉我们。")
		ZH_TICKET "{{#due}}" FACT("最晚答复", "{{due}}") "{{/due}}" FACTS_END
		P("接下来会有专人查看并处理，结果会用邮件告诉您。")
		BUTTON("查看进度")
		QUIET(ZH_AUTO)
		END,
	}, {
		"We have your feedback [#{{token}}]",
		"Hello,\n\n"
		"we have your feedback. Thank you for telling us.\n\n"
		"Ticket: {{ticket}}\n"
		"{{#due}}Answer by: {{due}}\n{{/due}}"
		"{{#link}}How far it is: {{link}}\n{{/link}}"
		"\nSomebody will look into it now, and we will tell you by mail what comes of "
		"it.\n"
		EN_SIGN
		"\n" EN_AUTO "\n",
		HEAD("en", "We have your feedback")
		P("Hello, we have your feedback. Thank you for telling us.")
		EN_TICKET "{{#due}}" FACT("Answer by", "{{due}}") "{{/due}}" FACTS_END
		P("Somebody will look into it now, and we will tell you by mail what comes of it.")
		BUTTON("See how far it is")
		QUIET(EN_AUTO)
		END,
	},
},
[TEMPLATE_REOPENED] = {
	{
		"重新处理您的反馈 [#{{token}}]",
		"您好：\n\n您的反馈已重新打开，我们正在继续处理。\n\n"
		"工单号：{{ticket}}\n"
		"{{#due}}最晚答复时间：{{due}}\n{{/due}}"
		"{{#link}}查看进度：{{link}}\n{{/link}}"
		ZH_SIGN
		"\n" ZH_AUTO "\n",
		HEAD("zh-CN", "重新处理中")
		P("您好，您的反馈已重新打开，我们正在继续处理。")
		ZH_TICKET "{{#due}}" FACT("最晚答复", "{{due}}") "{{/due}}" FACTS_END
		BUTTON("查看进度")
		QUIET(ZH_AUTO)
		END,
	}, {
		"We are working on your feedback again [#{{token}}]",
		"Hello,\n\nyour feedback was taken up again, and we are working on it.\n\n"
		"Ticket: {{ticket}}\n"
		"{{#due}}Answer by: {{due}}\n{{/due}}"
		"{{#link}}How far it is: {{link}}\n{{/link}}"
		EN_SIGN
		"\n" EN_AUTO "\n",
		HEAD("en", "Taken up again")
		P("Hello, your feedback was taken up again, and we are working on it.")
		EN_TICKET "{{#due}}" FACT("Answer by", "{{due}}") "{{/due}}" FACTS_END
		BUTTON("See how far it is")
		QUIET(EN_AUTO)
		END,
	},
},
[TEMPLATE_RESOLVED] = {
	{
		"您反馈的问题已处理完毕 [#{{token}}]",
		"您好：\n\n您反馈的问题已经处理完毕。\n\n"
		"工单号：{{ticket}}\n"
		"{{#link}}查看结果：{{link}}\n{{/link}}"
		"\n如果还没有解决，请直接回复本邮件，我们会接着处理。\n"
		ZH_SIGN
		"\n" ZH_AUTO "\n",
		HEAD("zh-CN", "问题已处理完毕")
		P("您好，您反馈的问题已经处理完毕。")
		ZH_TICKET FACTS_END
		P("如果还没有解决，请直接回复本邮件，我们会接着处理。")
		BUTTON("查看结果")
		QUIET(ZH_AUTO)
		END,
	}, {
		"What you told us of has been dealt with [#{{token}}]",
		"Hello,\n\nwhat you told us of has been dealt with.\n\n"
		"Ticket: {{ticket}}\n"
		"{{#link}}The result: {{link}}\n{{/link}}"
		"\nIf it is not solved, reply to this mail and we go on from here.\n"
		EN_SIGN
		"\n" EN_AUTO "\n",
		HEAD("en", "It has been dealt with")
		P("Hello, what you told us of has been dealt with.")
		EN_TICKET FACTS_END
		P("If it is not solved, reply to this mail and we go on from here.")
		BUTTON("See the result")
		QUIET(EN_AUTO)
		END,
	},
},
[TEMPLATE_CLOSED] = {
	{
		"您的反馈已处理结束 [#{{token}}]",
		"您好：\n\n您的反馈已经处理结束。\n\n"
		"工单号：{{ticket}}\n"
		"{{#link}}查看结果：{{link}}\n{{/link}}"
		"\n如果还有问题，请直接回复本邮件。\n"
		ZH_SIGN
		"\n" ZH_AUTO "\n",
		HEAD("zh-CN", "反馈已处理结束")
		P("您好，您的反馈已经处理结束。如果还有问题，请直接回复本邮件。")
		ZH_TICKET FACTS_END
		BUTTON("查看结果")
		QUIET(ZH_AUTO)
		END,
	}, {
		"Your feedback is closed [#{{token}}]",
		"Hello,\n\nyour feedback is dealt with and closed.\n\n"
		"Ticket: {{ticket}}\n"
		"{{#link}}The result: {{link}}\n{{/link}}"
		"\nIf anything is open, reply to this mail.\n"
		EN_SIGN
		"\n" EN_AUTO "\n",
		HEAD("en", "Your feedback is closed")
		P("Hello, your feedback is dealt with and closed. If anything is open, reply to "
		  "this mail.")
		EN_TICKET FACTS_END
		BUTTON("See the result")
		QUIET(EN_AUTO)
		END,
	},
},
[TEMPLATE_FOLLOW_UP] = {
	{
		"这次处理您满意吗？ [#{{token}}]",
		"您好：\n\n您的反馈（工单号 {{ticket}}）处理得怎么样？请打一个分，只要十几秒，"
		"我们会逐条阅读。\n\n"
		"{{#link}}去评价：{{link}}\n{{/link}}"
		ZH_SIGN
		"\n这是自动发出的邮件。也可以直接回复，告诉我们还有什么问题。\n",
		HEAD("zh-CN", "这次处理您满意吗？")
		P("您好，您的反馈（工单号 {{ticket}}）处理得怎么样？请打一个分，只要十几秒，"
		  "我们会逐条阅读。")
		BUTTON("去评价")
		QUIET("这是自动发出的邮件。也可以直接回复，告诉我们还有什么问题。")
		END,
	}, {
		"How did we do? [#{{token}}]",
		"Hello,\n\nhow did we deal with your feedback (ticket {{ticket}})? Please rate "
		"it: it takes a few seconds, and we read every one.\n\n"
		"{{#link}}Rate it: {{link}}\n{{/link}}"
		EN_SIGN
		"\nThis mail was sent automatically. You can also reply and tell us what is "
		"still wrong.\n",
		HEAD("en", "How did we do?")
		P("Hello, how did we deal with your feedback (ticket {{ticket}})? Please rate it: "
		  "it takes a few seconds, and we read every one.")
		BUTTON("Rate it")
		QUIET("This mail was sent automatically. You can also reply and tell us what is "
		      "still wrong.")
		END,
	},
},
[TEMPLATE_REPORT] = {
	{
		"反馈报告 {{file}}",
		"您好：\n\n附件是新的反馈报告：{{file}}\n" ZH_SIGN
		"\n这是自动发出的邮件。\n",
		HEAD("zh-CN", "反馈报告")
		P("附件是新的反馈报告：<b>{{file}}</b>")
		QUIET("这是自动发出的邮件。")
		END,
	}, {
		"Feedback report {{file}}",
		"Hello,\n\na new report of feedback is attached: {{file}}\n" EN_SIGN
		"\nThis mail was sent automatically.\n",
		HEAD("en", "Feedback report")
		P("A new report of feedback is attached: <b>{{file}}</b>")
		QUIET("This mail was sent automatically.")
		END,
	},
},
};
/* clang-format on */
