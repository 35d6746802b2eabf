// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// The names that records refer to by number instead of carrying them: rules.
///
/// A number is never given to another rule while the process lives, so a record
/// that waits in a queue over a reload still prints what it was logged as.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nflogd {

struct RuleLabel {
    std::string name;
    std::string action;  ///< log accept drop reject
};

class Labels {
public:
    static constexpr std::size_t kMaxRules = 4096;

    /// The number of this rule, a new one if the pair was never seen; nothing
    /// when the table is full. One thread at a time.
    std::optional<std::uint16_t> add(std::string_view name, std::string_view action);

    /// The lowest number of a rule of this name, whatever its action.
    [[nodiscard]] std::optional<std::uint16_t> first(std::string_view name) const;

    /// Any thread, any number below size(). Valid as long as this object.
    [[nodiscard]] const RuleLabel& operator[](std::uint16_t rule) const {
        return *rules_[rule].load(std::memory_order_acquire);
    }
    [[nodiscard]] std::size_t size() const { return size_.load(std::memory_order_acquire); }

private:
    std::vector<std::unique_ptr<const RuleLabel>> owned_;
    std::array<std::atomic<const RuleLabel*>, kMaxRules> rules_{};
    std::atomic<std::size_t> size_{0};
};

}  // namespace nflogd
