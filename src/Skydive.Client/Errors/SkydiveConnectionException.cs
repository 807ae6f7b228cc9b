namespace Skydive.Client.Errors;

/// <summary>No answer came from the service, or none that makes sense.</summary>
public sealed class SkydiveConnectionException : SkydiveException
{
    /// <summary>Makes the error.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="address">Address of the service.</param>
    /// <param name="message">What, which, why: one line for people.</param>
    /// <param name="innerException">What caused it.</param>
    public SkydiveConnectionException(SkydiveConnectionReason reason, Uri address, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        Reason = reason;
        Address = address;
    }

    /// <summary>Why.</summary>
    public SkydiveConnectionReason Reason { get; }

    /// <summary>Address of the service.</summary>
    public Uri Address { get; }
}
