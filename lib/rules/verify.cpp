// SPDX-License-Identifier: GPL-2.0-or-later
#include "verify.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>

#include "core/log.hpp"
#include "sandbox.hpp"

namespace nflogd::rules {
namespace {

using nlohmann::json;
using Indices = std::vector<std::size_t>;

RulesOptions only(const RulesOptions& options, const Indices& indices) {
    RulesOptions some = options;
    some.log.clear();
    for (const auto index : indices) some.log.push_back(options.log[index]);
    return some;
}

/// Without the rules that need no kernel to be refused.
RulesOptions sound_part(const Backend& backend, const RulesOptions& options) {
    Indices sound;
    std::set<std::string_view> names;
    for (std::size_t i = 0; i < options.log.size(); ++i)
        if (backend.check(only(options, {i})).empty() && names.insert(options.log[i].name).second)
            sound.push_back(i);
    return only(options, sound);
}

/// Installs, which the namespace's end undoes. The rule is one of `indices`.
std::optional<Refusal> try_install(const Backend& backend, const RulesOptions& options,
                                   const Indices& indices) {
    const auto ruleset = backend.make();
    const auto some = only(options, indices);
    const auto status = ruleset->install(some);
    if (status) return std::nullopt;
    Refusal refusal{status.error().message, kNoRule, status.error().exit_code};
    if (ruleset->refused_rule() >= 0)
        refusal.rule = static_cast<int>(indices[static_cast<std::size_t>(ruleset->refused_rule())]);
    return refusal;
}

/// For a backend that refuses all without saying whom it means.
std::vector<Refusal> try_each(const Backend& backend, const RulesOptions& options,
                              const Indices& indices) {
    std::vector<Refusal> refusals;
    for (const auto index : indices) {
        auto refusal = try_install(backend, options, {index});
        if (!refusal) continue;
        if (refusal->rule == kNoRule) {
            const auto error = rule_error(options.log[index], refusal->words);
            *refusal = {error.message, static_cast<int>(index), error.exit_code};
        }
        refusals.push_back(std::move(*refusal));
    }
    return refusals;
}

std::string encode(const std::vector<Refusal>& refusals) {
    json list = json::array();
    for (const auto& refusal : refusals)
        list.push_back({refusal.rule, refusal.exit_code, refusal.words});
    return list.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::vector<Refusal> decode(const std::string& text) {
    std::vector<Refusal> refusals;
    const json list = json::parse(text, nullptr, false);
    if (!list.is_array()) return refusals;
    for (const auto& item : list)
        refusals.push_back({item[2].get<std::string>(), item[0].get<int>(), item[1].get<int>()});
    return refusals;
}

bool lacks_privilege(const std::vector<Refusal>& refusals) {
    return std::any_of(refusals.begin(), refusals.end(),
                       [](const Refusal& refusal) { return refusal.exit_code == EX_NOPERM; });
}

std::vector<Refusal> ask_in_place(const Backend& backend, const RulesOptions& options) {
    const auto refusal = backend.dry_run(options);
    if (!refusal) return {};
    if (refusal->exit_code == EX_NOPERM) {
        log::warning("the rules were not tried, the kernel could not be asked: " + refusal->words);
        return {};
    }
    const auto error = to_error(*refusal, options);
    return {{error.message, refusal->rule, error.exit_code}};
}

/// A rule may name what only the machine's own namespace has, such as an
/// interface: what the kernel takes there is right.
bool accepted_in_place(const Backend& backend, const RulesOptions& options,
                       const Refusal& refusal) {
    if (refusal.rule == kNoRule || backend.depth == DryRun::asks_program) return false;
    return !backend.dry_run(only(options, {static_cast<std::size_t>(refusal.rule)}));
}

std::vector<Error> ask_kernel(const Backend& backend, const RulesOptions& options) {
    const auto answer = in_own_network([&] { return encode(try_rules(backend, options)); });
    auto refusals = answer ? decode(*answer) : std::vector<Refusal>{};
    if (!answer || lacks_privilege(refusals)) {
        refusals = ask_in_place(backend, options);
    } else {
        std::erase_if(refusals, [&](const Refusal& refusal) {
            return accepted_in_place(backend, options, refusal);
        });
    }
    std::vector<Error> errors;
    for (auto& refusal : refusals) errors.push_back({std::move(refusal.words), refusal.exit_code});
    return errors;
}

}  // namespace

std::vector<Refusal> try_rules(const Backend& backend, const RulesOptions& options) {
    Indices left(options.log.size());
    std::iota(left.begin(), left.end(), std::size_t{0});
    std::vector<Refusal> refusals;
    while (auto refusal = try_install(backend, options, left)) {
        const bool general = refusal->exit_code != EX_OSERR && refusal->exit_code != EX_CONFIG;
        if (refusal->rule == kNoRule) {
            auto each = general ? std::vector<Refusal>{} : try_each(backend, options, left);
            if (each.empty()) each.push_back(std::move(*refusal));
            std::move(each.begin(), each.end(), std::back_inserter(refusals));
            break;
        }
        std::erase(left, static_cast<std::size_t>(refusal->rule));
        refusals.push_back(std::move(*refusal));
    }
    std::stable_sort(refusals.begin(), refusals.end(),
                     [](const Refusal& a, const Refusal& b) { return a.rule < b.rule; });
    return refusals;
}

std::vector<Error> verify_with(const Backend& backend, const RulesOptions& options) {
    auto errors = backend.check(options);
    const auto sound = sound_part(backend, options);
    if (!backend.check(sound).empty()) return errors;
    for (auto& error : ask_kernel(backend, sound)) errors.push_back(std::move(error));
    return errors;
}

}  // namespace nflogd::rules
