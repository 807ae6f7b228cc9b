using System.Globalization;

namespace Skydive.Agent.Topology.Netlink;

/// <summary>Finds whose virtual function (SR-IOV) a PCI device is. Source: <c>physfn</c> and <c>virtfn*</c> of sysfs.</summary>
/// <param name="root">Where sysfs is mounted.</param>
internal sealed class PciFunctions(string root)
{
    private const string VirtualFunctionPrefix = "virtfn";

    /// <summary>Finds the device that a device is a virtual function of.</summary>
    /// <param name="address">Address of the device, such as <c>0000:03:10.2</c>.</param>
    /// <returns>Address of the physical function and number among its virtual functions; null when the device is none.</returns>
    public (string Address, int Id)? Find(string address)
    {
        // Addresses come from drivers: one that is no plain name is none.
        if (address.Length == 0 || address.Contains('/', StringComparison.Ordinal) || address.Contains("..", StringComparison.Ordinal))
        {
            return null;
        }

        string devices = Path.Combine(root, "bus/pci/devices");
        if (TargetOf(Path.Combine(devices, address, "physfn")) is not { } physical)
        {
            return null;
        }

        try
        {
            foreach (string link in Directory.EnumerateFileSystemEntries(Path.Combine(devices, physical), VirtualFunctionPrefix + "*"))
            {
                if (TargetOf(link) == address
                    && int.TryParse(Path.GetFileName(link).AsSpan(VirtualFunctionPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int id))
                {
                    return (physical, id);
                }
            }
        }
        catch (IOException)
        {
            // The device has just gone.
        }
        catch (UnauthorizedAccessException)
        {
            // What may not be looked at is not known.
        }

        return null;
    }

    private static string? TargetOf(string link)
    {
        try
        {
            return Path.GetFileName(new FileInfo(link).LinkTarget);
        }
        catch (IOException)
        {
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }
}
