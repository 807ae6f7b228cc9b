using System.Text;
using Skydive.Service.Configuration;

namespace Skydive.Service.Tests.Configuration;

public sealed class ConfigurationEditorTests
{
    [Theory]
    [InlineData("flow:\n  update: 60   # often\n  expire: 600\n", "flow.update", "30s", "flow:\n  update: 30s   # often\n  expire: 600\n")]
    [InlineData("flow.update: 60\r\n# end\r\n", "flow.update", "5", "flow.update: 5\r\n# end\r\n")]
    [InlineData("flow:\r\n  update: 60\r\n# end\r\n", "flow.expire", "5", "flow:\r\n  update: 60\r\n  expire: 5\r\n# end\r\n")]
    [InlineData("host_id: \"a\" # b\n", "host_id", "c \"d\"", "host_id: \"c \\\"d\\\"\" # b\n")]
    [InlineData("host_id: 'a' # b\n", "host_id", "it's", "host_id: 'it''s' # b\n")]
    [InlineData("host_id: a\n", "host_id", "a: b # c", "host_id: 'a: b # c'\n")]
    [InlineData("host_id: a\n", "host_id", "null", "host_id: 'null'\n")]
    [InlineData("host_id: a\n", "host_id", "zwei\nZeilen ü", "host_id: \"zwei\\nZeilen \\u00fc\"\n")]
    [InlineData("host_id:\n", "host_id", "a", "host_id: a\n")]
    [InlineData("host_id:  # mine\nlogging:\n  level: INFO\n", "host_id", "a", "host_id: a  # mine\nlogging:\n  level: INFO\n")]
    [InlineData("flow: {update: 60, expire: 600} # x\n", "flow.update", "7", "flow: {update: 7, expire: 600} # x\n")]
    [InlineData("flow: {update: 60}\n", "flow.expire", "7", "flow: {update: 60, expire: 7}\n")]
    [InlineData("flow: {}\n", "flow.expire", "7", "flow: {expire: 7}\n")]
    [InlineData("", "flow.expire", "7", "flow.expire: 7\n")]
    [InlineData("# nothing\n", "host_id", "a", "# nothing\nhost_id: a\n")]
    [InlineData("# nothing", "host_id", "a", "# nothing\nhost_id: a")]
    [InlineData("host_id: a", "flow.update", "5", "host_id: a\nflow:\n  update: 5")]
    [InlineData("host_id: a\n", "agent.topology.netlink.metrics_update", "5", "host_id: a\nagent:\n  topology:\n    netlink:\n      metrics_update: 5\n")]
    [InlineData("analyzer.listen: :1\n", "flow.update", "5", "analyzer.listen: :1\nflow.update: 5\n")]
    [InlineData("---\nflow:\n    update: 60\n...\n", "flow.expire", "5", "---\nflow:\n    update: 60\n    expire: 5\n...\n")]
    [InlineData("flow:\n  update: 60\n  # expire: 600\n\n# next\nhost_id: a\n", "flow.expire", "5", "flow:\n  update: 60\n  # expire: 600\n  expire: 5\n\n# next\nhost_id: a\n")]
    [InlineData("flow:\n  # Flows end.\n  # expire: 600\n  # more\nhost_id: a\n", "flow.expire", "5", "flow:\n  # Flows end.\n  # expire: 600\n  expire: 5\n  # more\nhost_id: a\n")]
    [InlineData("flow: ~ # none\nhost_id: a\n", "flow.expire", "5", "flow: # none\n  expire: 5\nhost_id: a\n")]
    [InlineData("flow.update: 60\nflow:\n  update: 61\n", "flow.update", "5", "flow.update: 60\nflow:\n  update: 5\n")]
    [InlineData("flow.update: soon\n", "flow.update", "5", "flow.update: 5\n")]
    [InlineData("agent:\n  metadata:\n    rack: 7\n    row: b\nhost_id: a\n", "agent.metadata", "{rack: 8}", "agent:\n  metadata: {rack: 8}\nhost_id: a\n")]
    [InlineData("agent.metadata: {rack: 7} # here\n", "agent.metadata", "rack: 8", "agent.metadata: {\"rack\":8} # here\n")]
    [InlineData("flow.update: 60\n", "storage.mine.max_age", "3d", "flow.update: 60\nstorage.mine.max_age: 3d\n")]
    public void Set_Value_ChangesItsPlaceAlone(string text, string key, string value, string expected) =>
        Assert.Equal(expected, ConfigurationEditor.Set(text, key, [value]));

    [Theory]
    [InlineData("analyzers:\n  - a:1 # one\n  - b:2\nhost_id: x\n", "c:3", "analyzers:\n  - c:3 # one\nhost_id: x\n")]
    [InlineData("analyzers:\n  - a:1 # one\n  - b:2 # two\nhost_id: x\n", "c:3", "analyzers:\n  - c:3 # one\n  # two\nhost_id: x\n")]
    [InlineData("analyzers:\n- a:1 # one\n# end\n", "a:1 b:2 c:3", "analyzers:\n- a:1 # one\n- b:2\n- c:3\n# end\n")]
    [InlineData("analyzers: [a:1, b:2] # both\n", "c:3", "analyzers: [c:3] # both\n")]
    [InlineData("analyzers: a:1 b:2\n", "c:3", "analyzers: [c:3]\n")]
    [InlineData("analyzers:\n  - a:1 # one\nhost_id: x\n", "", "analyzers: []\n  # one\nhost_id: x\n")]
    [InlineData("host_id: x\n", "a:1 b:2", "host_id: x\nanalyzers: [a:1, b:2]\n")]
    [InlineData("# analyzers:\n#   - 127.0.0.1:8082\n\nhost_id: x\n", "a:1", "# analyzers:\n#   - 127.0.0.1:8082\nanalyzers: [a:1]\n\nhost_id: x\n")]
    public void Set_List_KeepsWhatIsSaidOfItsItems(string text, string values, string expected) =>
        Assert.Equal(expected, ConfigurationEditor.Set(text, "analyzers", values.Split(' ', StringSplitOptions.RemoveEmptyEntries)));

    [Theory]
    [InlineData("", "flow.updatte", "5", "did you mean 'flow.update'")]
    [InlineData("", "flow.update", "never", "expected seconds")]
    [InlineData("", "storage.*.max_age", "5", "put a name")]
    [InlineData("", "storage..max_age", "5", "put a name")]
    [InlineData("a: [\n", "flow.update", "5", "not valid YAML")]
    [InlineData("x: &a 60\nflow.update: *a\nflow.expire: *a\n", "flow.update", "5", "edit it by hand")]
    [InlineData("agent:\n  metadata:\n    rack: 7 # seven\n    row: b\n", "agent.metadata", "{rack: 8}", "edit it by hand")]
    public void Set_WhatCannotBe_IsRefused(string text, string key, string value, string message)
    {
        var exception = Assert.Throws<ConfigurationEditException>(() => ConfigurationEditor.Set(text, key, [value]));

        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Set_SeveralValuesForOne_IsRefused() =>
        Assert.Contains("takes one value", Assert.Throws<ConfigurationEditException>(() => ConfigurationEditor.Set(string.Empty, "host_id", ["a", "b"])).Message, StringComparison.Ordinal);

    [Fact]
    public void Set_InGeneratedFiles_KeepsAllElse() => Assert.InRange(SetMany(500, seed: 11), 485, 500);

    [Fact(Explicit = true)]
    [Trait("Category", "Fuzz")]
    public void Set_InManyGeneratedFiles_KeepsAllElse() => Assert.True(SetMany(500_000, Environment.TickCount) > 480_000);

    [Fact]
    public void Set_InRandomText_NeverFailsOtherwise()
    {
        var random = new Random(5);
        const string Alphabet = "abc:-[]{}#&*!|>'\"%@`,? \n\t012._~";
        for (int i = 0; i < 5_000; i++)
        {
            string text = new([.. Enumerable.Range(0, random.Next(40)).Select(_ => Alphabet[random.Next(Alphabet.Length)])]);
            try
            {
                Assert.Equal("x", Load(ConfigurationEditor.Set(text, "host_id", ["x"])).Settings["host_id"].Value);
            }
            catch (ConfigurationEditException)
            {
                // Most of these are no YAML.
            }
        }
    }

    /// <summary>Sets settings in files of every shape; gives how many files allowed it, and fails when one was changed otherwise.</summary>
    private static int SetMany(int count, int seed)
    {
        var random = new Random(seed);
        int done = 0;
        for (int i = 0; i < count; i++)
        {
            string text = new Generator(random).Make();
            var (key, values) = RandomSetting(random);
            var before = Load(text);
            Assert.True(before.Problems.Count == 0, $"{string.Join('\n', before.Problems)}\n{text}");
            string edited;
            try
            {
                edited = ConfigurationEditor.Set(text, key, values);
                done++;
            }
            catch (ConfigurationEditException e)
            {
                TestContext.Current.TestOutputHelper?.WriteLine($"refused {key} = {string.Join(' ', values)}\n{text}\n-----");
                Assert.True(e.Message.Contains("edit it by hand", StringComparison.Ordinal), $"{seed}/{i} {key}: {e.Message}\n{text}");
                continue;
            }

            var after = Load(edited);
            string context = $"{seed}/{i}: {key} = {string.Join(' ', values)}\n--- before\n{text}\n--- after\n{edited}";
            Assert.True(after.Problems.Count == 0, context);
            Assert.True(Equals(Text(Parse(key, values)), Text(after.Settings[key].Value)), context);
            Assert.Equal(before.Settings.Keys.Append(key).Distinct().Order(), after.Settings.Keys.Order());
            Assert.All(before.Settings.Where(pair => pair.Key != key), pair => Assert.True(Text(pair.Value.Value) == Text(after.Settings[pair.Key].Value), context));
            Assert.True(Words(text).SequenceEqual(Words(edited)), context);

            // Once more the same changes nothing.
            try
            {
                Assert.True(edited == ConfigurationEditor.Set(edited, key, values), context);
            }
            catch (ConfigurationEditException e)
            {
                Assert.Fail($"{e.Message}\n{context}");
            }
        }

        return done;
    }

    // Comments of generated files have a number each.
    private static IEnumerable<string> Words(string text) => text.Split('\n', ' ', '\r').Where(static word => word.StartsWith("note", StringComparison.Ordinal));

    private static string Text(object value) => value is string[] list ? string.Join('|', list) : value.ToString()!;

    private static object Parse(string key, string[] values)
    {
        var definition = SettingDefinitions.Find(key)!;
        if (definition.Type == SettingType.TextList)
        {
            return values;
        }

        Assert.Null(SettingParser.Parse(definition, values[0], out object value));
        return value;
    }

    private static (string Key, string[] Values) RandomSetting(Random random) => random.Next(12) switch
    {
        0 => ("host_id", [RandomText(random)]),
        1 => ("flow.update", [$"{random.Next(1, 99)}"]),
        2 => ("flow.expire", [$"{random.Next(1, 99)}m"]),
        3 => ("analyzer.listen", [$"127.0.0.1:{random.Next(1, 65535)}"]),
        4 => ("agent.topology.netlink.metrics_update", ["7s"]),
        5 => ("storage.mine.max_size", ["3G"]),
        6 => ("logging.level", ["DEBUG"]),
        7 => ("analyzers", [.. Enumerable.Range(0, random.Next(4)).Select(i => $"h{i}:{random.Next(1, 999)}")]),
        8 => ("agent.topology.probes", [.. Enumerable.Range(0, random.Next(4)).Select(_ => RandomText(random))]),
        9 => ("agent.metadata", ["{rack: 9, site: {row: \"b # c\"}}"]),
        10 => ("flow.application_ports.tcp.8080", [RandomText(random)]),
        _ => ("agent.topology.netns.run_path", [RandomText(random)]),
    };

    private static string RandomText(Random random)
    {
        const string Alphabet = "abcXYZ019 :#'\"-[]{},&*!|>%@`~\\/.ü€\t";
        string text = new([.. Enumerable.Range(0, random.Next(1, 10)).Select(_ => Alphabet[random.Next(Alphabet.Length)])]);
        return text.Length == 0 ? "x" : text;
    }

    private static ConfigurationLoader Load(string text)
    {
        var loader = new ConfigurationLoader();
        loader.AddText("test.yml", text);
        return loader;
    }

    /// <summary>Writes configuration files in all the ways that people do: blocks, brackets, dots, comments at every place.</summary>
    private sealed class Generator(Random random)
    {
        private readonly StringBuilder _text = new();
        private readonly string _newLine = random.Next(4) == 0 ? "\r\n" : "\n";
        private readonly int _step = random.Next(3) == 0 ? 4 : 2;
        private int _notes;

        public string Make()
        {
            if (random.Next(6) == 0)
            {
                Line(0, "---");
            }

            Note(0);
            Maybe(() => Line(0, $"host_id:{Scalar()}"));
            Maybe(() => List(0, "analyzers"));
            Maybe(Flow);
            Maybe(() => Section(0, "analyzer", indent =>
            {
                Maybe(() => Line(indent, "listen: 127.0.0.1:9000"));
                Maybe(() => Section(indent, "topology", inner =>
                {
                    Maybe(() => Line(inner, "backend: memory"));
                    Maybe(() => List(inner, "fabric"));
                }));
            }));
            Maybe(() => Section(0, "agent", indent =>
            {
                Maybe(() => Section(indent, "metadata", inner =>
                {
                    Line(inner, "rack: 7", mayNote: random.Next(4) == 0);
                    Maybe(() => Line(inner, "name: \"x\"", mayNote: false));
                }, mayNote: false));
                Maybe(() => Section(indent, "topology", inner =>
                {
                    Maybe(() => List(inner, "probes"));
                    Maybe(() => Section(inner, "netlink", deepest => Line(deepest, $"metrics_update: {random.Next(1, 9)}")));
                    Maybe(() => Section(inner, "netns", deepest => Line(deepest, $"run_path:{Scalar()}")));
                }));
            }));
            Maybe(() => Line(0, "logging.level: INFO"));
            Maybe(() => Section(0, "storage", indent => Section(indent, "mine", inner => Line(inner, "driver: memory"))));
            Maybe(() => Line(0, "flow.expire: 5"));
            Note(0);
            string text = _text.ToString();
            return random.Next(6) == 0 ? text.TrimEnd('\r', '\n') : text;
        }

        private void Flow()
        {
            if (random.Next(3) == 0)
            {
                Line(0, random.Next(2) == 0 ? "flow: {update: 5, max_entries: 10}" : "flow: {}");
            }
            else
            {
                Section(0, "flow", indent =>
                {
                    Maybe(() => Line(indent, "update: 5"));
                    Maybe(() => Line(indent, "max_entries: 7"));
                });
            }
        }

        private void Section(int indent, string name, Action<int> inside, bool mayNote = true)
        {
            Line(indent, name + ":", mayNote);
            int length = _text.Length;
            inside(indent + _step);
            if (random.Next(3) == 0 && mayNote && _text.Length > length)
            {
                Note(indent + _step);
            }
        }

        private void List(int indent, string name)
        {
            switch (random.Next(4))
            {
                case 0:
                    Line(indent, $"{name}: [A1 -> B1, C1 -> D1]");
                    break;
                case 1:
                    Line(indent, $"{name}: A1");
                    break;
                default:
                    Line(indent, name + ":");
                    int items = indent + (random.Next(2) == 0 ? 0 : _step);
                    for (int i = random.Next(1, 4); i > 0; i--)
                    {
                        Line(items, random.Next(3) == 0 ? $"- 'A{i} -> B{i}'" : $"- A{i} -> B{i}");
                    }

                    break;
            }
        }

        private string Scalar() => random.Next(5) switch
        {
            0 => " plain",
            1 => " 'it''s'",
            2 => " \"q\\\"q\"",
            3 => " |" + _newLine + "                block" + _newLine + "                text",
            _ => string.Empty,
        };

        private void Line(int indent, string text, bool mayNote = true)
        {
            if (mayNote)
            {
                Note(indent);
            }

            _text.Append(' ', indent).Append(text);
            if (mayNote && random.Next(4) == 0 && !text.Contains('|', StringComparison.Ordinal))
            {
                _text.Append(' ', random.Next(1, 4)).Append($"# note{_notes++}");
            }

            _text.Append(_newLine);
            if (random.Next(8) == 0)
            {
                _text.Append(_newLine);
            }
        }

        private void Note(int indent)
        {
            if (random.Next(3) == 0)
            {
                _text.Append(' ', indent).Append(random.Next(3) == 0 ? "# update: note" : "# note").Append(_notes++).Append(_newLine);
            }
        }

        private void Maybe(Action action)
        {
            if (random.Next(2) == 0)
            {
                action();
            }
        }
    }
}
