// SPDX-License-Identifier: GPL-2.0-or-later
// Settings of nflogd.service that take from the daemon what it needs.
#include "service.hpp"

#include <algorithm>
#include <charconv>

#include "checks.hpp"
#include "places.hpp"
#include "unit_file.hpp"

namespace nflogd::doctor {
namespace {

/// What the two processes take without any queues.
constexpr std::uint64_t kBaseMemory = 32 << 20;
/// Messages in the journal's interval that nobody reaches.
constexpr unsigned long long kNoLimit = 10'000'000;

bool contains(const std::vector<std::string>& words, const std::string& word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

bool lists_without(const std::vector<std::string>& words, const std::string& word) {
    return !words.empty() && !contains(words, word) && !words.front().starts_with('~');
}

class Look {
public:
    Look(const Machine& machine, const UnitFile& unit) : machine_(machine), unit_(unit) {}

    std::vector<Finding> findings() {
        namespaces();
        capability();
        families();
        addresses();
        directories();
        memory();
        journal();
        process_view();
        return std::move(findings_);
    }

private:
    void add(std::string_view name, const std::string& text, const std::string& settings,
             std::vector<Blank> blanks = {}) {
        blanks.push_back({"unit", kServiceUnit});
        blanks.push_back({"settings", settings, Blank::Kind::text});
        findings_.push_back(found(name, std::string(kServiceUnit) + ": " + text, blanks));
    }

    void namespaces() {
        if (unit_.is_on("PrivateNetwork")) {
            add("unit-private-network", "PrivateNetwork= is on", "PrivateNetwork=no");
        }
        const std::string users = unit_.value("PrivateUsers");
        if (unit_.is_on("PrivateUsers") || users == "self" || users == "identity" ||
            users == "full") {
            add("unit-private-users", "PrivateUsers= is on", "PrivateUsers=no");
        }
    }

    void capability() {
        const std::string user = unit_.value("User");
        const bool root = user.empty() || user == "root" || user == "0";
        const bool dropped = lists_without(unit_.words("CapabilityBoundingSet"), "CAP_NET_ADMIN");
        const bool given = root || contains(unit_.words("AmbientCapabilities"), "CAP_NET_ADMIN");
        if (!dropped && given) return;
        add("unit-capability",
            dropped ? "CapabilityBoundingSet= lacks CAP_NET_ADMIN"
                    : "user " + user + " is not given CAP_NET_ADMIN",
            "AmbientCapabilities=CAP_NET_ADMIN\\nCapabilityBoundingSet=CAP_NET_ADMIN");
    }

    void families() {
        const auto words = unit_.words("RestrictAddressFamilies");
        std::vector<std::string> needed = {"AF_NETLINK", "AF_UNIX"};
        if (machine_.wanted.network) needed.insert(needed.end(), {"AF_INET", "AF_INET6"});
        std::string missing;
        for (const std::string& family : needed) {
            if (!lists_without(words, family)) continue;
            missing += (missing.empty() ? "" : " ") + family;
        }
        if (missing.empty()) return;
        const bool network = missing.find("AF_INET") != std::string::npos;
        add("unit-families", "RestrictAddressFamilies= lacks " + missing,
            "RestrictAddressFamilies=" + missing,
            {{"part", network ? "outputs over the network" : "the daemon", Blank::Kind::text},
             {"family", missing, Blank::Kind::text}});
    }

    void addresses() {
        const auto denied = unit_.words("IPAddressDeny");
        if (!machine_.wanted.network || denied.empty() || !unit_.words("IPAddressAllow").empty()) {
            return;
        }
        add("unit-addresses", "IPAddressDeny= without IPAddressAllow=", "IPAddressAllow=any");
    }

    [[nodiscard]] bool is_writable(const std::string& directory) const {
        std::vector<std::string> paths = unit_.words("ReadWritePaths");
        const std::pair<const char*, const char*> made[] = {{"LogsDirectory", "/var/log/"},
                                                            {"StateDirectory", "/var/lib/"},
                                                            {"RuntimeDirectory", "/run/"},
                                                            {"CacheDirectory", "/var/cache/"}};
        for (const auto& [key, parent] : made) {
            for (const std::string& name : unit_.words(key)) paths.push_back(parent + name);
        }
        return std::any_of(paths.begin(), paths.end(), [&](std::string path) {
            path.erase(0, path.find_first_not_of("-+"));
            return directory == path || directory.starts_with(path + '/');
        });
    }

    void directories() {
        const bool strict = unit_.value("ProtectSystem") == "strict";
        for (const WrittenPlace& place : machine_.wanted.places) {
            const std::string directory = directory_of(place);
            if (!strict || is_writable(directory)) continue;
            add("unit-read-only",
                "ProtectSystem=strict makes " + directory + " of output '" + place.output +
                    "' read-only",
                "ReadWritePaths=" + directory);
        }
    }

    void memory() {
        const std::uint64_t needed = kBaseMemory + machine_.wanted.queue_memory;
        for (const char* key : {"MemoryMax", "MemoryHigh"}) {
            const auto limit = unit_bytes(unit_.value(key));
            if (!limit || *limit >= needed) continue;
            add("unit-memory",
                std::string(key) + "=" + unit_.value(key) + ", but full queues take " +
                    bytes_text(needed),
                std::string(key) + "=" + std::to_string((needed >> 20) + 1) + "M");
        }
    }

    void journal() {
        if (!machine_.wanted.journald) return;
        const auto burst = unit_bytes(unit_.value("LogRateLimitBurst"));
        const bool off = unit_.value("LogRateLimitIntervalSec") == "0";
        if (off || (burst && *burst >= kNoLimit)) return;
        add("unit-journal-limit",
            burst
                ? "LogRateLimitBurst= allows " + std::to_string(*burst) + " records in an interval"
                : std::string("no LogRateLimitBurst=: journald.conf allows 10000 in 30 s if it "
                              "says nothing else"),
            "LogRateLimitBurst=100000000");
    }

    void process_view() {
        if (unit_.value("ProcSubset") != "pid") return;
        add("unit-process-view", "ProcSubset=pid hides /proc/net", "ProcSubset=all");
    }

    const Machine& machine_;
    const UnitFile& unit_;
    std::vector<Finding> findings_;
};

}  // namespace

std::string service_user(const std::string& root) {
    const auto unit = UnitFile::read(root, kServiceUnit);
    return unit ? unit->value("User") : std::string();
}

bool has_service(const std::string& root) { return UnitFile::read(root, kServiceUnit).has_value(); }

std::vector<Finding> check_unit(const Machine& machine) {
    const auto unit = UnitFile::read(machine.root, kServiceUnit);
    if (!unit) return {ok(std::string("no ") + kServiceUnit + " is installed")};
    return or_ok(Look(machine, *unit).findings(),
                 std::string(kServiceUnit) + " gives the daemon what it needs");
}

}  // namespace nflogd::doctor
