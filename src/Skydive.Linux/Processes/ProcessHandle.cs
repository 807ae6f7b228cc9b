using System.Globalization;
using System.Runtime.InteropServices;
using Skydive.Linux.Interop;

namespace Skydive.Linux.Processes;

/// <summary>
/// One process and no other: its id is kept with its time of start, and signals go through a descriptor, so that another process that is given
/// the same id later is never taken for it. Source: <c>pidfd_open(2)</c>, <c>pidfd_send_signal(2)</c>, field 22 of <c>/proc/pid/stat</c>.
/// </summary>
public sealed unsafe class ProcessHandle : IDisposable
{
    /// <summary>Asks to end.</summary>
    public const int Terminate = 15; // SIGTERM

    /// <summary>Ends at once.</summary>
    public const int Kill = 9; // SIGKILL

    private const nint SendSignalNumber = 424; // __NR_pidfd_send_signal, the same on all machines
    private const nint OpenNumber = 434; // __NR_pidfd_open, the same on all machines
    private const short Readable = 0x1; // POLLIN

    private readonly SafeDescriptor _descriptor;

    private ProcessHandle(int id, SafeDescriptor descriptor)
    {
        Id = id;
        _descriptor = descriptor;
    }

    /// <summary>Its id.</summary>
    public int Id { get; }

    /// <summary>Opens a process.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="startTicks">Its time of start, as <see cref="ReadStartTicks"/> told it.</param>
    /// <returns>The process; null when it is gone, whoever has its id now.</returns>
    /// <exception cref="LinuxException">The kernel has no such descriptors (before 5.3).</exception>
    public static ProcessHandle? Open(int id, long startTicks)
    {
        int number = (int)Libc.SystemCall(OpenNumber, id, 0, 0, 0);
        if (number < 0)
        {
            var error = (Errno)Marshal.GetLastPInvokeError();
            return error == Errno.NoProcess ? null : throw new LinuxException($"pidfd_open {id}", error);
        }

        var descriptor = new SafeDescriptor(number, ownsHandle: true);

        // The descriptor is of whoever has the id now; from here on it cannot change.
        if (ReadStartTicks(id) == startTicks)
        {
            return new(id, descriptor);
        }

        descriptor.Dispose();
        return null;
    }

    /// <summary>When a process began, in ticks of the kernel since boot; null when there is none, or only what is left of one that has ended.</summary>
    /// <param name="id">Its id.</param>
    public static long? ReadStartTicks(int id)
    {
        try
        {
            // The name of the program, in parentheses, may hold anything.
            string stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/stat"));
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? null : long.Parse(fields[19], CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Sends a signal.</summary>
    /// <param name="signal">The signal.</param>
    /// <returns>False when the process is gone.</returns>
    /// <exception cref="LinuxException">It belongs to another user.</exception>
    public bool Signal(int signal)
    {
        if (Libc.SystemCall(SendSignalNumber, (int)_descriptor.DangerousGetHandle(), signal, 0, 0) == 0)
        {
            return true;
        }

        var error = (Errno)Marshal.GetLastPInvokeError();
        return error == Errno.NoProcess ? false : throw new LinuxException($"signal {signal} to process {Id}", error);
    }

    /// <summary>Waits until it has ended.</summary>
    /// <param name="timeout">The longest wait.</param>
    /// <param name="cancellationToken">Ends the wait within a tenth of a second.</param>
    /// <returns>Whether it has ended.</returns>
    /// <exception cref="OperationCanceledException">The wait was given up.</exception>
    public bool WaitForExit(TimeSpan timeout, CancellationToken cancellationToken)
    {
        long deadline = Environment.TickCount64 + (long)timeout.TotalMilliseconds;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var wait = new PollDescriptor { Descriptor = (int)_descriptor.DangerousGetHandle(), Events = Readable };
            long left = Math.Max(0, deadline - Environment.TickCount64);
            if (Libc.Poll(&wait, 1, (int)Math.Min(100, left)) > 0)
            {
                return true;
            }

            if (left == 0)
            {
                return false;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _descriptor.Dispose();
}
