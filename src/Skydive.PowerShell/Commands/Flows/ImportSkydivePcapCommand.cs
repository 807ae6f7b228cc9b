using System.Diagnostics;
using System.Management.Automation;
using Skydive.PowerShell.Jobs;

namespace Skydive.PowerShell;

/// <summary>Sends pcap files to the analyzer, which makes flows of their packets.</summary>
[Cmdlet(VerbsData.Import, "SkydivePcap", SupportsShouldProcess = true, DefaultParameterSetName = PathSet)]
[OutputType(typeof(PcapImport), typeof(SkydiveJob))]
public sealed class ImportSkydivePcapCommand : FileInputCommand
{
    private static readonly TimeSpan s_progressPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_progressStart = TimeSpan.FromMilliseconds(500);

    /// <summary>Sends in the background.</summary>
    [Parameter(HelpMessage = "Sends in the background; Receive-Job gives the result.")]
    public SwitchParameter AsJob { get; set; }

    /// <inheritdoc/>
    protected override void Begin()
    {
        if (AsJob && MyInvocation.ExpectingInput)
        {
            throw new ArgumentException("-AsJob takes no input from the pipeline: give -Path");
        }
    }

    /// <inheritdoc/>
    protected override void Process()
    {
        if (AsJob)
        {
            StartJob();
            return;
        }

        ForEachFile(Send);
    }

    private void Send(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1, FileOptions.Asynchronous | FileOptions.SequentialScan);
        long size = file.Length;
        if (!ShouldProcess($"{path} ({size} bytes) to {CurrentSession.Uri}", "Send"))
        {
            return;
        }

        var client = Client;
        var watch = Stopwatch.StartNew();
        long sent = 0;
        var upload = Task.Run(() => client.UploadPcapAsync(file, total => Interlocked.Exchange(ref sent, total), StopToken));
        while (Task.WaitAny([upload], s_progressPause) < 0)
        {
            // Short work needs no bar, and a bar costs.
            if (watch.Elapsed > s_progressStart && size > 0)
            {
                long now = Interlocked.Read(ref sent);
                WriteProgress(new ProgressRecord(0, "Sending pcap", path) { PercentComplete = (int)Math.Min(100, now * 100 / size) });
            }
        }

        upload.GetAwaiter().GetResult();
        WriteObject(new PcapImport(path, Interlocked.Read(ref sent), watch.Elapsed, client.Address));
    }
}
