// SPDX-License-Identifier: GPL-2.0-or-later
//
// The reference data of the specification (corelight/community-id-spec, baseline/), each
// flow with both of its seeds.
#include "core/community_id.hpp"

#include <arpa/inet.h>
#include <openssl/crypto.h>

#include <cstdlib>

#include "catch.hpp"

using namespace nflogd;

namespace {

/// The library's own allocations, which operator new does not see.
std::size_t library_allocations = 0;

void* count_malloc(std::size_t size, const char*, int) {
    ++library_allocations;
    return std::malloc(size);
}
void* count_realloc(void* old, std::size_t size, const char*, int) {
    ++library_allocations;
    return std::realloc(old, size);
}
void do_free(void* old, const char*, int) { std::free(old); }

/// Only before the library's first allocation.
const bool kCounts = CRYPTO_set_mem_functions(count_malloc, count_realloc, do_free) == 1;

struct Vector {
    std::uint8_t protocol;
    const char* source;
    const char* destination;
    int source_port;       ///< ICMP: the type; negative: none
    int destination_port;  ///< ICMP: the code, or whatever the type makes of it
    const char* id;
    const char* id_of_seed_1;
};

constexpr Vector kVectors[] = {
    {58, "fe80::200:86ff:fe05:80da", "fe80::260:97ff:fe07:69ea", 135, 0,
     "1:dGHyGvjMfljg6Bppwm3bg0LO8TY=", "1:kHa1FhMYIT6Ym2Vm2AOtoOARDzY="},
    {58, "fe80::260:97ff:fe07:69ea", "fe80::200:86ff:fe05:80da", 136, 0,
     "1:dGHyGvjMfljg6Bppwm3bg0LO8TY=", "1:kHa1FhMYIT6Ym2Vm2AOtoOARDzY="},
    {58, "fe80::260:97ff:fe07:69ea", "fe80::200:86ff:fe05:80da", 135, 0,
     "1:zavyT/cezQr1fmImYCwYnMXbgck=", "1:2hSqmsDZ2kdcY9kbiUzOEBic0iM="},
    {58, "fe80::200:86ff:fe05:80da", "fe80::260:97ff:fe07:69ea", 136, 0,
     "1:zavyT/cezQr1fmImYCwYnMXbgck=", "1:2hSqmsDZ2kdcY9kbiUzOEBic0iM="},
    {58, "3ffe:501:1800:2345::2", "3ffe:507:0:1:200:86ff:fe05:80da", 3, 0,
     "1:2ObVBgIn28oZvibYZhZMBgh7WdQ=", "1:lVEtCZpYu84Xqaa++3lXFyuu2n4="},
    {58, "3ffe:501:410:0:2c0:dfff:fe47:33e", "3ffe:507:0:1:200:86ff:fe05:80da", 1, 4,
     "1:hLZd0XGWojozrvxqE0dWB1iM6R0=", "1:W8MHwXpWzpoSTD+cGcaJr4u0ys8="},
    {58, "3ffe:507:0:1:200:86ff:fe05:80da", "3ffe:501:0:1001::2", 128, 0,
     "1:+TW+HtLHvV1xnGhV1lv7XoJrqQg=", "1:GfZxjAkDk2MkegpBYHV6tadtFXQ="},
    {58, "3ffe:501:0:1001::2", "3ffe:507:0:1:200:86ff:fe05:80da", 129, 0,
     "1:+TW+HtLHvV1xnGhV1lv7XoJrqQg=", "1:GfZxjAkDk2MkegpBYHV6tadtFXQ="},
    {58, "fe80::200:86ff:fe05:80da", "ff02::2", 133, 0,
     "1:hO+sN4H+MG5MY/8hIrXPqc4ZQz0=", "1:L7Ka0ZMYu+J3bL4ulW2PrqyXNo8="},
    {58, "fe80::260:97ff:fe07:69ea", "ff02::1", 134, 0,
     "1:pkvHqCL88/tg1k4cPigmZXUtL00=", "1:K/ee5UCqAMAQXDorP5nSa2CGLjc="},
    {1, "192.168.0.89", "192.168.0.1", 8, 0,
     "1:X0snYXpgwiv9TZtqg64sgzUn6Dk=", "1:03g6IloqVBdcZlPyX8r0hgoE7kA="},
    {1, "192.168.0.1", "192.168.0.89", 0, 0,
     "1:X0snYXpgwiv9TZtqg64sgzUn6Dk=", "1:03g6IloqVBdcZlPyX8r0hgoE7kA="},
    {1, "10.0.0.1", "10.0.0.2", 11, 0,
     "1:YHxtAirCG//0OzkcVAukqKQN9xM=", "1:XjUibYHaafLQ3pxQeiMI8g25q20="},
    {6, "2001:470:e5bf:dead:4957:2174:e82c:4887", "2607:f8b0:400c:c03::1a", 63943, 25,
     "1:/qFaeAR+gFe1KYjMzVDsMv+wgU4=", "1:eJYTW6AOzFLlSUoESovMjnu7rMw="},
    {6, "2607:f8b0:400c:c03::1a", "2001:470:e5bf:dead:4957:2174:e82c:4887", 25, 63943,
     "1:/qFaeAR+gFe1KYjMzVDsMv+wgU4=", "1:eJYTW6AOzFLlSUoESovMjnu7rMw="},
    {132, "192.168.170.8", "192.168.170.56", 7, 7,
     "1:MP2EtRCAUIZvTw6MxJHLV7N7JDs=", "1:5w3ZRjeKBzqT3zsaEECDGjUbYeg="},
    {132, "192.168.170.56", "192.168.170.8", 7, 7,
     "1:MP2EtRCAUIZvTw6MxJHLV7N7JDs=", "1:5w3ZRjeKBzqT3zsaEECDGjUbYeg="},
    {6, "128.232.110.120", "66.35.250.204", 34855, 80,
     "1:LQU9qZlK+B5F3KDmev6m5PMibrg=", "1:3V71V58M3Ksw/yuFALMcW0LAHvc="},
    {6, "66.35.250.204", "128.232.110.120", 80, 34855,
     "1:LQU9qZlK+B5F3KDmev6m5PMibrg=", "1:3V71V58M3Ksw/yuFALMcW0LAHvc="},
    {17, "192.168.1.52", "8.8.8.8", 54585, 53,
     "1:d/FP5EW3wiY1vCndhwleRRKHowQ=", "1:Q9We8WO3piVF8yEQBNJF4uiSVrI="},
    {17, "8.8.8.8", "192.168.1.52", 53, 54585,
     "1:d/FP5EW3wiY1vCndhwleRRKHowQ=", "1:Q9We8WO3piVF8yEQBNJF4uiSVrI="},
    {46, "10.1.12.1", "10.1.12.2", -1, -1,
     "1:KHlLkgoJW7ifUTyTSgyVfkFHzKw=", "1:rYir8gphR31noO9iDRQmF/BteEI="},
    {46, "10.1.12.2", "10.1.12.1", -1, -1,
     "1:KHlLkgoJW7ifUTyTSgyVfkFHzKw=", "1:rYir8gphR31noO9iDRQmF/BteEI="},
};

void set_ports(Headers& headers, const Vector& vector) {
    if (vector.protocol == 1 || vector.protocol == 58) {
        headers.icmp_type = static_cast<std::uint8_t>(vector.source_port);
        headers.icmp_code = static_cast<std::uint8_t>(vector.destination_port);
        headers.set(HeaderField::icmp_type);
        headers.set(HeaderField::icmp_code);
    } else if (vector.source_port >= 0) {
        headers.src_port = static_cast<std::uint16_t>(vector.source_port);
        headers.dest_port = static_cast<std::uint16_t>(vector.destination_port);
        headers.set(HeaderField::src_port);
        headers.set(HeaderField::dest_port);
    }
}

Headers headers_of(const Vector& vector) {
    Headers headers;
    const bool v6 = std::string_view(vector.source).find(':') != std::string_view::npos;
    headers.ip_version = v6 ? 6 : 4;
    headers.proto_number = vector.protocol;
    REQUIRE(::inet_pton(v6 ? AF_INET6 : AF_INET, vector.source, headers.src_ip.bytes.data()) == 1);
    REQUIRE(::inet_pton(v6 ? AF_INET6 : AF_INET, vector.destination,
                        headers.dest_ip.bytes.data()) == 1);
    for (const auto field : {HeaderField::ip_version, HeaderField::src_ip, HeaderField::dest_ip,
                             HeaderField::proto_number}) {
        headers.set(field);
    }
    set_ports(headers, vector);
    return headers;
}

void forget(Headers& headers, HeaderField field) {
    headers.present &= ~(std::uint64_t{1} << static_cast<unsigned>(field));
}

}  // namespace

TEST_CASE("ids are those of the specification") {
    CommunityId ids;
    CommunityId seeded(1);
    for (const Vector& vector : kVectors) {
        CAPTURE(vector.protocol, vector.source, vector.source_port);
        REQUIRE(ids.of(headers_of(vector)) == vector.id);
        REQUIRE(seeded.of(headers_of(vector)) == vector.id_of_seed_1);
    }
}

TEST_CASE("equal addresses are ordered by their ports") {
    CommunityId ids;
    const std::string there(ids.of(headers_of({6, "10.0.0.1", "10.0.0.1", 1000, 80, "", ""})));
    REQUIRE(ids.of(headers_of({6, "10.0.0.1", "10.0.0.1", 80, 1000, "", ""})) == there);
    REQUIRE(ids.of(headers_of({6, "10.0.0.1", "10.0.0.1", 81, 1000, "", ""})) != there);
}

TEST_CASE("a flow of which a part is not known has no id") {
    CommunityId ids;
    const Headers tcp = headers_of(kVectors[13]);
    for (const auto field : {HeaderField::src_ip, HeaderField::dest_ip, HeaderField::proto_number,
                             HeaderField::src_port, HeaderField::dest_port}) {
        Headers cut = tcp;
        forget(cut, field);
        REQUIRE(ids.of(cut).empty());
    }
    Headers echo = headers_of(kVectors[10]);
    forget(echo, HeaderField::icmp_code);  // an echo needs none
    REQUIRE(ids.of(echo) == kVectors[10].id);
    forget(echo, HeaderField::icmp_type);
    REQUIRE(ids.of(echo).empty());
    Headers exceeded = headers_of(kVectors[12]);
    forget(exceeded, HeaderField::icmp_code);
    REQUIRE(ids.of(exceeded).empty());
    REQUIRE(ids.of(Headers{}).empty());
}

TEST_CASE("computing an id allocates nothing, in the library neither") {
    REQUIRE(kCounts);
    CommunityId ids;
    const Headers tcp = headers_of(kVectors[13]);
    REQUIRE_FALSE(ids.of(tcp).empty());
    const std::size_t before = library_allocations;
    for (int i = 0; i < 1000; ++i) REQUIRE_FALSE(ids.of(tcp).empty());
    REQUIRE(library_allocations == before);
}
