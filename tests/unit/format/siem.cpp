// SPDX-License-Identifier: GPL-2.0-or-later
#include "siem.hpp"

#include <algorithm>

#include "records.hpp"

namespace nflogd::fakes {
namespace {

std::string hostile(std::mt19937& random, std::size_t most) {
    static constexpr std::string_view kPieces[] = {
        "|", "\\", "\\\\", "=",        " act=drop", "\n",     "\r",     "\"",   "\",\"x\":\"y",
        " ", "}",  "{",    "\x1b[31m", "\x7f",      "\u202e", "\u2028", "\xff", "\xe2\x80",
        "é", "☃",  "a",    "Z9",       "CEF:0|",    "\\n",    "\\="};
    std::string text = "x";
    while (text.size() < most && random() % 8 != 0) {
        if (random() % 4 == 0) {
            text += static_cast<char>(1 + random() % 255);
        } else {
            text += kPieces[random() % std::size(kPieces)];
        }
    }
    return text.substr(0, most);
}

void set_name(Interface& interface, const std::string& name) {
    interface.name.fill('\0');
    std::copy(name.begin(), name.end(), interface.name.begin());
}

}  // namespace

TextOptions siem_text() {
    TextOptions text;
    text.internal_networks.push_back({4, 24, {192, 0, 2}});
    text.internal_networks.push_back({6, 32, {0x20, 0x01, 0x0d, 0xb8}});
    return text;
}

format::FormatOptions siem_options() { return {"gw1", &example_labels(), false, {}, siem_text()}; }

SiemStrings hostile_siem_strings(std::mt19937& random) {
    return {hostile(random, 60), hostile(random, 80), hostile(random, Record::kMaxPrefix),
            hostile(random, 15), hostile(random, 15)};
}

SiemPrinter::SiemPrinter(const SiemStrings& strings, Make make)
    : strings_(strings), labels_(std::make_unique<Labels>()) {
    RuleLabel label;
    label.texts.fill(strings.rule);
    label[LabelText::action] = "drop";
    labels_->add(Labels::Finder::configuration, label);
    formatter_ = make({strings.host, labels_.get(), false, {}, siem_text()});
}

std::string SiemPrinter::packet(Record record) const {
    record.rule = 0;
    record.prefix_length = static_cast<std::uint8_t>(strings_.prefix.size());
    std::copy(strings_.prefix.begin(), strings_.prefix.end(), record.prefix.begin());
    set_name(record.in_iface, strings_.in);
    set_name(record.out_iface, strings_.out);
    set_name(record.phys_in, "pin");
    set_name(record.phys_out, "pout");
    return format_packet(*formatter_, record);
}

std::string SiemPrinter::event(const Event& event) const {
    return format_event(*formatter_, event);
}

std::vector<Event> example_events() {
    Ledger ledger;
    ledger.timestamp_ns = 1795428234'123456789;
    ledger.rules.push_back({"web \"x\"", 120, 10, 107, 3});
    ledger.rules.push_back({"theirs", std::nullopt, std::nullopt, 5, std::nullopt});
    ledger.groups.push_back({100, 112, 2});
    OutputLedger output;
    output.output = "main";
    output.written = 100;
    output.dropped = 5;
    output.failed = 6;
    ledger.outputs.push_back(output);
    ledger.final = true;
    const std::uint64_t time = 1795428235'000000000;
    return {ledger, Lifecycle{time, "started", {}}, Lifecycle{time, "stopped", {}},
            Lifecycle{time,
                      "output_suspended",
                      {{"output", "main"}, {"reason", "No space left | on = \\device\n"}}}};
}

std::string format_event(format::Formatter& formatter, const Event& event) {
    std::string out;
    formatter.event(event, out);
    return out;
}

}  // namespace nflogd::fakes
