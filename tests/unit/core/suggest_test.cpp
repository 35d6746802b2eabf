// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/suggest.hpp"

#include "catch.hpp"

using namespace nflogd;

TEST_CASE("distance counts insertion, deletion, substitution and swap as one") {
    CHECK(edit_distance("queue", "queue") == 0);
    CHECK(edit_distance("qeue", "queue") == 1);
    CHECK(edit_distance("queues", "queue") == 1);
    CHECK(edit_distance("quere", "queue") == 1);
    CHECK(edit_distance("uqeue", "queue") == 1);
    CHECK(edit_distance("", "abc") == 3);
    CHECK(edit_distance("abc", "") == 3);
    CHECK(edit_distance("kitten", "sitting") == 3);
}

TEST_CASE("the nearest known word is suggested, a far one is not") {
    const std::string_view known[] = {"size", "sync", "source", "source_port"};
    CHECK(nearest("sorce", known) == "source");
    CHECK(nearest("surce_prot", known) == "source_port");
    CHECK(nearest("sise", known) == "size");
    CHECK(nearest("colour", known).empty());
    CHECK(nearest("", known).empty());
}

TEST_CASE("an unknown word is told with what was meant, or with what there is") {
    const std::string_view known[] = {"name", "queue"};
    CHECK(unknown("key", "qeue", known) == "unknown key 'qeue' (did you mean 'queue'?)");
    CHECK(unknown("key", "colour", known) == "unknown key 'colour' (known: name, queue)");
    CHECK(unknown_of_few("key", "qeue", known) ==
          "unknown key 'qeue' (did you mean 'queue'? known: name, queue)");
}
