// SPDX-License-Identifier: GPL-2.0-or-later
// Datagrams that the kernel wrote at the hooks of IP. The .hex files tell the rule and the packet
// of each.
#include "catch.hpp"
#include "describe.hpp"
#include "recorded.hpp"

using namespace nflogd::decode;

namespace {

const std::string kMacs = "src_mac=02:00:00:00:00:0a dest_mac=02:00:00:00:00:0b ";
const std::string kV4 = "ip_version=4 src_ip=192.0.2.1 dest_ip=192.0.2.2 ";
const std::string kV4Back = "ip_version=4 src_ip=192.0.2.2 dest_ip=192.0.2.1 ";
const std::string kV6 = "ip_version=6 src_ip=2001:db8::1 dest_ip=2001:db8::2 ";
const std::string kPlain = "ttl=64 tos=0 ip_id=1 df=false mf=false fragment_offset=0";
const std::string kPlainV6 = "ttl=64 tos=0 flow_label=0";
const std::string kSyn =
    "ttl=64 tos=18 ip_id=4660 df=true mf=false fragment_offset=0 src_port=40000 dest_port=22 "
    "tcp_flags=0x0c2 tcp_seq=16909060 tcp_ack=0 tcp_window=64240";

}  // namespace

TEST_CASE("recorded at the hooks of IP") {
    check_recorded({
        {"batch_input",
         {"group=5 seq=0 prefix=\"batch\" hook=input in_iface=if2 " + kMacs +
              "ether_type=0x0800 payload_length=29 " + kV4 +
              "proto=udp proto_number=17 length=29 " + kPlain +
              " src_port=1 dest_port=9999 udp_length=9",
          "group=5 seq=1 prefix=\"batch\" hook=input in_iface=if2 " + kMacs +
              "ether_type=0x0800 payload_length=29 " + kV4 +
              "proto=udp proto_number=17 length=29 " + kPlain +
              " src_port=2 dest_port=9999 udp_length=9",
          "group=5 seq=2 prefix=\"batch\" hook=input in_iface=if2 " + kMacs +
              "ether_type=0x0800 payload_length=29 " + kV4 +
              "proto=udp proto_number=17 length=29 " + kPlain +
              " src_port=3 dest_port=9999 udp_length=9",
          "group=5 seq=3 prefix=\"batch\" hook=input in_iface=if2 " + kMacs +
              "ether_type=0x0800 payload_length=29 " + kV4 +
              "proto=udp proto_number=17 length=29 " + kPlain +
              " src_port=4 dest_port=9999 udp_length=9",
          "group=5 seq=4 prefix=\"batch\" hook=input in_iface=if2 " + kMacs +
              "ether_type=0x0800 payload_length=29 " + kV4 +
              "proto=udp proto_number=17 length=29 " + kPlain +
              " src_port=5 dest_port=9999 udp_length=9"}},
        {"fragments_v4_prerouting",
         {"group=5 seq=0 prefix=\"frag\" hook=prerouting in_iface=if2 " + kMacs +
              "ether_type=0x0800 payload_length=128 " + kV4 +
              "proto=udp proto_number=17 length=1500 ttl=64 tos=0 ip_id=2050 df=false mf=true "
              "fragment_offset=0 src_port=5353 dest_port=53 udp_length=4008",
          "group=5 seq=1 prefix=\"frag\" hook=prerouting in_iface=if2 " + kMacs +
              "ether_type=0x0800 payload_length=128 " + kV4 +
              "proto=udp proto_number=17 length=1500 ttl=64 tos=0 ip_id=2050 df=false mf=true "
              "fragment_offset=185",
          "group=5 seq=2 prefix=\"frag\" hook=prerouting in_iface=if2 " + kMacs +
              "ether_type=0x0800 payload_length=128 " + kV4 +
              "proto=udp proto_number=17 length=1068 ttl=64 tos=0 ip_id=2050 df=false mf=false "
              "fragment_offset=370"}},
        {"fragments_v6_prerouting",
         {"group=5 seq=0 prefix=\"frag\" hook=prerouting in_iface=if2 " + kMacs +
              "ether_type=0x86dd payload_length=128 " + kV6 +
              "proto=udp proto_number=17 length=1496 ttl=64 tos=0 ip_id=860921335 mf=true "
              "fragment_offset=0 flow_label=772495 src_port=5353 dest_port=53 udp_length=4008",
          "group=5 seq=1 prefix=\"frag\" hook=prerouting in_iface=if2 " + kMacs +
              "ether_type=0x86dd payload_length=128 " + kV6 +
              "proto=udp proto_number=17 length=1496 ttl=64 tos=0 ip_id=860921335 mf=true "
              "fragment_offset=181 flow_label=772495",
          "group=5 seq=2 prefix=\"frag\" hook=prerouting in_iface=if2 " + kMacs +
              "ether_type=0x86dd payload_length=128 " + kV6 +
              "proto=udp proto_number=17 length=1160 ttl=64 tos=0 ip_id=860921335 mf=false "
              "fragment_offset=362 flow_label=772495"}},
        {"gso_input",
         {"group=5 seq=0 prefix=\"gso\" hook=input in_iface=if2 uid=0 gid=0 " + kMacs +
          "ether_type=0x0800 payload_length=128 " + kV4 +
          "proto=tcp proto_number=6 length=40596 ttl=64 tos=0 ip_id=4003 df=true mf=false "
          "fragment_offset=0 src_port=38322 dest_port=8080 tcp_flags=0x018 tcp_seq=4157225224 "
          "tcp_ack=4079077031 tcp_window=63"}},
        {"icmp_echo_input",
         {"group=5 seq=0 hook=input in_iface=if2 " + kMacs +
          "ether_type=0x0800 payload_length=60 " + kV4 + "proto=icmp proto_number=1 length=60 " +
          kPlain + " icmp_type=8 icmp_code=0 icmp_id=4369 icmp_seq=7"}},
        {"icmp_fragmentation_needed_input",
         {"group=5 seq=0 hook=input in_iface=if2 " + kMacs +
          "ether_type=0x0800 payload_length=56 " + kV4 + "proto=icmp proto_number=1 length=56 " +
          kPlain +
          " icmp_type=3 icmp_code=4 icmp_mtu=1400 inner{ip_version=4 src_ip=192.0.2.2 "
          "dest_ip=203.0.113.9 proto=tcp proto_number=6 length=1500 ttl=64 tos=0 ip_id=1 df=true "
          "mf=false fragment_offset=0 src_port=22 dest_port=4000 tcp_seq=77}"}},
        {"icmp_unreachable_input",
         {"group=5 seq=0 hook=input in_iface=if2 " + kMacs +
          "ether_type=0x0800 payload_length=67 " + kV4 +
          "proto=icmp proto_number=1 length=67 ttl=64 tos=192 ip_id=16161 df=false mf=false "
          "fragment_offset=0 icmp_type=3 icmp_code=3 inner{" +
          kV4Back +
          "proto=udp proto_number=17 length=39 ttl=64 tos=0 ip_id=27421 df=true mf=false "
          "fragment_offset=0 src_port=5555 dest_port=9 udp_length=19}"}},
        {"icmpv6_echo_input",
         {"group=5 seq=0 hook=input in_iface=if2 " + kMacs +
          "ether_type=0x86dd payload_length=51 " + kV6 + "proto=icmpv6 proto_number=58 length=51 " +
          kPlainV6 + " icmp_type=128 icmp_code=0 icmp_id=8738 icmp_seq=3"}},
        {"icmpv6_unreachable_input",
         {"group=5 seq=0 hook=input in_iface=if2 " + kMacs +
          "ether_type=0x86dd payload_length=107 " + kV6 +
          "proto=icmpv6 proto_number=58 length=107 ttl=64 tos=0 flow_label=595942 icmp_type=1 "
          "icmp_code=4 inner{ip_version=6 src_ip=2001:db8::2 dest_ip=2001:db8::1 proto=udp "
          "proto_number=17 length=59 ttl=64 tos=0 flow_label=815790 src_port=6666 dest_port=9 "
          "udp_length=19}"}},
        {"odd_prerouting",
         {"group=5 seq=0 prefix=\"odd\" hook=prerouting in_iface=if2 " + kMacs +
              "ether_type=0x0800 payload_length=20 malformed=\"UDP length impossible\" " + kV4 +
              "proto=udp proto_number=17 length=20 " + kPlain,
          "group=5 seq=1 prefix=\"odd\" hook=prerouting in_iface=if2 " + kMacs +
              "ether_type=0x0800 payload_length=24 malformed=\"UDP length impossible\" " + kV4 +
              "proto=udp proto_number=17 length=24 " + kPlain + " src_port=53 dest_port=54",
          "group=5 seq=2 prefix=\"odd\" hook=prerouting in_iface=if2 " + kMacs +
              "ether_type=0x0800 payload_length=21 malformed=\"transport header longer than its IP "
              "packet\" " +
              kV4 + "proto=icmp proto_number=1 length=21 " + kPlain + " icmp_type=8",
          "group=5 seq=3 prefix=\"odd\" hook=prerouting in_iface=if2 " + kMacs +
              "ether_type=0x0800 payload_length=40 malformed=\"TCP data offset below 20\" " + kV4 +
              "proto=tcp proto_number=6 length=40 " + kPlain +
              " src_port=22 dest_port=23 tcp_flags=0x002 tcp_seq=0 tcp_ack=0 tcp_window=0",
          "group=5 seq=4 prefix=\"odd\" hook=prerouting in_iface=if2 " + kMacs +
              "ether_type=0x0800 payload_length=40 malformed=\"TCP header longer than its IP "
              "packet\" " +
              kV4 + "proto=tcp proto_number=6 length=40 " + kPlain +
              " src_port=22 dest_port=23 tcp_flags=0x002 tcp_seq=0 tcp_ack=0 tcp_window=0",
          "group=5 seq=5 prefix=\"odd\" hook=prerouting in_iface=if2 " + kMacs +
              "ether_type=0x0800 payload_length=80 " + kV4 + "proto=tcp proto_number=6 length=80 " +
              kPlain +
              " src_port=1 dest_port=2 tcp_flags=0x002 tcp_seq=0 tcp_ack=0 tcp_window=8192",
          "group=5 seq=6 prefix=\"odd\" hook=prerouting in_iface=if2 " + kMacs +
              "ether_type=0x0800 payload_length=28 malformed=\"TCP header longer than its IP "
              "packet\" " +
              kV4 +
              "proto=tcp proto_number=6 length=28 ttl=64 tos=0 ip_id=1 df=false mf=true "
              "fragment_offset=0 src_port=22 dest_port=23 tcp_seq=1",
          "group=5 seq=7 prefix=\"odd\" hook=prerouting in_iface=if2 " + kMacs +
              "ether_type=0x86dd payload_length=128 truncated=true " + kV6 + "length=1240 " +
              kPlainV6,
          "group=5 seq=8 prefix=\"odd\" hook=prerouting in_iface=if2 " + kMacs +
              "ether_type=0x86dd payload_length=68 malformed=\"transport header longer than its IP "
              "packet\" " +
              kV6 + "length=68 " + kPlainV6,
          "group=5 seq=9 prefix=\"odd\" hook=prerouting in_iface=if2 " + kMacs +
              "ether_type=0x86dd payload_length=84 " + kV6 + "proto=tcp proto_number=6 length=84 " +
              kPlainV6 +
              " src_port=30 dest_port=40 tcp_flags=0x002 tcp_seq=0 tcp_ack=0 tcp_window=8192"}},
        {"prefix_127_input",
         {"group=5 seq=0 prefix=\"" + std::string(120, 'p') + " end\" hook=input in_iface=if2 " +
          kMacs + "ether_type=0x0800 payload_length=44 " + kV4 +
          "proto=tcp proto_number=6 length=44 " + kSyn}},
        {"protocols_prerouting",
         {"group=5 seq=0 prefix=\"proto\" hook=prerouting in_iface=if2 " + kMacs +
              "ether_type=0x0800 payload_length=36 " + kV4 +
              "proto=sctp proto_number=132 length=36 " + kPlain + " src_port=1500 dest_port=38412",
          "group=5 seq=1 prefix=\"proto\" hook=prerouting in_iface=if2 " + kMacs +
              "ether_type=0x0800 payload_length=40 " + kV4 +
              "proto=dccp proto_number=33 length=40 " + kPlain + " src_port=1600 dest_port=5001",
          "group=5 seq=2 prefix=\"proto\" hook=prerouting in_iface=if2 " + kMacs +
              "ether_type=0x0800 payload_length=31 " + kV4 +
              "proto=udplite proto_number=136 length=31 " + kPlain +
              " src_port=1700 dest_port=2700",
          "group=5 seq=3 prefix=\"proto\" hook=prerouting in_iface=if2 " + kMacs +
              "ether_type=0x0800 payload_length=44 " + kV4 +
              "proto=esp proto_number=50 length=44 " + kPlain + " spi=4097",
          "group=5 seq=4 prefix=\"proto\" hook=prerouting in_iface=if2 " + kMacs +
              "ether_type=0x0800 payload_length=64 " + kV4 + "proto=ah proto_number=51 length=64 " +
              kPlain + " spi=8194",
          "group=5 seq=5 prefix=\"proto\" hook=prerouting in_iface=if2 " + kMacs +
              "ether_type=0x0800 payload_length=52 " + kV4 +
              "proto=gre proto_number=47 length=52 " + kPlain,
          "group=5 seq=6 prefix=\"proto\" hook=prerouting in_iface=if2 " + kMacs +
              "ether_type=0x0800 payload_length=28 " + kV4 +
              "proto=igmp proto_number=2 length=28 " + kPlain,
          "group=5 seq=7 prefix=\"proto\" hook=prerouting in_iface=if2 " + kMacs +
              "ether_type=0x86dd payload_length=72 " + kV6 +
              "proto=udp proto_number=17 length=72 " + kPlainV6 +
              " src_port=10 dest_port=20 udp_length=8 spi=12291",
          "group=5 seq=8 prefix=\"proto\" hook=prerouting in_iface=if2 " + kMacs +
              "ether_type=0x86dd payload_length=64 " + kV6 +
              "proto=esp proto_number=50 length=64 " + kPlainV6 + " spi=16388",
          "group=5 seq=9 prefix=\"proto\" hook=prerouting in_iface=if2 " + kMacs +
              "ether_type=0x86dd payload_length=92 " + kV6 + "proto=tcp proto_number=6 length=92 " +
              kPlainV6 +
              " src_port=30 dest_port=40 tcp_flags=0x011 tcp_seq=0 tcp_ack=0 tcp_window=8192"}},
        {"snaplen_24_input",
         {"group=5 seq=0 hook=input in_iface=if2 " + kMacs +
          "ether_type=0x0800 payload_length=24 truncated=true " + kV4 +
          "proto=tcp proto_number=6 length=44 ttl=64 tos=18 ip_id=4660 df=true mf=false "
          "fragment_offset=0 src_port=40000 dest_port=22"}},
        {"tcp_forward",
         {"group=5 seq=0 prefix=\"fwd\" hook=forward in_iface=if2 out_iface=if3 mark=3735928559 " +
          kMacs +
          "ether_type=0x0800 payload_length=40 ip_version=4 src_ip=192.0.2.1 dest_ip=198.51.100.1 "
          "proto=tcp proto_number=6 length=40 ttl=63 tos=0 ip_id=1 df=false mf=false "
          "fragment_offset=0 src_port=40002 dest_port=80 tcp_flags=0x002 tcp_seq=0 tcp_ack=0 "
          "tcp_window=8192"}},
        {"tcp_input",
         {"group=5 seq=0 prefix=\"in-new\" hook=input in_iface=if2 mark=7 " + kMacs +
          "ether_type=0x0800 payload_length=44 " + kV4 + "proto=tcp proto_number=6 length=44 " +
          kSyn}},
        {"tcp_v6_input",
         {"group=5 seq=0 prefix=\"v6\" hook=input in_iface=if2 " + kMacs +
          "ether_type=0x86dd payload_length=60 " + kV6 +
          "proto=tcp proto_number=6 length=60 ttl=64 tos=184 flow_label=74565 src_port=40001 "
          "dest_port=443 tcp_flags=0x002 tcp_seq=9 tcp_ack=0 tcp_window=8192"}},
        {"udp_output_uid",
         {"group=5 seq=0 prefix=\"out\" hook=output out_iface=if2 uid=65534 gid=65534 "
          "payload_length=31 " +
          kV4Back +
          "proto=udp proto_number=17 length=31 ttl=64 tos=0 ip_id=27508 df=true mf=false "
          "fragment_offset=0 src_port=7777 dest_port=123 udp_length=11"}},
        {"udp_postrouting",
         {"group=5 seq=0 hook=postrouting out_iface=if2 uid=65534 gid=65534 payload_length=31 " +
          kV4Back +
          "proto=udp proto_number=17 length=31 ttl=64 tos=0 ip_id=27509 df=true mf=false "
          "fragment_offset=0 src_port=7777 dest_port=123 udp_length=11"}},
        {"udp_prerouting",
         {"group=5 seq=0 prefix=\"dns\" hook=prerouting in_iface=if2 " + kMacs +
          "ether_type=0x0800 payload_length=39 " + kV4 +
          "proto=udp proto_number=17 length=39 ttl=64 tos=0 ip_id=1636 df=true mf=false "
          "fragment_offset=0 src_port=5353 dest_port=53 udp_length=19"}},
    });
}
