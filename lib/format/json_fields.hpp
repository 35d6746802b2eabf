// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Members of JSON objects (RFC 8259): the rows of the table of fields as `json` has
/// them, and what the formats with objects of their own are put together from.
///
/// A member is written with a comma before it; write_object() makes the brace of the
/// first one. Nothing checks for room: kMaxText is for the longest (json_test.cpp).
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "core/fields.hpp"
#include "core/labels.hpp"
#include "core/options.hpp"
#include "core/record.hpp"
#include "format/label_cache.hpp"
#include "format/writer.hpp"

namespace nflogd::format {

/// Longer names are cut: they come from the configuration, which allows less.
inline constexpr std::size_t kMaxName = 255;

template <typename... Fields>
constexpr std::uint64_t bits(Fields... fields) {
    return ((std::uint64_t{1} << static_cast<unsigned>(fields)) | ...);
}

/// A record as an output prints it: without the fields that it leaves out.
struct Shown {
    Shown(const Record& from, const FieldSelection& selection)
        : record(from),
          envelope(from.present & selection.envelope),
          packet(from.packet.present & selection.packet),
          inner(from.quotes ? from.inner.present & selection.inner : 0) {}

    [[nodiscard]] bool has(Field field) const { return (envelope & bits(field)) != 0; }
    [[nodiscard]] bool has(HeaderField field) const { return (packet & bits(field)) != 0; }

    const Record& record;
    std::uint64_t envelope;  ///< bits by Field
    std::uint64_t packet;    ///< bits by HeaderField
    std::uint64_t inner;     ///< likewise, of the quoted packet
};

class JsonFields {
public:
    /// `labels` outlives it.
    explicit JsonFields(const Labels& labels);

    /// `,"name":value` of each field in `shown`.
    Writer envelope(Writer writer, const Record& record, std::uint64_t shown);
    Writer headers(Writer writer, const Headers& headers, const Record& record,
                   std::uint64_t shown);
    /// `,"inner":{…}`
    Writer inner(Writer writer, const Record& record, std::uint64_t shown);

private:
    using Label = std::array<std::string, kLabelTexts>;  ///< by LabelText, escaped

    template <FieldType Type, typename Value>
    Writer value(Writer writer, const Value& value, const Headers& headers, const Record& record);
    const std::string& label(std::uint16_t number, LabelText text);

    LabelCache<Label> labels_;
};

/// The name, or `if12` of an index without one.
Writer write_interface(Writer writer, const Interface& interface);
/// `["SYN","ACK"]`
Writer write_tcp_flags(Writer writer, std::uint16_t flags);

/// `key` is `,"name":`; `body` writes the members. Nothing if there are none.
template <std::size_t Size, typename Body>
Writer write_object(Writer writer, const char (&key)[Size], Body body) {
    const Writer before = writer;
    writer.literal(key);
    char* const start = writer.position();
    writer = body(writer);
    if (writer.position() == start) return before;
    *start = '{';  // where the first member has its comma
    writer.put('}');
    return writer;
}

}  // namespace nflogd::format
