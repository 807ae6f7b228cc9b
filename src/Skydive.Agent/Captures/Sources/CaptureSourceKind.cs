namespace Skydive.Agent.Captures.Sources;

/// <summary>How sources of a capture type are made.</summary>
/// <param name="Need">What they need of the node's interface.</param>
/// <param name="Open">
/// Opens the sources of a capture, one for each thread that is to work for it. <see cref="Skydive.Linux.LinuxException"/>,
/// <see cref="System.Net.Sockets.SocketException"/> and <see cref="IOException"/> mean that it may work later,
/// <see cref="NotSupportedException"/> and <see cref="Skydive.Linux.Bpf.BpfSyntaxException"/> that it will not.
/// </param>
internal sealed record CaptureSourceKind(LinkNeed Need, Func<CaptureRequest, IReadOnlyList<ICaptureSource>> Open);
