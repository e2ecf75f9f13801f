/* What the platform of WeChat posts.  The first byte says what an input is: a message
 * (XML or JSON), base64 to decrypt, or a message that is encrypted here first: a fuzzer
 * finds no key. */
#include "input/wechat/crypt.c"
#include "input/wechat/feedback.c"
#include "input/wechat/message.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char key[] = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";

static void read_message(struct heard_str raw)
{
	struct heard_error err = {0};
	struct message m;
	struct heard_buf body;
	char address[FEEDBACK_ADDRESS];
	heard_buf_init(&body, MESSAGE_MAX + BODY_EXTRA);
	if (message_read(&m, raw, &err) == 0) {
		write_body(&m, &body);
		feedback_address(&m, address);
		feedback_time(&m);
	}
	heard_buf_release(&body);
	message_release(&m);
}

static void open_cipher(const struct crypt *c, struct heard_str cipher)
{
	struct heard_error err = {0};
	struct heard_buf plain;
	heard_buf_init(&plain, MESSAGE_MAX);
	if (crypt_open(c, cipher, "wx1", &plain, &err) == 0)
		read_message(heard_buf_view(&plain));
	heard_buf_release(&plain);
}

/* The plain bytes are the input's, lengths and padding too. */
static void encrypt_and_open(const struct crypt *c, const uint8_t *data, size_t size)
{
	int n = (int)(size / AES_BLOCK * AES_BLOCK), done = 0;
	unsigned char *bytes = malloc((size_t)n + 1), *text = malloc((size_t)n * 2 + 8);
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	if (n > 0 && bytes && text && ctx &&
	    EVP_EncryptInit_ex(ctx, EVP_aes_256_cbc(), NULL, c->key, c->key) == 1 &&
	    EVP_CIPHER_CTX_set_padding(ctx, 0) == 1 &&
	    EVP_EncryptUpdate(ctx, bytes, &done, data, n) == 1) {
		int len = EVP_EncodeBlock(text, bytes, done);
		open_cipher(c, heard_str_n((const char *)text, (size_t)len));
	}
	EVP_CIPHER_CTX_free(ctx);
	free(bytes);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct crypt c;
	if (size == 0 || crypt_init(&c, key, NULL) != 0)
		return 0;
	struct heard_str rest = heard_str_n((const char *)data + 1, size - 1);
	switch (data[0]) {
	case 'c': open_cipher(&c, rest); break;
	case 'p': encrypt_and_open(&c, data + 1, size - 1); break;
	default: read_message(rest); break;
	}
	return 0;
}
