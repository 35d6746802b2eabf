// SPDX-License-Identifier: GPL-2.0-or-later
#include "sink/tls_context.hpp"

#include <fmt/format.h>

#include <ctime>

#include "sink/openssl_library.hpp"

namespace nflogd::sink {
namespace {

template <auto Free>
struct Freed {
    template <typename T>
    void operator()(T* object) const {
        (openssl().*Free)(object);
    }
};
using Bio = std::unique_ptr<BIO, Freed<&OpensslLibrary::BIO_free>>;
using Certificate = std::unique_ptr<X509, Freed<&OpensslLibrary::X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<&OpensslLibrary::EVP_PKEY_free>>;

/// OPENSSL_free().
struct FreeText {
    void operator()(char* text) const { openssl().CRYPTO_free(text, __FILE__, __LINE__); }
};

constexpr std::int64_t kDay = 86'400;
constexpr std::int64_t kSoon = 14 * kDay;

Error bad(const TlsFile& file, const std::string& what) {
    return {file.path + ": " + what, EX_CONFIG};
}

Bio reading(const std::string& text) {
    return Bio(openssl().BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

/// A key with a passphrase must not make OpenSSL ask on the terminal.
int no_passphrase(char*, int, int, void*) { return -1; }

/// All certificates of a file, in its order.
std::vector<Certificate> certificates_in(const TlsFile& file) {
    std::vector<Certificate> out;
    const Bio bio = reading(file.text);
    while (X509* one = openssl().PEM_read_bio_X509(bio.get(), nullptr, no_passphrase, nullptr)) {
        out.emplace_back(one);
    }
    openssl().ERR_clear_error();  // the end of the file is one
    return out;
}

Status trust(SSL_CTX* context, const TlsFile& file) {
    const auto authorities = certificates_in(file);
    if (authorities.empty()) return bad(file, "holds no certificate in PEM");
    X509_STORE* store = openssl().SSL_CTX_get_cert_store(context);
    for (const Certificate& one : authorities) {
        if (openssl().X509_STORE_add_cert(store, one.get()) != 1)
            return bad(file, take_tls_error());
    }
    return {};
}

/// SSL_CTX_add1_chain_cert(), which is a macro.
long add_to_chain(SSL_CTX* context, X509* certificate) {
    return openssl().SSL_CTX_ctrl(context, SSL_CTRL_CHAIN_CERT, 1, certificate);
}

Status show(SSL_CTX* context, const TlsFile& file) {
    const auto chain = certificates_in(file);
    if (chain.empty()) return bad(file, "holds no certificate in PEM");
    if (openssl().SSL_CTX_use_certificate(context, chain.front().get()) != 1) {
        return bad(file, take_tls_error());
    }
    for (std::size_t i = 1; i < chain.size(); ++i) {
        if (add_to_chain(context, chain[i].get()) != 1) {
            return bad(file, take_tls_error());
        }
    }
    return {};
}

Status use_key(SSL_CTX* context, const TlsOptions& options) {
    const Bio bio = reading(options.key.text);
    const Key key(openssl().PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
    if (!key) {
        take_tls_error();
        return bad(options.key, "holds no private key in PEM without a passphrase");
    }
    if (openssl().SSL_CTX_use_PrivateKey(context, key.get()) == 1 &&
        openssl().SSL_CTX_check_private_key(context) == 1) {
        return {};
    }
    take_tls_error();
    return bad(options.key, "is not the key of the certificate in " + options.certificate.path);
}

std::int64_t seconds_until(const ASN1_TIME* when, std::int64_t now) {
    tm parts{};
    if (openssl().ASN1_TIME_to_tm(when, &parts) != 1) return 0;
    return ::timegm(&parts) - now;
}

void warn_of_dates(const TlsFile& file, std::int64_t now, std::vector<std::string>& out) {
    for (const Certificate& one : certificates_in(file)) {
        const std::int64_t begins = seconds_until(openssl().X509_get0_notBefore(one.get()), now);
        const std::int64_t left = seconds_until(openssl().X509_get0_notAfter(one.get()), now);
        std::string what;
        if (left < 0) {
            what = fmt::format("expired {} days ago", -left / kDay);
        } else if (begins > 0) {
            what = "is not valid yet; is the clock right?";
        } else if (left < kSoon) {
            what = fmt::format("expires in {} days", left / kDay);
        }
        if (what.empty()) continue;
        const std::unique_ptr<char, FreeText> name(
            openssl().X509_NAME_oneline(openssl().X509_get_subject_name(one.get()), nullptr, 0));
        out.push_back(fmt::format("{}: the certificate {} {}", file.path, name.get(), what));
    }
}

}  // namespace

void FreeTlsContext::operator()(SSL_CTX* context) const { openssl().SSL_CTX_free(context); }

std::string take_tls_error() {
    const unsigned long code = openssl().ERR_peek_last_error();
    const char* reason = openssl().ERR_reason_error_string(code);
    openssl().ERR_clear_error();
    return reason == nullptr ? "unknown error of OpenSSL" : reason;
}

Result<TlsContext> make_tls_context(const TlsOptions& options) {
    if (Status loaded = load_openssl(); !loaded) return loaded.error();
    TlsContext context(openssl().SSL_CTX_new(openssl().TLS_client_method()));
    if (!context) return Error{"TLS: " + take_tls_error(), EX_OSERR};
    SSL_CTX* const made = context.get();
    const bool newest = options.minimum_version == TlsVersion::tls1_3;
    openssl().SSL_CTX_ctrl(made, SSL_CTRL_SET_MIN_PROTO_VERSION,
                           newest ? TLS1_3_VERSION : TLS1_2_VERSION, nullptr);
    // A receiver that asks for new keys all the time would keep us from sending.
    openssl().SSL_CTX_set_options(made, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    openssl().SSL_CTX_ctrl(made, SSL_CTRL_MODE, SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER, nullptr);
    openssl().SSL_CTX_set_verify(made, options.verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
    openssl().SSL_CTX_set_default_passwd_cb(made, no_passphrase);
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
    if (!load_openssl()) return out;
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
