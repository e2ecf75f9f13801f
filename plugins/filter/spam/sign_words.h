/*
 * sign_words.h - the words by which signs.c knows what somebody is after.
 *
 * In folded writing (model/gram.h): small, narrow, simplified, a digit is '0'.  Variants of
 * a word are those in use to get by filters.  A word is here because advertisements that
 * were read have it, and out again if a customer was seen to write it; plugin cases have
 * both.  Which of them count, and beside what, signs.c says.
 */
#ifndef SPAM_SIGN_WORDS_H
#define SPAM_SIGN_WORDS_H

#include <stddef.h>

static const char *const contacts[] = {
	"加微信",   "加个微信", "加v信",  "加vx", "加薇信", "加威信",  "加徽信",
	"加微",	    "+微信",	"+vx",	  "+v:",  "加我v",  "v信同号", "vx同号",
	"微信同号", "薇芯",	"嶶信",	  "加q",  "加扣扣", "加企鹅",  "q群",
	"扣扣群",   "qq群",	"进群",	  "加群", "电报群", "飞机号",  "加我line",
	"加我微信", "加我vx",	"加我薇", "+薇",  NULL};
static const char *const invitations[] = {
	"whatsapp me",	"whatsapp +",	 "telegram @",	   "t.me/",	     "wa.me/",
	"me on wechat", "add my wechat", "me on whatsapp", "me on telegram", NULL};
static const char *const ids[] = {"微信",     "vx", "v信",  "薇信", "wechat",
				  "weixin",   "qq", "扣扣", "企鹅", "telegram",
				  "whatsapp", "tg", NULL};
static const char *const trades[] = {
	"刷单",	    "刷信誉",	  "代开发票", "代开票",	  "办证",     "刻章",	    "兼职日",
	"日赚",	    "日结0",	  "带你赚钱", "荐股内部", "荐股群",   "原单奢侈品", "月赚",
	"月入过",   "日结工资",	  "在家赚钱", "轻松赚",	  "躺赚",     "稳赚不赔",   "博彩",
	"彩票计划", "澳门赌场",	  "百家乐",   "时时彩",	  "六合彩",   "网贷",	    "无抵押贷",
	"套现",	    "代还信用卡", "约炮",     "办信用卡", "一夜情",   "成人视频",   "裸聊",
	"私家侦探", "迷药",	  "枪支",     "假币",	  "代写论文", "替考",	    "代孕",
	"返利群",   "优惠券群",	  "淘宝客",   "招代理",	  "微商代理", "一件代发",   "诚招加盟",
	"代退款",   "退款技术",	  "退款教程", "退款项目", "无效退款", "刷好评返现", "删差评",
	"一手货源", NULL};
static const char *const lures[] = {"make money fast",
				    "work from home",
				    "casino",
				    "viagra",
				    "cialis",
				    "payday loan",
				    "crypto investment",
				    "double your",
				    "earn $",
				    "daily profit",
				    "passive income",
				    "loan offer at",
				    "hot singles",
				    "seo services",
				    "backlinks",
				    "guest post",
				    "rank your website",
				    "bitcoin investment",
				    "free iphone",
				    NULL};

/* What shops' customers write of, too, but hardly beside a private account. */
static const char *const offers[] = {
	"兼职",	     "赚钱",	 "副业",     "代开",   "低息",	     "秒批",   "放款",
	"无抵押",    "一比一",	 "高仿",     "原单",   "货源",	     "奢侈品", "低价出售",
	"长期出售",  "高价回收", "棋牌",     "上分",   "荐股",	     "牛股",   "内部消息",
	"刷粉",	     "涨粉",	 "看片",     "同城约", "办学历",     "办文凭", "海外代购",
	"招人",	     "返利",	 "福利视频", "forex",  "bitcoin",    "crypto", "investment",
	"followers", "per day",	 "replica",  "escort", "loan offer", NULL};

/* What sellers promise, in a complaint's words. */
static const char *const promises[] = {
	"不满意全额退",	  "不满意包退", "不满意可退", "不满意就退", "不满意随时退",
	"不满意无条件退", "不满意退",	"无效全额退", "无效包退",   "保证退款",
	"包退包换",	  "支持退",	"质量问题包", "质量不输",   "质量不差",
	"上门维修",	  "专业维修",	"零投诉",     "0投诉",	    "不骗人",
	"非骗子",	  "骗子勿扰",	NULL};
static const char *const guarantees[] = {"refund guarantee",
					 "guaranteed refund",
					 "guaranteed full refund",
					 "replacement guarantee",
					 "guaranteed replacement",
					 "free replacement",
					 "compensation plan",
					 "credit repair",
					 "repair service",
					 "missing out",
					 NULL};

/* What sellers have no need to write: that something went wrong, and what is to be done. */
static const char *const complaints[] = {
	"退款",	    "退钱",	"退货",	    "换货",	"退换",	    "没退",	"不退",
	"赔偿",	    "赔付",	"补发",	    "维修",	"返修",	    "投诉",	"举报",
	"维权",	    "差评",	"假货",	    "次品",	"质量差",   "质量太",	"质量不",
	"质量问题", "坏了",	"坏的",	    "破了",	"碎了",	    "裂了",	"漏了",
	"漏水",	    "破损",	"损坏",	    "瑕疵",	"发霉",	    "变质",	"掉色",
	"味道不",   "过期",	"少发",	    "漏发",	"错发",	    "发错",	"缺件",
	"没收到",   "未收到",	"没到",	    "未到",	"没有收到", "没有到",	"一直不",
	"一直没",   "没发",	"未发货",   "不发货",	"没有发",   "没给",	"不给",
	"拖欠",	    "扣款",	"多扣",	    "乱扣",	"重复扣",   "闪退",	"打不开",
	"登不上",   "登录不",	"用不了",   "不能用",	"没法用",   "无法登",	"无法使用",
	"无法打开", "无法付",	"无法支付", "无法提现", "没反应",   "故障",	"黑屏",
	"死机",	    "不回复",	"不理",	    "没人理",	"没人管",   "没有下文", "没有进展",
	"踢出",	    "说好",	"骚扰",	    "消失了",	"态度差",   "联系不上", "被骗",
	"受骗",	    "骗子",	"骗人",	    "骗我",	"上当",	    "让我加",	"让我进",
	"叫我加",   "要我加",	"喊我加",   "不支持",	"是真的吗", "没效果",	"没用",
	"为什么没", "为什么还", "什么时候", "还没",	"查一下",   "处理一下", "订单号",
	"我的订单", "请处理",	"尽快处理", "请解决",	"尽快解决", "请帮",	"帮我查",
	NULL};
static const char *const faults[] = {"refund",
				     "refunds",
				     "refunded",
				     "my money",
				     "broke",
				     "broken",
				     "damaged",
				     "faulty",
				     "defective",
				     "cracked",
				     "leaks",
				     "leaked",
				     "leaking",
				     "t work",
				     "t working",
				     "not work",
				     "not working",
				     "stopped",
				     "t arrive",
				     "t arrived",
				     "not arrive",
				     "not arrived",
				     "never arrived",
				     "t receive",
				     "t received",
				     "not receive",
				     "not received",
				     "never received",
				     "never came",
				     "still waiting",
				     "wrong item",
				     "wrong size",
				     "wrong color",
				     "wrong colour",
				     "missing",
				     "complain",
				     "complained",
				     "complaint",
				     "complaints",
				     "return it",
				     "send it back",
				     "replacement",
				     "exchange it",
				     "charged",
				     "overcharged",
				     "my order",
				     "my orders",
				     "my parcel",
				     "my package",
				     "my account",
				     "compensate",
				     "compensated",
				     "compensation",
				     "scammed",
				     "cheated",
				     "crashes",
				     "crashed",
				     "crashing",
				     "t log in",
				     "cannot log in",
				     "under warranty",
				     "warranty claim",
				     "repair",
				     "repaired",
				     "repairs",
				     "please help",
				     NULL};

#endif
