// SPDX-License-Identifier: GPL-2.0-or-later
#include <poll.h>
#include <sysexits.h>

#include <CLI/CLI.hpp>
#include <array>
#include <csignal>
#include <memory>

#include "commands.hpp"
#include "core/log.hpp"
#include "core/time.hpp"
#include "decode/decode.hpp"
#include "signals.hpp"
#include "source/nflog_socket.hpp"
#include "source/recording.hpp"

namespace nflogd::daemon {
namespace {

struct RecordOptions {
    std::uint16_t group = 0;
    std::string output;
    std::uint64_t count = 0;
    std::uint32_t snaplen = 128;
};

/// Writes datagrams until it is told to stop, then what the kernel still has.
class Recorder {
public:
    Recorder(source::NflogSocket socket, source::RecordingWriter writer, std::uint64_t limit)
        : socket_(std::move(socket)), writer_(std::move(writer)), limit_(limit) {}

    Status run(Signals& signals) {
        while (true) {
            const source::Received received = socket_.receive(buffer_);
            if (received.kind == source::Received::Kind::error) {
                return system_error(received.errno_value, "reading the group");
            }
            if (received.kind == source::Received::Kind::datagram) {
                if (Status status = keep(received); !status) return status;
                if (limit_ != 0 && packets_ >= limit_ && !stopping_) stop();
            } else if (received.kind == source::Received::Kind::empty) {
                if (unbound_) return writer_.flush();
                if (Status status = writer_.flush(); !status) return status;
                wait(signals);
            }
        }
    }

    [[nodiscard]] std::uint64_t packets() const { return packets_; }

private:
    Status keep(const source::Received& received) {
        const Bytes datagram = Bytes(buffer_).first(received.length);
        const std::uint64_t now = system_clock().wall_ns();
        decode::DatagramReader reader(datagram, now);
        const std::uint64_t before = packets_;
        while (reader.next(record_)) ++packets_;
        if (reader.info().acknowledged) unbound_ = stopping_;
        return packets_ == before ? Status{} : writer_.write(datagram, now);
    }
    void wait(Signals& signals) {
        std::array<pollfd, 2> fds = {pollfd{socket_.fd(), POLLIN, 0},
                                     pollfd{signals.fd(), POLLIN, 0}};
        ::poll(fds.data(), fds.size(), -1);
        if (signals.next() != 0 && !stopping_) stop();
    }
    void stop() {
        stopping_ = true;
        if (Status status = socket_.request_unbind(); !status) {
            log::error(status.error().message);
            unbound_ = true;
        }
    }

    source::NflogSocket socket_;
    source::RecordingWriter writer_;
    std::uint64_t limit_;
    std::vector<std::uint8_t> buffer_ =
        std::vector<std::uint8_t>(source::NflogSocket::kReceiveBytes);
    Record record_;
    std::uint64_t packets_ = 0;
    bool stopping_ = false;
    bool unbound_ = false;
};

int record(const RecordOptions& options) {
    auto signals = Signals::block({SIGTERM, SIGINT});
    if (!signals) return fail(signals.error());
    NflogOptions nflog;
    nflog.snaplen = options.snaplen;
    auto socket = source::NflogSocket::open(options.group, nflog);
    if (!socket) return fail(socket.error());
    for (const std::string& warning : socket->warnings()) log::warning(warning);
    auto writer = source::RecordingWriter::open(options.output);
    if (!writer) return fail(writer.error());
    Recorder recorder(std::move(*socket), std::move(*writer), options.count);
    log::info("recording group " + std::to_string(options.group) + " to " + options.output +
              "; Ctrl-C ends");
    const Status status = recorder.run(*signals);
    log::info(std::to_string(recorder.packets()) + " packets recorded");
    return status ? EX_OK : fail(status.error());
}

}  // namespace

Action add_record(CLI::App& app) {
    auto options = std::make_shared<RecordOptions>();
    app.add_option("-g,--group", options->group, "nfnetlink_log group, 0 to 65535")
        ->required()
        ->type_name("N");
    app.add_option("-o,--output", options->output, "File to write; must not exist yet")
        ->required()
        ->type_name("FILE");
    app.add_option("--count", options->count, "Stop after about so many packets")->type_name("N");
    app.add_option("--snaplen", options->snaplen, "Bytes to keep of each packet (default: 128)")
        ->check(CLI::Range(0, 65535))
        ->type_name("BYTES");
    return [options] { return record(*options); };
}

}  // namespace nflogd::daemon
