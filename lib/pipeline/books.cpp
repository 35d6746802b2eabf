// SPDX-License-Identifier: GPL-2.0-or-later
#include "pipeline/books.hpp"

#include <algorithm>
#include <cstring>

namespace nflogd::pipeline {

std::uint64_t Books::received() const {
    std::uint64_t sum = 0;
    for (const auto& [number, group] : groups_) sum += group->received();
    return sum;
}

GroupBook& Books::open_group(std::uint16_t group) {
    auto& book = groups_[group];
    if (book == nullptr) book = std::make_unique<GroupBook>(group);
    return *book;
}

OutputBook& Books::open_output(const std::string& name, std::size_t queue, std::size_t raw) {
    auto& book = outputs_[name];
    if (book != nullptr && book->capacity() == queue && book->raw() == raw) return *book;
    auto next = std::make_unique<OutputBook>(queue, received(), raw);
    if (book != nullptr) next->follow(*book);
    book = std::move(next);
    return *book;
}

void Books::use_outputs(const std::vector<std::string>& names) {
    for (const std::string& name : names) {
        const bool went_on = std::find(in_use_.begin(), in_use_.end(), name) != in_use_.end();
        if (!went_on) outputs_.at(name)->skip_to(received());
    }
    in_use_ = names;
}

std::uint64_t Books::settle() {
    for (const auto& [number, group] : groups_) group->settle();
    std::uint64_t most = 0;
    for (const std::string& name : in_use_) {
        most = std::max(most, outputs_.at(name)->settle(received()));
    }
    return most;
}

}  // namespace nflogd::pipeline
