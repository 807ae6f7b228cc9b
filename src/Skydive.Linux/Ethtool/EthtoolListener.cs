using Skydive.Linux.GenericNetlink;
using Skydive.Linux.Namespaces;
using Skydive.Linux.Netlink;
using Skydive.Linux.Polling;

namespace Skydive.Linux.Ethtool;

/// <summary>
/// Hears of changes to the features and link settings of a namespace's interfaces, whoever makes them. A link that comes up at another speed
/// by itself is no such change: the kernel tells of the interface then (<see cref="Route.RtnetlinkListener"/>).
/// </summary>
/// <remarks>
/// Open the listener, then dump with <see cref="EthtoolClient"/>, then receive; on <see cref="NetlinkReceiveStatus.Overrun"/> dump again.
/// One thread receives; <see cref="Dispose"/> from any thread ends its wait at once. Many share a thread through a
/// <see cref="DescriptorPoller"/>. Source: the group <c>monitor</c> of <c>linux/ethtool_netlink.h</c>.
/// </remarks>
public sealed class EthtoolListener : IDisposable
{
    /// <summary>Some thousand events, which are of some hundred bytes each.</summary>
    private const int ReceiveBufferBytes = 4 << 20;

    private readonly NetlinkListener _listener;
    private readonly FeaturesDecoder _features;
    private readonly LinkSettingsDecoder _linkSettings;

    /// <summary>Makes a listener over any transport.</summary>
    internal EthtoolListener(INetlinkTransport transport, ushort family, FeatureCatalog catalog)
    {
        _listener = new NetlinkListener(transport);
        _features = new FeaturesDecoder(family, catalog);
        _linkSettings = new LinkSettingsDecoder(family);
        Descriptor = (transport as NetlinkSocket)?.Descriptor;
    }

    /// <summary>The socket, for a <see cref="DescriptorPoller"/>; null when the transport is no socket.</summary>
    public SafeDescriptor? Descriptor { get; }

    /// <summary>How often events were lost.</summary>
    public long Overruns => _listener.Overruns;

    /// <summary>Messages that could not be decoded; each is reported as an overrun, since what it said is lost.</summary>
    public long MalformedMessages { get; private set; }

    /// <summary>Opens a listener.</summary>
    /// <param name="networkNamespace">The namespace; null for that of the calling thread. It may be disposed afterwards.</param>
    /// <returns>The listener, which the caller disposes; null when the kernel tells of no such changes (before 5.6).</returns>
    /// <exception cref="LinuxException">The namespace cannot be entered, or the kernel refuses.</exception>
    public static EthtoolListener? Open(NetworkNamespace? networkNamespace = null)
    {
        using GenericNetlinkClient client = GenericNetlinkClient.Open(networkNamespace);
        return Open(EthtoolNetlink.FindOnce(client), networkNamespace);
    }

    internal static EthtoolListener? Open(EthtoolNetlink? netlink, NetworkNamespace? networkNamespace)
    {
        if (netlink is not { CanDump: true, Family: var family } || !family.Groups.TryGetValue(EthtoolConstants.MonitorGroup, out uint group))
        {
            return null;
        }

        FeatureCatalog catalog = FeatureCatalog.Shared ??= netlink.ReadFeatureNames(CancellationToken.None);
        NetlinkSocket socket = NetlinkSocket.Open(new NetlinkSocketOptions
        {
            Protocol = NetlinkProtocol.Generic,
            Namespace = networkNamespace,
            Groups = [group],
            ReceiveBufferBytes = ReceiveBufferBytes,
        });
        return new EthtoolListener(socket, family.Id, catalog);
    }

    /// <summary>Waits for events.</summary>
    /// <param name="events">The events are added here, in order.</param>
    /// <param name="timeout">The longest wait, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Ends the wait at once.</param>
    /// <returns>What there is.</returns>
    /// <exception cref="NetlinkException">The socket is broken; never for lost events.</exception>
    public NetlinkReceiveStatus Receive(ICollection<EthtoolEvent> events, TimeSpan timeout, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(events);
        NetlinkReceiveStatus status = _listener.Receive(timeout, cancellationToken);
        return status == NetlinkReceiveStatus.Messages ? Decode(events) : status;
    }

    /// <summary>Reads the next datagram's events without waiting.</summary>
    /// <param name="events">The events are added here, in order.</param>
    /// <returns>What there is.</returns>
    /// <exception cref="NetlinkException">The socket is broken; never for lost events.</exception>
    public NetlinkReceiveStatus TryReceive(ICollection<EthtoolEvent> events)
    {
        ArgumentNullException.ThrowIfNull(events);
        NetlinkReceiveStatus status = _listener.TryReceive();
        return status == NetlinkReceiveStatus.Messages ? Decode(events) : status;
    }

    /// <summary>Closes the socket and ends a wait in progress.</summary>
    public void Dispose() => _listener.Dispose();

    private NetlinkReceiveStatus Decode(ICollection<EthtoolEvent> events)
    {
        NetlinkMessageEnumerator messages = _listener.Messages;
        bool isLost = false;
        while (messages.MoveNext())
        {
            NetlinkFault fault = _features.Decode(messages.Current, out InterfaceFeatures? features);
            LinkSettings? linkSettings = null;
            if (fault == NetlinkFault.None && features is null)
            {
                fault = _linkSettings.Decode(messages.Current, out linkSettings);
            }

            if (fault != NetlinkFault.None)
            {
                MalformedMessages++;
                isLost = true;
            }
            else if (features is not null || linkSettings is not null)
            {
                events.Add(new EthtoolEvent(features, linkSettings));
            }
        }

        if (messages.Fault != NetlinkFault.None)
        {
            MalformedMessages++;
            isLost = true;
        }

        _listener.Release();
        return isLost ? NetlinkReceiveStatus.Overrun : NetlinkReceiveStatus.Messages;
    }
}
