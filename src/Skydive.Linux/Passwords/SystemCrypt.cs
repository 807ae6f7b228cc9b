using System.Runtime.InteropServices;
using System.Text;

namespace Skydive.Linux.Passwords;

/// <summary>crypt(3) of the system's libcrypt: checks hashes of passwords in all forms that the system knows, such as bcrypt (<c>$2y$</c>), SHA-512 (<c>$6$</c>) and yescrypt (<c>$y$</c>).</summary>
public static partial class SystemCrypt
{
    private const string Library = "libcrypt.so.1";

    /// <summary>struct crypt_data of crypt.h: 32 KiB in libxcrypt, 128 KiB and some in libcrypt of glibc, which must be zero at first.</summary>
    private const int WorkBytes = 256 << 10;

    private static readonly Lazy<bool> s_isAvailable = new(static () => NativeLibrary.TryLoad(Library, out _));

    /// <summary>Whether this system has the library.</summary>
    public static bool IsAvailable => s_isAvailable.Value;

    /// <summary>Hashes a password.</summary>
    /// <param name="password">The password.</param>
    /// <param name="setting">A hash, or the part of one before the hash itself: method, cost and salt.</param>
    /// <returns>The hash as text; null when the system does not know the method, or the setting is not valid.</returns>
    public static unsafe string? Hash(string password, string setting)
    {
        if (!IsAvailable || password.Contains('\0', StringComparison.Ordinal) || setting.Contains('\0', StringComparison.Ordinal))
        {
            return null;
        }

        byte[] secret = [.. Encoding.UTF8.GetBytes(password), 0];
        byte* work = (byte*)NativeMemory.AllocZeroed(WorkBytes);
        try
        {
            // A failure is told by null, or by a text that begins with * and is no hash (crypt(3)).
            string? hash = Marshal.PtrToStringUTF8(Crypt(secret, setting, work));
            return hash is null || hash.StartsWith('*') ? null : hash;
        }
        finally
        {
            // The password is in there too.
            NativeMemory.Clear(work, WorkBytes);
            NativeMemory.Free(work);
            Array.Clear(secret);
        }
    }

    [LibraryImport(Library, EntryPoint = "crypt_r", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial nint Crypt(byte[] phrase, string setting, byte* data);
}
