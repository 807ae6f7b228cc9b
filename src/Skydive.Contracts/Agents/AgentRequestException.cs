namespace Skydive.Contracts.Agents;

/// <summary>An agent did not do what it was asked for.</summary>
public sealed class AgentRequestException : Exception
{
    /// <summary>Makes the error.</summary>
    /// <param name="status">What kind of failure, as an HTTP status: 400, 404, 500, or 504 when no answer came.</param>
    /// <param name="message">What, which, why.</param>
    /// <param name="innerException">What caused it.</param>
    public AgentRequestException(int status, string message, Exception? innerException = null)
        : base(message, innerException) => Status = status;

    /// <summary>What kind of failure, as an HTTP status.</summary>
    public int Status { get; }
}
