// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// Another evaluator: slow, and on the text that the format `json` prints rather
/// than on the record. It is given expressions as trees and says how they are written.
#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

namespace nflogd::fakes {

struct Expression {
    enum class Kind : std::uint8_t {
        presence,
        equal,
        unequal,
        less,
        most,
        in,
        has,
        not_,
        and_,
        or_
    };
    Kind kind = Kind::presence;
    std::string field;
    std::vector<std::string> values;
    std::vector<Expression> parts;
};

/// Of some depth. Values are those of `record` about half of the time.
Expression random_expression(std::mt19937& random, const nlohmann::json& record, int depth);

std::string text_of(const Expression& expression);

bool evaluate(const Expression& expression, const nlohmann::json& record);

}  // namespace nflogd::fakes
