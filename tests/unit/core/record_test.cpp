// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/record.hpp"

#include <set>

#include "catch.hpp"
#include "core/fields.hpp"

using namespace nflogd;

TEST_CASE("copying a record keeps all that is present") {
    Record from;
    from.clear();
    from.seq = 7;
    from.set(Field::seq);
    from.prefix = {'a', 'b'};
    from.prefix_length = 2;
    from.set(Field::prefix);
    from.packet.ttl = 64;
    from.packet.set(HeaderField::ttl);
    from.quotes = true;
    from.inner.ttl = 3;
    from.inner.set(HeaderField::ttl);
    Record to;
    to.prefix.fill('x');
    copy_record(to, from);
    REQUIRE(to.present == from.present);
    REQUIRE(to.seq == 7);
    REQUIRE(to.prefix_text() == "ab");
    REQUIRE(to.packet.ttl == 64);
    REQUIRE(to.quotes);
    REQUIRE(to.inner.ttl == 3);
    REQUIRE(to.inner.has(HeaderField::ttl));
}

TEST_CASE("the first reason for malformed stays") {
    Record record;
    record.clear();
    record.set_malformed(Malformed::ip_version);
    record.set_malformed(Malformed::tcp_length);
    REQUIRE(record.malformed == Malformed::ip_version);
}

TEST_CASE("no two fields share a name") {
    std::set<std::string_view> names;
    for (const auto& row : kEnvelopeFields) REQUIRE(names.insert(row.name).second);
    for (const auto& row : kHeaderFields) REQUIRE(names.insert(row.name).second);
}
