using Skydive.Analyzer.Access;
using Skydive.Service.Configuration;
using Skydive.Service.Hosting;
using Skydive.Service.Security;

namespace Skydive.Service.Tests.Security;

public sealed class SecurityOptionsTests
{
    [Fact]
    public void Default_IsLoopbackWithoutALogIn_ForOurOwnNamesOnly()
    {
        var options = Read(string.Empty, out var problems);
        Assert.Empty(problems);
        Assert.Null(options.Api);
        Assert.Null(options.Cluster);
        Assert.False(options.Tls.IsServed);
        Assert.Contains(Environment.MachineName, options.Protection.AllowedHosts!);
        Assert.False(options.Protection.AllowTokenInUrl);
    }

    [Theory]
    [InlineData("0.0.0.0:8082", nameof(Role.Analyzer), "analyzer")]
    [InlineData("'[::]:8082'", nameof(Role.AllInOne), "analyzer")]
    [InlineData("192.0.2.1:8081", nameof(Role.Agent), "agent")]
    public void BeyondLoopback_WithoutALogIn_IsOneErrorWithItsRemedies(string address, string role, string section)
    {
        Read($"{section}.listen: {address}", out var problems, Enum.Parse<Role>(role));
        var problem = Assert.Single(problems);
        Assert.True(problem.IsError);
        Assert.Equal($"test.yml:1:{section.Length + 10}", problem.Where);
        Assert.Contains("skydive user add", problem.Message, StringComparison.Ordinal);
        Assert.Contains($"{section}.auth.api.backend", problem.Message, StringComparison.Ordinal);
        Assert.Contains("noauth", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void BeyondLoopback_WithTheWordThatSaysSo_IsTaken()
    {
        var options = Read("analyzer.listen: 0.0.0.0:8082\nanalyzer.auth.api.backend: noauth", out var problems);
        Assert.Empty(problems);
        Assert.Null(options.Api);
        Assert.Null(options.Protection.AllowedHosts);
    }

    [Fact]
    public void BeyondLoopback_PasswordsInTheClear_AreWarnedOf()
    {
        var options = Read("analyzer.listen: 0.0.0.0:8082\nanalyzer.auth.api.backend: basic\nauth.basic.users: {ann: secret-word}", out var problems);
        var problem = Assert.Single(problems);
        Assert.False(problem.IsError);
        Assert.Contains("tls.server_cert", problem.Message, StringComparison.Ordinal);

        // Agents have to log in as everybody does, unless something else is said of them.
        Assert.Same(options.Api, options.Cluster);
        var user = Assert.IsType<BasicOptions>(options.Api).Users["ann"];
        Assert.StartsWith("$pbkdf2", user.Hash, StringComparison.Ordinal);
        Assert.Equal(AccessPolicy.Admin, options.Api.Role);
    }

    [Theory]
    [InlineData("analyzer.auth.api.backend: lab", "auth.lab.type")]
    [InlineData("analyzer.auth.api.backend: basic", "auth.basic.file")]
    [InlineData("analyzer.auth.api.backend: basic\nauth.basic.file: /nosuch/users", "/nosuch/users")]
    [InlineData("analyzer.auth.api.backend: basic\nauth.basic.users: {ann: 1234}", "quotes")]
    [InlineData("analyzer.auth.api.backend: basic\nauth.basic.users: {'a:b': secret-word}", "cannot be a user's name")]
    [InlineData("analyzer.auth.api.backend: keystone", "auth_url")]
    [InlineData("analyzer.auth.api.backend: keystone\nauth.keystone.auth_url: http://keystone:5000/v2.0", "version 2")]
    [InlineData("analyzer.auth.cluster.backend: lab", "auth.lab.type")]
    [InlineData("tls.server_cert: /nosuch/a.crt", "belong together")]
    [InlineData("tls.server_cert: /nosuch/a.crt\ntls.server_key: /nosuch/a.key", "/nosuch/a.crt cannot be used")]
    [InlineData("tls.ca_cert: /etc/hostname", "no certificate")]
    [InlineData("tls.require_client_cert: true", "tls.ca_cert")]
    [InlineData("rbac.policy: ['p, ann, capture']", "p, subject, object, action, allow")]
    [InlineData("agent.auth.cluster.password: secret-word", "belong together")]
    [InlineData("auth.basic.type: ldap", "keystone")]
    [InlineData("auth.basic.users: secret-word", "keys and values")]
    [InlineData("http.limits.headers: 10", "at least 1024")]
    public void Settings_ThatDoNotFit_AreErrorsThatTellNoSecret(string configuration, string expected)
    {
        Read(configuration, out var problems);
        Assert.Contains(problems, problem => problem.IsError && problem.Message.Contains(expected, StringComparison.Ordinal));
        Assert.DoesNotContain(problems, static problem => problem.Message.Contains("secret-word", StringComparison.Ordinal));
    }

    [Fact]
    public void Sections_OfAnyName_AreRead()
    {
        var options = Read(
            """
            analyzer.auth.api.backend: people
            analyzer.auth.cluster.backend: hosts
            auth:
              people:
                type: keystone
                auth_url: https://keystone.example:5000/v3
                tenant_name: ops
                role: guest
              hosts:
                type: basic
                role: agent
                users: {web1: secret-word}
            rbac:
              policy:
                - g, ann, admin
                - p, ann, capture, write, deny
            agent.auth.cluster: {username: web1, password: secret-word}
            """,
            out var problems);
        Assert.Empty(problems);
        Assert.Equal(new KeystoneOptions("people", "guest", new("https://keystone.example:5000/v3"), "ops", "Default"), options.Api);
        Assert.Equal(("hosts", "agent"), (options.Cluster!.Name, options.Cluster.Role));
        Assert.False(options.Policy.IsAllowed("ann", [], new("capture", "write")));
        Assert.Equal("secret-word", options.AgentCredential!.Password);
    }

    private static SecurityOptions Read(string configuration, out IReadOnlyList<ConfigurationProblem> problems, Role role = Role.Analyzer)
    {
        var loader = new ConfigurationLoader();
        loader.AddText("test.yml", configuration);
        var found = loader.Problems.ToList();
        var options = SecurityOptions.Read(role, new(loader.Settings), found);
        problems = found;
        return options;
    }
}
