// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Input: a file that `nflogd replay` is given: a recording, a pcap, or neither.
#include "pipeline/replay.hpp"

#include <sysexits.h>

#include "fakes/line_text.hpp"
#include "fuzz.hpp"
#include "memory_file.hpp"
#include "record_check.hpp"
#include "source/input.hpp"

using namespace nflogd;

namespace {

void check_error(const Error& error) {
    fuzz::require(error.exit_code == EX_DATAERR, "the file's fault", error.message);
    fuzz::require(fakes::fault_of_line(error.message + '\n') == nullptr, "a harmless message",
                  error.message);
}

void read_chunk(const source::Chunk& chunk, fuzz::RecordCheck& check) {
    pipeline::ChunkReader first(chunk);
    pipeline::ChunkReader second(chunk);
    Record a = fuzz::filled(0xaa);
    Record b = fuzz::filled(0x55);
    while (first.next(a)) {
        fuzz::require(second.next(b), "the same bytes are the same records");
        check.check(a, b);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static fuzz::RecordCheck check;
    static fuzz::MemoryFile file;
    file.fill({data, size});
    auto input = source::open_input(file.path());
    if (!input) {
        check_error(input.error());
        return 0;
    }
    std::size_t total = 0;
    while (true) {
        auto chunk = (*input)->next();
        if (!chunk) check_error(chunk.error());
        if (!chunk || !*chunk) break;
        total += (*chunk)->bytes.size();
        fuzz::require(total <= size, "no chunk is more than the file");
        read_chunk(**chunk, check);
    }
    return 0;
}
