// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// What many records have in common: who sends most, where to, through which rule.
/// The memory has a limit (top_table.hpp), about 20 MiB when everything is full; adding a
/// record allocates only while a table grows. One thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/labels.hpp"
#include "core/record.hpp"
#include "summary/keys.hpp"
#include "summary/top_table.hpp"

namespace nflogd::summary {

/// What packets are counted by.
enum class By : std::uint8_t {
    source,
    destination,
    port,       ///< destination port with its protocol
    rule,       ///< its name, else the prefix
    interface,  ///< the one that the packet came in by
    action,
    protocol,
};
inline constexpr std::array kAllBy = {By::source,    By::destination, By::port,    By::rule,
                                      By::interface, By::action,      By::protocol};

struct Count {
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0;  ///< of the whole IP packets, where the length is known
    bool operator==(const Count&) const = default;
};

struct Row {
    std::string name;  ///< raw bytes: harmless() before they are shown
    Count count;
    std::uint64_t missed = 0;  ///< so many packets more, at most
};

struct Listing {
    std::vector<Row> rows;     ///< those with the most first
    std::size_t keys = 0;      ///< different ones, of those that are remembered
    Count absent;              ///< of packets that do not say it
    std::uint64_t unseen = 0;  ///< 0: exact; else who is not remembered sent at most so much
};

enum class Order : std::uint8_t { packets, bytes };

class Summary {
public:
    /// `labels` outlives it. `limit` keys of each kind, but labels.
    explicit Summary(const Labels& labels, std::size_t limit = 65536);

    void add(const Record& record);
    void clear();

    [[nodiscard]] const Count& total() const { return total_; }
    /// The least and the greatest timestamp, ns since 1970.
    [[nodiscard]] std::optional<std::uint64_t> first() const;
    [[nodiscard]] std::optional<std::uint64_t> last() const;
    /// At most `most` rows.
    [[nodiscard]] Listing list(By by, Order order, std::size_t most);

private:
    void settle();
    void add_time(std::uint64_t timestamp_ns);
    void add_rule(const Record& record, std::uint64_t bytes);
    [[nodiscard]] Listing rules(Order order, std::size_t most) const;
    [[nodiscard]] Listing actions(Order order, std::size_t most) const;
    [[nodiscard]] Listing protocols(Order order, std::size_t most) const;
    /// Packets that are in no entry of a table that `counted` in all.
    [[nodiscard]] Count rest(const Count& counted) const;

    const Labels& labels_;
    Count total_;
    std::uint64_t first_ = ~std::uint64_t{0};
    std::uint64_t last_ = 0;
    TopTable<AddressKey> sources_;
    TopTable<AddressKey> destinations_;
    TopTable<PortKey> ports_;
    TopTable<InterfaceKey> interfaces_;
    TopTable<PrefixKey> prefixes_;
    std::vector<Count> labelled_;  ///< by number in Labels
    std::array<Count, 256> protocols_{};
    // What has a key, in the order of the tables above; the rest is absent.
    Count with_source_;
    Count with_destination_;
    Count with_port_;
    Count with_interface_;
    Count with_rule_;
};

}  // namespace nflogd::summary
