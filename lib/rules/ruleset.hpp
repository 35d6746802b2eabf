// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// What verify() needs to know of a backend beyond the public interface.
#pragma once

#include "listing.hpp"
#include "rules.hpp"

namespace nflogd::rules {

class TrialRuleset : public Ruleset {
public:
    /// Which rule the last install() was refused for; kNoRule if none is to
    /// blame, or the backend did not say.
    [[nodiscard]] virtual int refused_rule() const = 0;
};

}  // namespace nflogd::rules
