// SPDX-License-Identifier: GPL-2.0-or-later
//
// The keys of an output that say what the formats for SIEMs print.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "config/sections.hpp"
#include "config/words.hpp"
#include "core/fields.hpp"
#include "core/suggest.hpp"

namespace nflogd::config {
namespace {

constexpr Range kSeed{0, 65535};

/// In every record, whatever is asked for.
constexpr std::string_view kAlways[] = {"timestamp", "event", "host"};
constexpr std::string_view kInner = "inner";

/// Fields that were named.
struct NamedFields {
    std::uint64_t envelope = 0;
    std::uint64_t headers = 0;
    bool inner = false;
};

struct FieldsDraft {
    std::optional<NamedFields> include;
    std::optional<NamedFields> exclude;
};

std::vector<std::string_view> field_names() {
    std::vector<std::string_view> names(std::begin(kAlways), std::end(kAlways));
    for (const FieldRow& row : kEnvelopeFields) {
        if (row.name != kAlways[0]) names.push_back(row.name);
    }
    for (const FieldRow& row : kHeaderFields) names.push_back(row.name);
    names.push_back(kInner);
    return names;
}

template <typename Rows>
std::uint64_t bits_of(const Rows& rows, std::string_view name) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (rows[i].name == name) return std::uint64_t{1} << i;
    }
    return 0;
}

/// Whether it is in every record.
bool is_always(std::string_view name) {
    return std::find(std::begin(kAlways), std::end(kAlways), name) != std::end(kAlways);
}

void add_field(std::string_view name, NamedFields& fields) {
    fields.envelope |= bits_of(kEnvelopeFields, name);
    fields.headers |= bits_of(kHeaderFields, name);
    fields.inner = fields.inner || name == kInner;
}

NamedFields read_names(const TreeNode& node, bool exclude, Reader& reader) {
    NamedFields fields;
    const std::vector<std::string_view> known = field_names();
    reader.each(node, [&](const TreeNode& item) {
        std::string read;
        reader.value(item, read, [&](std::string_view name) -> Result<std::string> {
            if (std::find(known.begin(), known.end(), name) == known.end()) {
                return Error{unknown("field", name, known)};
            }
            if (exclude && is_always(name)) {
                return Error{fmt::format("{} is in every record", name)};
            }
            return std::string(name);
        });
        add_field(read, fields);
    });
    return fields;
}

constexpr Key<FieldsDraft> kFieldsKeys[] = {
    {"include", [](const TreeNode& node, FieldsDraft& draft,
                   Reader& reader) { draft.include = read_names(node, false, reader); }},
    {"exclude", [](const TreeNode& node, FieldsDraft& draft,
                   Reader& reader) { draft.exclude = read_names(node, true, reader); }},
};

void list_fields_keys(const std::string& prefix, std::vector<std::string>& out) {
    list_keys<FieldsDraft>(kFieldsKeys, prefix, out);
}

FieldSelection selection_of(const FieldsDraft& draft) {
    FieldSelection selection;
    if (draft.include) {
        selection.envelope = draft.include->envelope;
        selection.packet = draft.include->headers;
        selection.inner = draft.include->inner ? selection.packet : 0;
    } else if (draft.exclude) {
        selection.envelope = ~draft.exclude->envelope;
        selection.packet = ~draft.exclude->headers;
        selection.inner = draft.exclude->inner ? 0 : selection.packet;
    }
    return selection;
}

void read_fields(const TreeNode& node, OutputDraft& draft, Reader& reader) {
    draft.only_for.push_back({"fields", {"json", "ecs"}, reader.at(node)});
    FieldsDraft fields;
    reader.mapping<FieldsDraft>(node, kFieldsKeys, fields);
    if (fields.include && fields.exclude) {
        reader.fail(node, "takes include or exclude, not both");
    }
    draft.output.text.fields = selection_of(fields);
}

void read_community_id(const TreeNode& node, OutputDraft& draft, Reader& reader) {
    draft.only_for.push_back({"community_id", {"json", "ecs", "cef", "ocsf"}, reader.at(node)});
    bool wanted = false;
    reader.choice<bool>(node, wanted, "community_id", kBooleans);
    draft.output.text.community_id = wanted;
}

void read_seed(const TreeNode& node, OutputDraft& draft, Reader& reader) {
    draft.only_for.push_back(
        {"community_id_seed", {"json", "ecs", "cef", "ocsf"}, reader.at(node)});
    reader.integer(node, draft.output.text.community_id_seed, kSeed);
}

constexpr Key<TextOptions> kCefKeys[] = {
    {"strict_ipv6",
     [](const TreeNode& node, TextOptions& text, Reader& reader) {
         reader.choice<bool>(node, text.strict_ipv6, "strict_ipv6", kBooleans);
     }},
};

void list_cef_keys(const std::string& prefix, std::vector<std::string>& out) {
    list_keys<TextOptions>(kCefKeys, prefix, out);
}

void read_cef(const TreeNode& node, OutputDraft& draft, Reader& reader) {
    draft.only_for.push_back({"cef", {"cef"}, reader.at(node)});
    reader.mapping<TextOptions>(node, kCefKeys, draft.output.text);
}

constexpr Key<OutputDraft> kSiemKeys[] = {
    {.name = "fields", .read = read_fields, .children = list_fields_keys},
    {"community_id", read_community_id},
    {"community_id_seed", read_seed},
    {.name = "cef", .read = read_cef, .children = list_cef_keys},
};

}  // namespace

std::span<const Key<OutputDraft>> siem_keys() { return kSiemKeys; }

}  // namespace nflogd::config
