// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Records that were read back, printed in any format for somebody who looks on: those
/// that he wants, and what the log says was lost. One thread.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <initializer_list>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "core/labels.hpp"
#include "core/packet.hpp"
#include "core/result.hpp"
#include "decode/json_record.hpp"
#include "filter/filter.hpp"
#include "format/formatter.hpp"
#include "pipeline/losses.hpp"
#include "source/log_reader.hpp"

namespace nflogd::pipeline {

struct LogPrinterOptions {
    std::string format = "line";
    bool colour = false;
    bool ledgers = true;  ///< print them; else only what they say was lost
    std::uint64_t since_ns = 0;
    std::uint64_t until_ns = std::numeric_limits<std::uint64_t>::max();
    std::string host;  ///< where a record does not tell its own
    TextOptions text = {};
};

class LogPrinter {
public:
    /// Takes what is to be printed, whole lines; its errors are the printer's.
    using Write = std::function<Status(std::string_view text)>;

    /// EX_USAGE if there is no such format.
    static Result<LogPrinter> make(LogPrinterOptions options, filter::Filter filter, Write write);

    [[nodiscard]] Labels& labels() { return *labels_; }

    /// A line of the format json, with JsonReader::kPadding behind it.
    Status line(std::string_view line);
    Status packet(const Packet& packet);
    /// A striking line of the printer's own, in formats for people.
    Status notice(std::string_view text);
    Status flush();

    /// Whether line() would print it, for source::last_lines().
    source::Wanted judge(std::string_view line);

    /// From now on packets are remembered, to be known again by skip_known().
    void remember(bool on) { remembering_ = on; }
    /// Whether line() leaves out packets that were remembered.
    void skip_known(bool on) { skipping_ = on; }

    /// The time of the newest record that line() was given.
    [[nodiscard]] std::uint64_t newest_ns() const { return newest_ns_; }
    /// Lines that were none of ours.
    [[nodiscard]] std::uint64_t malformed() const { return malformed_; }

private:
    LogPrinter(LogPrinterOptions options, filter::Filter filter, Write write);

    [[nodiscard]] bool wants(const Record& record) const;
    [[nodiscard]] bool in_time(std::uint64_t timestamp_ns) const;
    [[nodiscard]] bool is_for_people() const { return options_.format == "line"; }
    bool is_known(const Record& record);
    [[nodiscard]] Status cannot_print() const;
    Status event(const Event& event, std::string_view line);
    std::vector<std::string> losses_of(const std::string& host, const Event& event);
    Status append(std::initializer_list<std::string_view> texts);
    Status room(std::size_t bytes);
    format::Formatter& formatter(const std::string& host);

    LogPrinterOptions options_;
    filter::Filter filter_;
    Write write_;
    std::unique_ptr<Labels> labels_;
    decode::JsonReader reader_;
    std::map<std::string, std::unique_ptr<format::Formatter>, std::less<>> formatters_;
    std::map<std::string, LossBook> losses_;  ///< by host
    Record record_;
    std::vector<char> out_;
    std::size_t used_ = 0;  ///< of out_
    std::unordered_set<std::string> known_;
    std::deque<std::string> known_order_;
    bool prints_bytes_ = false;  ///< and not only records
    bool remembering_ = false;
    bool skipping_ = false;
    std::uint64_t newest_ns_ = 0;
    std::uint64_t malformed_ = 0;
};

}  // namespace nflogd::pipeline
