using System.Text.RegularExpressions;
using Skydive.Contracts.Configuration;
using Skydive.Contracts.Metadata;
using Skydive.Service.Configuration;
using Skydive.Service.Hosting;

namespace Skydive.Service.Tests.Configuration;

public sealed partial class ConfigurationTemplateTests
{
    public static TheoryData<string> Roles => ["AllInOne", "Analyzer", "Agent"];

    [Theory]
    [MemberData(nameof(Roles))]
    public void Make_SetsNothingAndIsValid(string role)
    {
        Assert.NotNull(ServiceOptions.LoadText(Enum.Parse<Role>(role), "new.yml", ConfigurationTemplate.Make(Enum.Parse<Role>(role)), out var problems));
        Assert.Empty(problems);
    }

    [Theory]
    [MemberData(nameof(Roles))]
    public void Make_Uncommented_SaysTheDefaults(string role)
    {
        string text = ConfigurationTemplate.Make(Enum.Parse<Role>(role));
        var loader = new ConfigurationLoader();
        loader.AddText("new.yml", Shown().Replace(text, "$1$2"));

        Assert.Empty(loader.Problems);
        var withDefault = loader.Settings.Values.Where(static setting => SettingDefinitions.Find(setting.Key)!.Default is not null).ToList();
        Assert.True(withDefault.Count > 10);
        foreach (var setting in withDefault)
        {
            var definition = SettingDefinitions.Find(setting.Key)!;
            SettingParser.Parse(definition, definition.Default!, out object expected);
            Assert.Equal(SettingValue.ToPlain(expected), SettingValue.ToPlain(setting.Value));
        }
    }

    [Fact]
    public void Make_ForOneProcess_ShowsEverySetting()
    {
        string text = ConfigurationTemplate.Make(Role.AllInOne);

        Assert.All(SettingDefinitions.All, definition => Assert.Contains($"# {(definition.Key.EndsWith('*') ? "NAME" : definition.Key.Split('.')[^1])}:", text, StringComparison.Ordinal));
        Assert.All(text.Split('\n'), static line => Assert.True(line.Length <= 140, line));
    }

    [Fact]
    public void Make_ForOneProcess_IsTheExample() =>
        Assert.True(
            ConfigurationTemplate.Make(Role.AllInOne) == File.ReadAllText(Path.Combine(ConfigurationDocumentTests.RepositoryRoot(), "examples", "skydive.yml")),
            "examples/skydive.yml is not what there is to set: skydive config new examples/skydive.yml --force");

    [Fact]
    public void Set_EverySettingOfAGeneratedFile_StandsBelowItsComment()
    {
        string text = ConfigurationTemplate.Make(Role.AllInOne);
        foreach (var definition in SettingDefinitions.All.Where(static definition => definition.Default is not null))
        {
            string key = definition.Key.Replace("storage.*", "storage.sqlite", StringComparison.Ordinal).Replace("auth.*", "auth.basic", StringComparison.Ordinal);
            string edited = ConfigurationEditor.Set(text, key, definition.Type == SettingType.TextList ? definition.Default!.Split(' ') : [definition.Default!]);

            string[] lines = edited.Split('\n');
            int line = Array.FindIndex(lines, static line => line.Length > 0 && !line.TrimStart().StartsWith('#') && !line.EndsWith(':'));
            Assert.Contains($"# {key.Split('.')[^1]}:", lines[line - 1], StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Describe_OfASecret_ShowsOnlyThatItIsSet()
    {
        var definition = new SettingDefinition("auth.password", SettingType.Text, null, "A secret.") { IsSecret = true };

        Assert.Equal(ConfigurationSetting.Hidden, ServiceConfiguration.Describe(definition.Key, definition, new(definition.Key, "swordfish", "x.yml:1:1")).Value);
        Assert.Equal(MetadataValue.Null, ServiceConfiguration.Describe(definition.Key, definition, null).Value);
    }

    // Keys on a commented line, as opposed to sentences: one word, a colon, a value.
    [GeneratedRegex(@"^( *)# ([a-z0-9_]+: \S.*)$", RegexOptions.Multiline)]
    private static partial Regex Shown();
}
