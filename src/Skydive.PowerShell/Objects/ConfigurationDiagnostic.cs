namespace Skydive;

/// <summary>Something wrong with a configuration file.</summary>
public sealed class ConfigurationDiagnostic
{
    internal ConfigurationDiagnostic(Contracts.Configuration.ConfigurationDiagnostic diagnostic)
    {
        Path = diagnostic.Path;
        Line = diagnostic.Line;
        Column = diagnostic.Column;
        Severity = diagnostic.Severity == "error" ? "Error" : "Warning";
        Key = diagnostic.Key;
        Message = diagnostic.Message;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The line, from 1; null when it is no matter of a line.</summary>
    public long? Line { get; }

    /// <summary>The column, from 1; null when it is no matter of a line.</summary>
    public long? Column { get; }

    /// <summary>Error, with which the service does not start, or Warning.</summary>
    public string Severity { get; }

    /// <summary>The key that it is about; null when it is about none.</summary>
    public string? Key { get; }

    /// <summary>What, which, what was expected.</summary>
    public string Message { get; }

    /// <summary>Place and message.</summary>
    public override string ToString() => Line is null ? $"{Path}: {Message}" : $"{Path}:{Line}:{Column}: {Message}";
}
