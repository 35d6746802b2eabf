// SPDX-License-Identifier: GPL-2.0-or-later
#include "pipeline/registry.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>

#include "core/sha1.hpp"
#include "core/terminal.hpp"
#include "filter/filter.hpp"
#include "format/journald.hpp"
#include "format/kafka.hpp"
#include "format/syslog.hpp"
#include "sink/file.hpp"
#include "sink/journald.hpp"
#include "sink/kafka.hpp"
#include "sink/openssl_library.hpp"
#include "sink/socket.hpp"
#include "sink/socket_address.hpp"
#include "sink/spool.hpp"
#include "sink/stdout.hpp"
#include "sink/syslog.hpp"

namespace nflogd::pipeline {
namespace {

using SinkResult = Result<std::unique_ptr<sink::Sink>>;

struct FormatRow {
    std::string_view name;
    std::unique_ptr<format::Formatter> (*make)(format::FormatOptions options);
    bool raw = false;  ///< prints bytes of the message, not only the record
    const sink::FileLayout& (*layout)() = sink::line_layout;
    bool flow = false;  ///< prints Community IDs, unless it is told not to
};

/// More than all attributes before the payload need: the longest prefix, a link-layer
/// header, and some twenty numbers.
constexpr std::size_t kAttributeBytes = 512;

constexpr std::array kFormats = {
    FormatRow{"json", format::make_json},
    FormatRow{"line", format::make_line},
    FormatRow{"ecs", format::make_ecs, false, sink::line_layout, true},
    FormatRow{"cef", format::make_cef, false, sink::line_layout, true},
    FormatRow{"ocsf", format::make_ocsf, false, sink::line_layout, true},
    FormatRow{"kernel", format::make_kernel, true},
    FormatRow{"pcap", format::make_pcap, true, sink::pcap_layout},
};

const FormatRow* find_format(std::string_view name) {
    const auto* const row = std::find_if(kFormats.begin(), kFormats.end(),
                                         [&](const FormatRow& one) { return one.name == name; });
    return row == kFormats.end() ? nullptr : row;
}

const sink::FileLayout& layout_of(std::string_view format) {
    const FormatRow* const row = find_format(format);
    return row == nullptr ? sink::line_layout() : row->layout();
}

bool has_community_ids(const config::OutputConfig& output) {
    const auto* kafka = std::get_if<KafkaOptions>(&output.options);
    if (kafka != nullptr && kafka->key == KafkaKey::community_id) return true;
    const FormatRow* const row = find_format(output.format);
    return output.text.community_id.value_or(row != nullptr && row->flow);
}

SinkResult make_file(const config::OutputConfig& output, const Clock& clock,
                     sink::WriteJournal* journal, sink::Opening opening,
                     const format::FormatOptions&) {
    return sink::open_file(std::get<FileOptions>(output.options), clock, journal, opening,
                           layout_of(output.format));
}

Status prepare_file(const config::OutputConfig& output) {
    return sink::make_directory_of(std::get<FileOptions>(output.options));
}

SinkResult make_syslog(const config::OutputConfig& output, const Clock& clock,
                       sink::WriteJournal* journal, sink::Opening, const format::FormatOptions&) {
    return sink::make_syslog(std::get<SyslogOptions>(output.options), clock, journal);
}

Status prepare_syslog(const config::OutputConfig& output) {
    const SpoolOptions& spool = std::get<SyslogOptions>(output.options).spool;
    return spool.path.empty() ? Status() : sink::make_directory_of(spool);
}

SinkResult make_journald(const config::OutputConfig& output, const Clock& clock,
                         sink::WriteJournal* journal, sink::Opening, const format::FormatOptions&) {
    return sink::make_journald(std::get<JournaldOptions>(output.options), clock, journal);
}

SinkResult make_kafka(const config::OutputConfig& output, const Clock& clock,
                      sink::WriteJournal* journal, sink::Opening, const format::FormatOptions&) {
    return sink::make_kafka(std::get<KafkaOptions>(output.options),
                            "nflogd/" + output.format + "/1", clock, journal);
}

Status prepare_kafka(const config::OutputConfig& output) {
    const SpoolOptions& spool = std::get<KafkaOptions>(output.options).spool;
    return spool.path.empty() ? Status() : sink::make_directory_of(spool);
}

Status prepare_nothing(const config::OutputConfig&) { return {}; }

SinkResult make_stdout(const config::OutputConfig& output, const Clock&, sink::WriteJournal*,
                       sink::Opening, const format::FormatOptions&) {
    return sink::make_stdout(STDOUT_FILENO, layout_of(output.format).head);
}

/// With a formatter of its own: the sink's thread is not the lane's.
sink::MissedText missed_text(const config::OutputConfig& output, const Clock& clock,
                             const format::FormatOptions& format) {
    const std::shared_ptr<format::Formatter> formatter = make_formatter(output.format, format);
    return [formatter, &clock](std::uint64_t missed) {
        std::string text;
        const Lifecycle event{
            clock.wall_ns(), "records_missed", {{"missed", std::to_string(missed)}}};
        if (formatter != nullptr) formatter->event(event, text);
        return text;
    };
}

SinkResult make_socket(const config::OutputConfig& output, const Clock& clock,
                       sink::WriteJournal* journal, sink::Opening,
                       const format::FormatOptions& format) {
    return sink::make_socket(std::get<SocketOptions>(output.options), layout_of(output.format).head,
                             missed_text(output, clock, format), clock, journal);
}

struct SinkRow {
    std::string_view type;
    SinkResult (*make)(const config::OutputConfig& output, const Clock& clock,
                       sink::WriteJournal* journal, sink::Opening opening,
                       const format::FormatOptions& format);
    Status (*prepare)(const config::OutputConfig& output);
};

constexpr std::array kSinks = {
    SinkRow{"file", make_file, prepare_file},
    SinkRow{"stdout", make_stdout, prepare_nothing},
    SinkRow{"syslog", make_syslog, prepare_syslog},
    SinkRow{"journald", make_journald, prepare_nothing},
    SinkRow{"socket", make_socket, prepare_nothing},
    SinkRow{"kafka", make_kafka, prepare_kafka},
};

}  // namespace

std::vector<std::string> format_names() {
    std::vector<std::string> names;
    for (const FormatRow& row : kFormats) names.emplace_back(row.name);
    return names;
}

std::vector<std::string> line_format_names() {
    std::vector<std::string> names = format_names();
    std::erase_if(names, is_binary);
    return names;
}

config::Known known_names() {
    config::Known known;
    known.formats = format_names();
    for (const FormatRow& row : kFormats) {
        if (is_binary(row.name)) known.binary_formats.emplace_back(row.name);
    }
    known.check_filter = [](std::string_view text) -> Status {
        const auto filter = filter::Filter::parse(text);
        return filter ? Status{} : Status(filter.error());
    };
    known.check_kafka = sink::check_kafka_property;
    return known;
}

std::unique_ptr<format::Formatter> make_formatter(std::string_view name,
                                                  format::FormatOptions options) {
    const FormatRow* const row = find_format(name);
    return row == nullptr ? nullptr : row->make(std::move(options));
}

bool is_binary(std::string_view format) { return !layout_of(format).head.empty(); }

std::unique_ptr<format::Formatter> make_formatter(const config::OutputConfig& output,
                                                  format::FormatOptions options) {
    const auto* syslog = std::get_if<SyslogOptions>(&output.options);
    const format::SyslogIdentity identity{options.host, static_cast<std::uint32_t>(::getpid()),
                                          options.run, output.format == "kernel"};
    const auto* journald = std::get_if<JournaldOptions>(&output.options);
    const auto* kafka = std::get_if<KafkaOptions>(&output.options);
    const Labels& labels = *options.labels;
    const std::uint16_t seed = options.text.community_id_seed;
    if (journald != nullptr) options.text.line_time = false;
    if (syslog != nullptr) options.text.kernel_head = KernelLogHead::none;
    auto text = make_formatter(output.format, std::move(options));
    if (text == nullptr) return text;
    if (journald != nullptr) return format::make_journald(std::move(text), *journald, labels);
    if (kafka != nullptr) return format::make_kafka(std::move(text), *kafka, seed);
    if (syslog == nullptr) return text;
    return format::make_syslog(std::move(text), *syslog, identity, labels);
}

std::size_t raw_bytes_of(const config::OutputConfig& output,
                         const std::vector<NflogOptions>& sources) {
    const FormatRow* const row = find_format(output.format);
    if (row == nullptr || !row->raw) return 0;
    std::size_t snaplen = 0;
    for (const NflogOptions& source : sources) {
        snaplen = std::max<std::size_t>(snaplen, source.snaplen);
    }
    return std::min(kAttributeBytes + snaplen, kMaxRaw);
}

std::vector<SocketUse> sockets_of(const config::OutputConfig& output) {
    std::vector<SocketUse> uses;
    const auto* syslog = std::get_if<SyslogOptions>(&output.options);
    if (std::holds_alternative<JournaldOptions>(output.options)) uses.push_back({AF_UNIX, 0});
    if (std::holds_alternative<KafkaOptions>(output.options)) {
        uses.push_back({AF_INET, kAnyPort});
        uses.push_back({AF_INET6, kAnyPort});
    }
    if (syslog == nullptr) return uses;
    const bool tcp = syslog->receiver.transport == SyslogTransport::tcp ||
                     syslog->receiver.transport == SyslogTransport::tls;
    for (const sink::SocketAddress& address : sink::socket_addresses(syslog->receiver)) {
        uses.push_back({address.family(), tcp ? syslog->receiver.port : std::uint16_t{0}});
    }
    return uses;
}

bool takes_readers(const config::OutputConfig& output) {
    return std::holds_alternative<SocketOptions>(output.options);
}

std::vector<std::string> directories_of(const config::OutputConfig& output) {
    std::vector<std::string> out;
    const auto add = [&out](std::string path) {
        if (!path.empty()) out.push_back(std::move(path));
    };
    if (const auto* file = std::get_if<FileOptions>(&output.options)) {
        add(sink::directory_of(*file));
    }
    if (const auto* syslog = std::get_if<SyslogOptions>(&output.options)) add(syslog->spool.path);
    if (const auto* kafka = std::get_if<KafkaOptions>(&output.options)) add(kafka->spool.path);
    return out;
}

/// What names are resolved with and servers verified, and what the operator names.
std::vector<std::string> files_read_by(const config::OutputConfig& output) {
    const auto* kafka = std::get_if<KafkaOptions>(&output.options);
    if (kafka == nullptr) return {};
    std::vector<std::string> files = {"/etc/resolv.conf",
                                      "/etc/hosts",
                                      "/etc/nsswitch.conf",
                                      "/etc/host.conf",
                                      "/etc/services",
                                      "/etc/gai.conf",
                                      "/etc/ssl/certs",
                                      "/etc/ssl/openssl.cnf",
                                      "/usr/lib/ssl",
                                      "/usr/share/ca-certificates",
                                      "/usr/local/share/ca-certificates"};
    for (const KafkaProperty& property : kafka->properties) {
        if (property.value.starts_with('/')) files.push_back(property.value);
    }
    return files;
}

Status load_libraries(const config::OutputConfig& output) {
    if (has_community_ids(output)) load_sha1();
    const auto* syslog = std::get_if<SyslogOptions>(&output.options);
    if (syslog != nullptr && syslog->receiver.transport == SyslogTransport::tls) {
        return sink::load_openssl();
    }
    return std::holds_alternative<KafkaOptions>(output.options) ? sink::load_kafka() : Status();
}

std::string place_of(const config::OutputConfig& output) {
    if (const auto* file = std::get_if<FileOptions>(&output.options)) return file->path;
    if (const auto* journald = std::get_if<JournaldOptions>(&output.options)) {
        return to_string(sink::receiver_of(*journald));
    }
    if (const auto* socket = std::get_if<SocketOptions>(&output.options)) return socket->path;
    if (const auto* kafka = std::get_if<KafkaOptions>(&output.options)) {
        return kafka->brokers.front() + " topic " + kafka->topic;
    }
    const auto* syslog = std::get_if<SyslogOptions>(&output.options);
    return syslog != nullptr ? to_string(syslog->receiver) : output.type;
}

Status prepare_sink(const config::OutputConfig& output) {
    for (const SinkRow& row : kSinks) {
        if (row.type == output.type) return row.prepare(output);
    }
    return {};
}

SinkResult make_sink(const config::OutputConfig& output, const Clock& clock,
                     sink::WriteJournal* journal, sink::Opening opening,
                     const format::FormatOptions& format) {
    for (const SinkRow& row : kSinks) {
        if (row.type == output.type) return row.make(output, clock, journal, opening, format);
    }
    return Error{"there is no output type '" + output.type + "'", EX_CONFIG};
}

bool wants_colour(const config::OutputConfig& output) {
    return output.type == "stdout" && is_colourful(STDOUT_FILENO);
}

}  // namespace nflogd::pipeline
