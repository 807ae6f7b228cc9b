# What a network should look like, for Network.Tests.ps1. Replace the values by your own; leave out what you do not want to check.
@{
    # Bridges and the ports that they must have, no more and no less.
    Bridges      = @{
        'skylab-br' = @('skylab1-eth0', 'skylab2-eth0')
    }

    # Interfaces that must be there, and be up.
    Interfaces   = @('skylab1-eth0', 'skylab2-eth0')

    # Ways that must exist, with the nodes that they must lead through and the MTU that they must carry.
    Paths        = @(
        @{ From = 'skylab1-eth0'; To = 'skylab2-eth0'; Through = @('skylab-br'); MinimumMtu = 1500 }
    )

    # Interfaces that must reach one another with packets that are really sent. Gremlin or a name; each must be one interface with an address.
    Reachable    = @(
        @{ From = "G.V().Has('IPV4', '10.199.7.1/24')"; To = "G.V().Has('IPV4', '10.199.7.2/24')" }
    )

    # Ports on which something may listen; whatever else listens on an address that others can reach is told.
    AllowedPorts = @(22, 53, 80, 443, 8081, 8082)

    # How far back no interface on a path may have dropped packets.
    NoDropsWithin = '5m'
}
