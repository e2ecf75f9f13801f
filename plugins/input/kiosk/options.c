/*
 * options.c - the option tables of the plugin.
 */
#include "kiosk.h"

static const char *const langs[] = {"zh", "en", NULL};

#define WORDS(which, zh_default, en_default)                                      \
	static const struct heard_option which##_options[] = {                    \
		{"zh", HEARD_STRING(struct kiosk_words, zh), .value = zh_default, \
		 .help = "In Chinese"},                                           \
		{"en", HEARD_STRING(struct kiosk_words, en), .value = en_default, \
		 .help = "In English"},                                           \
		{.name = NULL},                                                   \
	}
WORDS(title, "满意度", "Feedback");
WORDS(question, "您对今天的服务满意吗？", "How was your visit today?");
WORDS(thanks, "谢谢您！", "Thank you!");

static const struct heard_option reasons_options[] = {
	{"id", HEARD_STRING(struct kiosk_reason, id),
	 .help = "What is kept as attributes.kiosk.reason"},
	{"zh", HEARD_STRING(struct kiosk_reason, words.zh),
	 .help = "On the button, in Chinese"},
	{"en", HEARD_STRING(struct kiosk_reason, words.en),
	 .help = "On the button, in English"},
	{.name = NULL},
};

static const struct heard_option devices_options[] = {
	{"id", HEARD_STRING(struct device_row, id),
	 .help = "Its name: letters, digits, \"-\", \"_\" and \".\""},
	{"store", HEARD_STRING(struct device_row, store), .value = "",
	 .help = "The shop it stands in, for the field store"},
	{"region", HEARD_STRING(struct device_row, region), .value = "",
	 .help = "For the field region"},
	{"key", HEARD_INT(struct device_row, key), .value = "1", .min = 1, .max = 1000000,
	 .help = "Raise it to take back the key that was printed before"},
	{.name = NULL},
};

static const struct heard_option burst_options[] = {
	{"presses", HEARD_INT(struct burst_rule, presses), .value = "4", .min = 0,
	 .max = BURST_PRESSES_MAX,
	 .help = "So many presses count within that time; 0 counts all"},
	{"within", HEARD_DURATION(struct burst_rule, within), .value = "10s", .min = 1000,
	 .max = 3600000, .help = "The time, by the device's clock"},
	{.name = NULL},
};

const struct heard_option kiosk_options[] = {
	{"listener", HEARD_STRING(struct kiosk, listener), .value = "public",
	 .help = "Name of the listener to serve on"},
	{"path", HEARD_STRING(struct kiosk, path), .value = "/kiosk",
	 .help = "Path of the page; devices post to path/batch"},
	{"url", HEARD_STRING(struct kiosk, url), .value = "",
	 .help = "Address of your server as devices see it, such as https://shop.example, "
		 "for `heard kiosk key`"},
	{"devices", HEARD_TABLE(struct kiosk, devices, devices_options, struct device_row),
	 .value = "", .help = "Who may send; what is not in it is refused"},
	{"faces", HEARD_INT(struct kiosk, faces), .value = "4", .min = 4, .max = 5,
	 .help = "How many faces there are, 4 or 5"},
	{"lang", HEARD_CHOICE(struct kiosk, lang), .value = "zh", .choices = langs,
	 .help = "The language that the page begins with and returns to"},
	{"title", HEARD_GROUP(struct kiosk, title, title_options),
	 .help = "Name of the page and of the app when it is installed"},
	{"question", HEARD_GROUP(struct kiosk, question, question_options),
	 .help = "What is asked above the faces"},
	{"thanks", HEARD_GROUP(struct kiosk, thanks, thanks_options),
	 .help = "What is said after a press"},
	{"reasons", HEARD_TABLE(struct kiosk, reasons, reasons_options, struct kiosk_reason),
	 .value = "",
	 .help = "Reasons to choose from after a press; at most 9, none asks for "
		 "none"},
	{"reasons_for", HEARD_INT(struct kiosk, reasons_for), .value = "2", .min = 1, .max = 5,
	 .help = "After how many of the faces, from the worst, it is asked for a reason and a "
		 "text"},
	{"text", HEARD_BOOL(struct kiosk, text), .value = "false",
	 .help = "Ask for a few words too"},
	{"idle", HEARD_DURATION(struct kiosk, idle), .value = "15s", .min = 3000, .max = 300000,
	 .help = "The page goes back to the faces when nobody touches it for so long"},
	{"thanks_for", HEARD_DURATION(struct kiosk, thanks_for), .value = "3s", .min = 500,
	 .max = 60000, .help = "How long it says thank you, unless touched"},
	{"burst", HEARD_GROUP(struct kiosk, burst, burst_options),
	 .help = "Presses by one hand: more than so many within the time are kept, but have no "
		 "rating"},
	{"max_skew", HEARD_DURATION(struct kiosk, max_skew), .value = "5m", .min = 10000,
	 .max = 86400000.0 * 30,
	 .help = "A device whose clock is wrong by more is told of in the log"},
	{"max_age", HEARD_DURATION(struct kiosk, max_age), .value = "90d", .min = 86400000.0,
	 .max = 86400000.0 * 3650,
	 .help = "A press that would be older counts as pressed when it arrives"},
	{"silent", HEARD_DURATION(struct kiosk, silent), .value = "24h", .min = 1000,
	 .max = 86400000.0 * 365,
	 .help = "A device that is silent for longer is told of in "
		 "the log"},
	{"mqtt", HEARD_GROUP(struct kiosk, mqtt_options, kiosk_mqtt_group),
	 .help = "A broker that brings the presses of devices that speak MQTT"},
	{.name = NULL},
};
