namespace Skydive.Analyzer.Tests.Support;

/// <summary>How each recorded request is replayed: the one place that says so.</summary>
internal static class GoldenPlan
{
    /// <summary>What waits for parts that do not exist yet: by a part of the name.</summary>
    public static readonly (string Part, string Reason)[] Pending =
    [
        ("noderule", "rules"),
        ("edgerule", "rules"),
        ("gremlin-ruled", "rules"),
        ("-alert", "alerts"),
    ];

    /// <summary>Where ours answers otherwise on purpose: the status that it answers with, null where that is another part's decision, and why.</summary>
    public static readonly (string Start, int? Status, string Reason)[] Different =
    [
        ("206-", null, "Skydive redirects to its page; ours answers a form"),
        ("207-", null, "the recording does not hold the body that was posted: LogInTests"),
        ("009-", null, "Skydive allows pages of every origin"),
        ("035-", 200, "Skydive documents Outside but cannot parse it"),
        ("087-", 406, "Skydive answers JSON under the name of graphviz; ours refuses, as Skydive itself does for text/vnd.graphviz"),
        ("089-", 200, "Skydive answers JSON under the name of protobuf; ours says that it is JSON"),
        ("159-", 200, "Skydive ignores what Group is told to group by"),
        ("330-", 200, "Skydive keeps the key of a list that has become empty, with null for a value"),
        ("172-", 200, "Skydive answers JSON under a name of pcap; ours answers a pcap file"),
    ];

    /// <summary>Requests that build on one another, in order.</summary>
    public static readonly string[][] Sequences =
    [
        ["129-", "134-", "135-", "189-", "190-", "191-", "193-", "194-", "195-", "196-", "198-", "199-", "200-", "202-"],
        ["174-", "175-", "177-", "178-", "179-", "180-"],
        ["116-", "117-", "118-", "311-", "312-", "313-", "314-", "315-", "316-", "317-", "318-", "319-", "320-"],
    ];

    /// <summary>Requests to an agent, or, since Skydive kept no history in the recording, to one that keeps none.</summary>
    public static readonly string[] OfAgents = ["005-", "067-", "068-", "069-", "164-", "165-", "204-", "332-"];

    /// <summary>Dialogues with an agent, or with one that keeps no history.</summary>
    public static readonly string[] DialoguesOfAgents = ["095-", "097-", "306-"];

    /// <summary>What the tests of the service replay, which has agents, settings and a command line.</summary>
    public static readonly string[] OfService = ["003-", "186-", "010-", "011-", "012-", "013-", "014-", "015-", "016-", "cli-"];

    /// <summary>Asked while the dialogue 101 goes on, and after it.</summary>
    public static readonly string[] AroundPublisher = ["098-", "099-", "100-"];

    public static bool IsDialogue(GoldenEntry entry) => entry.Json.TryGetProperty("log", out _);

    public static bool IsPending(GoldenEntry entry) => Pending.Any(pending => entry.Name.Contains(pending.Part, StringComparison.Ordinal));

    public static bool IsOneOf(GoldenEntry entry, IEnumerable<string> starts) => starts.Any(start => entry.Name.StartsWith(start, StringComparison.Ordinal));

    /// <summary>How a request is replayed; more than one answer, or none, is a fault of this plan.</summary>
    public static IReadOnlyList<string> HowOf(GoldenEntry entry)
    {
        var how = new List<string>();
        void Add(bool applies, string name)
        {
            if (applies)
            {
                how.Add(name);
            }
        }

        Add(IsPending(entry), "pending");
        Add(IsOneOf(entry, Different.Select(static different => different.Start)), "different");
        Add(IsOneOf(entry, Sequences.SelectMany(static sequence => sequence)), "sequence");
        Add(IsOneOf(entry, OfAgents), "agent");
        Add(IsOneOf(entry, DialoguesOfAgents), "dialogue with an agent");
        Add(how.Count == 0 && IsOneOf(entry, OfService), "service");
        Add(IsOneOf(entry, AroundPublisher), "publisher");
        Add(how.Count == 0 && IsDialogue(entry), "dialogue");
        Add(how.Count == 0, "single");
        return how;
    }

    public static TheoryData<string> Names(string how) => [.. Golden.Entries.Where(entry => HowOf(entry) is [var only] && only == how).Select(static entry => entry.Name)];
}
