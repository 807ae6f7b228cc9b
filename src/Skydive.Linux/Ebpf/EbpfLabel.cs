namespace Skydive.Linux.Ebpf;

/// <summary>A place in a program, to jump to.</summary>
internal sealed class EbpfLabel
{
    /// <summary>The instruction that it stands before; below 0 until it was placed.</summary>
    public int Position { get; set; } = -1;
}
