// SPDX-License-Identifier: GPL-2.0-or-later
#include "sink/openssl_library.hpp"

#include <dlfcn.h>

namespace nflogd::sink {
namespace {

OpensslLibrary table;

template <typename Function>
bool find(void* library, const char* name, Function& out) {
    out = reinterpret_cast<Function>(::dlsym(library, name));
    return out != nullptr;
}

/// libcrypto's functions are found through libssl, which is linked with it.
bool find_all(void* from) {
    bool found = true;
#define NFLOGD_OPENSSL_FIND(name) found = found && find(from, #name, table.name);
    NFLOGD_OPENSSL_FUNCTIONS(NFLOGD_OPENSSL_FIND)
#undef NFLOGD_OPENSSL_FIND
    return found;
}

Status load() {
    void* const library = ::dlopen("libssl.so.3", RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
        return Error{"TLS needs OpenSSL 3, which is not installed: apt install libssl3",
                     EX_UNAVAILABLE};
    }
    if (!find_all(library)) return Error{"this OpenSSL is not one that we know", EX_UNAVAILABLE};
    // What it sets up once, and reads, is to be there before we are confined.
    if (table.OPENSSL_init_ssl(0, nullptr) != 1) {
        return Error{"OpenSSL cannot be set up", EX_UNAVAILABLE};
    }
    return {};
}

}  // namespace

Status load_openssl() {
    static const Status loaded = load();
    return loaded;
}

const OpensslLibrary& openssl() { return table; }

}  // namespace nflogd::sink
