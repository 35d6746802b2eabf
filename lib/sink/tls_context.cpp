// SPDX-License-Identifier: GPL-2.0-or-later
#include "sink/tls_context.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <ctime>

namespace nflogd::sink {
namespace {

template <auto Free>
struct Freed {
    template <typename T>
    void operator()(T* object) const {
        Free(object);
    }
};
using Bio = std::unique_ptr<BIO, Freed<BIO_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;

constexpr std::int64_t kDay = 86'400;
constexpr std::int64_t kSoon = 14 * kDay;

Error bad(const TlsFile& file, const std::string& what) {
    return {file.path + ": " + what, EX_CONFIG};
}

Bio reading(const std::string& text) {
    return Bio(::BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

/// A key with a passphrase must not make OpenSSL ask on the terminal.
int no_passphrase(char*, int, int, void*) { return -1; }

/// All certificates of a file, in its order.
std::vector<Certificate> certificates_in(const TlsFile& file) {
    std::vector<Certificate> out;
    const Bio bio = reading(file.text);
    while (X509* one = ::PEM_read_bio_X509(bio.get(), nullptr, no_passphrase, nullptr)) {
        out.emplace_back(one);
    }
    ::ERR_clear_error();  // the end of the file is one
    return out;
}

Status trust(SSL_CTX* context, const TlsFile& file) {
    const auto authorities = certificates_in(file);
    if (authorities.empty()) return bad(file, "holds no certificate in PEM");
    X509_STORE* store = ::SSL_CTX_get_cert_store(context);
    for (const Certificate& one : authorities) {
        if (::X509_STORE_add_cert(store, one.get()) != 1) return bad(file, take_tls_error());
    }
    return {};
}

Status show(SSL_CTX* context, const TlsFile& file) {
    const auto chain = certificates_in(file);
    if (chain.empty()) return bad(file, "holds no certificate in PEM");
    if (::SSL_CTX_use_certificate(context, chain.front().get()) != 1) {
        return bad(file, take_tls_error());
    }
    for (std::size_t i = 1; i < chain.size(); ++i) {
        if (::SSL_CTX_add1_chain_cert(context, chain[i].get()) != 1) {
            return bad(file, take_tls_error());
        }
    }
    return {};
}

Status use_key(SSL_CTX* context, const TlsOptions& options) {
    const Bio bio = reading(options.key.text);
    const Key key(::PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
    if (!key) {
        take_tls_error();
        return bad(options.key, "holds no private key in PEM without a passphrase");
    }
    if (::SSL_CTX_use_PrivateKey(context, key.get()) == 1 &&
        ::SSL_CTX_check_private_key(context) == 1) {
        return {};
    }
    take_tls_error();
    return bad(options.key, "is not the key of the certificate in " + options.certificate.path);
}

std::int64_t seconds_until(const ASN1_TIME* when, std::int64_t now) {
    tm parts{};
    if (::ASN1_TIME_to_tm(when, &parts) != 1) return 0;
    return ::timegm(&parts) - now;
}

void warn_of_dates(const TlsFile& file, std::int64_t now, std::vector<std::string>& out) {
    for (const Certificate& one : certificates_in(file)) {
        const std::int64_t begins = seconds_until(::X509_get0_notBefore(one.get()), now);
        const std::int64_t left = seconds_until(::X509_get0_notAfter(one.get()), now);
        std::string what;
        if (left < 0) {
            what = fmt::format("expired {} days ago", -left / kDay);
        } else if (begins > 0) {
            what = "is not valid yet; is the clock right?";
        } else if (left < kSoon) {
            what = fmt::format("expires in {} days", left / kDay);
        }
        if (what.empty()) continue;
        const std::unique_ptr<char, Freed<[](char* text) { OPENSSL_free(text); }>> name(
            ::X509_NAME_oneline(::X509_get_subject_name(one.get()), nullptr, 0));
        out.push_back(fmt::format("{}: the certificate {} {}", file.path, name.get(), what));
    }
}

}  // namespace

void FreeTlsContext::operator()(SSL_CTX* context) const { ::SSL_CTX_free(context); }

std::string take_tls_error() {
    const unsigned long code = ::ERR_peek_last_error();
    const char* reason = ::ERR_reason_error_string(code);
    ::ERR_clear_error();
    return reason == nullptr ? "unknown error of OpenSSL" : reason;
}

Result<TlsContext> make_tls_context(const TlsOptions& options) {
    TlsContext context(::SSL_CTX_new(::TLS_client_method()));
    if (!context) return Error{"TLS: " + take_tls_error(), EX_OSERR};
    SSL_CTX* const made = context.get();
    const bool newest = options.minimum_version == TlsVersion::tls1_3;
    ::SSL_CTX_set_min_proto_version(made, newest ? TLS1_3_VERSION : TLS1_2_VERSION);
    // A receiver that asks for new keys all the time would keep us from sending.
    ::SSL_CTX_set_options(made, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    ::SSL_CTX_set_mode(made, SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    ::SSL_CTX_set_verify(made, options.verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
    ::SSL_CTX_set_default_passwd_cb(made, no_passphrase);
    Status status;
    if (options.verify) status = trust(made, options.ca);
    if (status && !options.certificate.path.empty()) {
        status = show(made, options.certificate);
        if (status) status = use_key(made, options);
    }
    if (!status) return status.error();
    return context;
}

std::vector<std::string> tls_warnings(const TlsOptions& options, std::int64_t now) {
    std::vector<std::string> out;
    if (options.verify) {
        // Of the many that a system trusts some are always old.
        if (options.ca.path != TlsOptions().ca.path) warn_of_dates(options.ca, now, out);
    } else {
        out.emplace_back("verify: false: anybody who answers at that address gets the records");
    }
    warn_of_dates(options.certificate, now, out);
    return out;
}

}  // namespace nflogd::sink
