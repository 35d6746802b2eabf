// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// last_lines() of log_reader.hpp.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <deque>

#include "source/log_reader.hpp"

namespace nflogd::source {
namespace {

/// The first guess of how long a line is.
constexpr std::uint64_t kLine = 1024;
constexpr std::uint64_t kLeast = 64 << 10;

/// The last lines that were wanted, and what stood beside them.
class Window {
public:
    explicit Window(std::size_t count) : count_(count) {}

    void add(std::string_view line, Wanted wanted) {
        if (wanted == Wanted::no || count_ == 0) return;
        lines_.push_back({std::string(line), wanted == Wanted::yes});
        if (wanted != Wanted::yes || ++held_ <= count_) return;
        while (!lines_.front().counted) lines_.pop_front();
        lines_.pop_front();
        --held_;
    }
    [[nodiscard]] std::size_t held() const { return held_; }
    void move_before(std::deque<std::string>& lines) {
        for (auto line = lines_.rbegin(); line != lines_.rend(); ++line) {
            lines.push_front(std::move(line->text));
        }
    }

private:
    struct Line {
        std::string text;
        bool counted;
    };

    std::size_t count_;
    std::size_t held_ = 0;
    std::deque<Line> lines_;
};

class LastLines {
public:
    LastLines(const LiveLog* live, const std::function<Wanted(std::string_view)>& wanted)
        : live_(live), wanted_(wanted) {}

    /// Adds the last of `part` before `lines` and takes them off `count`.
    Status of(const LogPart& part, std::size_t& count, std::deque<std::string>& lines) {
        const bool is_live = part.live && live_ != nullptr;
        Fd own;
        if (!is_live) {
            auto opened = open_for_reading(part.path);
            if (!opened) return opened.error();
            own = std::move(*opened);
        }
        const int fd = is_live ? live_->fd() : own.get();
        const std::uint64_t size = is_live ? live_->end() : plain_size(fd);
        Window window(count);
        Status status;
        if (size > 0) {
            status = from_the_end(fd, part.path, size, count, window);
        } else if (!is_live) {
            auto stream = open_stream(std::move(own), part.path);
            if (!stream) return stream.error();
            status = read(std::move(*stream), false, window);
        }
        count -= std::min(count, window.held());
        window.move_before(lines);
        return status;
    }

private:
    /// 0: not a file whose end can be read first.
    static std::uint64_t plain_size(int fd) {
        struct stat status {};
        std::array<char, 4> head{};
        if (::fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) return 0;
        if (::pread(fd, head.data(), head.size(), 0) < static_cast<ssize_t>(head.size())) return 0;
        const bool is_text = head[0] == '{' || head[0] == ' ';
        return is_text ? static_cast<std::uint64_t>(status.st_size) : 0;
    }

    /// Reads more and more until there are enough.
    Status from_the_end(int fd, const std::string& name, std::uint64_t size, std::size_t count,
                        Window& window) {
        for (std::uint64_t span = std::max(kLeast, kLine * count);; span *= 4) {
            const std::uint64_t begin = span < size ? size - span : 0;
            window = Window(count);
            Status status = read(range_stream(fd, name, begin, size), begin > 0, window);
            if (!status || begin == 0 || window.held() >= count) return status;
        }
    }

    Status read(std::unique_ptr<ByteStream> stream, bool in_a_line, Window& window) {
        LineBlocks lines(std::move(stream));
        const auto add = [&](std::string_view line) {
            if (!in_a_line) window.add(line, wanted_(line));
            in_a_line = false;
            return true;
        };
        for (;;) {
            const auto block = lines.next();
            if (!block) return block.error();
            if (*block) {
                each_line(**block, add);
                continue;
            }
            each_line(lines.rest(), add);
            return {};
        }
    }

    const LiveLog* live_;
    const std::function<Wanted(std::string_view)>& wanted_;
};

}  // namespace

std::vector<std::string> last_lines(const std::vector<LogPart>& parts, std::size_t count,
                                    const LiveLog* live,
                                    const std::function<Wanted(std::string_view)>& wanted,
                                    std::vector<Error>& faults) {
    LastLines last(live, wanted);
    std::deque<std::string> lines;
    for (auto part = parts.rbegin(); part != parts.rend() && count > 0; ++part) {
        if (Status read = last.of(*part, count, lines); !read) faults.push_back(read.error());
    }
    return {std::make_move_iterator(lines.begin()), std::make_move_iterator(lines.end())};
}

}  // namespace nflogd::source
