// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Names of network interfaces by index, kept up to date by rtnetlink
/// (rtnetlink(7)). One thread maintains the table, any number look names up
/// without a lock or a system call.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string_view>

#include "core/cursor.hpp"
#include "core/fd.hpp"
#include "core/record.hpp"
#include "core/result.hpp"

namespace nflogd::enrich {

class InterfaceTable {
public:
    /// More than this many interfaces at once: the rest keep their numbers.
    static constexpr std::size_t kSlots = 4096;

    /// Any thread. Fills in the name of `interface.index`; all NUL if unknown.
    void name(Interface& interface) const;

    /// The maintaining thread.
    void set(std::uint32_t index, std::string_view name);
    void forget(std::uint32_t index);

private:
    /// Readers retry while `version` is odd or has changed under them.
    struct Slot {
        std::atomic<std::uint32_t> version{0};
        std::atomic<std::uint32_t> index{0};
        std::array<std::atomic<std::uint64_t>, 2> name{};
    };

    Slot* find(std::uint32_t index);
    static void write(Slot& slot, std::uint32_t index, std::string_view name);

    std::unique_ptr<Slot[]> slots_ = std::make_unique<Slot[]>(kSlots);
};

/// Keeps an InterfaceTable true. One thread.
class InterfaceMonitor {
public:
    /// Subscribes to changes and reads what there is now.
    static Result<InterfaceMonitor> open(InterfaceTable& table);

    /// To be polled for reading; then call update().
    [[nodiscard]] int fd() const { return fd_.get(); }
    /// Reads all that waits. After an overflow everything is read anew.
    void update();

private:
    InterfaceMonitor(Fd fd, InterfaceTable& table) : fd_(std::move(fd)), table_(&table) {}

    Status request_all();

    Fd fd_;
    InterfaceTable* table_;
};

/// One rtnetlink datagram into the table; what is not a link message is skipped.
void apply_link_messages(Bytes datagram, InterfaceTable& table);

}  // namespace nflogd::enrich
