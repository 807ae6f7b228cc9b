using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Skydive.Agent.Blockdev;

/// <summary>Runs <c>lsblk</c>, which may be missing, crash, hang, or print without end.</summary>
/// <param name="path">The program.</param>
internal sealed class LsblkRunner(string path)
{
    private const int MaximumOutputBytes = 16 << 20;
    private const int MaximumErrorCharacters = 500;

    /// <summary>How long it may take.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Runs it once.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The devices at the top.</returns>
    /// <exception cref="InvalidOperationException">It gave no list of devices; the message says why, and what would mend it.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<IReadOnlyList<BlockDevice>> RunAsync(CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(path, ["-pO", "--json"]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.Environment["LC_ALL"] = "C";
        using var process = new Process { StartInfo = start };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeLimit);
        try
        {
            process.Start();
        }
        catch (Win32Exception e)
        {
            throw new InvalidOperationException($"{path} cannot be run: {e.Message}: install util-linux, or set agent.topology.blockdev.lsblk_path", e);
        }

        try
        {
            process.StandardInput.Close();
            var errors = ReadErrorsAsync(process.StandardError, limit.Token);
            var output = await ReadOutputAsync(process.StandardOutput.BaseStream, limit.Token).ConfigureAwait(false);
            await process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
            if (process.ExitCode != 0)
            {
                throw new InvalidOperationException($"{path} ended with exit code {process.ExitCode}: {await errors.ConfigureAwait(false)}".TrimEnd(':', ' '));
            }

            return BlockDevice.Parse(output);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new InvalidOperationException($"{path} did not end within {TimeLimit.TotalSeconds:0.#} s");
        }
        catch (FormatException e)
        {
            throw new InvalidOperationException($"{path} printed what cannot be understood: {e.Message}", e);
        }
        catch (IOException e)
        {
            throw new InvalidOperationException($"{path}: {e.Message}", e);
        }
        finally
        {
            // Also what it has started itself, which may hold its output open. Whoever has taken the streams of a process closes them.
            Kill(process);
            process.StandardOutput.Dispose();
            process.StandardError.Dispose();
        }
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It has ended.
        }
    }

    private static async Task<ReadOnlyMemory<byte>> ReadOutputAsync(Stream stream, CancellationToken cancellationToken)
    {
        var output = new MemoryStream();
        byte[] buffer = new byte[32 << 10];
        while (await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and int length)
        {
            output.Write(buffer, 0, length);
            if (output.Length > MaximumOutputBytes)
            {
                throw new FormatException($"more than {MaximumOutputBytes} bytes");
            }
        }

        return output.GetBuffer().AsMemory(0, (int)output.Length);
    }

    private static async Task<string> ReadErrorsAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        char[] buffer = new char[1024];
        try
        {
            // All is read, so that the program does not wait for us; little is kept.
            while (await reader.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and int length)
            {
                text.Append(buffer, 0, Math.Min(length, MaximumErrorCharacters - text.Length));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
        {
        }

        return text.ToString().Trim();
    }
}
