namespace Skydive.Contracts.Services;

/// <summary>Why a command of the program failed, for programs that call it: on standard error with <c>--format json</c>.</summary>
public sealed record CommandError
{
    /// <summary>What kind of error; does not change between versions.</summary>
    public required string Code { get; init; }

    /// <summary>What, which, why.</summary>
    public required string Message { get; init; }

    /// <summary>What to do about it; null when there is no advice.</summary>
    public string? Advice { get; init; }
}
