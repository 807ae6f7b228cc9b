namespace Skydive.Linux.Ebpf;

/// <summary>
/// Keeps a descriptor open while its number is in use: system calls that take the number inside a structure would otherwise meet another file that got
/// the number since.
/// </summary>
internal readonly ref struct DescriptorHold
{
    private readonly SafeDescriptor _descriptor;

    /// <summary>Holds a descriptor.</summary>
    /// <exception cref="ObjectDisposedException">It is closed.</exception>
    public DescriptorHold(SafeDescriptor descriptor)
    {
        bool isHeld = false;
        descriptor.DangerousAddRef(ref isHeld);
        _descriptor = descriptor;
    }

    /// <summary>Its number.</summary>
    public uint Number => (uint)_descriptor.DangerousGetHandle();

    public void Dispose() => _descriptor.DangerousRelease();
}
