using System.Text.Json;
using Skydive.Linux.Processes;

namespace Skydive.Service.LocalServices;

/// <summary>
/// What is remembered of services that were started in the background: a file for each role in <c>skydive/services</c> below the user's state
/// folder (XDG Base Directory Specification), for the user alone, with their logs beside.
/// </summary>
internal sealed class ServiceRecords
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const long MaximumLogBytes = 16 << 20;

    private readonly string _folder;

    public ServiceRecords(IReadOnlyDictionary<string, string> environment)
    {
        string? state = environment.GetValueOrDefault("XDG_STATE_HOME");
        string home = environment.GetValueOrDefault("HOME") ?? Path.GetTempPath();
        _folder = Path.Combine(string.IsNullOrEmpty(state) ? Path.Combine(home, ".local", "state") : state, "skydive", "services");
    }

    /// <summary>The boot that this is.</summary>
    public static string BootId { get; } = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();

    /// <summary>Keeps others from starting or stopping the service of a role.</summary>
    /// <exception cref="IOException">Another does.</exception>
    public IDisposable Lock(string role)
    {
        Directory.CreateDirectory(_folder, OwnerOnly);
        return new FileStream(Path.Combine(_folder, role + ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
    }

    /// <summary>What is remembered of a role; null for nothing.</summary>
    public ServiceRecord? Find(string role)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(PathOf(role)), LocalServicesJsonContext.Default.ServiceRecord);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            // A file that makes no sense remembers nothing.
            return null;
        }
    }

    public void Save(ServiceRecord record)
    {
        string part = PathOf(record.Role) + ".part";
        File.WriteAllBytes(part, JsonSerializer.SerializeToUtf8Bytes(record, LocalServicesJsonContext.Default.ServiceRecord));
        File.Move(part, PathOf(record.Role), overwrite: true);
    }

    public void Remove(string role) => File.Delete(PathOf(role));

    /// <summary>The process of a service; null when it is gone.</summary>
    public static ProcessHandle? Open(ServiceRecord record) => record.BootId == BootId ? ProcessHandle.Open(record.Pid, record.StartTicks) : null;

    /// <summary>The file for the log of a role; one that has grown large is put aside, and the one before that is gone.</summary>
    public string PrepareLog(string role)
    {
        Directory.CreateDirectory(_folder, OwnerOnly);
        string path = LogOf(role);
        if (new FileInfo(path) is { Exists: true, Length: > MaximumLogBytes })
        {
            File.Move(path, path + ".1", overwrite: true);
        }

        return path;
    }

    /// <summary>The file of the log of a role, whether there is one or not.</summary>
    public string LogOf(string role) => Path.Combine(_folder, role + ".log");

    private string PathOf(string role) => Path.Combine(_folder, role + ".json");
}
