using System.Text.Json;

namespace Skydive.Analyzer.Tests.Support;

/// <summary>
/// What an answer looks like, without values: names of members and types. What is in metadata differs from node to node and is left out;
/// members named by identifiers count as one; elements of arrays as often as they look different.
/// </summary>
internal static class AnswerShape
{
    /// <summary>Objects whose members are named by what is there, and not by what they are.</summary>
    private static readonly string[] s_dictionaries = [".Probes", ".Subscribers"];

    /// <summary>What flows and injections tell besides what Skydive's do; additions break no client.</summary>
    private static readonly string[] s_additions = ["ANodeTID", "BNodeTID", "SocketA", "SocketB", "PacketCount", "Sources", "State"];

    public static string Of(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "{" + string.Join(',', Members(element).Distinct().Order(StringComparer.Ordinal)) + "}",
        JsonValueKind.Array => "[" + string.Join('|', element.EnumerateArray().Select(static item => Of(item)).Distinct().Order(StringComparer.Ordinal)) + "]",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        JsonValueKind.Number => "number",
        JsonValueKind.String => "string",
        _ => "null",
    };

    /// <summary>The members of an object, also of objects in it, that another lacks or has with another type.</summary>
    public static IEnumerable<string> Missing(JsonElement expected, JsonElement actual, string path = "") => expected.EnumerateObject().SelectMany(member =>
    {
        string name = $"{path}.{member.Name}";
        if (!actual.TryGetProperty(member.Name, out var found))
        {
            return [name];
        }

        return member.Value.ValueKind == JsonValueKind.Object && found.ValueKind == JsonValueKind.Object
            ? s_dictionaries.Contains(name) ? [] : Missing(member.Value, found, name)
            : Of(member.Value) == Of(found) ? [] : [$"{name} is {Of(found)}, not {Of(member.Value)}"];
    });

    private static IEnumerable<string> Members(JsonElement element)
    {
        foreach (var member in element.EnumerateObject().Where(static member => !s_additions.Contains(member.Name)))
        {
            bool isNamedByIdentifier = Guid.TryParse(member.Name, out _) || (member.Name.Length is 15 or 16 && member.Name.All(char.IsAsciiHexDigitLower));
            yield return (isNamedByIdentifier ? "<id>" : member.Name) + ":" + (member.Name == "Metadata" ? "metadata" : Of(member.Value));
        }
    }
}
