/*
 * options.c - what an operator may say about tickets.
 *
 * Times after which something happens by itself are off at "0s", as each help says.
 */
#include "tickets.h"

static const char *const methods[] = {"round_robin", "least_loaded", "sticky", NULL};

static const char *const automatic[] = {"keep", "ticket", NULL};

static const struct heard_option department_options[] = {
	{"name", HEARD_STRING(struct department_row, name),
	 .help = "As records have it in `department`"},
	{"agents", HEARD_LIST(struct department_row, agents), .value = "", .min = 0,
	 .max = 1000, .help = "Who gets its tickets, by the names they sign in with"},
	{"lead", HEARD_STRING(struct department_row, lead), .value = "",
	 .help = "Who is told of trouble"},
	{"method", HEARD_CHOICE(struct department_row, method), .value = "round_robin",
	 .choices = methods,
	 .help = "Whose turn it is: sticky is who had the customer's last ticket"},
	{.name = NULL},
};

static const struct heard_option follow_up_options[] = {
	{"after", HEARD_DURATION(struct follow_up_options, after), .value = "1h",
	 .help = "How long after the resolution to ask how it went; 0s never asks"},
	{"expires", HEARD_DURATION(struct follow_up_options, expires), .value = "14d",
	 .min = 60000, .max = 31536000000.0, .help = "How long the link of the question works"},
	{"bad", HEARD_INT(struct follow_up_options, bad), .value = "2", .min = 0, .max = 5,
	 .help = "A score up to this opens a second round with another owner"},
	{.name = NULL},
};

static const struct heard_option reach_options[] = {
	{"customers", HEARD_INT(struct reach_options, customers), .value = "5", .min = 2,
	 .max = 1000000, .help = "So many who say the same make it urgent"},
	{"window", HEARD_DURATION(struct reach_options, window), .value = "24h", .min = 60000,
	 .max = 2592000000.0, .help = "Within this time"},
	{.name = NULL},
};

const struct heard_option tickets_options[] = {
	{"database", HEARD_STATE_PATH(struct tickets, database), .value = "tickets.db",
	 .help = "SQLite file of the store; its search index is kept beside it"},
	{"sla", HEARD_TABLE(struct tickets, sla, sla_table, struct sla_row), .value = "",
	 .help = "Service levels; the first row that fits a ticket and sets a clock wins"},
	{"calendar", HEARD_GROUP(struct tickets, calendar, calendar_table),
	 .help = "Which time counts as working time; without it all does"},
	{"departments",
	 HEARD_TABLE(struct tickets, departments, department_options, struct department_row),
	 .value = "", .help = "Who works on tickets"},
	{"follow_up", HEARD_GROUP(struct tickets, follow_up, follow_up_options),
	 .help = "The question how it went, after the resolution"},
	{"relapse", HEARD_DURATION(struct tickets, relapse), .value = "7d",
	 .help = "How long after the resolution to look whether the trouble came back; 0s "
		 "never"},
	{"reopen", HEARD_DURATION(struct tickets, reopen), .value = "14d",
	 .help = "How long after the resolution a ticket may be reopened; later a new one is "
		 "made"},
	{"close", HEARD_DURATION(struct tickets, close), .value = "30d",
	 .help = "How long after the resolution a ticket is closed; 0s never"},
	{"reach", HEARD_GROUP(struct tickets, reach, reach_options),
	 .help = "When many customers say the same"},
	{"automatic", HEARD_CHOICE(struct tickets, automatic), .value = "keep",
	 .choices = automatic,
	 .help = "Mail that a program sent and that belongs to no ticket: keep makes none, "
		 "ticket treats it as a person's, for machines that pass on what customers "
		 "wrote; bounces and our own mail never make one"},
	{"contacts", HEARD_INT(struct tickets, contacts), .value = "3", .min = 2, .max = 1000,
	 .help = "The contact of one customer about one matter that escalates it"},
	{"retain", HEARD_MAP(struct tickets, retain), .value = "",
	 .help = "How long text is kept, by intent, spam, record (no ticket) and other: "
		 "complaint = 3y; what is not named is kept for ever"},
	{"listener", HEARD_STRING(struct tickets, pages.listener), .value = "",
	 .help = "Where customers' pages are; empty for public, if there is one"},
	{"promise", HEARD_GROUP(struct tickets, pages.promise, promise_table),
	 .help = "What the page /promise says of us"},
	{"public_url", HEARD_STRING(struct tickets, public_url), .value = "",
	 .help = "What stands before links to customers' pages: https://shop.example"},
	{.name = NULL},
};
