// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Prints every key that the loader knows, one a line, for schema_test.py.
#include <cstdio>

#include "config/keys.hpp"

int main() {
    for (const std::string& key : nflogd::config::known_keys()) std::puts(key.c_str());
}
