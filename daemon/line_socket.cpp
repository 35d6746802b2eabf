// SPDX-License-Identifier: GPL-2.0-or-later
#include "line_socket.hpp"

#include <sys/socket.h>

#include <cerrno>

namespace nflogd::daemon {

class LineSocket::Stream : public source::ByteStream {
public:
    explicit Stream(std::shared_ptr<State> state) : state_(std::move(state)) {}

    Result<std::size_t> read(std::span<char> out) override {
        ssize_t got = 0;
        do {
            got = ::recv(state_->fd.get(), out.data(), out.size(), MSG_DONTWAIT);
        } while (got < 0 && errno == EINTR);
        if (got > 0) return static_cast<std::size_t>(got);
        if (got == 0 || errno != EAGAIN) state_->ended = true;
        return std::size_t{0};
    }

private:
    std::shared_ptr<State> state_;
};

LineSocket::LineSocket(Fd fd)
    : state_(std::make_shared<State>(State{std::move(fd)})),
      lines_(std::make_unique<source::LineBlocks>(std::make_unique<Stream>(state_))) {}

std::optional<std::string_view> LineSocket::next() {
    const auto block = lines_->next();
    return block ? *block : std::nullopt;
}

}  // namespace nflogd::daemon
