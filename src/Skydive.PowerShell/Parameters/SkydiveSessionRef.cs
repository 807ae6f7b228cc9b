using Skydive.Client;
using Skydive.PowerShell.Sessions;

namespace Skydive.PowerShell;

/// <summary>Which session is meant: a session, its name, or the address of a service.</summary>
public sealed class SkydiveSessionRef
{
    private readonly Session? _session;
    private readonly string _text;

    /// <summary>Takes a session.</summary>
    /// <param name="session">The session.</param>
    public SkydiveSessionRef(Session session)
    {
        _session = session;
        _text = session.Name;
    }

    /// <summary>Takes a name or an address.</summary>
    /// <param name="text">The name or address.</param>
    public SkydiveSessionRef(string text) => _text = text;

    /// <summary>Takes an address.</summary>
    /// <param name="uri">The address.</param>
    public SkydiveSessionRef(Uri uri) => _text = uri.OriginalString;

    /// <summary>The session; null when it is not open.</summary>
    internal Session? Find() => _session ?? SessionStore.Find(_text);

    /// <summary>The session, made when an address is meant that has none; null when there is neither.</summary>
    internal Session? Resolve() => Find() is { } session
        ? session
        : _text.Contains("://", StringComparison.Ordinal) && SkydiveClientOptions.TryParseAddress(_text, out var address) ? SessionStore.Implicit(address) : null;

    /// <summary>What the user gave.</summary>
    public override string ToString() => _text;
}
