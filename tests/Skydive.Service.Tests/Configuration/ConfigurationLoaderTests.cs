using System.Net;
using Microsoft.Extensions.Logging;
using Skydive.Service.Configuration;
using Skydive.Service.Hosting;

namespace Skydive.Service.Tests.Configuration;

public sealed class ConfigurationLoaderTests
{
    private static readonly Dictionary<string, string> s_noEnvironment = [];

    [Fact]
    public void AddText_NestedAndDottedKeys_AreTheSame()
    {
        var nested = Load("analyzer:\n  listen: 127.0.0.1:9000\n");
        var dotted = Load("analyzer.listen: 127.0.0.1:9000\n");

        Assert.Equal(new IPEndPoint(IPAddress.Loopback, 9000), nested.Settings["analyzer.listen"].Value);
        Assert.Equal(nested.Settings["analyzer.listen"].Value, dotted.Settings["analyzer.listen"].Value);
    }

    [Fact]
    public void AddText_FormerKey_IsTakenUnderItsNewNameAndToldOnce()
    {
        var loader = Load("agent:\n  flow:\n    stats_update: 7\nauth:\n  analyzer_username: web1\n");

        Assert.Equal(TimeSpan.FromSeconds(7), loader.Settings["agent.capture.stats_update"].Value);
        Assert.Equal("web1", loader.Settings["agent.auth.cluster.username"].Value);
        Assert.Equal(["'agent.flow.stats_update' is called agent.capture.stats_update now", "'auth.analyzer_username' is called agent.auth.cluster.username now"], loader.Problems.Select(static problem => problem.Message));
        Assert.All(loader.Problems, static problem => Assert.False(problem.IsError));
    }

    [Theory]
    [InlineData("agent.capture.stats_update: 3\nagent.flow.stats_update: 7\n")]
    [InlineData("agent.flow.stats_update: 7\nagent.capture.stats_update: 3\n")]
    public void AddText_NewKeyBesideItsFormerOne_Wins(string text) =>
        Assert.Equal(TimeSpan.FromSeconds(3), Load(text).Settings["agent.capture.stats_update"].Value);

    [Fact]
    public void AddText_NewKey_IsNotToldOf() => Assert.Empty(Load("agent.capture.stats_update: 3\n").Problems);

    [Fact]
    public void FormerKeys_StandForKnownOnes_AndAreNoneThemselves()
    {
        Assert.All(SettingDefinitions.Former.Keys, static key => Assert.Null(SettingDefinitions.Find(key)));
        Assert.All(SettingDefinitions.Former.Values.SelectMany(static names => names), static key => Assert.NotNull(SettingDefinitions.Find(key)));
    }

    [Theory]
    [InlineData("30", 30_000)]
    [InlineData("500ms", 500)]
    [InlineData("1.5s", 1500)]
    [InlineData("5m", 300_000)]
    [InlineData("2h", 7_200_000)]
    [InlineData("7d", 604_800_000)]
    public void AddText_Duration_IsRead(string text, double milliseconds)
    {
        var loader = Load($"flow.update: {text}\n");

        Assert.Empty(loader.Problems);
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), loader.Settings["flow.update"].Value);
    }

    [Theory]
    [InlineData("flow.update: -5\n")]
    [InlineData("flow.update: 5 parsecs\n")]
    [InlineData("flow.update: 1e300d\n")]
    [InlineData("flow.update: [1, 2]\n")]
    [InlineData("flow.max_entries: 0\n")]
    [InlineData("flow.max_entries: 99999999999999999999\n")]
    [InlineData("analyzer.listen: 1.2.3.4:99999\n")]
    [InlineData("analyzer.listen: ::1\n")]
    [InlineData("logging.level: LOUD\n")]
    [InlineData("storage.sqlite.max_size: 3Q\n")]
    [InlineData("storage.x.driver: tape\n")]
    [InlineData("analyzer: {listen: [\n")]
    [InlineData("just text\n")]
    public void AddText_InvalidValue_IsOneErrorWithItsPlace(string text)
    {
        var problem = Assert.Single(Load(text).Problems);

        Assert.True(problem.IsError);
        Assert.StartsWith("test.yml:1", problem.Where.Replace("test.yml:2", "test.yml:1", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void AddText_UnknownKey_IsAWarningWithTheNearestKey()
    {
        var problem = Assert.Single(Load("flow:\n  updatte: 5\n").Problems);

        Assert.False(problem.IsError);
        Assert.Contains("did you mean 'flow.update'", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing\n")]
    [InlineData("analyzer:\n  # listen: 1\n")]
    [InlineData("host_id:\n")]
    public void AddText_NothingSet_IsFine(string text)
    {
        var loader = Load(text);

        Assert.Empty(loader.Problems);
        Assert.Empty(loader.Settings);
    }

    [Fact]
    public void AddEnvironment_WinsOverFileAndReadsSections()
    {
        var loader = Load("flow.update: 5\n");
        loader.AddEnvironment(new Dictionary<string, string>
        {
            ["SKYDIVE_FLOW_UPDATE"] = "7",
            ["SKYDIVE_STORAGE_SQLITE_MAX_AGE"] = "3d",
            ["SKYDIVE_ANALYZERS"] = "a:1 b:2",
        });

        Assert.Empty(loader.Problems);
        Assert.Equal(TimeSpan.FromSeconds(7), loader.Settings["flow.update"].Value);
        Assert.Equal(TimeSpan.FromDays(3), loader.Settings["storage.sqlite.max_age"].Value);
        Assert.Equal(["a:1", "b:2"], (string[])loader.Settings["analyzers"].Value);
    }

    [Fact]
    public void Load_NothingSet_GivesTheDefaults()
    {
        var options = ServiceOptions.Load(Role.AllInOne, [WriteFile(string.Empty)], s_noEnvironment, out var problems)!;

        Assert.Empty(problems);
        Assert.Equal(new IPEndPoint(IPAddress.Loopback, 8082), options.Listen);
        Assert.Equal("sqlite", options.Storage.Driver);
        Assert.Equal(LogLevel.Information, options.LogLevel);
        Assert.Equal(TimeSpan.FromSeconds(60), options.FlowUpdate);
        Assert.Equal(Environment.MachineName, options.HostId);
    }

    [Fact]
    public void Load_ListenBeyondLoopback_NeedsAnExplicitWord()
    {
        string open = WriteFile("analyzer.listen: 0.0.0.0:8082\n");
        string agreed = WriteFile("analyzer.listen: 0.0.0.0:8082\nanalyzer.auth.api.backend: noauth\n");

        Assert.Null(ServiceOptions.Load(Role.Analyzer, [open], s_noEnvironment, out var problems));
        Assert.Contains("nobody would have to log in", Assert.Single(problems).Message, StringComparison.Ordinal);
        Assert.NotNull(ServiceOptions.Load(Role.Analyzer, [agreed], s_noEnvironment, out _));
    }

    [Fact]
    public void Load_StorageSectionOfOnesOwn_IsUsed()
    {
        string file = WriteFile(
            """
            analyzer: {topology: {backend: mine}, flow: {backend: mine}}
            storage: {data_dir: /tmp/x, mine: {driver: memory, max_age: 0}}
            """);

        var options = ServiceOptions.Load(Role.Analyzer, [file], s_noEnvironment, out var problems)!;

        Assert.Empty(problems);
        Assert.Equal("memory", options.Storage.Driver);
        Assert.Null(options.Storage.MaximumAge);
    }

    [Fact]
    public void Load_FileMissing_IsAnError()
    {
        Assert.Null(ServiceOptions.Load(Role.Analyzer, ["/no/such/file.yml"], s_noEnvironment, out var problems));
        Assert.Contains("cannot be read", Assert.Single(problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_ProbesThatDoNotExist_AreAWarningAndStartsAllTheSame()
    {
        string file = WriteFile("agent.topology.probes:\n- hardware\n- bess\n- flux\n");

        var options = ServiceOptions.Load(Role.Agent, [file], s_noEnvironment, out var problems)!;

        var problem = Assert.Single(problems);
        Assert.False(problem.IsError);
        Assert.Contains("bess, flux: no such probe in this version; there are ", problem.Message, StringComparison.Ordinal);
        Assert.Contains("hardware", problem.Message, StringComparison.Ordinal);
        Assert.Equal(["hardware", "bess", "flux"], options.Probes);
    }

    [Fact]
    public void Load_Fabric_AllBrokenLinesAreToldAtOnce()
    {
        string file = WriteFile("analyzer.topology.fabric:\n- TOR -> PORT1\n- PORT1 ->\n- '*[Type=host]/eth0 -> TOR'\n- TOR[MTU=1] -> PORT2\n- TOR[MTU=2] -> PORT3\n");

        Assert.Null(ServiceOptions.Load(Role.Analyzer, [file], s_noEnvironment, out var problems));

        Assert.Equal([true, true, false], problems.Select(static problem => problem.IsError));
        Assert.Contains("line 2, column 9: 'PORT1 ->': expected a name", problems[0].Message, StringComparison.Ordinal);
        Assert.Contains("line 3, column 1", problems[1].Message, StringComparison.Ordinal);
        Assert.All(problems, problem => Assert.Contains("skydive.yml:2", problem.Where, StringComparison.Ordinal));
    }

    [Fact]
    public void AddEnvironment_ListWithAttributes_IsPartedOutsideBrackets()
    {
        var loader = new ConfigurationLoader();
        loader.AddEnvironment(new Dictionary<string, string> { ["SKYDIVE_ANALYZER_TOPOLOGY_FABRIC"] = "TOR1[Name=tor1, MTU=1500]->P1 P1->*[Type=host,Name=web1]/eth0,P2->P3 ]odd" });

        Assert.Equal(
            ["TOR1[Name=tor1, MTU=1500]->P1", "P1->*[Type=host,Name=web1]/eth0", "P2->P3", "]odd"],
            (string[])loader.Settings["analyzer.topology.fabric"].Value);
    }

    [Fact]
    public void Load_AnalyzerProbesThatDoNotExist_AreAWarning()
    {
        ServiceOptions.Load(Role.Analyzer, [WriteFile("analyzer.topology.probes: [fabric, k8s]\n")], s_noEnvironment, out var problems);

        var problem = Assert.Single(problems);
        Assert.False(problem.IsError);
        Assert.Contains("analyzer.topology.probes: k8s: no such probe in this version; there are fabric, peering", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_Metadata_KeepsTypesAndNesting()
    {
        string file = WriteFile("agent:\n  metadata:\n    mydict: {value: 123}\n    ratio: 0.5\n    myarrays:\n      bools: [true, false]\n      strings: [dog, '1']\n");

        var options = ServiceOptions.Load(Role.Agent, [file], s_noEnvironment, out var problems)!;

        Assert.Empty(problems);
        Assert.Equal("""{"myarrays":{"bools":[true,false],"strings":["dog","1"]},"mydict":{"value":123},"ratio":0.5}""", options.Metadata.ToString());
        Assert.Equal(options.Metadata.ToString(), options.Configuration.ToJson("agent.metadata"));
    }

    [Fact]
    public void Load_MetadataByEnvironment_IsYamlOnOneLine()
    {
        var environment = new Dictionary<string, string>
        {
            ["SKYDIVE_AGENT_METADATA"] = "{rack: 7, site: {row: B}}",
            ["SKYDIVE_AGENT_METADATA_CONFIG_FILES"] = "[{path: /etc/a.json, name: a, selector: x.y}]",
        };

        var options = ServiceOptions.Load(Role.Agent, [WriteFile(string.Empty)], environment, out var problems)!;

        Assert.Empty(problems);
        Assert.Equal("""{"rack":7,"site":{"row":"B"}}""", options.Metadata.ToString());
        Assert.Equal(new("/etc/a.json", "json", "a", "x.y"), Assert.Single(options.MetadataFiles));
    }

    [Theory]
    [InlineData("agent.metadata: 5\n", "expected keys and values")]
    [InlineData("agent.metadata: [1]\n", "expected keys and values")]
    [InlineData("agent.metadata: {Name: x}\n", "Name cannot be set")]
    [InlineData("agent.metadata: {TID: x}\n", "TID cannot be set")]
    [InlineData("agent.metadata: {? [1] : 2}\n", "a key must be a text")]
    [InlineData("agent.metadata_config.files: {path: x}\n", "expected a list of keys and values")]
    [InlineData("agent.metadata_config.files: [x]\n", "expected a list of keys and values")]
    [InlineData("agent.metadata_config.files: [{path: /etc/a.json}]\n", "name is missing")]
    [InlineData("agent.metadata_config.files: [{name: a, type: ini}]\n", "path is missing")]
    [InlineData("agent.metadata_config.files: [{path: /etc/a, name: a}]\n", "type '' is not valid")]
    [InlineData("agent.metadata_config.files: [{path: /etc/a, type: xml, name: a}]\n", "type 'xml' is not valid")]
    [InlineData("agent.metadata_config.files: [{path: /etc/a.json, name: a, selektor: x}]\n", "unknown key 'selektor'")]
    [InlineData("agent.metadata_config.files: [{path: /etc/a.json, name: a}, {path: /etc/b.json, name: a}]\n", "name 'a' is there twice")]
    public void Load_MetadataThatIsNone_IsOneErrorWithItsPlace(string text, string message)
    {
        Assert.Null(ServiceOptions.Load(Role.Agent, [WriteFile(text)], s_noEnvironment, out var problems));

        var problem = Assert.Single(problems);
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
        Assert.Contains("skydive.yml:1", problem.Where, StringComparison.Ordinal);
    }

    [Fact]
    public void AddText_RandomText_NeverThrows()
    {
        var random = new Random(7);
        const string Alphabet = "abc:-[]{}#&*!|>'\"%@`,? \n\t012._~";
        for (int i = 0; i < 20_000; i++)
        {
            Load(new string([.. Enumerable.Range(0, random.Next(40)).Select(_ => Alphabet[random.Next(Alphabet.Length)])]));
        }
    }

    private static ConfigurationLoader Load(string text)
    {
        var loader = new ConfigurationLoader();
        loader.AddText("test.yml", text);
        return loader;
    }

    private static string WriteFile(string text)
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory("skydive-test-").FullName, "skydive.yml");
        File.WriteAllText(path, text);
        return path;
    }
}
