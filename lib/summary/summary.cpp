// SPDX-License-Identifier: GPL-2.0-or-later
#include "summary/summary.hpp"

#include <algorithm>
#include <map>

#include "core/names.hpp"

namespace nflogd::summary {
namespace {

void add_to(Count& count, std::uint64_t bytes) {
    ++count.packets;
    count.bytes += bytes;
}

bool before(const Count& a, const Count& b, Order order) {
    if (order == Order::bytes && a.bytes != b.bytes) return a.bytes > b.bytes;
    return a.packets != b.packets ? a.packets > b.packets : a.bytes > b.bytes;
}

/// The first rows of those that are there; equal ones in the order of their names.
void keep_first(std::vector<Row>& rows, Order order, std::size_t most) {
    const auto end = rows.begin() + static_cast<std::ptrdiff_t>(std::min(most, rows.size()));
    std::partial_sort(rows.begin(), end, rows.end(), [order](const Row& a, const Row& b) {
        return a.count == b.count ? a.name < b.name : before(a.count, b.count, order);
    });
    rows.erase(end, rows.end());
}

/// Only rows that are shown get a name.
template <typename Key>
Listing list_table(const TopTable<Key>& table, Order order, std::size_t most) {
    const auto& entries = table.entries();
    std::vector<std::size_t> first(entries.size());
    for (std::size_t i = 0; i < first.size(); ++i) first[i] = i;
    const auto count = [&](std::size_t i) { return Count{entries[i].packets, entries[i].bytes}; };
    const auto end = first.begin() + static_cast<std::ptrdiff_t>(std::min(most, first.size()));
    std::partial_sort(first.begin(), end, first.end(), [&](std::size_t a, std::size_t b) {
        return count(a) == count(b) ? a < b : before(count(a), count(b), order);
    });
    Listing listing;
    listing.keys = entries.size();
    listing.unseen = table.unseen();
    for (auto i = first.begin(); i != end; ++i) {
        listing.rows.push_back({text_of(entries[*i].key), count(*i), entries[*i].missed});
    }
    return listing;
}

Listing list_rows(std::vector<Row> rows, Order order, std::size_t most) {
    Listing listing;
    listing.keys = rows.size();
    listing.rows = std::move(rows);
    keep_first(listing.rows, order, most);
    return listing;
}

using Named = std::map<std::string, Row, std::less<>>;

void add_named(Named& named, std::string name, const Count& count, std::uint64_t missed = 0) {
    Row& row = named[name];
    row.name = std::move(name);
    row.count.packets += count.packets;
    row.count.bytes += count.bytes;
    row.missed += missed;
}

std::vector<Row> rows_of(const Named& named) {
    std::vector<Row> rows;
    for (const auto& [name, row] : named) rows.push_back(row);
    return rows;
}

}  // namespace

Summary::Summary(const Labels& labels, std::size_t limit)
    : labels_(labels),
      sources_(limit),
      destinations_(limit),
      ports_(limit),
      interfaces_(limit),
      prefixes_(limit),
      labelled_(Labels::kMax) {}

void Summary::add(const Record& record) {
    const Headers& headers = record.packet;
    const std::uint64_t bytes = headers.has(HeaderField::length) ? headers.length : 0;
    add_to(total_, bytes);
    if (record.has(Field::timestamp)) add_time(record.timestamp_ns);
    if (headers.has(HeaderField::src_ip)) {
        sources_.add(AddressKey::of(headers.src_ip, headers.ip_version), bytes);
        add_to(with_source_, bytes);
    }
    if (headers.has(HeaderField::dest_ip)) {
        destinations_.add(AddressKey::of(headers.dest_ip, headers.ip_version), bytes);
        add_to(with_destination_, bytes);
    }
    const bool knows_protocol = headers.has(HeaderField::proto_number);
    if (knows_protocol) add_to(protocols_[headers.proto_number], bytes);
    if (knows_protocol && headers.has(HeaderField::dest_port)) {
        ports_.add({headers.proto_number, headers.dest_port}, bytes);
        add_to(with_port_, bytes);
    }
    if (record.has(Field::in_iface)) {
        interfaces_.add(InterfaceKey::of(record.in_iface), bytes);
        add_to(with_interface_, bytes);
    }
    add_rule(record, bytes);
}

void Summary::add_time(std::uint64_t timestamp_ns) {
    first_ = std::min(first_, timestamp_ns);
    last_ = std::max(last_, timestamp_ns);
}

void Summary::add_rule(const Record& record, std::uint64_t bytes) {
    const bool labelled = record.has(Field::rule) || record.has(Field::action);
    if (labelled && record.rule < labelled_.size()) add_to(labelled_[record.rule], bytes);
    if (record.has(Field::rule)) {
        add_to(with_rule_, bytes);
    } else if (record.has(Field::prefix)) {
        prefixes_.add(PrefixKey::of(record), bytes);
        add_to(with_rule_, bytes);
    }
}

void Summary::settle() {
    sources_.settle();
    destinations_.settle();
    ports_.settle();
    interfaces_.settle();
    prefixes_.settle();
}

void Summary::clear() {
    const std::size_t labels = labelled_.size();
    total_ = with_source_ = with_destination_ = with_port_ = with_interface_ = with_rule_ = {};
    first_ = ~std::uint64_t{0};
    last_ = 0;
    sources_.clear();
    destinations_.clear();
    ports_.clear();
    interfaces_.clear();
    prefixes_.clear();
    labelled_.assign(labels, {});
    protocols_.fill({});
}

std::optional<std::uint64_t> Summary::first() const {
    if (first_ > last_) return std::nullopt;
    return first_;
}

std::optional<std::uint64_t> Summary::last() const {
    if (first_ > last_) return std::nullopt;
    return last_;
}

Count Summary::rest(const Count& counted) const {
    return {total_.packets - counted.packets, total_.bytes - counted.bytes};
}

Listing Summary::list(By by, Order order, std::size_t most) {
    settle();
    const auto with_rest = [this](Listing listing, const Count& counted) {
        listing.absent = rest(counted);
        return listing;
    };
    switch (by) {
        case By::source: return with_rest(list_table(sources_, order, most), with_source_);
        case By::destination:
            return with_rest(list_table(destinations_, order, most), with_destination_);
        case By::port: return with_rest(list_table(ports_, order, most), with_port_);
        case By::interface: return with_rest(list_table(interfaces_, order, most), with_interface_);
        case By::rule: return with_rest(rules(order, most), with_rule_);
        case By::action: return actions(order, most);
        case By::protocol: break;
    }
    return protocols(order, most);
}

/// Several labels may be of one name, with other actions; a prefix may be called the same.
Listing Summary::rules(Order order, std::size_t most) const {
    Named named;
    for (std::size_t i = 0; i < labelled_.size(); ++i) {
        if (labelled_[i].packets == 0) continue;
        const std::string_view name = labels_.text(static_cast<std::uint16_t>(i), LabelText::name);
        if (!name.empty()) add_named(named, std::string(name), labelled_[i]);
    }
    for (const auto& entry : prefixes_.entries()) {
        add_named(named, text_of(entry.key), {entry.packets, entry.bytes}, entry.missed);
    }
    Listing listing = list_rows(rows_of(named), order, most);
    listing.unseen = prefixes_.unseen();
    return listing;
}

Listing Summary::actions(Order order, std::size_t most) const {
    Named named;
    Count counted;
    for (std::size_t i = 0; i < labelled_.size(); ++i) {
        if (labelled_[i].packets == 0) continue;
        const std::string_view action =
            labels_.text(static_cast<std::uint16_t>(i), LabelText::action);
        if (action.empty()) continue;
        add_named(named, std::string(action), labelled_[i]);
        counted.packets += labelled_[i].packets;
        counted.bytes += labelled_[i].bytes;
    }
    Listing listing = list_rows(rows_of(named), order, most);
    listing.absent = rest(counted);
    return listing;
}

Listing Summary::protocols(Order order, std::size_t most) const {
    std::vector<Row> rows;
    Count counted;
    for (std::size_t i = 0; i < protocols_.size(); ++i) {
        if (protocols_[i].packets == 0) continue;
        const std::string_view name = protocol_name(static_cast<std::uint8_t>(i));
        rows.push_back({name.empty() ? std::to_string(i) : std::string(name), protocols_[i]});
        counted.packets += protocols_[i].packets;
        counted.bytes += protocols_[i].bytes;
    }
    Listing listing = list_rows(std::move(rows), order, most);
    listing.absent = rest(counted);
    return listing;
}

}  // namespace nflogd::summary
