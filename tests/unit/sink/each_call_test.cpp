// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Each system call of the write path fails at each of its calls, with each errno
/// value that it may have, for a shorter or a longer time. A writer that offers
/// again what was not taken, as a lane does, has every record in the files in the
/// end, once and in order, and no half line is ever left in them.
#include <algorithm>

#include "sink/faults.hpp"
#include "sink/file_support.hpp"

using namespace nflogd;
using namespace nflogd::sink;
using namespace nflogd::sink::test;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kBatches = 8;
constexpr std::size_t kRecords = 7;
constexpr std::size_t kLength = 30;
constexpr std::size_t kPerFile = 11;

/// Calls fail while the sink is at work, not while the test looks at the files.
bool armed = false;

struct Call {
    const char* name;
    std::function<int()> Faults::*hook;
    std::vector<int> errors;
};

const std::vector<Call>& calls() {
    static const std::vector<Call> all = {
        {"fdatasync", &Faults::fdatasync, {EIO, ENOSPC, EDQUOT, EROFS, EINTR}},
        {"ftruncate", &Faults::ftruncate, {EIO, EROFS, EINTR}},
        {"renameat2", &Faults::renameat2, {EIO, ENOSPC, EROFS, EACCES, EINVAL, EEXIST}},
        {"fsync", &Faults::fsync, {EIO, EINVAL}},
        {"fstat", &Faults::fstat, {EIO}},
        {"openat", &Faults::openat, {EIO, ENOSPC, EDQUOT, EROFS, EMFILE, ENFILE, EACCES, EINTR}},
        {"unlinkat", &Faults::unlinkat, {EIO, EROFS, EACCES}},
        {"fchmod", &Faults::fchmod, {EIO, EROFS, EPERM}},
    };
    return all;
}

struct Place : LogPlace {
    explicit Place(std::chrono::milliseconds sync) {
        options.rotate.size = kPerFile * kLength;
        options.sync = sync;
    }
    [[nodiscard]] std::string everything() const {
        std::string text;
        for (const std::string& name : temp.names()) {
            if (name != "log") text += content(name);
        }
        return text + content();
    }
    [[nodiscard]] bool has_half_line() const {
        const auto names = temp.names();
        return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
            const std::string text = content(name);
            return !text.empty() && text.back() != '\n';
        });
    }
};

/// Writes all batches as a lane does. `truncates()`: whether a torn record can have
/// been cut off. Returns how many packets the sink gave up.
std::uint64_t write_as_lane(Place& place, Sink& sink, const std::function<bool()>& truncates) {
    std::uint64_t lost = 0;
    for (std::size_t i = 0; i < kBatches * kRecords;) {
        const std::size_t last = (i / kRecords + 1) * kRecords;
        const Lines rest = numbered(last - i, kLength, i);
        armed = true;
        const Written out = sink.write(rest.batch());
        armed = false;
        REQUIRE((out.status.ok() ? out.records == last - i : out.records < last - i));
        i += out.records;
        lost += sink.take_lost();
        if (truncates()) REQUIRE_FALSE(place.has_half_line());
        place.clock.advance(1s);
        armed = true;
        static_cast<void>(sink.tend());
        armed = false;
        lost += sink.take_lost();
    }
    return lost;
}

/// Lets calls number [first, first + count) fail with `error`.
std::function<int()> failing(int& number, int first, int count, int error) {
    return [&number, first, count, error] {
        if (!armed) return 0;
        ++number;
        return number >= first && number < first + count ? error : 0;
    };
}

/// How often a call is made when nothing fails.
int count_calls(const Call& call, std::chrono::milliseconds sync) {
    Place place(sync);
    const auto sink = place.open();
    int number = 0;
    Faults faults;
    faults.*call.hook = failing(number, 0, 0, 0);
    write_as_lane(place, *sink, [] { return true; });
    return number;
}

void run_with_failure(const Call& call, std::chrono::milliseconds sync, int first, int count,
                      int error) {
    Place place(sync);
    const auto sink = place.open();
    std::uint64_t lost = 0;
    int number = 0;
    INFO(call.name << " fails with " << error << " from call " << first << " on, " << count
                   << " times, sync " << sync.count());
    {
        Faults faults;
        faults.*call.hook = failing(number, first, count, error);
        lost = write_as_lane(place, *sink, [] { return true; });
    }
    REQUIRE((place.everything() == numbered(kBatches * kRecords, kLength).text()));
    const bool syncs = call.hook == &Faults::fdatasync || call.hook == &Faults::fsync;
    if (!syncs || sync < 0ms || error == EINTR || error == EINVAL) REQUIRE(lost == 0);
    REQUIRE(lost <= 2 * kRecords);
}

}  // namespace

TEST_CASE("each call of the write path fails at each of its times") {
    int runs = 0;
    for (const std::chrono::milliseconds sync : {1000ms, -1ms}) {
        for (const Call& call : calls()) {
            const int times = count_calls(call, sync);
            for (const int error : call.errors) {
                for (int first = 1; first <= times; ++first) {
                    run_with_failure(call, sync, first, 1, error);
                    run_with_failure(call, sync, first, 5, error);
                    runs += 2;
                }
            }
        }
    }
    REQUIRE(runs > 500);
    WARN(runs << " runs with a failing call");
}

TEST_CASE("write() stops at each byte with each errno value, and cannot be undone for a while") {
    const std::vector<int> errors = {ENOSPC, EDQUOT, EIO, EROFS, EFBIG, EINTR, EAGAIN, EPERM};
    int runs = 0;
    for (const int error : errors) {
        for (const int truncations : {0, 2}) {
            for (std::size_t room = 0; room <= kBatches * kRecords * kLength; room += 13) {
                Place place(1000ms);
                const auto sink = place.open();
                std::size_t left = room;
                int refusals = 0;
                int number = 0;
                INFO("room for " << room << " bytes, then " << error);
                {
                    Faults faults;
                    faults.write = [&](std::size_t size) -> ssize_t {
                        if (left == 0 && ++refusals <= 3) return -error;
                        const std::size_t take = refusals > 0 ? size : std::min(left, size);
                        left -= std::min(left, take);
                        return static_cast<ssize_t>(take);
                    };
                    faults.ftruncate = failing(number, 1, truncations, EIO);
                    REQUIRE(write_as_lane(place, *sink, [&] {
                                return truncations == 0 || number > truncations;
                            }) == 0);
                }
                REQUIRE((place.everything() == numbered(kBatches * kRecords, kLength).text()));
                REQUIRE_FALSE(place.has_half_line());
                ++runs;
            }
        }
    }
    WARN(runs << " runs with a failing write");
}
