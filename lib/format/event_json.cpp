// SPDX-License-Identifier: GPL-2.0-or-later
#include "format/event_json.hpp"

#include <array>

#include "format/date.hpp"
#include "format/escape.hpp"

namespace nflogd::format {
namespace {

/// Appends `"name":value` pairs, with commas between them.
class Object {
public:
    explicit Object(std::string& out) : out_(out) { out_ += '{'; }
    void close() { out_ += '}'; }

    void text(std::string_view name, std::string_view escaped) {
        key(name);
        out_ += '"';
        out_ += escaped;
        out_ += '"';
    }
    void number(std::string_view name, std::uint64_t value) {
        key(name);
        out_ += std::to_string(value);
    }
    void number(std::string_view name, const std::optional<std::uint64_t>& value) {
        if (value) number(name, *value);
    }
    void key(std::string_view name) {
        if (!first_) out_ += ',';
        first_ = false;
        out_ += '"';
        out_ += name;
        out_ += "\":";
    }

private:
    std::string& out_;
    bool first_ = true;
};

std::string time_text(std::uint64_t timestamp_ns) {
    std::array<char, 32> buffer;
    return {buffer.data(), UtcTime().write(Writer(buffer.data()), timestamp_ns).position()};
}

void start(Object& object, std::uint64_t timestamp_ns, std::string_view event,
           std::string_view host) {
    object.text("timestamp", time_text(timestamp_ns));
    object.text("event", event);
    object.text("host", host);
}

template <typename Entries, typename Write>
void write_list(Object& object, std::string_view name, const Entries& entries, std::string& out,
                Write write) {
    object.key(name);
    out += '[';
    for (const auto& entry : entries) {
        if (&entry != &entries.front()) out += ',';
        Object one(out);
        write(one, entry);
        one.close();
    }
    out += ']';
}

void write_rule(Object& object, const RuleLedger& rule) {
    object.text("rule", json_text(rule.rule));
    object.number("matched", rule.matched);
    object.number("suppressed", rule.suppressed);
    object.number("logged", rule.logged);
    object.number("lost_kernel", rule.lost_kernel);
}

void write_group(Object& object, const GroupLedger& group) {
    object.number("group", group.group);
    object.number("received", group.received);
    object.number("lost_kernel", group.lost_kernel);
}

void write_output(Object& object, const OutputLedger& output) {
    object.text("output", json_text(output.output));
    object.number("written", output.written);
    object.number("filtered", output.filtered);
    object.number("dropped", output.dropped);
    object.number("failed", output.failed);
    object.number("queued", output.queued);
    object.number("spooled", output.spooled);
}

void write_details(Object& object, const Ledger& ledger, std::string& out) {
    write_list(object, "rules", ledger.rules, out, write_rule);
    write_list(object, "groups", ledger.groups, out, write_group);
    write_list(object, "outputs", ledger.outputs, out, write_output);
    object.key("decode");
    Object decode(out);
    decode.number("malformed", ledger.malformed);
    decode.number("truncated", ledger.truncated);
    decode.close();
    object.key("netlink");
    Object netlink(out);
    netlink.number("overruns", ledger.overruns);
    netlink.number("socket_drops", ledger.socket_drops);
    netlink.number("cut_datagrams", ledger.cut_datagrams);
    netlink.close();
    if (ledger.final) {
        object.key("final");
        out += "true";
    }
}

void write_details(Object& object, const Lifecycle& lifecycle, std::string&) {
    object.text("change", json_text(lifecycle.change));
    for (const auto& [name, value] : lifecycle.details) {
        object.text(json_text(name), json_text(value));
    }
}

std::string_view kind_of(const Ledger&) { return "ledger"; }
std::string_view kind_of(const Lifecycle&) { return "lifecycle"; }

}  // namespace

void write_event_json(const Event& event, std::string_view host, std::string& out) {
    std::visit(
        [&](const auto& one) {
            Object object(out);
            start(object, one.timestamp_ns, kind_of(one), host);
            write_details(object, one, out);
            object.close();
        },
        event);
    out += '\n';
}

void write_event_details(const Event& event, std::string& out) {
    std::visit(
        [&](const auto& one) {
            Object object(out);
            write_details(object, one, out);
            object.close();
        },
        event);
}

std::string event_time(const Event& event) {
    return std::visit([](const auto& one) { return time_text(one.timestamp_ns); }, event);
}

}  // namespace nflogd::format
