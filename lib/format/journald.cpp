// SPDX-License-Identifier: GPL-2.0-or-later
#include "format/journald.hpp"

#include <array>
#include <cstring>
#include <vector>

#include "core/fields.hpp"
#include "core/names.hpp"
#include "format/date.hpp"
#include "format/event_json.hpp"
#include "format/event_line.hpp"
#include "format/severity.hpp"
#include "format/writer.hpp"

namespace nflogd::format {
namespace {

// Ours alone, for `journalctl MESSAGE_ID=…`.
constexpr std::string_view kPacketId = "8d0a4c2be3c14f0f9a5d6f5b1c7e2a41";
constexpr std::string_view kLedgerId = "8d0a4c2be3c14f0f9a5d6f5b1c7e2a42";
constexpr std::string_view kLifecycleId = "8d0a4c2be3c14f0f9a5d6f5b1c7e2a43";

/// The text needs room in front of it only for this.
constexpr std::string_view kMessage = "MESSAGE=";

template <std::size_t Rows>
std::vector<std::string> field_names(std::string_view prefix,
                                     const std::array<FieldRow, Rows>& rows) {
    std::vector<std::string> names;
    for (const FieldRow& row : rows) {
        std::string& name = names.emplace_back(prefix);
        for (const char c : row.name) name += c >= 'a' && c <= 'z' ? char(c - 'a' + 'A') : c;
    }
    return names;
}

/// `=text`, or the binary form: a line break, 64 bits of length, least significant byte
/// first, and the bytes.
Writer write_text(Writer writer, std::string_view text) {
    if (text.find('\n') == std::string_view::npos) {
        writer.put('=');
    } else {
        writer.put('\n');
        std::uint64_t size = text.size();
        for (int i = 0; i < 8; ++i, size >>= 8U) writer.put(static_cast<char>(size & 0xffU));
    }
    writer.put(text);
    return writer;
}

Writer write_interface(Writer writer, const Interface& interface) {
    const std::string_view name(interface.name.data(),
                                ::strnlen(interface.name.data(), interface.name.size()));
    if (!name.empty()) return write_text(writer, name);
    writer.literal("=if");
    writer.decimal(interface.index);
    return writer;
}

Writer write_tcp_flags(Writer writer, std::uint16_t flags) {
    char separator = '=';
    for (const TcpFlagName& flag : tcp_flag_names()) {
        if ((flags & flag.bit) == 0) continue;
        writer.put(separator);
        writer.put(flag.name);
        separator = ' ';
    }
    if (separator == '=') writer.put('=');
    return writer;
}

class JournaldFormatter : public Formatter {
public:
    JournaldFormatter(std::unique_ptr<Formatter> text, const JournaldOptions& options,
                      const Labels& labels)
        : text_(std::move(text)), severity_(options.severity), labels_(labels) {}

    std::size_t packet(const Packet& packet, std::span<char> out) override {
        const Record& record = packet.record;
        Writer writer = write_message(packet, out);
        writer = write_head(writer, kPacketId, severity_of(record, labels_, severity_));
        writer = write_envelope(writer, record);
        writer = write_headers(writer, header_names_, record.packet, record);
        if (record.quotes) writer = write_headers(writer, inner_names_, record.inner, record);
        return static_cast<std::size_t>(writer.position() - out.data());
    }

    void event(const Event& event, std::string& out) override {
        const bool ledger = std::holds_alternative<Ledger>(event);
        std::string document;
        write_event_json(event, "", document);
        document.pop_back();  // its newline
        append_text("MESSAGE", event_text(event), out);
        std::array<char, 128> head;
        const Writer end = write_head(Writer(head.data()), ledger ? kLedgerId : kLifecycleId,
                                      ledger ? severity_.ledger : severity_.lifecycle);
        out.append(head.data(), end.position());
        append_text("NFLOG_EVENT", ledger ? "ledger" : "lifecycle", out);
        append_text("NFLOG_JSON", document, out);
    }

private:
    /// Blanks in front of the text are cut, and its newline is the field's.
    Writer write_message(const Packet& packet, std::span<char> out) {
        Writer writer(out.data());
        writer.put(kMessage);
        char* const text = writer.position();
        const std::size_t length = text_->packet(packet, out.subspan(kMessage.size()));
        std::size_t blanks = 0;
        while (blanks < length && text[blanks] == ' ') ++blanks;
        std::memmove(text, text + blanks, length - blanks);
        return Writer(text + length - blanks);
    }

    static Writer write_head(Writer writer, std::string_view id, std::uint8_t severity) {
        writer.literal("MESSAGE_ID=");
        writer.put(id);
        writer.literal("\nPRIORITY=");
        writer.decimal(severity);
        writer.literal("\nSYSLOG_IDENTIFIER=nflogd\n");
        return writer;
    }

    static void append_text(std::string_view name, std::string_view text, std::string& out) {
        std::string line(name.size() + text.size() + 16, '\0');
        Writer writer(line.data());
        writer.put(name);
        writer = write_text(writer, text);
        writer.put('\n');
        out.append(line.data(), writer.position());
    }

#define WRITE_FIELD(field_name, type, value)                         \
    writer.put(field_name);                                          \
    writer = write<FieldType::type>(writer, value, headers, record); \
    writer.put('\n');

    Writer write_envelope(Writer writer, const Record& record) {
        const Headers& headers = record.packet;
#define ENVELOPE(name, type, member)                                                             \
    if (record.has(Field::name)) {                                                               \
        WRITE_FIELD(envelope_names_[static_cast<std::size_t>(Field::name)], type, record.member) \
    }
#include "core/fields.def"
        return writer;
    }

    Writer write_headers(Writer writer, const std::vector<std::string>& names,
                         const Headers& headers, const Record& record) {
#define HEADER(name, type, member)                                                            \
    if (headers.has(HeaderField::name)) {                                                     \
        WRITE_FIELD(names[static_cast<std::size_t>(HeaderField::name)], type, headers.member) \
    }
#include "core/fields.def"
        return writer;
    }
#undef WRITE_FIELD

    template <FieldType Type, typename Value>
    Writer write(Writer writer, const Value& value, const Headers& headers, const Record& record) {
        if constexpr (Type == FieldType::interface) return write_interface(writer, value);
        if constexpr (Type == FieldType::tcp_flags) return write_tcp_flags(writer, value);
        if constexpr (Type == FieldType::prefix) return write_text(writer, record.prefix_text());
        if constexpr (label_text(Type).has_value()) {
            return write_text(writer, labels_.text(value, *label_text(Type)));
        }
        writer.put('=');
        if constexpr (Type == FieldType::timestamp) {
            writer = time_.write(writer, value);
        } else if constexpr (Type == FieldType::integer) {
            writer.decimal(value);
        } else if constexpr (Type == FieldType::boolean) {
            writer.put(value ? std::string_view("true") : "false");
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
        }
        return writer;
    }

    const std::unique_ptr<Formatter> text_;
    const SyslogSeverities severity_;
    const Labels& labels_;
    const std::vector<std::string> envelope_names_ = field_names("NFLOG_", kEnvelopeFields);
    const std::vector<std::string> header_names_ = field_names("NFLOG_", kHeaderFields);
    const std::vector<std::string> inner_names_ = field_names("NFLOG_INNER_", kHeaderFields);
    UtcTime time_;
};

}  // namespace

std::unique_ptr<Formatter> make_journald(std::unique_ptr<Formatter> text,
                                         const JournaldOptions& options, const Labels& labels) {
    return std::make_unique<JournaldFormatter>(std::move(text), options, labels);
}

}  // namespace nflogd::format
