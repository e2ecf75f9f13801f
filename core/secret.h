/*
 * secret.h - what stands for a text of the config but is kept elsewhere.
 *
 * ${env:NAME}   an environment variable
 * ${file:PATH}  a file's content, without its final newline; relative to the config
 * ${cred:NAME}  a credential of the service manager: $CREDENTIALS_DIRECTORY/NAME
 *
 * "$${" is a plain "${".  Values are not looked into again.
 */
#ifndef CORE_SECRET_H
#define CORE_SECRET_H

#include <heard/buf.h>

struct heard_error;

#define SECRET_FILE_MAX (64 * 1024) /* bytes of one file */

/* Append the text with every reference replaced.  The error names the
 * reference, never a value.  [main] */
int secret_expand(const char *text, const char *config_folder, struct heard_buf *out,
		  struct heard_error *);

#endif
