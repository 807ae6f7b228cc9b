using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;
using Skydive.Client;

namespace Skydive.PowerShell.Sessions;

/// <summary>
/// The sessions of this process. Each runspace has its own default; a runspace without one takes that of the process, so that
/// <c>ForEach-Object -Parallel</c> and jobs find the session that was opened outside.
/// </summary>
internal static class SessionStore
{
    public const string AddressVariable = "SKYDIVE_ANALYZER";

    private static readonly object s_lock = new();
    private static readonly List<Session> s_sessions = [];
    private static readonly ConditionalWeakTable<Runspace, StrongBox<Session>> s_defaults = [];
    private static Session? s_processDefault;

    /// <summary>The default of this runspace; null when there is none.</summary>
    public static Session? Default
    {
        get
        {
            lock (s_lock)
            {
                var own = Runspace.DefaultRunspace is { } runspace && s_defaults.TryGetValue(runspace, out var box) ? box.Value : null;
                return own is { IsClosed: false } ? own : s_processDefault;
            }
        }
    }

    /// <summary>The sessions, oldest first; a copy.</summary>
    public static IReadOnlyList<Session> All
    {
        get
        {
            lock (s_lock)
            {
                return [.. s_sessions];
            }
        }
    }

    public static Guid CurrentRunspace => Runspace.DefaultRunspace?.InstanceId ?? Guid.Empty;

    public static void Add(Session session)
    {
        lock (s_lock)
        {
            s_sessions.Add(session);
        }
    }

    /// <summary>Makes a session the default of this runspace, and of the process as well when it was just opened.</summary>
    public static void SetDefault(Session session, bool forProcess)
    {
        lock (s_lock)
        {
            if (Runspace.DefaultRunspace is { } runspace)
            {
                s_defaults.AddOrUpdate(runspace, new(session));
            }

            if (forProcess || s_processDefault is null)
            {
                s_processDefault = session;
            }
        }
    }

    public static void Close(Session session)
    {
        lock (s_lock)
        {
            s_sessions.Remove(session);
            session.Close();
            if (s_processDefault == session)
            {
                s_processDefault = null;
            }
        }
    }

    /// <summary>The session of this name or address; null when there is none.</summary>
    public static Session? Find(string text)
    {
        lock (s_lock)
        {
            return s_sessions.Find(session => session.Name.Equals(text, StringComparison.OrdinalIgnoreCase))
                ?? (SkydiveClientOptions.TryParseAddress(text, out var address) ? s_sessions.Find(session => session.Uri == address) : null);
        }
    }

    /// <summary>The session that a command uses when it is not told which.</summary>
    /// <exception cref="AmbiguousSessionException">Several are open and none is the default.</exception>
    public static Session Resolve()
    {
        lock (s_lock)
        {
            if (Default is { } session)
            {
                return session;
            }

            var open = s_sessions.FindAll(static session => !session.IsImplicit);
            return open.Count switch
            {
                0 => Implicit(AddressOfEnvironment()),
                1 => open[0],
                _ => throw new AmbiguousSessionException([.. open.Select(static session => session.Name)]),
            };
        }
    }

    /// <summary>The session of an address, made when there is none.</summary>
    public static Session Implicit(Uri address)
    {
        lock (s_lock)
        {
            var session = s_sessions.Find(session => session.Uri == address);
            if (session is null)
            {
                session = new(address.Authority, new() { Address = address }, CurrentRunspace, isImplicit: true);
                s_sessions.Add(session);
            }

            return session;
        }
    }

    // Skydive's own clients take the first of several addresses too.
    private static Uri AddressOfEnvironment()
    {
        string? text = Environment.GetEnvironmentVariable(AddressVariable)?.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
        return SkydiveClientOptions.TryParseAddress(text, out var address) ? address : SkydiveClientOptions.DefaultAddress;
    }
}
