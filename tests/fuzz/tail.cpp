// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Input: two bytes for a length, one for a place, and the content of a log file;
/// at the place the content is stretched by the length, so that a short input
/// reaches past what is read at a time.
#include "sink/tail.hpp"

#include <algorithm>
#include <string>

#include "fuzz.hpp"
#include "memory_file.hpp"

using namespace nflogd;

namespace {

std::string stretched(const std::uint8_t* data, std::size_t size) {
    const std::size_t length = std::size_t{data[0]} << 8 | data[1];
    std::string content(data + 3, data + size);
    content.insert(std::min<std::size_t>(data[2], content.size()), length, 'x');
    return content;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static fuzz::MemoryFile file;
    if (size < 3) return 0;
    const std::string before = stretched(data, size);
    file.fill({reinterpret_cast<const std::uint8_t*>(before.data()), before.size()});
    const auto removed = sink::repair_tail(file.fd());
    fuzz::require(removed.ok(), "a file that can be read can be repaired");
    const std::string after = file.content();
    fuzz::require(before.starts_with(after), "what stays is the beginning");
    fuzz::require(after.empty() || after.back() == '\n', "what stays ends in a newline");
    fuzz::require(before.find('\n', after.size()) == std::string::npos, "every whole line stays");
    fuzz::require(*removed == before.size() - after.size(), "what went is counted");
    const auto again = sink::repair_tail(file.fd());
    fuzz::require(again.ok() && *again == 0, "a repaired file needs no repair");
    return 0;
}
