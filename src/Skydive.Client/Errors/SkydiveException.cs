namespace Skydive.Client.Errors;

/// <summary>What every error of the client has in common: it is about the service or the way to it, not a mistake in the caller's code.</summary>
public abstract class SkydiveException : Exception
{
    private protected SkydiveException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
