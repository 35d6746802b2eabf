// SPDX-License-Identifier: GPL-2.0-or-later
//
// Of libcrypto the functions for SHA-1 itself and not EVP, which allocates for every message
// (OpenSSL 3.0: EVP_DigestInit_ex makes a new context each time) and reads the system's
// configuration.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "core/sha1.hpp"

#include <dlfcn.h>
#include <openssl/sha.h>
#include <sha1.h>

namespace nflogd {
namespace {

struct Libcrypto {
    decltype(&::SHA1_Init) init;
    decltype(&::SHA1_Update) update;
    decltype(&::SHA1_Final) final;
};

template <typename Function>
bool find(void* library, const char* name, Function& out) {
    out = reinterpret_cast<Function>(::dlsym(library, name));
    return out != nullptr;
}

Libcrypto libcrypto;
bool loaded = false;

bool load() {
    void* const library = ::dlopen("libcrypto.so.3", RTLD_NOW | RTLD_LOCAL);
    return library != nullptr && find(library, "SHA1_Init", libcrypto.init) &&
           find(library, "SHA1_Update", libcrypto.update) &&
           find(library, "SHA1_Final", libcrypto.final);
}

Sha1Digest by_libmd(std::span<const std::uint8_t> bytes) {
    Sha1Digest digest;
    SHA1_CTX context;
    ::SHA1Init(&context);
    ::SHA1Update(&context, bytes.data(), bytes.size());
    ::SHA1Final(digest.data(), &context);
    return digest;
}

}  // namespace

Sha1Digest sha1(std::span<const std::uint8_t> bytes) {
    Sha1Digest digest;
    SHA_CTX context;
    if (loaded && libcrypto.init(&context) == 1 &&
        libcrypto.update(&context, bytes.data(), bytes.size()) == 1 &&
        libcrypto.final(digest.data(), &context) == 1) {
        return digest;
    }
    return by_libmd(bytes);
}

void load_sha1() {
    static const bool found = load();
    loaded = found;
}

}  // namespace nflogd
