using Skydive.Contracts.Services;

namespace Skydive.Service.Commands;

/// <summary>A command cannot do what it was told.</summary>
internal sealed class CommandException(string code, string message, string? advice = null, int exitCode = CommandSettings.Unusable) : Exception(message)
{
    public int ExitCode { get; } = exitCode;

    public CommandError Error { get; } = new() { Code = code, Message = message, Advice = advice };
}
