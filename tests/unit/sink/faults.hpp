// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// System calls that fail on demand: this program's own write(), fdatasync(), ...
/// stand before the C library's. They work as usual but in the thread and the
/// lifetime of a `Faults` that says otherwise.
#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>

namespace nflogd::sink::test {

class Faults {
public:
    Faults();
    Faults(const Faults&) = delete;
    Faults& operator=(const Faults&) = delete;
    ~Faults();

    /// Bytes to write at most, or a negative errno value.
    std::function<ssize_t(std::size_t size)> write;
    /// 0: do it; else the errno value to fail with.
    std::function<int()> fdatasync;
    std::function<int()> ftruncate;
    std::function<int()> renameat2;
    std::function<int()> fsync;
    std::function<int()> fstat;
    std::function<int()> openat;
    std::function<int()> unlinkat;
    std::function<int()> fchmod;

    /// Calls so far, failed ones too.
    int writes = 0;
    int fdatasyncs = 0;
};

}  // namespace nflogd::sink::test
