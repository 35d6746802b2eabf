// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// `nflogd tail FILE…`: logs in JSON with their rotated files, recordings, sockets of
/// live records, standard input.
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <deque>

#include "control/client.hpp"
#include "core/log.hpp"
#include "core/time.hpp"
#include "line_socket.hpp"
#include "recorded.hpp"
#include "sandbox.hpp"
#include "tail.hpp"
#include "tail_history.hpp"

namespace nflogd::daemon {
namespace {

using pipeline::LogPrinter;

/// How often a file that is followed is looked at.
constexpr int kLookMs = 100;

enum class Kind : std::uint8_t { log, compressed_log, stream, recording, socket };

Kind kind_by_head(const std::array<unsigned char, 4>& head, ssize_t length) {
    if (length <= 0 || head[0] == '{' || head[0] == ' ') return Kind::log;
    const bool gzip = head[0] == 0x1f && head[1] == 0x8b;
    const bool zstd = head[0] == 0x28 && head[1] == 0xb5 && head[2] == 0x2f && head[3] == 0xfd;
    return gzip || zstd ? Kind::compressed_log : Kind::recording;
}

Result<Kind> kind_of(const std::string& path) {
    if (path == "-") return Kind::stream;
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) {
        if (errno == ENOENT) return Kind::compressed_log;  // its rotated files may be there
        return system_error(errno, path, errno == EACCES ? EX_NOPERM : EX_DATAERR);
    }
    if (S_ISSOCK(status.st_mode)) return Kind::socket;
    if (S_ISFIFO(status.st_mode) || S_ISCHR(status.st_mode)) return Kind::stream;
    auto fd = source::open_for_reading(path);
    if (!fd) return fd.error();
    std::array<unsigned char, 4> head{};
    return kind_by_head(head, ::pread(fd->get(), head.data(), head.size(), 0));
}

class FileTail {
public:
    FileTail(const TailOptions& options, LogPrinter& printer)
        : options_(options), printer_(printer), history_(options, printer) {}

    /// Everything is opened before the process is confined, but for what rotation makes.
    Status open() {
        for (const std::string& path : options_.files) {
            const auto kind = kind_of(path);
            if (!kind) return kind.error();
            if (Status opened = open(path, *kind); !opened) return opened;
        }
        return {};
    }

    Status confine() {
        Sandbox sandbox;
        sandbox.readable_files = history_.files();
        for (const auto* more : {&recordings_, &streams_}) {
            sandbox.readable_files.insert(sandbox.readable_files.end(), more->begin(), more->end());
        }
        sandbox.readable_directories = history_.directories();
        sandbox.read_as_root = true;
        const auto entered = enter(sandbox);
        return entered ? Status{} : entered.error();
    }

    Status run(const config::Config& config) {
        if (Status shown = history_.show(); !shown) return shown;
        for (const std::string& path : recordings_) {
            if (Status shown = show_recording(path, config); !shown) return shown;
        }
        for (const std::string& path : streams_) {
            if (Status shown = show_stream(path); !shown) return shown;
        }
        if (Status flushed = printer_.flush(); !flushed) return flushed;
        tell_faults();
        return sockets_.empty() && history_.live().empty() ? worst_ : go_on();
    }

private:
    Status open(const std::string& path, Kind kind) {
        switch (kind) {
            case Kind::log: return history_.add(path, options_.follow.value_or(false));
            case Kind::compressed_log: return history_.add(path, false);
            case Kind::stream: streams_.push_back(path); return {};
            case Kind::recording: recordings_.push_back(path); return {};
            case Kind::socket: break;
        }
        auto connection = control::connect(path);
        if (!connection) return connection.error();
        sockets_.emplace_back(std::move(*connection));
        return {};
    }

    Status show_recording(const std::string& path, const config::Config& config) {
        RecordedRules rules(config, printer_.labels());
        Status read = read_recorded(
            path, rules, [this](const Packet& packet) { return printer_.packet(packet); });
        if (read || read.error().exit_code != EX_DATAERR) return read;
        history_.faults().push_back(read.error());
        return {};
    }

    /// As it comes: a pipe's writer may take its time.
    Status show_stream(const std::string& path) {
        auto stream = source::open_stream(path);
        if (!stream) return stream.error();
        source::LineBlocks lines(std::move(*stream));
        for (;;) {
            const auto block = lines.next();
            if (!block) {
                history_.faults().push_back(block.error());
                return {};
            }
            const std::string_view text = *block ? **block : lines.rest();
            if (Status printed = print_block(printer_, text); !printed) return printed;
            if (!*block) return {};
            if (Status flushed = printer_.flush(); !flushed) return flushed;
        }
    }

    Status go_on() {
        for (;;) {
            if (Status shown = show_new(); !shown) return shown;
            if (Status flushed = printer_.flush(); !flushed) return flushed;
            if (is_past_until()) return worst_;
            std::vector<int> fds;
            for (const LineSocket& socket : sockets_) {
                if (!socket.has_ended()) fds.push_back(socket.fd());
            }
            if (fds.empty() && history_.live().empty()) return worst_;
            const bool looks = !history_.live().empty() || options_.until_ns;
            if (Status waited = wait_for_input(fds, looks ? kLookMs : -1); !waited) return waited;
        }
    }

    Status show_new() {
        for (source::LiveLog& live : history_.live()) {
            for (auto block = live.next(); block && *block; block = live.next()) {
                if (Status printed = print_block(printer_, **block); !printed) return printed;
            }
            if (live.lost()) {
                log::warning(live.path() +
                             ": was truncated or rotated away; records may be missing here");
            }
        }
        for (LineSocket& socket : sockets_) {
            while (const auto block = socket.next()) {
                if (Status printed = print_block(printer_, *block); !printed) return printed;
            }
        }
        return {};
    }

    [[nodiscard]] bool is_past_until() const {
        return options_.until_ns && system_clock().wall_ns() > *options_.until_ns;
    }

    void tell_faults() {
        for (const Error& fault : history_.faults()) {
            log::error(fault.message);
            worst_ = Error{"", fault.exit_code};  // it was said
        }
        if (printer_.malformed() == 0) return;
        log::warning(std::to_string(printer_.malformed()) + " lines are no records in JSON");
    }

    const TailOptions& options_;
    LogPrinter& printer_;
    TailHistory history_;
    std::vector<std::string> recordings_;
    std::vector<std::string> streams_;
    std::deque<LineSocket> sockets_;
    Status worst_;
};

}  // namespace

Status tail_files(const TailOptions& options, const config::Config& config, LogPrinter& printer) {
    FileTail tail(options, printer);
    if (Status opened = tail.open(); !opened) return opened;
    if (Status confined = tail.confine(); !confined) return confined;
    return tail.run(config);
}

}  // namespace nflogd::daemon
