// SPDX-License-Identifier: GPL-2.0-or-later
//
// The format `json`: one flat object a line (RFC 8259), the table of fields in
// its order, the packet that an ICMP error quotes as `inner`.
#include <cstring>
#include <optional>

#include "core/community_id.hpp"
#include "core/fields.hpp"
#include "core/names.hpp"
#include "format/date.hpp"
#include "format/escape.hpp"
#include "format/event_json.hpp"
#include "format/formatter.hpp"
#include "format/json_fields.hpp"

namespace nflogd::format {
namespace {

constexpr bool is_quoted(FieldType type) {
    return type != FieldType::integer && type != FieldType::boolean && type != FieldType::tcp_flags;
}

}  // namespace

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

JsonFields::JsonFields(const Labels& labels) : labels_(labels) {}

const std::string& JsonFields::label(std::uint16_t number, LabelText text) {
    const Label& known = labels_.get(number, [](const RuleLabel& label) {
        Label escaped;
        for (std::size_t i = 0; i < kLabelTexts; ++i) escaped[i] = json_text(label.texts[i]);
        return escaped;
    });
    return known[static_cast<std::size_t>(text)];
}

template <FieldType Type, typename Value>
Writer JsonFields::value(Writer writer, const Value& value, const Headers& headers,
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
        writer.put(label(value, *label_text(Type)));
    } else {
        static_assert(Type == FieldType::prefix);
        writer = write_json_text(writer, record.prefix_text());
    }
    return writer;
}

// One comparison a row of the table, which goes the same way for most records:
// that costs less than to find the next field that is there.
#define WRITE_FIELD(name, type, member)                                   \
    if constexpr (is_quoted(FieldType::type)) {                           \
        writer.literal(",\"" #name "\":\"");                              \
        writer = value<FieldType::type>(writer, member, headers, record); \
        writer.put('"');                                                  \
    } else {                                                              \
        writer.literal(",\"" #name "\":");                                \
        writer = value<FieldType::type>(writer, member, headers, record); \
    }

Writer JsonFields::envelope(Writer writer, const Record& record, std::uint64_t shown) {
    const Headers& headers = record.packet;
#define ENVELOPE(name, type, place)                          \
    if constexpr (FieldType::type != FieldType::timestamp) { \
        if ((shown & bits(Field::name)) != 0) {              \
            WRITE_FIELD(name, type, record.place)            \
        }                                                    \
    }
#include "core/fields.def"
    return writer;
}

Writer JsonFields::headers(Writer writer, const Headers& headers, const Record& record,
                           std::uint64_t shown) {
#define HEADER(name, type, place)                 \
    if ((shown & bits(HeaderField::name)) != 0) { \
        WRITE_FIELD(name, type, headers.place)    \
    }
#include "core/fields.def"
    return writer;
}
#undef WRITE_FIELD

Writer JsonFields::inner(Writer writer, const Record& record, std::uint64_t shown) {
    return write_object(writer, R"(,"inner":)", [&](Writer inside) {
        return headers(inside, record.inner, record, shown);
    });
}

namespace {

class JsonFormatter : public Formatter {
public:
    explicit JsonFormatter(FormatOptions options)
        : fields_(*options.labels),
          selection_(options.text.fields),
          host_(json_text(std::string_view(options.host).substr(0, kMaxName))),
          behind_timestamp_(R"(","event":"packet","host":")" + host_ + '"') {
        if (options.text.community_id.value_or(false)) {
            community_id_.emplace(options.text.community_id_seed);
        }
    }

    std::size_t packet(const Packet& packet, std::span<char> out) override {
        const Record& record = packet.record;
        const Shown shown(record, selection_);
        Writer writer(out.data());
        writer.literal(R"({"timestamp":")");
        writer = time_.write(writer, record.timestamp_ns);
        writer.put(behind_timestamp_);
        writer = fields_.envelope(writer, record, shown.envelope);
        writer = fields_.headers(writer, record.packet, record, shown.packet);
        if (community_id_) writer = write_community_id(writer, record.packet);
        if (shown.inner != 0) writer = fields_.inner(writer, record, shown.inner);
        writer.literal("}\n");
        return static_cast<std::size_t>(writer.position() - out.data());
    }

    void event(const Event& event, std::string& out) override {
        write_event_json(event, host_, out);
    }

private:
    Writer write_community_id(Writer writer, const Headers& headers) {
        const std::string_view id = community_id_->of(headers);
        if (id.empty()) return writer;
        writer.literal(R"(,"community_id":")");
        writer.put(id);
        writer.put('"');
        return writer;
    }

    JsonFields fields_;
    const FieldSelection selection_;
    const std::string host_;
    const std::string behind_timestamp_;
    std::optional<CommunityId> community_id_;
    UtcTime time_;
};

}  // namespace

std::unique_ptr<Formatter> make_json(FormatOptions options) {
    return std::make_unique<JsonFormatter>(std::move(options));
}

}  // namespace nflogd::format
