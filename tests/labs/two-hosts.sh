#!/usr/bin/env bash
# Two hosts on a switch: two network namespaces, each joined by a veth pair to one Linux bridge.
#
#   two-hosts.sh up [PREFIX]     makes namespaces PREFIX1 and PREFIX2 with eth0 10.199.7.1/24 and 10.199.7.2/24,
#                                their veth peers PREFIX1-eth0 and PREFIX2-eth0, and the bridge PREFIX-br
#   two-hosts.sh down [PREFIX]   removes exactly these
set -eu
verb=${1:-}
prefix=${2:-skylab}
case $verb in
up)
  ip link add "$prefix-br" type bridge
  ip link set "$prefix-br" up
  for i in 1 2; do
    ip netns add "$prefix$i"
    ip link add "$prefix$i-eth0" type veth peer name eth0 netns "$prefix$i"
    ip link set "$prefix$i-eth0" master "$prefix-br" up
    ip -n "$prefix$i" link set lo up
    ip -n "$prefix$i" link set eth0 up
    ip -n "$prefix$i" addr add "10.199.7.$i/24" dev eth0
  done
  ;;
down)
  for i in 1 2; do
    ip link del "$prefix$i-eth0" 2>/dev/null || true
    ip netns del "$prefix$i" 2>/dev/null || true
  done
  ip link del "$prefix-br" 2>/dev/null || true
  ;;
*)
  sed -n '2,7p' "$0" >&2
  exit 2
  ;;
esac
