using System.Net.NetworkInformation;
using System.Net.Sockets;
using Skydive.Contracts.Injections;
using Skydive.Linux;
using Skydive.Linux.Bpf;
using Skydive.Linux.Packets;

namespace Skydive.Agent.Injections;

/// <summary>Sends packets from an interface of the namespace that the process is in, without any service.</summary>
public static class StandaloneInjector
{
    /// <summary>Frames begin with an Ethernet header.</summary>
    public const string Ether = "ether";

    /// <summary>Frames are IP packets.</summary>
    public const string None = "none";

    /// <summary>Sends.</summary>
    /// <param name="interfaceName">The interface.</param>
    /// <param name="encapType"><see cref="Ether"/> or <see cref="None"/>; null for what the interface has.</param>
    /// <param name="injection">
    /// What to send. Source addresses that it does not give are those of the interface; who receives it must say itself, with the MAC address
    /// of the next hop where there are such.
    /// </param>
    /// <param name="cancellationToken">Stops sending.</param>
    /// <returns>How many packets were sent, and what stopped it; null when nothing did.</returns>
    /// <exception cref="FormatException">Something is missing, or makes no sense.</exception>
    /// <exception cref="LinuxException">There is no such interface, or the process may not send.</exception>
    public static async Task<(long PacketCount, string? Error)> RunAsync(string interfaceName, string? encapType, Injection injection, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(injection);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var sender = PacketSender.Open(interfaceName);
        NodeInjection sending;
        try
        {
            var linkType = LinkTypes.FromHardwareType(sender.HardwareType);
            bool hasEthernet = encapType is null ? linkType == Linux.Bpf.LinkType.Ethernet : encapType == Ether;
            if (encapType is null && linkType is not (Linux.Bpf.LinkType.Ethernet or Linux.Bpf.LinkType.RawIp))
            {
                throw new FormatException($"frames of {interfaceName} are of a kind that cannot be made ({sender.HardwareType})");
            }

            IFrameSeries frames = injection.Pcap is null
                ? new GeneratedFrames(Complete(injection, interfaceName, hasEthernet), hasEthernet, Random.Shared)
                : new ReplayedFrames(injection, hasEthernet);
            sending = new(injection, frames, sender, _ => ended.TrySetResult(), TimeProvider.System);
        }
        catch
        {
            sender.Dispose();
            throw;
        }

        await using (sending.ConfigureAwait(false))
        {
            await ended.Task.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return (sending.PacketCount, sending.Error);
    }

    private static Injection Complete(Injection injection, string interfaceName, bool hasEthernet)
    {
        var own = NetworkInterface.GetAllNetworkInterfaces().FirstOrDefault(one => one.Name == interfaceName);
        var family = InjectionTypes.IsIPv6(injection.Type) ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;
        string source = injection.SrcIP.Length > 0
            ? injection.SrcIP
            : own?.GetIPProperties().UnicastAddresses.Select(static address => address.Address).Where(address => address.AddressFamily == family)
                .OrderBy(static address => address.IsIPv6LinkLocal).FirstOrDefault()?.ToString().Split('%')[0]
                ?? throw new FormatException($"{interfaceName} has no IPv{(family == AddressFamily.InterNetworkV6 ? 6 : 4)} address, which {injection.Type} needs: give --src-ip");
        if (injection.DstIP.Length == 0)
        {
            throw new FormatException("give --dst-ip");
        }

        if (hasEthernet && injection.DstMAC.Length == 0)
        {
            throw new FormatException("give --dst-mac, the MAC address of the next hop");
        }

        string mac = injection.SrcMAC;
        if (hasEthernet && mac.Length == 0)
        {
            byte[] bytes = own?.GetPhysicalAddress().GetAddressBytes() is { Length: 6 } address ? address : new byte[6];
            mac = string.Join(':', bytes.Select(static part => part.ToString("x2", System.Globalization.CultureInfo.InvariantCulture)));
        }

#pragma warning disable CA5394 // Ports and identifiers, no secrets.
        return injection with
        {
            SrcIP = source.Split('/')[0],
            DstIP = injection.DstIP.Split('/')[0],
            SrcMAC = mac,
            SrcPort = injection.SrcPort != 0 ? injection.SrcPort : (ushort)Random.Shared.Next(Injection.FirstRandomPort, ushort.MaxValue + 1),
            DstPort = injection.DstPort != 0 ? injection.DstPort : (ushort)Random.Shared.Next(Injection.FirstRandomPort, ushort.MaxValue + 1),
            ICMPID = injection.ICMPID != 0 ? injection.ICMPID : (ushort)Random.Shared.Next(1, ushort.MaxValue + 1),
        };
#pragma warning restore CA5394
    }
}
