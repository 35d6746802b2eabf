// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Receivers of syslog messages on this machine, for tests: sockets that only take
/// what the test takes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/fd.hpp"
#include "core/options.hpp"

namespace nflogd::sink::test {

/// A UNIX datagram socket at that path, or a UDP one on 127.0.0.1.
class DatagramReceiver {
public:
    explicit DatagramReceiver(std::string path);
    DatagramReceiver();
    ~DatagramReceiver();
    DatagramReceiver(const DatagramReceiver&) = delete;
    DatagramReceiver& operator=(const DatagramReceiver&) = delete;

    [[nodiscard]] const SyslogReceiver& address() const { return address_; }
    /// What is there now, `most` at the most.
    [[nodiscard]] std::vector<std::string> take(std::size_t most = SIZE_MAX) const;
    /// What came with the next datagram; it has no bytes.
    [[nodiscard]] Fd take_descriptor() const;

private:
    std::string path_;
    Fd socket_;
    SyslogReceiver address_;
};

/// Listens on 127.0.0.1, one connection at a time.
class StreamReceiver {
public:
    /// `buffer`: bytes that it takes without being read, roughly; 0: the kernel's choice.
    explicit StreamReceiver(int buffer = 0, std::uint16_t port = 0);

    [[nodiscard]] const SyslogReceiver& address() const { return address_; }
    /// Takes the connection that waits; returns false if none comes.
    bool accept();
    /// Up to `bytes`; waits for the first of them.
    [[nodiscard]] std::string take(std::size_t bytes = 1 << 20) const;
    /// All until the sender closes.
    [[nodiscard]] std::string take_all() const;
    /// So much, exactly.
    [[nodiscard]] std::string take_exactly(std::size_t bytes) const;
    /// Ends the connection; what was not read makes it a reset.
    void hang_up() { connection_.reset(); }
    void reset();
    void say(const std::string& text) const;

private:
    Fd listening_;
    Fd connection_;
    SyslogReceiver address_;
};

/// A port of 127.0.0.1 where nobody listens.
SyslogReceiver nobody();

/// The messages of a stream with octet counting, each whole; what is no frame makes
/// the test fail. `rest`: the bytes of an unfinished one.
std::vector<std::string> read_frames(const std::string& stream, std::string* rest = nullptr);

}  // namespace nflogd::sink::test
