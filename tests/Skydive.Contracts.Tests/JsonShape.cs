using System.Text.Json;

namespace Skydive.Contracts.Tests;

/// <summary>The member names of JSON, in order, without values.</summary>
internal static class JsonShape
{
    /// <summary>One text such as <c>{ID,Metric{RxBytes}}</c>.</summary>
    public static string Of(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "{" + string.Join(',', element.EnumerateObject().Select(static member => member.Name + Nested(member.Value))) + "}",
        JsonValueKind.Array => "[" + string.Join(',', element.EnumerateArray().Select(static item => Of(item))) + "]",
        _ => element.ValueKind.ToString(),
    };

    public static string Of(string json)
    {
        using var document = JsonDocument.Parse(json);
        return Of(document.RootElement);
    }

    private static string Nested(JsonElement element) => element.ValueKind is JsonValueKind.Object or JsonValueKind.Array ? Of(element) : string.Empty;
}
