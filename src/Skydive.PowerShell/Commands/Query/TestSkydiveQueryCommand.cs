using System.Management.Automation;
using Skydive.PowerShell.Completion;

namespace Skydive.PowerShell;

/// <summary>Tells whether a text is a query, without running it.</summary>
[Cmdlet(VerbsDiagnostic.Test, "SkydiveQuery")]
[OutputType(typeof(bool), typeof(QueryTest))]
public sealed class TestSkydiveQueryCommand : SessionCommand
{
    /// <summary>The text.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, HelpMessage = "The query.")]
    [Alias("GremlinQuery")]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(GremlinCompleter))]
    public string[] Gremlin { get; set; } = [];

    /// <summary>Tells what the query gives, or what is wrong with it and where.</summary>
    [Parameter(HelpMessage = "Tells what the query gives and how it would be run, or what is wrong with it and where.")]
    public SwitchParameter Detailed { get; set; }

    /// <inheritdoc/>
    protected override object? ErrorTarget => Gremlin;

    /// <inheritdoc/>
    protected override void Process()
    {
        var client = Client;
        foreach (string text in Gremlin)
        {
            var reply = Await(token => client.ValidateQueryAsync(text, token));
            if (Detailed)
            {
                WriteObject(new QueryTest(text, reply));
            }
            else
            {
                if (reply.Error is { } error)
                {
                    WriteVerbose(error.Message);
                }

                WriteObject(reply.Valid);
            }
        }
    }
}
