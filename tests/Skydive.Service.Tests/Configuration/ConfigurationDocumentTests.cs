using System.Text.RegularExpressions;
using Skydive.Service.Configuration;

namespace Skydive.Service.Tests.Configuration;

public sealed partial class ConfigurationDocumentTests
{
    [Fact]
    public void Document_EverySetting_IsDescribedWithItsDefault()
    {
        var rows = Row().Matches(File.ReadAllText(Path.Combine(RepositoryRoot(), "docs", "configuration.md")))
            .ToDictionary(static row => row.Groups["key"].Value, static row => row.Groups["default"].Value == "–" ? null : row.Groups["default"].Value.Trim('`'));

        Assert.Equal(SettingDefinitions.All.Select(static definition => definition.Key).Order(), rows.Keys.Order());
        Assert.All(SettingDefinitions.All, definition => Assert.Equal(definition.Default, rows[definition.Key]));
    }

    [Fact]
    public void Example_IsValidWithoutAWarning()
    {
        var loader = new ConfigurationLoader();
        loader.AddFile(Path.Combine(RepositoryRoot(), "examples", "skydive.yml"));

        Assert.Empty(loader.Problems);

    }

    [GeneratedRegex(@"^\| `(?<key>[a-z0-9_.*]+)` \| [^|]+ \| (?<default>[^|]+?) \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    internal static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "SkydivePS.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("the repository was not found above the tests");
        }

        return folder.FullName;
    }
}
