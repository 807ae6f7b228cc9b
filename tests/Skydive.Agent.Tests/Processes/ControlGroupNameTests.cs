using Skydive.Agent.Processes;

namespace Skydive.Agent.Tests.Processes;

public sealed class ControlGroupNameTests
{
    private const string Id = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    [Theory]
    [InlineData("0::/system.slice/docker-" + Id + ".scope", "docker-0123456789ab")]
    [InlineData("0::/docker/" + Id, "docker-0123456789ab")]
    [InlineData("12:memory:/docker/" + Id + "\n0::/system.slice/containerd.service", "docker-0123456789ab")]
    [InlineData("0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod12_34.slice/cri-containerd-" + Id + ".scope", "containerd-0123456789ab")]
    [InlineData("0::/kubepods/besteffort/pod9a6b/" + Id, "container-0123456789ab")]
    [InlineData("0::/kubepods.slice/crio-" + Id + ".scope/container", "crio-0123456789ab")]
    [InlineData("0::/machine.slice/libpod-" + Id + ".scope", "libpod-0123456789ab")]
    [InlineData("0::/lxc.payload.web1/system.slice/ssh.service", "ssh")]
    [InlineData("0::/lxc.payload.web1", "web1")]
    [InlineData("0::/lxc.payload.web1/init.scope", "web1")]
    [InlineData("4:cpu:/lxc/web1", "web1")]
    [InlineData("0::/machine.slice/machine-deb\\x2dbuild.scope/payload", "deb-build")]
    [InlineData("0::/machine.slice/systemd-nspawn@deb\\x2dbuild.service/payload", "deb-build")]
    [InlineData("0::/system.slice/my\\x2dvpn.service", "my-vpn")]
    [InlineData("0::/system.slice/bad\\x.service", "bad\\x")]
    [InlineData("0::/user.slice/user-1000.slice/user@1000.service/app.slice/app.service", null)]
    [InlineData("0::/user.slice/user-1000.slice/session-3.scope", null)]
    [InlineData("0::/", null)]
    [InlineData("4:memory:/process_api/3d19951b6c10", null)]
    [InlineData("", null)]
    [InlineData("\n:\n::\nx", null)]
    public void Find_ControlGroups_IsTheContainersName(string controlGroups, string? expected) =>
        Assert.Equal(expected, ControlGroupName.Find(controlGroups));
}
