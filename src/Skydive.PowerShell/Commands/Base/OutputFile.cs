namespace Skydive.PowerShell;

/// <summary>Files that commands write: whole, or not at all.</summary>
internal static class OutputFile
{
    /// <summary>Writes a file beside its place and moves it there when it is whole, so that no half of one is ever seen.</summary>
    /// <typeparam name="T">What the writing gives.</typeparam>
    /// <param name="path">The file.</param>
    /// <param name="overwrite">Whether a file that is there is replaced.</param>
    /// <param name="write">Writes it.</param>
    /// <exception cref="FileExistsException">The file is there and must not be replaced.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static T Write<T>(string path, bool overwrite, Func<Stream, T> write)
    {
        if (!overwrite && File.Exists(path))
        {
            throw new FileExistsException(path);
        }

        string part = $"{path}.{Guid.NewGuid():N}.part";
        try
        {
            T result;
            using (var stream = new FileStream(part, FileMode.CreateNew, FileAccess.Write))
            {
                result = write(stream);
            }

            File.Move(part, path, overwrite);
            return result;
        }
        finally
        {
            File.Delete(part);
        }
    }
}
