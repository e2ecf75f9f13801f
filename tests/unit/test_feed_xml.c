/*
 * test_feed_xml.c - RSS, Atom and other XML as items, and what of it is refused.
 */
#include "feed_fixture.h"

static const char rss[] =
	"<?xml version=\"1.0\"?><rss version=\"2.0\" "
	"xmlns:d=\"http://purl.org/dc/elements/1.1/\" "
	"xmlns:content=\"http://purl.org/rss/1.0/modules/content/\"><channel><title>T</title>"
	"<item><guid isPermaLink=\"false\">a1</guid><title>One</title><description>&lt;p>Say "
	"&amp;amp; do&lt;/p></description><pubDate>Mon, 05 Jan 2026 05:04:05 GMT</pubDate>"
	"<d:creator>Li</d:creator><category>x</category><category>y</category></item>"
	"<item><guid>a2</guid><content:encoded><![CDATA[<p>Full</p>]]></content:encoded>"
	"<description>Short</description></item></channel></rss>";

static void rss_is_read_without_a_map(void **state)
{
	(void)state;
	assert_int_equal(decode(rss), 2);
	assert_string_equal(field(0, HEARD_SOURCE_ID), "a1");
	assert_string_equal(field(0, HEARD_SUBJECT), "One");
	assert_string_equal(field(0, HEARD_BODY), "Say & do");
	assert_string_equal(field(0, HEARD_CREATED_AT), "2026-01-05T05:04:05.000Z");
	assert_string_equal(field(0, HEARD_AUTHOR_NAME), "Li");
	assert_string_equal(field(1, HEARD_BODY), "Full");
	assert_string_equal(field(1, HEARD_REVISION), "(none)");
}

static void atom_is_read_without_a_map(void **state)
{
	(void)state;
	assert_int_equal(
		decode("<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"zh\"><id>f</id>"
		       "<entry><id>urn:1</id><title type=\"html\">A &amp;lt; B</title><updated>"
		       "2026-01-05T05:04:06Z</updated><published>2026-01-05T05:04:05Z</"
		       "published>"
		       "<author><name>王五</name></author><link rel=\"alternate\" "
		       "href=\"http://x/"
		       "1\"/><link rel=\"edit\" href=\"http://x/2\"/><content "
		       "type=\"xhtml\"><div "
		       "xmlns=\"http://www.w3.org/1999/xhtml\"><p>很<b>好</b> &lt;3</p><p>再来"
		       "</p></div></content></entry></feed>"),
		1);
	assert_string_equal(field(0, HEARD_SOURCE_ID), "urn:1");
	assert_string_equal(field(0, HEARD_SUBJECT), "A < B");
	assert_string_equal(field(0, HEARD_BODY), "很好 <3\n\n再来");
	assert_string_equal(field(0, HEARD_AUTHOR_NAME), "王五");
	assert_string_equal(field(0, HEARD_REVISION), "1767589446000");
	assert_string_equal(field(0, HEARD_CREATED_AT), "2026-01-05T05:04:05.000Z");
}

static void rss_of_the_old_kind_and_empty_ones_are_read(void **state)
{
	(void)state;
	assert_int_equal(
		decode("<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" "
		       "xmlns=\"http://purl.org/rss/1.0/\"><channel><title>t</title></channel>"
		       "<item rdf:about=\"u\"><link>http://x/1</link><description>words"
		       "</description></item></rdf:RDF>"),
		1);
	assert_string_equal(field(0, HEARD_SOURCE_ID), "http://x/1");
	assert_int_equal(decode("<rss><channel/></rss>"), 0);
	assert_int_equal(decode("<rss><channel><title>t</title></channel></rss>"), 0);
	assert_int_equal(
		decode("<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>t</title></feed>"),
		0);
}

static void chinese_encodings_are_read(void **state)
{
	(void)state;
	assert_int_equal(
		decode("<?xml version='1.0' encoding='gb2312'?><rss><channel><item><guid>1"
		       "</guid><title>\xba\xc3\xd3\xc3</title></item>\n<item><guid>2</guid>"
		       "<title>\xff\xff</title></item></channel></rss>"),
		2);
	assert_string_equal(field(0, HEARD_SUBJECT), "好用");
	assert_int_equal(
		decode("<?xml version=\"1.0\" encoding=\"UTF-8\"?><rss><channel><item><guid>3"
		       "</guid><title>a\xff</title></item></channel></rss>"),
		1);
	assert_string_equal(field(2, HEARD_SUBJECT), "a\xef\xbf\xbd");
	assert_int_equal(
		decode("<?xml version='1.0' encoding='iso-8859-1'?><rss><channel><item><guid>"
		       "4</guid><title>caf\xe9</title></item></channel></rss>"),
		1);
	assert_string_equal(field(3, HEARD_SUBJECT), "café");
}

static void hostile_xml_is_refused(void **state)
{
	struct heard_buf b;
	(void)state;
	refused("<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>", "document type");
	refused("<!DOCTYPE rss SYSTEM \"file:///etc/passwd\"><rss/>", "document type");
	refused("<rss>&nbsp;</rss>", "undefined entity");
	refused("<rss><channel>", "not well-formed");
	refused("<?xml version='1.0' encoding='x-none'?><a/>", "encoding");
	heard_buf_init(&b, 4 << 20);
	for (int i = 0; i < 100; i++)
		heard_buf_puts(&b, "<a>");
	refused(b.ptr, "nested too deeply");
	heard_buf_clear(&b);
	heard_buf_puts(&b, "<a>");
	for (int i = 0; i < 1000; i++)
		heard_buf_printf(&b, "<b%d/>", i);
	heard_buf_puts(&b, "</a>");
	refused(b.ptr, "too many different members");
	heard_buf_clear(&b);
	heard_buf_puts(&b, "<feed xmlns:h='http://www.w3.org/1999/xhtml'><content>");
	for (int i = 0; i < 100; i++)
		heard_buf_puts(&b, "<h:b>");
	refused(b.ptr, "nested too deeply");
	heard_buf_release(&b);
}

static void memory_of_a_tree_is_capped(void **state)
{
	struct tree tree = {.cap = 100000};
	struct heard_buf b;
	(void)state;
	heard_buf_init(&b, 4 << 20);
	heard_buf_puts(&b, "<a>");
	for (int i = 0; i < 20000; i++)
		heard_buf_puts(&b, "<b/>");
	heard_buf_puts(&b, "</a>");
	assert_null(xml_parse(&tree, heard_buf_view(&b), &t.err));
	assert_non_null(strstr(t.err.text, "too large"));
	assert_true(tree.used <= tree.cap);
	tree_release(&tree);
	heard_buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH(rss_is_read_without_a_map),
		WITH(atom_is_read_without_a_map),
		WITH(rss_of_the_old_kind_and_empty_ones_are_read),
		WITH(chinese_encodings_are_read),
		WITH(hostile_xml_is_refused),
		WITH(memory_of_a_tree_is_capped),
	};
	return cmocka_run_group_tests_name("feed_xml", tests, NULL, NULL);
}
