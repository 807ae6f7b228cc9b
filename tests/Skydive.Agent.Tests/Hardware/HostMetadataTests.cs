using Skydive.Agent.Hardware;
using Skydive.Agent.Tests.Support;
using Skydive.Agent.Topology;
using Skydive.Contracts.Metadata;

namespace Skydive.Agent.Tests.Hardware;

public sealed class HostMetadataTests : IDisposable
{
    private const string TwoProcessors =
        """
        processor	: 0
        vendor_id	: GenuineIntel
        cpu family	: 6
        model		: 85
        model name	: Intel(R) Xeon(R) Gold 6130 CPU @ 2.10GHz
        stepping	: 4
        microcode	: 0x2006e05
        cpu MHz		: 1000.123
        cache size	: 22528 KB
        physical id	: 0
        core id		: 0
        cpu cores	: 16
        flags		: fpu vme

        processor	: 1
        vendor_id	: GenuineIntel
        cpu family	: 6
        model		: 85
        model name	: Intel(R) Xeon(R) Gold 6130 CPU @ 2.10GHz
        stepping	: 0
        microcode	: 0x2006e05
        cpu MHz		: 2095.078
        cache size	: 22528 KB
        physical id	: 1
        core id		: 0
        cpu cores	: 16
        flags		: fpu vme

        """;

    private readonly TemporaryFolder _root = new();
    private readonly ProbeState _state = new();

    public void Dispose() => _root.Dispose();

    [Fact]
    public void Build_DebianOnBareMetal_HasSkydivesKeys()
    {
        _root.Write("proc/sys/kernel/hostname", "db1.example.org\n");
        _root.Write("proc/sys/kernel/osrelease", "6.1.0-13-amd64\n");
        _root.Write("etc/os-release", "NAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\nID=debian\n");
        _root.Write("etc/debian_version", "12.11\n");
        _root.Write("var/lib/cloud/data/instance-id", "i-0abc\n");
        _root.Write("sys/devices/system/cpu/isolated", "3,4,7-9\n");
        _root.Write("sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq", "3700000\n");
        _root.Write("proc/cpuinfo", TwoProcessors);
        _root.Write("proc/modules", "kvm_intel 1 0 - Live 0x0\n");
        _root.Write("proc/cmdline", "root=/dev/sda1 ro quiet hugepages=64 isolcpus=3,4,7-9 intel_iommu.mode=\"on off\" console=tty0 console=ttyS0\n");

        var metadata = Build();

        Assert.Equal("web1", metadata["Name"].AsString);
        Assert.Equal("host", metadata["Type"].AsString);
        Assert.Equal("db1.example.org", metadata["Hostname"].AsString);
        Assert.Equal("linux", metadata["OS"].AsString);
        Assert.Equal("6.1.0-13-amd64", metadata["KernelVersion"].AsString);
        Assert.Equal(("debian", "debian", "12.11"), (metadata["Platform"].AsString, metadata["PlatformFamily"].AsString, metadata["PlatformVersion"].AsString));
        Assert.Equal(("kvm", "host"), (metadata["VirtualizationSystem"].AsString, metadata["VirtualizationRole"].AsString));
        Assert.Equal("i-0abc", metadata["InstanceID"].AsString);
        Assert.Equal("[3,4,7,8,9]", metadata["IsolatedCPU"].ToString());
        Assert.Equal(
            """
            {"CPU":0,"CacheSize":22528,"CoreID":"0","Cores":1,"Family":"6","Mhz":3700,"Microcode":"0x2006e05","Model":"85","ModelName":"Intel(R) Xeon(R) Gold 6130 CPU @ 2.10GHz","PhysicalID":"0","Stepping":4,"VendorID":"GenuineIntel"}
            """,
            metadata["CPU"].Elements[0].ToString());
        Assert.Equal(2, metadata["CPU"].Elements.Length);
        Assert.Equal("2095", metadata["CPU"].Elements[1].AsMap!["Mhz"].ToString());
        Assert.Equal(
            """
            {"console":"ttyS0","hugepages":"64","intel_iommu":{"mode":"on off"},"isolcpus":"3,4,7-9","quiet":true,"ro":true,"root":"/dev/sda1"}
            """,
            metadata["KernelCmdLine"].ToString());
        Assert.Null(_state.Status.Message);
    }

    [Theory]
    [InlineData("ID=ubuntu\nID_LIKE=debian\nVERSION_ID=\"22.04\"", "ubuntu", "debian", "22.04")]
    [InlineData("ID=\"rhel\"\nVERSION_ID=\"9.3\"", "redhat", "rhel", "9.3")]
    [InlineData("ID='rocky'\nVERSION_ID=9.3\nID_LIKE='rhel centos fedora'", "rocky", "rhel", "9.3")]
    [InlineData("ID=amzn\nVERSION_ID=2023", "amazon", "rhel", "2023")]
    [InlineData("ID=opensuse-leap\nVERSION_ID=15.5", "opensuse", "suse", "15.5")]
    [InlineData("ID=pop\nID_LIKE=\"ubuntu debian\"\nVERSION_ID=22.04", "pop", "debian", "22.04")]
    [InlineData("ID=eurolinux\nID_LIKE=\"rhel fedora\"", "eurolinux", "rhel", null)]
    [InlineData("ID=alpine\nVERSION_ID=3.19.1", "alpine", "alpine", "3.19.1")]
    [InlineData("", null, null, null)]
    public void Build_OtherDistributions_HaveTheirFamily(string release, string? platform, string? family, string? version)
    {
        _root.Write("etc/os-release", release + "\n");
        _root.Write("etc/debian_version", "bookworm/sid\n");

        var metadata = Build();

        Assert.Equal((platform, family, version), (metadata["Platform"].AsString, metadata["PlatformFamily"].AsString, metadata["PlatformVersion"].AsString));
    }

    [Theory]
    [InlineData("", "", "KVMKVMKVM", "", "kvm", "guest")]
    [InlineData("", "", "VMwareVMware", "", "vmware", "guest")]
    [InlineData("", "", "SomeNewThing", "", null, "guest")]
    [InlineData("run/systemd/container", "lxc\n", "KVMKVMKVM", "", "lxc", "guest")]
    [InlineData("proc/1/environ", "PATH=/bin\0container=podman\0", null, "", "podman", "guest")]
    [InlineData(".dockerenv", "", null, "", "docker", "guest")]
    [InlineData("sys/class/dmi/id/product_name", "VirtualBox\n", null, "fpu hypervisor", "vbox", "guest")]
    [InlineData("sys/class/dmi/id/sys_vendor", "QEMU\n", null, "fpu hypervisor", "kvm", "guest")]
    [InlineData("sys/class/dmi/id/sys_vendor", "Amazon EC2\n", null, "fpu", null, null)]
    [InlineData("proc/bus/pci/devices", "0008 1af41000 virtio-pci\n", null, "", null, "guest")]
    [InlineData("proc/modules", "vboxdrv 1 0 - Live 0x0\n", null, "", "vbox", "host")]
    [InlineData("proc/modules", "kvm_amd 1 0 - Live 0x0\n", "KVMKVMKVM", "", "kvm", "guest")]
    [InlineData("proc/cpuinfo", "processor: 0\n", null, "", null, null)]
    public void Build_Virtualization_IsFound(string file, string text, string? hypervisor, string flags, string? system, string? role)
    {
        if (flags.Length > 0)
        {
            _root.Write("proc/cpuinfo", $"processor\t: 0\nflags\t\t: {flags}\n");
        }

        if (file.Length > 0)
        {
            _root.Write(file, text);
        }

        var metadata = Build(hypervisor);

        Assert.Equal((system, role), (metadata["VirtualizationSystem"].AsString, metadata["VirtualizationRole"].AsString));
    }

    [Fact]
    public void Build_MachineMadeOfAContainerImage_IsNoContainer()
    {
        _root.Write(".dockerenv", string.Empty);
        _root.Write("proc/self/mountinfo", "22 27 0:21 / /proc rw,relatime - proc proc rw\n27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw\n");

        Assert.Equal("kvm", Build("KVMKVMKVM")["VirtualizationSystem"].AsString);
    }

    [Fact]
    public void Build_NothingToRead_StillIsAHost()
    {
        var metadata = Build();

        Assert.Equal("web1", metadata["Name"].AsString);
        Assert.False(metadata.ContainsKey("CPU"));
        Assert.False(metadata.ContainsKey("KernelCmdLine"));
        Assert.False(metadata.ContainsKey("IsolatedCPU"));
        Assert.Null(_state.Status.Message);
    }

    [Fact]
    public void Build_IsolatedCpusThatAreNone_AreAProblemAndTheRestIsThere()
    {
        _root.Write("sys/devices/system/cpu/isolated", "3,4,9-7\n");
        _root.Write("proc/cmdline", "quiet\n");

        var metadata = Build();

        Assert.True(metadata.ContainsKey("KernelCmdLine"));
        Assert.Contains("'9-7'", _state.Status.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Build_ConfiguredKeys_AreThereAndTheHostsOwnGoBeforeThem()
    {
        var configured = MetadataMap.Create(("Hostname", "wrong"), ("rack", 7), ("site", MetadataMap.Create(("row", "B"))));
        _root.Write("proc/sys/kernel/hostname", "right\n");

        var metadata = HostMetadata.Build("web1", configured, new(_root.Path), null, _state);

        Assert.Equal("right", metadata["Hostname"].AsString);
        Assert.Equal("7", metadata["rack"].ToString());
        Assert.Equal("""{"row":"B"}""", metadata["site"].ToString());
    }

    [Fact]
    public void Build_ThisHost_AgreesWithUname()
    {
        var metadata = HostMetadata.Build("web1", MetadataMap.Empty, new("/"), Virtualization.ReadHypervisor(), _state);

        Assert.Equal(Tools.TryRun("uname", "-r").Output.Trim(), metadata["KernelVersion"].AsString);
        Assert.Equal(Tools.TryRun("uname", "-n").Output.Trim(), metadata["Hostname"].AsString);
        Assert.Equal(Environment.ProcessorCount, metadata["CPU"].Elements.Length);
    }

    [Fact]
    public void Parse_RandomFiles_NeverThrow()
    {
        var random = new Random(5);
        const string Alphabet = "processor: 0123\n\t=.\"'-flags \0cache size ID";
        for (int i = 0; i < 5_000; i++)
        {
            string text = new([.. Enumerable.Range(0, random.Next(80)).Select(_ => Alphabet[random.Next(Alphabet.Length)])]);
            CpuInfo.Parse("processor: 1\n" + text, static _ => null);
            KernelCommandLine.Parse(text);
            OsRelease.Parse(text, text);
        }
    }

    private MetadataMap Build(string? hypervisor = null) => HostMetadata.Build("web1", MetadataMap.Empty, new(_root.Path), hypervisor, _state);
}
