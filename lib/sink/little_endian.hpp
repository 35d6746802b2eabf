// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Numbers in files, the same on every machine.
#pragma once

#include <cstddef>

namespace nflogd::sink {

template <typename T>
void put_little(char* out, T value) {
    for (std::size_t i = 0; i < sizeof(T); ++i) out[i] = static_cast<char>(value >> (8 * i));
}

template <typename T>
T get_little(const char* in) {
    T value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i) {
        value |= static_cast<T>(static_cast<unsigned char>(in[i])) << (8 * i);
    }
    return value;
}

}  // namespace nflogd::sink
