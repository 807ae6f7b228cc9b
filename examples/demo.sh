#!/usr/bin/env bash
# What SkydivePS does, in a minute, through its command line client. Needs a running service: its address in SKYDIVE_ANALYZER.
# ./build.sh demo runs this where there is no pwsh; with one it runs demo.ps1.
set -euo pipefail

client=${SKYDIVE_DEMO_CLIENT:-skydive}
lab=${SKYDIVE_DEMO_LAB:-}

bold='' cyan='' plain=''
if [ -t 1 ]; then bold=$'\033[1m' cyan=$'\033[36m' plain=$'\033[0m'; fi
step() { printf '\n%s# %s%s\n' "$bold" "$*" "$plain"; }
run() { printf '%s$ skydive client %s%s\n' "$cyan" "$*" "$plain"; "$client" client "$@"; }

if [ -z "$lab" ]; then
  step "The topology of this host"
  run topology tree
  exit 0
fi

step "The topology: two namespaces on a bridge, and the rest of this host"
run topology tree

step "A capture: a standing query, so interfaces that appear later are captured too"
run capture create --gremlin "G.V().Has('Name', Regex('$lab[12]-eth0'))" --bpf icmp --name demo
for _ in $(seq 100); do
  [ "$("$client" client query "G.V().Has('Captures.State','active').Count()")" = 2 ] && break
  sleep 0.05
done

step "Five pings from one namespace to the other"
ip netns exec "${lab}1" ping -c 5 -i 0.2 10.199.7.2
sleep 0.2

step "The flows: one conversation, seen at two places, with one tracking identifier"
run query "G.Flows().Has('Application','ICMPv4')" --format table

step "Back in time: an interface is removed"
before=$(date +%s%3N)
sleep 0.1
ip link del "${lab}2-eth0"
sleep 0.3
run query "G.V().Has('Name','${lab}2-eth0').Count()"
run query "G.At($before).V().Has('Name','${lab}2-eth0')" --format table
