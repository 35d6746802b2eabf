// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Lines of the format `json` (docs/record.md) back to what they were made from.
///
/// The table of fields drives it, as it does the format: a new row is read, too. A line
/// is hostile: one that is no JSON object, or whose fields are not what we write, is
/// `malformed`; words that we do not know (a protocol, a hook) are left out.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/event.hpp"
#include "core/labels.hpp"
#include "core/options.hpp"
#include "core/record.hpp"

namespace nflogd::decode {

enum class JsonLine : std::uint8_t {
    packet,
    ledger,     ///< event() has it
    lifecycle,  ///< likewise
    missed,     ///< what a reader of a socket was too slow for: missed() packets
    other,      ///< an object, but none of these
    malformed,
};

/// One thread. Allocates when a line is longer than all before, for events, and when a
/// rule is seen for the first time.
class JsonReader {
public:
    /// Bytes behind a line that must be readable, whatever they are.
    static constexpr std::size_t kPadding = 64;
    /// Longer lines are malformed.
    static constexpr std::size_t kMaxLine = 4U << 20U;

    /// Reads the fields in `wanted` and skips the others unseen: the fewer, the faster.
    /// `labels`, to which it adds rules as those of the configuration, outlives it. Once
    /// that has no room, further rules' names are absent.
    explicit JsonReader(Labels& labels, const FieldSelection& wanted = {});
    ~JsonReader();
    JsonReader(JsonReader&&) noexcept;
    JsonReader& operator=(JsonReader&&) noexcept;

    /// `line` without its newline. `record` is what a packet's line says, and means
    /// nothing for others.
    JsonLine read(std::string_view line, Record& record);

    // What else the last line said; each valid until the next one.
    [[nodiscard]] const Event& event() const;
    [[nodiscard]] std::uint64_t missed() const;
    /// Empty if it said none, or was not read as far as that.
    [[nodiscard]] const std::string& host() const;

private:
    class Walk;
    std::unique_ptr<Walk> walk_;
};

}  // namespace nflogd::decode
