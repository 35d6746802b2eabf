// SPDX-License-Identifier: GPL-2.0-or-later
/// \file
/// From the tree to structs by tables: one table of keys per mapping, and a
/// reader that walks a mapping along its table. The table is what decides which
/// keys are known, what their values may be and which of them are required.
#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <ratio>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/config.hpp"
#include "config/node.hpp"
#include "config/quantity.hpp"
#include "core/suggest.hpp"

namespace nflogd::config {

class Reader;

/// Appends the paths of all keys of a mapping, each with `prefix` before it.
using ListKeys = void (*)(const std::string& prefix, std::vector<std::string>& out);

/// A row of a table of keys; T is what the mapping is read into.
template <typename T>
struct Key {
    std::string_view name;
    void (*read)(const TreeNode& value, T& out, Reader& reader);
    ListKeys children = nullptr;  ///< if the value is a mapping, or a list of mappings
    bool required = false;
    bool is_list = false;  ///< of mappings
};

template <typename T>
void list_keys(std::span<const Key<T>> keys, const std::string& prefix,
               std::vector<std::string>& out) {
    for (const Key<T>& key : keys) {
        const std::string path = prefix + std::string(key.name);
        out.push_back(path);
        if (key.children != nullptr) key.children(path + (key.is_list ? "[]." : "."), out);
    }
}

/// One word of an enumeration.
template <typename T>
struct Choice {
    std::string_view name;
    T value;
};

/// Reads one file. Everything that is wrong becomes a Problem; a value that is
/// wrong leaves its member as it was.
class Reader {
public:
    Reader(const std::string& file, const Known& known, std::vector<Problem>& problems)
        : file_(file), known_(known), problems_(problems) {}

    [[nodiscard]] Location at(const TreeNode& node) const {
        return {file_, node.line, node.column};
    }
    [[nodiscard]] const Known& known() const { return known_; }
    /// Problems until now.
    [[nodiscard]] std::size_t failures() const { return problems_.size(); }

    void report(Location where, std::string message);
    /// The message with the key before it whose value is being read.
    void fail(const TreeNode& node, std::string_view message);

    /// Reads a mapping along its table. Null is a mapping without keys.
    template <typename T>
    void mapping(const TreeNode& node, std::span<const Key<T>> keys, T& out) {
        if (!is_mapping(node)) return;
        for (std::size_t i = 0; i < node.keys.size(); ++i) {
            member(node.keys[i], node.items[i], keys, out);
        }
        for (const Key<T>& row : keys) {
            if (row.required && node.find(row.name) == nullptr) missing(node, row.name);
        }
    }

    /// One value through its parser.
    template <typename T, typename Parse>
    void value(const TreeNode& node, T& out, Parse parse) {
        const std::string* text = scalar(node);
        if (text == nullptr) return;
        auto result = parse(std::string_view(*text));
        if (result) {
            out = std::move(*result);
        } else {
            fail(node, result.error().message);
        }
    }

    template <std::unsigned_integral T>
    void integer(const TreeNode& node, T& out, Range range) {
        number(node, out, [range](std::string_view text) { return parse_integer(text, range); });
    }

    template <std::unsigned_integral T>
    void size(const TreeNode& node, T& out, Range bytes) {
        number(node, out, [bytes](std::string_view text) { return parse_size(text, bytes); });
    }

    /// `range` and `step` in milliseconds.
    template <typename Period>
    void duration(const TreeNode& node, std::chrono::duration<std::int64_t, Period>& out,
                  Range range, std::uint64_t step) {
        std::uint64_t read = 0;
        const auto parse = [&](std::string_view text) {
            auto result = parse_duration(text, range, step);
            if (result) {
                using Out = std::chrono::duration<std::int64_t, Period>;
                out = std::chrono::duration_cast<Out>(std::chrono::milliseconds(*result));
            }
            return result;
        };
        value(node, read, parse);
    }

    template <typename T>
    void choice(const TreeNode& node, T& out, std::string_view what,
                std::span<const Choice<T>> rows) {
        std::vector<std::string_view> known;
        for (const Choice<T>& row : rows) known.push_back(row.name);
        const std::string* text = word(node, what, known);
        if (text == nullptr) return;
        for (const Choice<T>& row : rows) {
            if (row.name == *text) out = row.value;
        }
    }

    /// The text of a node that must be one of the known words; null after reporting.
    const std::string* word(const TreeNode& node, std::string_view what,
                            std::span<const std::string_view> known);

    /// A value or a list of values, each given to `item`. None at all is a
    /// problem: it would match everything where nothing was meant.
    template <typename Item>
    void each(const TreeNode& node, Item item) {
        if (node.kind == TreeNode::Kind::scalar) return item(node);
        if (!is_list_of_values(node)) return;
        for (const TreeNode& entry : node.items) item(entry);
    }

    /// The same, each appended to `out` through its parser.
    template <typename T, typename Parse>
    void list(const TreeNode& node, std::vector<T>& out, Parse parse) {
        each(node, [&](const TreeNode& item) {
            T read{};
            const std::size_t before = failures();
            value(item, read, parse);
            if (failures() == before) out.push_back(std::move(read));
        });
    }

    /// A list of mappings, each given to `item`. Null is an empty one.
    template <typename Item>
    void mappings(const TreeNode& node, Item item) {
        if (!is_sequence(node)) return;
        for (std::size_t i = 0; i < node.items.size(); ++i) {
            if (is_entry(node.items[i], i + 1)) item(node.items[i]);
        }
    }

private:
    template <typename T>
    void member(const TreeNode& key, const TreeNode& value, std::span<const Key<T>> rows, T& out) {
        std::vector<std::string_view> known;
        for (const Key<T>& row : rows) {
            if (row.name == key.text) {
                const std::string_view outer = std::exchange(key_, row.name);
                row.read(value, out, *this);
                key_ = outer;
                return;
            }
            known.push_back(row.name);
        }
        report(at(key), unknown("key", key.text, known));
    }

    template <std::unsigned_integral T, typename Parse>
    void number(const TreeNode& node, T& out, Parse parse) {
        std::uint64_t read = out;
        value(node, read, parse);
        out = static_cast<T>(read);
    }

    /// The text of a node that must be a single value; null after reporting.
    const std::string* scalar(const TreeNode& node);
    bool is_mapping(const TreeNode& node);
    bool is_sequence(const TreeNode& node);
    bool is_list_of_values(const TreeNode& node);
    bool is_entry(const TreeNode& node, std::size_t number);
    void missing(const TreeNode& node, std::string_view key);

    std::string file_;
    const Known& known_;
    std::vector<Problem>& problems_;
    std::string_view key_;  ///< whose value is being read
};

}  // namespace nflogd::config
