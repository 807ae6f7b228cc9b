using Skydive.Linux.Packets;
using Skydive.Packets.Pcap;
using Skydive.Service.Tests.Support;

namespace Skydive.Service.Tests.Journeys;

/// <summary>What stands around a host and in it: switches, disks. Asked for with Skydive's own queries.</summary>
public sealed class DeviceJourneyTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task Switch_HeardByLldp_IsFoundFromTheInterface()
    {
        Needs.Root();
        byte[] frame = ReadTrace("lldp-detailed.pcap");
        using var lab = new Lab();
        string name = lab.Prefix + "x";
        Shell.Run($"ip link add {name} type veth peer name {lab.Prefix}w && ip link set {lab.Prefix}w up && ip link set {name} up multicast on && ip addr add 10.10.20.1/24 dev {name}");
        using var data = new TemporaryDirectory();
        await using var service = await TestService.StartAsync("allinone", data.Path, new Dictionary<string, string>
        {
            ["SKYDIVE_AGENT_TOPOLOGY_PROBES"] = "lldp",
            ["SKYDIVE_AGENT_TOPOLOGY_LLDP_INTERFACES"] = name,
        });
        using var sender = PacketSender.Open(lab.Prefix + "w");
        string ports = $"G.V().Has('Name','{name}').Both().Has('Type','switchport')";
        await Wait.UntilAsync(
            async () =>
            {
                // As a switch does: again and again.
                sender.Send(frame);
                return (await service.Client.NodesAsync(ports)).Count == 1;
            },
            s_limit,
            () => service.Log);
        Assert.Single(await service.Client.NodesAsync(ports + ".HasKey('LLDP').Has('MTU', 1522, 'Name', 'Summit300-48-Port 1001')"));
        Assert.Single(await service.Client.NodesAsync(ports + ".Both().Has('Type','switch','LLDP.ChassisID','00:01:30:f9:ad:a0','Name','Summit300-48').Dedup()"));
    }

    [Fact]
    public async Task Disks_OfACannedLsblk_AreFoundFromWhereTheyAreMounted()
    {
        using var data = new TemporaryDirectory();
        string lsblk = Path.Combine(data.Path, "lsblk");
        const string Volume = """{"name":"/dev/mapper/vg-data", "maj:min":"253:9", "type":"lvm", "mountpoint":"/tmp/database"}""";
        await File.WriteAllTextAsync(
            lsblk,
            $$"""
            #!/bin/sh
            cat <<'END'
            {"blockdevices": [
              {"name":"/dev/sda", "maj:min":"8:0", "type":"disk", "ro":"0", "children": [{"name":"/dev/mapper/vg-data_rimage_0", "maj:min":"253:1", "type":"lvm", "children": [{{Volume}}]}]},
              {"name":"/dev/sdb", "maj:min":"8:16", "type":"disk", "ro":false, "children": [{"name":"/dev/mapper/vg-data_rimage_1", "maj:min":"253:2", "type":"lvm", "children": [{{Volume}}]}]},
              {"name":"/dev/sdc", "maj:min":"8:32", "type":"disk", "children": [{"name":"/dev/sdc1", "maj:min":"8:33", "type":"part"}]},
              {"name":"/dev/sdd", "maj:min":"8:48", "type":"disk", "children": [{"name":"/dev/md0", "maj:min":"9:0", "type":"raid0"}]},
              {"name":"/dev/sde", "maj:min":"8:64", "type":"disk", "children": [{"name":"/dev/md0", "maj:min":"9:0", "type":"raid0"}]},
              {"name":"/dev/sdf", "maj:min":"8:80", "type":"disk", "children": [{"name":"/dev/mapper/linear", "maj:min":"253:5", "type":"dm"}]},
              {"name":"/dev/sdg", "maj:min":"8:96", "type":"disk", "children": [{"name":"/dev/sdg1", "maj:min":"8:97", "type":"part"}, {"name":"/dev/sdg2", "maj:min":"8:98", "type":"part"}]}
            ]}
            END

            """);
        Shell.Run("chmod 755 " + lsblk);
        await using var service = await TestService.StartAsync("allinone", data.Path, new Dictionary<string, string>
        {
            ["SKYDIVE_AGENT_TOPOLOGY_PROBES"] = "blockdev",
            ["SKYDIVE_AGENT_TOPOLOGY_BLOCKDEV_LSBLK_PATH"] = lsblk,
        });

        await Wait.UntilAsync(async () => (await service.Client.NodesAsync("G.V().Has('Type','blockdev','Manager','blockdev')")).Count == 7, s_limit, () => service.Log);
        const string Cluster = "G.V().Has('Type','cluster','Manager','blockdev','Name','/tmp/database')";
        Assert.Single(await service.Client.NodesAsync(Cluster));
        Assert.Equal(2, (await service.Client.NodesAsync(Cluster + ".Out('Type','blockdev').HasKey('Path')")).Count);
        Assert.Equal(2, (await service.Client.NodesAsync(Cluster + ".Out('Type','blockdev').In('Type','blockdevlvm').Dedup()")).Count);
        Assert.Equal(7, (await service.Client.NodesAsync("G.V().Has('Type','host').Out('Name','block devices').Dedup().Out('Type','blockdev')")).Count);
    }

    private static byte[] ReadTrace(string name)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string path = Path.Combine(folder.FullName, "shared", "pcaps", name);
            if (File.Exists(path))
            {
                using var reader = PcapReader.Open(path);
                Assert.True(reader.TryReadNext(out _, out var data));
                return data.ToArray();
            }
        }

        Assert.Skip($"needs ../shared/pcaps/{name}");
        return [];
    }
}
