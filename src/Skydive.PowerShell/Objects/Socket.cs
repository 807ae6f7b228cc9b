using Skydive.Contracts.Metadata;

namespace Skydive;

/// <summary>A socket that is open on a node, or at one end of a flow.</summary>
public sealed class Socket
{
    internal Socket(string id, string? node, MetadataMap socket)
    {
        ElementId = id;
        Node = node;
        Protocol = socket["Protocol"].AsString ?? string.Empty;
        LocalAddress = socket["LocalAddress"].AsString ?? string.Empty;
        LocalPort = Number(socket["LocalPort"]);
        RemoteAddress = socket["RemoteAddress"].AsString ?? string.Empty;
        RemotePort = Number(socket["RemotePort"]);
        State = socket["State"].AsString ?? string.Empty;
        ProcessId = socket["Pid"].TryGetInteger(out long pid) ? pid : null;
        ProcessName = socket["Name"].AsString;
        ProcessPath = socket["Process"].AsString;
    }

    /// <summary>Identifier of the node or flow that it was asked for.</summary>
    public string ElementId { get; }

    /// <summary>Name of the node; null for flows.</summary>
    public string? Node { get; }

    /// <summary>TCP or UDP.</summary>
    public string Protocol { get; }

    /// <summary>The address on its own side.</summary>
    public string LocalAddress { get; }

    /// <summary>The port on its own side.</summary>
    public int LocalPort { get; }

    /// <summary>The address of the other side.</summary>
    public string RemoteAddress { get; }

    /// <summary>The port of the other side; 0 when there is none.</summary>
    public int RemotePort { get; }

    /// <summary>LISTEN, ESTABLISHED …</summary>
    public string State { get; }

    /// <summary>Identifier of its process as the agent sees it; null when it is not known.</summary>
    public long? ProcessId { get; }

    /// <summary>Name of the process; null when it is not known.</summary>
    public string? ProcessName { get; }

    /// <summary>Path of its program; null when it is not known.</summary>
    public string? ProcessPath { get; }

    /// <summary>Address and port on its own side.</summary>
    public string Local => End(LocalAddress, LocalPort);

    /// <summary>Address and port of the other side.</summary>
    public string Remote => End(RemoteAddress, RemotePort);

    /// <summary>Protocol and both sides.</summary>
    public override string ToString() => $"{Protocol} {Local} {State} {Remote}";

    private static int Number(MetadataValue value) => value.TryGetInteger(out long number) ? (int)number : 0;

    private static string End(string address, int port)
    {
        string shown = address.Contains(':', StringComparison.Ordinal) ? $"[{address}]" : address;
        return port == 0 ? $"{shown}:*" : $"{shown}:{port}";
    }
}
