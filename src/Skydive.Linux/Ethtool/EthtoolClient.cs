using Skydive.Linux.GenericNetlink;
using Skydive.Linux.Namespaces;
using Skydive.Linux.Netlink;
using Skydive.Linux.Route;

namespace Skydive.Linux.Ethtool;

/// <summary>
/// Asks the drivers of a namespace's interfaces: about one of them, or about all at once. Needs no privilege beyond that to enter the
/// namespace.
/// </summary>
/// <remarks>
/// All of a namespace is read over generic netlink in one request; where the kernel lacks that (before 5.6), interface by interface.
/// One thread at a time. Source: <c>linux/ethtool_netlink.h</c>, <c>linux/ethtool.h</c>.
/// </remarks>
public sealed class EthtoolClient : IDisposable
{
    private readonly GenericNetlinkClient _generic;
    private readonly EthtoolIoctl _ioctl;
    private readonly EthtoolNetlink? _netlink;
    private readonly RtnetlinkClient? _links;

    private EthtoolClient(GenericNetlinkClient generic, EthtoolNetlink? netlink, RtnetlinkClient? links)
    {
        // One socket serves for both ways.
        _generic = generic;
        _ioctl = new EthtoolIoctl(generic.Descriptor!);
        _netlink = netlink;
        _links = links;
    }

    /// <summary>Whether all interfaces are asked at once; otherwise one by one, which takes longer.</summary>
    public bool AsksAllAtOnce => _netlink is { CanDump: true };

    /// <summary>Opens a client.</summary>
    /// <param name="networkNamespace">The namespace; null for that of the calling thread. It may be disposed afterwards.</param>
    /// <returns>The client; the caller disposes it.</returns>
    /// <exception cref="LinuxException">The namespace cannot be entered.</exception>
    public static EthtoolClient Open(NetworkNamespace? networkNamespace = null) => Open(networkNamespace, useNetlink: true);

    /// <summary>Opens a listener, as <see cref="EthtoolListener.Open(NetworkNamespace?)"/> does, with what this client knows of the kernel.</summary>
    /// <param name="networkNamespace">The namespace; null for that of the calling thread. It may be disposed afterwards.</param>
    /// <returns>The listener, which the caller disposes; null when the kernel tells of no such changes (before 5.6).</returns>
    /// <exception cref="LinuxException">The namespace cannot be entered, or the kernel refuses.</exception>
    public EthtoolListener? OpenListener(NetworkNamespace? networkNamespace = null) => EthtoolListener.Open(_netlink, networkNamespace);

    /// <summary>Asks what drives an interface.</summary>
    /// <param name="interfaceName">The interface.</param>
    /// <param name="info">The answer; null when there is none.</param>
    /// <returns>False when the interface has no such information (loopback), or is gone.</returns>
    /// <exception cref="LinuxException">Another error.</exception>
    public bool TryGetDriver(string interfaceName, out DriverInfo? info) => _ioctl.TryGetDriver(interfaceName, out info);

    /// <summary>Asks how an interface's link runs.</summary>
    /// <param name="interfaceName">The interface.</param>
    /// <param name="settings">The answer; null when there is none.</param>
    /// <returns>False when the driver does not say, or the interface is gone.</returns>
    /// <exception cref="LinuxException">Another error.</exception>
    public bool TryGetLinkSettings(string interfaceName, out LinkSettings? settings) =>
        _ioctl.TryGetLinkSettings(interfaceName, out settings);

    /// <summary>Asks how fast an interface's link is.</summary>
    /// <param name="interfaceName">The interface.</param>
    /// <param name="bitsPerSecond">The speed in bits a second; 0 when there is no answer.</param>
    /// <returns>False when the interface does not know (no link, or none to speak of), or is gone.</returns>
    /// <exception cref="LinuxException">Another error.</exception>
    public bool TryGetSpeed(string interfaceName, out long bitsPerSecond)
    {
        long? speed = _ioctl.TryGetLinkSettings(interfaceName, out LinkSettings? settings) ? settings!.BitsPerSecond : null;
        bitsPerSecond = speed ?? 0;
        return speed is not null;
    }

    /// <summary>Asks for the offload features of an interface.</summary>
    /// <param name="interfaceName">The interface.</param>
    /// <param name="features">The features; null when there is no answer.</param>
    /// <returns>False when the interface is gone.</returns>
    /// <exception cref="LinuxException">Another error.</exception>
    public bool TryGetFeatures(string interfaceName, out EthtoolFeatures? features) => _ioctl.TryGetFeatures(interfaceName, out features);

    /// <summary>Asks for the address that the hardware was made with.</summary>
    /// <param name="interfaceName">The interface.</param>
    /// <param name="address">The address; empty when there is none.</param>
    /// <returns>False when the interface has none (software has none), or is gone.</returns>
    /// <exception cref="LinuxException">Another error.</exception>
    public bool TryGetPermanentAddress(string interfaceName, out HardwareAddress address) =>
        _ioctl.TryGetPermanentAddress(interfaceName, out address);

    /// <summary>Asks for the driver's own counters, as <c>ethtool -S</c> shows them.</summary>
    /// <param name="interfaceName">The interface.</param>
    /// <param name="statistics">The counters with the driver's names; null when there is no answer.</param>
    /// <returns>
    /// False when the driver has none, or the interface is gone, or its counters changed in number between the question for names and that
    /// for values.
    /// </returns>
    /// <exception cref="LinuxException">Another error.</exception>
    public bool TryGetStatistics(string interfaceName, out IReadOnlyDictionary<string, ulong>? statistics)
    {
        bool isKnown = _ioctl.TryGetStatistics(interfaceName, out Dictionary<string, ulong>? counters);
        statistics = counters;
        return isKnown;
    }

    /// <summary>Asks for the counters that IEEE 802.3 and RFC 2819 define, with names such as <c>eth-mac-FrameCheckSequenceErrors</c>.</summary>
    /// <param name="interfaceName">The interface.</param>
    /// <param name="statistics">Those that the driver keeps; null when there is no answer.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <returns>False when kernel or driver have none of them, or the interface is gone.</returns>
    /// <exception cref="LinuxException">Another error.</exception>
    public bool TryGetStandardStatistics(
        string interfaceName, out IReadOnlyDictionary<string, ulong>? statistics, CancellationToken cancellationToken = default)
    {
        statistics = null;
        try
        {
            if (_netlink?.GetStandardStatistics(interfaceName, cancellationToken) is not { Count: > 0 } counters)
            {
                return false;
            }

            statistics = counters;
            return true;
        }
        catch (NetlinkException e) when (e.Reason is LinuxErrorReason.NotFound or LinuxErrorReason.NotSupported)
        {
            return false;
        }
    }

    /// <summary>Asks for the features of all interfaces of the namespace.</summary>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <returns>The features, by index of the interface. Interfaces that came or went meanwhile may be missing.</returns>
    /// <exception cref="LinuxException">The kernel refuses, or its answer is malformed.</exception>
    public IReadOnlyList<InterfaceFeatures> DumpFeatures(CancellationToken cancellationToken = default)
    {
        if (_netlink is { CanDump: true } netlink)
        {
            return netlink.DumpFeatures(FeatureCatalog.Shared ??= netlink.ReadFeatureNames(cancellationToken), cancellationToken);
        }

        var result = new List<InterfaceFeatures>();
        foreach (LinkMessage link in _links!.DumpLinks(cancellationToken: cancellationToken))
        {
            if (_ioctl.TryGetFeatures(link.Name, out EthtoolFeatures? features))
            {
                result.Add(new InterfaceFeatures(link.Index, link.Name, features!));
            }
        }

        return result;
    }

    /// <summary>Asks how the links of all interfaces of the namespace run.</summary>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <returns>The settings of those whose driver says, by index of the interface.</returns>
    /// <exception cref="LinuxException">The kernel refuses, or its answer is malformed.</exception>
    public IReadOnlyList<LinkSettings> DumpLinkSettings(CancellationToken cancellationToken = default)
    {
        if (_netlink is { CanDump: true } netlink)
        {
            return netlink.DumpLinkSettings(cancellationToken);
        }

        var result = new List<LinkSettings>();
        foreach (LinkMessage link in _links!.DumpLinks(cancellationToken: cancellationToken))
        {
            if (_ioctl.TryGetLinkSettings(link.Name, out LinkSettings? settings))
            {
                result.Add(settings! with { Index = link.Index });
            }
        }

        return result;
    }

    /// <summary>Closes the sockets.</summary>
    public void Dispose()
    {
        _links?.Dispose();
        _generic.Dispose();
    }

    /// <summary>Opens a client that does without generic netlink if asked to, as on an old kernel.</summary>
    internal static EthtoolClient Open(NetworkNamespace? networkNamespace, bool useNetlink)
    {
        GenericNetlinkClient generic = GenericNetlinkClient.Open(networkNamespace);
        RtnetlinkClient? links = null;
        try
        {
            EthtoolNetlink? netlink = useNetlink ? EthtoolNetlink.FindOnce(generic) : null;
            links = netlink is { CanDump: true } ? null : RtnetlinkClient.Open(networkNamespace);
            return new EthtoolClient(generic, netlink, links);
        }
        catch
        {
            links?.Dispose();
            generic.Dispose();
            throw;
        }
    }
}
