using Skydive.Linux.Namespaces;
using Skydive.Linux.Route;

namespace Skydive.Linux.Tests.Namespaces;

public sealed class OwnNamespaceTests
{
    [Fact]
    public void Run_InTheNamespaceOneIsIn_NeedsNoPrivilege()
    {
        using var own = NetworkNamespace.OpenCurrent();

        // setns needs CAP_SYS_ADMIN, even into the namespace that one is in: it must not be called for that.
        string inside = own.Run(static () => File.ResolveLinkTarget("/proc/thread-self/ns/net", false)!.Name);

        Assert.Equal($"net:[{own.Id.Inode}]", inside);
        using var client = RtnetlinkClient.Open(own);
        Assert.Contains(client.DumpLinks(), static link => link.Name == "lo");
    }
}
