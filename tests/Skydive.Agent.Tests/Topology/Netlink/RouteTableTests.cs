using System.Net;
using Skydive.Agent.Topology.Netlink;
using Skydive.Linux.Netlink;
using Skydive.Linux.Route;

namespace Skydive.Agent.Tests.Topology.Netlink;

public sealed class RouteTableTests
{
    private const byte IPv4 = 2;
    private const byte IPv6 = 10;
    private const NetlinkFlags Created = NetlinkFlags.Create;
    private const NetlinkFlags Appended = NetlinkFlags.Create | NetlinkFlags.Append;
    private const NetlinkFlags Replaced = NetlinkFlags.Create | NetlinkFlags.Replace;

    private readonly RouteTable _table = new();

    [Fact]
    public void Set_NewRoute_StandsOnItsLinkAndMarksIt()
    {
        _table.Set(Route("10.0.0.0/8", 2, "192.0.2.1"), Created);

        Assert.Equal(["10.0.0.0/8 via 192.0.2.1"], Of(2));
        Assert.Equal([2], _table.Changed);
        Assert.True(_table.HasIPv4(2));
        Assert.Null(_table.Of(3));
    }

    [Fact]
    public void Set_SameAgain_ChangesNothing()
    {
        _table.Set(Route("10.0.0.0/8", 2, "192.0.2.1"), Created);
        _table.Changed.Clear();

        _table.Set(Route("10.0.0.0/8", 2, "192.0.2.1"), Created);

        Assert.Empty(_table.Changed);
        Assert.Single(Of(2));
    }

    [Fact]
    public void Set_IPv4Replaced_TakesThePlaceOfTheFirst()
    {
        _table.Set(Route("10.0.0.0/8", 2, "192.0.2.1"), Created);
        _table.Set(Route("10.0.0.0/8", 3, "198.51.100.1"), Appended);
        _table.Changed.Clear();

        _table.Set(Route("10.0.0.0/8", 4, "203.0.113.1"), Replaced);

        Assert.Empty(Of(2));
        Assert.Equal(["10.0.0.0/8 via 198.51.100.1"], Of(3));
        Assert.Equal(["10.0.0.0/8 via 203.0.113.1"], Of(4));
        Assert.Equal([2, 4], _table.Changed.Order());
    }

    [Fact]
    public void Set_IPv4PutBeforeAndRemoved_LeavesTheOther()
    {
        _table.Set(Route("10.0.0.0/8", 2, "192.0.2.1"), Created);
        _table.Set(Route("10.0.0.0/8", 2, "192.0.2.2"), Created);
        Assert.Equal(2, Of(2).Count);

        _table.Remove(Route("10.0.0.0/8", 2, "192.0.2.1"));

        Assert.Equal(["10.0.0.0/8 via 192.0.2.2"], Of(2));
    }

    [Fact]
    public void Set_IPv6Ways_AreOneRouteThatEachMessageTellsInFull()
    {
        _table.Set(Multipath("2001:db8::/32", (2, "fe80::1"), (3, "fe80::2")), Created);
        Assert.Equal([2, 3], _table.Changed.Order());

        _table.Set(Multipath("2001:db8::/32", (2, "fe80::1"), (3, "fe80::2"), (4, "fe80::3")), Appended);
        Assert.Single(Of(4));

        _table.Remove(Multipath("2001:db8::/32", (3, "fe80::2")));
        Assert.Empty(Of(3));
        Assert.Single(Of(2));
        Assert.Single(Of(4));

        _table.Remove(Multipath("2001:db8::/32", (4, "fe80::3"), (2, "fe80::1")));
        Assert.Empty(Of(2));
        Assert.Empty(Of(4));
    }

    [Fact]
    public void Set_IPv6WithoutGateways_StandSideBySide()
    {
        _table.Set(Route("fe80::/64", 2, null, IPv6), Created);
        _table.Set(Route("fe80::/64", 3, null, IPv6), Created);

        _table.Remove(Route("fe80::/64", 2, null, IPv6));

        Assert.Empty(Of(2));
        Assert.Equal(["fe80::/64 via "], Of(3));
    }

    [Fact]
    public void Set_OtherMetricOrTable_IsAnotherRoute()
    {
        _table.Set(Route("10.0.0.0/8", 2, "192.0.2.1"), Created);
        _table.Set(Route("10.0.0.0/8", 2, "192.0.2.1") with { Priority = 5 }, Created);
        _table.Set(Route("10.0.0.0/8", 2, "192.0.2.1") with { Table = 100 }, Created);
        Assert.Equal(3, Of(2).Count);

        _table.Remove(Route("10.0.0.0/8", 2, "192.0.2.1") with { Priority = 5 });

        Assert.Equal([100u, 254u], _table.Of(2)!.Span.ToArray().Select(static entry => entry.Key.Table).Order());
    }

    [Fact]
    public void Set_CachedRoute_IsNone()
    {
        _table.Set(Route("10.0.0.1/32", 2, null) with { Flags = 0x200 }, Created);

        Assert.Null(_table.Of(2));
    }

    [Fact]
    public void Remove_UnknownRoute_ChangesNothing()
    {
        _table.Set(Route("10.0.0.0/8", 2, "192.0.2.1"), Created);
        _table.Changed.Clear();

        _table.Remove(Route("11.0.0.0/8", 2, "192.0.2.1"));

        Assert.Empty(_table.Changed);
        Assert.Single(Of(2));
    }

    [Fact]
    public void RemoveLink_TakesItsRoutesAndLeavesTheOtherWaysOfIPv6()
    {
        _table.Set(Route("10.0.0.0/8", 2, "192.0.2.1"), Created);
        _table.Set(Multipath("2001:db8::/32", (2, "fe80::1"), (3, "fe80::2")), Created);
        _table.Set(Route("10.1.0.0/16", 3, "198.51.100.1"), Created);

        _table.RemoveLink(2);

        Assert.Null(_table.Of(2));
        Assert.Equal(["10.1.0.0/16 via 198.51.100.1", "2001:db8::/32 via fe80::2"], Of(3).Order(StringComparer.Ordinal));
        Assert.DoesNotContain(2, _table.Changed);
    }

    [Fact]
    public void Load_MarksThoseThatDiffer()
    {
        _table.Load([Route("10.0.0.0/8", 2, "192.0.2.1"), Route("11.0.0.0/8", 3, "198.51.100.1"), Route("12.0.0.0/8", 4, null)], []);
        _table.Changed.Clear();

        _table.Load([Route("10.0.0.0/8", 2, "192.0.2.1"), Route("11.0.0.0/8", 3, "198.51.100.2"), Route("12.0.0.0/8", 5, null)], []);

        Assert.Equal([3, 4, 5], _table.Changed.Order());
        Assert.Null(_table.Of(4));
    }

    [Fact]
    public void LoadIPv4_SameAsBefore_MarksNothingAndLeavesIPv6()
    {
        _table.Load([Route("10.0.0.0/8", 2, "192.0.2.1"), Route("fe80::/64", 2, null, IPv6)], []);
        _table.Changed.Clear();

        _table.LoadIPv4(2, [Route("10.0.0.0/8", 2, "192.0.2.1")]);
        Assert.Empty(_table.Changed);

        _table.LoadIPv4(2, []);
        Assert.Equal([2], _table.Changed);
        Assert.Equal(["fe80::/64 via "], Of(2));
        Assert.False(_table.HasIPv4(2));
    }

    [Fact]
    public void Load_NextHopObjects_LeadWhereTheyDo()
    {
        NextHopMessage[] nextHops =
        [
            new() { Id = 1, OutputIndex = 2, Gateway = IPAddress.Parse("192.0.2.1") },
            new() { Id = 2, OutputIndex = 3, Gateway = IPAddress.Parse("198.51.100.1") },
            new() { Id = 10, Group = [new(1, 1), new(2, 1), new(3, 1)] },
        ];
        var route = Route("10.0.0.0/8", 0, null) with { NextHopId = 10 };

        _table.Load([route], nextHops);
        Assert.Equal(["10.0.0.0/8 via 192.0.2.1,198.51.100.1"], Of(2));
        Assert.Single(Of(3));
        Assert.True(_table.UsesNextHops);

        _table.Remove(route);
        Assert.False(_table.UsesNextHops);
        Assert.Empty(Of(2));
    }

    [Fact]
    public void LinksPreferring_FindsRoutesThatUseASource()
    {
        _table.Set(Route("10.0.0.0/8", 2, null) with { PreferredSource = IPAddress.Parse("192.0.2.9") }, Created);
        _table.Set(Route("11.0.0.0/8", 3, null), Created);

        Assert.Equal([2], _table.LinksPreferring(IPAddress.Parse("192.0.2.9")));
        Assert.Empty(_table.LinksPreferring(IPAddress.Parse("192.0.2.8")));
    }

    [Fact]
    public void SetAndRemove_AtRandom_EndsAsALoadOfWhatIsLeft()
    {
        var random = new Random(5);
        var left = new List<RouteMessage>();
        for (int step = 0; step < 5_000; step++)
        {
            var route = Route($"10.{random.Next(8)}.0.0/16", random.Next(2, 6), $"192.0.2.{random.Next(1, 5)}") with { Priority = (uint)random.Next(2) };
            int known = left.FindIndex(other => IsSame(other, route));
            if (random.Next(2) == 0 && known < 0)
            {
                _table.Set(route, Appended);
                left.Add(route);
            }
            else if (known >= 0)
            {
                _table.Remove(route);
                left.RemoveAt(known);
            }
        }

        var fresh = new RouteTable();
        fresh.Load(left, []);
        for (int link = 2; link < 6; link++)
        {
            Assert.Equal(Describe(fresh, link).Order(StringComparer.Ordinal), Of(link).Order(StringComparer.Ordinal));
        }

        foreach (var route in left)
        {
            _table.Remove(route);
        }

        Assert.All([2, 3, 4, 5], link => Assert.Null(_table.Of(link)));
    }

    [Fact]
    public void SetAndRemove_OneDestinationOverManyInterfaces_TakesNoLongerForEachOfThem()
    {
        // A walk over all of them for each would take minutes.
        const int Links = 100_000;
        for (int link = 1; link <= Links; link++)
        {
            _table.Set(Route("fe80::/64", link, null, IPv6), Created);
            _table.Set(Route("fe80::/64", link, null, IPv6), Created);
        }

        Assert.Equal(["fe80::/64 via "], Of(Links / 2));
        foreach (int link in Enumerable.Range(1, Links).OrderBy(static link => link % 3))
        {
            _table.Remove(Route("fe80::/64", link, null, IPv6));
            Assert.Null(_table.Of(link));
        }

        _table.Set(Route("fe80::/64", 1, null, IPv6), Created);
        Assert.Single(Of(1));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void RemoveAndReplace_FirstMiddleOrLastOfOneKey_KeepsTheOrderOfTheOthers(int place)
    {
        for (int link = 1; link <= 3; link++)
        {
            _table.Set(Route("10.0.0.0/8", link, null), Appended);
        }

        _table.Remove(Route("10.0.0.0/8", place, null));
        _table.Set(Route("10.0.0.0/8", 4, null), Appended);
        var left = Enumerable.Range(1, 4).Where(link => link != place).ToList();
        foreach (int link in left)
        {
            // What replaces takes the place of the first, which shows who that is.
            Assert.NotNull(_table.Of(link));
            _table.Set(Route("10.0.0.0/8", 9, null), Replaced);
            Assert.Null(_table.Of(link));
            _table.Remove(Route("10.0.0.0/8", 9, null));
        }

        Assert.False(_table.HasIPv4(9));
    }

    private static bool IsSame(RouteMessage one, RouteMessage other) =>
        one.Destination!.Equals(other.Destination) && one.OutputIndex == other.OutputIndex && one.Gateway!.Equals(other.Gateway) && one.Priority == other.Priority;

    private static RouteMessage Route(string prefix, int link, string? gateway, byte family = IPv4)
    {
        string[] parts = prefix.Split('/');
        return new()
        {
            Family = family,
            Table = 254,
            Type = RouteType.Unicast,
            Protocol = 3,
            Destination = IPAddress.Parse(parts[0]),
            DestinationPrefixLength = byte.Parse(parts[1], null),
            OutputIndex = link,
            Gateway = gateway is null ? null : IPAddress.Parse(gateway),
        };
    }

    private static RouteMessage Multipath(string prefix, params (int Link, string Gateway)[] ways) => Route(prefix, 0, null, IPv6) with
    {
        NextHops = [.. ways.Select(static way => new RouteNextHop { Index = way.Link, Gateway = IPAddress.Parse(way.Gateway) })],
    };

    private static IReadOnlyList<string> Describe(RouteTable table, int link) =>
        [.. (table.Of(link) is { } entries ? entries.Span.ToArray() : []).Select(static entry => $"{entry.Prefix} via {string.Join(',', entry.Hops.Select(static hop => hop.Gateway))}")];

    private IReadOnlyList<string> Of(int link) => Describe(_table, link);
}
