# SPDX-License-Identifier: GPL-2.0-or-later
"""Families below IP: bridge, netdev ingress and egress, VLAN, ARP.

    namespace br:  port0 (veth to `host`) -- br0 -- port1 (veth to `peer`)
"""
import pytest
from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import ARP, Dot1Q, Ether

from harness import Namespace, packets, wait_for

MAC_A, MAC_B = "02:00:00:00:00:0a", "02:00:00:00:00:0b"
UDP_PACKET = IP(src="192.0.2.10", dst="192.0.2.11") / UDP(sport=11, dport=12) / b"link"


@pytest.fixture
def bridge():
    br, host, peer = Namespace("br"), Namespace("host"), Namespace("peer")
    br.run("ip", "link", "add", "br0", "type", "bridge", "mcast_snooping", "0")
    for near, device, port in ((host, "host0", "port0"), (peer, "peer0", "port1")):
        near.run("ip", "link", "add", device, "type", "veth", "peer", "name", port, "netns", br.name)
        for namespace, name in ((near, device), (br, port)):
            namespace.run("sysctl", "-qw", f"net.ipv6.conf.{name}.disable_ipv6=1")
            namespace.run("ip", "link", "set", name, "up")
        br.run("ip", "link", "set", port, "master", "br0")
    br.run("sysctl", "-qw", "net.ipv6.conf.br0.disable_ipv6=1")
    br.run("ip", "link", "set", "br0", "up")
    yield br, host
    for namespace in (br, host, peer):
        namespace.close()


def one_record(log, rule_prefix):
    def found():
        return [r for r in packets(log) if r.get("prefix") == rule_prefix]
    return wait_for(found, f"a record of {rule_prefix}")[0]


def test_bridge(bridge, daemon, config, log):
    br, host = bridge
    nflogd = daemon(config(backend="none"), namespace=br)
    br.nft("table bridge t { chain c { type filter hook forward priority 0; "
           'log group 100 prefix "bridged"; }; }')
    host.send_frames("host0", [Ether(src=MAC_A, dst=MAC_B) / UDP_PACKET])
    record = one_record(log, "bridged")
    assert nflogd.stop() == 0
    assert record["hook"] == "forward"
    assert (record["in_iface"], record["out_iface"]) == ("br0", "br0")
    assert (record["phys_in"], record["phys_out"]) == ("port0", "port1")
    assert (record["src_mac"], record["dest_mac"]) == (MAC_A, MAC_B)
    assert (record["src_ip"], record["dest_port"], record["ether_type"]) == (
        "192.0.2.10", 12, "0x0800")


def test_vlan_on_a_bridge(bridge, daemon, config, log):
    br, host = bridge
    nflogd = daemon(config(backend="none"), namespace=br)
    br.nft("table bridge t { chain c { type filter hook forward priority 0; "
           'log group 100 prefix "tagged"; }; }')
    host.send_frames("host0", [Ether(src=MAC_A, dst=MAC_B) / Dot1Q(vlan=42, prio=3) / UDP_PACKET])
    record = one_record(log, "tagged")
    assert nflogd.stop() == 0
    assert record["vlan_id"] == 42
    assert (record["src_ip"], record["src_port"]) == ("192.0.2.10", 11)


def test_arp(bridge, daemon, config, log):
    br, host = bridge
    nflogd = daemon(config(backend="none"), namespace=br)
    br.nft("table bridge t { chain c { type filter hook forward priority 0; "
           'log group 100 prefix "arp"; }; }')
    host.send_frames("host0", [Ether(src=MAC_A, dst="ff:ff:ff:ff:ff:ff") / ARP(
        op=1, hwsrc=MAC_A, psrc="192.0.2.10", hwdst="00:00:00:00:00:00", pdst="192.0.2.11")])
    record = one_record(log, "arp")
    assert nflogd.stop() == 0
    assert record["arp_op"] == 1 and record["ether_type"] == "0x0806"
    assert (record["arp_src_ip"], record["arp_dest_ip"]) == ("192.0.2.10", "192.0.2.11")
    assert (record["arp_src_mac"], record["dest_mac"]) == (MAC_A, "ff:ff:ff:ff:ff:ff")
    assert "src_ip" not in record and "proto" not in record


@pytest.mark.parametrize("vlan", [None, 7])
def test_netdev_ingress(bridge, daemon, config, log, vlan):
    br, host = bridge
    nflogd = daemon(config(backend="none"), namespace=br)
    br.nft("table netdev t { chain c { type filter hook ingress device port0 priority 0; "
           'log group 100 prefix "in"; }; }')
    tag = Dot1Q(vlan=vlan) if vlan else None
    frame = Ether(src=MAC_A, dst=MAC_B) / tag / UDP_PACKET if tag else (
        Ether(src=MAC_A, dst=MAC_B) / UDP_PACKET)
    host.send_frames("host0", [frame])
    record = one_record(log, "in")
    assert nflogd.stop() == 0
    assert (record["hook"], record["in_iface"]) == ("ingress", "port0")
    assert (record["src_ip"], record["dest_port"]) == ("192.0.2.10", 12)
    assert record.get("vlan_id") == vlan


def test_netdev_egress(bridge, daemon, config, log):
    br, host = bridge
    nflogd = daemon(config(backend="none"), namespace=br)
    br.nft("table netdev t { chain c { type filter hook egress device port1 priority 0; "
           'log group 100 prefix "out"; }; }')
    host.send_frames("host0", [Ether(src=MAC_A, dst=MAC_B) / UDP_PACKET])
    record = one_record(log, "out")
    assert nflogd.stop() == 0
    assert (record["hook"], record["out_iface"]) == ("egress", "port1")
    assert (record["src_mac"], record["dest_mac"]) == (MAC_A, MAC_B)
    assert (record["src_ip"], record["src_port"], record["length"]) == ("192.0.2.10", 11, 32)
