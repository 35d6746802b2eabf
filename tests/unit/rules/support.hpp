// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Short ways to write down rules.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/options.hpp"

namespace nflogd::rules::test {

inline LogRule rule(std::string name, Hook hook = Hook::input) {
    LogRule made;
    made.name = std::move(name);
    made.hook = hook;
    made.where = {"t.yaml", 7, 3};
    return made;
}

inline RulesOptions options(std::vector<LogRule> rules,
                            RulesBackend backend = RulesBackend::nftables) {
    RulesOptions made;
    made.backend = backend;
    made.table = "T";
    made.log = std::move(rules);
    return made;
}

inline std::vector<AddressMatch> v4(std::string text) { return {{4, std::move(text)}}; }
inline std::vector<AddressMatch> v6(std::string text) { return {{6, std::move(text)}}; }

inline bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace nflogd::rules::test
