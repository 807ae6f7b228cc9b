using System.Diagnostics;
using Skydive.Client;
using Skydive.Client.Gremlin;

namespace Skydive.PowerShell;

/// <summary>Waits until a capture is in a state, and finds out why it is not.</summary>
internal sealed record CaptureWait(Contracts.Captures.Capture Capture, string? Problem)
{
    public const string Advice = "Are there nodes that the capture selects, up and of a type that can be captured? Get-SkydiveNode -HasKey Captures shows errors in Metadata.Captures.";

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    public static async Task<CaptureWait> RunAsync(SkydiveClient client, string id, CaptureState state, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            var capture = await client.GetCaptureAsync(id, cancellationToken).ConfigureAwait(false);
            if ((capture.Count > 0) == (state == CaptureState.Active))
            {
                return new(capture, null);
            }

            if (watch.Elapsed >= timeout)
            {
                string reason = await FindErrorsAsync(client, id, cancellationToken).ConfigureAwait(false);
                return new(capture, $"capture {capture.Name ?? id} is not {state.ToString().ToLowerInvariant()} after {timeout.TotalSeconds:0} s{reason}");
            }

            await Task.Delay(s_pause, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task<string> FindErrorsAsync(SkydiveClient client, string id, CancellationToken cancellationToken)
    {
        var errors = new List<string>();
        await foreach (var item in client.QueryAsync(GremlinText.G.V().Has("Captures.ID", id).ToString(), cancellationToken).ConfigureAwait(false))
        {
            foreach (var state in item.Node is { } node ? node.Metadata["Captures"].Elements.ToArray() : [])
            {
                if (state.AsMap is { } map && map["ID"].AsString == id && map["Error"].AsString is { Length: > 0 } error)
                {
                    errors.Add($"{item.Node!.Name}: {error}");
                }
            }
        }

        return errors.Count > 0 ? " (" + string.Join("; ", errors.Take(5)) + ")" : string.Empty;
    }
}
