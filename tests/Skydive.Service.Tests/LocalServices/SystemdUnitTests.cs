using Skydive.Service.Hosting;
using Skydive.Service.LocalServices;
using Skydive.Service.Tests.Configuration;

namespace Skydive.Service.Tests.LocalServices;

public sealed class SystemdUnitTests
{
    [Fact]
    public void Text_OfAnAnalyzer_HasNoCapability()
    {
        var lines = Lines(new() { Role = Role.Analyzer, Command = ["/usr/bin/skydive"] });

        Assert.Contains("Nice=-5", lines);
        Assert.Contains("ExecStart=/usr/bin/skydive analyzer", lines);
        Assert.Contains("CapabilityBoundingSet=", lines);
        Assert.Contains("AmbientCapabilities=", lines);
        Assert.Contains("DynamicUser=yes", lines);
        Assert.Contains("RestrictNamespaces=yes", lines);
    }

    [Fact]
    public void Text_OfAnAgent_HasWhatItsProbesNeed()
    {
        var lines = Lines(new() { Role = Role.Agent, Command = ["/usr/bin/skydive"], Configuration = ["/etc/skydive/skydive.yml"], User = "skydive" });

        Assert.Contains("ExecStart=/usr/bin/skydive agent -c /etc/skydive/skydive.yml", lines);
        Assert.Contains("CapabilityBoundingSet=CAP_NET_RAW CAP_NET_ADMIN CAP_SYS_ADMIN CAP_SYS_PTRACE CAP_DAC_READ_SEARCH", lines);
        Assert.Contains("User=skydive", lines);
        Assert.DoesNotContain("DynamicUser=yes", lines);
        Assert.Contains(lines, static line => line.StartsWith("RestrictAddressFamilies=", StringComparison.Ordinal) && line.Contains("AF_PACKET", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("agent", Role.Agent)]
    [InlineData("analyzer", Role.Analyzer)]
    public void Packaging_HoldsTheUnitsThatTheProgramMakes(string name, object role) => Assert.True(
        new SystemdUnit { Role = (Role)role, Command = ["/usr/lib/skydive/skydive"], User = "skydive" }.ToString()
            == File.ReadAllText(Path.Combine(ConfigurationDocumentTests.RepositoryRoot(), "packaging", "systemd", $"skydive-{name}.service")),
        $"packaging/systemd/skydive-{name}.service is another: skydive unit --role {name} --program /usr/lib/skydive/skydive --user skydive");

    [Fact]
    public void Text_OfOddPaths_IsQuoted() =>
        Assert.Contains("""ExecStart="/opt/my \"100%%\" $$HOME/skydive" allinone -c "/etc/a b.yml" """.TrimEnd(), Lines(new() { Role = Role.AllInOne, Command = ["/opt/my \"100%\" $HOME/skydive"], Configuration = ["/etc/a b.yml"] }));

    [Theory]
    [InlineData("/usr/bin/skydive", "yes")]
    [InlineData("/home/ann/skydive", "read-only")]
    public void Text_ProgramAtHome_CanBeSeen(string program, string expected) =>
        Assert.Contains($"ProtectHome={expected}", Lines(new() { Role = Role.Agent, Command = [program] }));

    [Theory]
    [InlineData("net_raw", "CAP_NET_RAW")]
    [InlineData("CAP_NET_RAW", "CAP_NET_RAW")]
    [InlineData("cap-sys-admin", "CAP_SYS_ADMIN")]
    [InlineData("", null)]
    [InlineData("CAP_X\nUser=root", null)]
    public void ParseCapability_Text_IsANameOrNothing(string text, string? expected) => Assert.Equal(expected, SystemdUnit.ParseCapability(text));

    private static string[] Lines(SystemdUnit unit) => unit.ToString().Split('\n');
}
