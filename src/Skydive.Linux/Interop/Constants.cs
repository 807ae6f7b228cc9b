namespace Skydive.Linux.Interop;

/// <summary>Constants of the kernel's headers that more than one part of this project uses.</summary>
internal static class Constants
{
    internal const int AddressFamilyInet = 2; // AF_INET
    internal const int AddressFamilyBridge = 7; // AF_BRIDGE
    internal const int AddressFamilyInet6 = 10; // AF_INET6
    internal const int AddressFamilyNetlink = 16; // AF_NETLINK
    internal const int AddressFamilyPacket = 17; // AF_PACKET

    internal const int RouteFamilyMulticast = 128; // RTNL_FAMILY_IPMR
    internal const int RouteFamilyMulticast6 = 129; // RTNL_FAMILY_IP6MR

    internal const int SocketDatagram = 2; // SOCK_DGRAM
    internal const int SocketRaw = 3; // SOCK_RAW
    internal const int SocketNonBlocking = 0x800; // SOCK_NONBLOCK
    internal const int SocketCloseOnExec = 0x80000; // SOCK_CLOEXEC

    internal const int LevelSocket = 1; // SOL_SOCKET
    internal const int OptionError = 4; // SO_ERROR
    internal const int OptionReceiveBuffer = 8; // SO_RCVBUF
    internal const int OptionAttachFilter = 26; // SO_ATTACH_FILTER
    internal const int OptionReceiveBufferForce = 33; // SO_RCVBUFFORCE

    internal const int MessageTruncated = 0x20; // MSG_TRUNC
    internal const int MessageDontWait = 0x40; // MSG_DONTWAIT

    internal const short PollIn = 0x001; // POLLIN
    internal const short PollPriority = 0x002; // POLLPRI
    internal const short PollError = 0x008; // POLLERR
    internal const short PollInvalid = 0x020; // POLLNVAL

    internal const int OpenReadOnly = 0; // O_RDONLY
    internal const int OpenCloseOnExec = 0x80000; // O_CLOEXEC

    internal const int CloneNewNet = 0x40000000; // CLONE_NEWNET
    internal const nuint IoctlNamespaceType = 0xb703; // NS_GET_NSTYPE

    internal const nuint IoctlInterfaceIndex = 0x8933; // SIOCGIFINDEX
    internal const nuint IoctlEthtool = 0x8946; // SIOCETHTOOL
    internal const int InterfaceNameSize = 16; // IFNAMSIZ, with the closing zero
}
