using System.Text;
using Skydive.Service.Hosting;

namespace Skydive.Service.Configuration;

/// <summary>Writes a configuration file to start from: every setting with what it is for, commented out with its default.</summary>
internal static class ConfigurationTemplate
{
    private const int Width = 110;

    /// <summary>Names that stand for the <c>*</c> of groups that have sections without being written.</summary>
    private static readonly Dictionary<string, string> s_sections = new(StringComparer.Ordinal) { ["storage"] = "sqlite", ["auth"] = "basic" };

    /// <summary>Makes the text.</summary>
    /// <param name="role">The role; settings that say nothing to it are left out.</param>
    public static string Make(Role role)
    {
        var root = new Section();
        foreach (var definition in SettingDefinitions.All.Where(definition => IsFor(role, definition.Key)))
        {
            root.Add(definition.Key.Split('.'), 0, definition);
        }

        var text = new StringBuilder();
        text.Append("# SkydivePS, ").Append(role switch
        {
            Role.AllInOne => "agent and analyzer in one process",
            Role.Analyzer => "analyzer",
            _ => "agent",
        }).Append(".\n# Each setting stands here with its default: take the '# ' away before those that you change. Any can be set by the environment\n")
            .Append("# instead, such as SKYDIVE_LOGGING_LEVEL. 'skydive config test FILE' tells what is wrong, 'skydive config list' what is in force.\n");
        root.Write(text, 0);
        return text.ToString();
    }

    private static bool IsFor(Role role, string key) => role switch
    {
        Role.Analyzer => !key.StartsWith("agent.", StringComparison.Ordinal),
        Role.Agent => !key.StartsWith("analyzer.", StringComparison.Ordinal) && !key.StartsWith("storage.", StringComparison.Ordinal) && !key.StartsWith("auth.", StringComparison.Ordinal)
            && !key.StartsWith("rbac.", StringComparison.Ordinal),
        _ => true,
    };

    private static string Example(SettingDefinition definition) => definition.Type switch
    {
        SettingType.TextList => $"[{string.Join(", ", (definition.Default ?? string.Empty).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static element => YamlScalarText.Write(element)))}]",
        SettingType.Map => "{}",
        SettingType.MapList => "[]",
        _ => definition.Default is { } text ? YamlScalarText.Write(text) : definition.Choices is { Count: 1 } choices ? choices[0] : string.Empty,
    };

    /// <summary>Keys that share what stands before a dot.</summary>
    private sealed class Section
    {
        private readonly List<(string Name, SettingDefinition? Definition, Section? Section)> _entries = [];

        public void Add(string[] parts, int depth, SettingDefinition definition)
        {
            string name = parts[depth] == "*" && depth < parts.Length - 1 && s_sections.TryGetValue(parts[depth - 1], out string? known) ? known : parts[depth];
            if (depth == parts.Length - 1)
            {
                _entries.Add((name, definition, null));
                return;
            }

            var section = _entries.FirstOrDefault(entry => entry.Name == name && entry.Section is not null).Section;
            if (section is null)
            {
                section = new();
                _entries.Add((name, null, section));
            }

            section.Add(parts, depth + 1, definition);
        }

        public void Write(StringBuilder text, int depth)
        {
            string indent = new(' ', 2 * depth);

            // What stands alone comes before what has more below it.
            foreach (var (name, definition, section) in _entries.OrderBy(static entry => entry.Section is not null))
            {
                text.Append(depth == 0 ? "\n" : string.Empty);
                if (section is not null)
                {
                    text.Append(indent).Append(name).Append(":\n");
                    section.Write(text, depth + 1);
                    continue;
                }

                Comment(text, indent, definition!.Choices is { Count: > 1 } choices && definition.Type == SettingType.Text
                    ? $"{definition.Description} One of {string.Join(", ", choices)}." : definition.Description);
                string value = Example(definition);
                text.Append(indent).Append("# ").Append(name == "*" ? "NAME" : name).Append(':').Append(value.Length > 0 ? " " : string.Empty).Append(value).Append('\n');
            }
        }

        private static void Comment(StringBuilder text, string indent, string sentence)
        {
            int column = int.MaxValue;
            foreach (string word in sentence.Split(' '))
            {
                if (column > Width - word.Length)
                {
                    text.Append(column == int.MaxValue ? string.Empty : "\n").Append(indent).Append("# ").Append(word);
                    column = indent.Length + 2 + word.Length;
                }
                else
                {
                    text.Append(' ').Append(word);
                    column += 1 + word.Length;
                }
            }

            text.Append('\n');
        }
    }
}
