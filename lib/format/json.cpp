// SPDX-License-Identifier: GPL-2.0-or-later
//
// The format `json`: one flat object a line (RFC 8259), the table of fields in
// its order, the packet that an ICMP error quotes as `inner`.
#include <cstring>
#include <vector>

#include "core/fields.hpp"
#include "core/names.hpp"
#include "format/date.hpp"
#include "format/escape.hpp"
#include "format/event_json.hpp"
#include "format/formatter.hpp"

namespace nflogd::format {
namespace {

/// Longer names are cut: they come from the configuration, which allows less.
constexpr std::size_t kMaxName = 255;

constexpr bool is_quoted(FieldType type) {
    return type != FieldType::integer && type != FieldType::boolean && type != FieldType::tcp_flags;
}

Writer write_tcp_flags(Writer writer, std::uint16_t flags) {
    writer.put('[');
    bool first = true;
    for (const TcpFlagName& flag : tcp_flag_names()) {
        if ((flags & flag.bit) == 0) continue;
        if (!first) writer.put(',');
        first = false;
        writer.put('"');
        writer.put(flag.name);
        writer.put('"');
    }
    writer.put(']');
    return writer;
}

Writer write_interface(Writer writer, const Interface& interface) {
    const std::string_view name(interface.name.data(),
                                ::strnlen(interface.name.data(), interface.name.size()));
    if (!name.empty()) return write_json_text(writer, name);
    writer.literal("if");
    writer.decimal(interface.index);
    return writer;
}

class JsonFormatter : public Formatter {
public:
    explicit JsonFormatter(FormatOptions options)
        : labels_(*options.labels),
          host_(json_text(std::string_view(options.host).substr(0, kMaxName))),
          behind_timestamp_(R"(","event":"packet","host":")" + host_ + '"') {
        known_labels_.resize(Labels::kMax);
    }

    std::size_t packet(const Packet& packet, std::span<char> out) override {
        const Record& record = packet.record;
        Writer writer(out.data());
        writer.literal(R"({"timestamp":")");
        writer = time_.write(writer, record.timestamp_ns);
        writer.put(behind_timestamp_);
        writer = write_envelope(writer, record);
        writer = write_headers(writer, record.packet, record);
        if (record.quotes && record.inner.present != 0) writer = write_inner(writer, record);
        writer.literal("}\n");
        return static_cast<std::size_t>(writer.position() - out.data());
    }

    void event(const Event& event, std::string& out) override {
        write_event_json(event, host_, out);
    }

private:
    /// By LabelText, escaped.
    using JsonLabel = std::array<std::string, kLabelTexts>;

    // One comparison a row of the table, which goes the same way for most records:
    // that costs less than to find the next field that is there.
#define WRITE_FIELD(name, type, value)                                         \
    if constexpr (is_quoted(FieldType::type)) {                                \
        writer.literal(",\"" #name "\":\"");                                   \
        writer = write_value<FieldType::type>(writer, value, headers, record); \
        writer.put('"');                                                       \
    } else {                                                                   \
        writer.literal(",\"" #name "\":");                                     \
        writer = write_value<FieldType::type>(writer, value, headers, record); \
    }

    Writer write_envelope(Writer writer, const Record& record) {
        const Headers& headers = record.packet;
#define ENVELOPE(name, type, member)                         \
    if constexpr (FieldType::type != FieldType::timestamp) { \
        if (record.has(Field::name)) {                       \
            WRITE_FIELD(name, type, record.member)           \
        }                                                    \
    }
#include "core/fields.def"
        return writer;
    }

    Writer write_headers(Writer writer, const Headers& headers, const Record& record) {
#define HEADER(name, type, member)              \
    if (headers.has(HeaderField::name)) {       \
        WRITE_FIELD(name, type, headers.member) \
    }
#include "core/fields.def"
        return writer;
    }
#undef WRITE_FIELD

    Writer write_inner(Writer writer, const Record& record) {
        writer.literal(R"(,"inner":)");
        char* start = writer.position();
        writer = write_headers(writer, record.inner, record);
        *start = '{';  // where the first key has its comma
        writer.put('}');
        return writer;
    }

    template <FieldType Type, typename Value>
    Writer write_value(Writer writer, const Value& value, const Headers& headers,
                       const Record& record) {
        if constexpr (Type == FieldType::integer) {
            writer.decimal(value);
        } else if constexpr (Type == FieldType::boolean) {
            writer.put(value ? std::string_view("true") : "false");
        } else if constexpr (Type == FieldType::tcp_flags) {
            writer = write_tcp_flags(writer, value);
        } else if constexpr (Type == FieldType::interface) {
            writer = write_interface(writer, value);
        } else if constexpr (Type == FieldType::address) {
            writer.address(value, headers.ip_version);
        } else if constexpr (Type == FieldType::ipv4) {
            writer.ipv4(value.data());
        } else if constexpr (Type == FieldType::mac) {
            writer.mac(value);
        } else if constexpr (Type == FieldType::ether_type) {
            writer.hex16(value);
        } else if constexpr (Type == FieldType::protocol) {
            writer.put(protocol_name(value));
        } else if constexpr (Type == FieldType::hook) {
            writer.put(hook_name(value));
        } else if constexpr (Type == FieldType::malformed) {
            writer.put(malformed_text(value));
        } else if constexpr (label_text(Type)) {
            writer.put(label(value)[static_cast<std::size_t>(*label_text(Type))]);
        } else {
            static_assert(Type == FieldType::prefix);
            writer = write_json_text(writer, record.prefix_text());
        }
        return writer;
    }

    const JsonLabel& label(std::uint16_t number) {
        const auto& known = known_labels_[number];
        return known == nullptr ? learn_label(number) : *known;
    }

    /// Each is escaped once.
    [[gnu::noinline]] const JsonLabel& learn_label(std::uint16_t number) {
        auto learned = std::make_unique<JsonLabel>();
        const RuleLabel label = labels_[number];
        for (std::size_t i = 0; i < kLabelTexts; ++i) (*learned)[i] = json_text(label.texts[i]);
        known_labels_[number] = std::move(learned);
        return *known_labels_[number];
    }

    const Labels& labels_;
    const std::string host_;
    const std::string behind_timestamp_;
    std::vector<std::unique_ptr<const JsonLabel>> known_labels_;  ///< by number
    UtcTime time_;
};

}  // namespace

std::unique_ptr<Formatter> make_json(FormatOptions options) {
    return std::make_unique<JsonFormatter>(std::move(options));
}

}  // namespace nflogd::format
