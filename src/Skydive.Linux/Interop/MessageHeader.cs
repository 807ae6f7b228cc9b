using System.Runtime.InteropServices;

namespace Skydive.Linux.Interop;

/// <summary><c>struct msghdr</c> as the C libraries of 64-bit and 32-bit Linux lay it out (lengths are <c>size_t</c> with padding).</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct MessageHeader
{
    internal void* Name;
    internal uint NameLength;
    internal IoVector* Vectors;
    internal nuint VectorCount;
    internal void* Control;
    internal nuint ControlLength;
    internal int Flags;
}
