/*
 * hook_tool.c - the tools we know.
 */
#include "hook_tool.h"

const char *const hook_tools[] = {"formbricks", "typeform", "tally", "limesurvey", NULL};

static const struct hook_tool tools[] = {
	{VERIFY_STANDARD, NULL, formbricks_look, formbricks_fill},
	{VERIFY_TYPEFORM, NULL, typeform_look, typeform_fill},
	{VERIFY_TALLY, NULL, tally_look, tally_fill},
	{VERIFY_TOKEN, "api_token", limesurvey_look, limesurvey_fill},
};

const struct hook_tool *hook_tool_at(int tool)
{
	return &tools[tool];
}
