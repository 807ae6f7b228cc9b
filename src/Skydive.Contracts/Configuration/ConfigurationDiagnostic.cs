namespace Skydive.Contracts.Configuration;

/// <summary>Something wrong with a configuration, as <c>skydive config test --format json</c> tells it.</summary>
public sealed record ConfigurationDiagnostic
{
    /// <summary>The file, or the environment variable.</summary>
    public required string Path { get; init; }

    /// <summary>The line, from 1; null when it is no matter of a line.</summary>
    public long? Line { get; init; }

    /// <summary>The column, from 1; null when it is no matter of a line.</summary>
    public long? Column { get; init; }

    /// <summary>error, with which the service does not start, or warning.</summary>
    public required string Severity { get; init; }

    /// <summary>The key that it is about; null when it is about none.</summary>
    public string? Key { get; init; }

    /// <summary>What, which, what was expected.</summary>
    public required string Message { get; init; }
}
