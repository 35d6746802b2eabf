// SPDX-License-Identifier: GPL-2.0-or-later
// Datagrams that the kernel wrote at the hooks of bridge, netdev and arp, and from links of
// other kinds. The .hex files tell the rule and the packet of each.
#include "catch.hpp"
#include "describe.hpp"
#include "recorded.hpp"

using namespace nflogd::decode;

namespace {

const std::string kMacs = "src_mac=02:00:00:00:00:0a dest_mac=02:00:00:00:00:0b ";
const std::string kMacsToC = "src_mac=02:00:00:00:00:0a dest_mac=02:00:00:00:00:0c ";
const std::string kMacsBack = "src_mac=02:00:00:00:00:0b dest_mac=02:00:00:00:00:0a ";
const std::string kV4 = "ip_version=4 src_ip=192.0.2.1 dest_ip=192.0.2.2 ";
const std::string kV4Back = "ip_version=4 src_ip=192.0.2.2 dest_ip=192.0.2.1 ";
const std::string kV4ToC = "ip_version=4 src_ip=192.0.2.1 dest_ip=192.0.2.3 ";
const std::string kV6 = "ip_version=6 src_ip=2001:db8::1 dest_ip=2001:db8::2 ";
const std::string kPlain = "ttl=64 tos=0 ip_id=1 df=false mf=false fragment_offset=0";
const std::string kPlainV6 = "ttl=64 tos=0 flow_label=0";
const std::string kSyn =
    "ttl=64 tos=18 ip_id=4660 df=true mf=false fragment_offset=0 src_port=40000 dest_port=22 "
    "tcp_flags=0x0c2 tcp_seq=16909060 tcp_ack=0 tcp_window=64240";

}  // namespace

TEST_CASE("recorded at the hooks below IP") {
    check_recorded({
        {"arp_input",
         {"group=5 seq=0 prefix=\"arp\" hook=input in_iface=if2 uid=0 gid=0 "
          "src_mac=02:00:00:00:00:0a dest_mac=ff:ff:ff:ff:ff:ff ether_type=0x0806 "
          "payload_length=28 arp_op=1 arp_src_mac=02:00:00:00:00:0a arp_src_ip=192.0.2.1 "
          "arp_dest_mac=00:00:00:00:00:00 arp_dest_ip=192.0.2.2"}},
        {"bridge_forward_arp",
         {"group=5 seq=0 prefix=\"br\" hook=forward in_iface=if5 out_iface=if5 phys_in=if2 "
          "phys_out=if3 uid=0 gid=0 " +
          kMacsToC +
          "ether_type=0x0806 payload_length=28 arp_op=2 arp_src_mac=02:00:00:00:00:0a "
          "arp_src_ip=192.0.2.1 arp_dest_mac=02:00:00:00:00:0c arp_dest_ip=192.0.2.3"}},
        {"bridge_forward_tcp",
         {"group=5 seq=0 prefix=\"br\" hook=forward in_iface=if5 out_iface=if5 phys_in=if2 "
          "phys_out=if3 uid=0 gid=0 " +
          kMacsToC + "ether_type=0x0800 payload_length=40 " + kV4ToC +
          "proto=tcp proto_number=6 length=40 " + kPlain +
          " src_port=40003 dest_port=25 tcp_flags=0x002 tcp_seq=0 tcp_ack=0 tcp_window=8192"}},
        {"bridge_forward_vlan",
         {"group=5 seq=0 prefix=\"br\" hook=forward in_iface=if5 out_iface=if5 phys_in=if2 "
          "phys_out=if3 uid=0 gid=0 " +
          kMacsToC + "ether_type=0x0800 vlan_id=42 payload_length=29 " + kV4ToC +
          "proto=udp proto_number=17 length=29 " + kPlain +
          " src_port=1000 dest_port=2000 udp_length=9"}},
        {"bridge_netfilter_forward",
         {"group=5 seq=0 prefix=\"brnf\" hook=forward in_iface=if5 out_iface=if5 phys_in=if2 "
          "phys_out=if3 " +
          kMacsToC + "ether_type=0x0800 payload_length=40 " + kV4ToC +
          "proto=tcp proto_number=6 length=40 " + kPlain +
          " src_port=40003 dest_port=25 tcp_flags=0x002 tcp_seq=0 tcp_ack=0 tcp_window=8192"}},
        {"inet_ingress",
         {"group=5 seq=0 hook=ingress in_iface=if2 uid=0 gid=0 " + kMacs +
          "ether_type=0x0800 payload_length=44 " + kV4 + "proto=tcp proto_number=6 length=44 " +
          kSyn}},
        {"netdev_egress",
         {"group=5 seq=0 prefix=\"eg\" hook=egress out_iface=if2 uid=65534 gid=65534 " + kMacsBack +
          "ether_type=0x0800 payload_length=45 " + kV4Back +
          "proto=udp proto_number=17 length=31 ttl=64 tos=0 ip_id=27611 df=true mf=false "
          "fragment_offset=0 src_port=7777 dest_port=123 udp_length=11"}},
        {"netdev_egress_tun",
         {"group=5 seq=0 hook=egress out_iface=if4 uid=0 gid=0 ether_type=0x0800 payload_length=39 "
          "ip_version=4 src_ip=203.0.113.1 dest_ip=203.0.113.2 proto=udp proto_number=17 length=39 "
          "ttl=64 tos=0 ip_id=63619 df=true mf=false fragment_offset=0 src_port=7001 dest_port=77 "
          "udp_length=19"}},
        {"netdev_egress_vlan",
         {"group=5 seq=0 prefix=\"egv\" hook=egress out_iface=if2 uid=0 gid=0 " + kMacsBack +
          "ether_type=0x0800 vlan_id=42 payload_length=47 " + kV4Back +
          "proto=udp proto_number=17 length=29 " + kPlain +
          " src_port=1000 dest_port=2000 udp_length=9"}},
        {"netdev_ingress",
         {"group=5 seq=0 prefix=\"nd\" hook=ingress in_iface=if2 uid=0 gid=0 " + kMacs +
          "ether_type=0x0800 payload_length=44 " + kV4 + "proto=tcp proto_number=6 length=44 " +
          kSyn}},
        {"netdev_ingress_qinq",
         {"group=5 seq=0 prefix=\"qinq\" hook=ingress in_iface=if2 uid=0 gid=0 " + kMacs +
          "ether_type=0x86dd vlan_id=100 payload_length=57 " + kV6 +
          "proto=udp proto_number=17 length=53 " + kPlainV6 +
          " src_port=1001 dest_port=2001 udp_length=13"}},
        {"netdev_ingress_tun",
         {"group=5 seq=0 hook=ingress in_iface=if4 uid=0 gid=0 ether_type=0x0800 payload_length=29 "
          "ip_version=4 src_ip=203.0.113.2 dest_ip=203.0.113.1 proto=udp proto_number=17 "
          "length=29 " +
          kPlain + " src_port=7002 dest_port=78 udp_length=9"}},
        {"netdev_ingress_vlan",
         {"group=5 seq=0 prefix=\"vlan\" hook=ingress in_iface=if2 uid=0 gid=0 " + kMacs +
          "ether_type=0x0800 vlan_id=42 payload_length=34 " + kV4 +
          "proto=udp proto_number=17 length=34 " + kPlain +
          " src_port=1000 dest_port=2000 udp_length=14"}},
        {"snaplen_0_input",
         {"group=5 seq=0 prefix=\"none\" hook=input in_iface=if2 " + kMacs +
          "ether_type=0x0800 truncated=true"}},
        {"udp_loopback_input",
         {"group=5 seq=0 hook=input in_iface=if1 payload_length=39 ip_version=4 src_ip=127.0.0.1 "
          "dest_ip=127.0.0.1 proto=udp proto_number=17 length=39 ttl=64 tos=0 ip_id=63273 df=true "
          "mf=false fragment_offset=0 src_port=9998 dest_port=99 udp_length=19"}},
    });
}
