// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// A formatter whose text shows no more than which record it was.
#pragma once

#include <algorithm>
#include <string>
#include <variant>

#include "format/formatter.hpp"

namespace nflogd::fakes {

/// "packet SEQ\n", "ledger\n" or the change of a lifecycle record.
class TextFormatter : public format::Formatter {
public:
    std::size_t packet(const Packet& packet, std::span<char> out) override {
        const std::string text = "packet " + std::to_string(packet.record.seq) + "\n";
        std::copy(text.begin(), text.end(), out.begin());
        return text.size();
    }
    void event(const Event& event, std::string& out) override {
        const auto* lifecycle = std::get_if<Lifecycle>(&event);
        out += (lifecycle == nullptr ? "ledger" : lifecycle->change) + "\n";
    }
};

}  // namespace nflogd::fakes
