using System.Text;
using System.Text.Json;

namespace Skydive.Analyzer.Tests.Support;

/// <summary>The recorded requests and answers.</summary>
internal static class Golden
{
    private static readonly Lazy<IReadOnlyDictionary<string, GoldenEntry>> s_entries = new(Read);

    public static IReadOnlyCollection<GoldenEntry> Entries => [.. s_entries.Value.Values];

    /// <summary>The one whose name begins so.</summary>
    public static GoldenEntry Get(string start) => Entries.Single(entry => entry.Name.StartsWith(start, StringComparison.Ordinal));

    /// <summary>A recorded request, with identifiers as they are in the replay.</summary>
    public static HttpRequestMessage ToRequest(GoldenEntry entry, IReadOnlyDictionary<string, string>? identifiers = null)
    {
        var json = entry.Json;
        string path = json.GetProperty("path").GetString()!;
        foreach (var (recorded, ours) in identifiers ?? new Dictionary<string, string>())
        {
            path = path.Replace(recorded, ours, StringComparison.Ordinal);
        }

        var request = new HttpRequestMessage(new(json.GetProperty("method").GetString()!), path);
        if (json.TryGetProperty("body", out var body))
        {
            request.Content = entry.Name switch
            {
                // The bodies that were not recorded as JSON.
                "007-topology-bad-json" => new StringContent("{bad", Encoding.UTF8, "application/json"),
                "203-pcap-upload" => new ByteArrayContent(Convert.FromHexString("D4C3B2A1020004000000000000000000FFFF000001000000")),
                "314-node-patch" => new StringContent("""[{"op":"add","path":"/Metadata/Foo","value":"bar"}]""", Encoding.UTF8, "application/json-patch+json"),
                _ => new StringContent(body.GetRawText(), Encoding.UTF8, "application/json"),
            };
        }

        if (json.TryGetProperty("headers", out var headers))
        {
            foreach (var header in headers.EnumerateObject())
            {
                request.Headers.TryAddWithoutValidation(header.Name, header.Value.GetString());
            }
        }

        return request;
    }

    /// <summary>Checks that an answer is as it was recorded: status, names of members, types.</summary>
    public static async Task<string> AssertAsync(GoldenEntry entry, HttpResponseMessage response)
    {
        string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        int expected = entry.Json.GetProperty("status").GetInt32();
        Assert.True(expected == (int)response.StatusCode, $"{entry.Name}: {response.StatusCode} instead of {expected}: {text}");
        if (expected < 300 && entry.Json.TryGetProperty("json", out var json))
        {
            using var answer = JsonDocument.Parse(text);
            if (entry.Json.GetProperty("path").GetString() == "/api/status")
            {
                // Ours tells more; what Skydive tells is there as it is there.
                Assert.Empty(AnswerShape.Missing(json, answer.RootElement));
            }
            else
            {
                Assert.True(AnswerShape.Of(json) == AnswerShape.Of(answer.RootElement), $"{entry.Name}: {AnswerShape.Of(answer.RootElement)} instead of {AnswerShape.Of(json)}");
            }
        }
        else if (expected == 204)
        {
            Assert.Empty(text);
        }
        else if (expected >= 400)
        {
            Assert.Equal("text/plain", response.Content.Headers.ContentType!.MediaType);
            Assert.EndsWith("\n", text, StringComparison.Ordinal);
        }

        return text;
    }

    private static IReadOnlyDictionary<string, GoldenEntry> Read()
    {
        using var stream = typeof(Golden).Assembly.GetManifestResourceStream("golden.json")!;
        using var document = JsonDocument.Parse(stream);
        return document.RootElement.EnumerateArray()
            .Select(static element => new GoldenEntry(element.GetProperty("name").GetString()!, element.Clone()))
            .ToDictionary(static entry => entry.Name, StringComparer.Ordinal);
    }
}
