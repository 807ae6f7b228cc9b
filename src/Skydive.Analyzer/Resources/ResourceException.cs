namespace Skydive.Analyzer.Resources;

/// <summary>A resource, such as a capture, is refused.</summary>
public sealed class ResourceException : Exception
{
    /// <summary>Makes the error.</summary>
    /// <param name="status">The HTTP status that tells of it.</param>
    /// <param name="code">The code that tells of it, from <see cref="Skydive.Contracts.Errors.ErrorCodes"/>.</param>
    /// <param name="message">What, which, why.</param>
    public ResourceException(int status, string code, string message)
        : base(message)
    {
        Status = status;
        Code = code;
    }

    /// <summary>The HTTP status that tells of it.</summary>
    public int Status { get; }

    /// <summary>The code that tells of it.</summary>
    public string Code { get; }
}
