// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// OpenSSL 3, loaded when an output speaks TLS: the program is not linked with it.
#pragma once

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "core/result.hpp"

namespace nflogd::sink {

// clang-format off
/// The functions that we call. What is a macro in OpenSSL's headers, and ends in one of the
/// two *_ctrl functions, is spelled out where it is needed.
#define NFLOGD_OPENSSL_FUNCTIONS(X) \
    X(ASN1_TIME_to_tm) \
    X(BIO_free) \
    X(BIO_new_mem_buf) \
    X(CRYPTO_free) \
    X(ERR_clear_error) \
    X(ERR_peek_last_error) \
    X(ERR_reason_error_string) \
    X(EVP_PKEY_free) \
    X(OPENSSL_init_ssl) \
    X(PEM_read_bio_PrivateKey) \
    X(PEM_read_bio_X509) \
    X(SSL_CTX_check_private_key) \
    X(SSL_CTX_ctrl) \
    X(SSL_CTX_free) \
    X(SSL_CTX_get_cert_store) \
    X(SSL_CTX_new) \
    X(SSL_CTX_set_default_passwd_cb) \
    X(SSL_CTX_set_options) \
    X(SSL_CTX_set_verify) \
    X(SSL_CTX_use_PrivateKey) \
    X(SSL_CTX_use_certificate) \
    X(SSL_connect) \
    X(SSL_ctrl) \
    X(SSL_free) \
    X(SSL_get0_param) \
    X(SSL_get_error) \
    X(SSL_get_verify_result) \
    X(SSL_new) \
    X(SSL_read) \
    X(SSL_set_fd) \
    X(SSL_shutdown) \
    X(SSL_version) \
    X(SSL_write) \
    X(TLS_client_method) \
    X(X509_NAME_oneline) \
    X(X509_STORE_add_cert) \
    X(X509_VERIFY_PARAM_set1_host) \
    X(X509_VERIFY_PARAM_set1_ip_asc) \
    X(X509_VERIFY_PARAM_set_hostflags) \
    X(X509_free) \
    X(X509_get0_notAfter) \
    X(X509_get0_notBefore) \
    X(X509_get_subject_name) \
    X(X509_verify_cert_error_string)
// clang-format on

struct OpensslLibrary {
#define NFLOGD_OPENSSL_MEMBER(name) decltype(&::name) name;
    NFLOGD_OPENSSL_FUNCTIONS(NFLOGD_OPENSSL_MEMBER)
#undef NFLOGD_OPENSSL_MEMBER
};

/// Loaded by the first call, which is to come before the process is confined and starts
/// threads; stays loaded. Error: EX_UNAVAILABLE.
Status load_openssl();

/// Only after load_openssl() was successful.
const OpensslLibrary& openssl();

}  // namespace nflogd::sink
