// SPDX-License-Identifier: GPL-2.0-or-later
#include "read_log.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <set>

#include "source/byte_stream.hpp"
#include "source/line_blocks.hpp"

namespace nflogd::daemon {
namespace {

template <typename... Fields>
constexpr std::uint64_t bits(Fields... fields) {
    return ((std::uint64_t{1} << static_cast<unsigned>(fields)) | ...);
}

FieldSelection counted_fields() {
    FieldSelection wanted;
    wanted.envelope =
        bits(Field::timestamp, Field::rule, Field::action, Field::prefix, Field::in_iface);
    wanted.packet = bits(HeaderField::ip_version, HeaderField::src_ip, HeaderField::dest_ip,
                         HeaderField::proto_number, HeaderField::length, HeaderField::dest_port);
    wanted.inner = 0;
    return wanted;
}

}  // namespace

LogCounter::LogCounter(Labels& labels, bool all_fields)
    : reader_(labels, all_fields ? FieldSelection{} : counted_fields()) {}

void LogCounter::add_line(std::string_view line, Counting& counting) {
    switch (reader_.read(line, record_)) {
        case decode::JsonLine::packet: counted_ += counting.packet(record_) ? 1U : 0U; break;
        case decode::JsonLine::ledger:
        case decode::JsonLine::lifecycle: counting.event(reader_.host(), reader_.event()); break;
        case decode::JsonLine::missed: counting.missed(reader_.missed()); break;
        case decode::JsonLine::other: break;
        case decode::JsonLine::malformed: ++malformed_; break;
    }
}

std::uint64_t LogCounter::add(std::string_view block, Counting& counting) {
    counted_ = 0;
    source::each_line(block, [&](std::string_view line) {
        add_line(line, counting);
        return true;
    });
    return counted_;
}

bool is_recording(const std::string& path) {
    struct stat status {};
    if (path == "-" || ::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return false;
    const auto fd = source::open_for_reading(path);
    if (!fd) return false;
    std::array<unsigned char, 4> head{};
    const auto length = ::pread(fd->get(), head.data(), head.size(), 0);
    if (length <= 0 || head[0] == '{' || head[0] == ' ') return false;
    const bool gzip = head[0] == 0x1F && head[1] == 0x8B;
    const bool zstd = head[0] == 0x28 && head[1] == 0xB5;
    // Anything else that begins with a printable character is a log with a bad line.
    return !gzip && !zstd && (head[0] < 0x20 || head[0] > 0x7E || head[0] == 'N');
}

std::vector<source::LogPart> parts_of(const std::vector<std::string>& paths, std::uint64_t since_ns,
                                      std::vector<Error>& faults) {
    std::vector<source::LogPart> all;
    std::set<std::string> known;
    for (const std::string& path : paths) {
        auto parts = source::log_parts(path, faults);
        if (!parts) {
            faults.push_back(parts.error());
            continue;
        }
        for (source::LogPart& part : source::since(std::move(*parts), since_ns)) {
            if (known.insert(part.path).second) all.push_back(std::move(part));
        }
    }
    std::stable_sort(all.begin(), all.end(),
                     [](const auto& a, const auto& b) { return a.first_ns < b.first_ns; });
    return all;
}

}  // namespace nflogd::daemon
