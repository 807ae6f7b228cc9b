using System.Runtime.InteropServices;
using System.Text;

namespace Skydive.Service.Tests.Support;

/// <summary>
/// Two tap interfaces of this host with a wire between them that takes its time and loses frames: what a kernel module for bad networks would
/// do, on machines that have none.
/// </summary>
internal sealed class SlowWire : IDisposable
{
    private const int ReadWrite = 2;
    private const nuint SetInterface = 0x400454ca;
    private const short TapWithoutHeader = 0x1002;
    private const short Readable = 1;
    private const int RequestLength = 40;
    private const int MaximumFrame = 65536;

    private readonly int _left;
    private readonly int _right;
    private readonly Thread[] _threads;
    private volatile bool _isOver;

    /// <summary>Makes the interfaces; they go when the wire does.</summary>
    /// <param name="left">Name of the one.</param>
    /// <param name="right">Name of the other.</param>
    /// <param name="delay">How long each frame takes.</param>
    /// <param name="loses">Whether a frame is lost, given whether it goes from left to right.</param>
    public SlowWire(string left, string right, TimeSpan delay, Func<byte[], bool, bool> loses)
    {
        _left = OpenTap(left);
        _right = OpenTap(right);
        _threads = [new(() => Carry(_left, _right, true, delay, loses)), new(() => Carry(_right, _left, false, delay, loses))];
        foreach (var thread in _threads)
        {
            thread.IsBackground = true;
            thread.Start();
        }
    }

    /// <summary>ICMP type and sequence of an IPv4 frame; null for others.</summary>
    public static (int Type, int Sequence)? ReadEcho(byte[] frame) =>
        frame.Length >= 42 && frame[12] == 8 && frame[13] == 0 && frame[23] == 1 ? (frame[34], (frame[40] << 8) | frame[41]) : null;

    public void Dispose()
    {
        _isOver = true;
        foreach (var thread in _threads)
        {
            thread.Join();
        }

        _ = Close(_left);
        _ = Close(_right);
    }

    private static int OpenTap(string name)
    {
        int tap = Open("/dev/net/tun", ReadWrite);
        byte[] request = new byte[RequestLength];
        Encoding.ASCII.GetBytes(name, request);
        BitConverter.TryWriteBytes(request.AsSpan(16), TapWithoutHeader);
        return tap >= 0 && Control(tap, SetInterface, request) == 0
            ? tap
            : throw new InvalidOperationException($"no tap interface {name}: error {Marshal.GetLastPInvokeError()}");
    }

    private void Carry(int from, int to, bool isToRight, TimeSpan delay, Func<byte[], bool, bool> loses)
    {
        byte[] buffer = new byte[MaximumFrame];
        var poll = new PollDescriptor { Descriptor = from, Events = Readable };
        while (!_isOver)
        {
            if (Poll(ref poll, 1, 50) <= 0)
            {
                continue;
            }

            nint length = Read(from, buffer, (nuint)buffer.Length);
            if (length > 0 && buffer.AsSpan(0, (int)length).ToArray() is var frame && !loses(frame, isToRight))
            {
                Thread.Sleep(delay);
                _ = Write(to, frame, (nuint)frame.Length);
            }
        }
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "close")]
    private static extern int Close(int descriptor);

    [DllImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static extern int Control(int descriptor, nuint request, byte[] argument);

    [DllImport("libc", EntryPoint = "poll")]
    private static extern int Poll(ref PollDescriptor descriptor, nuint count, int milliseconds);

    [DllImport("libc", EntryPoint = "read")]
    private static extern nint Read(int descriptor, byte[] buffer, nuint length);

    [DllImport("libc", EntryPoint = "write")]
    private static extern nint Write(int descriptor, byte[] buffer, nuint length);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }
}
