// SPDX-License-Identifier: GPL-2.0-or-later
// Recursive descent; docs/filter.md has the grammar. What a test is followed by is not
// known while it is read, so a tree comes first, and its leaves are chained afterwards.
#include <fmt/format.h>

#include <memory>
#include <utility>

#include "core/text.hpp"
#include "filter/filter.hpp"
#include "filter/lexer.hpp"
#include "filter/operands.hpp"

namespace nflogd::filter {
namespace {

constexpr std::size_t kLongest = 4096;  ///< bytes of an expression
constexpr std::size_t kDeepest = 32;    ///< parentheses and negations in each other
constexpr std::size_t kMostTests = 1000;
constexpr std::size_t kMostValues = 4000;

struct Node {
    enum class Kind : std::uint8_t { test, both, either, negation };
    Kind kind = Kind::test;
    Test test;
    std::unique_ptr<Node> left;
    std::unique_ptr<Node> right;
};
using Tree = std::unique_ptr<Node>;

Tree leaf(const Test& test) {
    auto node = std::make_unique<Node>();
    node->test = test;
    return node;
}

Tree branch(Node::Kind kind, Tree left, Tree right = nullptr) {
    auto node = std::make_unique<Node>();
    node->kind = kind;
    node->left = std::move(left);
    node->right = std::move(right);
    return node;
}

class Parser {
public:
    explicit Parser(std::string_view text) : lexer_(text) {}

    Result<Program> parse() {
        if (Status read = advance(); !read) return read.error();
        if (token_.kind == Token::Kind::end) return std::move(program_);
        Result<Tree> tree = disjunction();
        if (!tree) return tree.error();
        if (token_.kind != Token::Kind::end) {
            return unexpected("'and', 'or' or the end");
        }
        program_.start = chain(**tree, Program::kTrue, Program::kFalse);
        return std::move(program_);
    }

private:
    using Rule = Result<Tree> (Parser::*)();

    Status advance() {
        auto token = lexer_.next();
        if (!token) return token.error();
        token_ = std::move(*token);
        return {};
    }

    [[nodiscard]] Error unexpected(std::string_view wanted) const {
        const std::string found = token_.kind == Token::Kind::end ? "the end" : quote(token_.value);
        return error_at(token_.column, fmt::format("{} where {} is expected", found, wanted));
    }

    Result<Tree> chain_of(Rule part, Node::Kind kind, std::string_view word,
                          std::string_view sign) {
        Result<Tree> left = (this->*part)();
        while (left && (token_.is_word(word) || token_.is_sign(sign))) {
            if (Status read = advance(); !read) return read.error();
            Result<Tree> right = (this->*part)();
            if (!right) return right;
            left = branch(kind, std::move(*left), std::move(*right));
        }
        return left;
    }

    Result<Tree> disjunction() {
        return chain_of(&Parser::conjunction, Node::Kind::either, "or", "||");
    }
    Result<Tree> conjunction() { return chain_of(&Parser::factor, Node::Kind::both, "and", "&&"); }

    Result<Tree> factor() {
        if (depth_ == kDeepest) {
            return error_at(token_.column, fmt::format("more than {} deep", kDeepest));
        }
        ++depth_;
        Result<Tree> tree = token_.is_word("not") || token_.is_sign("!") ? negation()
                            : token_.is_sign("(")                        ? parenthesis()
                                                                         : test();
        --depth_;
        return tree;
    }

    Result<Tree> negation() {
        if (Status read = advance(); !read) return read.error();
        Result<Tree> tree = factor();
        if (!tree) return tree;
        return branch(Node::Kind::negation, std::move(*tree));
    }

    Result<Tree> parenthesis() {
        const std::size_t opened = token_.column;
        if (Status read = advance(); !read) return read.error();
        Result<Tree> tree = disjunction();
        if (!tree) return tree;
        if (!token_.is_sign(")")) {
            return unexpected(fmt::format("')' for the '(' at column {}", opened));
        }
        if (Status read = advance(); !read) return read.error();
        return tree;
    }

    Result<Tree> test() {
        if (token_.kind != Token::Kind::word) return unexpected("the name of a field");
        const Token name = token_;
        auto fields = find_fields(name);
        if (!fields) return fields.error();
        if (Status read = advance(); !read) return read.error();
        Test test;
        if (Status read = comparison(name, fields->front().row, test); !read) return read.error();
        return of_each(*fields, test);
    }

    /// A test of two fields fits one of them. With !=, one is to be there and none may
    /// have the value: at most hooks a packet has one interface only.
    Result<Tree> of_each(const std::vector<FieldRef>& fields, Test test) {
        const bool negated = fields.size() > 1 && test.negated;
        tests_ += fields.size() * (negated ? 2 : 1);
        if (tests_ > kMostTests) {
            return error_at(token_.column, fmt::format("more than {} tests", kMostTests));
        }
        if (!negated) return any_of(fields, test);
        test.negated = false;
        return branch(Node::Kind::both, any_of(fields, Test{}),
                      branch(Node::Kind::negation, any_of(fields, test)));
    }

    static Tree any_of(const std::vector<FieldRef>& fields, Test test) {
        test.field = fields.front();
        Tree tree = leaf(test);
        if (fields.size() == 1) return tree;
        test.field = fields.back();
        return branch(Node::Kind::either, std::move(tree), leaf(test));
    }

    /// What follows the name of a field; nothing, if it is only to be there.
    Status comparison(const Token& name, const FieldRow& row, Test& test) {
        const bool set = token_.is_word("in") || token_.is_word("has");
        if (!set && (token_.kind != Token::Kind::sign || !is_comparison(token_.value))) {
            if (row.type == FieldType::boolean) return take_true(row, test);
            return {};
        }
        const auto kind = kind_of(row.type);
        if (!kind) {
            return error_at(name.column, fmt::format("{} cannot be compared", row.name));
        }
        test.kind = *kind;
        test.first = static_cast<std::uint16_t>(values(*kind));
        const Token sign = token_;
        if (Status read = advance(); !read) return read;
        if (sign.value == "in") return take_set(row, test);
        if (sign.value == "has") return take_bits(sign, row, test);
        if (Status read = take_value(row, test); !read) return read;
        return sign.value.starts_with('<') || sign.value.starts_with('>')
                   ? make_range(sign, row, test)
                   : (test.negated = sign.value == "!=", Status{});
    }

    static bool is_comparison(std::string_view sign) {
        return sign == "==" || sign == "=" || sign == "!=" || sign.starts_with('<') ||
               sign.starts_with('>');
    }

    Status take_true(const FieldRow& row, Test& test) {
        test.kind = TestKind::numbers;
        test.first = static_cast<std::uint16_t>(program_.numbers.size());
        test.count = 1;
        return add_number(row, {Token::Kind::word, "true", 0}, program_);
    }

    [[nodiscard]] std::size_t values(TestKind kind) const {
        if (kind == TestKind::prefixes) return program_.prefixes.size();
        return kind == TestKind::texts ? program_.texts.size() : program_.numbers.size();
    }

    Status take_value(const FieldRow& row, Test& test) {
        if (token_.kind != Token::Kind::word && token_.kind != Token::Kind::text) {
            return unexpected("a value");
        }
        if (values(test.kind) == kMostValues) {
            return error_at(token_.column, fmt::format("more than {} values", kMostValues));
        }
        const auto add = test.kind == TestKind::prefixes ? add_prefix
                         : test.kind == TestKind::texts  ? add_text
                                                         : add_number;
        if (Status added = add(row, token_, program_); !added) return added;
        ++test.count;
        return advance();
    }

    /// "{80, 443}"
    Status take_set(const FieldRow& row, Test& test) {
        if (!token_.is_sign("{")) return unexpected("'{'");
        do {
            if (Status read = advance(); !read) return read;
            if (Status read = take_value(row, test); !read) return read;
        } while (token_.is_sign(","));
        if (!token_.is_sign("}")) return unexpected("',' or '}'");
        return advance();
    }

    Status take_bits(const Token& sign, const FieldRow& row, Test& test) {
        if (row.type != FieldType::tcp_flags) {
            return error_at(sign.column, "'has' is for tcp_flags only");
        }
        if (Status read = take_value(row, test); !read) return read;
        test.kind = TestKind::all_bits;
        return {};
    }

    /// `< 5` and the like, of the value that was taken.
    Status make_range(const Token& sign, const FieldRow& row, Test& test) {
        const bool number = row.type == FieldType::integer || row.type == FieldType::ether_type;
        if (!number) {
            return error_at(sign.column, fmt::format("{} is no number", row.name));
        }
        NumberRange& range = program_.numbers.back();
        const std::uint64_t value = range.first;
        const bool may_equal = sign.value.size() == 2;
        constexpr std::uint64_t kMost = ~std::uint64_t{0};
        if (sign.value[0] == '<') {
            if (!may_equal && value == 0) test.count = 0;  // nothing is
            range = {0, may_equal || value == 0 ? value : value - 1};
        } else {
            range = {may_equal ? value : value + 1, kMost};
        }
        return {};
    }

    /// Appends the tests below a node; returns which of them comes first.
    std::uint16_t chain(const Node& node, std::uint16_t yes, std::uint16_t no) {
        switch (node.kind) {
            case Node::Kind::negation: return chain(*node.left, no, yes);
            case Node::Kind::both: return chain(*node.left, chain(*node.right, yes, no), no);
            case Node::Kind::either: return chain(*node.left, yes, chain(*node.right, yes, no));
            case Node::Kind::test: break;
        }
        program_.tests.push_back(node.test);
        program_.tests.back().yes = yes;
        program_.tests.back().no = no;
        return static_cast<std::uint16_t>(program_.tests.size() - 1);
    }

    Lexer lexer_;
    Token token_;
    Program program_;
    std::size_t depth_ = 0;
    std::size_t tests_ = 0;
};

}  // namespace

Result<Filter> Filter::parse(std::string_view text) {
    if (text.size() > kLongest) {
        return error_at(kLongest + 1, fmt::format("longer than {} bytes", kLongest));
    }
    Result<Program> program = Parser(text).parse();
    if (!program) return program.error();
    return Filter(std::move(*program));
}

}  // namespace nflogd::filter
