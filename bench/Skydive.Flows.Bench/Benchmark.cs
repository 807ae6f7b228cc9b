namespace Skydive.Flows.Bench;

/// <summary>Something that is measured.</summary>
internal abstract class Benchmark : IDisposable
{
    /// <summary>What is counted.</summary>
    public virtual string Unit => "packets";

    /// <summary>What is measured one after the other.</summary>
    public virtual IReadOnlyList<string> Parts => [string.Empty];

    /// <summary>What else there is to say after a run.</summary>
    public virtual string Remark => string.Empty;

    /// <summary>Does the work once.</summary>
    /// <returns>How many items it was done for.</returns>
    public abstract long Run(string part);

    public virtual void Dispose()
    {
    }
}
