// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// How grave a packet is, by the action of the rule that logged it.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/labels.hpp"
#include "core/options.hpp"
#include "core/record.hpp"

namespace nflogd::format {

[[nodiscard]] inline std::uint8_t severity_of(const Record& record, const Labels& labels,
                                              const SyslogSeverities& severities) {
    if (!record.has(Field::action)) return severities.log;
    const std::string_view action = labels.text(record.rule, LabelText::action);
    if (action == "drop") return severities.drop;
    if (action == "reject") return severities.reject;
    return action == "accept" ? severities.accept : severities.log;
}

}  // namespace nflogd::format
