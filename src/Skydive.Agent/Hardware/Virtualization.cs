using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text;

namespace Skydive.Agent.Hardware;

/// <summary>Whether this host is a virtual machine or container, or runs virtual machines, in Skydive's (that is, gopsutil's) words.</summary>
/// <param name="System">Such as kvm, xen, vmware, vbox, hyperv, docker, lxc; null when not known.</param>
/// <param name="Role">host or guest; null when it is neither.</param>
internal sealed record Virtualization(string? System, string? Role)
{
    private const string Guest = "guest";

    /// <summary>Finds out. What is nested inside another is told: a container before the machine it is on.</summary>
    /// <param name="files">The files of the host.</param>
    /// <param name="hypervisor">The hypervisor's signature in the processor; null when there is none.</param>
    public static Virtualization Detect(HostFiles files, string? hypervisor)
    {
        if (FindContainer(files) is { } container)
        {
            return new(container, Guest);
        }

        if (FindMachine(files, hypervisor) is { } machine)
        {
            return new(machine, Guest);
        }

        if (hypervisor is not null || HasFlag(files, "hypervisor") || files.ReadText("proc/bus/pci/devices")?.Contains("virtio-pci", StringComparison.Ordinal) == true)
        {
            return new(null, Guest);
        }

        string modules = files.ReadText("proc/modules") ?? string.Empty;
        return files.Exists("proc/xen/capabilities") && files.ReadText("proc/xen/capabilities")!.Contains("control_d", StringComparison.Ordinal) ? new("xen", "host")
            : HasModule(modules, "kvm_intel") || HasModule(modules, "kvm_amd") || HasModule(modules, "kvm") ? new("kvm", "host")
            : HasModule(modules, "vboxdrv") ? new("vbox", "host")
            : new(null, null);
    }

    /// <summary>The signature of the hypervisor that this program runs on; null on bare metal and where it cannot be asked for.</summary>
    /// <remarks>Source: leaf 0x40000000 of CPUID, which hypervisors answer with twelve letters.</remarks>
    public static string? ReadHypervisor()
    {
        const int HypervisorLeaf = 0x40000000;
        const int HypervisorBit = 31;
        if (!X86Base.IsSupported || (X86Base.CpuId(1, 0).Ecx >> HypervisorBit & 1) == 0)
        {
            return null;
        }

        var (_, ebx, ecx, edx) = X86Base.CpuId(HypervisorLeaf, 0);
        return Encoding.ASCII.GetString(MemoryMarshal.AsBytes<int>([ebx, ecx, edx])).Trim('\0', ' ');
    }

    private static string? FindContainer(HostFiles files)
    {
        // systemd and container engines tell the first process inside.
        if (files.ReadText("run/systemd/container")?.Trim() is { Length: > 0 } told)
        {
            return told;
        }

        foreach (string variable in (files.ReadText("proc/1/environ") ?? string.Empty).Split('\0'))
        {
            if (variable.StartsWith("container=", StringComparison.Ordinal) && variable.Length > "container=".Length)
            {
                return variable["container=".Length..];
            }
        }

        // The file alone says little: machines are made of container images, too, and then have a disk of their own.
        bool hasDisk = (files.ReadText("proc/self/mountinfo") ?? string.Empty).Split('\n').Any(static mount =>
            mount.Contains(" / / ", StringComparison.Ordinal) && mount.Contains(" /dev/", StringComparison.Ordinal));
        return hasDisk ? null
            : files.Exists(".dockerenv") ? "docker"
            : files.Exists("run/.containerenv") ? "podman"
            : files.Exists("proc/vz") && !files.Exists("proc/bc") ? "openvz"
            : null;
    }

    private static string? FindMachine(HostFiles files, string? hypervisor)
    {
        string vendor = files.ReadText("sys/class/dmi/id/sys_vendor") ?? string.Empty;
        string product = files.ReadText("sys/class/dmi/id/product_name") ?? string.Empty;
        return hypervisor switch
        {
            "KVMKVMKVM" or "Linux KVM Hv" => "kvm",
            "TCGTCGTCGTCG" => "qemu",
            "VMwareVMware" => "vmware",
            "Microsoft Hv" => "hyperv",
            "XenVMMXenVMM" => "xen",
            "VBoxVBoxVBox" => "vbox",
            "bhyve bhyve" => "bhyve",
            "ACRNACRNACRN" => "acrn",
            _ when product.Contains("VirtualBox", StringComparison.Ordinal) => "vbox",
            _ when vendor.Contains("VMware", StringComparison.Ordinal) => "vmware",
            _ when vendor.Contains("Xen", StringComparison.Ordinal) || files.ReadText("sys/hypervisor/type")?.Trim() == "xen" => "xen",
            _ when vendor.Contains("Microsoft", StringComparison.Ordinal) && product.Contains("Virtual Machine", StringComparison.Ordinal) => "hyperv",
            _ when vendor.Contains("QEMU", StringComparison.Ordinal) || product.Contains("KVM", StringComparison.Ordinal)
                || vendor.Contains("Amazon EC2", StringComparison.Ordinal) && HasFlag(files, "hypervisor") => "kvm",
            _ => null,
        };
    }

    private static bool HasFlag(HostFiles files, string flag)
    {
        foreach (string line in (files.ReadText("proc/cpuinfo") ?? string.Empty).Split('\n'))
        {
            if (line.StartsWith("flags", StringComparison.Ordinal))
            {
                return line.Split(' ').Contains(flag, StringComparer.Ordinal);
            }
        }

        return false;
    }

    private static bool HasModule(string modules, string name) =>
        modules.StartsWith(name + " ", StringComparison.Ordinal) || modules.Contains("\n" + name + " ", StringComparison.Ordinal);
}
