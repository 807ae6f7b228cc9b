using System.Globalization;
using Skydive.Linux.Capabilities;

namespace Skydive.Linux.Tests.Capabilities;

public sealed class ProcessCapabilitiesTests
{
    [Fact]
    public void GetEffective_AsProcSays()
    {
        string line = File.ReadLines("/proc/thread-self/status").First(line => line.StartsWith("CapEff:", StringComparison.Ordinal));
        ulong expected = ulong.Parse(line.AsSpan("CapEff:".Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);

        Assert.Equal((LinuxCapabilities)expected, ProcessCapabilities.GetEffective());
        Assert.Equal((expected & (1 << 13)) != 0, ProcessCapabilities.Has(LinuxCapabilities.NetworkRaw));
        Assert.True(ProcessCapabilities.Has(LinuxCapabilities.None));
        Assert.False(ProcessCapabilities.Has((LinuxCapabilities)(1ul << 63)));
    }

    [Fact]
    public void Names_OfSeveral_AreTheKernels() =>
        Assert.Equal(
            ["CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_SYS_ADMIN"],
            ProcessCapabilities.Names(
                LinuxCapabilities.NetworkRaw | LinuxCapabilities.SystemAdministration | LinuxCapabilities.NetworkAdministration));
}
