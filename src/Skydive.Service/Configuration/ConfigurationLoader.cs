using Skydive.Agent.MetadataFiles;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Skydive.Service.Configuration;

/// <summary>
/// Reads <c>skydive.yml</c> files and the environment. Later files win over earlier ones, the environment over files. Everything that is wrong
/// is found in one go, with file and line.
/// </summary>
internal sealed class ConfigurationLoader
{
    private readonly Dictionary<string, Setting> _settings = new(StringComparer.Ordinal);
    private readonly List<ConfigurationProblem> _problems = [];

    /// <summary>What is wrong with what was read so far.</summary>
    public IReadOnlyList<ConfigurationProblem> Problems => _problems;

    /// <summary>Whether all that was read could be read as YAML.</summary>
    public bool IsReadable { get; private set; } = true;

    /// <summary>What was set so far, by key.</summary>
    public IReadOnlyDictionary<string, Setting> Settings => _settings;

    /// <summary>Reads a file.</summary>
    /// <param name="path">Its path.</param>
    public void AddFile(string path)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            IsReadable = false;
            _problems.Add(new(true, path, $"cannot be read: {e.Message}"));
            return;
        }

        AddText(path, text);
    }

    /// <summary>Reads the text of a file.</summary>
    /// <param name="name">Name of the file, for messages.</param>
    /// <param name="text">Its text.</param>
    public void AddText(string name, string text)
    {
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(text));
        }
        catch (YamlException e)
        {
            IsReadable = false;
            _problems.Add(new(true, At(name, e.Start), $"not valid YAML: {e.InnerException?.Message ?? e.Message}"));
            return;
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            // What the parser itself stumbles over; it does not say where.
            IsReadable = false;
            _problems.Add(new(true, name, $"not valid YAML: {e.Message}"));
            return;
        }

        foreach (var document in stream.Documents)
        {
            if (document.RootNode is YamlMappingNode mapping)
            {
                AddMapping(name, string.Empty, mapping);
            }
            else if (document.RootNode is not YamlScalarNode { Value: null or "" })
            {
                _problems.Add(new(true, At(name, document.RootNode.Start), "expected keys and values, such as 'host_id: web1'"));
            }
        }
    }

    /// <summary>Reads the environment: <c>SKYDIVE_</c> and the key in upper case with <c>_</c> for dots; lists are separated by spaces.</summary>
    /// <param name="environment">Names and values.</param>
    public void AddEnvironment(IReadOnlyDictionary<string, string> environment)
    {
        foreach (var definition in SettingDefinitions.All)
        {
            if (!definition.Key.Contains('*', StringComparison.Ordinal))
            {
                if (environment.TryGetValue(definition.EnvironmentName, out string? text))
                {
                    AddValue(definition.Key, definition, text, definition.EnvironmentName);
                }

                continue;
            }

            int star = definition.EnvironmentName.IndexOf('*', StringComparison.Ordinal);
            string prefix = definition.EnvironmentName[..star];
            string suffix = definition.EnvironmentName[(star + 1)..];
            foreach (var (name, text) in environment)
            {
                if (name.Length > prefix.Length + suffix.Length && name.StartsWith(prefix, StringComparison.Ordinal) && name.EndsWith(suffix, StringComparison.Ordinal))
                {
                    string section = name[prefix.Length..^suffix.Length].ToLowerInvariant();
                    AddValue(definition.Key.Replace("*", section, StringComparison.Ordinal), definition, text, name);
                }
            }
        }
    }

    private static string At(string name, Mark mark) => $"{name}:{mark.Line}:{mark.Column}";

    private void AddMapping(string name, string prefix, YamlMappingNode mapping)
    {
        foreach (var (keyNode, valueNode) in mapping.Children)
        {
            string key = prefix + (keyNode as YamlScalarNode)?.Value;
            var definition = SettingDefinitions.Find(key);
            switch (valueNode)
            {
                case YamlMappingNode or YamlSequenceNode when definition?.Type is SettingType.Map or SettingType.MapList:
                    AddTree(name, key, definition, valueNode);
                    break;
                case YamlMappingNode inner when definition is null:
                    AddMapping(name, key + ".", inner);
                    break;
                case YamlScalarNode { Value: "" or "~" or "null", Style: ScalarStyle.Plain } or YamlScalarNode { Value: null }:
                    // A key without a value, as in a file where everything is commented out, sets nothing.
                    break;
                case YamlScalarNode old when definition is null && SettingDefinitions.Former.TryGetValue(key, out string[]? names):
                    AddFormer(key, names, old.Value!, At(name, old.Start));
                    break;
                case not null when definition is null:
                    string? nearest = SettingDefinitions.FindNearest(key);
                    _problems.Add(new(false, At(name, keyNode.Start), $"unknown key '{key}'" + (nearest is null ? string.Empty : $"; did you mean '{nearest}'?")) { Key = key });
                    break;
                case YamlScalarNode scalar:
                    AddValue(key, definition!, scalar.Value!, At(name, scalar.Start));
                    break;
                case YamlSequenceNode sequence when definition!.Type == SettingType.TextList && sequence.Children.All(static child => child is YamlScalarNode):
                    _settings[key] = new(key, sequence.Children.Select(static child => ((YamlScalarNode)child).Value ?? string.Empty).ToArray(), At(name, sequence.Start));
                    break;
                default:
                    _problems.Add(new(true, At(name, valueNode!.Start), $"{key}: expected {(definition!.Type == SettingType.TextList ? "a list of texts" : "one value")}"));
                    break;
            }
        }
    }

    private void AddFormer(string key, string[] names, string text, string source)
    {
        _problems.Add(new(false, source, $"'{key}' is called {string.Join(", ", names)} now"));
        foreach (string name in names.Where(name => !_settings.ContainsKey(name)))
        {
            AddValue(name, SettingDefinitions.Find(name)!, text, source);
        }
    }

    private void AddTree(string name, string key, SettingDefinition definition, YamlNode node)
    {
        string? expected;
        try
        {
            var tree = YamlMetadata.Convert(node);
            expected = SettingParser.CheckTree(definition, tree);
            if (expected is null)
            {
                _settings[key] = new(key, tree, At(name, node.Start));
            }
        }
        catch (FormatException e)
        {
            expected = e.Message;
        }

        if (expected is not null)
        {
            _problems.Add(new(true, At(name, node.Start), $"{key}: {expected}"));
        }
    }

    private void AddValue(string key, SettingDefinition definition, string text, string source)
    {
        string? expected = SettingParser.Parse(definition, text, out object value);
        if (expected is null)
        {
            _settings[key] = new(key, value, source);
        }
        else
        {
            _problems.Add(new(true, source, definition.IsSecret ? $"{key}: not valid: {expected}" : $"{key}: '{text}' is not valid: {expected}"));
        }
    }
}
