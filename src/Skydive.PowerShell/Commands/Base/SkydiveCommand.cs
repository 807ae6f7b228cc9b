using System.Management.Automation;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Channels;
using Skydive.Client;
using Skydive.Client.Errors;

namespace Skydive.PowerShell;

/// <summary>
/// What all commands share: stopping, waiting for asynchronous work on the pipeline's thread, and errors. All commands are in this namespace,
/// whatever their folder, because their full names are part of the identifiers of errors.
/// </summary>
public abstract class SkydiveCommand : PSCmdlet, IDisposable
{
    private const int PumpCapacity = 1024;

    private static readonly TimeSpan s_leaveTime = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stop = new();

    /// <summary>Fires when the user stops the pipeline.</summary>
    protected CancellationToken StopToken => _stop.Token;

    /// <summary>What the user gave that an error of this command is about.</summary>
    protected virtual object? ErrorTarget => null;

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    protected sealed override void BeginProcessing() => Guard(Begin);

    /// <inheritdoc/>
    protected sealed override void ProcessRecord() => Guard(Process);

    /// <inheritdoc/>
    protected sealed override void EndProcessing() => Guard(End);

    /// <inheritdoc/>
    protected sealed override void StopProcessing() => _stop.Cancel();

    /// <summary>Runs once, before the first input.</summary>
    protected virtual void Begin()
    {
    }

    /// <summary>Runs for each input, or once when there is no pipeline.</summary>
    protected virtual void Process()
    {
    }

    /// <summary>Runs once, after the last input.</summary>
    protected virtual void End()
    {
    }

    /// <summary>Waits for asynchronous work. StopToken the pipeline ends the wait.</summary>
    /// <typeparam name="T">What the work gives.</typeparam>
    /// <param name="work">The work.</param>
    protected T Await<T>(Func<CancellationToken, Task<T>> work) => Task.Run(() => work(StopToken), CancellationToken.None).GetAwaiter().GetResult();

    /// <summary>Waits for asynchronous work. StopToken the pipeline ends the wait.</summary>
    /// <param name="work">The work.</param>
    protected void Await(Func<CancellationToken, Task> work) => Task.Run(() => work(StopToken), CancellationToken.None).GetAwaiter().GetResult();

    /// <summary>
    /// Brings results from an asynchronous source to the pipeline's thread, one by one as they come. However it is left (the end, an error, a
    /// stop, or <c>Select-Object -First</c> further down, which throws through here) the source is cancelled and has ended on return.
    /// </summary>
    /// <typeparam name="T">What the source gives.</typeparam>
    /// <param name="source">The source.</param>
    /// <param name="emit">Takes each result, on the pipeline's thread.</param>
    protected void Pump<T>(Func<CancellationToken, IAsyncEnumerable<T>> source, Action<T> emit)
    {
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(StopToken);
        var token = linked.Token;
        var channel = Channel.CreateBounded<T>(new BoundedChannelOptions(PumpCapacity) { SingleReader = true, SingleWriter = true });
        var producer = Task.Run(
            async () =>
            {
                try
                {
                    await foreach (var item in source(token).WithCancellation(token).ConfigureAwait(false))
                    {
                        await channel.Writer.WriteAsync(item, token).ConfigureAwait(false);
                    }

                    channel.Writer.TryComplete();
                }
                catch (Exception exception)
                {
                    channel.Writer.TryComplete(exception);
                }
            },
            CancellationToken.None);
        try
        {
            while (channel.Reader.WaitToReadAsync(StopToken).AsTask().GetAwaiter().GetResult())
            {
                while (channel.Reader.TryRead(out var item))
                {
                    emit(item);
                }
            }
        }
        finally
        {
            linked.Cancel();
            producer.Wait(s_leaveTime);
        }
    }

    /// <summary>Does one thing of several: a refusal by the service is an error about this thing, and the command goes on.</summary>
    /// <param name="target">What it is about.</param>
    /// <param name="action">What to do.</param>
    protected void Attempt(object target, Action action)
    {
        try
        {
            action();
        }
        catch (SkydiveApiException exception) when (exception.Status is not (401 or 403))
        {
            WriteError(ErrorRecords.From(exception, target));
        }
    }

    /// <summary>Reads a file of certificates of authorities.</summary>
    /// <param name="path">Its path as the user gave it; null for none.</param>
    protected X509Certificate2Collection? ReadAuthorities(string? path)
    {
        if (path is null)
        {
            return null;
        }

        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPemFile(GetUnresolvedProviderPathFromPSPath(path));
        }
        catch (CryptographicException e)
        {
            throw new ArgumentException($"'{path}' holds no certificates in PEM: {e.Message}", e);
        }

        return authorities.Count > 0 ? authorities : throw new ArgumentException($"'{path}' holds no certificates in PEM");
    }

    private void Guard(Action action)
    {
        try
        {
            action();
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
        catch (Exception exception) when (exception is SkydiveException or Local.CommandFailedException or ArgumentException or Sessions.AmbiguousSessionException or ObjectDisposedException or IOException)
        {
            ThrowTerminatingError(ErrorRecords.From(exception, ErrorTarget));
        }
    }
}
