using System.Diagnostics;
using Skydive.Client;

namespace Skydive.PowerShell;

/// <summary>Waits until an injection is over.</summary>
internal sealed record InjectionWait(Contracts.Injections.Injection Injection, string? Problem)
{
    public const string Advice = "Get-SkydiveInjection shows how far it is; Remove-SkydiveInjection stops it.";

    private static readonly TimeSpan s_shortestPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromMilliseconds(250);

    /// <param name="client">The client.</param>
    /// <param name="id">The injection.</param>
    /// <param name="timeout">How long to wait; null for as long as it takes.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<InjectionWait> RunAsync(SkydiveClient client, string id, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        for (var pause = s_shortestPause; ; pause = pause * 2 < s_longestPause ? pause * 2 : s_longestPause)
        {
            var injection = await client.GetInjectionAsync(id, cancellationToken).ConfigureAwait(false);
            if (injection.State != Contracts.Injections.InjectionStates.Active)
            {
                return new(injection, null);
            }

            if (watch.Elapsed >= timeout)
            {
                return new(injection, $"injection {id} is not over after {timeout.Value.TotalSeconds:0} s: {injection.PacketCount} packets were sent so far");
            }

            await Task.Delay(pause, cancellationToken).ConfigureAwait(false);
        }
    }
}
