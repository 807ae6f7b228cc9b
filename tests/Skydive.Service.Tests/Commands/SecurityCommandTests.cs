using System.Security.Cryptography.X509Certificates;
using Skydive.Service.Security;
using Skydive.Service.Tests.Support;

namespace Skydive.Service.Tests.Commands;

/// <summary>Drives <c>skydive user</c> and <c>skydive cert</c>.</summary>
public sealed class SecurityCommandTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string Users => Path.Combine(_directory.Path, "users");

    private string Tls => Path.Combine(_directory.Path, "tls");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void User_AddedChangedListedRemoved()
    {
        Assert.Equal((0, string.Empty), Run($"user add ann --role admin -f {Users}", "first-secret"));
        Assert.Equal((0, string.Empty), Run($"user add web1 --role agent -f {Users}", "other-secret"));
        Assert.Equal((0, "ann\tadmin\nweb1\tagent\n"), Run($"user list -f {Users}"));
        Assert.True(PasswordHash.Verify(UserFile.Read(Users, out _)["ann"].Hash, "first-secret"));
        Assert.Equal((0, string.Empty), Run($"user passwd ann -f {Users}", "second-secret"));
        var ann = UserFile.Read(Users, out _)["ann"];
        Assert.True(PasswordHash.Verify(ann.Hash, "second-secret"));
        Assert.Equal(["admin"], ann.Groups);
        Assert.Equal((0, string.Empty), Run($"user remove ann -f {Users}"));
        Assert.Equal((0, "web1\tagent\n"), Run($"user list -f {Users}"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Users));
    }

    [Theory]
    [InlineData("user add ann --role admin -f {0}", "short", "8 characters")]
    [InlineData("user add a:b --role admin -f {0}", "long-enough", "cannot be a user's name")]
    [InlineData("user add ann --role a:b -f {0}", "long-enough", "is no group")]
    [InlineData("user passwd nobody -f {0}", "long-enough", "no user 'nobody'")]
    [InlineData("user remove nobody -f {0}", "", "no user 'nobody'")]
    [InlineData("user list -f /nosuch/users", "", "/nosuch/users")]
    public void User_WhatCannotBe_IsOneError(string arguments, string input, string expected)
    {
        File.WriteAllText(Users, string.Empty);
        var (code, output) = Run(string.Format(System.Globalization.CultureInfo.InvariantCulture, arguments, Users), input);
        Assert.Equal(1, code);
        Assert.Contains(expected, output, StringComparison.Ordinal);
        Assert.Single(output.TrimEnd().Split('\n'));
    }

    [Fact]
    public void Certificates_AreOfTheAuthority_ForTheirUseNamesAndTime()
    {
        foreach (string arguments in new[] { "ca --days 100", "server hub.example --san 192.0.2.1 hub", "agent web1 --days 30", "client ann" })
        {
            Assert.Equal((0, string.Empty), Run($"cert {arguments} -d {Tls}"));
        }

        var trust = TlsFiles.Trust(TlsFiles.ReadAuthorities(Path.Combine(Tls, "ca.crt")));
        foreach (var (name, days, usages) in new[]
        {
            // None outlives its authority.
            ("hub.example", 100, new[] { "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2" }), ("web1", 30, ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"]), ("ann", 100, ["1.3.6.1.5.5.7.3.2"]),
        })
        {
            using var certificate = TlsFiles.ReadCertificate(Path.Combine(Tls, name + ".crt"), Path.Combine(Tls, name + ".key"));
            using var chain = new X509Chain { ChainPolicy = trust.Clone() };
            Assert.True(chain.Build(certificate), string.Join(' ', chain.ChainStatus.Select(static status => status.StatusInformation)));
            Assert.InRange((certificate.NotAfter - DateTime.Now).TotalDays, days - 1, days);
            Assert.Equal(usages, certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().Single().EnhancedKeyUsages.Cast<System.Security.Cryptography.Oid>().Select(static oid => oid.Value));
            Assert.False(certificate.Extensions.OfType<X509BasicConstraintsExtension>().Single().CertificateAuthority);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(Tls, name + ".key")));
        }

        using var hub = TlsFiles.ReadCertificate(Path.Combine(Tls, "hub.example.crt"), Path.Combine(Tls, "hub.example.key"));
        Assert.True(hub.MatchesHostname("hub.example") && hub.MatchesHostname("hub") && hub.MatchesHostname("192.0.2.1") && hub.MatchesHostname("localhost") && hub.MatchesHostname("::1"));
        Assert.False(hub.MatchesHostname("other.example"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(Tls, "ca.key")));
    }

    [Fact]
    public void Certificate_ThatExistsOrHasNoAuthority_IsAnErrorAndNothingIsLost()
    {
        var (code, output) = Run($"cert server hub -d {Tls}");
        Assert.Equal(1, code);
        Assert.Contains("skydive cert ca", output, StringComparison.Ordinal);
        Run($"cert ca -d {Tls}");
        string key = File.ReadAllText(Path.Combine(Tls, "ca.key"));
        Assert.Equal(1, Run($"cert ca -d {Tls}").Code);
        Assert.Equal(key, File.ReadAllText(Path.Combine(Tls, "ca.key")));
        Assert.Equal(1, Run($"cert client ca -d {Tls}").Code);
        Assert.Equal(1, Run($"cert client ../evil -d {Tls}").Code);
        Assert.Equal(1, Run($"cert server hub --san 'no host' -d {Tls}").Code);
        Assert.NotEqual(0, Run($"cert client ann --days 0 -d {Tls}").Code);
    }

    private static (int Code, string Output) Run(string arguments, string input = "") =>
        Shell.TryRun($"printf '%s\\n' '{input}' | dotnet {TestService.Program} {arguments}");
}
