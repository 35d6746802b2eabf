// SPDX-License-Identifier: GPL-2.0-or-later
#include "format/ocsf_event.hpp"

#include "format/escape.hpp"
#include "format/event_json.hpp"
#include "format/event_line.hpp"

namespace nflogd::format {
namespace {

constexpr std::string_view kOcsfVersion = "1.8.0";
constexpr std::uint64_t kNsPerMs = 1'000'000;

}  // namespace

std::string ocsf_metadata(std::string_view version) {
    std::string metadata = R"(,"metadata":{"version":")";
    metadata += kOcsfVersion;
    metadata += R"(","profiles":["host","security_control"],)"
                R"("product":{"name":"nflogd","vendor_name":"nflogd","version":")";
    metadata += json_text(version);
    return metadata + R"("},"log_name":"nflogd")";
}

std::string ocsf_device(std::string_view host) {
    std::string device = R"(,"device":{"type_id":9,"type":"Firewall","hostname":")";
    device += host;
    return device + "\"}";
}

void write_ocsf_event(const Event& event, std::string_view metadata, std::string_view device,
                      std::string& out) {
    const auto time = std::visit([](const auto& one) { return one.timestamp_ns; }, event);
    out += kOcsfBaseEvent;
    out += R"(,"time":)" + std::to_string(time / kNsPerMs);
    out += R"(,"severity_id":1,"severity":"Informational","message":")";
    out += json_text(event_text(event)) + '"';
    out += metadata;
    out += '}';
    out += device;
    out += R"(,"unmapped":{")";
    out += std::holds_alternative<Ledger>(event) ? "ledger" : "lifecycle";
    out += "\":";
    write_event_details(event, out);
    out += "}}\n";
}

}  // namespace nflogd::format
