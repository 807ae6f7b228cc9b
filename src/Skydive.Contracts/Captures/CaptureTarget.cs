using System.Net;

namespace Skydive.Contracts.Captures;

/// <summary>Where a capture sends what it sees, beside or instead of its own flow table.</summary>
public sealed record CaptureTarget
{
    private CaptureTarget(IPEndPoint endPoint, IReadOnlyList<string> types, bool isLocalToo)
    {
        EndPoint = endPoint;
        Types = types;
        IsLocalToo = isLocalToo;
    }

    /// <summary>Who is sent to. The port is 0 only for protocols without ports.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>The protocols, from <see cref="TargetTypes"/>; at least one.</summary>
    public IReadOnlyList<string> Types { get; }

    /// <summary>Whether flows go to the analyzer as well: <c>local</c> is named among the types.</summary>
    public bool IsLocalToo { get; }

    /// <summary>Reads the target of a capture.</summary>
    /// <param name="capture">The capture.</param>
    /// <param name="target">Its target; null when it has none.</param>
    /// <param name="error">What is wrong, beginning with the name of the member; null when nothing is.</param>
    /// <returns>False when something is wrong.</returns>
    public static bool TryParse(Capture capture, out CaptureTarget? target, out string? error)
    {
        ArgumentNullException.ThrowIfNull(capture);
        target = null;
        error = null;
        string[] types = (capture.TargetType ?? string.Empty).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (types.FirstOrDefault(static type => !TargetTypes.All.Contains(type)) is { } unknown)
        {
            error = $"TargetType: Not a valid target type: {unknown}, available types: [{string.Join(' ', TargetTypes.All)}]";
            return false;
        }

        string[] remote = [.. types.Where(static type => type != TargetTypes.Local).Distinct(StringComparer.Ordinal)];
        if (remote.Length == 0)
        {
            error = string.IsNullOrEmpty(capture.Target) ? null : $"TargetType: how to send to {capture.Target} is not said: expected one of [{string.Join(' ', TargetTypes.All)}]";
            return error is null;
        }

        if (!TryParseEndPoint(capture.Target, out var endPoint))
        {
            error = $"Target: '{capture.Target}' is no address:port such as 192.0.2.1:2055 or [2001:db8::1]:2055";
            return false;
        }

        if (endPoint.Port == 0 && remote.Any(static type => type != TargetTypes.Erspan))
        {
            error = $"Target: '{capture.Target}' names no port, which {remote.First(static type => type != TargetTypes.Erspan)} needs";
            return false;
        }

        target = new(endPoint, remote, types.Contains(TargetTypes.Local));
        return true;
    }

    private static bool TryParseEndPoint(string? text, out IPEndPoint endPoint)
    {
        // IPEndPoint takes an address without a port, and an IPv6 address whose last group looks like one.
        int colon = text?.LastIndexOf(':') ?? -1;
        bool hasPort = colon > 0 && (text!.IndexOf(':', StringComparison.Ordinal) == colon || text[colon - 1] == ']');
        bool isValid = IPEndPoint.TryParse(text ?? string.Empty, out var parsed) && hasPort;
        endPoint = parsed ?? new(IPAddress.None, 0);
        return isValid;
    }
}
