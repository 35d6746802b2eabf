// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Recorded packets (.nflog, pcap) as records with their rules. One thread.
#pragma once

#include <functional>
#include <string>

#include "config/config.hpp"
#include "core/labels.hpp"
#include "core/packet.hpp"
#include "core/result.hpp"
#include "enrich/origins.hpp"
#include "enrich/rules.hpp"

namespace nflogd::daemon {

/// What a configuration says about packets: which rule logged them, what prefixes mean.
class RecordedRules {
public:
    /// Both outlive it.
    RecordedRules(const config::Config& config, Labels& labels);
    void apply(Record& record);

private:
    enrich::RuleIndex rules_;
    enrich::OriginBook book_;
    enrich::OriginCache origins_;
};

/// Hands each packet of an input (source::open_input()) to `take`, up to its end, or to
/// the first error that `take` returns. EX_DATAERR where the input is not what it claims to be;
/// what was read before that was taken.
Status read_recorded(const std::string& path, RecordedRules& rules,
                     const std::function<Status(const Packet&)>& take);

}  // namespace nflogd::daemon
