// SPDX-License-Identifier: GPL-2.0-or-later
//
// From text to a list of tests, in one pass: recursive descent, which only
// parentheses make deep. Where a test goes on is filled in when that is known
// (backpatching).
//
//   filter = all { ("or" | "||") all }
//   all    = one { ("and" | "&&") one }
//   one    = { "not" | "!" } ( "(" filter ")" | test )
//   test   = FIELD [ ("==" | "!=" | "<" | "<=" | ">" | ">=") VALUE
//                  | ["not"] "in" "{" VALUE { "," VALUE } "}" ]
#include <fmt/format.h>
#include <sysexits.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "core/quote.hpp"
#include "core/suggest.hpp"
#include "filter/filter.hpp"
#include "filter/lexer.hpp"
#include "filter/operand.hpp"
#include "filter/values.hpp"

namespace nflogd::filter {
namespace {

constexpr std::string_view kWords[] = {"and", "or", "not", "in"};

/// Ways out of a part of the expression that do not know yet where they lead.
struct Exit {
    std::uint16_t test;
    std::uint8_t branch;
};
struct Exits {
    std::vector<Exit> if_false;
    std::vector<Exit> if_true;
};

std::string described(const Token& token) {
    return token.kind == Token::Kind::end ? "the end" : quote(token.text);
}

class Parser {
public:
    explicit Parser(std::string_view text) : lexer_(text) { advance(); }

    std::variant<Filter, Mistake> run() {
        const Exits exits = any_of();
        if (token_.kind != Token::Kind::end) expected("'and', 'or' or the end");
        if (mistake_) return *std::move(mistake_);
        lead(exits.if_true, Program::kMatch);
        lead(exits.if_false, Program::kNoMatch);
        return Filter(std::move(program_));
    }

private:
    /// The first mistake counts; behind it there is nothing more to read.
    void fail(std::size_t at, std::string message) {
        if (!mistake_) mistake_ = Mistake{at + 1, std::move(message)};
        token_ = {};
    }

    void expected(std::string_view what) {
        const bool word = token_.kind == Token::Kind::word;
        const std::string_view meant = word ? nearest(token_.text, kWords) : std::string_view();
        const bool other = !meant.empty() && meant != token_.text;
        const std::string hint = !other ? "" : fmt::format(" (did you mean '{}'?)", meant);
        fail(token_.at, fmt::format("expected {}, not {}{}", what, described(token_), hint));
    }

    void advance() {
        if (mistake_) return;
        token_ = lexer_.next();
        if (token_.kind == Token::Kind::bad) fail(token_.at, std::string(token_.text));
    }

    [[nodiscard]] bool at_word(std::string_view word) const {
        return token_.kind == Token::Kind::word && token_.text == word;
    }
    [[nodiscard]] bool at_symbol(std::string_view symbol) const {
        return token_.kind == Token::Kind::symbol && token_.text == symbol;
    }
    bool take(bool there) {
        if (there) advance();
        return there;
    }
    bool take_symbol(std::string_view symbol) { return take(at_symbol(symbol)); }
    void need_symbol(std::string_view symbol) {
        if (!take_symbol(symbol)) expected(fmt::format("'{}'", symbol));
    }

    void lead(const std::vector<Exit>& exits, std::size_t target) {
        for (const Exit& exit : exits) {
            program_.tests[exit.test].next[exit.branch] = static_cast<std::uint16_t>(target);
        }
    }

    static void join(std::vector<Exit>& all, const std::vector<Exit>& more) {
        all.insert(all.end(), more.begin(), more.end());
    }

    Exits any_of() {
        Exits exits = all_of();
        while (take(at_word("or") || at_symbol("||"))) {
            lead(exits.if_false, program_.tests.size());
            Exits next = all_of();
            join(exits.if_true, next.if_true);
            exits.if_false = std::move(next.if_false);
        }
        return exits;
    }

    Exits all_of() {
        Exits exits = one();
        while (take(at_word("and") || at_symbol("&&"))) {
            lead(exits.if_true, program_.tests.size());
            Exits next = one();
            join(exits.if_false, next.if_false);
            exits.if_true = std::move(next.if_true);
        }
        return exits;
    }

    Exits one() {
        bool negated = false;
        while (take(at_word("not") || at_symbol("!"))) negated = !negated;
        Exits exits = at_symbol("(") ? parenthesis() : test();
        if (negated) std::swap(exits.if_true, exits.if_false);
        return exits;
    }

    Exits parenthesis() {
        if (depth_ == kMaxDepth) {
            fail(token_.at, fmt::format("more than {} parentheses inside each other", kMaxDepth));
            return {};
        }
        ++depth_;
        advance();
        Exits exits = any_of();
        need_symbol(")");
        --depth_;
        return exits;
    }

    Exits test() {
        const Token name = token_;
        const bool keyword =
            std::find(std::begin(kWords), std::end(kWords), name.text) != std::end(kWords);
        if (name.kind != Token::Kind::word || keyword) {
            expected("a field or '('");
            return {};
        }
        const auto subject = find_subject(name.text);
        if (!subject) {
            fail(name.at, unknown_subject(name.text));
            return {};
        }
        advance();
        return compare(*subject, name);
    }

    Exits compare(const Subject& subject, const Token& name) {
        if (at_symbol("==") || at_symbol("!=")) {
            const bool negated = at_symbol("!=");
            advance();
            if (at_symbol("{"))
                fail(token_.at, negated ? "a set takes 'not in'" : "a set takes 'in'");
            Values values;
            value(subject, values);
            return emit(subject, name, std::move(values), negated);
        }
        for (const std::string_view order : {"<", "<=", ">", ">="}) {
            if (at_symbol(order)) return ordered(subject, name, order);
        }
        const Token before = token_;
        const bool negated = take(at_word("not"));
        if (take(at_word("in"))) return set(subject, name, negated);
        if (negated) fail(before.at, "expected 'not in' or a comparison, not 'not'");
        return presence(subject, name);
    }

    Exits set(const Subject& subject, const Token& name, bool negated) {
        Values values;
        need_symbol("{");
        do {
            value(subject, values);
        } while (take_symbol(","));
        if (!at_symbol("}")) expected("',' or '}'");
        advance();
        return emit(subject, name, std::move(values), negated);
    }

    Exits ordered(const Subject& subject, const Token& name, std::string_view order) {
        const Operand& operand = subject.operand.front();
        if (!is_ordered(operand.type)) {
            fail(token_.at, fmt::format("{} has no order: it takes ==, != or in", name.text));
        }
        advance();
        const Token shown = token_;
        Values values;
        value(subject, values);
        if (mistake_) return {};
        if (shown.text.find('-') != std::string_view::npos && operand.size < 8) {
            fail(shown.at, fmt::format("'{}' takes a number, no range", order));
            return {};
        }
        return emit(subject, name, bounded(shown, order, values.numbers.front(), largest(operand)),
                    false);
    }

    /// All that is less than, or more than, the value. None is certainly a mistake.
    Values bounded(const Token& shown, std::string_view order, Range<std::uint64_t> value,
                   std::uint64_t most) {
        Values values;
        const bool less = order[0] == '<';
        const bool strict = order.size() == 1;
        if (strict && (less ? value.first == 0 : value.last >= most)) {
            fail(shown.at,
                 fmt::format("nothing is {} than {}", less ? "less" : "more", shown.text));
        } else if (less) {
            values.numbers.push_back({0, strict ? value.first - 1 : value.last});
        } else {
            values.numbers.push_back({strict ? value.last + 1 : value.first, most});
        }
        return values;
    }

    Exits presence(const Subject& subject, const Token& name) {
        Values values;
        if (subject.operand.front().type == FieldType::boolean) values.numbers = {{1, 1}};
        return emit(subject, name, std::move(values), false);
    }

    void value(const Subject& subject, Values& values) {
        const bool good = token_.kind == Token::Kind::word || token_.kind == Token::Kind::quoted;
        if (!good) return expected("a value");
        if (Status status = add_value(subject.operand.front(), token_, values); !status) {
            return fail(token_.at, status.error().message);
        }
        advance();
    }

    /// Puts values behind those of earlier tests.
    template <typename T>
    static void store(std::vector<T>& table, const std::vector<T>& values, Test& test) {
        test.first = static_cast<std::uint32_t>(table.size());
        table.insert(table.end(), values.begin(), values.end());
        test.last = static_cast<std::uint32_t>(table.size());
    }

    Exits emit(const Subject& subject, const Token& name, Values values, bool negated) {
        if (program_.tests.size() == kMaxTests) {
            fail(name.at, fmt::format("more than {} comparisons", kMaxTests));
        }
        if (mistake_) return {};
        normalise(values);
        Test test;
        test.operand = subject.operand;
        test.operands = subject.operands;
        test.negated = negated;
        test.flags = values.flags;
        if (!values.numbers.empty()) {
            test.kind = Kind::number;
            store(program_.numbers, values.numbers, test);
        } else if (!values.addresses.empty()) {
            test.kind = Kind::address;
            store(program_.addresses, values.addresses, test);
        } else if (!values.patterns.empty()) {
            test.kind = Kind::text;
            store(program_.patterns, values.patterns, test);
        } else if (values.flags != 0) {
            test.kind = Kind::flags;
        }
        const auto index = static_cast<std::uint16_t>(program_.tests.size());
        program_.tests.push_back(test);
        return {{{index, 0}}, {{index, 1}}};
    }

    Lexer lexer_;
    Token token_;
    Program program_;
    std::size_t depth_ = 0;
    std::optional<Mistake> mistake_;
};

}  // namespace

std::variant<Filter, Mistake> compile(std::string_view text) {
    if (text.size() > kMaxText) {
        return Mistake{kMaxText + 1, fmt::format("longer than {} bytes", kMaxText)};
    }
    return Parser(text).run();
}

Result<Filter> parse(std::string_view text) {
    auto compiled = compile(text);
    if (auto* filter = std::get_if<Filter>(&compiled)) return std::move(*filter);
    const Mistake& mistake = std::get<Mistake>(compiled);
    return Error{fmt::format("column {} of the filter: {}", mistake.column, mistake.message),
                 EX_USAGE};
}

}  // namespace nflogd::filter
