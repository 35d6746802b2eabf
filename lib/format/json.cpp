// SPDX-License-Identifier: GPL-2.0-or-later
//
// The format `json`: one flat object a line (RFC 8259), the table of fields in
// its order, the packet that an ICMP error quotes as `inner`.
#include <bit>
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

/// `,"name":` padded, so that it is copied in one move.
struct Key {
    std::array<char, 24> text{};
    std::uint8_t length = 0;
};

template <std::size_t Count>
constexpr std::array<Key, Count> make_keys(const std::array<FieldRow, Count>& rows) {
    std::array<Key, Count> keys{};
    for (std::size_t i = 0; i < Count; ++i) {
        Key& key = keys[i];
        const auto add = [&key](char c) { key.text[key.length++] = c; };
        add(',');
        add('"');
        for (const char c : rows[i].name) add(c);
        add('"');
        add(':');
    }
    return keys;
}

constexpr auto kEnvelopeKeys = make_keys(kEnvelopeFields);
constexpr auto kHeaderKeys = make_keys(kHeaderFields);

template <typename T>
const T& member(const void* object, const FieldRow& row) {
    return *reinterpret_cast<const T*>(static_cast<const char*>(object) + row.offset);
}

std::uint64_t integer(const void* object, const FieldRow& row) {
    switch (row.size) {
        case 1: return member<std::uint8_t>(object, row);
        case 2: return member<std::uint16_t>(object, row);
        case 4: return member<std::uint32_t>(object, row);
        default: return member<std::uint64_t>(object, row);
    }
}

void write_quoted(Writer& writer, std::string_view harmless) {
    writer.put('"');
    writer.put(harmless);
    writer.put('"');
}

void write_tcp_flags(Writer& writer, std::uint16_t flags) {
    writer.put('[');
    bool first = true;
    for (const TcpFlagName& flag : tcp_flag_names()) {
        if ((flags & flag.bit) == 0) continue;
        if (!first) writer.put(',');
        first = false;
        write_quoted(writer, flag.name);
    }
    writer.put(']');
}

void write_interface(Writer& writer, const Interface& interface) {
    writer.put('"');
    const std::string_view name(interface.name.data(),
                                ::strnlen(interface.name.data(), interface.name.size()));
    if (name.empty()) {
        writer.put("if");
        writer.decimal(interface.index);
    } else {
        write_json_text(writer, name);
    }
    writer.put('"');
}

class JsonFormatter : public Formatter {
public:
    explicit JsonFormatter(FormatOptions options)
        : labels_(*options.labels),
          host_(json_text(std::string_view(options.host).substr(0, kMaxName))) {
        known_labels_.reserve(Labels::kMaxRules);
    }

    std::size_t packet(const Record& record, std::span<char> out) override {
        Writer writer(out.data());
        writer.put(R"({"timestamp":")");
        time_.write(writer, record.timestamp_ns);
        writer.put(R"(","event":"packet","host":")");
        writer.put(host_);
        writer.put('"');
        write_envelope(writer, record);
        write_headers(writer, record.packet);
        if (record.quotes && record.inner.present != 0) write_inner(writer, record.inner);
        writer.put("}\n");
        return static_cast<std::size_t>(writer.position() - out.data());
    }

    void event(const Event& event, std::string& out) override {
        write_event_json(event, host_, out);
    }

private:
    struct JsonLabel {
        std::string name;
        std::string action;
    };

    void write_envelope(Writer& writer, const Record& record) {
        constexpr std::uint64_t kWrittenFirst = std::uint64_t{1}
                                                << static_cast<unsigned>(Field::timestamp);
        for (std::uint64_t rest = record.present & ~kWrittenFirst; rest != 0; rest &= rest - 1) {
            const auto index = static_cast<std::size_t>(std::countr_zero(rest));
            const Key& key = kEnvelopeKeys[index];
            writer.put_padded(key.text, key.length);
            write_field(writer, kEnvelopeFields[index], &record, record.packet.ip_version);
        }
    }

    void write_headers(Writer& writer, const Headers& headers) {
        for (std::uint64_t rest = headers.present; rest != 0; rest &= rest - 1) {
            const auto index = static_cast<std::size_t>(std::countr_zero(rest));
            const Key& key = kHeaderKeys[index];
            writer.put_padded(key.text, key.length);
            write_field(writer, kHeaderFields[index], &headers, headers.ip_version);
        }
    }

    void write_inner(Writer& writer, const Headers& inner) {
        writer.put(R"(,"inner":)");
        char* start = writer.position();
        write_headers(writer, inner);
        *start = '{';  // where the first key has its comma
        writer.put('}');
    }

    void write_field(Writer& writer, const FieldRow& row, const void* object,
                     std::uint8_t ip_version) {
        switch (row.type) {
            case FieldType::integer: writer.decimal(integer(object, row)); return;
            case FieldType::boolean:
                writer.put(member<bool>(object, row) ? std::string_view("true") : "false");
                return;
            case FieldType::tcp_flags:
                write_tcp_flags(writer, member<std::uint16_t>(object, row));
                return;
            case FieldType::interface:
                write_interface(writer, member<Interface>(object, row));
                return;
            default: break;
        }
        writer.put('"');
        write_string_field(writer, row, object, ip_version);
        writer.put('"');
    }

    void write_string_field(Writer& writer, const FieldRow& row, const void* object,
                            std::uint8_t ip_version) {
        switch (row.type) {
            case FieldType::address:
                writer.address(member<IpAddress>(object, row), ip_version);
                break;
            case FieldType::ipv4: writer.ipv4(member<Ipv4Address>(object, row).data()); break;
            case FieldType::mac: writer.mac(member<MacAddress>(object, row)); break;
            case FieldType::ether_type: writer.hex16(member<std::uint16_t>(object, row)); break;
            case FieldType::protocol:
                writer.put(protocol_name(member<std::uint8_t>(object, row)));
                break;
            case FieldType::hook: writer.put(hook_name(member<Hook>(object, row))); break;
            case FieldType::malformed:
                writer.put(malformed_text(member<Malformed>(object, row)));
                break;
            case FieldType::rule_name:
                writer.put(label(member<std::uint16_t>(object, row)).name);
                break;
            case FieldType::rule_action:
                writer.put(label(member<std::uint16_t>(object, row)).action);
                break;
            case FieldType::prefix:
                write_json_text(writer, static_cast<const Record*>(object)->prefix_text());
                break;
            default: break;
        }
    }

    /// Escaped once, when the rule is seen for the first time.
    const JsonLabel& label(std::uint16_t rule) {
        while (known_labels_.size() <= rule) {
            const RuleLabel& next = labels_[static_cast<std::uint16_t>(known_labels_.size())];
            known_labels_.push_back({json_text(std::string_view(next.name).substr(0, kMaxName)),
                                     json_text(std::string_view(next.action).substr(0, kMaxName))});
        }
        return known_labels_[rule];
    }

    const Labels& labels_;
    const std::string host_;
    std::vector<JsonLabel> known_labels_;
    UtcTime time_;
};

}  // namespace

std::unique_ptr<Formatter> make_json(FormatOptions options) {
    return std::make_unique<JsonFormatter>(std::move(options));
}

}  // namespace nflogd::format
