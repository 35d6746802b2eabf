// SPDX-License-Identifier: GPL-2.0-or-later
#include "top_feed.hpp"

#include <sysexits.h>

#include <chrono>
#include <functional>
#include <optional>
#include <thread>

#include "control/client.hpp"
#include "read_log.hpp"
#include "recorded.hpp"
#include "source/byte_stream.hpp"
#include "source/line_blocks.hpp"
#include "source/live_log.hpp"
#include "source/log_reader.hpp"

namespace nflogd::daemon {
namespace {

using namespace std::chrono_literals;

constexpr auto kLook = 50ms;  ///< at a file that is followed

/// Up to the stream's end, or until `enough`; returns why it ended early.
Status read_stream(std::unique_ptr<source::ByteStream> stream, LogCounter& counter,
                   TopCounts& counts, const std::function<bool()>& enough) {
    source::LineBlocks lines(std::move(stream));
    while (!enough()) {
        const auto block = lines.next();
        if (!block) return block.error();
        const std::string_view text = *block ? **block : lines.rest();
        counts.add([&](Counting& counting) { return counter.add(text, counting); });
        if (!*block) break;
    }
    return {};
}

/// The files of one run of `top`.
class Files {
public:
    Files(const config::Config& config, Labels& labels, TopCounts& counts)
        : rules_(config, labels), counter_(labels, true), counts_(counts) {}

    /// Once through all; then goes on with what grows. Until the filter changes.
    void read(const std::vector<std::string>& paths, std::atomic<bool>& done) {
        const unsigned filters = counts_.filters();
        enough_ = [this, filters] { return counts_.filters() != filters; };
        std::vector<std::string> logs;
        for (const std::string& path : paths) {
            if (is_recording(path)) {
                read_recording(path);
            } else if (path == "-") {
                read_pipe(path);
            } else {
                logs.push_back(path);
            }
        }
        read_logs(logs);
        done = true;
        while (!enough_()) {
            if (live_) read_new();
            std::this_thread::sleep_for(kLook);
        }
    }

private:
    void tell(const Error& error) {
        if (!error.message.empty()) counts_.set_trouble(error.message);
    }
    void read_recording(const std::string& path) {
        const Status read = read_recorded(path, rules_, [this](const Packet& packet) -> Status {
            if (enough_()) return Error{"", EX_OK};
            counts_.add([&](Counting& counting) { return counting.packet(packet.record) ? 1 : 0; });
            return {};
        });
        if (!read) tell(read.error());
    }
    void read_pipe(const std::string& path) {
        auto stream = source::open_stream(path);
        if (!stream) return tell(stream.error());
        const Status read = read_stream(std::move(*stream), counter_, counts_, enough_);
        if (!read) tell(read.error());
    }
    void read_logs(const std::vector<std::string>& logs) {
        live_.reset();
        if (logs.size() == 1) {
            if (auto live = source::LiveLog::open(logs.front())) live_.emplace(std::move(*live));
        }
        std::vector<Error> faults;
        source::LogReader reader(parts_of(logs, 0, faults), live_ ? &*live_ : nullptr);
        for (const Error& fault : faults) tell(fault);
        while (!enough_()) {
            const auto block = reader.next();
            if (!block) {
                tell(block.error());
            } else if (*block) {
                add(**block);
            } else {
                return;
            }
        }
    }
    void read_new() {
        while (!enough_()) {
            const auto block = live_->next();
            if (!block) return tell(block.error());
            if (!*block) break;
            add(**block);
        }
        if (live_->lost())
            tell({"records may be missing: the log was truncated or rotated", EX_OK});
    }
    void add(std::string_view block) {
        counts_.add([&](Counting& counting) { return counter_.add(block, counting); });
    }

    RecordedRules rules_;
    LogCounter counter_;
    TopCounts& counts_;
    std::function<bool()> enough_;
    std::optional<source::LiveLog> live_;
};

}  // namespace

Result<Fd> ask_for_records(const std::string& socket) {
    control::Request request;
    request.kind = control::Request::Kind::tail;
    auto connection = control::send_request(socket, request);
    if (!connection) return connection;
    const auto answer = control::read_line(*connection, 10s);
    if (!answer) return answer.error().wrap(socket);
    return connection;
}

void feed_live(Fd connection, const std::string& socket, Labels& labels, TopCounts& counts) {
    LogCounter counter(labels, true);
    while (true) {
        if (auto stream = source::open_stream(std::move(connection), socket)) {
            const Status read =
                read_stream(std::move(*stream), counter, counts, [] { return false; });
            counts.set_trouble(read ? "the daemon has ended" : read.error().message);
        }
        while (true) {
            auto again = ask_for_records(socket);
            if (again) {
                connection = std::move(*again);
                break;
            }
            counts.set_trouble(again.error().message);
            std::this_thread::sleep_for(1s);
        }
        counts.set_trouble("");
    }
}

void feed_files(const std::vector<std::string>& paths, const config::Config& config, Labels& labels,
                TopCounts& counts, std::atomic<bool>& done) {
    Files files(config, labels, counts);
    while (true) files.read(paths, done);
}

}  // namespace nflogd::daemon
