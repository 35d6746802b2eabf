// SPDX-License-Identifier: GPL-2.0-or-later
//
// The keys of outputs of type syslog and journald.
#include "config/receiver.hpp"
#include "config/sections.hpp"
#include "config/stream_options.hpp"
#include "config/words.hpp"

namespace nflogd::config {
namespace {

// Every receiver takes 480 (RFC 5424, 6.1); a UDP datagram holds no more than 65507.
constexpr Range kMaxMessage{480, 65507};
constexpr Range kEnterprise{1, 0xFFFFFFFFU};

constexpr Choice<SyslogProtocol> kProtocols[] = {{"rfc5424", SyslogProtocol::rfc5424},
                                                 {"rfc3164", SyslogProtocol::rfc3164}};

constexpr Choice<SyslogFraming> kFramings[] = {{"octet_counting", SyslogFraming::octet_counting},
                                               {"newline", SyslogFraming::newline}};

// RFC 5424, 6.2.1, by the names of syslog(3).
constexpr Choice<std::uint8_t> kFacilities[] = {
    {"kern", 0},      {"user", 1},    {"mail", 2},    {"daemon", 3},  {"auth", 4},
    {"syslog", 5},    {"lpr", 6},     {"news", 7},    {"uucp", 8},    {"cron", 9},
    {"authpriv", 10}, {"ftp", 11},    {"local0", 16}, {"local1", 17}, {"local2", 18},
    {"local3", 19},   {"local4", 20}, {"local5", 21}, {"local6", 22}, {"local7", 23}};

constexpr Choice<std::uint8_t> kSeverities[] = {{"emerg", 0}, {"alert", 1},   {"crit", 2},
                                                {"err", 3},   {"warning", 4}, {"notice", 5},
                                                {"info", 6},  {"debug", 7}};

template <std::uint8_t SyslogSeverities::*Member>
void read_one_severity(const TreeNode& node, SyslogSeverities& severities, Reader& reader) {
    reader.choice<std::uint8_t>(node, severities.*Member, "severity", kSeverities);
}

constexpr Key<SyslogSeverities> kSeverityKeys[] = {
    {"log", read_one_severity<&SyslogSeverities::log>},
    {"accept", read_one_severity<&SyslogSeverities::accept>},
    {"drop", read_one_severity<&SyslogSeverities::drop>},
    {"reject", read_one_severity<&SyslogSeverities::reject>},
    {"ledger", read_one_severity<&SyslogSeverities::ledger>},
    {"lifecycle", read_one_severity<&SyslogSeverities::lifecycle>},
};

void list_severity_keys(const std::string& prefix, std::vector<std::string>& out) {
    list_keys<SyslogSeverities>(kSeverityKeys, prefix, out);
}

/// The draft is of type syslog, or of an unknown type whose keys are read all the same.
SyslogOptions& syslog_of(OutputDraft& draft) {
    if (auto* syslog = std::get_if<SyslogOptions>(&draft.output.options)) return *syslog;
    return draft.output.options.emplace<SyslogOptions>();
}

JournaldOptions& journald_of(OutputDraft& draft) {
    if (auto* journald = std::get_if<JournaldOptions>(&draft.output.options)) return *journald;
    return draft.output.options.emplace<JournaldOptions>();
}

/// One word for all, or a mapping.
void read_severities(const TreeNode& node, SyslogSeverities& severities, Reader& reader) {
    if (node.kind != TreeNode::Kind::scalar) {
        return reader.mapping<SyslogSeverities>(node, kSeverityKeys, severities);
    }
    for (const Key<SyslogSeverities>& key : kSeverityKeys) {
        const std::size_t before = reader.failures();
        key.read(node, severities, reader);
        if (reader.failures() != before) return;
    }
}

void read_severity(const TreeNode& node, OutputDraft& draft, Reader& reader) {
    read_severities(node, syslog_of(draft).severity, reader);
}

void read_framing(const TreeNode& node, OutputDraft& draft, Reader& reader) {
    reader.choice<SyslogFraming>(node, syslog_of(draft).framing, "framing", kFramings);
    draft.framing_at = reader.at(node);
}

constexpr Key<OutputDraft> kSyslogKeys[] = {
    {"address",
     [](const TreeNode& node, OutputDraft& draft, Reader& reader) {
         reader.value(node, syslog_of(draft).receiver, parse_receiver);
     }},
    {"protocol",
     [](const TreeNode& node, OutputDraft& draft, Reader& reader) {
         reader.choice<SyslogProtocol>(node, syslog_of(draft).protocol, "protocol", kProtocols);
     }},
    {"facility",
     [](const TreeNode& node, OutputDraft& draft, Reader& reader) {
         reader.choice<std::uint8_t>(node, syslog_of(draft).facility, "facility", kFacilities);
     }},
    {.name = "severity", .read = read_severity, .children = list_severity_keys},
    {"framing", read_framing},
    {.name = "tls",
     .read =
         [](const TreeNode& node, OutputDraft& draft, Reader& reader) {
             draft.tls_at = reader.at(node);
             read_tls(node, syslog_of(draft).tls, reader);
         },
     .children = list_tls_keys},
    {.name = "spool",
     .read =
         [](const TreeNode& node, OutputDraft& draft, Reader& reader) {
             draft.spool_at = reader.at(node);
             read_spool(node, syslog_of(draft).spool, reader);
         },
     .children = list_spool_keys},
    {"max_message",
     [](const TreeNode& node, OutputDraft& draft, Reader& reader) {
         reader.size(node, syslog_of(draft).max_message, kMaxMessage);
     }},
    {"enterprise_number",
     [](const TreeNode& node, OutputDraft& draft, Reader& reader) {
         reader.integer(node, syslog_of(draft).enterprise_number, kEnterprise);
     }},
};

constexpr Key<OutputDraft> kJournaldKeys[] = {
    {"socket",
     [](const TreeNode& node, OutputDraft& draft, Reader& reader) {
         reader.value(node, journald_of(draft).socket, parse_socket_path);
     }},
    {.name = "severity",
     .read = [](const TreeNode& node, OutputDraft& draft,
                Reader& reader) { read_severities(node, journald_of(draft).severity, reader); },
     .children = list_severity_keys},
};

}  // namespace

std::span<const Key<OutputDraft>> syslog_keys() { return kSyslogKeys; }
std::span<const Key<OutputDraft>> journald_keys() { return kJournaldKeys; }

}  // namespace nflogd::config
