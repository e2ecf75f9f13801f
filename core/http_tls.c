/*
 * http_tls.c - bytes through a socket, plain or TLS, behind one pair of calls.
 *
 * TLS 1.2 and 1.3 only, the server's order of ciphers, no renegotiation, no
 * compression.  OpenSSL may need to write before it can read on (and the other
 * way round); the connection then waits for EV_WRITE and tries the read again.
 */
#include "http_parts.h"

#include "log.h"

#include <heard/error.h>

#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509err.h>
#include <sys/uio.h>
#include <unistd.h>

static const char *tls_reason(void)
{
	unsigned long code = ERR_peek_last_error();
	const char *reason = ERR_reason_error_string(code);
	ERR_clear_error();
	return reason ? reason : "unknown reason";
}

/* The one protocol we speak, for clients that ask by ALPN. */
static int choose_protocol(SSL *ssl, const unsigned char **out, unsigned char *out_len,
			   const unsigned char *in, unsigned in_len, void *arg)
{
	static const unsigned char ours[] = "\x08http/1.1";
	unsigned char *chosen = NULL;
	(void)ssl, (void)arg;
	if (SSL_select_next_proto(&chosen, out_len, ours, sizeof(ours) - 1, in, in_len) !=
	    OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_NOACK;
	*out = chosen;
	return SSL_TLSEXT_ERR_OK;
}

static void warn_of_dates(const struct conf_listener *conf, SSL_CTX *ctx)
{
	X509 *certificate = SSL_CTX_get0_certificate(ctx);
	if (X509_cmp_current_time(X509_get0_notAfter(certificate)) < 0)
		log_line(HEARD_WARN, "http",
			 "listener \"%s\": certificate %s has expired, serving it", conf->name,
			 conf->tls.certificate);
	else if (X509_cmp_current_time(X509_get0_notBefore(certificate)) > 0)
		log_line(HEARD_WARN, "http",
			 "listener \"%s\": certificate %s is not valid yet, serving it",
			 conf->name, conf->tls.certificate);
}

static int load(SSL_CTX *ctx, const struct conf_listener *conf, struct heard_error *err)
{
	if (SSL_CTX_use_certificate_chain_file(ctx, conf->tls.certificate) != 1)
		return heard_fail(err, EINVAL, "cannot use the certificate %s: %s",
				  conf->tls.certificate, tls_reason());
	if (SSL_CTX_use_PrivateKey_file(ctx, conf->tls.key, SSL_FILETYPE_PEM) == 1)
		return 0;
	if (ERR_GET_REASON(ERR_peek_last_error()) == X509_R_KEY_VALUES_MISMATCH) {
		ERR_clear_error();
		return heard_fail(err, EINVAL,
				  "the key %s does not belong to the certificate %s",
				  conf->tls.key, conf->tls.certificate);
	}
	return heard_fail(err, EINVAL, "cannot use the key %s: %s", conf->tls.key,
			  tls_reason());
}

SSL_CTX *http_tls_create(const struct conf_listener *conf, struct heard_error *err)
{
	if (conf->tls.certificate == NULL || conf->tls.key == NULL) {
		heard_fail(err, EINVAL, "listener \"%s\": tls needs both certificate and key",
			   conf->name);
		return NULL;
	}
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	if (ctx == NULL) {
		heard_fail(err, ENOMEM, "cannot set up TLS: %s", tls_reason());
		return NULL;
	}
	SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
	SSL_CTX_set_options(ctx, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_NO_RENEGOTIATION |
					 SSL_OP_NO_COMPRESSION);
	SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE |
				      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
				      SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_alpn_select_cb(ctx, choose_protocol, NULL);
	if (load(ctx, conf, err) < 0) {
		heard_error_wrap(err, "listener \"%s\"", conf->name);
		SSL_CTX_free(ctx);
		return NULL;
	}
	warn_of_dates(conf, ctx);
	return ctx;
}

/* What a result of SSL_read or SSL_write means. */
static ssize_t tls_result(struct http_conn *c, int result, bool is_write)
{
	if (result > 0)
		return result;
	int code = SSL_get_error(c->ssl, result);
	ERR_clear_error();
	switch (code) {
	case SSL_ERROR_WANT_READ: return is_write ? -EPROTO : -EAGAIN;
	case SSL_ERROR_WANT_WRITE:
		if (!is_write) {
			c->tls_wants_write = true;
			event_add(&c->out, NULL);
		}
		return -EAGAIN;
	case SSL_ERROR_ZERO_RETURN: return 0;
	default: return -ECONNRESET;
	}
}

static ssize_t plain_result(ssize_t n)
{
	if (n >= 0)
		return n;
	return errno == EINTR || errno == EWOULDBLOCK ? -EAGAIN : -errno;
}

static int clip(size_t n)
{
	return n > INT32_MAX ? INT32_MAX : (int)n;
}

ssize_t http_io_read(struct http_conn *c, void *to, size_t n)
{
	if (c->ssl == NULL)
		return plain_result(recv(c->fd, to, n, 0));
	ERR_clear_error();
	return tls_result(c, SSL_read(c->ssl, to, clip(n)), false);
}

ssize_t http_io_write(struct http_conn *c, const void *from, size_t n)
{
	if (c->ssl == NULL)
		return plain_result(send(c->fd, from, n, MSG_NOSIGNAL));
	ERR_clear_error();
	return tls_result(c, SSL_write(c->ssl, from, clip(n)), true);
}

void http_io_shutdown(struct http_conn *c)
{
	if (c->ssl && SSL_is_init_finished(c->ssl)) {
		SSL_shutdown(c->ssl);
		ERR_clear_error();
	}
	shutdown(c->fd, SHUT_WR);
}
