// SPDX-License-Identifier: GPL-2.0-or-later
#include "format/syslog.hpp"

#include <fmt/format.h>

#include <array>

#include "format/date.hpp"
#include "format/severity.hpp"

namespace nflogd::format {
namespace {

constexpr std::size_t kMaxHost = 255;  // RFC 5424, 6
constexpr std::size_t kMaxId = 64;

/// PRINTUSASCII of RFC 5424, 6, but for `refused`: nothing that could end the field.
std::string printable(std::string_view text, std::size_t longest, std::string_view refused) {
    std::string out(text.substr(0, longest));
    for (char& c : out) {
        if (c < '!' || c > '~' || refused.find(c) != std::string_view::npos) c = '?';
    }
    return out;
}

std::string host_field(std::string_view host) {
    return host.empty() ? "-" : printable(host, kMaxHost, "");
}

/// SD-PARAM of RFC 5424, 6.3.3; an id has nothing to escape.
std::string parameter(std::string_view name, std::string_view id) {
    if (id.empty()) return {};
    return fmt::format(" {}=\"{}\"", name, printable(id, kMaxId, "\"\\]"));
}

class SyslogFormatter : public Formatter {
public:
    SyslogFormatter(std::unique_ptr<Formatter> text, const SyslogOptions& options,
                    const Labels& labels)
        : text_(std::move(text)), severity_(options.severity), labels_(labels) {
        for (std::size_t severity = 0; severity < priorities_.size(); ++severity) {
            priorities_[severity] = fmt::format("<{}>", options.facility * 8 + severity);
        }
    }

    std::size_t packet(const Packet& packet, std::span<char> out) override {
        const Record& record = packet.record;
        Writer writer(out.data());
        writer.put(priorities_[severity_of(record, labels_, severity_)]);
        write_packet_header(writer, record);
        const auto header = static_cast<std::size_t>(writer.position() - out.data());
        return header + text_->packet(packet, out.subspan(header));
    }

    void event(const Event& event, std::string& out) override {
        const std::size_t start = out.size();
        const bool ledger = std::holds_alternative<Ledger>(event);
        std::array<char, kMaxSyslogHeader> header;
        Writer writer(header.data());
        writer.put(priorities_[ledger ? severity_.ledger : severity_.lifecycle]);
        write_event_header(writer, event, ledger ? "ledger" : "lifecycle");
        out.append(header.data(), writer.position());
        const std::size_t text = out.size();
        text_->event(event, out);
        if (out.size() == text) out.resize(start);
    }

private:
    virtual void write_packet_header(Writer& writer, const Record& record) = 0;
    virtual void write_event_header(Writer& writer, const Event& event, std::string_view kind) = 0;

    const std::unique_ptr<Formatter> text_;
    const SyslogSeverities severity_;
    const Labels& labels_;
    std::array<std::string, 8> priorities_;  ///< "<128>" to "<135>", by severity
};

std::uint64_t time_of(const Event& event) {
    return std::visit([](const auto& one) { return one.timestamp_ns; }, event);
}

class Rfc5424 final : public SyslogFormatter {
public:
    Rfc5424(std::unique_ptr<Formatter> text, const SyslogOptions& options,
            const SyslogIdentity& identity, const Labels& labels)
        : SyslogFormatter(std::move(text), options, labels),
          head_(fmt::format(" {} nflogd {} ", host_field(identity.host), identity.pid)),
          packet_head_(identity.as_kernel ? fmt::format(" {} kernel - ", host_field(identity.host))
                                          : head_),
          element_(fmt::format(" [nflogd@{}{}{}", options.enterprise_number,
                               parameter("boot", identity.run.boot),
                               parameter("start", identity.run.start))) {}

private:
    void write_packet_header(Writer& writer, const Record& record) override {
        writer.put("1 ");
        if (record.has(Field::timestamp)) {
            writer = time_.write(writer, record.timestamp_ns);
        } else {
            writer.put('-');
        }
        write_identity(writer, packet_head_, "packet");
        write_number(writer, record.has(Field::group), " group=\"", record.group);
        write_number(writer, record.has(Field::seq), " seq=\"", record.seq);
        writer.put("] ");
    }

    void write_event_header(Writer& writer, const Event& event, std::string_view kind) override {
        writer.put("1 ");
        writer = time_.write(writer, time_of(event));
        write_identity(writer, head_, kind);
        writer.put("] ");
    }

    void write_identity(Writer& writer, std::string_view head, std::string_view message_id) const {
        writer.put(head);
        writer.put(message_id);
        writer.put(element_);
    }

    static void write_number(Writer& writer, bool present, std::string_view name,
                             std::uint64_t value) {
        if (!present) return;
        writer.put(name);
        writer.decimal(value);
        writer.put('"');
    }

    const std::string head_;
    const std::string packet_head_;
    const std::string element_;  ///< its beginning, the same in all messages
    UtcTime time_;
};

class Rfc3164 final : public SyslogFormatter {
public:
    Rfc3164(std::unique_ptr<Formatter> text, const SyslogOptions& options,
            const SyslogIdentity& identity, const Labels& labels)
        : SyslogFormatter(std::move(text), options, labels),
          host_(fmt::format(" {} ", host_field(identity.host))),
          tag_(fmt::format("nflogd[{}]: ", identity.pid)),
          packet_tag_(identity.as_kernel ? "kernel: " : tag_) {}

private:
    /// Without a time there may be no host either (RFC 3164, 4.3.2): the receiver
    /// puts in both.
    void write_packet_header(Writer& writer, const Record& record) override {
        if (record.has(Field::timestamp)) write_time(writer, record.timestamp_ns);
        writer.put(packet_tag_);
    }

    void write_event_header(Writer& writer, const Event& event, std::string_view) override {
        write_time(writer, time_of(event));
        writer.put(tag_);
    }

    void write_time(Writer& writer, std::uint64_t timestamp_ns) {
        writer = time_.write(writer, timestamp_ns);
        writer.put(host_);
    }

    const std::string host_;
    const std::string tag_;
    const std::string packet_tag_;
    BsdTime time_;
};

}  // namespace

std::unique_ptr<Formatter> make_syslog(std::unique_ptr<Formatter> text,
                                       const SyslogOptions& options, const SyslogIdentity& identity,
                                       const Labels& labels) {
    if (options.protocol == SyslogProtocol::rfc3164) {
        return std::make_unique<Rfc3164>(std::move(text), options, identity, labels);
    }
    return std::make_unique<Rfc5424>(std::move(text), options, identity, labels);
}

}  // namespace nflogd::format
