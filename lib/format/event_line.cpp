// SPDX-License-Identifier: GPL-2.0-or-later
#include "format/event_line.hpp"

#include <fmt/format.h>

#include <array>

#include "format/date.hpp"
#include "format/escape.hpp"

namespace nflogd::format {
namespace {

std::string time_text(std::uint64_t timestamp_ns) {
    std::array<char, 32> buffer;
    return {buffer.data(), LocalTime().write(Writer(buffer.data()), timestamp_ns).position()};
}

std::string body(const Ledger& ledger) {
    std::uint64_t received = 0;
    std::uint64_t lost = 0;
    std::string text = ledger.final ? "final ledger:" : "ledger:";
    for (const GroupLedger& group : ledger.groups) {
        received += group.received;
        lost += group.lost_kernel;
    }
    text += fmt::format(" received {}", received);
    for (const GroupLedger& group : ledger.groups) {
        if (group.lost_kernel == 0) continue;
        text += fmt::format("; group {} LOST {}", group.group, group.lost_kernel);
    }
    for (const RuleLedger& rule : ledger.rules) {
        lost += rule.lost_kernel.value_or(0);
        if (rule.matched.value_or(0) == 0) continue;
        text += fmt::format("; {} matched {} logged {}", plain_word(rule.rule), *rule.matched,
                            rule.logged);
        if (rule.suppressed.value_or(0) > 0)
            text += fmt::format(" suppressed {}", *rule.suppressed);
        if (rule.lost_kernel.value_or(0) > 0) text += fmt::format(" LOST {}", *rule.lost_kernel);
    }
    for (const OutputLedger& output : ledger.outputs) {
        lost += output.dropped + output.failed;
        if (output.dropped + output.failed == 0) continue;
        text += fmt::format("; output {} dropped {} failed {}", plain_word(output.output),
                            output.dropped, output.failed);
    }
    return text + (lost == 0 ? "; nothing lost" : "");
}

std::string body(const Lifecycle& lifecycle) {
    std::string text = plain_word(lifecycle.change);
    for (const auto& [name, value] : lifecycle.details) {
        text += fmt::format(" {}={}", plain_word(name), plain_word(value));
    }
    return text;
}

}  // namespace

std::string event_text(const Event& event) {
    return std::visit([](const auto& one) { return body(one); }, event);
}

void write_event_line(const Event& event, bool colour, std::string& out) {
    const auto timestamp = std::visit([](const auto& one) { return one.timestamp_ns; }, event);
    const std::string text = event_text(event);
    out += fmt::format("{}{} -- {}{}\n", colour ? "\033[2m" : "", time_text(timestamp), text,
                       colour ? "\033[0m" : "");
}

}  // namespace nflogd::format
