namespace Skydive.Service.Tests.Support;

/// <summary>What a test needs of the machine; a test that lacks it is skipped and says so.</summary>
internal static class Needs
{
    /// <summary>Root, since namespaces and packet sockets are made.</summary>
    public static void Root()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
        {
            Assert.Skip("needs root on Linux: network namespaces are made");
        }

        if (!File.Exists("/usr/sbin/ip") && !File.Exists("/sbin/ip") && !File.Exists("/usr/bin/ip"))
        {
            Assert.Skip("needs ip (package iproute2)");
        }
    }

    /// <summary>A program on the path.</summary>
    public static void Program(string name)
    {
        if (!(Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(':').Any(folder => File.Exists(Path.Combine(folder, name))))
        {
            Assert.Skip($"needs {name}");
        }
    }
}
