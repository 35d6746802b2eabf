// SPDX-License-Identifier: GPL-2.0-or-later
#include "verify.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
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

/// Asks about some of the rules; the answer's rule is an index of what was asked.
using Ask = std::function<std::optional<Refusal>(const RulesOptions& some)>;

/// Installs, which the namespace's end undoes.
Ask ask_by_install(const Backend& backend) {
    return [&backend](const RulesOptions& some) -> std::optional<Refusal> {
        const auto ruleset = backend.make();
        const auto status = ruleset->install(some);
        if (status) return std::nullopt;
        return Refusal{status.error().message, ruleset->refused_rule(), status.error().exit_code};
    };
}

Ask ask_by_dry_run(const Backend& backend) {
    return [&backend](const RulesOptions& some) {
        auto refusal = backend.dry_run(some);
        if (refusal) {
            const auto error = to_error(*refusal, some);
            refusal->words = error.message;
            refusal->exit_code = error.exit_code;
        }
        return refusal;
    };
}

bool is_about_rules(const Refusal& refusal) {
    return refusal.exit_code == EX_CONFIG || refusal.exit_code == EX_OSERR;
}

/// For a backend that refuses all without saying whom it means.
std::vector<Refusal> try_each(const Ask& ask, const RulesOptions& options, const Indices& indices) {
    std::vector<Refusal> refusals;
    for (const auto index : indices) {
        auto refusal = ask(only(options, {index}));
        if (!refusal) continue;
        if (refusal->rule == kNoRule) {
            const auto error = rule_error(options.log[index], refusal->words);
            *refusal = {error.message, kNoRule, error.exit_code};
        }
        refusal->rule = static_cast<int>(index);
        refusals.push_back(std::move(*refusal));
    }
    return refusals;
}

/// Whoever is refused is left out, and the rest tried again.
std::vector<Refusal> try_all(const Ask& ask, const RulesOptions& options) {
    Indices left(options.log.size());
    std::iota(left.begin(), left.end(), std::size_t{0});
    std::vector<Refusal> refusals;
    while (auto refusal = ask(only(options, left))) {
        if (refusal->rule == kNoRule) {
            auto each =
                is_about_rules(*refusal) ? try_each(ask, options, left) : std::vector<Refusal>{};
            if (each.empty()) each.push_back(std::move(*refusal));
            std::move(each.begin(), each.end(), std::back_inserter(refusals));
            break;
        }
        const auto index = left[static_cast<std::size_t>(refusal->rule)];
        std::erase(left, index);
        refusal->rule = static_cast<int>(index);
        refusals.push_back(std::move(*refusal));
    }
    std::stable_sort(refusals.begin(), refusals.end(),
                     [](const Refusal& a, const Refusal& b) { return a.rule < b.rule; });
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
    auto refusals = try_all(ask_by_dry_run(backend), options);
    for (const auto& refusal : refusals)
        if (refusal.exit_code == EX_NOPERM)
            log::warning("the rules were not tried, the kernel could not be asked: " +
                         refusal.words);
    std::erase_if(refusals, [](const Refusal& refusal) { return refusal.exit_code == EX_NOPERM; });
    return refusals;
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
    errors.reserve(refusals.size());
    for (auto& refusal : refusals) errors.push_back({std::move(refusal.words), refusal.exit_code});
    return errors;
}

}  // namespace

std::vector<Refusal> try_rules(const Backend& backend, const RulesOptions& options) {
    return try_all(ask_by_install(backend), options);
}

std::vector<Error> verify_with(const Backend& backend, const RulesOptions& options) {
    auto errors = backend.check(options);
    const auto sound = sound_part(backend, options);
    if (!backend.check(sound).empty()) return errors;
    for (auto& error : ask_kernel(backend, sound)) errors.push_back(std::move(error));
    return errors;
}

}  // namespace nflogd::rules
