using Skydive.Contracts.Services;

namespace Skydive.PowerShell.Local;

/// <summary>The service's program did not do what it was told, or is not here.</summary>
internal sealed class CommandFailedException(CommandError error) : Exception(error.Message)
{
    public CommandFailedException(string code, string message, string? advice)
        : this(new() { Code = code, Message = message, Advice = advice })
    {
    }

    public CommandError Error { get; } = error;
}
