// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Names of addresses, looked up by a thread of its own, for a screen that never waits.
/// The names are what a name server says: hostile.
#pragma once

#include <memory>
#include <string>

namespace nflogd::daemon {

class NameLookup {
public:
    NameLookup();
    /// Waits for nobody: a lookup that goes on ends by itself.
    ~NameLookup();
    NameLookup(const NameLookup&) = delete;
    NameLookup& operator=(const NameLookup&) = delete;

    /// The name of an address in text form, empty if there is none or none is known yet; then
    /// it is looked up, if not too many others are waited for. One thread.
    [[nodiscard]] std::string name_of(const std::string& address);

private:
    struct Shared;
    std::shared_ptr<Shared> shared_;
};

}  // namespace nflogd::daemon
