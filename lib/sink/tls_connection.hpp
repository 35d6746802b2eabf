// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// TLS over a TcpConnection, as a client (RFC 5425 names what a receiver of syslog is
/// asked for). The name or address of the receiver is verified against its certificate,
/// unless TlsOptions::verify says no; a name is also sent (SNI).
#pragma once

#include <memory>
#include <string>

#include "core/options.hpp"
#include "core/time.hpp"
#include "sink/connection.hpp"
#include "sink/tcp_connection.hpp"
#include "sink/tls_context.hpp"

using SSL = struct ssl_st;

namespace nflogd::sink {

class TlsConnection final : public Connection {
public:
    /// `clock` outlives the connection. Options that make no context (they were checked
    /// before) are told by every connect().
    TlsConnection(const SyslogReceiver& receiver, const TlsOptions& options, const Clock& clock);

    bool alive() override;
    int connect(const Patience& patience) override;
    ssize_t send(std::span<const iovec> pieces) override;
    bool wait(const Patience& patience) override { return patience.wait(tcp_.fd(), wanted_); }
    bool hears(const Patience& patience) override { return tcp_.hears(patience); }
    void close() override;
    void finish(const Patience& patience) override;
    [[nodiscard]] bool all_was_read() const override { return tcp_.all_was_read(); }
    [[nodiscard]] std::size_t most_at_once() const override { return kMost; }
    [[nodiscard]] std::string trouble() const override { return trouble_; }

private:
    static constexpr std::size_t kMost = 16384;  ///< bytes of a TLS record

    struct FreeSsl {
        void operator()(SSL* ssl) const;
    };

    int begin();
    int shake_hands(const Patience& patience);
    int confirm(const Patience& patience);
    int fail(int error, std::string text);
    int failure_of(int result);
    [[nodiscard]] std::string reason_of_refusal() const;
    void gather(std::span<const iovec> pieces);
    [[nodiscard]] bool offered_again(std::span<const iovec> pieces) const;

    const TlsOptions options_;
    const std::string name_;  ///< that the certificate must have
    const Clock& clock_;
    TcpConnection tcp_;
    TlsContext context_;
    std::string context_error_;
    std::unique_ptr<SSL, FreeSsl> ssl_;
    bool ready_ = false;  ///< hands are shaken
    short wanted_ = POLLOUT;
    std::chrono::nanoseconds give_up_at_{0};
    /// What OpenSSL has begun to send: it must be given the same again. Nothing of it
    /// counts as taken before all of it is.
    std::string pending_;
    std::string trouble_;
};

}  // namespace nflogd::sink
