using System.Runtime.InteropServices;

namespace Skydive.Flows.Tests;

/// <summary>Memory that ends where a page begins that cannot be read: one byte beyond ends the process.</summary>
internal sealed unsafe partial class GuardedMemory : IDisposable
{
    private const int PageSize = 65536;
    private const int ProtectRead = 1;
    private const int ProtectWrite = 2;
    private const int MapPrivateAnonymous = 0x22;
    private readonly byte* _start;

    public GuardedMemory()
    {
        nint start = Map(0, 2 * PageSize, ProtectRead | ProtectWrite, MapPrivateAnonymous, -1, 0);
        Assert.NotEqual(-1, start);
        _start = (byte*)start;
        Assert.Equal(0, Protect(start + PageSize, PageSize, 0));
    }

    /// <summary>Copies bytes so that they end at the guard.</summary>
    /// <param name="bytes">At most 64 KiB.</param>
    public ReadOnlySpan<byte> Put(ReadOnlySpan<byte> bytes)
    {
        var span = new Span<byte>(_start + PageSize - bytes.Length, bytes.Length);
        bytes.CopyTo(span);
        return span;
    }

    public void Dispose() => _ = Unmap((nint)_start, 2 * PageSize);

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint Map(nint address, nint length, int protection, int flags, int descriptor, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(nint address, nint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(nint address, nint length);
}
