/*
 * noentry.c - for tests only: a shared object that is no plugin.
 */
__attribute__((visibility("default"))) int noentry_is_no_plugin(void);

int noentry_is_no_plugin(void)
{
	return 1;
}
