// SPDX-License-Identifier: GPL-2.0-or-later
#include "pipeline/log_printer.hpp"

#include <array>
#include <cstring>

#include "core/text.hpp"
#include "format/escape.hpp"
#include "pipeline/registry.hpp"

namespace nflogd::pipeline {
namespace {

constexpr std::size_t kOutput = 128 << 10;
/// Hosts whose formatters and losses are kept; a log has one, rarely a few.
constexpr std::size_t kHosts = 64;
/// Packets that are known again: more than a daemon holds that has not written them yet.
constexpr std::size_t kKnown = 200'000;

std::uint64_t time_of(const Event& event) {
    return std::visit([](const auto& one) { return one.timestamp_ns; }, event);
}

std::string key_of(const Record& record) {
    std::string key(sizeof record.timestamp_ns + sizeof record.group + sizeof record.seq, '\0');
    std::memcpy(key.data(), &record.timestamp_ns, sizeof record.timestamp_ns);
    std::memcpy(key.data() + 8, &record.group, sizeof record.group);
    std::memcpy(key.data() + 10, &record.seq, sizeof record.seq);
    return key;
}

}  // namespace

Result<LogPrinter> LogPrinter::make(LogPrinterOptions options, filter::Filter filter, Write write) {
    LogPrinter printer(std::move(options), std::move(filter), std::move(write));
    if (make_formatter(printer.options_.format, {"", printer.labels_.get()}) == nullptr) {
        return Error{"there is no format '" + printer.options_.format + "'", EX_USAGE};
    }
    config::OutputConfig output;
    output.format = printer.options_.format;
    printer.prints_bytes_ = raw_bytes_of(output, {NflogOptions{}}) > 0;
    return printer;
}

Status LogPrinter::cannot_print() const {
    return Error{"format '" + options_.format +
                     "' prints the bytes of packets, which only recordings have (.nflog, pcap)",
                 EX_USAGE};
}

LogPrinter::LogPrinter(LogPrinterOptions options, filter::Filter filter, Write write)
    : options_(std::move(options)),
      filter_(std::move(filter)),
      write_(std::move(write)),
      labels_(std::make_unique<Labels>()),
      reader_(*labels_),
      out_(kOutput) {}

format::Formatter& LogPrinter::formatter(const std::string& host) {
    const std::string& name = host.empty() ? options_.host : host;
    const auto found = formatters_.find(name);
    if (found != formatters_.end()) return *found->second;
    if (formatters_.size() == kHosts) formatters_.clear();
    return *(formatters_[name] = make_formatter(
                 options_.format, {name, labels_.get(), options_.colour, {}, options_.text}));
}

bool LogPrinter::in_time(std::uint64_t timestamp_ns) const {
    return timestamp_ns >= options_.since_ns && timestamp_ns <= options_.until_ns;
}

bool LogPrinter::wants(const Record& record) const {
    return in_time(record.timestamp_ns) && filter_.matches(record, *labels_);
}

bool LogPrinter::is_known(const Record& record) {
    if (!remembering_ && !skipping_) return false;
    std::string key = key_of(record);
    if (skipping_) return known_.contains(key);
    if (known_.size() == kKnown) {
        known_.erase(known_order_.front());
        known_order_.pop_front();
    }
    if (known_.insert(key).second) known_order_.push_back(std::move(key));
    return false;
}

source::Wanted LogPrinter::judge(std::string_view line) {
    using decode::JsonLine;
    using source::Wanted;
    switch (reader_.read(line, record_)) {
        case JsonLine::packet: return wants(record_) ? Wanted::yes : Wanted::no;
        case JsonLine::ledger:
        case JsonLine::lifecycle:
            return in_time(time_of(reader_.event())) ? Wanted::beside : Wanted::no;
        case JsonLine::missed: return Wanted::beside;
        default: return Wanted::no;
    }
}

Status LogPrinter::line(std::string_view line) {
    using decode::JsonLine;
    switch (reader_.read(line, record_)) {
        case JsonLine::packet:
            newest_ns_ = record_.timestamp_ns;
            if (!wants(record_) || is_known(record_)) return {};
            if (options_.format == "json" && printable(line)) return append({line, "\n"});
            return prints_bytes_ ? cannot_print() : packet({record_});
        case JsonLine::ledger:
        case JsonLine::lifecycle: return event(reader_.event(), line);
        case JsonLine::missed:
            if (options_.format == "json" && printable(line)) return append({line, "\n"});
            return notice(LossBook::missed(reader_.missed()));
        case JsonLine::malformed: ++malformed_; return {};
        case JsonLine::other: return {};
    }
    return {};
}

Status LogPrinter::packet(const Packet& packet) {
    if (&packet.record != &record_ && !wants(packet.record)) return {};
    if (Status ready = room(format::kMaxPacketText); !ready) return ready;
    const bool from_line = &packet.record == &record_;
    const std::string& host = from_line ? reader_.host() : options_.host;
    used_ += formatter(host).packet(packet, std::span(out_).subspan(used_));
    return {};
}

/// Sums of one host say nothing of another's.
std::vector<std::string> LogPrinter::losses_of(const std::string& host, const Event& event) {
    if (losses_.size() == kHosts && !losses_.contains(host)) losses_.clear();
    LossBook& book = losses_[host];
    auto losses = std::visit([&book](const auto& one) { return book.add(one); }, event);
    if (losses_.size() > 1) {
        for (std::string& loss : losses) loss += " on " + format::plain_word(host);
    }
    return losses;
}

Status LogPrinter::event(const Event& event, std::string_view line) {
    const std::vector<std::string> losses = losses_of(reader_.host(), event);
    newest_ns_ = time_of(event);
    if (!in_time(newest_ns_)) return {};
    const bool is_ledger = std::holds_alternative<Ledger>(event);
    if (options_.format == "json" && printable(line)) return append({line, "\n"});
    if (!is_for_people() || options_.ledgers || (!is_ledger && losses.empty())) {
        std::string text;
        formatter(reader_.host()).event(event, text);
        if (Status put = append({text}); !put) return put;
    }
    for (const std::string& loss : losses) {
        if (Status told = notice(loss); !told) return told;
    }
    return {};
}

Status LogPrinter::notice(std::string_view text) {
    if (!is_for_people()) return {};
    const std::string shown = harmless(text);
    if (options_.colour) return append({"\033[1;31m-- ", shown, " --\033[0m\n"});
    return append({"-- ", shown, " --\n"});
}

Status LogPrinter::append(std::initializer_list<std::string_view> texts) {
    for (const std::string_view text : texts) {
        if (Status ready = room(text.size()); !ready) return ready;
        if (text.size() > out_.size()) {
            if (Status written = write_(text); !written) return written;
            continue;
        }
        used_ += text.copy(out_.data() + used_, text.size());
    }
    return {};
}

Status LogPrinter::room(std::size_t bytes) {
    return used_ + bytes <= out_.size() ? Status{} : flush();
}

Status LogPrinter::flush() {
    if (used_ == 0) return {};
    Status written = write_({out_.data(), used_});
    used_ = 0;
    return written;
}

}  // namespace nflogd::pipeline
