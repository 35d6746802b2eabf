// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// What the tests of the formats for SIEMs share.
#pragma once

#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "core/event.hpp"
#include "core/labels.hpp"
#include "core/record.hpp"
#include "format/formatter.hpp"

namespace nflogd::fakes {

/// With internal networks 192.0.2.0/24 and 2001:db8::/32.
TextOptions siem_text();
/// Host gw1, the example labels and siem_text().
format::FormatOptions siem_options();

/// Strings that a packet record and its label can hold.
struct SiemStrings {
    std::string host;
    std::string rule;  ///< all texts of the label but its action
    std::string prefix, in, out;
};
/// Pieces that could pass for another field, of at most the lengths that no format cuts.
SiemStrings hostile_siem_strings(std::mt19937& random);

/// A formatter that prints such strings.
class SiemPrinter {
public:
    using Make = std::unique_ptr<format::Formatter> (*)(format::FormatOptions);
    SiemPrinter(const SiemStrings& strings, Make make);
    std::string packet(Record record) const;
    std::string event(const Event& event) const;

private:
    SiemStrings strings_;
    std::unique_ptr<Labels> labels_;
    std::unique_ptr<format::Formatter> formatter_;
};

/// A ledger and some changes of state.
std::vector<Event> example_events();
/// One line of the formatter.
std::string format_event(format::Formatter& formatter, const Event& event);

}  // namespace nflogd::fakes
