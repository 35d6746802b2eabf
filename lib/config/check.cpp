// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <unordered_map>

#include "config/priority.hpp"
#include "config/sections.hpp"
#include "config/text.hpp"
#include "config/words.hpp"
#include "core/labels.hpp"
#include "core/names.hpp"

namespace nflogd::config {
namespace {

constexpr std::size_t kLastGroup = 65535;
/// One thread each.
constexpr std::size_t kMostOutputs = 64;

// xt_limit: XT_LIMIT_SCALE is 10000 a second; its burst ends there, too.
constexpr std::uint64_t kMostIptablesRate = 10'000;
constexpr std::uint64_t kMostIptablesBurst = 10'000;

/// Indexed by RateLimit::Unit.
constexpr std::uint64_t kSecondsPer[] = {1, 60, 3600, 86'400};

constexpr std::uint8_t kProtocolsWithPorts[] = {6, 17, 33, 132, 136};

/// Without a slash at its end.
std::string normal(const std::string& path) {
    std::string text = std::filesystem::path(path).lexically_normal().string();
    if (text.size() > 1 && text.ends_with('/')) text.pop_back();
    return text;
}

class Check {
public:
    Check(Draft& draft, std::vector<Problem>& problems) : draft_(draft), problems_(problems) {}

    void sources() {
        if (draft_.sources.empty() && draft_.sources_sound) draft_.sources.emplace_back();
        for (SourceDraft& source : draft_.sources) spread(source);
        add_priority_groups(draft_.sources);
        Places places;
        for (const SourceDraft& source : draft_.sources) {
            const bool given = !source.groups_at.empty();
            for (std::size_t i = 0; i < source.options.groups.size(); ++i) {
                const Location& where = given ? source.groups_at[i] : source.options.where;
                unique(places, "group", std::to_string(source.options.groups[i]), where);
            }
        }
    }

    void rules() {
        if (draft_.rules.size() > Labels::kMaxRules) {
            report(draft_.rules[Labels::kMaxRules].rule.where,
                   fmt::format("more than {} rules", Labels::kMaxRules));
        }
        if (draft_.sources_sound) place_high_priority(draft_, problems_);
        Places names;
        for (RuleDraft& rule : draft_.rules) {
            if (rule.name_at.line != 0) {
                unique(names, "rule name", rule.rule.name, rule.name_at);
            }
            if (draft_.sources_sound) take_source(rule);
            if (!rule.sound) continue;
            interfaces(rule);
            families(rule);
            ports(rule);
            if (draft_.config.rules.backend == RulesBackend::iptables) iptables(rule);
        }
        if (draft_.sources_sound) check_high_priority(draft_, problems_);
    }

    void outputs(const std::string& file) {
        if (draft_.outputs.empty() && draft_.outputs_sound) {
            report(draft_.outputs_at.value_or(Location{file, 0, 0}),
                   "no outputs: records would go nowhere");
        }
        if (draft_.outputs.size() > kMostOutputs) {
            report(draft_.outputs[kMostOutputs].output.where,
                   fmt::format("more than {} outputs", kMostOutputs));
        }
        Places names;
        Places paths;
        for (const OutputDraft& draft : draft_.outputs) {
            const OutputConfig& output = draft.output;
            if (draft.name_at.line != 0) {
                unique(names, "output name", output.name, draft.name_at);
            }
            connection(draft);
            seed(draft);
            if (const auto* syslog = std::get_if<SyslogOptions>(&output.options);
                syslog != nullptr && draft.spool_at.line != 0) {
                unique(paths, "path", normal(syslog->spool.path), draft.spool_at);
            }
            if (const auto* kafka = std::get_if<KafkaOptions>(&output.options);
                kafka != nullptr && draft.spool_at.line != 0) {
                unique(paths, "path", normal(kafka->spool.path), draft.spool_at);
            }
            if (draft.path_at.line == 0) continue;
            if (const auto* log = std::get_if<FileOptions>(&output.options)) {
                unique(paths, "path", normal(log->path), draft.path_at);
            }
            if (const auto* socket = std::get_if<SocketOptions>(&output.options)) {
                unique(paths, "path", normal(socket->path), draft.path_at);
            }
        }
    }

private:
    using Places = std::unordered_map<std::string, Location>;

    void report(const Location& where, std::string message) {
        problems_.push_back({where, std::move(message)});
    }

    void unique(Places& places, std::string_view what, const std::string& name,
                const Location& where) {
        const auto [first, is_new] = places.try_emplace(name, where);
        if (is_new) return;
        report(where, fmt::format("duplicate {} {}: the first is at {}", what, quote(name),
                                  to_string(first->second)));
    }

    /// Makes one group into as many as its flows are spread over.
    void spread(SourceDraft& source) {
        if (source.spread == 1) return;
        auto& groups = source.options.groups;
        const std::size_t last = groups.front() + source.spread - std::size_t{1};
        if (groups.size() != 1) {
            report(source.spread_at,
                   "spread takes a source with one group, the first of those it "
                   "spreads over");
        } else if (last > kLastGroup) {
            report(source.spread_at, fmt::format("spread ends at group {}, the last that there can "
                                                 "be is {}",
                                                 last, kLastGroup));
        } else if (draft_.config.rules.backend != RulesBackend::nftables || !draft_.rules_given) {
            report(source.spread_at,
                   "spread takes rules of our own and rules.backend nftables; otherwise name all "
                   "groups in `groups` and let rules of your own choose among them");
        } else {
            while (groups.size() < source.spread) groups.push_back(groups.back() + 1);
            const auto at = source.groups_at;
            source.groups_at.assign(groups.size(), at.empty() ? source.spread_at : at.front());
        }
    }

    /// What only some addresses of a receiver have.
    void connection(const OutputDraft& draft) {
        const auto* syslog = std::get_if<SyslogOptions>(&draft.output.options);
        if (syslog == nullptr) return;
        const SyslogTransport transport = syslog->receiver.transport;
        const bool tls = transport == SyslogTransport::tls;
        const bool stream = tls || transport == SyslogTransport::tcp;
        if (draft.framing_at.line != 0 && !stream) {
            report(draft.framing_at,
                   "framing: only an address tcp://HOST:PORT has one, a datagram is "
                   "a message");
        } else if (draft.framing_at.line != 0 && tls &&
                   syslog->framing != SyslogFraming::octet_counting) {
            report(draft.framing_at,
                   "framing: over TLS there is only octet_counting (RFC 5425, 4.3)");
        }
        if (draft.tls_at.line != 0 && !tls) {
            report(draft.tls_at, "tls: takes an address tls://HOST:PORT");
        }
        if (draft.spool_at.line != 0 && !stream) {
            report(draft.spool_at,
                   "spool: takes an address tcp://HOST:PORT or tls://HOST:PORT; with datagrams "
                   "nobody knows that the receiver is away");
        }
    }

    void seed(const OutputDraft& draft) {
        const TextOptions& text = draft.output.text;
        if (text.community_id.value_or(draft.output.format != "json")) return;
        for (const FormatKey& key : draft.only_for) {
            if (key.name != "community_id_seed") continue;
            report(key.where, "community_id_seed: the output has no community_id to seed");
        }
    }

    const SourceDraft* source_of(std::uint16_t group) const {
        for (const SourceDraft& source : draft_.sources) {
            const auto& groups = source.options.groups;
            if (std::find(groups.begin(), groups.end(), group) != groups.end()) return &source;
        }
        return nullptr;
    }

    void take_source(RuleDraft& draft) {
        LogRule& rule = draft.rule;
        if (!draft.group_at && !rule.high_priority) {
            rule.group = draft_.sources.front().options.groups.front();
        }
        const SourceDraft* source = source_of(rule.group);
        if (source != nullptr) {
            rule.snaplen = source->options.snaplen;
            rule.queue_threshold = source->options.queue_threshold;
            take_spread(draft, *source);
        } else if (draft.sound) {
            report(*draft.group_at, fmt::format("group {} is read by no source", rule.group));
        }
    }

    void take_spread(RuleDraft& draft, const SourceDraft& source) {
        const std::uint16_t first = source.options.groups.front();
        const int place = draft.rule.group - first;
        if (place < 0 || place >= source.spread) return;
        draft.rule.spread = source.spread;
        if (place > 0 && draft.group_at) {
            report(*draft.group_at, fmt::format("group {} gets its share of what is spread from "
                                                "group {} on: name that one",
                                                draft.rule.group, first));
        }
    }

    void interfaces(const RuleDraft& draft) {
        const Hook hook = draft.rule.hook;
        const bool iptables = draft_.config.rules.backend == RulesBackend::iptables;
        const bool has_in = hook != Hook::output && !(hook == Hook::postrouting && iptables);
        const bool has_out = hook != Hook::prerouting && hook != Hook::input;
        if (!has_in && !draft.rule.in.empty()) no_interface(draft.in_at, hook, "input");
        if (!has_out && !draft.rule.out.empty()) no_interface(draft.out_at, hook, "output");
    }

    void no_interface(const Location& where, Hook hook, std::string_view direction) {
        report(where, fmt::format("a packet has no {} interface at hook {}, the rule would never "
                                  "match",
                                  direction, hook_name(hook)));
    }

    static bool has_version(const std::vector<AddressMatch>& list, int version) {
        return list.empty() || std::any_of(list.begin(), list.end(), [&](const auto& address) {
                   return address.ip_version == version;
               });
    }

    void families(const RuleDraft& draft) {
        const LogRule& rule = draft.rule;
        for (const int version : {4, 6}) {
            if (has_version(rule.source, version) && has_version(rule.destination, version)) return;
        }
        report(rule.where,
               "source and destination have no IP version in common, the rule would never match");
    }

    void ports(const RuleDraft& draft) {
        const LogRule& rule = draft.rule;
        if (rule.source_port.empty() && rule.destination_port.empty()) return;
        const Location& where =
            rule.source_port.empty() ? draft.destination_port_at : draft.source_port_at;
        for (const std::uint8_t number : rule.protocol) {
            const auto* const end = std::end(kProtocolsWithPorts);
            if (std::find(std::begin(kProtocolsWithPorts), end, number) != end) continue;
            const auto name = protocol_name(number);
            report(where, fmt::format("protocol {} has no ports (tcp, udp, udplite, sctp and dccp "
                                      "have)",
                                      name.empty() ? std::to_string(number) : std::string(name)));
        }
    }

    void iptables(const RuleDraft& draft) {
        const LogRule& rule = draft.rule;
        if (rule.name.size() > kLongestIptablesName) {
            report(draft.name_at, fmt::format("name: iptables takes at most {} bytes, this has {}",
                                              kLongestIptablesName, rule.name.size()));
        }
        iptables_interfaces(rule.in, draft.in_at);
        iptables_interfaces(rule.out, draft.out_at);
        if (!rule.limit) return;
        const std::uint64_t seconds = kSecondsPer[static_cast<std::size_t>(rule.limit->per)];
        if (rule.limit->rate > kMostIptablesRate * seconds) {
            report(draft.limit_at,
                   fmt::format("rate: iptables takes at most {}/second", kMostIptablesRate));
        }
        if (rule.limit->burst > kMostIptablesBurst) {
            report(draft.limit_at,
                   fmt::format("burst: iptables takes at most {}", kMostIptablesBurst));
        }
    }

    void iptables_interfaces(const std::vector<std::string>& names, const Location& where) {
        for (const std::string& name : names) {
            if (!name.ends_with('+')) continue;
            report(where, fmt::format("{}: iptables would take the + for a wildcard", quote(name)));
        }
    }

    Draft& draft_;
    std::vector<Problem>& problems_;
};

}  // namespace

Config finish(Draft draft, const std::string& file, std::vector<Problem>& problems) {
    Check check(draft, problems);
    check.sources();
    check.rules();
    check.outputs(file);
    Config config = std::move(draft.config);
    if (!draft.rules_given) config.rules.backend = RulesBackend::none;
    for (SourceDraft& source : draft.sources) {
        auto& groups = config.rules.groups;
        groups.insert(groups.end(), source.options.groups.begin(), source.options.groups.end());
        config.sources.push_back(std::move(source.options));
    }
    for (RuleDraft& rule : draft.rules) config.rules.log.push_back(std::move(rule.rule));
    for (OutputDraft& output : draft.outputs) {
        output.output.text.internal_networks = config.internal_networks;
        if (auto* kafka = std::get_if<KafkaOptions>(&output.output.options)) {
            kafka->host = config.host;
        }
        config.outputs.push_back(std::move(output.output));
    }
    return config;
}

}  // namespace nflogd::config
