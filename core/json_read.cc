/*
 * json_read.cc - JSON into a tree of nodes, for answers of servers, requests of
 * the desk and files.  Records do not come this way: see json_record.cc.
 *
 * Nodes and text live in the document's own arena.
 */
#include "json_dom.hh"

#include <cstdlib>

struct heard_json_doc {
	struct arena arena;
	struct heard_json *root;
};

namespace
{

using simdjson::dom::element;
using simdjson::dom::element_type;

struct heard_json *build(struct arena *, element);

struct heard_json *copy_string(struct arena *a, struct heard_json *node, std::string_view s)
{
	node->type = HEARD_JSON_STRING;
	node->string = arena_copy(a, json::view(s));
	return node->string.ptr ? node : nullptr;
}

struct heard_json *build_array(struct arena *a, struct heard_json *node,
			       simdjson::dom::array array)
{
	const struct heard_json **tail = &node->first;
	node->type = HEARD_JSON_ARRAY;
	for (element e : array) {
		struct heard_json *child = build(a, e);
		if (child == nullptr)
			return nullptr;
		*tail = child;
		tail = &child->next;
	}
	return node;
}

struct heard_json *build_object(struct arena *a, struct heard_json *node,
				simdjson::dom::object object)
{
	const struct heard_json **tail = &node->first;
	node->type = HEARD_JSON_OBJECT;
	for (simdjson::dom::key_value_pair member : object) {
		struct heard_json *child = build(a, member.value);
		if (child == nullptr)
			return nullptr;
		child->key = arena_copy(a, json::view(member.key));
		if (child->key.ptr == nullptr)
			return nullptr;
		*tail = child;
		tail = &child->next;
	}
	return node;
}

struct heard_json *set_number(struct heard_json *node, double number)
{
	node->type = HEARD_JSON_NUMBER;
	node->number = number;
	return node;
}

struct heard_json *set_integer(struct heard_json *node, int64_t integer)
{
	node->type = HEARD_JSON_INT;
	node->integer = integer;
	node->number = static_cast<double>(integer);
	return node;
}

/* The node, or NULL without memory.
 * NOLINTNEXTLINE(misc-no-recursion): the parser has limited the depth. */
struct heard_json *build(struct arena *a, element e)
{
	auto *node = static_cast<struct heard_json *>(arena_zalloc(a, sizeof(heard_json)));
	if (node == nullptr)
		return nullptr;
	/* The types are known, so value_unsafe() has nothing to fail on. */
	switch (e.type()) {
	case element_type::ARRAY: return build_array(a, node, e.get_array().value_unsafe());
	case element_type::OBJECT: return build_object(a, node, e.get_object().value_unsafe());
	case element_type::INT64: return set_integer(node, e.get_int64().value_unsafe());
	case element_type::UINT64:
		return set_number(node, static_cast<double>(e.get_uint64().value_unsafe()));
	case element_type::DOUBLE: return set_number(node, e.get_double().value_unsafe());
	case element_type::STRING: return copy_string(a, node, e.get_string().value_unsafe());
	case element_type::BOOL:
		node->type = HEARD_JSON_BOOL;
		node->boolean = e.get_bool().value_unsafe();
		return node;
	case element_type::NULL_VALUE: node->type = HEARD_JSON_NULL; return node;
	}
	return nullptr;
}

/* What a tree may take.  The densest text has a node for every two bytes; a
 * large one that is as dense as that is an attack. */
constexpr size_t memory_cap = 64 << 20;

} // namespace

struct heard_json_doc *heard_json_parse(struct heard_str text, size_t cap,
					struct heard_error *err)
{
	element root;
	if (text.len > cap) {
		heard_fail(err, EMSGSIZE, "the JSON has %zu bytes, more than the %zu allowed",
			   text.len, cap);
		return nullptr;
	}
	if (json::parse(text, &root, err) < 0)
		return nullptr;
	auto *doc = static_cast<struct heard_json_doc *>(calloc(1, sizeof(heard_json_doc)));
	if (doc) {
		arena_init(&doc->arena, memory_cap);
		doc->root = build(&doc->arena, root);
		if (doc->root)
			return doc;
	}
	heard_json_destroy(doc);
	heard_fail(err, ENOMEM, "the JSON has too many values for the memory allowed");
	return nullptr;
}

const struct heard_json *heard_json_root(const struct heard_json_doc *doc)
{
	return doc->root;
}

void heard_json_destroy(struct heard_json_doc *doc)
{
	if (doc == nullptr)
		return;
	arena_release(&doc->arena);
	free(doc);
}

/* The last one wins, as everywhere. */
const struct heard_json *heard_json_member(const struct heard_json *object, const char *key)
{
	const struct heard_json *found = nullptr;
	if (object == nullptr || object->type != HEARD_JSON_OBJECT)
		return nullptr;
	for (const struct heard_json *m = object->first; m; m = m->next)
		if (heard_str_is(m->key, key))
			found = m;
	return found;
}

struct heard_str heard_json_string(const struct heard_json *object, const char *key)
{
	const struct heard_json *m = heard_json_member(object, key);
	struct heard_str none = {nullptr, 0};
	return m && m->type == HEARD_JSON_STRING ? m->string : none;
}
