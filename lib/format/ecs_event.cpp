// SPDX-License-Identifier: GPL-2.0-or-later
#include "format/ecs_event.hpp"

#include <array>

#include "format/escape.hpp"
#include "format/event_json.hpp"

namespace nflogd::format {
namespace {

/// What a change is by ECS's allowed values of event.type; all others are a "change".
struct TypeRow {
    std::string_view change;
    std::string_view type;
};
constexpr std::array kTypes = {TypeRow{"started", "start"}, TypeRow{"stopped", "end"}};

std::string_view type_of(const Lifecycle& lifecycle) {
    for (const TypeRow& row : kTypes) {
        if (row.change == lifecycle.change) return row.type;
    }
    return "change";
}

std::string head_of(const Ledger&) {
    return R"("kind":"metric","category":["network"],"type":["info"],"module":"nflogd",)"
           R"("dataset":"nflogd.ledger","action":"ledger")";
}

std::string head_of(const Lifecycle& lifecycle) {
    std::string head = R"("kind":"state","category":["process"],"type":[")";
    head += type_of(lifecycle);
    head += R"("],"module":"nflogd","dataset":"nflogd.lifecycle","action":")";
    head += json_text(lifecycle.change) + '"';
    for (const auto& [name, value] : lifecycle.details) {
        if (name != "reason") continue;
        head += R"(,"reason":")" + json_text(value) + '"';
        break;
    }
    return head;
}

}  // namespace

std::string ecs_observer(std::string_view host, std::string_view version) {
    std::string observer =
        R"(,"observer":{"type":"firewall","vendor":"nflogd","product":"nflogd","version":")";
    observer += json_text(version);
    observer += R"(","name":")";
    observer += host;
    observer += R"(","hostname":")";
    observer += host;
    return observer + '"';
}

void write_ecs_event(const Event& event, std::string_view observer, std::string& out) {
    out += R"({"@timestamp":")" + event_time(event) + R"(","ecs":{"version":")";
    out += kEcsVersion;
    out += R"("},"event":{)" + std::visit([](const auto& one) { return head_of(one); }, event);
    out += '}';
    out += observer;
    out += R"(},"nflogd":{")";
    out += std::holds_alternative<Ledger>(event) ? "ledger" : "lifecycle";
    out += "\":";
    write_event_details(event, out);
    out += "}}\n";
}

}  // namespace nflogd::format
