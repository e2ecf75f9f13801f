/*
 * test_http_tls.c - the listeners' TLS, with a certificate made for the test.
 */
#include "http.h"

#include <heard/error.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static struct {
	char folder[64], certificate[96], key[96], other_key[96];
	struct conf conf;
	struct conf_listener listener;
	struct loop *loop;
	struct http *http;
	int fd;
	SSL_CTX *ctx;
	SSL *ssl;
} t;

static EVP_PKEY *write_key(const char *path)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL);
	fclose(f);
	return key;
}

static void write_certificate(const char *path, EVP_PKEY *key)
{
	X509 *x = X509_new();
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	X509_gmtime_adj(X509_getm_notBefore(x), -60);
	X509_gmtime_adj(X509_getm_notAfter(x), 3600);
	X509_set_pubkey(x, key);
	X509_sign(x, key, EVP_sha256());
	PEM_write_X509(f, x);
	fclose(f);
	X509_free(x);
}

static int make_files(void **state)
{
	(void)state;
	snprintf(t.folder, sizeof(t.folder), "/tmp/test_http_tls.XXXXXX");
	assert_non_null(mkdtemp(t.folder));
	snprintf(t.certificate, sizeof(t.certificate), "%s/cert.pem", t.folder);
	snprintf(t.key, sizeof(t.key), "%s/key.pem", t.folder);
	snprintf(t.other_key, sizeof(t.other_key), "%s/other.pem", t.folder);
	EVP_PKEY *key = write_key(t.key), *other = write_key(t.other_key);
	write_certificate(t.certificate, key);
	EVP_PKEY_free(key);
	EVP_PKEY_free(other);
	return 0;
}

static int remove_files(void **state)
{
	(void)state;
	unlink(t.certificate);
	unlink(t.key);
	unlink(t.other_key);
	return rmdir(t.folder);
}

static void handle_echo(void *arg, struct heard_http *take)
{
	(void)arg;
	heard_http_reply(take, 200, "text/plain", heard_http_body(take));
}

static void create(void)
{
	struct heard_error err = {0};
	t.listener = (struct conf_listener){.name = "public",
					    .address = "127.0.0.1:0",
					    .header_timeout = 10000,
					    .body_timeout = 10000,
					    .idle_timeout = 10000,
					    .max_header = 8192};
	t.listener.tls.certificate = t.certificate;
	t.listener.tls.key = t.key;
	t.conf = (struct conf){.listeners = &t.listener, .n_listeners = 1};
	t.loop = loop_create("test", &err);
	t.http = http_create(&t.conf, t.loop);
	struct heard_route route = {.listener = "public",
				    .path = "/echo",
				    .methods = HEARD_HTTP_POST,
				    .max_body = 1 << 20,
				    .handle = handle_echo};
	assert_int_equal(http_mount(t.http, NULL, &route, &err), 0);
}

static int dial(void)
{
	struct sockaddr_in in = {.sin_family = AF_INET};
	struct timeval deadline = {.tv_sec = 30};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	in.sin_port = htons((uint16_t)http_port(t.http, "public"));
	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &deadline, sizeof(deadline));
	assert_int_equal(connect(fd, (struct sockaddr *)&in, sizeof(in)), 0);
	return fd;
}

static int start(void **state)
{
	struct heard_error err = {0};
	(void)state;
	create();
	if (http_listen(t.http, NULL, 0, &err) < 0)
		fail_msg("%s", err.text);
	http_serve(t.http);
	assert_int_equal(loop_start(t.loop, &err), 0);
	t.fd = dial();
	t.ctx = SSL_CTX_new(TLS_client_method());
	t.ssl = SSL_new(t.ctx);
	SSL_set_fd(t.ssl, t.fd);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	SSL_free(t.ssl);
	SSL_CTX_free(t.ctx);
	close(t.fd);
	loop_stop(t.loop);
	loop_join(t.loop);
	http_destroy(t.http);
	loop_destroy(t.loop);
	return 0;
}

/* Bytes of one answer whose body ends with that letter. */
static size_t hear(char *out, size_t size, char last, size_t body)
{
	size_t len = 0;
	for (;;) {
		out[len] = '\0';
		char *end = strstr(out, "\r\n\r\n");
		if (end && len == (size_t)(end - out) + 4 + body) {
			assert_int_equal(out[len - 1], last);
			return len;
		}
		int n = SSL_read(t.ssl, out + len, end ? (int)(size - len - 1) : 1);
		if (n <= 0)
			fail_msg("the connection ended after %zu bytes", len);
		len += (size_t)n;
		assert_true(len + 1 < size);
	}
}

static void large_body_goes_both_ways(void **state)
{
	enum { N = 300000 };
	static const unsigned char protocols[] = "\x02h2\x08http/1.1";
	const unsigned char *chosen;
	unsigned chosen_len;
	char *text = malloc(N + 200), *out = malloc(N + 1000);
	int head = sprintf(text, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n",
			   N);
	(void)state;
	memset(text + head, 'x', N);
	SSL_set_alpn_protos(t.ssl, protocols, sizeof(protocols) - 1);
	assert_int_equal(SSL_connect(t.ssl), 1);
	SSL_get0_alpn_selected(t.ssl, &chosen, &chosen_len);
	assert_int_equal(chosen_len, 8);
	for (int round = 0; round < 3; round++) {
		assert_int_equal(SSL_write(t.ssl, text, head + N), head + N);
		hear(out, N + 1000, 'x', N);
	}
	free(text);
	free(out);
}

static void pipelined_requests_of_one_record_are_all_answered(void **state)
{
	static const char two[] =
		"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\na"
		"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nb";
	char out[1000];
	(void)state;
	assert_int_equal(SSL_connect(t.ssl), 1);
	for (int round = 0; round < 3; round++) {
		assert_int_equal(SSL_write(t.ssl, two, sizeof(two) - 1), (int)sizeof(two) - 1);
		hear(out, sizeof(out), 'a', 1);
		hear(out, sizeof(out), 'b', 1);
	}
}

static void old_versions_and_plain_text_are_refused(void **state)
{
	char out[100];
	(void)state;
	SSL_set_security_level(t.ssl, 0);
	SSL_set_min_proto_version(t.ssl, TLS1_VERSION);
	SSL_set_max_proto_version(t.ssl, TLS1_1_VERSION);
	assert_int_not_equal(SSL_connect(t.ssl), 1);
	int plain = dial();
	send(plain, "GET / HTTP/1.1\r\nHost: x\r\n\r\n", 27, MSG_NOSIGNAL);
	while (recv(plain, out, sizeof(out), 0) > 0)
		assert_null(memmem(out, sizeof(out), "HTTP/1.1", 8));
	close(plain);
}

static void expect_fault(const char *certificate, const char *key, const char *wanted)
{
	struct faults faults;
	faults_init(&faults);
	create();
	t.listener.file = "heard.conf";
	t.listener.line = 7;
	t.listener.tls.certificate = certificate;
	t.listener.tls.key = key;
	http_check(t.http, &faults);
	assert_int_equal(faults.n, 1);
	const char *said = faults.at[0].text;
	if (!strstr(said, "listener \"public\"") || !strstr(said, wanted))
		fail_msg("wanted \"%s\", got: %s", wanted, said);
	assert_string_equal(faults.at[0].file, "heard.conf");
	assert_int_equal(faults.at[0].line, 7);
	faults_release(&faults);
	assert_int_equal(http_port(t.http, "public"), -1);
	http_destroy(t.http);
	loop_destroy(t.loop);
}

static void certificate_problems_are_told(void **state)
{
	(void)state;
	expect_fault("/nonexistent.pem", t.key, "/nonexistent.pem");
	expect_fault(t.key, t.key, t.key); /* not a certificate */
	expect_fault(t.certificate, t.certificate, "key");
	expect_fault(t.certificate, t.other_key, "does not belong to");
	expect_fault(t.certificate, NULL, "both certificate and key");
}

int main(void)
{
#define WITH(test) cmocka_unit_test_setup_teardown(test, start, stop)
	const struct CMUnitTest tests[] = {
		WITH(large_body_goes_both_ways),
		WITH(pipelined_requests_of_one_record_are_all_answered),
		WITH(old_versions_and_plain_text_are_refused),
		cmocka_unit_test(certificate_problems_are_told),
	};
	return cmocka_run_group_tests(tests, make_files, remove_files);
}
