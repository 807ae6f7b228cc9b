using System.Text;
using Skydive.Linux.FileSystem;

namespace Skydive.Service.Configuration;

/// <summary>Configuration files on disk: written whole or not at all.</summary>
internal static class ConfigurationFile
{
    private const UnixFileMode NewFileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Reads a file.</summary>
    /// <returns>Its text, and whether a byte order mark stands before it.</returns>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static (string Text, bool HasMark) Read(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        bool hasMark = bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble);
        return (Encoding.UTF8.GetString(bytes.AsSpan(hasMark ? Encoding.UTF8.Preamble.Length : 0)), hasMark);
    }

    /// <summary>Replaces a file, keeping its mode and owner, and a link to it; or makes one.</summary>
    /// <exception cref="IOException">It cannot be written, or its owner not be kept; it is as it was.</exception>
    public static void Write(string path, string text, bool hasMark)
    {
        string target = (Path.Exists(path) ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName : null) ?? Path.GetFullPath(path);
        string folder = Path.GetDirectoryName(target)!;
        string part = Path.Combine(folder, $".{Path.GetFileName(target)}.{Guid.NewGuid():N}");
        bool exists = File.Exists(target);
        try
        {
            using (var stream = new FileStream(part, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = exists ? UnixFileMode.UserRead | UnixFileMode.UserWrite : NewFileMode,
            }))
            {
                stream.Write(hasMark ? Encoding.UTF8.Preamble : []);
                stream.Write(Encoding.UTF8.GetBytes(text));
                stream.Flush(flushToDisk: true);
            }

            if (exists)
            {
                FileOwner.Copy(target, part);
                File.SetUnixFileMode(part, File.GetUnixFileMode(target));
            }

            File.Move(part, target, overwrite: true);
        }
        catch (Linux.LinuxException e)
        {
            throw new IOException($"{path}: the file cannot be replaced by one of the same owner: {e.Message}", e);
        }
        finally
        {
            File.Delete(part);
        }
    }
}
