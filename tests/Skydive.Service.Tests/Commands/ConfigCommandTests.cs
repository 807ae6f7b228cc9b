using System.Text.Json;
using Skydive.Contracts;
using Skydive.Contracts.Configuration;
using Skydive.Contracts.Metadata;
using Skydive.Service.Tests.Support;

namespace Skydive.Service.Tests.Commands;

/// <summary>Drives <c>skydive config</c>.</summary>
public sealed class ConfigCommandTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Cli _cli;

    public ConfigCommandTests() => _cli = new(_directory.Path);

    private string Path => System.IO.Path.Combine(_directory.Path, "skydive.yml");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void List_TellsWhereEachValueComesFrom()
    {
        File.WriteAllText(Path, "flow:\n  update: 30\nstorage.mine.max_age: 3d\nflow.expire: 5\n");
        _cli.Environment["SKYDIVE_FLOW_EXPIRE"] = "500ms";

        var settings = ListJson("-c", Path);

        var update = settings["flow.update"];
        Assert.Equal(((MetadataValue)30, (MetadataValue)60, "Duration", $"{Path}:2:11"), (update.Value, update.Default, update.Type, update.Source));
        Assert.Equal(((MetadataValue)0.5, "SKYDIVE_FLOW_EXPIRE"), (settings["flow.expire"].Value, settings["flow.expire"].Source));
        Assert.Equal((MetadataValue)259_200, settings["storage.mine.max_age"].Value);
        Assert.Equal(((MetadataValue)604_800, "default"), (settings["storage.*.max_age"].Value, settings["storage.*.max_age"].Source));
        Assert.Equal(["flow.expire", "flow.update", "storage.mine.max_age"], ListJson("-c", Path, "--source", "file").Keys.Order());
        Assert.Equal((MetadataValue)60, ListJson("-c", Path, "--source", "default")["flow.update"].Value);
        var (code, table, _) = _cli.Run("config", "list", "-c", Path);
        Assert.Equal(0, code);
        Assert.Matches($@"(?m)^\s*flow\.update +30s +1m +Duration +{System.Text.RegularExpressions.Regex.Escape(Path)}:2:11 +How often flows", table);
    }

    [Fact]
    public void Get_PrintsTheValueAlone()
    {
        File.WriteAllText(Path, "analyzers: [a:1, b:2]\n");

        Assert.Equal((0, "a:1\nb:2\n", string.Empty), _cli.Run("config", "get", "analyzers", "-c", Path));
        Assert.Equal((0, "1m\n", string.Empty), _cli.Run("config", "get", "flow.update", "-c", Path));
        Assert.Equal((0, string.Empty, string.Empty), _cli.Run("config", "get", "host_id", "-c", Path));
        var (code, _, error) = _cli.Run("config", "get", "flow.updatte");
        Assert.Equal((78, "skydive: unknown key 'flow.updatte'; did you mean 'flow.update'?\n"), (code, error));
    }

    [Fact]
    public void Test_TellsEverythingAtOnceWithItsPlace()
    {
        File.WriteAllText(Path, "flow:\n  update: x\n  updatte: 5\nanalyzer.listen: 0.0.0.0:1\nagent.metadata: {Name: a}\n");

        var (code, output, _) = _cli.Run("config", "test", Path, "--format", "json");

        var diagnostics = JsonSerializer.Deserialize(output, ContractsJsonContext.Default.IReadOnlyListConfigurationDiagnostic)!;
        Assert.Equal(78, code);
        Assert.Equal(
            [("error", 2L, 11L, "flow.update"), ("warning", 3, 3, "flow.updatte"), ("error", 4, 18, "analyzer.listen"), ("error", 5, 17, "agent.metadata")],
            diagnostics.Select(static found => (found.Severity, found.Line!.Value, found.Column!.Value, found.Key!)));
        Assert.All(diagnostics, found => Assert.Equal(Path, found.Path));
        File.WriteAllText(Path, "flow.updatte: 5\n");
        Assert.Equal((0, $"{Path}:1:1: warning: unknown key 'flow.updatte'; did you mean 'flow.update'?\n", string.Empty), _cli.Run("config", "test", Path));
        File.WriteAllText(Path, "a: [\n");
        Assert.Equal(78, _cli.Run("config", "test", Path).Code);
        Assert.Equal(78, _cli.Run("config", "test", "/no/such/file").Code);
    }

    [Fact]
    public void Set_WritesAtomicallyAndKeepsModeAndLink()
    {
        string target = System.IO.Path.Combine(_directory.Path, "real.yml");
        File.WriteAllText(target, "\ufeff# mine\nflow.update: 60 # often\n", new System.Text.UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        File.SetUnixFileMode(target, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        File.CreateSymbolicLink(Path, target);

        Assert.Equal((0, string.Empty, string.Empty), _cli.Run("config", "set", "flow.update", "5m", "-c", Path));

        Assert.Equal([0xEF, 0xBB, 0xBF, .. "# mine\nflow.update: 5m # often\n"u8], File.ReadAllBytes(target));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(target));
        Assert.NotNull(new FileInfo(Path).LinkTarget);
        Assert.Equal(2, Directory.GetFiles(_directory.Path).Length);
    }

    [Fact]
    public void Set_ByRoot_KeepsTheOwner()
    {
        Needs.Root();
        File.WriteAllText(Path, "flow.update: 60\n");
        Shell.Run($"chown 65534:65533 {Path}");

        Assert.Equal(0, _cli.Run("config", "set", "flow.update", "5", "-c", Path).Code);

        Assert.Equal("65534:65533", Shell.Run($"stat -c %u:%g {Path}").Trim());
    }

    [Theory]
    [InlineData("flow.update", "never", "InvalidSetting", "expected seconds")]
    [InlineData("flow.updatte", "5", "SettingNotFound", "did you mean")]
    [InlineData("analyzer.listen", "0.0.0.0:1", "InvalidSetting", "nobody would have to log in")]
    [InlineData("agent.metadata", "{Name: x}", "InvalidSetting", "Name cannot be set")]
    [InlineData("analyzer.topology.fabric", "A ->", "InvalidSetting", "expected a name")]
    [InlineData("flow.application_ports.tcp.99999", "x", "InvalidSetting", "is no port")]
    [InlineData("analyzer.flow.backend", "mine", "InvalidSetting", "one store keeps both")]
    public void Set_WhatIsNotValid_WritesNothing(string key, string value, string code, string message)
    {
        const string Text = "# mine\nflow.update: 60\n";
        File.WriteAllText(Path, Text);
        var before = File.GetLastWriteTimeUtc(Path);

        var (exitCode, _, error) = _cli.Run("config", "set", key, value, "-c", Path, "--format", "json");

        Assert.Equal(78, exitCode);
        var fault = JsonSerializer.Deserialize(error, ContractsJsonContext.Default.CommandError)!;
        Assert.Equal(code, fault.Code);
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
        Assert.Equal((Text, before), (File.ReadAllText(Path), File.GetLastWriteTimeUtc(Path)));
    }

    [Fact]
    public void Set_InSteps_IsForced()
    {
        File.WriteAllText(Path, string.Empty);

        Assert.Equal(0, _cli.Run("config", "set", "storage.mine.driver", "memory", "-c", Path).Code);
        var (code, _, error) = _cli.Run("config", "set", "analyzer.flow.backend", "mine", "-c", Path, "--force");
        Assert.Equal(0, code);
        Assert.Contains("one store keeps both", error, StringComparison.Ordinal);
        Assert.Equal(0, _cli.Run("config", "set", "analyzer.topology.backend", "mine", "-c", Path).Code);
        Assert.Equal((0, string.Empty, string.Empty), _cli.Run("config", "test", Path));
    }

    [Fact]
    public void Set_FromInput_TakesAnElementALine()
    {
        File.WriteAllText(Path, string.Empty);

        Assert.Equal(0, _cli.RunWith("a:1\nb:2\n", "config", "set", "analyzers", "--from-input", "-c", Path).Code);

        Assert.Equal("analyzers: [a:1, b:2]\n", File.ReadAllText(Path));
    }

    [Fact]
    public void New_FileThatIsThere_IsReplacedOnDemandOnly()
    {
        File.WriteAllText(Path, "flow.update: 60\n");

        Assert.Equal((70, string.Empty, $"skydive: {Path} is there already. --force replaces it.\n"), _cli.Run("config", "new", Path));
        Assert.Equal("flow.update: 60\n", File.ReadAllText(Path));
        Assert.Equal(0, _cli.Run("config", "new", Path, "--force", "--role", "agent").Code);
        Assert.DoesNotContain("analyzer:", File.ReadAllText(Path), StringComparison.Ordinal);
        Assert.Equal((0, string.Empty, string.Empty), _cli.Run("config", "test", Path, "--role", "agent"));
    }

    private Dictionary<string, ConfigurationSetting> ListJson(params string[] arguments)
    {
        var (code, output, error) = _cli.Run(["config", "list", "--format", "json", .. arguments]);
        Assert.Equal((0, string.Empty), (code, error));
        return JsonSerializer.Deserialize(output, ContractsJsonContext.Default.IReadOnlyListConfigurationSetting)!.ToDictionary(static setting => setting.Key);
    }
}
