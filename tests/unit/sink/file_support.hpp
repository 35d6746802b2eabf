// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// A log file in a directory of its own, for tests of the file sink.
#pragma once

#include <memory>

#include "catch.hpp"
#include "sink/file.hpp"
#include "sink/support.hpp"

namespace nflogd::sink::test {

struct LogPlace {
    TempDir temp;
    FakeClock clock{1795428234};  // 2026-11-23 10:03:54 UTC
    FileOptions options;

    LogPlace() { options.path = temp / "log"; }
    [[nodiscard]] std::unique_ptr<Sink> open(WriteJournal* journal = nullptr) const {
        Result<std::unique_ptr<Sink>> sink = open_file(options, clock, journal);
        if (!sink) FAIL(sink.error().message);
        return std::move(*sink);
    }
    [[nodiscard]] std::string content(const std::string& name = "log") const {
        return read_file(temp / name);
    }
};

inline void write_all(Sink& sink, const Lines& lines) {
    const Written out = sink.write(lines.batch());
    if (!out.status.ok()) FAIL(out.status.error().message);
    REQUIRE(out.records == lines.batch().ends.size());
}

}  // namespace nflogd::sink::test
