using System.Management.Automation;
using Skydive.PowerShell.Completion;

namespace Skydive.PowerShell;

/// <summary>Has something done, or an event queued, for every change; Get-EventSubscriber and Unregister-Event work as for other events.</summary>
[Cmdlet(VerbsLifecycle.Register, "SkydiveEvent")]
[OutputType(typeof(PSEventJob))]
public sealed class RegisterSkydiveEventCommand : SessionCommand
{
    /// <summary>What to tell of.</summary>
    [Parameter(Mandatory = true, Position = 0, HelpMessage = "What to tell of: Topology, Flow or Connection. Those of the first two come with those of their connection.")]
    public SkydiveEventKind Kind { get; set; }

    /// <summary>What to follow.</summary>
    [Parameter(Position = 1, HelpMessage = "Which nodes to follow, or at which nodes flows are captured: a node, Gremlin, key=value, a name or a hashtable; everything when it is left out.")]
    [Alias("Node", "Gremlin", "GremlinQuery", "TID")]
    [ArgumentCompleter(typeof(NodeNameCompleter))]
    public SkydiveSelector? Selector { get; set; }

    /// <summary>What to do.</summary>
    [Parameter(Position = 2, HelpMessage = "What to do: $EventArgs.Kind and $EventArgs.Data hold what happened. Without, events are queued for Get-Event and Wait-Event.")]
    public ScriptBlock? Action { get; set; }

    /// <summary>A name for the subscription.</summary>
    [Parameter(HelpMessage = "A name for the subscription.")]
    [ValidateNotNullOrEmpty]
    public string? SourceIdentifier { get; set; }

    /// <summary>Something for the action.</summary>
    [Parameter(HelpMessage = "Something for the action, which finds it in $Event.MessageData.")]
    public PSObject? MessageData { get; set; }

    /// <summary>Sends events to the session that started a remote one.</summary>
    [Parameter(HelpMessage = "Sends events to the session that started this one, when this one is remote.")]
    public SwitchParameter Forward { get; set; }

    /// <summary>After how many events to end.</summary>
    [Parameter(HelpMessage = "Ends the subscription after so many events.")]
    [ValidateRange(1, int.MaxValue)]
    public int MaxTriggerCount { get; set; }

    /// <inheritdoc/>
    protected override object? ErrorTarget => Selector;

    /// <inheritdoc/>
    protected override void Process()
    {
        string[] queries = (Kind, Selector) switch
        {
            (SkydiveEventKind.Flow, null) => ["G.Flows()"],
            (SkydiveEventKind.Flow, { } nodes) => [nodes.Nodes.Flows().ToString()],
            (_, { } nodes) => [nodes.Nodes.AsGraph().ToString()],
            _ => [],
        };
        foreach (string query in queries)
        {
            WriteVerbose(query);
        }

        var source = new SkydiveEventSource(Client, Kind, queries);
        string name = SourceIdentifier ?? $"Skydive.{Kind}.{Guid.NewGuid():N}";
        if (Events.GetEventSubscribers(name).Any())
        {
            ThrowTerminatingError(ErrorRecords.Make(
                new ArgumentException($"a subscription '{name}' is there already"), "SubscriptionExists", ErrorCategory.ResourceExists, name, "Unregister-Event ends it."));
        }

        var subscriber = MaxTriggerCount > 0
            ? Events.SubscribeEvent(source, nameof(SkydiveEventSource.Received), name, MessageData, Action, false, Forward, MaxTriggerCount)
            : Events.SubscribeEvent(source, nameof(SkydiveEventSource.Received), name, MessageData, Action, false, Forward);
        subscriber.Unsubscribed += (_, _) => source.Dispose();
        source.Start();
        if (subscriber.Action is not null)
        {
            WriteObject(subscriber.Action);
        }
    }
}
