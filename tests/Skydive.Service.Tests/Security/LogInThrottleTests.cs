using System.Net;
using Skydive.Service.Security;
using Skydive.Service.Tests.Support;

namespace Skydive.Service.Tests.Security;

public sealed class LogInThrottleTests
{
    private static readonly IPAddress s_client = IPAddress.Parse("192.0.2.1");

    private readonly TestTime _time = new();

    [Fact]
    public void Begin_AfterTooManyFailures_HasToWait()
    {
        var throttle = new LogInThrottle(10, _time);
        for (int i = 0; i < 10; i++)
        {
            Assert.Null(throttle.Begin(s_client));
        }

        var pause = throttle.Begin(s_client);
        Assert.InRange(pause!.Value.TotalSeconds, 5.9, 6.1);
        Assert.Null(throttle.Begin(IPAddress.Parse("192.0.2.2")));
        _time.Advance(pause.Value);
        Assert.Null(throttle.Begin(s_client));
        Assert.NotNull(throttle.Begin(s_client));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(10, Enumerable.Range(0, 20).Count(_ => throttle.Begin(s_client) is null));
    }

    [Fact]
    public void Succeed_TakesTheAttemptBack()
    {
        var throttle = new LogInThrottle(2, _time);
        for (int i = 0; i < 100; i++)
        {
            Assert.Null(throttle.Begin(s_client));
            throttle.Succeed(s_client);
        }
    }

    [Fact]
    public void Begin_AddressesOfOneNetwork_AreOneClient()
    {
        var throttle = new LogInThrottle(1, _time);
        Assert.Null(throttle.Begin(IPAddress.Parse("2001:db8:1:2::1")));
        Assert.NotNull(throttle.Begin(IPAddress.Parse("2001:db8:1:2:ffff::9")));
        Assert.Null(throttle.Begin(IPAddress.Parse("2001:db8:1:3::1")));
        Assert.Null(throttle.Begin(IPAddress.Parse("::ffff:192.0.2.1")));
        Assert.NotNull(throttle.Begin(s_client));
    }

    [Fact]
    public void Begin_FromAMillionAddresses_StaysBoundedAndRemembersTheWorst()
    {
        var throttle = new LogInThrottle(5, _time);
        for (int i = 0; i < 5; i++)
        {
            throttle.Begin(s_client);
        }

        long before = GC.GetTotalMemory(forceFullCollection: true);
        for (uint i = 0; i < 1_000_000; i++)
        {
            throttle.Begin(new IPAddress(0x0a000000u + i));
        }

        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 8 << 20);
        Assert.NotNull(throttle.Begin(s_client));
    }
}
