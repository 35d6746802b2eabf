// SPDX-License-Identifier: GPL-2.0-or-later
//
// Facts: systemd's NATIVE_JOURNAL_PROTOCOL (a datagram, or a sealed memfd for what is
// too long for one).
#include "sink/journald.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "sink/datagrams.hpp"

namespace nflogd::sink {
namespace {

/// Nobody can change what is in it any more. Invalid with errno set.
Fd sealed_memory(std::string_view text) {
    Fd memory(::memfd_create("nflogd-record", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!memory) return {};
    while (!text.empty()) {
        const ssize_t taken = ::write(memory.get(), text.data(), text.size());
        if (taken < 0) return {};
        text.remove_prefix(static_cast<std::size_t>(taken));
    }
    const int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL;
    return ::fcntl(memory.get(), F_ADD_SEALS, seals) == 0 ? std::move(memory) : Fd();
}

/// 0, or an errno value.
int send_descriptor(int socket, int descriptor) {
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof descriptor)> control{};
    msghdr message{};
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* const rights = CMSG_FIRSTHDR(&message);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof descriptor);
    std::memcpy(CMSG_DATA(rights), &descriptor, sizeof descriptor);
    return ::sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? errno : 0;
}

class Journald final : public Datagrams {
public:
    using Datagrams::Datagrams;

private:
    [[nodiscard]] std::string_view datagram(const Batch& batch, std::size_t record) const override {
        const std::size_t start = record == 0 ? 0 : batch.ends[record - 1];
        return {batch.bytes.data() + start, batch.ends[record] - start};
    }

    int too_long(const Batch& batch, std::size_t& records) override {
        const Fd memory = sealed_memory(datagram(batch, records));
        if (!memory) return errno;
        const int error = send_descriptor(socket(), memory.get());
        if (error == 0) ++records;
        return error;
    }
};

}  // namespace

SyslogReceiver receiver_of(const JournaldOptions& options) {
    SyslogReceiver receiver;
    receiver.transport = SyslogTransport::unix_datagram;
    receiver.host = options.socket;
    return receiver;
}

std::unique_ptr<Sink> make_journald(const JournaldOptions& options, const Clock& clock,
                                    WriteJournal* journal) {
    if (journal != nullptr) journal->opened(0, 0);
    return std::make_unique<Journald>(receiver_of(options), clock, journal);
}

}  // namespace nflogd::sink
