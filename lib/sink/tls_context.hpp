// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// What a client of TLS shows and whom it trusts, made from files that were read
/// before (TlsFile::text): nothing is opened here. OpenSSL 3 stays inside lib/sink, and is loaded
/// by the first call (openssl_library.hpp).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/options.hpp"
#include "core/result.hpp"

using SSL_CTX = struct ssl_ctx_st;

namespace nflogd::sink {

struct FreeTlsContext {
    void operator()(SSL_CTX* context) const;
};
using TlsContext = std::unique_ptr<SSL_CTX, FreeTlsContext>;

/// Errors: EX_CONFIG, with the file and what is wrong with it; EX_UNAVAILABLE without
/// OpenSSL.
Result<TlsContext> make_tls_context(const TlsOptions& options);

/// What is not wrong, but will be or may be: certificates that are expired or soon will
/// be, verification switched off. Nothing without OpenSSL. `now`: seconds since 1970.
std::vector<std::string> tls_warnings(const TlsOptions& options, std::int64_t now);

/// What OpenSSL complained of last in this thread; its queue of errors is empty then. After
/// make_tls_context() only.
std::string take_tls_error();

}  // namespace nflogd::sink
