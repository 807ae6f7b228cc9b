namespace Skydive.Agent.Hardware;

/// <summary>The files in which a host describes itself, below some root.</summary>
/// <param name="root">The root; <c>/</c> for this host.</param>
internal sealed class HostFiles(string root)
{
    /// <summary>The text of a file; null when there is none, or it may not be read.</summary>
    /// <param name="path">Its path below the root, without a slash before it.</param>
    public string? ReadText(string path)
    {
        try
        {
            return File.ReadAllText(Path.Combine(root, path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Whether there is a file or folder.</summary>
    /// <param name="path">Its path below the root, without a slash before it.</param>
    public bool Exists(string path) => Path.Exists(Path.Combine(root, path));
}
