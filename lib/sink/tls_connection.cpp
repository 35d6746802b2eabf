// SPDX-License-Identifier: GPL-2.0-or-later
#include "sink/tls_connection.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "sink/openssl_library.hpp"

namespace nflogd::sink {
namespace {

/// A receiver that has not shaken hands for so long is left.
constexpr std::chrono::seconds kAnswer{10};
/// Once, so many times Patience::kStandstill at most.
constexpr int kConfirmations = 5;
/// Reads per look; what a receiver sends is of no interest.
constexpr int kReads = 16;

bool is_address(const std::string& text) {
    in6_addr address{};
    return ::inet_pton(AF_INET, text.c_str(), &address) == 1 ||
           ::inet_pton(AF_INET6, text.c_str(), &address) == 1;
}

/// OpenSSL's macro for it holds a cast that our warnings refuse.
bool set_server_name(SSL* ssl, std::string name) {
    return openssl().SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                              name.data()) == 1;
}

std::string without_final_dot(std::string name) {
    if (name.ends_with('.')) name.pop_back();
    return name;
}

}  // namespace

void TlsConnection::FreeSsl::operator()(SSL* ssl) const { openssl().SSL_free(ssl); }

TlsConnection::TlsConnection(const SyslogReceiver& receiver, const TlsOptions& options,
                             const Clock& clock)
    : options_(options),
      name_(without_final_dot(options.server_name.empty() ? receiver.host : options.server_name)),
      clock_(clock),
      tcp_(socket_addresses(receiver), clock) {
    auto made = make_tls_context(options);
    if (made) {
        context_ = std::move(*made);
    } else {
        context_error_ = made.error().message;
    }
}

int TlsConnection::fail(int error, std::string text) {
    trouble_ = std::move(text);
    close();
    return error;
}

int TlsConnection::connect(const Patience& patience) {
    if (!context_) return fail(EPROTO, context_error_);
    if (!ssl_) {
        trouble_.clear();
        if (const int error = tcp_.connect(patience); error != 0) return error;
        if (const int error = begin(); error != 0) return error;
    }
    const int error = shake_hands(patience);
    if (error != 0 && error != EINPROGRESS) tcp_.try_next_address();
    return error;
}

int TlsConnection::begin() {
    openssl().ERR_clear_error();
    ssl_.reset(openssl().SSL_new(context_.get()));
    SSL* const ssl = ssl_.get();
    if (ssl == nullptr || openssl().SSL_set_fd(ssl, tcp_.fd()) != 1)
        return fail(ENOMEM, take_tls_error());
    X509_VERIFY_PARAM* const verify = openssl().SSL_get0_param(ssl);
    openssl().X509_VERIFY_PARAM_set_hostflags(verify, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    const bool address = is_address(name_);
    const int set = address
                        ? openssl().X509_VERIFY_PARAM_set1_ip_asc(verify, name_.c_str())
                        : openssl().X509_VERIFY_PARAM_set1_host(verify, name_.data(), name_.size());
    const bool told = address || set_server_name(ssl, name_);
    if (set != 1 || !told) return fail(EPROTO, take_tls_error());
    give_up_at_ = clock_.monotonic() + kAnswer;
    return 0;
}

int TlsConnection::shake_hands(const Patience& patience) {
    while (true) {
        openssl().ERR_clear_error();
        const int result = openssl().SSL_connect(ssl_.get());
        if (result == 1) break;
        const int error = failure_of(result);
        if (error != EAGAIN) return fail(error, reason_of_refusal());
        if (wait(patience)) continue;
        if (clock_.monotonic() < give_up_at_) return EINPROGRESS;
        return fail(ETIMEDOUT, "the receiver took the connection, but does not speak TLS");
    }
    ready_ = true;
    wanted_ = POLLOUT;
    return confirm(patience);
}

/// With TLS 1.3 our side is done before the receiver has looked at our certificate. It
/// then sends a ticket or a refusal; a receiver that says nothing is taken at its word.
int TlsConnection::confirm(const Patience& patience) {
    if (openssl().SSL_version(ssl_.get()) < TLS1_3_VERSION) return 0;
    for (int i = 0; i < kConfirmations; ++i) {
        if (!patience.wait(tcp_.fd(), POLLIN)) continue;
        if (alive()) return 0;
        if (trouble_.empty()) trouble_ = "it closed the connection after the TLS handshake";
        return EPROTO;
    }
    return 0;
}

/// EAGAIN: when the socket is ready for wanted_.
int TlsConnection::failure_of(int result) {
    const int error = errno;
    switch (openssl().SSL_get_error(ssl_.get(), result)) {
        case SSL_ERROR_WANT_READ: wanted_ = POLLIN; return EAGAIN;
        case SSL_ERROR_WANT_WRITE: wanted_ = POLLOUT; return EAGAIN;
        case SSL_ERROR_ZERO_RETURN: return EPIPE;
        case SSL_ERROR_SYSCALL: return error != 0 ? error : ECONNRESET;
        default: return EPROTO;
    }
}

/// Of the handshake that failed just now, with what may help.
std::string TlsConnection::reason_of_refusal() const {
    const long verified = openssl().SSL_get_verify_result(ssl_.get());
    if (options_.verify && verified != X509_V_OK) {
        take_tls_error();
        const std::string reason = openssl().X509_verify_cert_error_string(verified);
        const bool name =
            verified == X509_V_ERR_HOSTNAME_MISMATCH || verified == X509_V_ERR_IP_ADDRESS_MISMATCH;
        if (name) {
            return "its certificate does not name " + name_ +
                   "; set tls.server_name if it has another name";
        }
        return "its certificate is refused: " + reason + "; trusted is who signs in " +
               options_.ca.path + " (tls.ca)";
    }
    if (openssl().ERR_peek_last_error() == 0)
        return "it closed the connection during the TLS handshake";
    return "TLS: " + take_tls_error();
}

bool TlsConnection::alive() {
    if (!ready_) return false;
    std::array<char, 1024> text;
    for (int i = 0; i < kReads; ++i) {
        openssl().ERR_clear_error();
        const int got = openssl().SSL_read(ssl_.get(), text.data(), static_cast<int>(text.size()));
        if (got > 0) continue;
        const int error = failure_of(got);
        wanted_ = POLLOUT;
        if (error == EAGAIN) return true;
        const bool ended = error == EPIPE;
        if (error == EPROTO) trouble_ = "TLS: " + take_tls_error();
        // Only who has said goodbye may also have read everything.
        if (ended && ::recv(tcp_.fd(), text.data(), 1, MSG_DONTWAIT | MSG_PEEK) == 0) {
            tcp_.note_end();
        }
        close();
        return false;
    }
    return true;
}

void TlsConnection::gather(std::span<const iovec> pieces) {
    for (const iovec& piece : pieces) {
        const std::size_t room = kMost - pending_.size();
        pending_.append(static_cast<const char*>(piece.iov_base), std::min(room, piece.iov_len));
        if (pending_.size() == kMost) return;
    }
}

bool TlsConnection::offered_again(std::span<const iovec> pieces) const {
    std::string_view left = pending_;
    for (const iovec& piece : pieces) {
        const std::size_t length = std::min(left.size(), piece.iov_len);
        if (std::memcmp(left.data(), piece.iov_base, length) != 0) return false;
        left.remove_prefix(length);
    }
    return left.empty();
}

ssize_t TlsConnection::send(std::span<const iovec> pieces) {
    if (pending_.empty()) {
        gather(pieces);
        if (pending_.empty()) return 0;
    } else if (!offered_again(pieces)) {
        return -fail(ECONNABORTED, "what was sent in part is not wanted any more");
    }
    openssl().ERR_clear_error();
    const int sent =
        openssl().SSL_write(ssl_.get(), pending_.data(), static_cast<int>(pending_.size()));
    if (sent > 0) {
        wanted_ = POLLOUT;
        pending_.clear();
        return sent;
    }
    const int error = failure_of(sent);
    if (error == EPROTO) trouble_ = "TLS: " + take_tls_error();
    return -error;
}

void TlsConnection::close() {
    ssl_.reset();
    ready_ = false;
    wanted_ = POLLOUT;
    pending_.clear();
    tcp_.close();
}

void TlsConnection::finish(const Patience& patience) {
    if (ready_ && pending_.empty()) {
        openssl().ERR_clear_error();
        openssl().SSL_shutdown(ssl_.get());
    }
    tcp_.finish(patience);
    close();
}

}  // namespace nflogd::sink
